//! Beta(2,2) bins fitted on one period, and every metric on the next.

use serde_json::Value;
use tradebot_calibration::maps::{BinMap, BinSettings, CalibrationMap as _, Examples};
use tradebot_calibration::metrics::{
    Forecasts, ace, auc, brier, brier_skill, corp, ece, isotonic, log_loss, mce, murphy,
    reliability, spiegelhalter,
};

use crate::vectors::{calibration, close, data, number, numbers};

const FIT: usize = 504;

#[test]
fn beta_bins_equal_the_reference_cells() {
    let expected = calibration();
    let expected = &expected["calibrators"]["beta_binomial_bins"];
    let data = data();
    let of = Examples::new(&data.gnb[..FIT], &data.won[..FIT]).unwrap();
    let map = BinMap::fit(&of, &BinSettings::default());
    let cells = map.cells();
    for (cell, want) in cells.iter().zip(expected["cells"].as_array().unwrap()) {
        for (what, got) in [
            ("alpha", cell.a),
            ("beta", cell.b),
            ("mean", cell.mean()),
            ("var", cell.variance()),
            ("q05", cell.quantile(0.05)),
            ("q20", cell.quantile(0.20)),
            ("q50", cell.quantile(0.50)),
            ("q95", cell.quantile(0.95)),
            ("p_gt_half", 1.0 - cell.cdf(0.5)),
        ] {
            close(&format!("{what} of bin {}", want["bin"]), got, number(&want[what]), 0.0, 1e-9);
        }
    }
    let (means, weights): (Vec<f64>, Vec<f64>) = cells.iter().map(|c| (c.mean(), c.n())).unzip();
    let monotone = numbers(&expected["monotone_means_pav_weight_n_plus_4"]);
    for (got, want) in isotonic(&means, &weights).into_iter().zip(monotone) {
        close("monotone mean", got, want, 1e-9, 0.0);
    }
    for (&p, want) in data.gnb[FIT..].iter().zip(numbers(&expected["test"])) {
        close("test", map.calibrate(p).unwrap().mean, want, 1e-9, 0.0);
    }
}

fn check_metrics(name: &str, p: &[f64], won: &[bool], reference: f64, want: &Value) {
    let of = Forecasts::new(p, won).unwrap();
    let parts = murphy(&of, 10);
    let bins = &want["murphy_equal_width"];
    let free = corp(&of);
    let z = spiegelhalter(&of).unwrap();
    let skill = brier_skill(brier(&of), reference).unwrap();
    for (what, got, want) in [
        ("brier", brier(&of), &want["brier"]),
        ("log loss", log_loss(&of), &want["log_loss"]),
        ("auc", auc(&of).unwrap(), &want["auc"]),
        ("skill", skill, &want["bss_vs_cal_base_rate"]),
        ("rel", parts.reliability, &bins["rel"]),
        ("res", parts.resolution, &bins["res"]),
        ("unc", parts.uncertainty, &bins["unc"]),
        ("wbv", parts.within_variance, &bins["wbv"]),
        ("wbc", parts.within_covariance, &bins["wbc"]),
        ("ece", ece(&of, 10), &want["ece_equal_width"]),
        ("mce", mce(&of, 10), &want["mce_equal_width"]),
        ("ace", ace(&of, 10), &want["ace_equal_mass"]),
        ("z", z.z, &want["spiegelhalter_z"]),
        ("p of z", z.p_value, &want["spiegelhalter_p"]),
        ("mcb", free.miscalibration, &want["corp"]["mcb"]),
        ("dsc", free.discrimination, &want["corp"]["dsc"]),
        ("corp unc", free.uncertainty, &want["corp"]["unc"]),
    ] {
        close(&format!("{what} of {name}"), got, number(want), 1e-9, 1e-14);
    }
}

#[test]
fn metrics_of_every_calibrator_equal_the_reference() {
    let (expected, data) = (calibration(), data());
    let won = &data.won[FIT..];
    let rate = data.won[..FIT].iter().filter(|&&won| won).count() as f64 / FIT as f64;
    let constant = vec![rate; won.len()];
    let reference = brier(&Forecasts::new(&constant, won).unwrap());
    let metrics = expected["metrics"].as_object().unwrap();
    assert!(metrics.len() >= 6, "{} sets of metrics", metrics.len());
    for (name, want) in metrics {
        let p = match name.as_str() {
            "raw" => data.gnb[FIT..].to_vec(),
            _ => numbers(&expected["calibrators"][name]["test"]),
        };
        check_metrics(name, &p, won, reference, want);
    }
}

#[test]
fn the_reliability_diagram_equals_the_reference() {
    let (expected, data) = (calibration(), data());
    let rows = reliability(&Forecasts::new(&data.gnb[FIT..], &data.won[FIT..]).unwrap(), 10, 0, 0);
    for (row, want) in rows.iter().zip(expected["reliability_raw_test"].as_array().unwrap()) {
        assert_eq!(row.n as u64, want["n"].as_u64().unwrap());
        if row.n > 0 {
            assert_eq!(row.wins as u64, want["wins"].as_u64().unwrap());
            close("mean", row.mean_forecast.unwrap(), number(&want["mean_p"]), 1e-9, 0.0);
            close("rate", row.rate.unwrap(), number(&want["obs"]), 1e-9, 0.0);
            let interval = numbers(&want["beta22_90"]);
            close("lo", row.lo, interval[0], 0.0, 1e-8);
            close("hi", row.hi, interval[1], 0.0, 1e-8);
        }
    }
}
