//! Against the formulas written out over the whole history, for any parameters.

use proptest::prelude::*;
use tradebot_ensemble::comparators::{Comparator, Pooling, Weighting};
use tradebot_ensemble::rolling::RollingBrier;
use tradebot_ensemble::{AggregatingAlgorithm, Memory, pool};

const EXPERTS: usize = 4;

type Round = ([f64; EXPERTS], bool);
type History = Vec<Round>;

fn history(rounds: usize) -> impl Strategy<Value = History> {
    let p = prop_oneof![1 => Just(0.0), 1 => Just(1.0), 6 => 0.0_f64..=1.0];
    prop::collection::vec((prop::array::uniform4(p), any::<bool>()), 1..rounds)
}

/// A history and a rate so low that no weight falls to its floor.
fn above_the_floor(highest: f64) -> impl Strategy<Value = (History, f64)> {
    history(60).prop_flat_map(move |history| {
        let highest = highest.min(20.0 / history.len() as f64);
        (Just(history), 0.1..=highest)
    })
}

fn loss(p: f64, won: bool) -> f64 {
    (p - f64::from(u8::from(won))).powi(2)
}

fn normalised(merits: [f64; EXPERTS]) -> [f64; EXPERTS] {
    let total: f64 = merits.iter().sum();
    merits.map(|merit| merit / total)
}

/// `exp(-eta sum of gamma^age loss)`.
fn exponential(history: &[Round], eta: f64, gamma: f64) -> [f64; EXPERTS] {
    normalised(std::array::from_fn(|k| {
        let aged =
            history.iter().rev().zip(0..).map(|((p, won), age)| gamma.powi(age) * loss(p[k], *won));
        (-eta * aged.sum::<f64>()).exp()
    }))
}

fn substituted(p: [f64; EXPERTS], weights: [f64; EXPERTS], eta: f64) -> f64 {
    let g = |won| {
        let mixed = p.iter().zip(weights).map(|(p, w)| w * (-eta * loss(*p, won)).exp());
        -mixed.sum::<f64>().ln() / eta
    };
    (0.5 + (g(false) - g(true)) / 2.0).clamp(0.0, 1.0)
}

fn window_means(history: &[Round], window: usize) -> Option<[f64; EXPERTS]> {
    let last = &history[history.len().saturating_sub(window)..];
    let sum = |k: usize| last.iter().map(|(p, won)| loss(p[k], *won)).sum::<f64>();
    (!last.is_empty()).then(|| std::array::from_fn(|k| sum(k) / last.len() as f64))
}

#[track_caller]
fn all_close(got: &[f64], expected: &[f64], allowed: f64) {
    assert_eq!(got.len(), expected.len());
    for (got_k, expected_k) in got.iter().zip(expected) {
        assert!((got_k - expected_k).abs() <= allowed, "{got:?}, expected {expected:?}");
    }
}

/// Plays the history into a comparator, which has to agree with `weigh` before every outcome.
fn check(history: &History, weighting: Weighting, weigh: impl Fn(&[Round]) -> [f64; EXPERTS]) {
    for pooling in [Pooling::Linear, Pooling::Logarithmic] {
        let mut comparator = Comparator::new(EXPERTS, weighting, pooling);
        for (t, (p, won)) in history.iter().enumerate() {
            let weights = weigh(&history[..t]);
            all_close(&comparator.weights(), &weights, 1e-9);
            let expected = match pooling {
                Pooling::Linear => p.iter().zip(weights).map(|(p, w)| p * w).sum::<f64>(),
                Pooling::Logarithmic => {
                    let clipped = p.map(|p| p.clamp(1e-6, 1.0 - 1e-6));
                    let product = |f: fn(f64) -> f64| {
                        clipped.iter().zip(weights).map(|(p, w)| f(*p).powf(w)).product::<f64>()
                    };
                    let (yes, no) = (product(|p| p), product(|p| 1.0 - p));
                    yes / (yes + no)
                }
            };
            let got = comparator.forecast(p);
            assert!((got - expected).abs() < 1e-8, "{pooling:?}: {got}, expected {expected}");
            comparator.update(p, *won);
        }
    }
}

#[test]
fn equal_weights_stay_equal() {
    let mut equal = Comparator::new(3, Weighting::Equal, Pooling::Linear);
    equal.update(&[0.0, 1.0, 1.0], true);
    assert_eq!(equal.weights(), [1.0 / 3.0; 3]);
}

