//! Inference on the Sharpe ratio: how sure one can be of it, after how many attempts.
//!
//! Ratios here are per period unless a name says otherwise: the mean over the sample standard
//! deviation (n - 1). Skewness and kurtosis are population moments, kurtosis not in excess (3 for
//! the normal).
//!
//! **Source:** Bailey and Lopez de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk
//! 15 (2012), and "The Deflated Sharpe Ratio", Journal of Portfolio Management 40 (2014); Bailey,
//! Borwein, Lopez de Prado and Zhu, "Pseudo-Mathematics and Financial Charlatanism", Notices of
//! the AMS 61 (2014); Lo, "The Statistics of Sharpe Ratios", Financial Analysts Journal 58 (2002).

use serde::{Deserialize, Serialize};
use statrs::function::erf::{erfc, erfc_inv};

use crate::performance::SESSIONS_PER_YEAR;
use crate::summary::{mean, standard_deviation};

/// Euler's constant.
const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;

/// A Sharpe ratio with what its distribution depends on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SharpeEstimate {
    /// Mean over standard deviation, per period.
    pub ratio: f64,
    /// Periods it was measured on.
    pub periods: usize,
    /// Skewness of the returns.
    pub skewness: f64,
    /// Kurtosis of the returns, 3 for the normal.
    pub kurtosis: f64,
}

impl SharpeEstimate {
    /// Measures returns; `None` for fewer than two or no variance.
    pub fn of(returns: &[f64]) -> Option<Self> {
        let mean = mean(returns)?;
        let ratio = mean / standard_deviation(returns)?;
        let moment = |power: i32| {
            returns.iter().map(|r| (r - mean).powi(power)).sum::<f64>() / returns.len() as f64
        };
        let variance = moment(2);
        Some(Self {
            ratio,
            periods: returns.len(),
            skewness: moment(3) / variance.powf(1.5),
            kurtosis: moment(4) / (variance * variance),
        })
    }

    /// `1 - skewness SR + (kurtosis - 1) / 4 SR^2`: variance of the estimate times n - 1. Zero or
    /// less for a ratio at which the expansion does not hold.
    fn spread(&self) -> f64 {
        1.0 - self.skewness * self.ratio + (self.kurtosis - 1.0) / 4.0 * self.ratio * self.ratio
    }

    /// Standard error with the returns' own skewness and kurtosis (Mertens).
    pub fn standard_error(&self) -> Option<f64> {
        let variance = self.spread() / self.periods.checked_sub(1).filter(|n| *n > 0)? as f64;
        (variance > 0.0).then(|| variance.sqrt())
    }

    /// Standard error for independent normal returns (Lo).
    pub fn standard_error_normal(&self) -> f64 {
        ((1.0 + self.ratio * self.ratio / 2.0) / self.periods as f64).sqrt()
    }

    /// Probability that the true ratio is above `benchmark` (per period): the probabilistic Sharpe
    /// ratio.
    pub fn probabilistic(&self, benchmark: f64) -> Option<f64> {
        Some(normal_cdf((self.ratio - benchmark) / self.standard_error()?))
    }

    /// The probabilistic Sharpe ratio against the best of `trials` attempts without merit, whose
    /// ratios have this `variance` (per period): the deflated Sharpe ratio.
    pub fn deflated(&self, trials: u32, variance: f64) -> Option<f64> {
        self.probabilistic(deflated_benchmark(trials, variance))
    }

    /// Periods after which a ratio like this one would be known to be above `benchmark` at
    /// `confidence`: the minimum track record. `None` when it is not above it.
    pub fn minimum_track_record(&self, benchmark: f64, confidence: f64) -> Option<f64> {
        let ahead = self.ratio - benchmark;
        (ahead > 0.0 && self.spread() > 0.0)
            .then(|| 1.0 + self.spread() * (normal_quantile(confidence) / ahead).powi(2))
    }
}

/// Expected maximum of `trials` standard normal draws; 0 for one or none.
pub fn expected_maximum(trials: u32) -> f64 {
    expected_maximum_of(f64::from(trials))
}

/// [`expected_maximum`] of a number of draws that need not be whole, such as [`effective_trials`]
/// gives.
///
/// The approximation falls below 0 just above one draw, where the maximum does not: it is 0 there.
pub fn expected_maximum_of(trials: f64) -> f64 {
    if trials.is_nan() || trials <= 1.0 {
        return 0.0;
    }
    let maximum = (1.0 - EULER_GAMMA) * normal_quantile(1.0 - 1.0 / trials)
        + EULER_GAMMA * normal_quantile(1.0 - 1.0 / (trials * std::f64::consts::E));
    maximum.max(0.0)
}

/// The ratio that the best of `trials` attempts without merit is expected to show, when the
/// attempts' ratios have this `variance`.
pub fn deflated_benchmark(trials: u32, variance: f64) -> f64 {
    variance.max(0.0).sqrt() * expected_maximum(trials)
}

/// Independent attempts that `trials` attempts with this mean correlation are worth.
pub fn effective_trials(trials: u32, mean_correlation: f64) -> f64 {
    mean_correlation + (1.0 - mean_correlation) * f64::from(trials)
}

/// Years of data below which the best of `trials` attempts without merit is expected to show an
/// annual ratio of 1: the minimum backtest length.
pub fn minimum_backtest_years(trials: u32) -> f64 {
    expected_maximum(trials).powi(2)
}

