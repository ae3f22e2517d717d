//! Meta-labelling for an engine: observed outcome by outcome, refitted monthly, purged.
//!
//! What an engine does in every session, in this order:
//!
//! 1. [`observe`](MetaGate::observe): each outcome that became known, of a decision that was acted
//!    on or would have been, with what was seen when it was decided.
//! 2. [`refit_if_due`](MetaGate::refit_if_due), once: with the first session of a month the second
//!    model is fitted anew.
//! 3. [`probability_right`](MetaGate::probability_right) or [`allows`](MetaGate::allows), for each
//!    decision that the policy would act on.
//!
//! An outcome is learned from once the label horizon has passed since its decision, not when it
//! is known: of the decisions of the last weeks only the quick ones have ended, and quick ones are
//! more often losses.
//!
//! ```
//! use tradebot_domain::{Date, Regime, Symbol};
//! use tradebot_models::{GateConfig, MetaGate, MetaInput, MetaOutcome};
//!
//! let mut gate = MetaGate::new(GateConfig::default())?;
//! let symbol = Symbol::new("IBM")?;
//! let seen = MetaInput::new(Regime::TrendingLowVol, 0.58, 0.12, 0.05).with_volatility(0.7, 0.3);
//! let decided = Date::constant(2010, 1, 4);
//! gate.observe(&seen, &MetaOutcome { decided, symbol, won: true, uniqueness: 0.4 })?;
//! assert!(gate.refit_if_due(Date::constant(2010, 1, 12))?.is_none(), "too little is known");
//! assert!(gate.allows(&seen, 0.45)?, "so nothing is vetoed");
//! assert_eq!(MetaGate::from_bytes(&gate.to_bytes())?, gate);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! On the bundled stocks its veto gains nothing that can be told from chance; see the example
//! `member_walk_forward`. It is for keeping an eye on, and for data on which it can show skill.
//!
//! **Source:** Lopez de Prado, *Advances in Financial Machine Learning* (2018), sections 3.6
//! (meta-labelling), 4.4 (uniqueness) and 7.4 (purging).

mod bytes; // exact, checked when read
mod card; // what a reader must know

use std::collections::{BTreeMap, VecDeque};

use tradebot_domain::{Date, Regime, Symbol};

use super::fit::learn;
use super::{Decision, Lesson, MetaError, MetaInput, MetaOpinion, MetaOutcome, is_uniqueness};
use crate::regression::sigmoid;
use crate::ridge::Line;

/// Wins and losses before the first: Beta(2,2), as everywhere.
const PSEUDO_OUTCOMES: f64 = 2.0;

/// Parameters of a [`MetaGate`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GateConfig {
    /// Sessions after its decision by which every outcome is known; 1 or more.
    pub horizon: u32,
    /// Worth of known outcomes below which it has no opinion; at least 10.
    pub worth_min: f64,
    /// Months between refits, `1..=12`.
    pub every_months: u32,
    /// Share of a symbol's movement that it has in common with others, `0..=1`: outcomes of `k`
    /// decisions of one session count `1 / (1 + shared_movement x (k - 1))` each.
    pub shared_movement: f64,
}

impl Default for GateConfig {
    /// The horizon of the product's default policy; an opinion after 100 independent outcomes.
    fn default() -> Self {
        Self { horizon: 30, worth_min: 100.0, every_months: 1, shared_movement: 0.3 }
    }
}

/// What a refit was made of, for the record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GateFit {
    /// Outcomes learned from.
    pub outcomes: usize,
    /// How many independent ones they are worth.
    pub worth: f64,
    /// Share of them that won, by worth, Beta(2,2) before the first.
    pub base_rate: f64,
    /// Earliest decision among them.
    pub first: Date,
    /// Latest decision among them.
    pub last: Date,
    /// Precision of the prior that had the greatest evidence.
    pub precision: f64,
}

