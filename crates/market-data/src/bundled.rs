//! The history compiled into the program.
//!
//! Five US stocks 2000 to 2013, two indices 1999 to 2018, VIX 2014 to 2018; sources and licences
//! stand in the README beside the files. Their bytes are checked before they are read.

use std::collections::BTreeMap;
use std::io::Read;

use flate2::read::GzDecoder;
use tradebot_domain::{Bar, Currency, Date, Exchange, Symbol};

use crate::actions::{AdjustedClose, from_adjusted_close};
use crate::error::DataError;
use crate::finer::FinerHistory;
use crate::history::{History, Series};

/// A file of the bundle and the BLAKE3 of the bytes it was tested with.
struct Fixture {
    file: &'static str,
    bytes: &'static [u8],
    blake3: &'static str,
    columns: &'static [&'static str],
}

const STOCKS: Fixture = Fixture {
    file: "stocks_daily_raw_2000_2013.csv.gz",
    bytes: include_bytes!("../fixtures/stocks_daily_raw_2000_2013.csv.gz"),
    blake3: "24ae1eddf2365536ee16973da354cd404c66e1e5f8bdf440f20f7edc7d573e79",
    columns: &["symbol", "date", "open", "high", "low", "close", "volume", "adj_close"],
};

const INDICES: Fixture = Fixture {
    file: "indices_daily_1999_2018.csv.gz",
    bytes: include_bytes!("../fixtures/indices_daily_1999_2018.csv.gz"),
    blake3: "1744a4fc003a184cf8935bb8c60beae667374d64d7e2254918e02c50a57b0753",
    columns: &["symbol", "date", "open", "high", "low", "close", "volume"],
};

const VIX: Fixture = Fixture {
    file: "vix_close_2014_2018.csv.gz",
    bytes: include_bytes!("../fixtures/vix_close_2014_2018.csv.gz"),
    blake3: "3bcd6ca9c962f3a24016dea8f3fa018da2e36d801a80f559438830a5ad2a3d2f",
    columns: &["date", "close"],
};

/// The context index.
pub(crate) const INDEX: &str = "^GSPC";

impl History {
    /// The bundled history.
    ///
    /// # Errors
    /// [`DataError::Damaged`] when a file is not the one that was tested.
    pub fn bundled() -> Result<Self, DataError> {
        let (series, index, vix) = (stocks()?, bundled_index(INDEX)?, vix()?);
        Ok(Self { series, index, vix, finer: FinerHistory::default() })
    }
}

/// The bundled series of an index: `^GSPC` or `^IXIC`. Context, not an instrument.
///
/// # Errors
/// [`DataError::UnknownSymbol`] for another name, [`DataError::Damaged`] for a damaged file.
pub fn bundled_index(name: &str) -> Result<Series, DataError> {
    let mut all = rows_by_symbol(&INDICES)?;
    let available: Vec<Symbol> = all.keys().copied().collect();
    match all.remove_entry(&symbol(name)) {
        Some((symbol, rows)) => {
            let bars = rows.into_iter().map(|(bar, _)| bar).collect();
            Ok(series(symbol, bars, Vec::new(), &INDICES))
        }
        None => Err(DataError::unknown(symbol(name), available)),
    }
}

fn stocks() -> Result<BTreeMap<Symbol, Series>, DataError> {
    let all = rows_by_symbol(&STOCKS)?;
    Ok(all
        .into_iter()
        .map(|(symbol, rows)| {
            let adjusted: Vec<AdjustedClose> = rows
                .iter()
                .map(|&(bar, adjusted)| {
                    // Thirteen decimals: no rounding to allow for.
                    AdjustedClose { date: bar.date.date(), close: bar.close, adjusted, noise: 0.0 }
                })
                .collect();
            let actions = from_adjusted_close(&adjusted).actions;
            let bars = rows.into_iter().map(|(bar, _)| bar).collect();
            (symbol, series(symbol, bars, actions, &STOCKS))
        })
        .collect())
}

fn series(
    symbol: Symbol,
    bars: Vec<Bar>,
    actions: Vec<tradebot_domain::CorporateAction>,
    fixture: &Fixture,
) -> Series {
    let source = format!("bundled {}", fixture.file);
    Series::new(symbol, (Currency::Usd, Exchange::Xnys), bars, actions, source)
}