/// Years of data below which the best of `trials` attempts without merit is expected to show this
/// `annual_ratio`, above 0; [`minimum_backtest_years`] for a ratio of 1.
pub fn minimum_backtest_years_for(trials: u32, annual_ratio: f64) -> f64 {
    (expected_maximum(trials) / annual_ratio).powi(2)
}

/// What to multiply a per-period ratio by for one over `q` periods, given the returns' own
/// autocorrelation; `sqrt(q)` when there is none.
///
/// - **Edges:** `None` without variance, with fewer returns than `q` or when the autocorrelations
///   give no positive variance.
pub fn aggregation_factor(returns: &[f64], q: usize) -> Option<f64> {
    if q == 0 || returns.len() <= q {
        return None;
    }
    let weighted = |lag: usize| {
        Some((q - lag) as f64 * correlation(&returns[lag..], &returns[..returns.len() - lag])?)
    };
    let sum = (1..q).map(weighted).sum::<Option<f64>>()?;
    let scale = q as f64 + 2.0 * sum;
    (scale > 0.0).then(|| q as f64 / scale.sqrt())
}

/// Correlation of two series of one length, each about its own mean; `None` without variance.
fn correlation(one: &[f64], other: &[f64]) -> Option<f64> {
    let (mean_one, mean_other) = (mean(one)?, mean(other)?);
    let products: f64 = one.iter().zip(other).map(|(a, b)| (a - mean_one) * (b - mean_other)).sum();
    let deviations = standard_deviation(one)? * standard_deviation(other)?;
    Some(products / (one.len() - 1) as f64 / deviations)
}

/// Standard normal distribution function.
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * erfc(-x / std::f64::consts::SQRT_2)
}

/// Standard normal quantile.
pub fn normal_quantile(p: f64) -> f64 {
    let near = -std::f64::consts::SQRT_2 * erfc_inv(2.0 * p);
    // The library's inverse is right to about ten digits; one step of Newton gives the rest.
    let density = (-0.5 * near * near).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let step = (normal_cdf(near) - p) / density;
    if step.is_finite() { near - step } else { near }
}

/// One row of the table "what if this were the best of so many attempts".
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Deflated {
    /// Attempts counted.
    pub trials: u32,
    /// Annual ratio that the best of them would show without merit.
    pub benchmark_annual: f64,
    /// Probability that the true ratio is above that.
    pub probability: Option<f64>,
    /// Years below which even an annual ratio of 1 means nothing after so many attempts.
    pub minimum_years: f64,
}

/// All that is said of a run's Sharpe ratio.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SharpeInference {
    /// The estimate, per session.
    pub estimate: SharpeEstimate,
    /// The ratio per year.
    pub annual: f64,
    /// Standard error of the annual ratio, with skewness and kurtosis.
    pub standard_error_annual: Option<f64>,
    /// The same for independent normal returns.
    pub standard_error_normal_annual: f64,
    /// Annual ratio with the autocorrelation of returns within a month taken into account.
    pub annual_autocorrelation: Option<f64>,
    /// Probability that the true ratio is above 0.
    pub probabilistic: Option<f64>,
    /// Deflated by the number of attempts that were really made.
    pub deflated: Deflated,
    /// The same for other numbers of attempts, for those that nobody counted.
    pub deflated_if: Vec<Deflated>,
    /// Variance of the attempts' ratios used to deflate, per session.
    pub trial_variance: f64,
    /// Sessions after which a ratio like this one would be known to be above 0 at 95 %.
    pub minimum_track_record: Option<f64>,
}

/// Sessions in a month, and months in a year: beyond a month autocorrelations are mostly noise.
const SESSIONS_PER_MONTH: usize = 21;
const MONTHS_PER_YEAR: f64 = 12.0;

/// Attempts shown besides those that were made.
const TRIALS_SHOWN: [u32; 4] = [1, 10, 100, 1_000];

/// Judges the Sharpe ratio of daily returns that were the best of `trials` attempts.
///
/// Where the variance of the attempts' ratios (per session) is not known, it is taken to be that
/// of attempts without any merit on as many sessions, `1 / n`. `None` without variance.
pub fn sharpe_inference(
    returns: &[f64],
    trials: u32,
    trial_variance: Option<f64>,
) -> Option<SharpeInference> {
    let estimate = SharpeEstimate::of(returns)?;
    let annual = |per_session: f64| per_session * SESSIONS_PER_YEAR.sqrt();
    let variance = trial_variance.unwrap_or(1.0 / returns.len() as f64);
    let deflated = |trials: u32| Deflated {
        trials,
        benchmark_annual: annual(deflated_benchmark(trials, variance)),
        probability: estimate.deflated(trials, variance),
        minimum_years: minimum_backtest_years(trials),
    };
    Some(SharpeInference {
        estimate,
        annual: annual(estimate.ratio),
        standard_error_annual: estimate.standard_error().map(annual),
        standard_error_normal_annual: annual(estimate.standard_error_normal()),
        annual_autocorrelation: aggregation_factor(returns, SESSIONS_PER_MONTH)
            .map(|factor| factor * estimate.ratio * MONTHS_PER_YEAR.sqrt()),
        probabilistic: estimate.probabilistic(0.0),
        deflated: deflated(trials),
        deflated_if: TRIALS_SHOWN.map(deflated).to_vec(),
        trial_variance: variance,
        minimum_track_record: estimate.minimum_track_record(0.0, 0.95),
    })
}

#[cfg(test)]
mod tests;
