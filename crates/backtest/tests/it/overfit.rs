//! Overfitting probabilities and purged splits against the reference.

use std::ops::Range;

use serde_json::Value;
use tradebot_backtest::overfit::{Cscv, Panel, Trials, cscv};
use tradebot_backtest::sharpe::deflated_benchmark;
use tradebot_backtest::splits::{Combinatorial, Purging, Split};

use crate::vectors::{all_columns, close, json, near, number, numbers};

const RELATIVE: f64 = 1e-9;

#[track_caller]
fn equal(got: &Cscv, want: &Value) {
    assert_eq!(got.probability, number(&want["pbo"]));
    assert_eq!(got.share_losing, number(&want["prob_oos_loss"]));
    assert_eq!(got.logits.len() as f64, number(&want["n_combos"]));
    close("mean logit", got.mean_logit, number(&want["mean_logit"]), RELATIVE);
    close("slope", got.slope.unwrap(), number(&want["degradation_slope"]), RELATIVE);
    close("intercept", got.intercept.unwrap(), number(&want["degradation_intercept"]), RELATIVE);
    for (split, (got, want)) in got.logits.iter().zip(numbers(&want["logits_first10"])).enumerate()
    {
        near(&format!("logit {split}"), *got, want, 1e-9);
    }
}

#[test]
fn twelve_crossings_are_overfitted_as_the_reference_says() {
    let expected = json("12_pbo_cpcv.json");
    let panel = Panel::from_columns(&all_columns("data_strategies.csv")).unwrap();
    let got = cscv(&panel, 10).unwrap();
    equal(&got, &expected["cscv"]);
    assert_eq!(got.probability, number(&expected["purgedcv_pbo"]));
}

#[test]
fn noise_is_overfitted_as_the_reference_says() {
    let expected = &json("12_pbo_cpcv.json")["noise"];
    let rows = expected["matrix_rowmajor"].as_array().unwrap();
    let values: Vec<f64> = rows.iter().flat_map(numbers).collect();
    let panel = Panel::from_rows(values, numbers(&rows[0]).len()).unwrap();
    equal(&cscv(&panel, 8).unwrap(), &expected["cscv"]);
}

/// The best of twelve on the whole history, judged from the panel and from its parts.
#[test]
fn the_panel_s_attempts_are_what_the_formulas_are_given() {
    let columns = all_columns("data_strategies.csv");
    let trials = Trials::of(&Panel::from_columns(&columns).unwrap()).unwrap();
    let benchmark = deflated_benchmark(12, trials.variance);
    close("benchmark", trials.benchmark(), benchmark, 1e-14);
    assert_eq!(trials.count, 12);
    // Crossings of one family go together: twelve are worth far fewer.
    assert!(trials.mean_correlation.unwrap() > 0.3 && trials.effective < 9.0, "{trials:?}");
}

fn inclusive(ranges: &Value) -> Vec<Range<usize>> {
    let range = |range: &Value| {
        let [from, to] = [0, 1].map(|end| usize::try_from(range[end].as_u64().unwrap()).unwrap());
        from..to + 1
    };
    ranges.as_array().unwrap().iter().map(range).collect()
}

#[test]
fn combinatorial_splits_are_those_of_the_reference() {
    let expected = &json("12_pbo_cpcv.json")["cpcv"];
    let whole = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let config = |key: &str| whole(&expected["config"][key]);
    let purge = config("purged_size");
    let purging = Purging::rows(purge, config("embargo_size"), purge).unwrap();
    let rows = whole(&expected["n"]);
    let got = Combinatorial::new(rows, config("n_folds"), config("n_test_folds"), purging).unwrap();
    assert_eq!(
        (got.splits(), got.paths().len()),
        (whole(&expected["n_splits"]), whole(&expected["n_paths"]))
    );
    let want: Vec<Split> = expected["splits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|split| Split { train: inclusive(&split["train"]), test: inclusive(&split["test"]) })
        .collect();
    assert_eq!(got.iter().collect::<Vec<_>>(), want);
}
