//! One row: a bar, or what is wrong with it.

use csv::StringRecord;
use jiff::tz::TimeZone;
use tradebot_domain::{Bar, Date, Decimal, Interval, Moment, Symbol};

use super::columns::{Columns, Role};
use super::dates;
use super::{ImportOptions, RowIssue, Stamp};
use crate::history::is_index;

/// A row that can be used.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ParsedRow {
    pub(crate) line: u64,
    pub(crate) bar: Bar,
    pub(crate) adjusted: Option<Adjusted>,
    /// New shares per old.
    pub(crate) split: Option<Decimal>,
    /// Currency per share.
    pub(crate) dividend: Option<Decimal>,
}

/// An adjusted close, and the last decimal places it and the close are written to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Adjusted {
    pub(crate) close: f64,
    pub(crate) unit: f64,
    pub(crate) raw_unit: f64,
}

/// Reads the rows of one file.
pub(crate) struct RowParser<'a> {
    pub(crate) file: &'a str,
    pub(crate) columns: &'a Columns,
    pub(crate) options: &'a ImportOptions,
    pub(crate) zone: TimeZone,
    /// Length of the bars: a session or a minute.
    pub(crate) interval: Interval,
    /// The symbol of rows that do not say one.
    pub(crate) symbol: Option<Symbol>,
}

/// The cells of a row being read.
struct Cells<'a> {
    parser: &'a RowParser<'a>,
    record: &'a StringRecord,
    line: u64,
}

impl RowParser<'_> {
    /// The row's symbol and content; `None` for a row of a symbol that was not asked for.
    pub(crate) fn read(
        &self,
        line: u64,
        record: &StringRecord,
    ) -> Result<Option<(Symbol, ParsedRow)>, Box<RowIssue>> {
        let cells = Cells { parser: self, record, line };
        cells.whole()?;
        let symbol = cells.symbol()?;
        if self.options.symbol.is_some_and(|wanted| wanted != symbol) {
            return Ok(None);
        }
        let Some(date) = cells.moment()? else { return Ok(None) };
        let bar = cells.bar(date)?;
        cells.around_the_body(&bar)?;
        let adjusted = cells.adjusted()?;
        let (split, dividend) = (cells.split()?, cells.dividend()?);
        Ok(Some((symbol, ParsedRow { line, bar, adjusted, split, dividend })))
    }

    /// The cells of a row by role, for previews.
    pub(crate) fn preview(&self, record: &StringRecord) -> Vec<(Role, String)> {
        let cell = |role| record.get(self.columns.position(role)?).map(str::to_owned);
        Role::ALL.into_iter().filter_map(|role| Some((role, cell(role)?))).collect()
    }
}

