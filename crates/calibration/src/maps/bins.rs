//! Beta posteriors of equal-width bins.

use serde::{Deserialize, Serialize};

use super::examples::Examples;
use super::{Bounds, CalibrationMap, Estimate};
use crate::bins::bin_of;
use crate::error::{CalibrationError, ConfigError};
use crate::posterior::BetaPosterior;

/// Settings of a [`BinMap`]; the default is ten bins, Beta(2,2), bounds at 20 and 80 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked", into = "Unchecked")]
pub struct BinSettings(Unchecked);

/// What the settings are, before anyone has looked.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Unchecked {
    bins: usize,
    root: BetaPosterior,
    quantile: f64,
}

impl BinSettings {
    /// - `bins` of equal width, 1 to 10,000.
    /// - `root`: the belief about a bin without examples, both parts finite and above 0.
    /// - `quantile` of the lower bound, the upper one is 1 less it: in (0, 0.5).
    ///
    /// # Errors
    /// [`ConfigError`] names the one outside its range.
    pub fn new(bins: usize, root: BetaPosterior, quantile: f64) -> Result<Self, ConfigError> {
        check_bins(bins)?;
        check_root(root)?;
        check_quantile(quantile)?;
        Ok(Self(Unchecked { bins, root, quantile }))
    }

    /// Every setting as a number.
    pub(super) fn numbers(&self) -> Vec<f64> {
        let Unchecked { bins, root, quantile } = self.0;
        vec![bins as f64, root.a, root.b, quantile]
    }
}

pub(crate) fn check_bins(bins: usize) -> Result<(), ConfigError> {
    ConfigError::unless((1..=10_000).contains(&bins), "bins", bins as f64, "1 to 10,000")
}

pub(crate) fn check_root(root: BetaPosterior) -> Result<(), ConfigError> {
    for part in [root.a, root.b] {
        ConfigError::unless(part > 0.0 && part.is_finite(), "root", part, "finite and above 0")?;
    }
    Ok(())
}

pub(crate) fn check_quantile(quantile: f64) -> Result<(), ConfigError> {
    let good = quantile > 0.0 && quantile < 0.5;
    ConfigError::unless(good, "quantile", quantile, "between 0 and 0.5")
}

impl Default for BinSettings {
    fn default() -> Self {
        Self(Unchecked { bins: 10, root: BetaPosterior::ROOT, quantile: 0.2 })
    }
}

impl TryFrom<Unchecked> for BinSettings {
    type Error = ConfigError;
    fn try_from(from: Unchecked) -> Result<Self, ConfigError> {
        Self::new(from.bins, from.root, from.quantile)
    }
}

impl From<BinSettings> for Unchecked {
    fn from(settings: BinSettings) -> Self {
        settings.0
    }
}

/// One Beta posterior per bin of the score: few examples suffice, and every answer has bounds.
///
/// - **Bounds of an estimate:** quantiles of the posterior.
/// - **Edges:** a bin without examples answers the root.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BinMap {
    quantile: f64,
    cells: Vec<BetaPosterior>,
}

impl BinMap {
    /// Adds each example to the root in its bin.
    pub fn fit(examples: &Examples<'_>, settings: &BinSettings) -> Self {
        let Unchecked { bins, root, quantile } = settings.0;
        let mut cells = vec![root; bins];
        for (p, won, weight) in examples.iter() {
            let cell = &mut cells[bin_of(p, bins).expect("examples are checked scores")];
            *(if won { &mut cell.a } else { &mut cell.b }) += weight;
        }
        Self { quantile, cells }
    }

    /// The posterior of each bin, in order.
    pub fn cells(&self) -> &[BetaPosterior] {
        &self.cells
    }
}

impl CalibrationMap for BinMap {
    fn calibrate(&self, p: f64) -> Result<Estimate, CalibrationError> {
        let bin = bin_of(p, self.cells.len()).ok_or(CalibrationError::Score { value: p })?;
        let (lo, hi) = self.cells[bin].interval(self.quantile);
        Ok(Estimate { mean: self.cells[bin].mean(), bounds: Some(Bounds { lo, hi }) })
    }

    fn parameters(&self) -> Vec<f64> {
        self.cells.iter().flat_map(|cell| [cell.a, cell.b]).chain([self.quantile]).collect()
    }
}
