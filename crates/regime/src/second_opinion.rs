//! What two statistical detectors make of the index, beside the rule and without a vote.
//!
//! From the index's daily log return, in percent, and on request from its range and the VIX too
//! ([`Observations`]): a two-state [`ExpandingHmm`] says how probable the state of high volatility
//! is; from the return alone [`Bocpd`] says how probable it is that the returns changed in the last
//! days. The rule alone names the regime. These are for the record, for a warning when
//! rule and model disagree for long, and for memories: after a change the past is worth less.
//!
//! **Source:** see [`crate::hmm`] and [`crate::bocpd`].

use serde::{Deserialize, Serialize};
use tradebot_domain::Bar;

use crate::bocpd::{Bocpd, BocpdConfig, BocpdError};
use crate::hmm::{
    Covariance, ExpandingHmm, FitError, FitOptions, HiddenMarkov as _, RefitSchedule, VectorHmm,
    VectorOptions,
};
use crate::severity::HIGH;

/// What the hidden Markov model sees of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observations {
    /// The log return of the index, in percent.
    #[default]
    Return,
    /// And the logarithm of its range, which is 100 ln(high / low).
    ReturnAndRange,
    /// And the log change of the VIX from two sessions before to the one before, in percent.
    ReturnRangeAndVix,
}

impl Observations {
    /// Numbers seen at a time.
    pub const fn series(self) -> usize {
        match self {
            Self::Return => 1,
            Self::ReturnAndRange => 2,
            Self::ReturnRangeAndVix => 3,
        }
    }
}

/// How the second opinion is formed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecondOpinionConfig {
    /// When the hidden Markov model is learned: first from 500 returns, then every 63,
    /// with restarts at every fourth fit.
    pub schedule: RefitSchedule,
    /// How it is learned; at least 2 states, of which the one of highest deviation counts.
    pub fit: FitOptions,
    /// What the model sees.
    pub seen: Observations,
    /// What its states know of pairs, where it sees more than the return.
    pub covariance: Covariance,
    /// How change points are looked for, in returns of percent.
    pub change: BocpdConfig,
    /// Probability from which on the model calls volatility high; above 0, below 1.
    pub high_at: f64,
    /// Runs shorter than this many sessions are young; at least 1.
    pub young_sessions: u32,
    /// Probability of a young run from which on there is an alarm; above 0, below 1.
    pub alarm_at: f64,
    /// Exponent for the decay of memories during an alarm, at least 1.
    pub alarm_forgetting: f64,
    /// Sessions of disagreement in a row with which the warning begins; at least 1.
    pub warn_sessions: u32,
}

impl Default for SecondOpinionConfig {
    /// The fit is made cheap for the sake of replays: five passes for each of ten starts, and to
    /// the end from the best of them and from the model before.
    fn default() -> Self {
        let fit = FitOptions {
            restarts: 10,
            short_passes: 5,
            finalists: 1,
            max_passes: 200,
            tolerance: 1e-3,
            ..FitOptions::default()
        };
        Self {
            schedule: RefitSchedule::default(),
            fit,
            seen: Observations::Return,
            covariance: Covariance::Full,
            change: BocpdConfig::default(),
            high_at: 0.5,
            young_sessions: 10,
            alarm_at: 0.5,
            alarm_forgetting: 2.0,
            warn_sessions: 10,
        }
    }
}

