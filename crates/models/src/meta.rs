//! Whether to act on an opinion: meta-labelling.
//!
//! A first model says how likely a bracket wins; the policy decides to act on some of its
//! opinions. [`MetaLabeller`] is a second model that sees only the decisions that were acted on
//! and learns one thing: when does acting turn out right? Its probability can veto an act or scale
//! its size, and it never starts one.
//!
//! 1. [`judge`](MetaLabeller::judge) says how likely an act is right, from what the first model
//!    said, how sure and how divided it was, the policy row, and the forecasts of
//!    [`volatility`](crate::volatility). It abstains until enough outcomes are known.
//! 2. [`act`](MetaLabeller::act) remembers what was seen when a decision was acted on.
//! 3. [`learn_session`](MetaLabeller::learn_session) takes the outcomes that became known in a
//!    session, whenever their decisions were, and refits when it is due.
//!
//! The model is a logistic regression with an L2 penalty on all outcomes known so far, each counted
//! by its uniqueness. How strong the penalty is, the outcomes say themselves: of five priors the
//! one with the greatest evidence is taken, so that columns without news are held at nothing. An
//! outcome that is not known is not learned from: no label
//! overlaps the future of the act that is judged, so there is nothing to purge (Lopez de Prado
//! 2018, chapter 7).
//!
//! [`MetaGate`] is the same second model for an engine that refits once a month and purges: it keeps
//! no list of open acts, waits with every outcome until the label horizon has passed, and has a
//! card and exact bytes.
//!
//! Expect little: where the first model is calibrated and has used what there is to know, nothing
//! is left for the second, and it says the base rate. Both numbers of [`MetaOpinion`] are issued
//! before the outcome, so `(base_rate - y)^2 - (p - y)^2` can be tested for skill as it stands, for
//! example with `tradebot_ensemble::skill::SkillTest`; do not act on it before it has shown some.
//!
//! ```
//! use tradebot_domain::{Date, Regime, Symbol};
//! use tradebot_models::{MetaConfig, MetaInput, MetaLabeller, MetaOutcome};
//!
//! let mut meta = MetaLabeller::new(MetaConfig::default())?;
//! let (decided, known) = (Date::constant(2010, 1, 4), Date::constant(2010, 1, 12));
//! let (symbol, row) = (Symbol::new("IBM")?, Regime::TrendingLowVol);
//! let input = MetaInput::new(row, 0.58, 0.12, 0.05).with_volatility(0.7, 0.3);
//! assert!(meta.judge(&input)?.is_none(), "nothing is known yet");
//! meta.act(decided, symbol, input)?;
//! meta.learn_session(known, &[MetaOutcome { decided, symbol, won: true, uniqueness: 0.4 }])?;
//! assert_eq!(meta.outcomes(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **Source:** Lopez de Prado, *Advances in Financial Machine Learning* (2018), section 3.6
//! (meta-labelling) and chapter 4 (uniqueness). MacKay, *Neural Computation* 4 (1992), 720
//! (penalties chosen by evidence).

mod error; // refusals
mod input; // what is seen when an act is judged
mod fit; // a regression, as strong as its outcomes say
mod state; // restored only when sound
mod gate; // the same for an engine: monthly, purged, with a card

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradebot_domain::{Date, Symbol};

pub use error::MetaError;
pub use gate::{GateConfig, GateFit, MetaGate};
pub use input::MetaInput;

use crate::regression::sigmoid;
use crate::ridge::Line;

/// Wins and losses before the first: Beta(2,2), as everywhere.
const PSEUDO_OUTCOMES: f64 = 2.0;

/// Parameters of a [`MetaLabeller`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MetaConfig {
    /// Sum of uniqueness of known outcomes below which it abstains; at least 10.
    pub worth_min: f64,
    /// Sessions with outcomes between refits, at least 1.
    pub refit_every: usize,
}

