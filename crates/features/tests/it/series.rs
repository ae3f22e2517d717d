//! The series the tests run on.

use std::fs::File;

use flate2::read::GzDecoder;
use tradebot_domain::{Bar, Date};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures");

/// Bars of `symbol` in a bundled file, as they stand there.
pub(crate) fn bundled(file: &str, symbol: &str) -> Vec<Bar> {
    let file = File::open(format!("{FIXTURES}/market/{file}")).unwrap();
    let mut rows = csv::Reader::from_reader(GzDecoder::new(file));
    rows.records()
        .map(Result::unwrap)
        .filter(|row| &row[0] == symbol)
        .map(|row| {
            let number = |column: usize| row[column].parse::<f64>().unwrap();
            Bar {
                date: row[1].parse().unwrap(),
                open: number(2),
                high: number(3),
                low: number(4),
                close: number(5),
                volume: number(6),
            }
        })
        .collect()
}

/// The S&P 500, 1999 to 2018.
pub(crate) fn index() -> Vec<Bar> {
    bundled("indices_daily_1999_2018.csv.gz", "^GSPC")
}

/// A bundled stock; IBM had neither split nor large dividend in these years.
pub(crate) fn stock(symbol: &str) -> Vec<Bar> {
    bundled("stocks_daily_raw_2000_2013.csv.gz", symbol)
}

/// All bundled series of more than a year, raw: crashes and splits are steps in them.
pub(crate) fn all() -> Vec<(&'static str, Vec<Bar>)> {
    let mut all: Vec<_> =
        ["AAPL", "IBM", "MSFT", "GOOG"].map(|symbol| (symbol, stock(symbol))).into();
    all.push(("^GSPC", index()));
    all.push(("^IXIC", bundled("indices_daily_1999_2018.csv.gz", "^IXIC")));
    all
}

/// The part of `bars` from `first` to `last`, both included.
pub(crate) fn between(bars: Vec<Bar>, first: Date, last: Date) -> Vec<Bar> {
    bars.into_iter().filter(|bar| (first..=last).contains(&bar.date.date())).collect()
}

/// A file of reference values, by columns; empty cells are `None`.
pub(crate) fn reference(file: &str) -> Vec<(String, Vec<Option<f64>>)> {
    let mut rows = csv::Reader::from_path(format!("{FIXTURES}/vectors/{file}")).unwrap();
    let names: Vec<String> = rows.headers().unwrap().iter().map(str::to_owned).collect();
    let records: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    let column = |i: usize| records.iter().map(|row| row[i].parse().ok()).collect();
    names.into_iter().enumerate().skip(1).map(|(i, name)| (name, column(i))).collect()
}