impl Cells<'_> {
    fn cell(&self, role: Role) -> Option<&str> {
        self.record.get(self.parser.columns.position(role)?).map(str::trim)
    }

    fn issue(&self, role: Role, problem: &str, remedy: &str) -> Box<RowIssue> {
        Box::new(RowIssue {
            file: self.parser.file.to_owned(),
            line: self.line,
            column: self.parser.columns.name(role).to_owned(),
            value: self.cell(role).unwrap_or_default().to_owned(),
            problem: problem.to_owned(),
            remedy: remedy.to_owned(),
            dropped: true,
            blocks: true,
        })
    }

    /// The row has as many cells as the header has names.
    fn whole(&self) -> Result<(), Box<RowIssue>> {
        let (found, expected) = (self.record.len(), self.parser.columns.count());
        if found == expected {
            return Ok(());
        }
        let problem = format!("has {found} cells under {expected} column names");
        let remedy = "complete the row, or quote cells that hold the separator";
        let mut issue = self.issue(Role::Date, &problem, remedy);
        "(all)".clone_into(&mut issue.column);
        issue.value = self.record.iter().collect::<Vec<_>>().join(",");
        Err(issue)
    }

    fn symbol(&self) -> Result<Symbol, Box<RowIssue>> {
        match self.cell(Role::Symbol) {
            Some(text) => Symbol::new(text).map_err(|_| {
                let problem = "is not a symbol: 1 to 23 letters, digits and . - ^ = _";
                self.issue(Role::Symbol, problem, "correct it, or leave the row out")
            }),
            None => Ok(self.parser.symbol.expect("files without symbols are refused when opened")),
        }
    }

    /// When the bar ended; none for a minute outside of the exchange's sessions.
    fn moment(&self) -> Result<Option<Moment>, Box<RowIssue>> {
        if self.parser.interval.is_daily() {
            return self.date().map(Moment::daily).map(Some);
        }
        let (options, text) = (self.parser.options, self.cell(Role::Date).unwrap_or_default());
        let named_end =
            || self.parser.columns.name(Role::Date).to_ascii_lowercase().ends_with("end");
        let stamp = options.stamp.unwrap_or(if named_end() { Stamp::End } else { Stamp::Start });
        let (date, minute) =
            dates::parse_minute(text, options.date_format.as_deref(), &self.parser.zone)
                .map_err(|(problem, remedy)| self.issue(Role::Date, &problem, remedy))?;
        let minute = minute + u16::from(stamp == Stamp::Start);
        let hours = options.exchange.session_minutes(date).ok().flatten();
        let within = hours.is_some_and(|h| h.end_of(minute, Interval::MINUTE).is_some());
        Ok(if within { Moment::at(date, u32::from(minute)).ok() } else { None })
    }

    fn date(&self) -> Result<Date, Box<RowIssue>> {
        let text = self.cell(Role::Date).unwrap_or_default();
        dates::parse(text, self.parser.options.date_format.as_deref(), &self.parser.zone)
            .map_err(|(problem, remedy)| self.issue(Role::Date, &problem, remedy))
    }

    fn bar(&self, date: Moment) -> Result<Bar, Box<RowIssue>> {
        let close = self.price(Role::Close)?;
        // Only files of an index may lack the other columns; it stood at its close all day.
        let other = |role| match self.parser.columns.position(role) {
            Some(_) => self.price(role),
            None => Ok(close),
        };
        Ok(Bar {
            date,
            open: other(Role::Open)?,
            high: other(Role::High)?,
            low: other(Role::Low)?,
            close,
            volume: self.volume()?,
        })
    }

    fn price(&self, role: Role) -> Result<f64, Box<RowIssue>> {
        let value = self.number(role)?;
        if value > 0.0 {
            Ok(value)
        } else {
            Err(self.issue(role, "is not a price above zero", "correct it, or leave the row out"))
        }
    }

    fn volume(&self) -> Result<f64, Box<RowIssue>> {
        if self.parser.columns.position(Role::Volume).is_none() {
            return Ok(0.0);
        }
        let value = self.number(Role::Volume)?;
        if value >= 0.0 {
            Ok(value)
        } else {
            Err(self.issue(Role::Volume, "is below zero", "correct it, or leave the row out"))
        }
    }

    /// A finite number. Vendors put a dollar sign before it; nobody writes `1,234.5` unpunished.
    fn number(&self, role: Role) -> Result<f64, Box<RowIssue>> {
        let text = self.cell(role).unwrap_or_default();
        if text.is_empty() {
            return Err(self.issue(role, "is empty", "fill it in, or leave the row out"));
        }
        let remedy = if text.contains(',') {
            "write numbers with a decimal point, and without separators of thousands"
        } else {
            "correct it, or leave the row out"
        };
        match text.trim_start_matches('$').parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            _ => Err(self.issue(role, "is not a number", remedy)),
        }
    }

    fn around_the_body(&self, bar: &Bar) -> Result<(), Box<RowIssue>> {
        let tolerance = self.parser.options.gates.ohlc_tolerance;
        let above = |price: f64| price > bar.high * (1.0 + tolerance);
        let below = |price: f64| price < bar.low * (1.0 - tolerance);
        let mapped = if self.parser.symbol.is_some_and(is_index) {
            "leave the row out, or use the close alone with open= high= low= in the mapping"
        } else {
            "check that the columns are mapped right; else leave the row out"
        };
        if above(bar.low) {
            let problem = format!("is below the low {}: high and low look swapped", bar.low);
            Err(self.issue(Role::High, &problem, mapped))
        } else if above(bar.open) || above(bar.close) {
            let problem = format!("is below open {} or close {}", bar.open, bar.close);
            Err(self.issue(Role::High, &problem, mapped))
        } else if below(bar.open) || below(bar.close) {
            let problem = format!("is above open {} or close {}", bar.open, bar.close);
            Err(self.issue(Role::Low, &problem, mapped))
        } else {
            Ok(())
        }
    }

    fn adjusted(&self) -> Result<Option<Adjusted>, Box<RowIssue>> {
        if self.parser.columns.position(Role::AdjustedClose).is_none() {
            return Ok(None);
        }
        let close = self.price(Role::AdjustedClose)?;
        let unit = |role| last_place(self.cell(role).unwrap_or_default());
        let (unit, raw_unit) = (unit(Role::AdjustedClose), unit(Role::Close));
        Ok(Some(Adjusted { close, unit, raw_unit }))
    }

    fn split(&self) -> Result<Option<Decimal>, Box<RowIssue>> {
        let Some(text) = self.cell(Role::Split) else { return Ok(None) };
        let ratio = match text.split_once([':', '/']) {
            Some((new, old)) => decimal(new).zip(decimal(old)).and_then(|(n, o)| n.checked_div(o)),
            None => decimal(text),
        };
        match ratio {
            Some(ratio) if ratio.is_zero() || ratio == Decimal::ONE => Ok(None),
            Some(ratio) if ratio > Decimal::ZERO => Ok(Some(ratio.normalize())),
            _ => Err(self.issue(
                Role::Split,
                "is not a ratio such as 2 or 3:2",
                "write new shares per old share, or leave it empty",
            )),
        }
    }

    fn dividend(&self) -> Result<Option<Decimal>, Box<RowIssue>> {
        let Some(text) = self.cell(Role::Dividend) else { return Ok(None) };
        match decimal(text) {
            Some(amount) if amount.is_zero() => Ok(None),
            Some(amount) if amount > Decimal::ZERO => Ok(Some(amount.normalize())),
            _ => Err(self.issue(
                Role::Dividend,
                "is not an amount per share",
                "write a number of zero or more, or leave it empty",
            )),
        }
    }
}

