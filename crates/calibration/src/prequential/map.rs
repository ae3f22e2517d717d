//! Any calibration map, refitted as outcomes come in.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::history::History;
use super::{PrequentialError, ResolvedForecast};
use crate::digest::Bits;
use crate::error::{CalibrationError, ConfigError};
use crate::learner::Calibrated;
use crate::maps::{
    Bounds, CalibrationMap as _, CalibrationMethod, Estimate, Examples, check_quantile, check_root,
};
use crate::metrics::LOG_CLIP;
use crate::posterior::BetaPosterior;

/// How often a map is fitted anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cadence {
    /// After every so many outcomes.
    Outcomes(u64),
    /// After every so many moments that had outcomes, such as sessions. Whether a moment is over
    /// shows at the first outcome of a later one; the fit is made then, before that is learned.
    Moments(u64),
}

/// Settings of a [`PrequentialMap`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PrequentialMapConfig {
    /// Outcomes a fit is made on: the last so many, at least 1.
    pub window: usize,
    /// When a fit is made.
    pub cadence: Cadence,
    /// Outcomes without which no fit is made, at most `window`. With fewer than a hundred, three
    /// parameters mostly fit noise (a guess).
    pub outcomes_min: usize,
    /// The belief about the base rate before any outcome.
    pub root: BetaPosterior,
    /// What a fitted probability is worth in outcomes, > 0, where a belief is asked for and the
    /// method has no bounds; 20 as the mean of a bin is in the two-level calibrator.
    pub strength: f64,
    /// Level of the lower bound of such a belief. In (0, 0.5).
    pub quantile: f64,
}

impl Default for PrequentialMapConfig {
    fn default() -> Self {
        Self {
            window: 750,
            cadence: Cadence::Outcomes(21),
            outcomes_min: 100,
            root: BetaPosterior::ROOT,
            strength: 20.0,
            quantile: 0.2,
        }
    }
}

impl PrequentialMapConfig {
    /// Checks every setting.
    ///
    /// # Errors
    /// [`ConfigError`] names the first one outside its range.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let at_least_1 =
            |name, value: u64| ConfigError::unless(value >= 1, name, value as f64, "1 or more");
        let (Cadence::Outcomes(every) | Cadence::Moments(every)) = self.cadence;
        at_least_1("window", self.window as u64)?;
        at_least_1("cadence", every)?;
        let enough = self.outcomes_min as f64;
        let reachable = (1..=self.window).contains(&self.outcomes_min);
        ConfigError::unless(reachable, "outcomes_min", enough, "1 to window")?;
        check_root(self.root)?;
        check_quantile(self.quantile)?;
        let good = self.strength > 0.0 && self.strength.is_finite();
        ConfigError::unless(good, "strength", self.strength, "finite and above 0")
    }
}

/// A calibration map as an expert of its own: fitted on the last outcomes, refitted every so
/// often, answering from its last fit only.
///
/// Before it has enough outcomes, and when all in the window of the last fit were alike, it
/// answers the base rate: a Beta posterior of all outcomes so far.
///
/// When fits are made depends on the outcomes alone, not on how they were split into calls, so a
/// replay has every bit of the live state. See [the module](super) for what keeps it from looking
/// ahead.
///
/// ```
/// use tradebot_calibration::maps::MapMethod;
/// use tradebot_calibration::prequential::{
///     PrequentialMap, PrequentialMapConfig, ResolvedForecast,
/// };
///
/// let mut expert = PrequentialMap::new(MapMethod::BetaAbm, PrequentialMapConfig::default())?;
/// let rows: Vec<ResolvedForecast> = (0..300)
///     .map(|id| {
///         let p = (id * 37 % 100) as f64 / 100.0;
///         let (issued_at, won) = (id as i64, (id * 61 % 100) as f64 / 100.0 < p * p);
///         let (resolved_at, weight) = (issued_at + 5, 1.0);
///         ResolvedForecast { id, issued_at, resolved_at, p, regime: None, won, weight }
///     })
///     .collect();
/// expert.learn(&rows)?;
/// let said = expert.calibrate(400, 0.5)?.mean;
/// assert!(expert.fitted().is_some() && (said - 0.25).abs() < 0.1, "{said}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(
    serialize = "M: Serialize, M::Map: Serialize",
    deserialize = "M: Deserialize<'de>, M::Map: Deserialize<'de>"
))]
pub struct PrequentialMap<M: CalibrationMethod> {
    config: PrequentialMapConfig,
    method: M,
    history: History,
    window: VecDeque<Example>,
    outcomes: u64,
    moments: u64,
    base: BetaPosterior,
    fit: Option<Fit<M::Map>>,
}

