//! Hazard, prior and what may be left out.

use serde::{Deserialize, Serialize};

/// What is believed of a segment before its first value: its variance is inverse gamma, and its
/// mean, given the variance, normal.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NormalInverseGamma {
    /// Mean of the segment's mean, in units of the series.
    pub mean: f64,
    /// How many values that mean is worth, above 0.
    pub kappa: f64,
    /// Shape of the variance: half the number of values it is worth, above 0.
    pub alpha: f64,
    /// Scale of the variance, in squared units of the series, above 0; the variance is about
    /// `beta / alpha`.
    pub beta: f64,
}

/// Which run lengths may be forgotten to save work.
///
/// The probability that is dropped is counted, see [`Bocpd::dropped`](crate::bocpd::Bocpd::dropped).
/// With a session that drops the share d, every probability reported for that session is off by at
/// most d. Later values may speak for what was dropped; how often is bounded too: seen from the
/// model, the probability that the true run was dropped is a martingale, so the chance that it ever
/// rises to c is at most d / c (Ville's inequality).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pruning {
    /// Forget nothing; work grows with the series.
    None,
    /// Forget run lengths less probable than this; above 0 and below the hazard.
    Below(f64),
    /// Keep this many run lengths, the most probable ones; at least 2.
    Keep(usize),
}

/// How change points are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BocpdConfig {
    /// Chance that a segment ends with a value: 1 over the mean length. Above 0, below 1.
    pub hazard: f64,
    /// Belief about each segment.
    pub prior: NormalInverseGamma,
    /// What may be forgotten.
    pub pruning: Pruning,
}

impl Default for BocpdConfig {
    /// For daily returns in percent: segments of a hundred sessions, a deviation of about one
    /// percent, and run lengths below 1e-12 forgotten.
    fn default() -> Self {
        Self {
            hazard: 0.01,
            prior: NormalInverseGamma { mean: 0.0, kappa: 1.0, alpha: 1.0, beta: 1.0 },
            pruning: Pruning::Below(1e-12),
        }
    }
}

/// Why change points cannot be looked for like that.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{name} is {value}; it must be in {range}")]
pub struct BocpdError {
    /// The key.
    pub name: &'static str,
    /// What was found.
    pub value: f64,
    /// What is allowed.
    pub range: &'static str,
}

/// Largest size of a prior's numbers, so that no square or product of them overflows.
const LARGEST: f64 = 1e100;

impl BocpdConfig {
    /// # Errors
    /// [`BocpdError`] for the first number outside its range.
    pub fn validate(&self) -> Result<(), BocpdError> {
        let check = |name, value: f64, ok: bool, range| {
            if ok { Ok(()) } else { Err(BocpdError { name, value, range }) }
        };
        let inside = |value: f64| value > 0.0 && value < 1.0;
        check("hazard", self.hazard, inside(self.hazard), "0 (exclusive) to 1 (exclusive)")?;
        let NormalInverseGamma { mean, kappa, alpha, beta } = self.prior;
        check("prior.mean", mean, mean.abs() <= LARGEST, "-1e100..=1e100")?;
        for (name, value) in [("prior.kappa", kappa), ("prior.alpha", alpha), ("prior.beta", beta)]
        {
            check(name, value, (1.0 / LARGEST..=LARGEST).contains(&value), "1e-100..=1e100")?;
        }
        match self.pruning {
            Pruning::None => Ok(()),
            Pruning::Below(p) => {
                let ok = p > 0.0 && p < self.hazard;
                check("pruning.below", p, ok, "0 (exclusive) to the hazard (exclusive)")
            }
            Pruning::Keep(n) => check("pruning.keep", n as f64, n >= 2, "2.."),
        }
    }
}
