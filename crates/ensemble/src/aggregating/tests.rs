//! The algorithm by hand. Its guarantees are tested in games, among the integration tests.

use proptest::prelude::*;

use super::*;

fn awake(p: &[f64]) -> Vec<Option<f64>> {
    p.iter().copied().map(Some).collect()
}

/// Rounds of four members, extremes and sleepers among them.
fn stream() -> impl Strategy<Value = Vec<(Vec<Option<f64>>, bool)>> {
    let opinion = prop_oneof![Just(0.0), Just(1.0), 0.0_f64..=1.0];
    let advice = prop::collection::vec(prop::option::weighted(0.7, opinion), 4);
    prop::collection::vec((advice, any::<bool>()), 1..150)
}

#[test]
fn a_member_that_was_wrong_for_years_can_come_back() {
    let mut algorithm = AggregatingAlgorithm::new(2, 2.0, Memory::Full);
    for _ in 0..5_000 {
        algorithm.update(&awake(&[0.0, 1.0]), true);
    }
    assert!(algorithm.weights()[0] > 0.9 * WEIGHT_MIN);
    for _ in 0..30 {
        algorithm.update(&awake(&[0.0, 1.0]), false);
    }
    assert!(algorithm.weights()[0] > 0.99, "{:?}", algorithm.weights());
}

#[test]
fn with_nobody_awake_there_is_no_forecast_and_no_change() {
    let mut algorithm = AggregatingAlgorithm::new(2, 2.0, Memory::Full);
    algorithm.update(&awake(&[0.1, 0.8]), true);
    let before = algorithm.clone();
    assert_eq!(algorithm.forecast(&[None, None]), None);
    algorithm.charge(&[None, None], true, 1.0);
    assert_eq!(algorithm, before);
}

#[test]
fn a_charge_of_half_weight_counts_half() {
    let mut half = AggregatingAlgorithm::new(2, 2.0, Memory::Full);
    half.charge(&awake(&[0.2, 0.9]), true, 0.5);
    let odds = half.weights()[1] / half.weights()[0];
    assert!((odds - (0.64_f64 - 0.01).exp()).abs() < 1e-12, "{odds}");
}

proptest! {
    // Each case is a whole stream.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn sleepers_keep_their_weight_and_all_sum_to_one(stream in stream()) {
        let mut algorithm = AggregatingAlgorithm::new(4, 2.0, Memory::Full);
        for (advice, won) in &stream {
            let before = algorithm.weights();
            algorithm.update(advice, *won);
            let after = algorithm.weights();
            for (k, p) in advice.iter().enumerate() {
                if p.is_none() {
                    prop_assert!((after[k] / before[k] - 1.0).abs() < 1e-9);
                }
            }
            prop_assert!((after.iter().sum::<f64>() - 1.0).abs() < 1e-11);
        }
    }
}
