//! Reading reference vectors and the market data that they were computed from.

use std::io::Read as _;

use serde_json::Value;

/// A file of the fixtures.
macro_rules! fixture {
    ($name:expr) => {
        format!("{}/../../fixtures/{}", env!("CARGO_MANIFEST_DIR"), $name)
    };
}

pub(crate) fn json(name: &str) -> Value {
    let path = fixture!(format!("vectors/{name}"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Columns of numbers by name.
pub(crate) fn columns(name: &str, wanted: &[&str]) -> Vec<Vec<f64>> {
    let mut reader = csv::Reader::from_path(fixture!(format!("vectors/{name}"))).unwrap();
    let header: Vec<String> = reader.headers().unwrap().iter().map(ToOwned::to_owned).collect();
    let at = |name: &&str| header.iter().position(|h| h == name).unwrap();
    let indices: Vec<usize> = wanted.iter().map(at).collect();
    let mut columns = vec![Vec::new(); wanted.len()];
    for row in reader.records() {
        let row = row.unwrap();
        for (column, index) in columns.iter_mut().zip(&indices) {
            column.push(row[*index].parse().unwrap());
        }
    }
    columns
}

/// All columns of numbers.
pub(crate) fn all_columns(name: &str) -> Vec<Vec<f64>> {
    let mut reader = csv::Reader::from_path(fixture!(format!("vectors/{name}"))).unwrap();
    let mut columns = vec![Vec::new(); reader.headers().unwrap().len()];
    for row in reader.records() {
        for (column, field) in columns.iter_mut().zip(row.unwrap().iter()) {
            column.push(field.parse().unwrap());
        }
    }
    columns
}

/// Two indices from 1999 to 2018: symbol, date, open, high, low, close, volume.
fn index_file() -> String {
    let file = std::fs::File::open(fixture!("market/indices_daily_1999_2018.csv.gz")).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    text
}

/// Opens and closes of an index, 5,031 sessions.
pub(crate) fn index_bars(symbol: &str) -> (Vec<f64>, Vec<f64>) {
    let text = index_file();
    let lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let bars: (Vec<f64>, Vec<f64>) = lines
        .filter(|fields| fields[0] == symbol)
        .map(|fields| (fields[2].parse::<f64>().unwrap(), fields[5].parse::<f64>().unwrap()))
        .unzip();
    assert_eq!(bars.0.len(), 5_031);
    bars
}

/// Simple close-to-close returns of the S&P 500 index from 2007 to 2010.
pub(crate) fn index_returns() -> Vec<f64> {
    let closes: Vec<f64> = index_file()
        .lines()
        .filter_map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let inside = fields[0] == "^GSPC" && ("2007".."2011").contains(&&fields[1][..4]);
            inside.then(|| fields[5].parse().unwrap())
        })
        .collect();
    assert_eq!(closes.len(), 1_008);
    closes.windows(2).map(|w| w[1] / w[0] - 1.0).collect()
}

pub(crate) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("not a number: {value}"))
}

pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

#[track_caller]
pub(crate) fn close(what: &str, got: f64, want: f64, relative: f64) {
    assert!((got - want).abs() <= relative * want.abs(), "{what}: got {got}, want {want}");
}

#[track_caller]
pub(crate) fn near(what: &str, got: f64, want: f64, absolute: f64) {
    assert!((got - want).abs() <= absolute, "{what}: got {got}, want {want} +- {absolute}");
}
