//! The two-level Beta calibrator, decaying with every outcome.

use serde::{Deserialize, Serialize};

use super::history::History;
use super::{PrequentialError, ResolvedForecast};
use crate::bins::bin_of;
use crate::decay::Decay;
use crate::digest::Bits;
use crate::error::{CalibrationError, ConfigError};
use crate::hierarchy::{BetaCell, HierarchicalBeta};
use crate::learner::Calibrated;
use crate::maps::{check_bins, check_quantile, check_root};
use crate::metrics::isotonic;
use crate::posterior::BetaPosterior;

/// Settings of a [`PrequentialBeta`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PrequentialBetaConfig {
    /// Equal-width bins of the raw score, 1 to 10,000.
    pub bins: usize,
    /// The belief before any outcome; its `a + b` is what it is worth.
    pub root: BetaPosterior,
    /// What the mean of a bin is worth within a regime, in outcomes, > 0.
    pub strength: f64,
    /// Outcomes over which one loses half its weight, > 0; `None` forgets nothing.
    pub half_life_outcomes: Option<f64>,
    /// Level of the lower bound; the upper one is `1 - quantile`. In (0, 0.5).
    pub quantile: f64,
    /// Make the means of the bins rise with the score before regimes are centred on them.
    pub monotone: bool,
}

impl Default for PrequentialBetaConfig {
    fn default() -> Self {
        Self {
            bins: 10,
            root: BetaPosterior::ROOT,
            strength: 20.0,
            half_life_outcomes: Some(250.0),
            quantile: 0.2,
            monotone: false,
        }
    }
}

impl PrequentialBetaConfig {
    /// The default for an event of known base rate: a root as strong as Beta(2,2) with this mean,
    /// so that what has not been seen is not pulled towards one half.
    ///
    /// # Errors
    /// [`ConfigError`] when the base rate is not between 0 and 1.
    pub fn for_event(base_rate: f64) -> Result<Self, ConfigError> {
        let good = base_rate > 0.0 && base_rate < 1.0;
        ConfigError::unless(good, "base_rate", base_rate, "between 0 and 1")?;
        let root = BetaPosterior::centred(base_rate, BetaPosterior::ROOT.n());
        Ok(Self { root, ..Self::default() })
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// [`ConfigError`] names the first one outside its range.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check_bins(self.bins)?;
        check_root(self.root)?;
        check_quantile(self.quantile)?;
        let above_zero = |value: f64| value > 0.0 && value.is_finite();
        let (strength, wanted) = (self.strength, "finite and above 0");
        ConfigError::unless(above_zero(strength), "strength", strength, wanted)?;
        let half_life = self.half_life_outcomes.unwrap_or(1.0);
        ConfigError::unless(above_zero(half_life), "half_life_outcomes", half_life, wanted)
    }
}

/// A cell that counts outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Cell {
    Bin(u32),
    InRegime { regime: u32, bin: u32 },
}

/// A calibrator of one forecaster with two levels: bin of the score, and (regime, bin) centred on
/// the bin's mean with a strength of 20 outcomes.
///
/// With every outcome all counts are multiplied by `lambda = 0.5^(1 / half-life)`, then the
/// outcome is counted in its bin and, when its regime was known, in its cell. So a cell never
/// holds more than `1 / (1 - lambda)` outcomes: 361 at a half-life of 250. The decay is owed and
/// paid when a cell is next touched; that equals paying at every outcome to 1e-12.
///
/// In a regime that is not known a forecast is centred on its bin without counts of its own.
///
/// See [the module](super) for what keeps it from looking ahead.
///
/// ```
/// use tradebot_calibration::prequential::{
///     PrequentialBeta, PrequentialBetaConfig, ResolvedForecast,
/// };
///
/// let mut calibrator = PrequentialBeta::new(PrequentialBetaConfig::default())?;
/// let before = calibrator.calibrate(7, 0.62, Some(1))?;
/// let over = ResolvedForecast {
///     id: 1, issued_at: 7, resolved_at: 9, p: 0.62, regime: Some(1), won: true, weight: 1.0,
/// };
/// assert_eq!(calibrator.learn(&[over])?, 1);
/// assert_eq!(calibrator.learn(&[over])?, 0); // known
/// assert!(calibrator.calibrate(9, 0.62, Some(1))?.mean > before.mean);
/// assert!(calibrator.calibrate(8, 0.62, Some(1)).is_err()); // would know the outcome of 9
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrequentialBeta {
    config: PrequentialBetaConfig,
    beliefs: HierarchicalBeta<Cell>,
    history: History,
}

impl PrequentialBeta {
    /// Without history.
    ///
    /// # Errors
    /// [`ConfigError`] for a setting outside its range.
    pub fn new(config: PrequentialBetaConfig) -> Result<Self, ConfigError> {
        config.validate()?;
        let decay = config.half_life_outcomes.map_or(Decay::NONE, Decay::half_life);
        let beliefs = HierarchicalBeta::new(config.root, config.strength, decay);
        Ok(Self { config, beliefs, history: History::default() })
    }