/// Why no second opinion can be formed like that.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SecondOpinionError {
    /// The schedule or the options of the fit.
    #[error("hidden Markov model: {0}")]
    Fit(#[from] FitError),
    /// Hazard, prior or pruning.
    #[error("change points: {0}")]
    Change(#[from] BocpdError),
    /// An option outside its range.
    #[error("{name} is {value}; it must be in {range}")]
    Option {
        /// The key.
        name: &'static str,
        /// What was found.
        value: f64,
        /// What is allowed.
        range: &'static str,
    },
}

impl SecondOpinionConfig {
    /// # Errors
    /// The first [`SecondOpinionError`] found.
    pub fn validate(&self) -> Result<(), SecondOpinionError> {
        self.fit.validate()?;
        self.schedule.validate()?;
        self.change.validate()?;
        let inside = |value: f64| value > 0.0 && value < 1.0;
        let forgetting = self.alarm_forgetting;
        let open = "0 (exclusive) to 1 (exclusive)";
        [
            ("fit.states", self.fit.states as f64, self.fit.states >= 2, "2..=8"),
            ("high_at", self.high_at, inside(self.high_at), open),
            ("alarm_at", self.alarm_at, inside(self.alarm_at), open),
            ("young_sessions", f64::from(self.young_sessions), self.young_sessions >= 1, "1.."),
            ("alarm_forgetting", forgetting, (1.0..=100.0).contains(&forgetting), "1..=100"),
            ("warn_sessions", f64::from(self.warn_sessions), self.warn_sessions >= 1, "1.."),
        ]
        .into_iter()
        .find(|(_, _, ok, _)| !ok)
        .map_or(Ok(()), |(name, value, _, range)| {
            Err(SecondOpinionError::Option { name, value, range })
        })
    }
}

/// The second opinion on one session, for the record.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SecondOpinionReading {
    /// P(state of highest volatility | returns so far), in 0..=1; absent before the first fit.
    pub high_volatility: Option<f64>,
    /// Standard deviation of daily returns in that state, in percent; absent likewise.
    pub high_volatility_sd: Option<f64>,
    /// Returns the model was learned from, this session's at the most; 0 before the first fit.
    pub fitted_on: usize,
    /// P(the returns changed less than [`young_sessions`](SecondOpinionConfig::young_sessions)
    /// ago), in 0..=1. It is 1 until there have been that many.
    pub changed: f64,
    /// Expected sessions since the last change.
    pub run_length: f64,
    /// `changed` has reached [`alarm_at`](SecondOpinionConfig::alarm_at), and not for want of
    /// history.
    pub alarm: bool,
    /// Exponent for the decay of a memory, so that `decay^forgetting` is kept per step: 1 as
    /// configured; with 2, during an alarm, half the half-life.
    pub forgetting: f64,
    /// Sessions in a row, this one included, in which the rule and the model called volatility
    /// differently; 0 where they agree or one of them does not know.
    pub disagreement: u32,
    /// They have disagreed for [`warn_sessions`](SecondOpinionConfig::warn_sessions) or longer.
    pub warning: bool,
}

/// Reads the second opinion from the context index, one session at a time.
#[derive(Debug, Clone)]
pub struct SecondOpinion {
    config: SecondOpinionConfig,
    states: States,
    change: Bocpd,
    previous_close: Option<f64>,
    previous_vix: Option<f64>,
    returns: u32,
    disagreement: u32,
}

#[derive(Debug, Clone)]
enum States {
    One(ExpandingHmm),
    Several(ExpandingHmm<VectorHmm>),
}

impl States {
    fn new(config: &SecondOpinionConfig) -> Result<Self, FitError> {
        let SecondOpinionConfig { schedule, fit, covariance, .. } = *config;
        let series = config.seen.series();
        if series == 1 {
            return ExpandingHmm::new(schedule, fit).map(Self::One);
        }
        let options = VectorOptions { series, covariance, fit };
        ExpandingHmm::of_vectors(schedule, options).map(Self::Several)
    }

    /// The last state is the one of highest volatility.
    fn see(&mut self, seen: &[f64]) -> Option<f64> {
        let states = match self {
            Self::One(states) => states.see(seen),
            Self::Several(states) => states.see(seen),
        };
        states.and_then(|states| states.last().copied())
    }

    fn highest_sd(&self) -> Option<f64> {
        match self {
            Self::One(states) => states.model().and_then(|model| model.sds().last().copied()),
            Self::Several(states) => states.model().map(|model| model.sd(model.states() - 1, 0)),
        }
    }

