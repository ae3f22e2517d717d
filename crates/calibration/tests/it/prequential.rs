//! Prequential calibrators, outcome by outcome, over 1,008 real forecasts.

use tradebot_calibration::maps::BinSettings;
use tradebot_calibration::maps::MapMethod::{
    self, BetaAbm, BetaAm, BetaBins, Isotonic, Platt, Temperature, VennAbers,
};
use tradebot_calibration::metrics::{Forecasts, brier};
use tradebot_calibration::prequential::{
    PrequentialBeta, PrequentialBetaConfig, PrequentialMap, PrequentialMapConfig, ResolvedForecast,
};
use tradebot_calibration::{BetaPosterior, Decay, HierarchicalBeta, bin_of};

use crate::vectors::{Data, close, data, number, numbers, prequential};

/// The forecast of row `t`, known one row later.
fn resolved(data: &Data, t: usize) -> ResolvedForecast {
    let (id, issued_at) = (t as u64, i64::try_from(t).unwrap());
    let regime = Some(u32::from(data.regime[t]));
    let (p, won) = (data.gnb[t], data.won[t]);
    ResolvedForecast { id, issued_at, resolved_at: issued_at + 1, p, regime, won, weight: 1.0 }
}

#[test]
fn the_two_levels_follow_the_reference_row_by_row() {
    let (expected, data) = (prequential(), data());
    let mut calibrator = PrequentialBeta::new(PrequentialBetaConfig::default()).unwrap();
    let decay = Decay::half_life(250.0);
    close("lam", decay.factor(), number(&expected["params"]["lam"]), 0.0, 1e-15);
    let mut means = Vec::new();
    let rows = expected["rows"].as_array().unwrap();
    assert_eq!(rows.len(), data.gnb.len());
    for (t, row) in rows.iter().enumerate() {
        let (row, over) = (numbers(row), resolved(&data, t));
        let belief = calibrator.belief(over.p, over.regime).unwrap();
        let said = calibrator.calibrate(over.issued_at, over.p, over.regime).unwrap();
        for (what, got, expected) in [
            ("mean", said.mean, row[0]),
            ("lo", said.lo, row[1]),
            ("hi", said.hi, row[2]),
            ("n", said.n, row[3]),
            ("a", belief.a, row[4]),
            ("b", belief.b, row[5]),
        ] {
            close(&format!("{what} of row {t}"), got, expected, 0.0, 1e-9);
        }
        means.push(said.mean);
        calibrator.learn(&[over]).unwrap();
    }
    let score = |p: &[f64]| brier(&Forecasts::new(p, &data.won).unwrap());
    close("calibrated", score(&means), number(&expected["brier_prequential"]), 1e-12, 0.0);
    close("raw", score(&data.gnb), number(&expected["brier_raw"]), 1e-12, 0.0);
}

#[test]
fn a_replay_of_all_rows_is_the_state_of_the_run() {
    let data = data();
    let rows: Vec<ResolvedForecast> = (0..data.gnb.len()).map(|t| resolved(&data, t)).collect();
    let mut live = PrequentialBeta::new(PrequentialBetaConfig::default()).unwrap();
    for row in &rows {
        live.learn(std::slice::from_ref(row)).unwrap();
    }
    let mut replayed = PrequentialBeta::new(PrequentialBetaConfig::default()).unwrap();
    let backwards: Vec<ResolvedForecast> = rows.iter().rev().copied().collect();
    assert_eq!(replayed.learn(&backwards), Ok(1_008));
    assert_eq!(replayed.learn(&rows), Ok(0));
    assert_eq!((replayed.state_digest(), &replayed), (live.state_digest(), &live));
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

/// Brier score of a map refitted on the way, never on what is to come.
fn refitted(method: MapMethod, data: &Data) -> f64 {
    let mut expert = PrequentialMap::new(method, PrequentialMapConfig::default()).unwrap();
    let mut said = Vec::new();
    for t in 0..data.gnb.len() {
        let over = resolved(data, t);
        said.push(expert.calibrate(over.issued_at, over.p).unwrap().mean);
        expert.learn(&[over]).unwrap();
    }
    brier(&Forecasts::new(&said, &data.won).unwrap())
}

/// A thousand forecasts are few for a curve that is free to bend: isotonic regression fits noise
/// there, and does worse than no calibration.
#[test]
fn refitted_maps_of_few_parameters_mend_the_raw_forecasts() {
    let data = data();
    let raw = brier(&Forecasts::new(&data.gnb, &data.won).unwrap());
    for method in [Platt, BetaAbm, BetaAm, Temperature, BetaBins(BinSettings::default())] {
        let mended = refitted(method, &data);
        assert!(mended < raw - 0.003, "{method:?}: {mended}, raw {raw}");
    }
    let (free, softened) = (refitted(Isotonic, &data), refitted(VennAbers, &data));
    assert!(free > raw && softened < free, "{free} {softened}, raw {raw}");
}
