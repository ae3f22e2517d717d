//! R-multiples that follow realised outcomes, row by row, and what a new one makes of the past.
//!
//! Every decision is walked under all candidate multiples at once ([`AdaptiveR`]); once a month a
//! row may move by a tenth. A new multiple is a new question: what was learned from a decision that
//! was asked with another one is taken back, and the decision is learned from again with the result
//! it would have had. So calibration, row rates, weights and training examples never mix questions.
//!
//! Results under all candidates go on record, so [`Adapting::recall`] restores the same state from a
//! database that [`Adapting::session`] reached by walking bars.

use std::collections::BTreeMap;

use tradebot_brackets::adaptive::{
    AdaptiveConfig, AdaptiveError, AdaptiveR, FanOutcome, Finding, Question, Review,
};
use tradebot_domain::{Bar, CorporateAction, Moment, Regime, Symbol, Tick};
use tradebot_journal::{CandidatesRecord, DecisionId, OutcomeRecord, RiskRecord};

use crate::candidate::{management_of, spec_of};
use crate::config::EngineConfig;
use crate::error::EngineError;
use crate::learning::Learning;
use crate::shadow::{Forecast, Resolved};
use crate::warm::LearnedSession;
use on_record::{place_of, record_of, spread};

mod on_record;

/// The past is kept in memory to be learned from again, so large universes keep their multiples.
pub const SYMBOLS_MAX: usize = 20;

/// Multiples of all rows, and the past that a new one is learned from.
#[derive(Clone)]
pub struct Adapting {
    /// The policy's own, in the order of [`Regime::ALL`].
    own: [f64; 5],
    /// None where the policy's own multiple is no tenth, or where nothing is adapted.
    rows: [Option<AdaptiveR>; 5],
    asked: BTreeMap<DecisionId, Asked>,
    past: Vec<Past>,
}

/// What a decision was asked with.
#[derive(Clone)]
struct Asked {
    row: Regime,
    r_multiple: f64,
    forecast: Forecast,
    /// Uniqueness of its own bracket among all of the symbol, once that has ended.
    uniqueness: Option<f64>,
}

/// What one session brought.
#[derive(Clone)]
struct Past {
    session: Moment,
    symbols: u32,
    alarm: bool,
    resolved: Vec<Resolved>,
    fans: Vec<FanOutcome>,
}

/// What a session teaches, and which rows ask something new from now on.
pub struct Taught {
    symbols: u32,
    alarm: bool,
    /// Outcomes to learn from.
    pub outcomes: Vec<Resolved>,
    /// Rows whose multiple moved.
    pub moved: Vec<(Regime, Review)>,
    /// Decisions whose candidates have all ended, for the journal.
    pub candidates: Vec<CandidatesRecord>,
}

impl Adapting {
    /// Begins at the multiples of the policy.
    ///
    /// # Errors
    /// [`EngineError::Config`] when a row's bracket or the costs are outside their range.
    pub fn new(config: &EngineConfig) -> Result<Self, EngineError> {
        let mut rows = [const { None }; 5];
        if config.training.adapt_r && config.symbols.len() <= SYMBOLS_MAX {
            for row in Regime::ALL {
                rows[row.index()] = adaptive(config, row)?;
            }
        }
        let own = config.policy.r_multiples();
        Ok(Self { own, rows, asked: BTreeMap::new(), past: Vec::new() })
    }

    /// Some row may move.
    pub fn adapts(&self) -> bool {
        self.rows.iter().any(Option::is_some)
    }

    /// The multiple of a row in force.
    pub fn r_multiple(&self, row: Regime) -> f64 {
        self.rows[row.index()].as_ref().map_or(self.own[row.index()], AdaptiveR::r_multiple)
    }

    /// A symbol's actions and bar, for all decisions in question.
    pub fn step(&mut self, symbol: Symbol, bar: &Bar, actions: &[CorporateAction]) {
        for row in self.rows.iter_mut().flatten() {
            for action in actions {
                row.on_action(symbol, action);
            }
            row.on_bar(symbol, bar);
        }
    }

    /// The session passed without a usable bar of the symbol.
    pub fn no_bar(&mut self, symbol: Symbol) {
        self.rows.iter_mut().flatten().for_each(|row| row.no_bar(symbol));
    }