pub(crate) fn vix() -> Result<Vec<(Date, f64)>, DataError> {
    let text = VIX.text()?;
    Ok(records(&VIX, &text).map(|cells| (date(cells[0]), number(cells[1]))).collect())
}

/// Bars with their last column, by symbol.
fn rows_by_symbol(fixture: &Fixture) -> Result<BTreeMap<Symbol, Vec<(Bar, f64)>>, DataError> {
    let text = fixture.text()?;
    let mut all: BTreeMap<Symbol, Vec<(Bar, f64)>> = BTreeMap::new();
    for cells in records(fixture, &text) {
        let bar = Bar {
            date: date(cells[1]).into(),
            open: number(cells[2]),
            high: number(cells[3]),
            low: number(cells[4]),
            close: number(cells[5]),
            volume: number(cells[6]),
        };
        let last = number(cells.last().expect("a record has the columns of its header"));
        all.entry(symbol(cells[0])).or_default().push((bar, last));
    }
    Ok(all)
}

impl Fixture {
    /// The text, after its compressed bytes were found to be the tested ones.
    fn text(&self) -> Result<String, DataError> {
        verified(self.file, self.bytes, self.blake3)?;
        let mut text = String::new();
        GzDecoder::new(self.bytes).read_to_string(&mut text).expect(CHECKED);
        Ok(text)
    }
}

fn verified(file: &'static str, bytes: &[u8], expected: &'static str) -> Result<(), DataError> {
    let found = blake3::hash(bytes).to_hex().to_string();
    if found == expected { Ok(()) } else { Err(DataError::Damaged { file, expected, found }) }
}

/// Why reading a verified fixture cannot fail: its tests read these very bytes.
const CHECKED: &str = "the digest says these are the tested bytes";

/// The cells of each line after the header. None of the files quotes a cell.
fn records<'t>(fixture: &Fixture, text: &'t str) -> impl Iterator<Item = Vec<&'t str>> {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect(CHECKED).split(',').collect();
    assert_eq!(header, fixture.columns, "{CHECKED}");
    lines.map(|line| line.split(',').collect())
}

fn date(cell: &str) -> Date {
    cell.parse().expect(CHECKED)
}

fn number(cell: &str) -> f64 {
    cell.parse().expect(CHECKED)
}

fn symbol(cell: &str) -> Symbol {
    Symbol::new(cell).expect("names of bundled symbols are symbols")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_flipped_bit_in_a_bundled_file_is_named() {
        for fixture in [&STOCKS, &INDICES, &VIX] {
            verified(fixture.file, fixture.bytes, fixture.blake3).unwrap();
            let mut bytes = fixture.bytes.to_vec();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            let error = verified(fixture.file, &bytes, fixture.blake3).unwrap_err().to_string();
            assert!(error.starts_with(&format!("bundled file {} is damaged", fixture.file)));
            assert!(error.contains(fixture.blake3), "{error}");
        }
    }

    /// Factors known on the day give the very returns that the vendor computed afterwards.
    #[test]
    fn actions_up_to_a_day_give_the_returns_of_the_adjusted_closes() {
        let history = History::bundled().unwrap();
        for (symbol, rows) in rows_by_symbol(&STOCKS).unwrap() {
            let mut actions = history.series[&symbol].actions.iter().peekable();
            let mut factor = 1.0;
            let mut continuous = Vec::new();
            for (bar, _) in &rows {
                while let Some(action) = actions.next_if(|action| action.ex_date <= bar.date.date())
                {
                    factor *= action.continuity_factor(bar.close);
                }
                continuous.push(bar.close * factor);
            }
            for (at, pair) in rows.windows(2).enumerate() {
                let vendor = pair[1].1 / pair[0].1;
                let ours = continuous[at + 1] / continuous[at];
                assert!((ours / vendor - 1.0).abs() < 5e-6, "{symbol} {}", pair[1].0.date);
            }
        }
    }

    #[test]
    fn both_indices_are_there_and_a_third_is_not() {
        for name in ["^GSPC", "^IXIC"] {
            let series = bundled_index(name).unwrap();
            assert_eq!(series.bars.len(), 5_031, "{name}");
        }
        let error = bundled_index("^DJI").unwrap_err().to_string();
        assert!(error.contains("available: ^GSPC, ^IXIC"), "{error}");
    }
}