/// An exact number; nothing written is zero.
fn decimal(text: &str) -> Option<Decimal> {
    let text = text.trim();
    if text.is_empty() { Some(Decimal::ZERO) } else { text.parse().ok() }
}

/// The last decimal place a number is written to: 0.01 for `44.86`. Written with an exponent it
/// is a full float.
fn last_place(text: &str) -> f64 {
    if text.contains(['e', 'E']) {
        return 0.0;
    }
    let decimals = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    10_f64.powi(-i32::try_from(decimals).unwrap_or(i32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::ColumnMapping;
    use std::path::Path;
    use tradebot_domain::Exchange;

    const HEADER: &str = "symbol,date,open,high,low,close,volume,adj_close,split,dividend";

    fn read(row: &str) -> Result<Option<(Symbol, ParsedRow)>, Box<RowIssue>> {
        let names = HEADER.split(',').map(str::to_owned).collect();
        let mapping = ColumnMapping::default();
        let columns = Columns::find(Path::new("x.csv"), names, &mapping, false).unwrap();
        let options = ImportOptions::default();
        let parser = RowParser {
            file: "x.csv",
            columns: &columns,
            options: &options,
            zone: Exchange::Xnys.time_zone(),
            interval: Interval::DAILY,
            symbol: None,
        };
        parser.read(7, &StringRecord::from(row.split(',').collect::<Vec<_>>()))
    }

    #[track_caller]
    fn check(row: &str, column: &str, value: &str, problem: &str) {
        let issue = read(row).unwrap_err();
        assert_eq!((issue.file.as_str(), issue.line), ("x.csv", 7));
        assert_eq!((issue.column.as_str(), issue.value.as_str()), (column, value));
        assert!(issue.problem.contains(problem), "{issue}");
        assert!(!issue.remedy.is_empty() && issue.dropped && issue.blocks);
    }

    #[test]
    fn a_good_row_is_read_exactly() {
        let (symbol, row) = read("MSFT,2003-02-18,24.66,25.01,24.4,24.96,57415500,17.58,2:1,0.08")
            .unwrap()
            .unwrap();
        assert_eq!(symbol.as_str(), "MSFT");
        assert_eq!((row.line, row.bar.close, row.bar.volume), (7, 24.96, 57_415_500.0));
        assert_eq!(row.split, Some(Decimal::TWO));
        assert_eq!(row.dividend, Some(Decimal::new(8, 2)));
        assert_eq!(row.adjusted, Some(Adjusted { close: 17.58, unit: 0.01, raw_unit: 0.01 }));
    }

    #[test]
    fn each_bad_cell_is_named_with_its_place_and_value() {
        check("A,2003-02-18,n/a,25,24,25,1,25,,", "open", "n/a", "is not a number");
        check("A,2003-02-18,24,NaN,24,25,1,25,,", "high", "NaN", "is not a number");
        check("A,2003-02-18,24,inf,24,25,1,25,,", "high", "inf", "is not a number");
        check("A,2003-02-18,24,25,,25,1,25,,", "low", "", "is empty");
        check("A,2003-02-18,24,25,0,25,1,25,,", "low", "0", "is not a price above zero");
        check("A,2003-02-18,24,24,25,24.5,1,25,,", "high", "24", "high and low look swapped");
        check("A,2003-02-18,24,25,23,26,1,25,,", "high", "25", "is below open 24 or close 26");
        check("A,2003-02-18,22,25,23,24,1,25,,", "low", "23", "is above open 22 or close 24");
        check("A,2003-02-18,24,25,23,24,-1,25,,", "volume", "-1", "is below zero");
        check("A,2003-02-30,24,25,23,24,1,25,,", "date", "2003-02-30", "is not a date");
        check("A B,2003-02-18,24,25,23,24,1,25,,", "symbol", "A B", "is not a symbol");
        check("A,2003-02-18,24,25,23,24,1,,,", "adj_close", "", "is empty");
        check("A,2003-02-18,24,25,23,24,1,25,-2,", "split", "-2", "is not a ratio");
        check("A,2003-02-18,24,25,23,24,1,25,2:0,", "split", "2:0", "is not a ratio");
        check("A,2003-02-18,24,25,23,24,1,25,,x", "dividend", "x", "is not an amount");
        check("A,2003-02-18,24,25", "(all)", "A,2003-02-18,24,25", "4 cells under 10");
    }

    #[test]
    fn a_decimal_comma_gets_a_remedy_of_its_own() {
        let record =
            StringRecord::from(vec!["A", "2003-02-18", "24,5", "", "", "", "", "", "", ""]);
        let names = HEADER.split(',').map(str::to_owned).collect();
        let mapping = ColumnMapping::default();
        let columns = Columns::find(Path::new("x.csv"), names, &mapping, false).unwrap();
        let options = ImportOptions::default();
        let zone = Exchange::Xnys.time_zone();
        let parser = RowParser {
            file: "x.csv",
            columns: &columns,
            options: &options,
            zone,
            interval: Interval::DAILY,
            symbol: None,
        };
        let cells = Cells { parser: &parser, record: &record, line: 2 };
        assert!(cells.number(Role::Open).unwrap_err().remedy.contains("decimal point"));
    }

    #[test]
    fn the_last_decimal_place_is_read_off_the_text() {
        for (text, expected) in [("44.86", 0.01), ("44", 1.0), ("17.379999", 1e-6), ("1e-7", 0.0)] {
            assert!((last_place(text) - expected).abs() < 1e-15, "{text}");
        }
    }
}
