//! Weights, pools and guarantees against reference values over 1,008 real forecasts.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be read fails its test")]

use serde_json::Value;
use tradebot_ensemble::rolling::RollingBrier;
use tradebot_ensemble::{AggregatingAlgorithm, Memory, pool};

const EXPERTS: usize = 5;

macro_rules! path {
    ($name:literal) => {
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/vectors/", $name)
    };
}

fn reference() -> Value {
    let text = std::fs::read_to_string(path!("07_ensemble.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Probabilities of gnb, logit, rf, base and persist, and the outcome.
fn data() -> Vec<([f64; EXPERTS], bool)> {
    let mut reader = csv::Reader::from_path(path!("data_forecasts.csv")).unwrap();
    reader
        .records()
        .map(|row| {
            let row = row.unwrap();
            (std::array::from_fn(|k| row[k + 1].parse().unwrap()), &row[6] == "1")
        })
        .collect()
}

fn loss(p: f64, won: bool) -> f64 {
    (p - f64::from(u8::from(won))).powi(2)
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

#[track_caller]
fn close(what: &str, got: f64, expected: &Value, allowed: f64) {
    let expected = expected.as_f64().unwrap();
    assert!((got - expected).abs() <= allowed, "{what}: {got}, expected {expected}");
}

#[track_caller]
fn all_close(what: &str, got: &[f64], expected: &Value) {
    let expected = numbers(expected);
    assert_eq!(got.len(), expected.len(), "{what}");
    for (t, (got, expected)) in got.iter().zip(expected).enumerate() {
        assert!((got - expected).abs() <= 1e-9, "{what} at {t}: {got}, expected {expected}");
    }
}

fn check_aggregating(case: &str, memory: Memory, gamma: f64) {
    let (reference, data) = (reference(), data());
    let expected = &reference["cases"][case];
    let mut algorithm = AggregatingAlgorithm::new(EXPERTS, 2.0, memory);
    let (mut forecasts, mut total) = (Vec::new(), 0.0);
    let (mut regrets, mut worst) = ([0.0; EXPERTS], f64::NEG_INFINITY);
    for (t, (p, won)) in data.iter().enumerate() {
        // The reference's final weights are those that the last forecast was made with.
        for (at, name) in [(250, "weights_t250"), (data.len() - 1, "weights_final")] {
            if t == at {
                all_close(name, &algorithm.weights(), &expected[name]);
            }
        }
        let advice = p.map(Some);
        let forecast = algorithm.forecast(&advice).unwrap();
        forecasts.push(forecast);
        let own = loss(forecast, *won);
        total += own;
        for (regret, p) in regrets.iter_mut().zip(p) {
            *regret = gamma * *regret + own - loss(*p, *won);
            worst = f64::max(worst, *regret);
        }
        algorithm.update(&advice, *won);
    }
    all_close("forecast", &forecasts, &expected["forecast"]);
    close("sum of Brier", total, &expected["cum_brier"], 1e-7);
    close("regret", worst, &expected["max_discounted_regret_over_time"], 1e-7);
}

#[test]
fn the_aggregating_algorithm_equals_the_reference() {
    check_aggregating("aa_eta2", Memory::Full, 1.0);
}

#[test]
fn discounting_equals_the_reference() {
    check_aggregating("aa_disc", Memory::Discount { gamma: 0.995 }, 0.995);
}

#[test]
fn fixed_share_equals_the_reference() {
    check_aggregating("aa_share", Memory::FixedShare { alpha: 0.005 }, 1.0);
}

#[test]
fn a_linear_pool_of_the_same_weights_equals_the_reference() {
    let (reference, data) = (reference(), data());
    let expected = &reference["cases"]["hedge_linear_pool"];
    let mut algorithm = AggregatingAlgorithm::new(EXPERTS, 2.0, Memory::Full);
    let (mut forecasts, mut total) = (Vec::new(), 0.0);
    for (p, won) in &data {
        forecasts.push(pool::linear(p, &algorithm.weights()));
        total += loss(forecasts[forecasts.len() - 1], *won);
        algorithm.update(&p.map(Some), *won);
    }
    all_close("forecast", &forecasts[..20], &expected["forecast_first20"]);
    close("sum of Brier", total, &expected["cum_brier"], 1e-7);
}

fn check_rolling(case: &str, weigh: impl Fn(&RollingBrier) -> Vec<f64>) {
    let (reference, data) = (reference(), data());
    let expected = &reference["cases"][case];
    let mut rolling = RollingBrier::new(EXPERTS, 60);
    let (mut linear, mut logarithmic) = (0.0, 0.0);
    for (t, (p, won)) in data.iter().enumerate() {
        let weights = weigh(&rolling);
        let last = data.len() - 1;
        for (at, name) in [(0, "t0"), (30, "t30"), (300, "t300"), (last, "final")] {
            if t == at {
                all_close(name, &weights, &expected[format!("weights_{name}")]);
            }
        }
        let pools = (pool::linear(p, &weights), pool::logarithmic(p, &weights));
        if t == 300 {
            close("linear", pools.0, &expected["linear_pool_t300"], 1e-9);
            close("logarithmic", pools.1, &expected["log_pool_t300"], 1e-9);
        }
        linear += loss(pools.0, *won);
        logarithmic += loss(pools.1, *won);
        rolling.update(p, *won);
    }
    close("linear sum", linear, &expected["cum_brier_linear"], 1e-7);
    close("logarithmic sum", logarithmic, &expected["cum_brier_log"], 1e-7);
}

#[test]
fn rolling_weights_equal_the_reference() {
    check_rolling("rolling_softmax", |rolling| rolling.softmax(50.0));
    check_rolling("rolling_inverse", RollingBrier::inverse);
}

#[test]
fn equal_weights_and_single_experts_score_as_the_reference_says() {
    let (reference, data) = (reference(), data());
    let equal: f64 = data.iter().map(|(p, won)| loss(pool::linear(p, &[0.2; EXPERTS]), *won)).sum();
    close("equal weights", equal, &reference["cum_brier_equal_weight"], 1e-7);
    for (k, expected) in reference["cum_brier_experts"].as_array().unwrap().iter().enumerate() {
        let sum: f64 = data.iter().map(|(p, won)| loss(p[k], *won)).sum();
        close("expert", sum, expected, 1e-7);
    }
}
