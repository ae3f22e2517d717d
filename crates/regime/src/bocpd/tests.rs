//! Tests against all segmentations of a short series, of pruning, and far outside the ordinary.

use proptest::prelude::*;

use super::*;
use crate::numerics::log_sum_exp;

/// The run-length posterior and ln of the density of `values`, from every way to cut them into
/// segments and the closed form of a segment's density (Murphy 2007, equations 85 to 95).
fn enumerate(config: &BocpdConfig, values: &[f64]) -> (Vec<f64>, f64) {
    let n = values.len();
    let mut by_length = vec![f64::NEG_INFINITY; n + 1];
    for cuts in 0_u32..1 << n {
        // Bit i: the segment ends with value i.
        let ended = |i: usize| cuts >> i & 1 == 1;
        let ends = cuts.count_ones();
        let mut log_joint = f64::from(ends) * config.hazard.ln()
            + (n as f64 - f64::from(ends)) * (1.0 - config.hazard).ln();
        let mut first = 0;
        for i in 0..n {
            if ended(i) || i + 1 == n {
                log_joint += segment(&config.prior, &values[first..=i]);
                first = i + 1;
            }
        }
        let length = (0..n).rev().take_while(|i| !ended(*i)).count();
        by_length[length] = log_sum_exp([by_length[length], log_joint].into_iter());
    }
    let total = log_sum_exp(by_length.iter().copied());
    (by_length.into_iter().map(|joint| (joint - total).exp()).collect(), total)
}

/// ln of the density of the values of one segment.
fn segment(prior: &NormalInverseGamma, values: &[f64]) -> f64 {
    let seen: Vec<f64> = values.iter().copied().filter(|x| x.is_finite()).collect();
    let n = seen.len() as f64;
    if seen.is_empty() {
        return 0.0;
    }
    let mean = seen.iter().sum::<f64>() / n;
    let squares: f64 = seen.iter().map(|x| (x - mean).powi(2)).sum();
    let kappa = prior.kappa + n;
    let apart = prior.kappa * n * (mean - prior.mean).powi(2) / (2.0 * kappa);
    let (alpha, beta) = (prior.alpha + 0.5 * n, prior.beta + 0.5 * squares + apart);
    let gamma_ratio: f64 =
        (0..seen.len()).map(|i| ln_gamma_half_step(prior.alpha + 0.5 * i as f64)).sum();
    gamma_ratio + prior.alpha * prior.beta.ln() - alpha * beta.ln()
        + 0.5 * (prior.kappa / kappa).ln()
        - n * HALF_LN_2_PI
}

fn configs() -> impl Strategy<Value = BocpdConfig> {
    (0.002_f64..0.6, -2.0_f64..2.0, 0.05_f64..5.0, 0.2_f64..5.0, 0.01_f64..10.0).prop_map(
        |(hazard, mean, kappa, alpha, beta)| BocpdConfig {
            hazard,
            prior: NormalInverseGamma { mean, kappa, alpha, beta },
            pruning: Pruning::None,
        },
    )
}

