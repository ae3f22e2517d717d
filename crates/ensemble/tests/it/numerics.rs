//! Long streams, many members, certainties, permutations and duplicates.

use proptest::prelude::*;
use tradebot_ensemble::aggregating::WEIGHT_MIN;
use tradebot_ensemble::{AggregatingAlgorithm, Memory, RegimeAware};

const MEMORIES: [Memory; 5] = [
    Memory::Full,
    Memory::Discount { gamma: 0.995 },
    Memory::Discount { gamma: 0.05 },
    Memory::FixedShare { alpha: 0.005 },
    Memory::FixedShare { alpha: 1.0 },
];

fn any_memory() -> impl Strategy<Value = Memory> {
    prop::sample::select(MEMORIES.to_vec())
}

fn awake(p: &[f64]) -> Vec<Option<f64>> {
    p.iter().copied().map(Some).collect()
}

#[track_caller]
fn sound(algorithm: &AggregatingAlgorithm, forecast: f64) {
    assert!((0.0..=1.0).contains(&forecast), "{forecast}");
    let weights = algorithm.weights();
    // The floor is applied after normalising, and exp(ln(x)) is x to a few bits.
    assert!(weights.iter().all(|w| *w >= WEIGHT_MIN * (1.0 - 1e-12)), "{weights:?}");
    let (sum, room) = (weights.iter().sum::<f64>(), weights.len() as f64 * WEIGHT_MIN + 1e-11);
    assert!((sum - 1.0).abs() <= room, "{sum}");
}

/// Half of the members are always right and certain, half always wrong; then they change places.
#[test]
fn a_hundred_thousand_certain_rounds_leave_numbers() {
    for memory in MEMORIES {
        let mut algorithm = AggregatingAlgorithm::new(6, 2.0, memory);
        for t in 0..100_000_u32 {
            let won = t % 7 < 3;
            let right = f64::from(u8::from(won == (t < 60_000)));
            let advice = awake(&[right, right, right, 1.0 - right, 1.0 - right, 1.0 - right]);
            let forecast = algorithm.forecast(&advice).unwrap();
            algorithm.update(&advice, won);
            if t % 997 == 0 || t > 99_990 {
                sound(&algorithm, forecast);
            }
        }
    }
}

#[test]
fn a_rate_of_almost_nothing_and_one_of_too_much_leave_numbers() {
    for eta in [1e-9, 1e-3, 2.0, 500.0] {
        let mut algorithm = AggregatingAlgorithm::new(3, eta, Memory::Full);
        for t in 0..5_000_u32 {
            let advice = awake(&[0.0, 1.0, f64::from(t % 11) / 10.0]);
            let forecast = algorithm.forecast(&advice).unwrap();
            algorithm.update(&advice, t % 3 == 0);
            assert!((0.0..=1.0).contains(&forecast), "{eta} {forecast}");
            assert!(algorithm.weights().iter().all(|w| w.is_finite()), "{eta}");
        }
    }
}

#[test]
fn two_levels_stay_sound_over_a_long_stream() {
    let mut both = RegimeAware::new(4, 2.0, Memory::Discount { gamma: 0.999 });
    for t in 0..40_000_u32 {
        let won = t % 5 < 2;
        let right = f64::from(u8::from(won));
        let advice = [Some(right), Some(1.0 - right), (t % 4 > 0).then_some(0.5), None];
        let regime = t / 500 % 5;
        let forecast = both.forecast(&advice, Some(&regime)).unwrap();
        both.update(&advice, Some(&regime), won);
        assert!((0.0..=1.0).contains(&forecast));
        assert!((both.trust().iter().sum::<f64>() - 1.0).abs() < 1e-11);
    }
    sound(both.global(), 0.5);
}

#[test]
fn nobody_at_all_has_no_forecast() {
    let mut algorithm = AggregatingAlgorithm::new(0, 2.0, Memory::Full);
    algorithm.update(&[], true);
    assert_eq!(algorithm.forecast(&[]), None);
    assert!(algorithm.weights().is_empty());
}

