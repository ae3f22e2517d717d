//! The hidden Markov model against reference values on the S&P 500 of 2007 to 2010.

use serde_json::Value;
use tradebot_regime::hindsight::{smooth, viterbi};
use tradebot_regime::hmm::{Filter, FitOptions, GaussianHmm, HmmParameters, StartRule, fit};

use crate::series::{closes_between, log_returns, reference};

fn returns() -> Vec<f64> {
    log_returns(&closes_between("2007-01-03", "2010-12-31"))
}

fn numbers<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap()
}

fn model(params: &Value) -> GaussianHmm {
    let (means, sds) = (numbers(&params["mu"]), numbers(&params["sd"]));
    let transitions = numbers(&params["A"]);
    GaussianHmm::new(HmmParameters { means, sds, transitions, start: None }).unwrap()
}

#[track_caller]
fn check_rows(got: &[Vec<f64>], expected: &[Vec<f64>], tolerance: f64) {
    for (row, (got, expected)) in got.iter().zip(expected).enumerate() {
        for (a, b) in got.iter().zip(expected) {
            assert!((a - b).abs() < tolerance, "row {row}: {got:?}, expected {expected:?}");
        }
    }
}

#[test]
fn filter_likelihood_and_start_equal_the_reference() {
    let expected = reference("03_hmm.json");
    let model = model(&expected["params"]);
    let start: Vec<f64> = numbers(&expected["params"]["startprob_values"]);
    check_rows(&[model.start().to_vec()], &[start], 1e-12);
    let mut filter = Filter::new(model);
    let got: Vec<Vec<f64>> = returns().iter().map(|x| filter.update(*x).to_vec()).collect();
    let rows: Vec<Vec<f64>> = numbers(&expected["filtered"]);
    assert_eq!(got.len(), rows.len());
    check_rows(&got, &rows, 1e-9);
    let likelihood = expected["loglik"].as_f64().unwrap();
    assert!((filter.log_likelihood() / likelihood - 1.0).abs() < 1e-10);
}

#[test]
fn hindsight_equals_the_reference() {
    let expected = reference("03_hmm.json");
    let model = model(&expected["params"]);
    let values = returns();
    let smoothed = smooth(&model, &values);
    let first: Vec<Vec<f64>> = numbers(&expected["smoothed_first10"]);
    check_rows(&smoothed[..first.len()], &first, 1e-9);
    assert_eq!(viterbi(&model, &values), numbers::<Vec<usize>>(&expected["viterbi"]));
}

/// Best of twelve restarts of the reference; its start is estimated, as ours is by default.
#[test]
fn the_fit_is_as_likely_as_the_best_of_the_reference() {
    let expected = reference("03_hmm.json")["em_fit"].clone();
    let fit = fit(&returns(), &FitOptions::default()).unwrap();
    let best = expected["loglik"].as_f64().unwrap();
    println!("log-likelihood {:.6}, reference {best:.6}, {fit:?}", fit.log_likelihood);
    assert!(fit.converged && fit.log_likelihood >= best - 0.5, "{fit:?}");
    let close = |got: f64, expected: f64| (got - expected).abs() <= 0.02 * expected.abs();
    let means: Vec<f64> = numbers(&expected["means"]);
    let sds: Vec<f64> = numbers(&expected["sds"]);
    let transitions: Vec<Vec<f64>> = numbers(&expected["transmat"]);
    for state in 0..2 {
        assert!(close(fit.model.means()[state], means[state]), "{fit:?}");
        assert!(close(fit.model.sds()[state], sds[state]), "{fit:?}");
        for (got, expected) in fit.model.transitions(state).iter().zip(&transitions[state]) {
            assert!(close(*got, *expected), "{fit:?}");
        }
    }
}

#[test]
fn a_stationary_start_costs_less_than_half_a_nat() {
    let values = returns();
    let free = fit(&values, &FitOptions::default()).unwrap();
    let options = FitOptions { start: StartRule::Stationary, ..FitOptions::default() };
    let bound = fit(&values, &options).unwrap();
    let cost = free.log_likelihood - bound.log_likelihood;
    assert!(cost > 0.0 && cost < 0.5, "{cost}");
    let long_run = bound.model.stationary().unwrap();
    check_rows(&[bound.model.start().to_vec()], &[long_run], 1e-12);
}

/// Every seed finds the same summit, so that the result is no matter of luck.
#[test]
fn ten_seeds_climb_the_same_summit() {
    let values = returns();
    let found: Vec<f64> = (0..10)
        .map(|seed| {
            let options = FitOptions { seed, restarts: 10, ..FitOptions::default() };
            fit(&values, &options).unwrap().log_likelihood
        })
        .collect();
    assert!(found.iter().all(|likelihood| (likelihood - found[0]).abs() < 1e-2), "{found:?}");
}