impl Default for MetaConfig {
    /// Speaks after 100 independent outcomes, learns after every fifth session with some.
    fn default() -> Self {
        Self { worth_min: 100.0, refit_every: 5 }
    }
}

/// What became of an act.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MetaOutcome {
    /// The session on whose close it was decided.
    pub decided: Date,
    /// On which symbol.
    pub symbol: Symbol,
    /// Its bracket ended with a profit after costs.
    pub won: bool,
    /// Mean over its life of 1 / brackets open on the symbol, in (0, 1].
    pub uniqueness: f64,
}

/// How likely an act is right.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MetaOpinion {
    /// Probability that its bracket wins, given that it is acted on.
    pub p: f64,
    /// Share of acts that won so far, by uniqueness, Beta(2,2) before the first: the reference `p`
    /// has to beat.
    pub base_rate: f64,
    /// Sum of uniqueness of the outcomes behind `base_rate`.
    pub worth: f64,
}

/// One symbol in one session.
type Decision = (Date, Symbol);

/// An outcome with what was seen when it was decided.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Lesson {
    outcome: MetaOutcome,
    input: MetaInput,
}

/// The second model: acts, their outcomes so far, and what was learned from them.
///
/// A value: `Clone`, `PartialEq`, serialisable, and a pure function of the calls made so far, to
/// the last bit. The order of outcomes within a session does not matter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "state::Stored")]
pub struct MetaLabeller {
    config: MetaConfig,
    /// Acts whose outcome is not known, by decision.
    #[serde(with = "state::pairs")]
    open: BTreeMap<Decision, MetaInput>,
    /// Known outcomes, by session in which they became known, then by decision.
    lessons: Vec<Lesson>,
    worth: f64,
    worth_won: f64,
    line: Option<Line>,
    sessions_since_fit: usize,
    last_session: Option<Date>,
}

impl MetaLabeller {
    /// Knows nothing yet.
    ///
    /// # Errors
    /// [`MetaError::Parameter`] for one that is out of its range.
    pub fn new(config: MetaConfig) -> Result<Self, MetaError> {
        if !(config.worth_min >= 10.0 && config.worth_min.is_finite()) {
            let (parameter, value) = ("worth_min", config.worth_min);
            return Err(MetaError::Parameter { parameter, value, range: "at least 10" });
        }
        if config.refit_every == 0 {
            let parameter = "refit_every";
            return Err(MetaError::Parameter { parameter, value: 0.0, range: "at least 1" });
        }
        Ok(Self {
            config,
            open: BTreeMap::new(),
            lessons: Vec::new(),
            worth: 0.0,
            worth_won: 0.0,
            line: None,
            sessions_since_fit: 0,
            last_session: None,
        })
    }

    /// How likely acting now is right; `None` until [`MetaConfig::worth_min`] outcomes are known.
    ///
    /// # Errors
    /// [`MetaError::Input`] naming the number that is out of its range.
    pub fn judge(&self, input: &MetaInput) -> Result<Option<MetaOpinion>, MetaError> {
        input.check()?;
        let p = |line: &Line| sigmoid(line.at(&input.columns()));
        let (base_rate, worth) = (self.base_rate(), self.worth);
        Ok(self.line.as_ref().map(|line| MetaOpinion { p: p(line), base_rate, worth }))
    }

    /// Remembers what was seen when a decision was acted on.
    ///
    /// **Edges:** the same act again with the same input changes nothing.
    ///
    /// # Errors
    /// - [`MetaError::Input`] naming the number that is out of its range.
    /// - [`MetaError::ActedTwice`] for an act that is open with another input.
    /// - [`MetaError::OutOfOrder`] for a decision of a session before the last one learned: what
    ///   was seen then can no longer be told from what was known since.
    pub fn act(
        &mut self,
        session: Date,
        symbol: Symbol,
        input: MetaInput,
    ) -> Result<(), MetaError> {
        input.check()?;
        if let Some(last) = self.last_session.filter(|last| session < *last) {
            return Err(MetaError::OutOfOrder { session, last });
        }
        match self.open.get(&(session, symbol)) {
            Some(known) if *known != input => Err(MetaError::ActedTwice { session, symbol }),
            Some(_) => Ok(()),
            None => {
                self.open.insert((session, symbol), input);
                Ok(())
            }
        }
    }

