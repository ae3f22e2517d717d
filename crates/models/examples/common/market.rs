//! Daily bars of the repository and, where they are, of the wide data.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tradebot_domain::{Bar, Date};

/// Bars by symbol, in the order of time.
pub(crate) type Market = BTreeMap<String, Vec<Bar>>;
/// Closes by date.
pub(crate) type Vix = BTreeMap<Date, f64>;

/// A file that ships with the repository.
pub(crate) fn fixture(file: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/market")).join(file)
}

/// The directory of the wide data; `None` where there is none.
pub(crate) fn wide() -> Option<PathBuf> {
    std::env::var_os("TRADEBOT_EXTRA_DATA").map(|dir| PathBuf::from(dir).join("wide"))
}

fn rows(path: &Path) -> (csv::StringRecord, Vec<csv::StringRecord>) {
    let file = std::fs::File::open(path).unwrap();
    let mut reader = csv::Reader::from_reader(flate2::read::GzDecoder::new(file));
    let header = reader.headers().unwrap().clone();
    (header, reader.records().map(Result::unwrap).collect())
}

/// Bars by symbol; with a column of adjusted closes, in its prices.
pub(crate) fn series(path: &Path, adjusted: Option<&str>) -> Market {
    let (header, rows) = rows(path);
    let column = |name: &str| header.iter().position(|h| h == name).unwrap();
    let [open, high, low, close, volume] = ["open", "high", "low", "close", "volume"].map(column);
    let adjusted = adjusted.map(column);
    let mut all = Market::new();
    for row in rows {
        let number = |at: usize| row[at].parse().unwrap_or(f64::NAN);
        let bar = Bar {
            date: row[1].parse().unwrap(),
            open: number(open),
            high: number(high),
            low: number(low),
            close: number(close),
            volume: number(volume),
        };
        let factor = adjusted.map_or(1.0, |at| number(at) / bar.close);
        all.entry(row[0].to_owned()).or_default().push(bar.scaled(factor));
    }
    all
}

/// Raw bars with the factors of their vendor; `QQQ` and `EEM` have gaps or change their owner.
pub(crate) fn lean(wide: &Path) -> Market {
    let mut factors = BTreeMap::<String, Vec<(Date, f64)>>::new();
    for row in rows(&wide.join("lean_factor_table.csv.gz")).1 {
        let factor = row[2].parse::<f64>().unwrap() * row[3].parse::<f64>().unwrap();
        factors.entry(row[0].to_owned()).or_default().push((row[1].parse().unwrap(), factor));
    }
    let mut all = series(&wide.join("daily_lean_raw.csv.gz"), None);
    all.retain(|name, _| name != "QQQ" && name != "EEM");
    for (name, bars) in &mut all {
        let steps = &factors[name];
        for bar in bars {
            let at = steps.partition_point(|(last, _)| *last < bar.date.date());
            *bar = bar.scaled(steps[at].1);
        }
    }
    all
}

/// Closes by date, the last column.
pub(crate) fn vix(path: &Path) -> Vix {
    let (_, rows) = rows(path);
    rows.iter().map(|r| (r[0].parse().unwrap(), r[r.len() - 1].parse().unwrap())).collect()
}
