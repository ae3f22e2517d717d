//! R-multiples that follow realised outcomes, row by row, and what a new one makes of the past.
//!
//! Every decision is walked under all candidate multiples at once ([`AdaptiveR`]); once a month a
//! row may move by a tenth. A new multiple is a new question: what was learned from a decision that
//! was asked with another one is taken back, and the decision is learned from again with the result
//! it would have had. So calibration, row rates, weights and training examples never mix questions.
//!
//! Results under all candidates go on record, so [`Adapting::recall`] restores the same state from a
//! database that [`Adapting::session`] reached by walking bars.
//!
//! The past is kept packed, to the last bit, and can be set aside in a [`Scratch`] store: memory
//! does not grow with it then, however many symbols there are.

use std::collections::BTreeMap;
use std::sync::Arc;

use tradebot_brackets::adaptive::{
    AdaptiveConfig, AdaptiveError, AdaptiveR, FanOutcome, Finding, Question, Review,
};
use tradebot_domain::{Bar, CorporateAction, Moment, Regime, Symbol, Tick};
use tradebot_journal::{CandidatesRecord, DecisionId, OutcomeRecord, RiskRecord, Scratch};

use crate::candidate::{management_of, spec_of};
use crate::config::EngineConfig;
use crate::error::EngineError;
use crate::learning::Learning;
use crate::shadow::{Forecast, Resolved};
use crate::warm::LearnedSession;
use on_record::{place_of, record_of, spread};
use past::{Past, Session, Told, ToldFan, ended};

mod on_record;
mod packing;
mod past;

