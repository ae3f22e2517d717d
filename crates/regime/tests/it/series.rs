//! The series the tests run on.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use flate2::read::GzDecoder;
use tradebot_domain::{Bar, Date};
use tradebot_regime::{RegimeConfig, RegimeDetector, RegimeReading};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures");

fn records(path: &Path) -> Vec<csv::StringRecord> {
    let mut rows = csv::Reader::from_reader(GzDecoder::new(File::open(path).unwrap()));
    rows.records().map(Result::unwrap).collect()
}

/// The S&P 500, 1999 to 2018.
pub(crate) fn index() -> Vec<Bar> {
    let path = format!("{FIXTURES}/market/indices_daily_1999_2018.csv.gz");
    let rows = records(Path::new(&path)).into_iter().filter(|row| &row[0] == "^GSPC");
    rows.map(|row| {
        let number = |column: usize| row[column].parse::<f64>().unwrap();
        let (open, high, low, close) = (number(2), number(3), number(4), number(5));
        Bar { date: row[1].parse().unwrap(), open, high, low, close, volume: number(6) }
    })
    .collect()
}

/// Closes of the S&P 500 from `first` to `last`.
pub(crate) fn closes_between(first: &str, last: &str) -> Vec<f64> {
    let period = first.parse::<Date>().unwrap()..=last.parse().unwrap();
    index().iter().filter(|bar| period.contains(&bar.date.date())).map(|bar| bar.close).collect()
}

/// Log returns in percent; one less than there are closes.
pub(crate) fn log_returns(closes: &[f64]) -> Vec<f64> {
    closes.windows(2).map(|pair| 100.0 * (pair[1] / pair[0]).ln()).collect()
}

/// VIX closes by date.
pub(crate) type Vix = BTreeMap<Date, f64>;

fn vix_file(path: &Path, column: usize) -> Vix {
    records(path)
        .iter()
        .map(|row| (row[0].parse().unwrap(), row[column].parse().unwrap()))
        .collect()
}

/// The bundled VIX, 2014 to 2018.
pub(crate) fn bundled_vix() -> Vix {
    vix_file(Path::new(&format!("{FIXTURES}/market/vix_close_2014_2018.csv.gz")), 1)
}

/// The VIX since 1990, where further data lie; says so and gives nothing where they do not.
#[expect(clippy::print_stdout, reason = "a skipped test says so")]
pub(crate) fn full_vix() -> Option<Vix> {
    let Some(root) = std::env::var_os("TRADEBOT_EXTRA_DATA") else {
        println!("skipped: TRADEBOT_EXTRA_DATA is not set");
        return None;
    };
    Some(vix_file(&Path::new(&root).join("wide/vix_daily.csv.gz"), 4))
}

/// The readings of a fresh detector over `bars`, with the VIX of the session before each.
pub(crate) fn readings(bars: &[Bar], vix: &Vix) -> Vec<(Date, Option<RegimeReading>)> {
    let mut detector = RegimeDetector::new(RegimeConfig::default());
    let mut previous = None;
    bars.iter()
        .map(|bar| {
            let reading = detector.update(bar, previous);
            previous = vix.get(&bar.date.date()).copied();
            (bar.date.date(), reading)
        })
        .collect()
}

/// The part of readings from `first` to `last` that are determined.
pub(crate) fn between(
    readings: &[(Date, Option<RegimeReading>)],
    first: &str,
    last: &str,
) -> Vec<RegimeReading> {
    let period = first.parse::<Date>().unwrap()..=last.parse().unwrap();
    readings.iter().filter(|(date, _)| period.contains(date)).filter_map(|(_, r)| *r).collect()
}

/// A JSON file of reference values.
pub(crate) fn reference(file: &str) -> serde_json::Value {
    let text = std::fs::read_to_string(format!("{FIXTURES}/vectors/{file}")).unwrap();
    serde_json::from_str(&text).unwrap()
}
