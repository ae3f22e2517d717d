//! Whether one forecaster or strategy is better than another, or only the luckiest of many.
//!
//! Both tests take differences of losses, positive where the challenger is better, in order of
//! time.
//!
//! | question | test |
//! |---|---|
//! | is this one better than the benchmark | [`diebold_mariano`] |
//! | is the best of these better than the benchmark | [`superior_predictive_ability`] |

mod superior;

use serde::{Deserialize, Serialize};

pub use superior::{Recentring, SuperiorAbility, superior_predictive_ability};

use crate::sharpe::normal_cdf;
use crate::summary::mean;

/// The test of one mean difference.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DieboldMariano {
    /// Mean difference of losses; positive is better than the benchmark.
    pub mean: f64,
    /// Newey-West standard error of the mean.
    pub standard_error: f64,
    /// Mean over standard error.
    pub t: f64,
    /// Two-sided p-value, normal.
    pub p_value: f64,
}

/// Tests that the mean difference is 0, with Bartlett weights up to `lag`.
///
/// `None` without differences or when they have no variance.
///
/// **Source:** Diebold and Mariano, Journal of Business and Economic Statistics 13 (1995); Newey
/// and West, Econometrica 55 (1987).
pub fn diebold_mariano(differences: &[f64], lag: usize) -> Option<DieboldMariano> {
    let mean = mean(differences)?;
    let n = differences.len() as f64;
    let centred: Vec<f64> = differences.iter().map(|d| d - mean).collect();
    let lags = lag.min(differences.len() - 1);
    let weighted = |l: usize| (1.0 - l as f64 / (lag + 1) as f64) * covariance(&centred, l);
    let variance = covariance(&centred, 0) + 2.0 * (1..=lags).map(weighted).sum::<f64>();
    if differences.iter().all(|d| *d == differences[0]) || variance <= 0.0 {
        return None;
    }
    let standard_error = (variance / n).sqrt();
    let t = mean / standard_error;
    Some(DieboldMariano { mean, standard_error, t, p_value: 2.0 * normal_cdf(-t.abs()) })
}

/// Autocovariance of a centred series, divided by its full length.
fn covariance(centred: &[f64], lag: usize) -> f64 {
    let sum: f64 = centred[lag..].iter().zip(centred).map(|(a, b)| a * b).sum();
    sum / centred.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::noise;

    #[test]
    fn equal_losses_are_not_tested() {
        assert_eq!(diebold_mariano(&[], 5), None);
        assert_eq!(diebold_mariano(&[0.1; 40], 5), None);
        assert_eq!(superior_predictive_ability(&[], 10.0, 100, 1), None);
        assert_eq!(superior_predictive_ability(&[vec![0.0; 50]], 10.0, 100, 1), None);
    }

    #[test]
    fn a_series_by_hand() {
        // Mean 2, deviations -1 1 -1 1: gamma(0) = 1, gamma(1) = -3/4, weight 1/2.
        let test = diebold_mariano(&[1.0, 3.0, 1.0, 3.0], 1).unwrap();
        assert_eq!(test.mean, 2.0);
        assert!((test.standard_error - 0.25).abs() < 1e-12);
        assert!(test.p_value < 1e-10);
    }

    #[test]
    fn the_best_of_many_without_merit_is_not_superior() {
        let many = |best: f64| -> Vec<Vec<f64>> {
            (0..20).map(|k| noise(500, if k == 0 { best } else { 0.0 }, 1.0, 100 + k)).collect()
        };
        let lucky = superior_predictive_ability(&many(0.0), 5.0, 1_000, 3).unwrap();
        assert!(lucky.p_value(Recentring::Consistent) > 0.05, "{lucky:?}");
        let good = superior_predictive_ability(&many(0.25), 5.0, 1_000, 3).unwrap();
        assert!(good.p_value(Recentring::Consistent) < 0.01, "{good:?}");
        assert_eq!(good, superior_predictive_ability(&many(0.25), 5.0, 1_000, 3).unwrap());
    }
}