    /// The symbol's data ended.
    pub fn end_of_data(&mut self, symbol: Symbol) {
        self.rows.iter_mut().flatten().for_each(|row| row.end_of_data(symbol));
    }

    /// The consensus on a symbol turned.
    pub fn on_reversal(&mut self, symbol: Symbol) {
        self.rows.iter_mut().flatten().for_each(|row| row.on_reversal(symbol));
    }

    /// A decision whose bracket is in question from now on.
    pub fn ask(&mut self, id: DecisionId, row: Regime, close: f64, atr: f64, forecast: &Forecast) {
        let Some(adaptive) = self.rows[row.index()].as_mut() else { return };
        // A decision that no bracket of some candidate fits has no result under others, and drops
        // out when its row moves.
        let _ = adaptive.decide(id.symbol, id.session, close, atr);
        let r_multiple = adaptive.r_multiple();
        let forecast = forecast.clone();
        self.asked.insert(id, Asked { row, r_multiple, forecast, uniqueness: None });
    }

    /// Takes a session's outcomes, after its bars and before its decisions.
    pub fn session(
        &mut self,
        session: Moment,
        (symbols, alarm): (u32, bool),
        resolved: &[Resolved],
    ) -> Taught {
        if !self.adapts() {
            let (outcomes, moved, candidates) = (resolved.to_vec(), Vec::new(), Vec::new());
            return Taught { symbols, alarm, outcomes, moved, candidates };
        }
        for r in resolved {
            if let Some(asked) = self.asked.get_mut(&r.record.id) {
                asked.uniqueness = Some(r.record.uniqueness);
            }
        }
        let (mut fans, mut moved, mut candidates) = (Vec::new(), Vec::new(), Vec::new());
        for row in Regime::ALL {
            let Some(adaptive) = self.rows[row.index()].as_mut() else { continue };
            let (ended, review) = adaptive.end_session(session, symbols);
            candidates.extend(ended.iter().map(|fan| record_of(fan, row, session)));
            fans.extend(ended);
            moved.extend(review.filter(|r| r.finding == Finding::Moved).map(|r| (row, r)));
        }
        let resolved = resolved.to_vec();
        self.remember(Past { session, symbols, alarm, resolved, fans }, moved, candidates)
    }

    /// Takes a session of an earlier run from its record: what was asked, how it ended, and how it
    /// would have ended otherwise. Rows move as they did then.
    pub fn recall(&mut self, of: &LearnedSession) -> Taught {
        for outcome in &of.outcomes {
            let Some(r_multiple) = outcome.r_multiple else { continue };
            let (row, forecast) = (outcome.record.row, outcome.forecast.clone());
            let uniqueness = Some(outcome.record.uniqueness);
            self.asked.insert(outcome.record.id, Asked { row, r_multiple, forecast, uniqueness });
        }
        let (mut fans, mut moved) = (Vec::new(), Vec::new());
        for row in Regime::ALL {
            let of_row = of.candidates.iter().filter(|c| c.row == row);
            let ended: Vec<FanOutcome> = of_row.map(spread).collect();
            if let Some(adaptive) = self.rows[row.index()].as_mut() {
                let review = adaptive.recall_session(of.session, of.symbols, &ended);
                moved.extend(review.filter(|r| r.finding == Finding::Moved).map(|r| (row, r)));
            }
            fans.extend(ended);
        }
        let (session, symbols, alarm) = (of.session, of.symbols, of.alarm);
        self.remember(
            Past { session, symbols, alarm, resolved: of.resolved(), fans },
            moved,
            Vec::new(),
        )
    }

    fn remember(
        &mut self,
        past: Past,
        moved: Vec<(Regime, Review)>,
        candidates: Vec<CandidatesRecord>,
    ) -> Taught {
        let (symbols, alarm, outcomes) = (past.symbols, past.alarm, self.taught(&past));
        self.past.push(past);
        Taught { symbols, alarm, outcomes, moved, candidates }
    }

    /// Brings what is learned up to date with a session: with its outcomes or, where a row moved,
    /// with the whole past under the multiples in force.
    ///
    /// # Errors
    /// The text of a refusal, as [`Learning::learn`].
    pub fn teach(&self, learning: &mut Learning, taught: &Taught) -> Result<(), String> {
        if taught.moved.is_empty() {
            return learning.learn(taught.symbols, taught.alarm, &taught.outcomes);
        }
        *learning = learning.anew(Regime::ALL.map(|row| self.r_multiple(row)));
        self.past
            .iter()
            .try_for_each(|past| learning.learn(past.symbols, past.alarm, &self.taught(past)))
    }