/// What a fit needs of an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Example {
    p: f64,
    won: bool,
    weight: f64,
}

/// A map and what it was fitted on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Fit<F> {
    map: F,
    /// Total weight of the examples.
    weight: f64,
    /// Outcomes learned when it was made.
    outcomes: u64,
}

impl<M: CalibrationMethod> PrequentialMap<M> {
    /// Without history.
    ///
    /// # Errors
    /// [`ConfigError`] for a setting outside its range.
    pub fn new(method: M, config: PrequentialMapConfig) -> Result<Self, ConfigError> {
        config.validate()?;
        Ok(Self {
            config,
            method,
            history: History::default(),
            window: VecDeque::new(),
            outcomes: 0,
            moments: 0,
            base: config.root,
            fit: None,
        })
    }

    /// Learns the rows that are new, in the order (`resolved_at`, `id`), and says how many.
    ///
    /// # Errors
    /// [`PrequentialError`] for the first faulty row, or when a new one should have been learned
    /// before others that have been; then nothing is learned from any of them.
    pub fn learn(&mut self, rows: &[ResolvedForecast]) -> Result<usize, PrequentialError> {
        let new = self.history.admit(rows)?;
        for row in &new {
            self.learn_one(row);
        }
        Ok(new.len())
    }

    /// The probability that a score of this moment means, by the last fit or else the base rate.
    ///
    /// - **Bounds:** the method's; of the base rate, quantiles of its posterior.
    ///
    /// # Errors
    /// [`PrequentialError::Calibration`] when `p` is NaN or outside `0..=1`,
    /// [`PrequentialError::Hindsight`] when an outcome after `at` has been learned.
    pub fn calibrate(&self, at: i64, p: f64) -> Result<Estimate, PrequentialError> {
        self.history.allow(at)?;
        if let Some(fit) = &self.fit {
            return Ok(fit.map.calibrate(p)?);
        }
        if !(0.0..=1.0).contains(&p) {
            return Err(CalibrationError::Score { value: p }.into());
        }
        let (lo, hi) = self.base.interval(self.config.quantile);
        Ok(Estimate { mean: self.base.mean(), bounds: Some(Bounds { lo, hi }) })
    }

    /// The same as a belief with bounds and variance, as an ensemble pools them: a Beta with the
    /// probability as its mean.
    ///
    /// What it is worth is `strength` outcomes for a fitted map and all outcomes for the base
    /// rate; `n` are the outcomes behind it, by weight. Probabilities are kept `1e-6` away from 0
    /// and 1.
    ///
    /// # Errors
    /// As [`calibrate`](Self::calibrate).
    pub fn calibrated(&self, at: i64, p: f64) -> Result<Calibrated, PrequentialError> {
        let mean = self.calibrate(at, p)?.mean;
        let quantile = self.config.quantile;
        Ok(match &self.fit {
            Some(fit) => {
                let belief = BetaPosterior::centred(
                    mean.clamp(LOG_CLIP, 1.0 - LOG_CLIP),
                    self.config.strength,
                );
                Calibrated::of(&belief, quantile, fit.weight)
            }
            None => Calibrated::of(&self.base, quantile, self.base.n() - self.config.root.n()),
        })
    }

