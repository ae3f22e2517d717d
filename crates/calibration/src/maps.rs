//! Maps from raw scores to probabilities, fitted on what has been resolved so far.
//!
//! A [`CalibrationMethod`] turns [`Examples`] (score, outcome, weight) into a [`CalibrationMap`],
//! which then only answers. A map without a fit cannot exist, and a fit cannot fail: examples are
//! checked once, and where a method has nothing to go by the map is the base rate.
//!
//! | method | form | at its best |
//! |---|---|---|
//! | [`SigmoidMap::platt`] | `sigmoid(-(A logit p + B))`, smoothed targets | few examples |
//! | [`SigmoidMap::beta`] | `sigmoid(a ln p - b ln(1-p) + c)`, a, b >= 0 | some hundreds |
//! | [`SigmoidMap::beta_am`] | the same with a = b | fewer |
//! | [`SigmoidMap::temperature`] | `sigmoid(logit(p) / T)` | right on average, too sure |
//! | [`IsotonicMap`] | any rising curve | a thousand and more |
//! | [`VennAbersMap`] | two isotonic fits | an interval with a guarantee |
//! | [`BinMap`] | Beta posterior per bin | few examples, an interval |
//!
//! [`MapMethod`] names them all in one value for settings. None of them forgets; that is what the
//! window of [`PrequentialMap`](crate::prequential::PrequentialMap) is for.

mod examples;
mod logistic;
mod platt;
mod sigmoid;
mod isotonic;
mod venn_abers;
mod bins;
mod method;

use serde::{Deserialize, Serialize};

pub use bins::{BinMap, BinSettings};
pub(crate) use bins::{check_bins, check_quantile, check_root};
pub use examples::{Examples, ExamplesError};
pub use isotonic::IsotonicMap;
pub use method::{FittedMap, MapMethod};
pub use platt::PlattLine;
pub use sigmoid::SigmoidMap;
pub use venn_abers::VennAbersMap;

use crate::error::CalibrationError;
use crate::metrics::LOG_CLIP;

/// Lower and upper bound of a probability, `lo <= hi`, both in `0..=1`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// Lower bound.
    pub lo: f64,
    /// Upper bound.
    pub hi: f64,
}

/// What a map answers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The probability, in `0..=1`.
    pub mean: f64,
    /// Bounds, by the methods that have some; what they mean is said at the method.
    pub bounds: Option<Bounds>,
}

impl Estimate {
    /// A probability without bounds.
    pub const fn point(mean: f64) -> Self {
        Self { mean, bounds: None }
    }
}

/// A fitted map.
pub trait CalibrationMap {
    /// The probability that the score `p` has meant in the examples.
    ///
    /// # Errors
    /// [`CalibrationError::Score`] when `p` is NaN or outside `0..=1`.
    fn calibrate(&self, p: f64) -> Result<Estimate, CalibrationError>;

    /// Every number the map is made of, in a fixed order: two maps of a method are the same
    /// exactly when these are. Digests are taken of them.
    fn parameters(&self) -> Vec<f64>;
}

/// A way to fit a map: its settings, without data.
pub trait CalibrationMethod {
    /// What a fit gives.
    type Map: CalibrationMap;

    /// Its name in reports and digests, such as `beta_abm`.
    fn name(&self) -> &'static str;

    /// Every setting as a number, in a fixed order, for digests; none by default.
    fn settings(&self) -> Vec<f64> {
        Vec::new()
    }

    /// The map of these examples: the same bits for the same examples in the same order.
    fn fit(&self, examples: &Examples<'_>) -> Self::Map;
}

/// `p` if it is a score.
fn checked(p: f64) -> Result<f64, CalibrationError> {
    if (0.0..=1.0).contains(&p) { Ok(p) } else { Err(CalibrationError::Score { value: p }) }
}

/// ln p and ln(1 - p) of a score kept [`LOG_CLIP`] away from both ends.
fn logs(p: f64) -> (f64, f64) {
    let p = p.clamp(LOG_CLIP, 1.0 - LOG_CLIP);
    (p.ln(), (-p).ln_1p())
}

fn logit(p: f64) -> f64 {
    let (ln_p, ln_q) = logs(p);
    ln_p - ln_q
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests;
