//! Tests of one pass: its likelihood, its improvement, and its sums against smoothing.

use proptest::prelude::*;

use super::*;
use crate::hindsight::smooth;
use crate::hmm::enumeration::models;
use crate::hmm::{Filter, GaussianHmm};

const RULES: Rules = Rules { sd_floor: 0.05, start: StartRule::Estimated };

fn guess_of(model: &GaussianHmm) -> Guess {
    Guess {
        means: model.means().to_vec(),
        sds: model.sds().to_vec(),
        transitions: (0..model.states()).flat_map(|s| model.transitions(s).to_vec()).collect(),
        start: model.start().to_vec(),
    }
}

/// About a standardised window, with holes and an outlier.
fn windows() -> impl Strategy<Value = Vec<f64>> {
    let value = prop_oneof![8 => -2.5_f64..2.5, 1 => Just(f64::NAN), 1 => -40.0_f64..40.0];
    prop::collection::vec(value, 20..60)
}

proptest! {
    #[test]
    fn the_likelihood_of_a_pass_is_that_of_the_filter(model in models(), values in windows()) {
        let mut filter = Filter::new(model.clone());
        for x in &values {
            filter.update(*x);
        }
        let (got, _) = window(values, model.states()).improve(&guess_of(&model), RULES);
        let expected = filter.log_likelihood();
        prop_assert!((got - expected).abs() < 1e-9 * expected.abs().max(1.0), "{got}, {expected}");
    }

    #[test]
    fn a_pass_weighs_values_by_their_smoothed_shares(model in models(), values in windows()) {
        let (_, next) = window(values.clone(), model.states()).improve(&guess_of(&model), RULES);
        let smoothed = smooth(&model, &values);
        for state in 0..model.states() {
            let (mut weight, mut sum) = (0.0, 0.0);
            for (x, shares) in values.iter().zip(&smoothed).filter(|(x, _)| !x.is_nan()) {
                weight += shares[state];
                sum += shares[state] * x;
            }
            if weight > 1e-3 {
                let (got, expected) = (next.means[state], sum / weight);
                prop_assert!((got - expected).abs() < 1e-8, "{state}: {got}, expected {expected}");
            }
            prop_assert!((next.start[state] - smoothed[0][state]).abs() < 1e-9);
        }
        for row in next.transitions.chunks(model.states()) {
            prop_assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-11);
            prop_assert!(row.iter().all(|chance| *chance >= FLOOR));
        }
    }

    /// The law of expectation-maximisation, on which convergence rests.
    #[test]
    fn no_pass_loses_likelihood(model in models(), values in windows()) {
        let mut window = window(values, model.states());
        let floorless = Rules { sd_floor: 1e-6, ..RULES };
        let mut guess = guess_of(&model);
        let mut before = f64::NEG_INFINITY;
        for _ in 0..15 {
            let (likelihood, next) = window.improve(&guess, floorless);
            prop_assert!(likelihood >= before - 1e-7, "{likelihood} after {before}");
            (before, guess) = (likelihood, next);
        }
    }
}

#[test]
fn a_value_forty_deviations_out_between_states_that_never_change_is_survived() {
    let mut values = vec![0.1, -0.2, 0.05, 0.3, -0.1];
    values.extend([40.0, -40.0, 0.0, 0.2]);
    let guess = Guess {
        means: vec![0.0, 0.0],
        sds: vec![0.05, 0.1],
        transitions: vec![1.0, FLOOR, FLOOR, 1.0],
        start: vec![1.0, 0.0],
    };
    let (likelihood, next) = window(values, 2).improve(&guess, RULES);
    assert!(likelihood.is_finite() && likelihood < -1e5, "{likelihood}");
    let all = next.means.iter().chain(&next.sds).chain(&next.transitions).chain(&next.start);
    assert!(all.into_iter().all(|value| value.is_finite()), "{next:?}");
}

#[test]
fn a_state_that_nothing_visits_stays_as_it_was() {
    let guess = Guess {
        means: vec![0.0, 1e6],
        sds: vec![1.0, 0.1],
        transitions: vec![1.0 - FLOOR, FLOOR, 0.5, 0.5],
        start: vec![1.0, 0.0],
    };
    let values = vec![-1.0, 1.0, 0.5, -0.5];
    let (_, next) = window(values, 2).improve(&guess, RULES);
    assert_eq!((next.means[1], next.sds[1]), (1e6, 0.1));
    assert_eq!(next.transitions[2..], [0.5, 0.5]);
}