    /// The map of the last fit; `None` while it answers the base rate.
    pub fn fitted(&self) -> Option<&M::Map> {
        self.fit.as_ref().map(|fit| &fit.map)
    }

    /// The belief about the base rate: the root and all outcomes so far.
    pub const fn base_rate(&self) -> BetaPosterior {
        self.base
    }

    /// Outcomes learned.
    pub const fn outcomes(&self) -> u64 {
        self.outcomes
    }

    /// Moment of the last outcome learned.
    pub fn last_at(&self) -> Option<i64> {
        self.history.last_at()
    }

    /// The settings.
    pub const fn config(&self) -> &PrequentialMapConfig {
        &self.config
    }

    /// The method.
    pub const fn method(&self) -> &M {
        &self.method
    }

    /// 64 hex digits over every bit of the state: equal exactly when the states are.
    pub fn state_digest(&self) -> String {
        let mut bits = Bits::new("tradebot 2026-11 prequential map state");
        self.feed_config(&mut bits);
        self.history.feed(&mut bits);
        bits.whole(self.window.len() as u64);
        for example in &self.window {
            bits.reals(&[example.p, example.weight]);
            bits.whole(u64::from(example.won));
        }
        bits.whole(self.outcomes);
        bits.whole(self.moments);
        bits.reals(&[self.base.a, self.base.b]);
        bits.whole(u64::from(self.fit.is_some()));
        if let Some(fit) = &self.fit {
            let parameters = fit.map.parameters();
            bits.whole(parameters.len() as u64);
            bits.reals(&parameters);
            bits.reals(&[fit.weight]);
            bits.whole(fit.outcomes);
        }
        bits.finish()
    }

    fn feed_config(&self, bits: &mut Bits) {
        let PrequentialMapConfig { window, cadence, outcomes_min, root, strength, quantile } =
            self.config;
        let (kind, every) = match cadence {
            Cadence::Outcomes(every) => (0, every),
            Cadence::Moments(every) => (1, every),
        };
        for n in [window as u64, kind, every, outcomes_min as u64] {
            bits.whole(n);
        }
        bits.reals(&[root.a, root.b, strength, quantile]);
        bits.text(self.method.name());
        let settings = self.method.settings();
        bits.whole(settings.len() as u64);
        bits.reals(&settings);
    }

    fn learn_one(&mut self, row: &ResolvedForecast) {
        if self.history.last_at() != Some(row.resolved_at) {
            let over = self.moments;
            self.moments += 1;
            if let Cadence::Moments(every) = self.config.cadence
                && over > 0
                && over.is_multiple_of(every)
            {
                self.refit();
            }
        }
        if self.window.len() == self.config.window {
            self.window.pop_front();
        }
        self.window.push_back(Example { p: row.p, won: row.won, weight: row.weight });
        let (win, loss) = if row.won { (row.weight, 0.0) } else { (0.0, row.weight) };
        self.base = self.base.updated(win, loss);
        self.outcomes += 1;
        self.history.record(row);
        if let Cadence::Outcomes(every) = self.config.cadence
            && self.outcomes.is_multiple_of(every)
        {
            self.refit();
        }
    }

    /// Fits on the window; leaves no fit when there are too few outcomes or all are alike.
    fn refit(&mut self) {
        if self.window.len() < self.config.outcomes_min {
            return;
        }
        let p: Vec<f64> = self.window.iter().map(|e| e.p).collect();
        let won: Vec<bool> = self.window.iter().map(|e| e.won).collect();
        let weights: Vec<f64> = self.window.iter().map(|e| e.weight).collect();
        let examples = Examples::weighted(&p, &won, &weights)
            .expect("every outcome was checked when it was learned");
        self.fit = (!examples.one_class()).then(|| Fit {
            map: self.method.fit(&examples),
            weight: weights.iter().sum(),
            outcomes: self.outcomes,
        });
    }
}
