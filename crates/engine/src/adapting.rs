//! R-multiples that follow realised outcomes, row by row, and what a new one makes of the past.
//!
//! Every decision is walked under all candidate multiples at once ([`AdaptiveR`]); once a month a
//! row may move by a tenth. A new multiple is a new question: what was learned from a decision that
//! was asked with another one is taken back, and the decision is learned from again with the result
//! it would have had. So calibration, row rates, weights and training examples never mix questions.

use std::collections::BTreeMap;

use tradebot_brackets::adaptive::{
    AdaptiveConfig, AdaptiveError, AdaptiveR, FanOutcome, Finding, Question, Review, candidate_r,
};
use tradebot_domain::{Bar, CorporateAction, Date, Regime, Symbol, Tick};
use tradebot_journal::{DecisionId, OutcomeRecord, RiskRecord};

use crate::candidate::{management_of, spec_of};
use crate::config::EngineConfig;
use crate::error::EngineError;
use crate::learning::Learning;
use crate::shadow::{Forecast, Resolved};

/// The past is kept in memory to be learned from again, so large universes keep their multiples.
pub const SYMBOLS_MAX: usize = 20;

/// Multiples of all rows, and the past that a new one is learned from.
pub struct Adapting {
    /// In the order of [`Regime::ALL`]; none where the policy's own multiple is no tenth, or where
    /// nothing is adapted.
    rows: [Option<AdaptiveR>; 5],
    asked: BTreeMap<DecisionId, Asked>,
    past: Vec<Past>,
}

/// What a decision was asked with.
struct Asked {
    row: Regime,
    r_multiple: f64,
    forecast: Forecast,
    /// Uniqueness of its own bracket among all of the symbol, once that has ended.
    uniqueness: Option<f64>,
}

/// What one session brought.
struct Past {
    session: Date,
    symbols: u32,
    alarm: bool,
    resolved: Vec<Resolved>,
    fans: Vec<FanOutcome>,
}

/// What a session teaches, and which rows ask something new from now on.
pub struct Taught {
    /// Outcomes to learn from.
    pub outcomes: Vec<Resolved>,
    /// Rows whose multiple moved.
    pub moved: Vec<(Regime, Review)>,
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
        Ok(Self { rows, asked: BTreeMap::new(), past: Vec::new() })
    }

    /// The multiple of a row in force; none where it is the policy's.
    pub fn r_multiple(&self, row: Regime) -> Option<f64> {
        self.rows[row.index()].as_ref().map(AdaptiveR::r_multiple)
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
        if matches!(adaptive.decide(id.symbol, id.session, close, atr), Ok(true)) {
            let r_multiple = adaptive.r_multiple();
            let forecast = forecast.clone();
            self.asked.insert(id, Asked { row, r_multiple, forecast, uniqueness: None });
        }
    }

    /// Takes a session's outcomes, after its bars and before its decisions.
    pub fn session(
        &mut self,
        session: Date,
        (symbols, alarm): (u32, bool),
        resolved: &[Resolved],
    ) -> Taught {
        if self.rows.iter().all(Option::is_none) {
            return Taught { outcomes: resolved.to_vec(), moved: Vec::new() };
        }
        for r in resolved {
            if let Some(asked) = self.asked.get_mut(&r.record.id) {
                asked.uniqueness = Some(r.record.uniqueness);
            }
        }
        let (mut fans, mut moved) = (Vec::new(), Vec::new());
        for row in Regime::ALL {
            let Some(adaptive) = self.rows[row.index()].as_mut() else { continue };
            let (ended, review) = adaptive.end_session(session, symbols);
            fans.extend(ended);
            moved.extend(review.filter(|r| r.finding == Finding::Moved).map(|r| (row, r)));
        }
        let past = Past { session, symbols, alarm, resolved: resolved.to_vec(), fans };
        let outcomes = self.taught(&past);
        self.past.push(past);
        Taught { outcomes, moved }
    }

    /// Learns the whole past again, with the multiples in force.
    ///
    /// # Errors
    /// The text of a refusal, as [`Learning::learn`].
    pub fn relearn(&self, mut learning: Learning) -> Result<Learning, String> {
        for past in &self.past {
            learning.learn(past.symbols, past.alarm, &self.taught(past))?;
        }
        Ok(learning)
    }

    /// How the decisions of a row ended under the multiple in force, as far as that is known.
    pub fn labels(&self, row: Regime) -> BTreeMap<DecisionId, (bool, f64)> {
        let of_row = self.past.iter().flat_map(|past| self.taught(past));
        of_row
            .filter(|r| r.record.row == row)
            .filter_map(|r| Some((r.record.id, (r.record.won?, r.record.uniqueness))))
            .collect()
    }

    /// Decisions that were asked with the multiple in force teach as they ended, others as they would
    /// have ended under it.
    fn taught(&self, past: &Past) -> Vec<Resolved> {
        let as_it_was = past.resolved.iter().filter(|r| self.is_current(r.record.id)).cloned();
        let again = past.fans.iter().filter_map(|fan| {
            let id = DecisionId { session: fan.decided, symbol: fan.symbol };
            let asked = self.asked.get(&id).filter(|_| !self.is_current(id))?;
            Some(self.as_it_would_be(id, asked, fan, past.session))
        });
        let mut taught: Vec<Resolved> = as_it_was.chain(again).collect();
        taught.sort_by_key(|r| r.record.id);
        taught
    }

    fn is_current(&self, id: DecisionId) -> bool {
        self.asked
            .get(&id)
            .is_none_or(|asked| self.r_multiple(asked.row).is_none_or(|r| r == asked.r_multiple))
    }

    fn as_it_would_be(
        &self,
        id: DecisionId,
        asked: &Asked,
        fan: &FanOutcome,
        resolved: Date,
    ) -> Resolved {
        let r = self.r_multiple(asked.row).unwrap_or(asked.r_multiple);
        let place = |r: f64| (0..fan.net_r.len()).find(|at| candidate_r(*at) == r).unwrap_or(0);
        let at = place(r);
        // A fan knows the brackets of its own row only; the bracket that was asked stood among all of
        // the symbol's. What is taken from the fan is how much more or less the new one overlaps.
        let own = fan.uniqueness[place(asked.r_multiple)];
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
        Resolved { record, forecast: asked.forecast.clone() }
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