/// Whether acting on the first model turns out right, learned month by month.
///
/// A value: `Clone`, `PartialEq`, storable as bytes, and a pure function of the calls made so far,
/// to the last bit. The order of outcomes within a session does not matter.
#[derive(Debug, Clone, PartialEq)]
pub struct MetaGate {
    config: GateConfig,
    /// The last sessions, the newest at the back, `horizon + 1` at most.
    sessions: VecDeque<Date>,
    /// Outcomes known so far, by decision.
    known: BTreeMap<Decision, Lesson>,
    fitted: Option<(GateFit, Line)>,
    /// Year and month in which a refit was last due.
    due_in: Option<(i16, i8)>,
}

impl MetaGate {
    /// Knows nothing yet.
    ///
    /// # Errors
    /// [`MetaError::Parameter`] for one that is out of its range.
    pub fn new(config: GateConfig) -> Result<Self, MetaError> {
        let GateConfig { horizon, worth_min, every_months, shared_movement } = config;
        let months = f64::from(every_months);
        let checks = [
            ("horizon", f64::from(horizon), horizon >= 1, "1 or more"),
            ("worth_min", worth_min, worth_min >= 10.0 && worth_min.is_finite(), "at least 10"),
            ("every_months", months, (1..=12).contains(&every_months), "1 to 12"),
            ("shared_movement", shared_movement, (0.0..=1.0).contains(&shared_movement), "0 to 1"),
        ];
        match checks.into_iter().find(|(_, _, good, _)| !good) {
            Some((parameter, value, _, range)) => {
                Err(MetaError::Parameter { parameter, value, range })
            }
            None => Ok(Self {
                config,
                sessions: VecDeque::new(),
                known: BTreeMap::new(),
                fitted: None,
                due_in: None,
            }),
        }
    }

    /// Takes an outcome that became known, with what was seen when it was decided.
    ///
    /// # Errors
    /// - [`MetaError::Input`] naming the number that is out of its range.
    /// - [`MetaError::Uniqueness`] for one outside (0, 1].
    /// - [`MetaError::ObservedTwice`] for a decision whose outcome is known.
    pub fn observe(&mut self, input: &MetaInput, outcome: &MetaOutcome) -> Result<(), MetaError> {
        input.check()?;
        let MetaOutcome { decided: session, symbol, uniqueness, .. } = *outcome;
        if !is_uniqueness(uniqueness) {
            return Err(MetaError::Uniqueness { value: uniqueness });
        }
        if self.known.contains_key(&(session, symbol)) {
            return Err(MetaError::ObservedTwice { session, symbol });
        }
        self.known.insert((session, symbol), Lesson { outcome: *outcome, input: *input });
        Ok(())
    }

    /// Counts a session, and refits when a month begins. To be called once in every session, also
    /// in one without outcomes, after those that became known in it were observed.
    ///
    /// Gives what was learned when there was a refit. **Edges:** none before the outcomes are worth
    /// enough; a month that begins with too few is not made up for later.
    ///
    /// # Errors
    /// [`MetaError::OutOfOrder`] for a session not after the last one.
    pub fn refit_if_due(&mut self, session: Date) -> Result<Option<GateFit>, MetaError> {
        if let Some(last) = self.sessions.back().copied().filter(|last| session <= *last) {
            return Err(MetaError::OutOfOrder { session, last });
        }
        self.sessions.push_back(session);
        if self.sessions.len() > self.config.horizon as usize + 1 {
            self.sessions.pop_front();
        }
        if !self.is_due(session) {
            return Ok(None);
        }
        self.due_in = Some((session.year(), session.month()));
        Ok(self.refit())
    }

    /// How likely acting now is right; `None` while too little is known.
    ///
    /// # Errors
    /// [`MetaError::Input`] naming the number that is out of its range.
    pub fn probability_right(&self, input: &MetaInput) -> Result<Option<MetaOpinion>, MetaError> {
        input.check()?;
        Ok(self.fitted.as_ref().map(|(fit, line)| MetaOpinion {
            p: sigmoid(line.at(&input.columns())),
            base_rate: fit.base_rate,
            worth: fit.worth,
        }))
    }

