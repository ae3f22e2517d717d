//! Kelly for many assets in closed form.

use ndarray::{Array1, ArrayView1, ArrayView2};

use super::cholesky::{Pivots, lower_factor, solve};
use super::error::PortfolioError;
use super::scenarios::check_vector;

/// w = c S^-1 mu: the fraction `c` of the leverage that grows fastest in continuous time.
///
/// - **Shape:** `mean` `[assets]`, `covariance` `[assets x assets]`; weights `[assets]`.
/// - **Units:** mean of excess returns and covariance per the same period.
/// - **Range:** unconstrained: weights may be negative and far above 1. Use it to see what the
///   estimates imply, [`super::log_optimal`] for what may be held.
///
/// # Errors
/// [`PortfolioError`] for inputs that do not fit together or are not finite, and
/// [`PortfolioError::NotPositiveDefinite`] where assets outnumber periods and nothing was shrunk.
///
/// **Source:** Merton, "Lifetime Portfolio Selection under Uncertainty" (1969); Thorp (2006),
/// section 8.
pub fn mean_variance_kelly(
    mean: ArrayView1<'_, f64>,
    covariance: ArrayView2<'_, f64>,
    c: f64,
) -> Result<Array1<f64>, PortfolioError> {
    if !(c >= 0.0 && c.is_finite()) {
        let (what, wanted) = ("the Kelly fraction", "a finite number of at least 0");
        return Err(PortfolioError::OutOfRange { what, value: c, wanted });
    }
    let lower = lower_factor(covariance, Pivots::Positive)?;
    check_vector("mean", mean, covariance.nrows())?;
    Ok(solve(&lower, mean) * c)
}
