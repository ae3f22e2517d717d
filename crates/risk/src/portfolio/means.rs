//! Mean returns, shrunk to zero.

use ndarray::{Array1, ArrayView1, ArrayView2};

use super::cholesky::{Pivots, lower_factor, solve};
use super::error::PortfolioError;
use super::fixed_order::dot;
use super::scenarios::check_vector;

/// Means that were pulled towards zero.
#[derive(Debug, Clone, PartialEq)]
pub struct ShrunkMean {
    /// `factor` times the sample means, `[assets]`.
    pub mean: Array1<f64>,
    /// What is left of them, 0 to 1.
    pub factor: f64,
}

/// James and Stein's estimator of several means, shrunk to zero, positive part:
/// max(0, 1 - (p - 2) / (T mu' S^-1 mu)) mu.
///
/// A year of daily returns says very little about a mean: this often leaves nothing of it, and is
/// right more often than the sample mean is.
///
/// - **Shape:** `mean` `[assets]`, `covariance` `[assets x assets]` of one period's returns;
///   `periods` T is how many the mean is of.
/// - **Edges:** factor 0 for means of zero. With two assets or one there is nothing to be gained.
///
/// # Errors
/// [`PortfolioError`] for fewer than three assets, no periods, inputs that do not fit together or
/// are not finite, and a covariance that cannot be inverted.
///
/// **Source:** James and Stein, "Estimation with Quadratic Loss" (1961); Efron and Morris, "Stein's
/// Estimation Rule and Its Competitors", JASA 68 (1973), for the positive part. The covariance is
/// taken as known.
pub fn james_stein(
    mean: ArrayView1<'_, f64>,
    covariance: ArrayView2<'_, f64>,
    periods: usize,
) -> Result<ShrunkMean, PortfolioError> {
    let assets = mean.len();
    if assets < 3 {
        return Err(PortfolioError::TooFewAssets { found: assets, wanted: 3 });
    }
    if periods == 0 {
        return Err(PortfolioError::TooFewPeriods { found: 0, wanted: 1 });
    }
    let lower = lower_factor(covariance, Pivots::Positive)?;
    check_vector("mean", mean, covariance.nrows())?;
    let signal = periods as f64 * dot(mean, solve(&lower, mean).view());
    let factor = if signal > 0.0 { (1.0 - (assets as f64 - 2.0) / signal).max(0.0) } else { 0.0 };
    Ok(ShrunkMean { mean: &mean * factor, factor })
}
