//! The two-level calibrator, outcome by outcome, over 1,008 real forecasts.

use tradebot_calibration::metrics::{Forecasts, brier};
use tradebot_calibration::{BetaPosterior, Decay, HierarchicalBeta, bin_of};

use crate::vectors::{close, data, number, numbers, prequential};

#[test]
fn the_hierarchy_follows_the_reference_row_by_row() {
    let (expected, data) = (prequential(), data());
    let decay = Decay::half_life(250.0);
    close("lam", decay.factor(), number(&expected["params"]["lam"]), 0.0, 1e-15);
    let mut beliefs = HierarchicalBeta::new(BetaPosterior::ROOT, 20.0, decay);
    let mut means = Vec::new();
    let rows = expected["rows"].as_array().unwrap();
    assert_eq!(rows.len(), data.gnb.len());
    for (t, row) in rows.iter().enumerate() {
        let row = numbers(row);
        let bin = bin_of(data.gnb[t], 10).unwrap();
        let chain = [(bin, None), (bin, Some(data.regime[t]))];
        let belief = beliefs.posterior(&chain);
        let (lo, hi) = belief.interval(0.2);
        let n = beliefs.cell(&chain[1]).n();
        for (what, got, expected) in [
            ("mean", belief.mean(), row[0]),
            ("lo", lo, row[1]),
            ("hi", hi, row[2]),
            ("n", n, row[3]),
            ("a", belief.a, row[4]),
            ("b", belief.b, row[5]),
        ] {
            close(&format!("{what} of row {t}"), got, expected, 0.0, 1e-9);
        }
        means.push(belief.mean());
        beliefs.forget();
        beliefs.observe(&chain, data.won[t], 1.0);
    }
    let score = |p: &[f64]| brier(&Forecasts::new(p, &data.won).unwrap());
    close("calibrated", score(&means), number(&expected["brier_prequential"]), 1e-12, 0.0);
    close("raw", score(&data.gnb), number(&expected["brier_raw"]), 1e-12, 0.0);
}

#[test]
fn one_level_without_forgetting_is_plain_counting() {
    let (expected, data) = (prequential(), data());
    let mut beliefs = HierarchicalBeta::new(BetaPosterior::ROOT, 20.0, Decay::NONE);
    for (t, expected) in numbers(&expected["flat_check"]["mean"]).into_iter().enumerate() {
        let key = [bin_of(data.gnb[t], 10).unwrap()];
        close(&format!("row {t}"), beliefs.posterior(&key).mean(), expected, 0.0, 1e-6);
        beliefs.forget();
        beliefs.observe(&key, data.won[t], 1.0);
    }
}