    /// How decisions ended under the multiples in force, as far as that is known.
    pub fn known(&self) -> impl Iterator<Item = OutcomeRecord> {
        self.past.iter().flat_map(|past| self.taught(past)).map(|r| r.record)
    }

    /// Lets go of the past where no row can move.
    pub fn forget_what_is_settled(&mut self) {
        if !self.adapts() {
            self.asked.clear();
            self.past.clear();
        }
    }

    /// How the decisions of a row ended under the multiple in force, as far as that is known.
    pub fn labels(&self, row: Regime) -> BTreeMap<DecisionId, (bool, f64)> {
        self.known()
            .filter(|record| record.row == row)
            .filter_map(|record| Some((record.id, (record.won?, record.uniqueness))))
            .collect()
    }

    /// Decisions that were asked with the multiple in force teach as they ended, others as they would
    /// have ended under it.
    fn taught(&self, past: &Past) -> Vec<Resolved> {
        let as_it_was = past.resolved.iter().filter(|r| self.is_current(r.record.id)).cloned();
        let again = past.fans.iter().filter_map(|fan| {
            let id = DecisionId { session: fan.decided, symbol: fan.symbol };
            let asked = self.asked.get(&id).filter(|_| !self.is_current(id))?;
            self.as_it_would_be(id, asked, fan, past.session)
        });
        let mut taught: Vec<Resolved> = as_it_was.chain(again).collect();
        taught.sort_by_key(|r| r.record.id);
        taught
    }

    fn is_current(&self, id: DecisionId) -> bool {
        self.asked.get(&id).is_none_or(|asked| self.r_multiple(asked.row) == asked.r_multiple)
    }

    /// None where either multiple is no candidate.
    fn as_it_would_be(
        &self,
        id: DecisionId,
        asked: &Asked,
        fan: &FanOutcome,
        resolved: Moment,
    ) -> Option<Resolved> {
        let at = place_of(self.r_multiple(asked.row))?;
        // A fan knows the brackets of its own row only; the bracket that was asked stood among all of
        // the symbol's. What is taken from the fan is how much more or less the new one overlaps.
        let own = fan.uniqueness[place_of(asked.r_multiple)?];
        let among_all = asked.uniqueness.unwrap_or(own);
        let uniqueness = (among_all * fan.uniqueness[at] / own).clamp(f64::MIN_POSITIVE, 1.0);
        let record = OutcomeRecord {
            id,
            row: asked.row,
            resolved,
            won: Some(fan.net_r[at] > 0.0),
            net_r: fan.net_r[at],
            uniqueness,
            reason: None,
            sessions: 0,
            taken: false,
            ambiguous: false,
        };
        Some(Resolved { record, forecast: asked.forecast.clone() })
    }
}

fn adaptive(config: &EngineConfig, row: Regime) -> Result<Option<AdaptiveR>, EngineError> {
    let policy = config.policy.row(row);
    let question = Question {
        spec: spec_of(policy),
        management: management_of(policy),
        costs: config.costs,
        tick: Tick::CENT,
    };
    match AdaptiveR::new(question, AdaptiveConfig::default()) {
        Ok(adaptive) => Ok(Some(adaptive)),
        Err(AdaptiveError::OffGrid { .. }) => Ok(None),
        Err(e) => Err(EngineError::Config(format!("row {row}: {e}"))),
    }
}

/// The note on a row whose multiple moved.
pub fn note((row, review): &(Regime, Review)) -> RiskRecord {
    let error = review.standard_error.unwrap_or(f64::NAN);
    RiskRecord {
        session: review.session,
        event: "r_adapted".to_owned(),
        symbol: None,
        value: review.to_r,
        limit: review.from_r,
        detail: format!(
            "{row}: R from {:.1} to {:.1}; {:.1} grows by {:.5} more per outcome (standard error \
             {error:.5}, {:.0} effective outcomes); what was learned of this row is learned again",
            review.from_r, review.to_r, review.best_r, review.gain, review.outcomes
        ),
    }
}
