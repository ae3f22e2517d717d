//! Volatility targeting: an exposure that moves against recent volatility.

/// Sessions in a year, for annual volatility.
const SESSIONS_PER_YEAR: f64 = 252.0;

/// Exponentially weighted volatility and the exposure that aims at a target.
///
/// - **Seed:** the sample variance of the first returns handed to [`VolatilityTarget::new`]; their
///   own scales would look ahead and are not given.
///
/// **Source:** RiskMetrics Technical Document (1996) for the weighting, lambda 0.94; Harvey et al.,
/// "The Impact of Volatility Targeting" (2018) for what it does to tails.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VolatilityTarget {
    lambda: f64,
    target: f64,
    scale_max: f64,
    variance: f64,
}

impl VolatilityTarget {
    /// Starts from the sample variance of `first`, which needs two returns or more.
    ///
    /// - **Units:** simple returns per session; `target` is annual volatility, 0.1 for 10 %.
    /// - **Range:** `lambda` in [0, 1]; `target` and `scale_max` at least 0.
    /// - **Edges:** `None` with fewer than two returns or with one that is not finite, and for a
    ///   parameter outside its range.
    pub fn new(first: &[f64], lambda: f64, target: f64, scale_max: f64) -> Option<Self> {
        let usable = first.len() >= 2
            && first.iter().all(|r| r.is_finite())
            && (0.0..=1.0).contains(&lambda)
            && target >= 0.0
            && scale_max >= 0.0;
        usable.then(|| {
            let n = first.len() as f64;
            let mean = first.iter().sum::<f64>() / n;
            let squares: f64 = first.iter().map(|r| (r - mean).powi(2)).sum();
            Self { lambda, target, scale_max, variance: squares / (n - 1.0) }
        })
    }

    /// Takes the return of one more session into account.
    pub fn update(&mut self, simple_return: f64) {
        self.variance = self.lambda * self.variance + (1.0 - self.lambda) * simple_return.powi(2);
    }

    /// Volatility per year as seen now.
    pub fn volatility(&self) -> f64 {
        (SESSIONS_PER_YEAR * self.variance).sqrt()
    }

    /// Exposure for the next session: target over volatility, at most `scale_max`.
    ///
    /// - **Edges:** 0 after a return that was not finite: a volatility that is not known allows
    ///   nothing.
    pub fn scale(&self) -> f64 {
        let scale = self.target / self.volatility();
        if scale.is_nan() { 0.0 } else { scale.min(self.scale_max) }
    }
}
