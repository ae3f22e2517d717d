//! Tests of the filter against all paths, and far outside the ordinary.

use proptest::prelude::*;

use super::*;
use crate::hmm::HmmParameters;
use crate::hmm::enumeration::{log_likelihood, models, paths, series, shares};

fn calm_and_wild(transitions: Vec<Vec<f64>>) -> GaussianHmm {
    let (means, sds) = (vec![0.05, -0.1], vec![0.7, 2.0]);
    GaussianHmm::new(HmmParameters { means, sds, transitions, start: Some(vec![0.9, 0.1]) })
        .unwrap()
}

fn sticky() -> GaussianHmm {
    calm_and_wild(vec![vec![0.98, 0.02], vec![0.04, 0.96]])
}

#[test]
fn before_the_first_value_the_start_is_all_there_is() {
    let filter = Filter::new(sticky());
    assert_eq!(filter.probabilities(), [0.9, 0.1]);
    assert_eq!(filter.log_likelihood(), 0.0);
    assert!((filter.predicted()[0] - 0.9).abs() < 1e-15);
}

#[test]
fn a_missing_value_is_a_step_of_the_chain_and_no_evidence() {
    let mut filter = Filter::new(sticky());
    assert!((filter.update(f64::NAN)[1] - 0.1).abs() < 1e-15, "the start predicts the first value");
    let expected = 0.9 * 0.02 + 0.1 * 0.96;
    assert!((filter.update(f64::NAN)[1] - expected).abs() < 1e-15);
    let before = filter.log_likelihood();
    filter.update(f64::INFINITY);
    assert_eq!(filter.log_likelihood(), before);
    for _ in 0..100_000 {
        filter.update(f64::NAN);
    }
    let sum: f64 = filter.probabilities().iter().sum();
    assert!((sum - 1.0).abs() < 1e-14, "{sum}");
    assert!((filter.probabilities()[1] - 1.0 / 3.0).abs() < 1e-12);
}

#[test]
fn values_forty_deviations_out_leave_numbers_and_the_wild_state() {
    let mut filter = Filter::new(sticky());
    for x in [0.1, 80.0, -80.0, 0.0] {
        let sum: f64 = filter.update(x).iter().sum();
        assert!((sum - 1.0).abs() < 1e-14);
        assert!(filter.log_likelihood().is_finite());
    }
    assert!(filter.log_likelihood() < -1_500.0);
    assert!(filter.probabilities()[1] > 0.5, "{:?}", filter.probabilities());
    // Beyond what an f64 can hold the logarithm of, a value says nothing.
    let before = filter.predicted();
    let after = filter.update(1e300).to_vec();
    assert!((after[0] - before[0]).abs() < 1e-14 && filter.log_likelihood().is_finite());
}

/// Without a way back into the first state, all depends on how improbable it had become.
#[test]
fn a_state_far_below_the_smallest_number_can_come_back() {
    let mut filter = Filter::new(calm_and_wild(vec![vec![1.0, 0.0], vec![0.0, 1.0]]));
    filter.update(60.0);
    assert_eq!(filter.probabilities()[0], 0.0, "some 1e-1400");
    for _ in 0..20_000 {
        filter.update(0.05);
    }
    assert!(filter.probabilities()[0] > 0.999_999, "{:?}", filter.probabilities());
}

proptest! {
    #[test]
    fn filter_and_likelihood_equal_the_sum_over_all_paths(model in models(), values in series()) {
        let mut filter = Filter::new(model.clone());
        for (t, x) in values.iter().enumerate() {
            let got = filter.update(*x).to_vec();
            let paths = paths(&model, &values[..=t]);
            for (got, expected) in got.iter().zip(shares(&paths, t, model.states())) {
                prop_assert!((got - expected).abs() < 1e-10, "{got}, expected {expected}");
            }
            let (got, expected) = (filter.log_likelihood(), log_likelihood(&paths));
            prop_assert!((got - expected).abs() < 1e-9 * expected.abs().max(1.0), "{got}, {expected}");
        }
    }
}