    fn fitted_on(&self) -> usize {
        match self {
            Self::One(states) => states.fitted_on(),
            Self::Several(states) => states.fitted_on(),
        }
    }
}

impl SecondOpinion {
    /// Knows no session yet.
    ///
    /// # Errors
    /// [`SecondOpinionError`] for a configuration outside its ranges.
    pub fn new(config: SecondOpinionConfig) -> Result<Self, SecondOpinionError> {
        config.validate()?;
        Ok(Self {
            config,
            states: States::new(&config)?,
            change: Bocpd::new(config.change)?,
            previous_close: None,
            previous_vix: None,
            returns: 0,
            disagreement: 0,
        })
    }

    /// Takes the session's index close, and its severity by the rule (0 to 3) where there is one.
    ///
    /// **Edges:** `None` for the first close, which makes no return, and for a close that is not a
    /// finite number above 0; that leaves the state as it was.
    ///
    /// A close alone is all there is for [`Observations::Return`]; for others it is a missing
    /// observation.
    pub fn update(&mut self, close: f64, severity: Option<u8>) -> Option<SecondOpinionReading> {
        self.take(close, [f64::NAN; 2], severity)
    }

    /// Takes the session's index bar, the VIX close of the session before where there is one, and
    /// the index's severity as [`update`](Self::update) does.
    ///
    /// **Edges:** a session without a range or without a change of the VIX that is asked for is a
    /// missing observation: a step of the model's chain alone.
    pub fn update_bar(
        &mut self,
        bar: &Bar,
        vix_previous: Option<f64>,
        severity: Option<u8>,
    ) -> Option<SecondOpinionReading> {
        let range = (100.0 * (bar.high / bar.low).ln()).ln();
        let before = std::mem::replace(&mut self.previous_vix, vix_previous);
        let vix = before.zip(vix_previous).map_or(f64::NAN, |(a, b)| 100.0 * (b / a).ln());
        self.take(bar.close, [range, vix], severity)
    }

    fn take(
        &mut self,
        close: f64,
        beside: [f64; 2],
        severity: Option<u8>,
    ) -> Option<SecondOpinionReading> {
        if !(close.is_finite() && close > 0.0) {
            return None;
        }
        let previous = self.previous_close.replace(close)?;
        let change = 100.0 * (close / previous).ln();
        let seen = [change, beside[0], beside[1]];
        let high_volatility = self.states.see(&seen[..self.config.seen.series()]);
        self.change.update(change);
        self.returns = self.returns.saturating_add(1);
        self.compare(high_volatility, severity);
        Some(self.read(high_volatility))
    }

    /// Counts the sessions in which rule and model disagree.
    fn compare(&mut self, high_volatility: Option<f64>, severity: Option<u8>) {
        let by_model = high_volatility.map(|p| p >= self.config.high_at);
        let by_rule = severity.map(|severity| severity >= HIGH);
        let differ = by_model.zip(by_rule).is_some_and(|(model, rule)| model != rule);
        self.disagreement = if differ { self.disagreement.saturating_add(1) } else { 0 };
    }

    fn read(&self, high_volatility: Option<f64>) -> SecondOpinionReading {
        let changed = self.change.probability_below(self.config.young_sessions);
        let alarm = self.returns >= self.config.young_sessions && changed >= self.config.alarm_at;
        SecondOpinionReading {
            high_volatility,
            high_volatility_sd: self.states.highest_sd(),
            fitted_on: self.states.fitted_on(),
            changed,
            run_length: self.change.mean_run_length(),
            alarm,
            forgetting: if alarm { self.config.alarm_forgetting } else { 1.0 },
            disagreement: self.disagreement,
            warning: self.disagreement >= self.config.warn_sessions,
        }
    }
}

#[cfg(test)]
mod tests;
