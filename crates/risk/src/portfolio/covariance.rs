//! Covariances from few periods, shrunk to what few periods can say.

use ndarray::{Array1, Array2, ArrayView2};

use super::error::PortfolioError;
use super::fixed_order::{dot, gram};
use super::scenarios::check_returns;

/// A covariance that was pulled towards equal, uncorrelated variances.
#[derive(Debug, Clone, PartialEq)]
pub struct ShrunkCovariance {
    /// (1 - shrinkage) S + shrinkage m I, `[assets x assets]`.
    pub matrix: Array2<f64>,
    /// Share of the target, 0 to 1.
    pub shrinkage: f64,
}

/// Sample covariance about the mean, divided by the number of periods: S.
///
/// - **Shape:** returns `[periods x assets]`, result `[assets x assets]`.
///
/// # Errors
/// [`PortfolioError`] for no assets, fewer than two periods, numbers that are not finite, and an
/// asset that does not vary.
pub fn covariance(returns: ArrayView2<'_, f64>) -> Result<Array2<f64>, PortfolioError> {
    Sample::new(returns).map(|sample| sample.covariance)
}

/// Ledoit and Wolf's linear shrinkage: the share that makes the expected squared error least.
///
/// With S the covariance of T periods and p assets, m = tr S / p, squares of Frobenius norms:
/// d2 = |S - m I|^2 / p, b2 = min(d2, sum over t of |x_t x_t' - S|^2 / (p T^2)), share b2 / d2.
///
/// - **Shape:** returns `[periods x assets]`, matrix `[assets x assets]`. More assets than periods
///   are what it is made for: from three periods on the result can be inverted all the same.
/// - **Edges:** share 0 for one asset, whose target is itself, and for two periods, which deviate
///   from their mean by the same and so seem to have no error.
///
/// # Errors
/// As [`covariance`].
///
/// **Source:** Ledoit and Wolf, "A Well-Conditioned Estimator for Large-Dimensional Covariance
/// Matrices", Journal of Multivariate Analysis 88 (2004); S divided by T, as scikit-learn does.
pub fn ledoit_wolf(returns: ArrayView2<'_, f64>) -> Result<ShrunkCovariance, PortfolioError> {
    let sample = Sample::new(returns)?;
    let distance = sample.distance_to_target();
    // sum of |x x' - S|^2 over t = sum of (x'x)^2 - T |S|^2, as S is the mean of x x'.
    let lengths = sample.centred.outer_iter().map(|x| dot(x, x));
    let spread =
        lengths.map(|length| length * length).sum::<f64>() / sample.periods - sample.square_norm();
    let error = (spread / sample.periods).clamp(0.0, distance);
    let shrinkage = if distance > 0.0 { error / distance } else { 0.0 };
    Ok(sample.shrunk(shrinkage))
}

/// Oracle approximating shrinkage, for returns that are nearly normal: with S, T, p and m as in
/// [`ledoit_wolf`] and a = |S|^2 / p^2, share = min(1, (a + m^2) / ((T + 1) (a - m^2 / p))).
///
/// - **Shape:** as [`ledoit_wolf`].
/// - **Edges:** share 1 when S is its own target, as with one asset.
///
/// # Errors
/// As [`covariance`].
///
/// **Source:** Chen, Wiesel, Eldar, Hero, "Shrinkage Algorithms for MMSE Covariance Estimation",
/// IEEE Transactions on Signal Processing 58 (2010), in the form that scikit-learn computes.
pub fn oas(returns: ArrayView2<'_, f64>) -> Result<ShrunkCovariance, PortfolioError> {
    let sample = Sample::new(returns)?;
    let (p, m2) = (sample.assets, sample.mean_variance.powi(2));
    let a = sample.square_norm() / (p * p);
    let away = (sample.periods + 1.0) * (a - m2 / p);
    let shrinkage = if away > 0.0 { ((a + m2) / away).min(1.0) } else { 1.0 };
    Ok(sample.shrunk(shrinkage))
}

/// What both estimators are made of.
struct Sample {
    /// Returns less their mean, `[periods x assets]`.
    centred: Array2<f64>,
    covariance: Array2<f64>,
    periods: f64,
    assets: f64,
    /// m = tr S / p.
    mean_variance: f64,
}

impl Sample {
    fn new(returns: ArrayView2<'_, f64>) -> Result<Self, PortfolioError> {
        check_returns(returns)?;
        let (rows, columns) = returns.dim();
        if rows < 2 {
            return Err(PortfolioError::TooFewPeriods { found: rows, wanted: 2 });
        }
        let first = returns.row(0);
        let still = |asset: &usize| returns.column(*asset).iter().all(|r| *r == first[*asset]);
        if let Some(asset) = (0..columns).find(still) {
            return Err(PortfolioError::NoVariance { asset });
        }
        let (periods, assets) = (rows as f64, columns as f64);
        let mean: Array1<f64> = returns
            .columns()
            .into_iter()
            .map(|asset| asset.iter().sum::<f64>() / periods)
            .collect();
        let centred = &returns - &mean;
        let covariance = gram(centred.view(), |_| 1.0) / periods;
        let mean_variance = covariance.diag().sum() / assets;
        Ok(Self { centred, covariance, periods, assets, mean_variance })
    }

    /// |S|^2, Frobenius.
    fn square_norm(&self) -> f64 {
        self.covariance.iter().map(|value| value * value).sum()
    }

    /// |S - m I|^2, Frobenius.
    fn distance_to_target(&self) -> f64 {
        let target = self.mean_variance;
        self.covariance
            .indexed_iter()
            .map(|((i, j), value)| if i == j { value - target } else { *value })
            .map(|difference| difference * difference)
            .sum()
    }

    fn shrunk(self, shrinkage: f64) -> ShrunkCovariance {
        let mut matrix = self.covariance * (1.0 - shrinkage);
        matrix.diag_mut().mapv_inplace(|value| value + shrinkage * self.mean_variance);
        ShrunkCovariance { matrix, shrinkage }
    }
}
