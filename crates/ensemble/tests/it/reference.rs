//! Weights, pools and guarantees against reference values over 1,008 real forecasts.

use serde_json::Value;
use tradebot_ensemble::comparators::{Comparator, Pooling, Weighting};
use tradebot_ensemble::{AggregatingAlgorithm, Interleaved, Memory, RegimeAware};

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

/// The regime of each forecast, as a number.
fn regimes() -> Vec<i8> {
    let mut reader = csv::Reader::from_path(path!("data_forecasts.csv")).unwrap();
    reader.records().map(|row| row.unwrap()[7].parse().unwrap()).collect()
}

/// A parameter of a case.
fn parameter(case: &str, name: &str) -> f64 {
    reference()["cases"][case]["params"][name].as_f64().unwrap()
}

fn check_aggregating(case: &str, memory: Memory, gamma: f64) {
    let (reference, data) = (reference(), data());
    let expected = &reference["cases"][case];
    let eta = parameter(case, "eta");
    let mut algorithm = AggregatingAlgorithm::new(EXPERTS, eta, memory);
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
    let bound = (EXPERTS as f64).ln() / eta;
    close("bound", bound, &expected["bound_lnK_over_eta"], 1e-12);
    assert!(worst <= bound || matches!(memory, Memory::FixedShare { .. }), "{worst} {bound}");
}

#[test]
fn the_aggregating_algorithm_equals_the_reference() {
    check_aggregating("aa_eta2", Memory::Full, 1.0);
}

#[test]
fn discounting_equals_the_reference() {
    let gamma = parameter("aa_disc", "gamma");
    check_aggregating("aa_disc", Memory::Discount { gamma }, gamma);
}

#[test]
fn fixed_share_equals_the_reference() {
    let alpha = parameter("aa_share", "alpha");
    check_aggregating("aa_share", Memory::FixedShare { alpha }, 1.0);
}

#[test]
fn a_linear_pool_of_the_same_weights_equals_the_reference() {
    let (reference, data) = (reference(), data());
    let expected = &reference["cases"]["hedge_linear_pool"];
    let eta = parameter("hedge_linear_pool", "eta");
    let mut hedge = Comparator::new(EXPERTS, Weighting::Hedge { eta }, Pooling::Linear);
    let (mut forecasts, mut total) = (Vec::new(), 0.0);
    for (t, (p, won)) in data.iter().enumerate() {
        if t == data.len() - 1 {
            all_close("final", &hedge.weights(), &expected["weights_final"]);
        }
        forecasts.push(hedge.forecast(p));
        total += loss(forecasts[t], *won);
        hedge.update(p, *won);
    }
    all_close("forecast", &forecasts[..20], &expected["forecast_first20"]);
    close("sum of Brier", total, &expected["cum_brier"], 1e-7);
}

fn check_rolling(case: &str, weighting: Weighting) {
    let (reference, data) = (reference(), data());
    let expected = &reference["cases"][case];
    let mut linear = Comparator::new(EXPERTS, weighting, Pooling::Linear);
    let mut logarithmic = Comparator::new(EXPERTS, weighting, Pooling::Logarithmic);
    let mut sums = (0.0, 0.0);
    for (t, (p, won)) in data.iter().enumerate() {
        let last = data.len() - 1;
        for (at, name) in [(0, "t0"), (30, "t30"), (300, "t300"), (last, "final")] {
            if t == at {
                all_close(name, &linear.weights(), &expected[format!("weights_{name}")]);
            }
        }
        let pooled = (linear.forecast(p), logarithmic.forecast(p));
        if t == 300 {
            close("linear", pooled.0, &expected["linear_pool_t300"], 1e-9);
            close("logarithmic", pooled.1, &expected["log_pool_t300"], 1e-9);
        }
        sums.0 += loss(pooled.0, *won);
        sums.1 += loss(pooled.1, *won);
        linear.update(p, *won);
        logarithmic.update(p, *won);
    }
    close("linear sum", sums.0, &expected["cum_brier_linear"], 1e-7);
    close("logarithmic sum", sums.1, &expected["cum_brier_log"], 1e-7);
}

#[test]
fn rolling_weights_equal_the_reference() {
    let window = |case| reference()["cases"][case]["params"]["window"].as_u64().unwrap();
    let window = |case| usize::try_from(window(case)).unwrap();
    let softmax = Weighting::RollingSoftmax {
        eta: parameter("rolling_softmax", "eta"),
        window: window("rolling_softmax"),
    };
    check_rolling("rolling_softmax", softmax);
    let inverse = Weighting::RollingInverse { window: window("rolling_inverse") };
    check_rolling("rolling_inverse", inverse);
}

#[test]
fn equal_weights_and_single_experts_score_as_the_reference_says() {
    let (reference, data) = (reference(), data());
    let equal = Comparator::new(EXPERTS, Weighting::Equal, Pooling::Linear);
    let sum: f64 = data.iter().map(|(p, won)| loss(equal.forecast(p), *won)).sum();
    close("equal weights", sum, &reference["cum_brier_equal_weight"], 1e-7);
    for (k, expected) in reference["cum_brier_experts"].as_array().unwrap().iter().enumerate() {
        let sum: f64 = data.iter().map(|(p, won)| loss(p[k], *won)).sum();
        close("expert", sum, expected, 1e-7);
    }
}

/// On real forecasts: a second level over regimes, and outcomes that take a week.
#[test]
fn two_levels_and_copies_keep_their_guarantees_on_real_forecasts() {
    let (data, regimes) = (data(), regimes());
    let ln_k = (EXPERTS as f64).ln();
    let best = (0..EXPERTS)
        .map(|k| data.iter().map(|(p, won)| loss(p[k], *won)).sum::<f64>())
        .fold(f64::INFINITY, f64::min);

    let mut both = RegimeAware::new(EXPERTS, 2.0, Memory::Full);
    let (mut own, mut views) = (0.0, [0.0; 2]);
    for ((p, won), regime) in data.iter().zip(&regimes) {
        let advice = p.map(Some);
        own += loss(both.forecast(&advice, Some(regime)).unwrap(), *won);
        for (sum, p) in views.iter_mut().zip(both.views(&advice, Some(regime))) {
            *sum += loss(p.unwrap(), *won);
        }
        both.update(&advice, Some(regime), *won);
    }
    println!("two levels {own:.3}, views {views:.3?}, best expert {best:.3}");
    let half_ln_2 = std::f64::consts::LN_2 / 2.0;
    assert!(own <= views[0].min(views[1]) + half_ln_2, "{own} {views:?}");
    assert!(own <= best + ln_k / 2.0 + half_ln_2, "{own} {best}");

    let horizon = 5;
    let one = AggregatingAlgorithm::new(EXPERTS, 2.0, Memory::Full);
    let mut copies = Interleaved::new(horizon.try_into().unwrap(), one);
    let mut own = 0.0;
    for (t, (p, won)) in data.iter().enumerate() {
        if let Some(known) = t.checked_sub(horizon) {
            let (p, won) = &data[known];
            copies.resolve(known as u64).unwrap().update(&p.map(Some), *won);
        }
        own += loss(copies.issue(t as u64).unwrap().forecast(&p.map(Some)).unwrap(), *won);
    }
    println!("{horizon} copies in turn {own:.3}");
    assert!(own <= best + horizon as f64 * ln_k / 2.0, "{own} {best}");
}
