//! Maps fitted on one period and asked about the next, against the libraries' answers.

use serde_json::Value;
use tradebot_calibration::maps::{CalibrationMap, Examples, IsotonicMap, SigmoidMap, VennAbersMap};

use crate::vectors::{calibration, close, data, number, numbers};

const FIT: usize = 504;

/// Every expected probability of the test period.
fn check_answers(name: &str, map: &impl CalibrationMap, want: &Value, absolute: f64) {
    let (want, data) = (numbers(want), data());
    assert!(want.len() >= 60, "{name}: {} answers", want.len());
    for (p, want) in data.gnb[FIT..].iter().zip(want) {
        let got = map.calibrate(*p).unwrap().mean;
        close(&format!("{name} of {p}"), got, want, 0.0, absolute);
    }
}

fn check_sigmoids(weights: Option<f64>) {
    let (expected, data) = (calibration(), data());
    let calibrators = &expected["calibrators"];
    let (p, won) = (&data.gnb[..FIT], &data.won[..FIT]);
    let ones = vec![weights.unwrap_or(1.0); FIT];
    let of = match weights {
        Some(_) => Examples::weighted(p, won, &ones).unwrap(),
        None => Examples::new(p, won).unwrap(),
    };
    // The reference is the optimum found by scipy, to about seven digits.
    for (name, map) in [("beta_abm", SigmoidMap::beta(&of)), ("beta_am", SigmoidMap::beta_am(&of))]
    {
        let want = &calibrators[name];
        for (what, got) in [("a", map.a), ("b", map.b), ("c", map.c)] {
            close(&format!("{what} of {name}"), got, number(&want[what]), 1e-4, 0.0);
        }
        check_answers(name, &map, &want["test"], 1e-5);
    }
    if weights.is_none() {
        let (map, want) = (SigmoidMap::platt(&of), &calibrators["platt_on_logit"]);
        assert_eq!(map.a, map.b);
        close("A", -map.a, number(&want["A_exact"]), 1e-4, 0.0);
        close("B", -map.c, number(&want["B_exact"]), 1e-4, 0.0);
        check_answers("platt", &map, &want["test"], 1e-5);
    }
}

#[test]
fn sigmoids_equal_the_reference_optimum() {
    check_sigmoids(None);
}

#[test]
fn equal_weights_of_any_size_change_no_likeliest_sigmoid() {
    check_sigmoids(Some(0.125));
    check_sigmoids(Some(40.0));
}

#[test]
fn isotonic_has_the_knots_of_the_reference() {
    let (expected, data) = (calibration(), data());
    let want = &expected["calibrators"]["isotonic"];
    let map = IsotonicMap::fit(&Examples::new(&data.gnb[..FIT], &data.won[..FIT]).unwrap());
    let (x, y) = (numbers(&want["x_knots"]), numbers(&want["y_knots"]));
    assert_eq!(map.knots().len(), x.len());
    for (knot, (x, y)) in map.knots().iter().zip(x.into_iter().zip(y)) {
        close("x", knot.0, x, 1e-9, 0.0);
        close("y", knot.1, y, 1e-9, 1e-15);
    }
    check_answers("isotonic", &map, &want["test"], 1e-9);
}

#[test]
fn venn_abers_equals_the_reference_pairs() {
    let (expected, data) = (calibration(), data());
    let want = &expected["calibrators"]["venn_abers"];
    let map = VennAbersMap::fit(&Examples::new(&data.gnb[..FIT], &data.won[..FIT]).unwrap());
    let pairs = numbers(&want["p0"]).into_iter().zip(numbers(&want["p1"]));
    for (p, (p0, p1)) in data.gnb[FIT..].iter().zip(pairs) {
        let pair = map.pair(*p).unwrap();
        close(&format!("p0 of {p}"), pair.lo, p0, 0.0, 1e-9);
        close(&format!("p1 of {p}"), pair.hi, p1, 0.0, 1e-9);
    }
    check_answers("merged", &map, &want["p"], 1e-9);
}