    /// Whether to act: the chance of being right is `break_even` or more, the win rate at which the
    /// bracket of the row neither earns nor loses. While too little is known it allows everything:
    /// it can veto only what it has learned about.
    ///
    /// # Errors
    /// As [`probability_right`](Self::probability_right).
    pub fn allows(&self, input: &MetaInput, break_even: f64) -> Result<bool, MetaError> {
        Ok(self.probability_right(input)?.is_none_or(|opinion| opinion.p >= break_even))
    }

    /// A row asks something new, e.g. with another R-multiple: its outcomes are labelled with what
    /// is known of the new question, `(won, uniqueness)`, or dropped until that is known. The last
    /// fit stays until the next.
    ///
    /// # Errors
    /// [`MetaError::Uniqueness`] for one outside (0, 1]; nothing is changed then.
    pub fn relabel(
        &mut self,
        row: Regime,
        labels: &BTreeMap<(Date, Symbol), (bool, f64)>,
    ) -> Result<(), MetaError> {
        if let Some((_, value)) = labels.values().find(|(_, u)| !is_uniqueness(*u)) {
            return Err(MetaError::Uniqueness { value: *value });
        }
        self.known.retain(|decision, lesson| {
            if lesson.input.row != row {
                return true;
            }
            let label = labels.get(decision);
            if let Some((won, uniqueness)) = label {
                lesson.outcome =
                    MetaOutcome { won: *won, uniqueness: *uniqueness, ..lesson.outcome };
            }
            label.is_some()
        });
        Ok(())
    }

    /// Outcomes known, those not yet learned from included.
    pub fn outcomes(&self) -> usize {
        self.known.len()
    }

    /// The last refit.
    pub fn fitted(&self) -> Option<&GateFit> {
        self.fitted.as_ref().map(|(fit, _)| fit)
    }

    /// What it was made with.
    pub const fn config(&self) -> &GateConfig {
        &self.config
    }

    fn is_due(&self, session: Date) -> bool {
        let months = |(year, month): (i16, i8)| i32::from(year) * 12 + i32::from(month);
        self.due_in.is_none_or(|last| {
            let since = months((session.year(), session.month())) - months(last);
            i64::from(since) >= i64::from(self.config.every_months)
        })
    }

    fn refit(&mut self) -> Option<GateFit> {
        // The session that lies a whole horizon back: what was decided by then is known.
        let cut = *self.sessions.front()?;
        if self.sessions.len() <= self.config.horizon as usize {
            return None;
        }
        let lessons: Vec<&Lesson> = self
            .known
            .iter()
            .take_while(|((decided, _), _)| *decided <= cut)
            .map(|e| e.1)
            .collect();
        let weights = weights(&lessons, self.config.shared_movement);
        let (mut worth, mut won) = (0.0, 0.0);
        for (lesson, weight) in lessons.iter().zip(&weights) {
            worth += weight;
            won += if lesson.outcome.won { *weight } else { 0.0 };
        }
        if worth < self.config.worth_min {
            return None;
        }
        let seen = lessons.iter().zip(&weights).map(|(l, w)| (&l.input, l.outcome.won, *w));
        // As with any fit of finite numbers under a proper prior, this does not fail; if it did,
        // the last one is still the best there is.
        let learned = learn(seen, self.fitted.as_ref().map(|(_, line)| line)).ok()?;
        let fit = GateFit {
            outcomes: lessons.len(),
            worth,
            base_rate: (PSEUDO_OUTCOMES + won) / (2.0 * PSEUDO_OUTCOMES + worth),
            first: lessons.first()?.outcome.decided,
            last: lessons.last()?.outcome.decided,
            precision: learned.precision,
        };
        self.fitted = Some((fit, learned.line));
        Some(fit)
    }
}

/// Uniqueness, less what decisions of one session have in common. In the order of decisions.
fn weights(lessons: &[&Lesson], shared_movement: f64) -> Vec<f64> {
    lessons
        .chunk_by(|a, b| a.outcome.decided == b.outcome.decided)
        .flat_map(|session| {
            let share = 1.0 / (1.0 + shared_movement * (session.len() - 1) as f64);
            session.iter().map(move |lesson| share * lesson.outcome.uniqueness)
        })
        .collect()
}

#[cfg(test)]
mod tests;
