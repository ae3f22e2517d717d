//! Whether one forecaster or strategy is better than another, or only the luckiest of many.
//!
//! All tests take differences of losses, positive where the challenger is better, in order of
//! time.
//!
//! | question | test |
//! |---|---|
//! | is this one better than the benchmark | [`diebold_mariano`], [`diebold_mariano_few`] |
//! | is the best of these better than the benchmark | [`superior_predictive_ability`] |
//! | the same as it was first asked, weaker beside wild challengers | [`reality_check`] |

mod reality;
mod superior;

use serde::{Deserialize, Serialize};

pub use reality::{RealityCheck, reality_check};
pub use superior::{Recentring, SuperiorAbility, superior_predictive_ability};

use statrs::distribution::{ContinuousCDF as _, StudentsT};

use crate::bootstrap::RunningSums;
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

/// The same test where observations are few: t is corrected for the bias of the variance with
/// forecasts `horizon` sessions ahead and compared with Student's t of n - 1 degrees of freedom. The
/// lag is `horizon - 1`, up to which optimal forecasts overlap.
///
/// `None` as in [`diebold_mariano`], for a horizon of 0, and where n + 1 - 2h + h (h - 1) / n is not
/// above 0.
///
/// **Source:** Harvey, Leybourne and Newbold, International Journal of Forecasting 13 (1997),
/// equation 9.
pub fn diebold_mariano_few(differences: &[f64], horizon: usize) -> Option<DieboldMariano> {
    let test = diebold_mariano(differences, horizon.checked_sub(1)?)?;
    let (n, h) = (differences.len() as f64, horizon as f64);
    let correction = (n + 1.0 - 2.0 * h + h * (h - 1.0) / n) / n;
    let student = StudentsT::new(0.0, 1.0, n - 1.0).ok().filter(|_| correction > 0.0)?;
    let t = test.t * correction.sqrt();
    Some(DieboldMariano { t, p_value: 2.0 * student.cdf(-t.abs()), ..test })
}

/// Sums of all challengers over stretches.
fn running_sums(differences: &[Vec<f64>]) -> RunningSums {
    let mut sums = RunningSums::new(differences.len());
    let mut row = vec![0.0; differences.len()];
    for at in 0..differences.first().map_or(0, Vec::len) {
        row.iter_mut().zip(differences).for_each(|(value, d)| *value = d[at]);
        sums.push(&row);
    }
    sums
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
    fn few_observations_are_believed_less() {
        let differences = noise(12, 0.6, 1.0, 5);
        let many = diebold_mariano(&differences, 1).unwrap();
        let few = diebold_mariano_few(&differences, 2).unwrap();
        // n = 12, h = 2: (12 + 1 - 4 + 2 / 12) / 12.
        let correction = ((9.0 + 2.0 / 12.0) / 12.0_f64).sqrt();
        assert!((few.t - many.t * correction).abs() < 1e-12);
        assert!(few.p_value > many.p_value, "{few:?} {many:?}");
        assert_eq!((few.mean, few.standard_error), (many.mean, many.standard_error));
        // With one step ahead and many observations the two agree.
        let long = noise(5_000, 0.02, 1.0, 6);
        let (a, b) = (diebold_mariano(&long, 0).unwrap(), diebold_mariano_few(&long, 1).unwrap());
        assert!((a.p_value - b.p_value).abs() < 1e-3, "{a:?} {b:?}");
        assert_eq!(diebold_mariano_few(&long, 0), None);
        assert_eq!(diebold_mariano_few(&differences, 12), None);
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