/// Multiples of all rows, and the past that a new one is learned from.
#[derive(Clone)]
pub struct Adapting {
    /// The policy's own, in the order of [`Regime::ALL`].
    own: [f64; 5],
    /// None where the policy's own multiple is no tenth, or where nothing is adapted.
    rows: [Option<AdaptiveR>; 5],
    /// Decisions whose candidates have not all ended.
    asked: BTreeMap<DecisionId, Asked>,
    past: Past,
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
        if config.training.adapt_r {
            for row in Regime::ALL {
                rows[row.index()] = adaptive(config, row)?;
            }
        }
        let own = config.policy.r_multiples();
        Ok(Self { own, rows, asked: BTreeMap::new(), past: Past::default() })
    }

    /// The past goes to `scratch` instead of memory, page by page.
    pub fn set_aside_to(&mut self, scratch: Arc<dyn Scratch>) {
        self.past.set_aside_to(scratch);
    }

    /// Bytes of the past, in memory and set aside.
    pub fn past_bytes(&self) -> (usize, usize) {
        self.past.bytes()
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
    ///
    /// # Errors
    /// [`EngineError::Scratch`] when the past cannot be set aside.
    pub fn session(
        &mut self,
        session: Moment,
        (symbols, alarm): (u32, bool),
        resolved: &[Resolved],
    ) -> Result<Taught, EngineError> {
        if !self.adapts() {
            let (outcomes, moved, candidates) = (resolved.to_vec(), Vec::new(), Vec::new());
            return Ok(Taught { symbols, alarm, outcomes, moved, candidates });
        }
        let (mut fans, mut moved, mut candidates) = (Vec::new(), Vec::new(), Vec::new());
        for row in Regime::ALL {
            let Some(adaptive) = self.rows[row.index()].as_mut() else { continue };
            let (ended, review) = adaptive.end_session(session, symbols);
            candidates.extend(ended.iter().map(|fan| record_of(fan, row, session)));
            fans.extend(ended);
            moved.extend(review.filter(|r| r.finding == Finding::Moved).map(|r| (row, r)));
        }
        let past = self.told((session, symbols, alarm), resolved.to_vec(), fans);
        self.forget_those_without_a_fan(resolved);
        self.remember(past, moved, candidates)
    }

    /// Takes a session of an earlier run from its record: what was asked, how it ended, and how it
    /// would have ended otherwise. Rows move as they did then.
    ///
    /// # Errors
    /// [`EngineError::Scratch`] when the past cannot be set aside.
    pub fn recall(&mut self, of: &LearnedSession) -> Result<Taught, EngineError> {
        for outcome in of.outcomes.iter().filter(|o| o.record.won.is_some()) {
            let Some(r_multiple) = outcome.asked.map(|asked| asked.bracket.r_multiple) else {
                continue;
            };
            let (row, forecast) = (outcome.record.row, outcome.forecast.clone());
            let asked = Asked { row, r_multiple, forecast, uniqueness: None };
            self.asked.insert(outcome.record.id, asked);
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
        let past = self.told((of.session, of.symbols, of.alarm), of.resolved(), fans);
        self.remember(past, moved, Vec::new())
    }

    /// A decision that was not entered, or that no bracket of some candidate fits, has no results
    /// under others to wait for.
    fn forget_those_without_a_fan(&mut self, resolved: &[Resolved]) {
        for Resolved { record: OutcomeRecord { id, row, .. }, .. } in resolved {
            let row = self.rows[row.index()].as_ref();
            if !row.is_some_and(|row| row.is_open(id.symbol, id.session)) {
                self.asked.remove(id);
            }
        }
    }

    /// A session's outcomes with what each decision had been asked with.
    fn told(
        &mut self,
        (date, symbols, alarm): (Moment, u32, bool),
        resolved: Vec<Resolved>,
        fans: Vec<FanOutcome>,
    ) -> Session {
        let mut told = Vec::with_capacity(resolved.len());
        for resolved in resolved {
            let asked = self.asked.get_mut(&resolved.record.id);
            let asked_r = asked.as_ref().map(|asked| asked.r_multiple);
            let fan_follows = asked.is_some();
            if let Some(asked) = asked {
                asked.uniqueness = Some(resolved.record.uniqueness);
            }
            told.push(Told { resolved, asked_r, fan_follows });
        }
        let fans = fans.into_iter().filter_map(|fan| {
            let id = DecisionId { session: fan.decided, symbol: fan.symbol };
            let Asked { row, r_multiple, forecast, uniqueness } = self.asked.remove(&id)?;
            Some(ToldFan { fan, row, asked_r: r_multiple, uniqueness: uniqueness?, forecast })
        });
        Session { date, symbols, alarm, fans: fans.collect(), resolved: told }
    }

    fn remember(
        &mut self,
        session: Session,
        moved: Vec<(Regime, Review)>,
        candidates: Vec<CandidatesRecord>,
    ) -> Result<Taught, EngineError> {
        self.past.push(&session)?;
        let (symbols, alarm) = (session.symbols, session.alarm);
        Ok(Taught { symbols, alarm, outcomes: self.taught(session), moved, candidates })
    }

    /// Brings what is learned up to date with a session: with its outcomes or, where a row moved,
    /// with the whole past under the multiples in force.
    ///
    /// # Errors
    /// The text of a refusal, as [`Learning::learn`], or of a page that cannot be read.
    pub fn teach(&self, learning: &mut Learning, taught: &Taught) -> Result<(), String> {
        if taught.moved.is_empty() {
            return learning.learn(taught.symbols, taught.alarm, &taught.outcomes);
        }
        *learning = learning.anew(Regime::ALL.map(|row| self.r_multiple(row)));
        self.past.each(|past| {
            let (symbols, alarm) = (past.symbols, past.alarm);
            learning.learn(symbols, alarm, &self.taught(past))
        })
    }

    /// How decisions ended under the multiples in force, as far as that is known, in the order in
    /// which it became known.
    ///
    /// # Errors
    /// The text of a page that cannot be read.
    pub fn each_known(&self, mut see: impl FnMut(&OutcomeRecord)) -> Result<(), String> {
        self.past.each(|past| {
            self.taught(past).iter().for_each(|resolved| see(&resolved.record));
            Ok(())
        })
    }

    /// Lets go of what no new session can ask for: of decisions of an earlier run, and of the past
    /// where no row can move.
    pub fn forget_what_is_settled(&mut self) {
        self.asked.clear();
        if !self.adapts() {
            self.past.clear();
        }
    }

    /// Decisions that were asked with the multiple in force teach as they ended, others as they would
    /// have ended under it.
    fn taught(&self, session: Session) -> Vec<Resolved> {
        let Session { date, resolved, fans, .. } = session;
        let now = |row, asked_r: Option<f64>| asked_r.is_none_or(|r| self.r_multiple(row) == r);
        let as_it_was = resolved.into_iter().filter(|t| now(t.resolved.record.row, t.asked_r));
        let again = fans
            .into_iter()
            .filter(|fan| !now(fan.row, Some(fan.asked_r)))
            .filter_map(|fan| self.as_it_would_be(fan, date));
        let mut taught: Vec<Resolved> = as_it_was.map(|told| told.resolved).chain(again).collect();
        taught.sort_by_key(|r| r.record.id);
        taught
    }

    /// None where either multiple is no candidate.
    fn as_it_would_be(&self, told: ToldFan, resolved: Moment) -> Option<Resolved> {
        let ToldFan { fan, row, asked_r, uniqueness, forecast } = told;
        let at = place_of(self.r_multiple(row))?;
        // A fan knows the brackets of its own row only; the bracket that was asked stood among all of
        // the symbol's. What is taken from the fan is how much more or less the new one overlaps.
        let own = fan.uniqueness[place_of(asked_r)?];
        let uniqueness = (uniqueness * fan.uniqueness[at] / own).clamp(f64::MIN_POSITIVE, 1.0);
        let id = DecisionId { session: fan.decided, symbol: fan.symbol };
        let record = ended(id, row, resolved, (fan.net_r[at], uniqueness));
        Some(Resolved { record, forecast })
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