#[test]
fn a_faultless_window_takes_all_the_inverse_weight() {
    let mut inverse = RollingBrier::new(3, 5);
    inverse.update(&[1.0, 0.9, 1.0], true);
    assert_eq!(inverse.inverse(), [0.5, 0.0, 0.5]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn weights_and_forecasts_are_those_of_the_closed_form(
        (history, eta) in above_the_floor(2.0), gamma in 0.3_f64..=1.0,
    ) {
        let mut algorithm = AggregatingAlgorithm::new(EXPERTS, eta, Memory::Discount { gamma });
        for (t, (p, won)) in history.iter().enumerate() {
            let weights = exponential(&history[..t], eta, gamma);
            all_close(&algorithm.weights(), &weights, 1e-10);
            let forecast = algorithm.forecast(&p.map(Some)).unwrap();
            let expected = substituted(*p, weights, eta);
            prop_assert!((forecast - expected).abs() < 1e-9, "{forecast} {expected}");
            algorithm.update(&p.map(Some), *won);
        }
    }

    #[test]
    fn fixed_share_weights_are_those_of_plain_arithmetic(
        history in history(150), eta in 0.1_f64..=2.0, alpha in 0.0_f64..0.5,
    ) {
        let mut algorithm = AggregatingAlgorithm::new(EXPERTS, eta, Memory::FixedShare { alpha });
        let mut weights = [1.0 / EXPERTS as f64; EXPERTS];
        for (p, won) in &history {
            algorithm.update(&p.map(Some), *won);
            let charged =
                std::array::from_fn(|k| weights[k] * (-eta * loss(p[k], *won)).exp());
            let others = (EXPERTS - 1) as f64;
            weights = normalised(charged).map(|v| (1.0 - alpha) * v + alpha / others * (1.0 - v));
            // The floor of 1e-12 and what it leads to.
            all_close(&algorithm.weights(), &weights, 1e-9);
        }
    }

    #[test]
    fn hedge_follows_sums_of_losses((history, eta) in above_the_floor(5.0)) {
        check(&history, Weighting::Hedge { eta }, |past| exponential(past, eta, 1.0));
    }

    #[test]
    fn softmax_follows_means_over_a_window(
        history in history(60), eta in 0.1_f64..100.0, window in 1_usize..80,
    ) {
        check(&history, Weighting::RollingSoftmax { eta, window }, |past| {
            let means = window_means(past, window).unwrap_or([0.0; EXPERTS]);
            normalised(means.map(|mean| (-eta * mean).exp()))
        });
    }

    #[test]
    fn inverse_follows_means_over_a_window(history in history(60), window in 1_usize..80) {
        check(&history, Weighting::RollingInverse { window }, |past| {
            let means = window_means(past, window).unwrap_or([1.0; EXPERTS]);
            if means.contains(&0.0) {
                return normalised(means.map(|mean| f64::from(u8::from(mean == 0.0))));
            }
            normalised(means.map(|mean| 1.0 / mean))
        });
    }

    #[test]
    fn comparators_continue_after_being_written_out(history in history(40), cut in 0_usize..40) {
        let weightings = [
            Weighting::Equal,
            Weighting::Hedge { eta: 1.5 },
            Weighting::RollingSoftmax { eta: 20.0, window: 7 },
            Weighting::RollingInverse { window: 7 },
        ];
        for weighting in weightings {
            let mut straight = Comparator::new(EXPERTS, weighting, Pooling::Linear);
            let mut resumed = straight.clone();
            for (t, (p, won)) in history.iter().enumerate() {
                if t == cut {
                    let text = serde_json::to_string(&resumed).unwrap();
                    resumed = serde_json::from_str(&text).unwrap();
                }
                straight.update(p, *won);
                resumed.update(p, *won);
            }
            prop_assert_eq!(resumed, straight);
        }
    }

    /// What is charged in parts is charged in whole.
    #[test]
    fn charges_of_parts_of_an_outcome_add_up(
        p in prop::array::uniform4(0.0_f64..=1.0), won: bool, part in 0.01_f64..0.99,
    ) {
        let (mut whole, mut parts) = {
            let one = AggregatingAlgorithm::new(EXPERTS, 2.0, Memory::Full);
            (one.clone(), one)
        };
        whole.charge(&p.map(Some), won, 1.0);
        parts.charge(&p.map(Some), won, part);
        parts.charge(&p.map(Some), won, 1.0 - part);
        all_close(&parts.weights(), &whole.weights(), 1e-12);
        let pooled = pool::linear(&p, &whole.weights());
        prop_assert!((0.0..=1.0).contains(&pooled));
    }
}
