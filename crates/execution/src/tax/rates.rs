//! Canadian dollars per unit of a currency, by day.

use std::collections::BTreeMap;

use tradebot_domain::{Currency, Date, Decimal};

/// How far back a rate may stand in for a day without one: a long weekend.
const STALE_DAYS: i64 = 7;

/// Daily exchange rates. A source that asks the Bank of Canada is one; a file read into a
/// [`RateTable`] another.
pub trait ExchangeRates {
    /// Canadian dollars for one unit of `currency` on that day; none when it is not known. The
    /// Canadian dollar's own is 1 and is never asked for.
    fn cad_per_unit(&self, currency: Currency, day: Date) -> Option<Decimal>;
}

/// Rates by currency and day.
///
/// A day without a rate (weekend, bank holiday) has that of the last day before it that has one, at
/// most seven days back: the Bank of Canada publishes on business days, and the revenue agency
/// accepts the rate of the closest preceding day.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RateTable {
    by_currency: BTreeMap<Currency, BTreeMap<Date, Decimal>>,
}

/// Why a text is no table of rates.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RatesError {
    /// No column says which currency the rates are of.
    #[error("no heading such as `date,USD` or `date,FXUSDCAD` was found")]
    NoHeading,
    /// A line is not a date and a rate.
    #[error("line {line}: `{text}` is not a date and rates above zero")]
    Line {
        /// Number of the line, from 1.
        line: usize,
        /// What stands there.
        text: String,
    },
}

impl RateTable {
    /// Notes a rate, above zero. A later one for the same day takes its place.
    pub fn insert(&mut self, currency: Currency, day: Date, cad_per_unit: Decimal) {
        self.by_currency.entry(currency).or_default().insert(day, cad_per_unit);
    }

    /// Reads `date,USD` or the file of the Bank of Canada's Valet service (`"date","FXUSDCAD"` after
    /// some lines about the series). Empty cells are days without a rate; columns of other
    /// currencies are left out.
    ///
    /// # Errors
    /// [`RatesError`] when there is no heading, or a line under it cannot be read.
    pub fn parse(text: &str) -> Result<Self, RatesError> {
        let mut table = Self::default();
        let mut columns: Option<Vec<Option<Currency>>> = None;
        for (number, line) in text.lines().enumerate() {
            let cells: Vec<&str> = line.split(',').map(|c| c.trim().trim_matches('"')).collect();
            if cells.iter().all(|cell| cell.is_empty()) {
                continue;
            }
            match &columns {
                None if cells[0].eq_ignore_ascii_case("date") => columns = Some(headings(&cells)),
                None => {}
                Some(columns) => table
                    .take(&cells, columns)
                    .ok_or_else(|| RatesError::Line { line: number + 1, text: line.to_owned() })?,
            }
        }
        let known = columns.is_some_and(|c| c.iter().any(Option::is_some));
        if known { Ok(table) } else { Err(RatesError::NoHeading) }
    }

    fn take(&mut self, cells: &[&str], columns: &[Option<Currency>]) -> Option<()> {
        let day: Date = cells[0].parse().ok()?;
        for (cell, currency) in cells.iter().zip(columns).skip(1) {
            if let (false, Some(currency)) = (cell.is_empty(), *currency) {
                let rate: Decimal = cell.parse().ok()?;
                if rate <= Decimal::ZERO {
                    return None;
                }
                self.insert(currency, day, rate);
            }
        }
        Some(())
    }
}

/// The currency of each column; none for the date and for what is not known.
fn headings(cells: &[&str]) -> Vec<Option<Currency>> {
    let currency = |cell: &&str| {
        let code = cell.strip_prefix("FX").and_then(|c| c.strip_suffix("CAD")).unwrap_or(cell);
        code.parse().ok()
    };
    cells.iter().map(currency).collect()
}

impl ExchangeRates for RateTable {
    fn cad_per_unit(&self, currency: Currency, day: Date) -> Option<Decimal> {
        let (found, rate) = self.by_currency.get(&currency)?.range(..=day).next_back()?;
        let age = (day - *found).get_days();
        (i64::from(age) <= STALE_DAYS).then_some(*rate)
    }
}
