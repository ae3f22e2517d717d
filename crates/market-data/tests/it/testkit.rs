//! Builders with visible defaults.

use std::path::{Path, PathBuf};

use tradebot_domain::{ActionKind, CorporateAction, Date, Symbol, Timestamp};
use tradebot_market_data::{Catalogue, ImportOptions, ImportReport};

pub(crate) fn day(text: &str) -> Date {
    text.parse().expect("a date")
}

pub(crate) fn symbol(text: &str) -> Symbol {
    Symbol::new(text).expect("a symbol")
}

/// Options that stamp imports with a fixed time, for equal results every day.
pub(crate) fn options() -> ImportOptions {
    ImportOptions { imported_at: Some(Timestamp::UNIX_EPOCH), ..ImportOptions::default() }
}

pub(crate) fn write(dir: &Path, name: &str, text: &str) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, text).expect("a directory of our own can be written");
    path
}

pub(crate) fn import(home: &Path, file: &Path, options: &ImportOptions) -> ImportReport {
    Catalogue::open(home)
        .expect("a sound catalogue")
        .import(&[file.to_owned()], options)
        .expect("a readable file")
}

/// `2005-02-28 split 2` or `2004-11-15 dividend 3.08`.
pub(crate) fn action(action: &CorporateAction) -> String {
    match action.kind {
        ActionKind::Split { ratio } => format!("{} split {ratio}", action.ex_date),
        ActionKind::Dividend { amount } => format!("{} dividend {amount}", action.ex_date),
    }
}

/// Sessions of January 2005 in New York.
pub(crate) const JANUARY: [&str; 10] = [
    "2005-01-03",
    "2005-01-04",
    "2005-01-05",
    "2005-01-06",
    "2005-01-07",
    "2005-01-10",
    "2005-01-11",
    "2005-01-12",
    "2005-01-13",
    "2005-01-14",
];

/// A clean file of one symbol: ten sessions, closes 50, 50.5, 50, ...
pub(crate) fn january() -> String {
    let bar = |(i, date): (usize, &&str)| {
        let close = if i % 2 == 0 { 50.0 } else { 50.5 };
        format!("{date},50.1,{},{},{close},{}", close + 1.0, close - 1.0, 1_000 + i)
    };
    lines(
        std::iter::once("date,open,high,low,close,volume".to_owned())
            .chain(JANUARY.iter().enumerate().map(bar)),
    )
}

/// A text of lines, each ended.
pub(crate) fn lines(all: impl Iterator<Item = String>) -> String {
    all.flat_map(|line| [line, "\n".to_owned()]).collect()
}
