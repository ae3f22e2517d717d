//! Reading reference vectors.

use serde_json::Value;

/// A file of the reference vectors.
macro_rules! path {
    ($name:literal) => {
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/vectors/", $name)
    };
}

pub(crate) fn calibration() -> Value {
    json(path!("05_calibration.json"))
}

pub(crate) fn prequential() -> Value {
    json(path!("06_beta_prequential.json"))
}

fn json(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// One column of real walk-forward probabilities, the outcomes and the regimes.
pub(crate) struct Data {
    pub(crate) gnb: Vec<f64>,
    pub(crate) won: Vec<bool>,
    pub(crate) regime: Vec<u8>,
}

pub(crate) fn data() -> Data {
    let mut reader = csv::Reader::from_path(path!("data_forecasts.csv")).unwrap();
    let mut data = Data { gnb: Vec::new(), won: Vec::new(), regime: Vec::new() };
    for row in reader.records() {
        let row = row.unwrap();
        data.gnb.push(row[1].parse().unwrap());
        data.won.push(&row[6] == "1");
        data.regime.push(row[7].parse().unwrap());
    }
    data
}

pub(crate) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

#[track_caller]
pub(crate) fn close(what: &str, got: f64, expected: f64, relative: f64, absolute: f64) {
    let allowed = relative * expected.abs() + absolute;
    assert!((got - expected).abs() <= allowed, "{what}: {got}, expected {expected}");
}
