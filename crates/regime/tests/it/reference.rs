//! Percentile and severity against the reference labels on the S&P 500 of 2007 to 2010.

use std::ops::Range;

use serde_json::Value;
use tradebot_domain::{Bar, Date};
use tradebot_features::Period;
use tradebot_features::operators::{MidRankPercentile, Natr};
use tradebot_regime::{RegimeConfig, SeverityMachine};

use crate::series::{Vix, full_vix, index, reference};

fn bars() -> Vec<Bar> {
    let years = Date::constant(2007, 1, 3)..=Date::constant(2010, 12, 31);
    index().into_iter().filter(|bar| years.contains(&bar.date.date())).collect()
}

fn percentiles(bars: &[Bar]) -> Vec<Option<f64>> {
    let mut natr = Natr::new(Period::of::<14>());
    let mut rank = MidRankPercentile::new(Period::of::<252>());
    bars.iter().map(|bar| natr.update(bar).and_then(|natr| rank.update(natr))).collect()
}

/// Labels of the reference; -1 means undetermined.
fn labels(values: &Value) -> Vec<Option<u8>> {
    let values = values.as_array().unwrap().iter().map(|value| value.as_i64().unwrap());
    values.map(|value| u8::try_from(value).ok()).collect()
}

#[test]
fn the_defaults_are_the_parameters_of_the_reference() {
    let params = &reference("02_regime_rule.json")["params"];
    let config = RegimeConfig::default();
    let numbers = |key: &str| -> Vec<f64> { serde_json::from_value(params[key].clone()).unwrap() };
    assert_eq!(numbers("vu"), config.vix_up);
    assert_eq!(numbers("vd"), config.vix_down);
    assert_eq!(numbers("au"), config.atr_up);
    assert_eq!(numbers("ad"), config.atr_down);
    assert_eq!(params["dwell"], config.dwell_sessions);
}

#[test]
fn the_percentile_of_range_equals_the_reference() {
    let expected = reference("02_regime_rule.json");
    let expected = expected["natr_pct_midrank"].as_array().unwrap();
    let got = percentiles(&bars());
    assert_eq!(got.len(), expected.len());
    for (row, (got, expected)) in got.iter().zip(expected).enumerate() {
        match (got, expected.as_f64()) {
            (None, None) => {}
            (Some(got), Some(expected)) => {
                assert!((got - expected).abs() < 1e-12, "row {row}: {got}, expected {expected}");
            }
            (got, expected) => panic!("row {row}: {got:?}, expected {expected:?}"),
        }
    }
}

/// Severity over the years of the reference, with the VIX of the same session as the reference has
/// it, and without it in the rows of `missing`.
fn severities(vix: &Vix, missing: Range<usize>) -> Vec<Option<u8>> {
    let bars = bars();
    let mut machine = SeverityMachine::new(RegimeConfig::default());
    let rows = bars.iter().zip(percentiles(&bars)).enumerate();
    rows.map(|(row, (bar, rank))| {
        let quoted = vix.get(&bar.date.date()).copied().filter(|_| !missing.contains(&row));
        machine.update(quoted, rank)
    })
    .collect()
}

#[track_caller]
fn check_labels(got: &[Option<u8>], expected: &[Option<u8>]) {
    assert_eq!(got.len(), expected.len());
    for (row, (got, expected)) in got.iter().zip(expected).enumerate() {
        assert_eq!(got, expected, "row {row}");
    }
}

#[test]
fn severity_from_vix_and_range_equals_the_reference() {
    let Some(vix) = full_vix() else { return };
    let reference = reference("02_regime_rule.json");
    check_labels(&severities(&vix, 0..0), &labels(&reference["labels"]));
}

#[test]
fn severity_without_a_vix_for_a_while_equals_the_reference() {
    let Some(vix) = full_vix() else { return };
    let reference = reference("02_regime_rule.json");
    let expected = labels(&reference["case_vix_missing"]["labels"]);
    check_labels(&severities(&vix, 100..160), &expected);
}