    /// Learns the rows that are new, in the order (`resolved_at`, `id`), and says how many.
    ///
    /// # Errors
    /// [`PrequentialError`] for the first faulty row, or when a new one should have been learned
    /// before others that have been; then nothing is learned from any of them.
    pub fn learn(&mut self, rows: &[ResolvedForecast]) -> Result<usize, PrequentialError> {
        let new = self.history.admit(rows)?;
        for row in &new {
            let bin = self.bin(row.p)?;
            self.beliefs.forget();
            self.beliefs.observe(&[Cell::Bin(bin)], row.won, row.weight);
            if let Some(regime) = row.regime {
                self.beliefs.observe(&[Cell::InRegime { regime, bin }], row.won, row.weight);
            }
            self.history.record(row);
        }
        Ok(new.len())
    }

    /// The chance that a score of this moment and regime means; `n` of it are the decayed outcomes
    /// of its cell, 0 in an unknown regime.
    ///
    /// # Errors
    /// [`PrequentialError::Calibration`] when `p` is NaN or outside `0..=1`,
    /// [`PrequentialError::Hindsight`] when an outcome after `at` has been learned.
    pub fn calibrate(
        &self,
        at: i64,
        p: f64,
        regime: Option<u32>,
    ) -> Result<Calibrated, PrequentialError> {
        self.history.allow(at)?;
        let n = self.counts(self.bin(p)?, regime).n();
        Ok(Calibrated::of(&self.belief(p, regime)?, self.config.quantile, n))
    }

    /// The belief behind [`calibrate`](Self::calibrate), as of now.
    ///
    /// # Errors
    /// [`CalibrationError::Score`] when `p` is NaN or outside `0..=1`.
    pub fn belief(&self, p: f64, regime: Option<u32>) -> Result<BetaPosterior, CalibrationError> {
        let bin = self.bin(p)?;
        let mean = if self.config.monotone {
            self.monotone_means()[bin as usize]
        } else {
            self.beliefs.posterior(&[Cell::Bin(bin)]).mean()
        };
        let BetaCell { wins, losses, .. } = self.counts(bin, regime);
        Ok(BetaPosterior::centred(mean, self.config.strength).updated(wins, losses))
    }

    /// The belief about each bin over all regimes, in order of the bins.
    pub fn bins(&self) -> Vec<BetaPosterior> {
        let bins = u32::try_from(self.config.bins).expect("at most 10,000 bins");
        (0..bins).map(|bin| self.beliefs.posterior(&[Cell::Bin(bin)])).collect()
    }

    /// The means of the bins, made to rise: the nearest rising sequence, each bin weighing as
    /// much as its belief is worth.
    pub fn monotone_means(&self) -> Vec<f64> {
        let (means, weights): (Vec<f64>, Vec<f64>) =
            self.bins().iter().map(|bin| (bin.mean(), bin.n())).unzip();
        isotonic(&means, &weights)
    }

    /// Outcomes learned.
    pub const fn outcomes(&self) -> u64 {
        self.beliefs.step()
    }

    /// Moment of the last outcome learned.
    pub fn last_at(&self) -> Option<i64> {
        self.history.last_at()
    }

    /// The settings.
    pub const fn config(&self) -> &PrequentialBetaConfig {
        &self.config
    }

    /// 64 hex digits over every bit of the state: equal exactly when the states are.
    pub fn state_digest(&self) -> String {
        let mut bits = Bits::new("tradebot 2026-11 prequential beta state");
        let PrequentialBetaConfig { bins, root, strength, quantile, monotone, .. } = self.config;
        bits.whole(bins as u64);
        bits.reals(&[root.a, root.b, strength, quantile]);
        bits.reals(&[self.config.half_life_outcomes.unwrap_or(f64::INFINITY)]);
        bits.whole(u64::from(monotone));
        bits.whole(self.beliefs.step());
        bits.whole(self.beliefs.stored().len() as u64);
        for (cell, counts) in self.beliefs.stored() {
            let (level, regime, bin) = match *cell {
                Cell::Bin(bin) => (0, 0, bin),
                Cell::InRegime { regime, bin } => (1, regime, bin),
            };
            for n in [level, regime, bin] {
                bits.whole(u64::from(n));
            }
            bits.reals(&[counts.wins, counts.losses]);
            bits.whole(counts.step);
        }
        self.history.feed(&mut bits);
        bits.finish()
    }

    /// What the cell of a bin in a regime has counted; nothing in an unknown regime.
    fn counts(&self, bin: u32, regime: Option<u32>) -> BetaCell {
        let cell = |regime| self.beliefs.cell(&Cell::InRegime { regime, bin });
        regime.map_or_else(BetaCell::default, cell)
    }

    fn bin(&self, p: f64) -> Result<u32, CalibrationError> {
        let bin = bin_of(p, self.config.bins).ok_or(CalibrationError::Score { value: p })?;
        Ok(u32::try_from(bin).expect("at most 10,000 bins"))
    }
}
