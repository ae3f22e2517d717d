//! Figures printed in the papers, and the laws between the measures.

use proptest::prelude::*;

use super::*;
use crate::testing::noise;

#[track_caller]
fn printed(got: f64, want: f64, half_digit: f64) {
    assert!((got - want).abs() <= half_digit, "got {got}, printed {want}");
}

fn estimate(ratio: f64, periods: usize, skewness: f64, kurtosis: f64) -> SharpeEstimate {
    SharpeEstimate { ratio, periods, skewness, kurtosis }
}

/// Bailey and Lopez de Prado (2012): 24 monthly returns.
#[test]
fn the_probabilistic_ratio_of_the_paper() {
    let skewed = estimate(0.458, 24, -2.448, 10.164).probabilistic(0.0).unwrap();
    printed(skewed, 0.913, 0.0005);
    printed(estimate(0.458, 24, 0.0, 3.0).probabilistic(0.0).unwrap(), 0.982, 0.0005);
}

/// Bailey and Lopez de Prado (2014): 2.5 a year of 250 days, 1,250 days, variance one half a year.
#[test]
fn the_deflated_ratio_of_the_paper() {
    let per_day = 2.5 / 250.0_f64.sqrt();
    let variance = 0.5 / 250.0;
    printed(deflated_benchmark(100, variance), 0.1132, 0.000_05);
    let fat = estimate(per_day, 1_250, -3.0, 10.0);
    printed(fat.deflated(100, variance).unwrap(), 0.9004, 0.000_05);
    printed(fat.deflated(46, variance).unwrap(), 0.9505, 0.000_05);
    let normal = estimate(per_day, 1_250, 0.0, 3.0);
    printed(normal.deflated(88, variance).unwrap(), 0.9505, 0.000_05);
}

/// Bailey and Lopez de Prado (2012): an annual 2 against 1 at 95 %.
#[test]
fn the_minimum_track_record_of_the_paper() {
    let years = |periods: f64, skewness: f64, kurtosis: f64| {
        let per_period = 1.0 / periods.sqrt();
        let estimate = estimate(2.0 * per_period, 100, skewness, kurtosis);
        estimate.minimum_track_record(per_period, 0.95).unwrap() / periods
    };
    printed(years(252.0, 0.0, 3.0), 2.73, 0.005);
    printed(years(52.0, 0.0, 3.0), 2.83, 0.005);
    printed(years(12.0, 0.0, 3.0), 3.24, 0.005);
    printed(years(12.0, -0.72, 5.78), 4.99, 0.005);
}

/// Bailey et al. (2014): about five years for 45 attempts.
#[test]
fn the_best_of_many_attempts_looks_good_by_itself() {
    printed(expected_maximum(10), 1.57, 0.005);
    printed(minimum_backtest_years(45), 5.0, 0.05);
    assert_eq!((expected_maximum(0), expected_maximum(1)), (0.0, 0.0));
    assert_eq!(effective_trials(100, 0.0), 100.0);
    assert_eq!(effective_trials(100, 1.0), 1.0);
}

#[test]
fn what_has_no_variance_is_not_judged() {
    assert_eq!(sharpe_inference(&[], 1, None), None);
    assert_eq!(sharpe_inference(&[0.01], 1, None), None);
    assert_eq!(sharpe_inference(&[0.001; 50], 1, None), None);
    assert_eq!(aggregation_factor(&[0.001; 50], 12), None);
    assert_eq!(aggregation_factor(&[0.1, -0.1], 12), None);
}

#[test]
fn one_attempt_is_not_deflated() {
    let returns: Vec<f64> = (0..300).map(|i| f64::from(i * 7 % 13) * 0.001 - 0.0055).collect();
    let one = sharpe_inference(&returns, 1, None).unwrap();
    assert_eq!(one.deflated.probability, one.probabilistic);
    assert_eq!(one.deflated.benchmark_annual, 0.0);
    let many = sharpe_inference(&returns, 50, None).unwrap();
    assert!(many.deflated.probability < one.deflated.probability);
}

#[test]
fn returns_that_come_back_earn_more_over_longer_periods() {
    let back_and_forth: Vec<f64> =
        (0..400).map(|i| if i % 2 == 0 { 0.02 } else { -0.01 } + f64::from(i % 5) * 1e-4).collect();
    assert!(aggregation_factor(&back_and_forth, 4).unwrap() > 2.0);
    let trending: Vec<f64> = (0..400).map(|i| if i % 80 < 40 { 0.02 } else { -0.01 }).collect();
    assert!(aggregation_factor(&trending, 4).unwrap() < 2.0);
    assert_eq!(aggregation_factor(&trending, 1), Some(1.0));
}

/// Without drift the probability is uniform: one in twenty histories reaches 95 %.
#[test]
fn histories_without_drift_are_rarely_believed() {
    let probable: Vec<f64> = (0..400)
        .map(|seed| SharpeEstimate::of(&noise(500, 0.0, 0.01, seed)).unwrap())
        .map(|estimate| estimate.probabilistic(0.0).unwrap())
        .collect();
    let share = |limit: f64| probable.iter().filter(|p| **p > limit).count() as f64 / 400.0;
    printed(share(0.5), 0.5, 0.08);
    printed(share(0.95), 0.05, 0.035);
}

proptest! {
    #[test]
    fn the_normal_quantile_inverts_the_distribution(p in 1e-6_f64..1.0 - 1e-6) {
        prop_assert!((normal_cdf(normal_quantile(p)) - p).abs() < 1e-12);
    }

    /// After as many periods as the minimum track record says, the confidence is reached.
    #[test]
    fn a_track_record_of_minimum_length_has_its_confidence(
        ratio in 0.02_f64..0.3, skewness in -1.0_f64..0.5, kurtosis in 3.0_f64..8.0,
    ) {
        let periods = estimate(ratio, 2, skewness, kurtosis)
            .minimum_track_record(0.0, 0.95)
            .unwrap();
        let after = |periods: f64| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
            let whole = periods as usize;
            estimate(ratio, whole, skewness, kurtosis).probabilistic(0.0).unwrap()
        };
        prop_assert!(after(periods.ceil()) >= 0.95 - 1e-9);
        prop_assert!(after(periods.floor()) <= 0.95 + 1e-9);
    }

    #[test]
    fn more_attempts_never_make_a_result_more_believable(
        ratio in -0.1_f64..0.3, trials in 1_u32..5_000,
    ) {
        let estimate = estimate(ratio, 1_000, -0.3, 5.0);
        let (few, more) = (estimate.deflated(trials, 0.001), estimate.deflated(trials + 1, 0.001));
        prop_assert!(more.unwrap() <= few.unwrap());
    }
}
