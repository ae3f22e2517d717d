//! Tests of the fit on series whose states are known, and on bad inputs.

use super::*;
use crate::chance::Chance;
use crate::hmm::Filter;

/// A series drawn from a model: each value the sum of twelve uniforms, near enough to normal.
fn drawn(model: &GaussianHmm, len: usize, seed: u64) -> Vec<f64> {
    let mut chance = Chance::new(seed, 0);
    let mut state = 0;
    (0..len)
        .map(|_| {
            let at = chance.between(0.0, 1.0);
            let mut reached = 0.0;
            let row = model.transitions(state);
            state = row
                .iter()
                .position(|p| {
                    reached += p;
                    at < reached
                })
                .unwrap_or(row.len() - 1);
            let normal: f64 = (0..12).map(|_| chance.between(-0.5, 0.5)).sum();
            model.means()[state] + model.sds()[state] * normal
        })
        .collect()
}

fn planted(means: &[f64], sds: &[f64], stay: f64) -> GaussianHmm {
    let states = means.len();
    let leave = (1.0 - stay) / (states - 1) as f64;
    let row = |from| (0..states).map(|to| if to == from { stay } else { leave }).collect();
    GaussianHmm::new(HmmParameters {
        means: means.to_vec(),
        sds: sds.to_vec(),
        transitions: (0..states).map(row).collect(),
        start: None,
    })
    .unwrap()
}

fn likelihood(model: &GaussianHmm, values: &[f64]) -> f64 {
    let mut filter = Filter::new(model.clone());
    for x in values {
        filter.update(*x);
    }
    filter.log_likelihood()
}

#[track_caller]
fn check_recovers(truth: &GaussianHmm, len: usize, tolerance: f64) {
    let values = drawn(truth, len, 5);
    let states = truth.states();
    let fit = fit(&values, &FitOptions { states, ..FitOptions::default() }).unwrap();
    assert!(fit.converged, "{fit:?}");
    assert!(fit.log_likelihood >= likelihood(truth, &values) - 0.5, "{fit:?}");
    for state in 0..states {
        let got = (fit.model.means()[state], fit.model.sds()[state]);
        let expected = (truth.means()[state], truth.sds()[state]);
        assert!((got.0 - expected.0).abs() < tolerance, "mean {state}: {got:?}, {expected:?}");
        assert!((got.1 - expected.1).abs() < tolerance, "sd {state}: {got:?}, {expected:?}");
        let stays = (fit.model.transitions(state)[state], truth.transitions(state)[state]);
        assert!((stays.0 - stays.1).abs() < 0.1, "{stays:?}");
    }
}

#[test]
fn states_that_differ_in_deviation_are_recovered() {
    check_recovers(&planted(&[0.05, -0.1], &[0.6, 2.0], 0.97), 2_000, 0.2);
}

#[test]
fn states_that_differ_in_mean_and_seldom_last_are_recovered() {
    check_recovers(&planted(&[-4.0, 0.0, 4.0], &[0.5, 0.7, 0.9], 0.4), 1_500, 0.15);
}

#[test]
fn four_states_are_recovered() {
    check_recovers(&planted(&[0.0, 3.0, -3.0, 0.0], &[0.3, 0.6, 1.2, 5.0], 0.9), 3_000, 0.4);
}

#[test]
fn one_state_is_the_mean_and_deviation_of_the_window() {
    let values: Vec<f64> = (0..20).map(f64::from).collect();
    let fit = fit(&values, &FitOptions { states: 1, ..FitOptions::default() }).unwrap();
    assert!((fit.model.means()[0] - 9.5).abs() < 1e-12);
    assert!((fit.model.sds()[0] - 33.25_f64.sqrt()).abs() < 1e-12);
}

#[test]
fn the_reported_likelihood_is_that_of_the_model_by_the_filter() {
    let truth = planted(&[0.05, -0.1], &[0.6, 2.0], 0.97);
    let mut values = drawn(&truth, 400, 9);
    values[17] = f64::NAN;
    values[300] = 80.0;
    for start in [StartRule::Estimated, StartRule::Stationary] {
        let fit = fit(&values, &FitOptions { start, ..FitOptions::default() }).unwrap();
        let expected = likelihood(&fit.model, &values);
        assert!((fit.log_likelihood - expected).abs() < 1e-8, "{start:?}: {expected}, {fit:?}");
        assert_eq!(fit.observed, 399);
    }
}

#[test]
fn the_same_seed_gives_the_same_bits_and_a_unit_changes_nothing_but_the_unit() {
    let values = drawn(&planted(&[0.05, -0.1], &[0.6, 2.0], 0.97), 600, 3);
    let options = FitOptions::default();
    let first = fit(&values, &options).unwrap();
    assert_eq!(first, fit(&values, &options).unwrap());
    let scaled: Vec<f64> = values.iter().map(|x| 1e-4 * x + 7.0).collect();
    let scaled = fit(&scaled, &options).unwrap();
    for state in 0..2 {
        let expected = 1e-4 * first.model.means()[state] + 7.0;
        assert!((scaled.model.means()[state] - expected).abs() < 1e-8);
        assert!((scaled.model.sds()[state] - 1e-4 * first.model.sds()[state]).abs() < 1e-8);
    }
}