fn rounds(experts: usize) -> impl Strategy<Value = Vec<(Vec<Option<f64>>, bool)>> {
    let p = prop_oneof![1 => Just(0.0), 1 => Just(1.0), 4 => 0.0_f64..=1.0];
    let advice = prop::collection::vec(prop::option::weighted(0.8, p), experts);
    prop::collection::vec((advice, any::<bool>()), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn one_to_sixty_four_members_stay_sound(
        rounds in (1_usize..=64).prop_flat_map(rounds), memory in any_memory(),
    ) {
        let mut algorithm = AggregatingAlgorithm::new(rounds[0].0.len(), 2.0, memory);
        for (advice, won) in &rounds {
            let forecast = algorithm.forecast(advice);
            prop_assert_eq!(forecast.is_some(), advice.iter().any(Option::is_some));
            algorithm.update(advice, *won);
            sound(&algorithm, forecast.unwrap_or(0.5));
        }
    }

    #[test]
    fn members_in_another_order_have_the_same_weights_in_that_order(
        rounds in rounds(5), memory in any_memory(),
        order in Just((0..5).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        let mut first = AggregatingAlgorithm::new(5, 2.0, memory);
        let mut second = first.clone();
        for (advice, won) in &rounds {
            let turned: Vec<_> = order.iter().map(|&k| advice[k]).collect();
            let (a, b) = (first.forecast(advice), second.forecast(&turned));
            prop_assert_eq!(a.is_some(), b.is_some());
            prop_assert!((a.unwrap_or(0.0) - b.unwrap_or(0.0)).abs() < 1e-9);
            first.update(advice, *won);
            second.update(&turned, *won);
        }
        let (first, second) = (first.weights(), second.weights());
        for (at, k) in order.into_iter().enumerate() {
            prop_assert!((first[k] - second[at]).abs() < 1e-9);
        }
    }

    /// Not under fixed share: whoever is there twice is given a share twice.
    #[test]
    fn everyone_twice_is_everyone_once(
        rounds in rounds(4), gamma in prop_oneof![Just(1.0), 0.5_f64..1.0],
    ) {
        let mut once = AggregatingAlgorithm::new(4, 2.0, Memory::Discount { gamma });
        let mut twice = AggregatingAlgorithm::new(8, 2.0, Memory::Discount { gamma });
        for (advice, won) in &rounds {
            let doubled: Vec<_> = advice.iter().chain(advice).copied().collect();
            let (a, b) = (once.forecast(advice), twice.forecast(&doubled));
            prop_assert!((a.unwrap_or(0.0) - b.unwrap_or(0.0)).abs() < 1e-9);
            once.update(advice, *won);
            twice.update(&doubled, *won);
        }
        let (once, twice) = (once.weights(), twice.weights());
        for k in 0..4 {
            prop_assert_eq!(twice[k], twice[k + 4], "a member and its duplicate are equals");
            prop_assert!((once[k] - 2.0 * twice[k]).abs() < 1e-9);
        }
    }

    /// A duplicate doubles its member's first weight and nothing else.
    #[test]
    fn a_duplicate_moves_the_forecast_towards_its_member(
        p in 0.0_f64..=1.0, q in 0.0_f64..=1.0,
    ) {
        let alone = AggregatingAlgorithm::new(2, 2.0, Memory::Full);
        let twice = AggregatingAlgorithm::new(3, 2.0, Memory::Full);
        let before = alone.forecast(&awake(&[p, q])).unwrap();
        let after = twice.forecast(&awake(&[p, p, q])).unwrap();
        prop_assert!((after - p).abs() <= (before - p).abs() + 1e-12);
    }

    #[test]
    fn certain_members_that_agree_are_believed(won: bool, experts in 1_usize..=64) {
        let p = f64::from(u8::from(won));
        let algorithm = AggregatingAlgorithm::new(experts, 2.0, Memory::Full);
        let forecast = algorithm.forecast(&vec![Some(p); experts]).unwrap();
        prop_assert!((forecast - p).abs() < 1e-12);
    }
}
