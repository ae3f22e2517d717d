//! How long stretches have to be, from the data themselves.
//!
//! **Source:** Politis and White, Econometric Reviews 23 (2004), with the correction of Patton,
//! Politis and White, Econometric Reviews 28 (2009).

use crate::summary::mean;

/// Best mean lengths of stretches, in observations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BlockLength {
    /// For the stationary bootstrap.
    pub stationary: f64,
    /// For the circular bootstrap with fixed lengths.
    pub circular: f64,
}

/// Chooses the length that makes the variance of the mean most accurate; `None` for fewer than 10
/// values or no variance. Not below 1.
///
/// The lag up to which the autocorrelation counts is twice the first after which
/// `max(5, log10 n)` in a row are insignificant.
///
/// - **Cost:** `n sqrt(n)`.
pub fn block_length(values: &[f64]) -> Option<BlockLength> {
    if values.len() < 10 || values.iter().all(|v| *v == values[0]) {
        return None;
    }
    let n = values.len() as f64;
    let lags = Lags::of(values);
    let lag = lags.significant();
    let (mut slope, mut long_run) = (0.0, lags.covariance[0]);
    for k in 1..=lag {
        let weight = 2.0 * flat_top(k as f64 / lag as f64) * lags.covariance[k];
        slope += weight * k as f64;
        long_run += weight;
    }
    let longest = (3.0 * n.sqrt()).min(n / 3.0).ceil();
    let length = |variance: f64| (2.0 * slope * slope / variance * n).cbrt().clamp(1.0, longest);
    let squared = long_run * long_run;
    (squared > 0.0).then(|| BlockLength {
        stationary: length(2.0 * squared),
        circular: length(4.0 / 3.0 * squared),
    })
}

/// 1 up to one half, then down to 0 at 1.
fn flat_top(share: f64) -> f64 {
    if share <= 0.5 { 1.0 } else { 2.0 * (1.0 - share) }
}

struct Lags {
    /// By lag from 0.
    covariance: Vec<f64>,
    /// Absolute correlation by lag from 0.
    correlation: Vec<f64>,
    /// How many insignificant ones in a row end the search.
    quiet: usize,
    /// Below it a correlation is insignificant.
    threshold: f64,
}

impl Lags {
    fn of(values: &[f64]) -> Self {
        let n = values.len();
        let mean = mean(values).unwrap_or_default();
        let centred: Vec<f64> = values.iter().map(|v| v - mean).collect();
        let quiet = 5.max(n.ilog10() as usize);
        let most = (n.isqrt() + usize::from(n.isqrt().pow(2) < n) + quiet).min(n - 2);
        let squares = |part: &[f64]| part.iter().map(|v| v * v).sum::<f64>();
        let (mut covariance, mut correlation) = (Vec::new(), Vec::new());
        for lag in 0..=most {
            let product: f64 = centred[lag..].iter().zip(&centred).map(|(a, b)| a * b).sum();
            let scale = squares(&centred[lag + 1..]) * squares(&centred[..n - lag - 1]);
            covariance.push(product / n as f64);
            correlation.push(product.abs() / scale.sqrt());
        }
        let threshold = 2.0 * ((n as f64).log10() / n as f64).sqrt();
        Self { covariance, correlation, quiet, threshold }
    }

    /// Twice the last lag before the first quiet stretch, within the lags computed.
    fn significant(&self) -> usize {
        let most = self.covariance.len() - 1;
        let last = self.correlation[..most]
            .windows(self.quiet)
            .position(|window| window.iter().all(|c| *c < self.threshold));
        last.map_or(most, |last| 2 * last.max(1)).min(most)
    }
}