#[test]
fn the_floor_keeps_a_state_off_a_repeated_value() {
    let mut values = drawn(&planted(&[0.0, 0.5], &[1.0, 1.1], 0.9), 200, 2);
    values.iter_mut().step_by(3).for_each(|x| *x = 0.25);
    let fit = fit(&values, &FitOptions::default()).unwrap();
    let scale = measure(&values, 2).unwrap();
    assert!((fit.model.sds()[0] - 0.05 * scale.deviation).abs() < 1e-12, "{fit:?}");
    assert!(fit.log_likelihood.is_finite());
}

#[test]
fn more_restarts_never_find_less() {
    let values = drawn(&planted(&[-1.0, 0.0, 1.0], &[0.4, 1.0, 2.0], 0.9), 500, 8);
    let with = |restarts| {
        let options = FitOptions { states: 3, restarts, finalists: 40, ..FitOptions::default() };
        fit(&values, &options).unwrap().log_likelihood
    };
    let found = [1, 2, 6, 20].map(with);
    assert!(found.is_sorted_by(|a, b| a <= b), "{found:?}");
}

#[test]
fn a_refit_is_at_least_as_likely_as_going_on_from_the_previous_model() {
    let truth = planted(&[0.05, -0.1], &[0.6, 2.0], 0.97);
    let values = drawn(&truth, 900, 21);
    let options = FitOptions::default();
    let previous = fit(&values[..600], &options).unwrap().model;
    let resumed = resume(&values, &previous, &options).unwrap();
    let refitted = refit(&values, &previous, &options).unwrap();
    assert!(refitted.log_likelihood >= resumed.log_likelihood);
    assert!(resumed.log_likelihood > likelihood(&previous, &values));
    let three = FitOptions { states: 3, ..options };
    let error = resume(&values, &previous, &three).unwrap_err();
    assert_eq!(error, FitError::OtherStates { previous: 2, states: 3 });
}

/// A model that is sure of its start, and transitions of exactly 0, on a window that contradict them.
#[test]
fn a_previous_model_that_is_sure_of_the_wrong_start_is_survived() {
    let previous = GaussianHmm::new(HmmParameters {
        means: vec![0.0, 0.0],
        sds: vec![1e-4, 1.0],
        transitions: vec![vec![1.0, 0.0], vec![0.0, 1.0]],
        start: Some(vec![1.0, 0.0]),
    })
    .unwrap();
    let mut values = drawn(&planted(&[0.05, -0.1], &[0.6, 2.0], 0.97), 300, 4);
    values[0] = 40.0;
    for start in [StartRule::Estimated, StartRule::Stationary] {
        let options = FitOptions { start, ..FitOptions::default() };
        let fit = resume(&values, &previous, &options).unwrap();
        let expected = likelihood(&fit.model, &values);
        assert!((fit.log_likelihood - expected).abs() < 1e-7, "{expected}, {fit:?}");
    }
}

#[test]
fn windows_without_states_are_refused_with_their_numbers() {
    let options = FitOptions::default();
    let short = [[1.0, 2.0, f64::NAN]; 9].concat();
    let error = fit(&short, &options).unwrap_err();
    assert_eq!(error, FitError::TooShort { observed: 18, states: 2, need: 20 });
    assert!(matches!(fit(&[1e-9; 50], &options), Err(FitError::NoSpread { .. })));
    assert!(matches!(fit(&[0.1 + 0.2; 50], &options), Err(FitError::NoSpread { .. })));
    let huge = [[1e300, -1e300]; 20].concat();
    assert!(matches!(fit(&huge, &options), Err(FitError::NoSpread { .. })));
}

#[test]
fn options_outside_their_range_are_named() {
    let base = FitOptions::default();
    let check = |options: FitOptions, text: &str| {
        assert_eq!(fit(&[0.0], &options).unwrap_err().to_string(), text);
    };
    check(FitOptions { states: 9, ..base }, "states is 9; it must be in 1..=8");
    check(FitOptions { restarts: 0, ..base }, "restarts is 0; it must be in 1..=1000");
    check(FitOptions { short_passes: 0, ..base }, "short_passes is 0; it must be in 1..");
    check(FitOptions { finalists: 0, ..base }, "finalists is 0; it must be in 1..");
    check(FitOptions { max_passes: 0, ..base }, "max_passes is 0; it must be in 1..");
    check(
        FitOptions { tolerance: f64::NAN, ..base },
        "tolerance is NaN; it must be in 0 (exclusive) to infinity (exclusive)",
    );
    check(FitOptions { sd_floor: 0.0, ..base }, "sd_floor is 0; it must be in 1e-6..=1");
}