fn series() -> impl Strategy<Value = Vec<f64>> {
    let value = prop_oneof![8 => -4.0_f64..4.0, 1 => Just(f64::NAN), 1 => -60.0_f64..60.0];
    prop::collection::vec(value, 1..=11)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_posterior_equals_the_sum_over_all_segmentations(
        config in configs(), values in series()
    ) {
        let mut bocpd = Bocpd::new(config).unwrap();
        let sum: f64 = values.iter().map(|x| bocpd.update(*x)).sum();
        let (posterior, log_likelihood) = enumerate(&config, &values);
        prop_assert!((bocpd.log_likelihood() - log_likelihood).abs() < 1e-9);
        prop_assert!((sum - log_likelihood).abs() < 1e-9, "the densities are one-step-ahead");
        for (length, (got, expected)) in bocpd.posterior().iter().zip(&posterior).enumerate() {
            prop_assert!((got - expected).abs() < 1e-10, "{length}: {got}, expected {expected}");
        }
        let mean: f64 = posterior.iter().enumerate().map(|(r, p)| r as f64 * p).sum();
        prop_assert!((bocpd.mean_run_length() - mean).abs() < 1e-9);
        for k in 0..=12_u32 {
            let below: f64 = posterior.iter().take(k as usize).sum();
            prop_assert!((bocpd.probability_below(k) - below).abs() < 1e-9, "{k}");
        }
        let best = posterior[bocpd.map_run_length() as usize];
        prop_assert!(posterior.iter().all(|p| *p <= best + 1e-12));
    }

    /// The bound that [`Pruning`] states, while nothing speaks for what was dropped.
    #[test]
    fn pruning_moves_a_probability_by_no_more_than_was_dropped_in_the_session(
        config in configs(), values in series()
    ) {
        let mut full = Bocpd::new(config).unwrap();
        for x in &values {
            full.update(*x);
        }
        for pruning in [Pruning::Below(0.9 * config.hazard), Pruning::Keep(values.len().max(2))] {
            let mut pruned = full.clone();
            pruned.config.pruning = pruning;
            pruned.prune();
            let dropped = pruned.dropped();
            for (a, b) in full.posterior().iter().zip(pruned.posterior()) {
                prop_assert!((a - b).abs() <= dropped + 1e-12, "{a}, {b}, dropped {dropped}");
            }
            prop_assert!((pruned.posterior().iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
    }
}

#[test]
fn run_length_zero_means_that_the_segment_ended_with_the_value() {
    let mut bocpd = Bocpd::new(BocpdConfig { hazard: 0.2, ..BocpdConfig::default() }).unwrap();
    assert_eq!(bocpd.posterior(), [1.0]);
    bocpd.update(0.3);
    let posterior = bocpd.posterior();
    assert!((posterior[0] - 0.2).abs() < 1e-15 && (posterior[1] - 0.8).abs() < 1e-15);
    assert_eq!(bocpd.map_run_length(), 1);
}

#[test]
fn a_jump_of_level_is_an_alarm_the_same_day() {
    let mut bocpd = Bocpd::new(BocpdConfig::default()).unwrap();
    for i in 0..200 {
        bocpd.update(f64::from(i % 7) * 0.1 - 0.3);
    }
    assert!(bocpd.probability_below(10) < 0.2);
    assert_eq!(bocpd.map_run_length(), 200);
    for _ in 0..3 {
        bocpd.update(6.0);
    }
    assert!(bocpd.probability_below(10) > 0.99, "{}", bocpd.probability_below(10));
}

#[test]
fn values_far_out_and_missing_ones_leave_numbers() {
    let mut bocpd = Bocpd::new(BocpdConfig::default()).unwrap();
    for x in [0.1, -0.2, 40.0, 1e6, f64::NAN, 1e99, -1e99, f64::INFINITY, 1e150, 0.0, 0.1] {
        let density = bocpd.update(x);
        assert!(density.is_finite(), "{x}: {density}");
        assert!((bocpd.posterior().iter().sum::<f64>() - 1.0).abs() < 1e-9, "{x}");
        assert!(bocpd.mean_run_length().is_finite());
    }
    let before = bocpd.log_likelihood();
    assert_eq!(bocpd.update(f64::NAN), 0.0);
    assert_eq!(bocpd.log_likelihood(), before);
}

#[test]
fn a_missing_value_lets_runs_grow_and_end() {
    let mut bocpd = Bocpd::new(BocpdConfig { hazard: 0.1, ..BocpdConfig::default() }).unwrap();
    bocpd.update(f64::NAN);
    bocpd.update(f64::NAN);
    for (got, expected) in bocpd.posterior().iter().zip([0.1, 0.09, 0.81]) {
        assert!((got - expected).abs() < 1e-15, "{got}, {expected}");
    }
}

/// Changes of level and of spread, without chance.
fn unsteady(len: u32) -> Vec<f64> {
    let wave = |i: u32| (f64::from(i) * 2.3).sin() + 0.5 * (f64::from(i) * 0.7).cos();
    (0..len).map(|i| wave(i) * [0.5, 2.0, 0.8][i as usize / 150 % 3] + f64::from(i / 400)).collect()
}

#[test]
fn rare_run_lengths_are_forgotten_without_a_trace_in_the_ninth_digit() {
    let config = |pruning| BocpdConfig { pruning, ..BocpdConfig::default() };
    let mut full = Bocpd::new(config(Pruning::None)).unwrap();
    let mut pruned = Bocpd::new(config(Pruning::Below(1e-12))).unwrap();
    for x in unsteady(1_200) {
        full.update(x);
        pruned.update(x);
        let (a, b) = (full.probability_below(10), pruned.probability_below(10));
        assert!((a - b).abs() < 1e-9, "{a}, {b}");
        let (a, b) = (full.mean_run_length(), pruned.mean_run_length());
        assert!((a - b).abs() < 1e-6, "{a}, {b}");
        assert_eq!(full.map_run_length(), pruned.map_run_length());
    }
    assert_eq!((full.considered(), full.dropped()), (1_201, 0.0));
    assert!(pruned.considered() < 600, "{}", pruned.considered());
    assert!(pruned.dropped() > 0.0 && pruned.dropped() < 1e-8, "{}", pruned.dropped());
}

#[test]
fn no_more_run_lengths_are_kept_than_asked_for_and_the_newest_always() {
    let pruning = Pruning::Keep(20);
    let mut bocpd = Bocpd::new(BocpdConfig { pruning, ..BocpdConfig::default() }).unwrap();
    for x in unsteady(300) {
        bocpd.update(x);
        assert!(bocpd.considered() <= 20);
        assert!(bocpd.posterior()[0] > 0.0);
        assert!((bocpd.posterior().iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }
    assert_eq!(bocpd.considered(), 20);
}

#[test]
fn numbers_outside_their_range_are_named() {
    let base = BocpdConfig::default();
    let check = |config: BocpdConfig, text: &str| {
        assert_eq!(Bocpd::new(config).unwrap_err().to_string(), text);
    };
    let open = "0 (exclusive) to 1 (exclusive)";
    check(BocpdConfig { hazard: 1.0, ..base }, &format!("hazard is 1; it must be in {open}"));
    check(
        BocpdConfig { hazard: f64::NAN, ..base },
        &format!("hazard is NaN; it must be in {open}"),
    );
    check(
        BocpdConfig { prior: NormalInverseGamma { beta: 0.0, ..base.prior }, ..base },
        "prior.beta is 0; it must be in 1e-100..=1e100",
    );
    check(
        BocpdConfig { prior: NormalInverseGamma { mean: f64::INFINITY, ..base.prior }, ..base },
        "prior.mean is inf; it must be in -1e100..=1e100",
    );
    check(
        BocpdConfig { pruning: Pruning::Below(0.01), ..base },
        "pruning.below is 0.01; it must be in 0 (exclusive) to the hazard (exclusive)",
    );
    check(
        BocpdConfig { pruning: Pruning::Keep(1), ..base },
        "pruning.keep is 1; it must be in 2..",
    );
}