    /// Learns the outcomes that became known in a session, in any order; late ones like others.
    ///
    /// Nothing is learned when an error is returned.
    ///
    /// # Errors
    /// - [`MetaError::OutOfOrder`] for a session not after the last one.
    /// - [`MetaError::Unknown`] for a decision that was not acted on, has its outcome already,
    ///   stands twice in the slice, or was not taken before this session.
    /// - [`MetaError::Uniqueness`] for one outside (0, 1].
    pub fn learn_session(
        &mut self,
        session: Date,
        outcomes: &[MetaOutcome],
    ) -> Result<(), MetaError> {
        if let Some(last) = self.last_session.filter(|last| session <= *last) {
            return Err(MetaError::OutOfOrder { session, last });
        }
        let mut sorted = outcomes.to_vec();
        sorted.sort_by_key(|o| (o.decided, o.symbol));
        self.check_outcomes(session, &sorted)?;
        self.last_session = Some(session);
        for outcome in sorted {
            if let Some(input) = self.open.remove(&(outcome.decided, outcome.symbol)) {
                self.worth += outcome.uniqueness;
                self.worth_won += if outcome.won { outcome.uniqueness } else { 0.0 };
                self.lessons.push(Lesson { outcome, input });
            }
        }
        if !outcomes.is_empty() {
            self.sessions_since_fit += 1;
            self.refit_when_due();
        }
        Ok(())
    }

    /// Share of acts that won so far, by uniqueness, Beta(2,2) before the first.
    pub fn base_rate(&self) -> f64 {
        (PSEUDO_OUTCOMES + self.worth_won) / (2.0 * PSEUDO_OUTCOMES + self.worth)
    }

    /// Acts whose outcome is known.
    pub fn outcomes(&self) -> usize {
        self.lessons.len()
    }

    /// Acts whose outcome is not known.
    pub fn open(&self) -> usize {
        self.open.len()
    }

    /// What it was made with.
    pub const fn config(&self) -> &MetaConfig {
        &self.config
    }

    /// `sorted` by decision.
    fn check_outcomes(&self, session: Date, sorted: &[MetaOutcome]) -> Result<(), MetaError> {
        let mut before = None;
        for outcome in sorted {
            let decision = (outcome.decided, outcome.symbol);
            let is_open = self.open.contains_key(&decision) && outcome.decided < session;
            if !is_open || before.replace(decision) == Some(decision) {
                let MetaOutcome { decided, symbol, .. } = *outcome;
                return Err(MetaError::Unknown { decided, symbol, session });
            }
            if !is_uniqueness(outcome.uniqueness) {
                return Err(MetaError::Uniqueness { value: outcome.uniqueness });
            }
        }
        Ok(())
    }

    fn refit_when_due(&mut self) {
        let is_due = self.line.is_none() || self.sessions_since_fit >= self.config.refit_every;
        if !is_due || self.worth < self.config.worth_min {
            return;
        }
        // As with any fit of finite numbers under a proper prior, this does not fail; if it did,
        // the last one is still the best there is.
        let lessons = self.lessons.iter().map(|l| (&l.input, l.outcome.won, l.outcome.uniqueness));
        if let Ok(learned) = fit::learn(lessons, self.line.as_ref()) {
            self.line = Some(learned.line);
            self.sessions_since_fit = 0;
        }
    }
}

fn is_uniqueness(value: f64) -> bool {
    value > 0.0 && value <= 1.0
}

#[cfg(test)]
mod tests;
