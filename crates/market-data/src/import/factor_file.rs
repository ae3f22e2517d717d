//! Factor tables as files.

use std::collections::BTreeMap;
use std::path::Path;

use csv::StringRecord;
use tradebot_domain::{Date, Symbol};

use super::dates;
use super::source::Table;
use super::{ImportOptions, RowIssue};
use crate::actions::FactorRow;
use crate::error::DataError;

/// The columns of a factor table; that of the symbol may be missing where one was named.
const COLUMNS: [&str; 5] =
    ["symbol", "last_date", "price_factor", "split_factor", "reference_close"];

/// Rows by symbol, sorted by date.
///
/// # Errors
/// The first cell that cannot be used: actions that are half known are worse than none.
pub(crate) fn read(
    path: &Path,
    options: &ImportOptions,
) -> Result<BTreeMap<Symbol, Vec<FactorRow>>, DataError> {
    let mut table = Table::open(path)?;
    let reader = Reader::new(path, &table.columns, options)?;
    let mut all: BTreeMap<Symbol, Vec<FactorRow>> = BTreeMap::new();
    let mut record = StringRecord::new();
    while let Some(line) = table.next(&mut record)? {
        let row = Row { reader: &reader, record: &record, line };
        all.entry(row.symbol()?).or_default().push(row.factors()?);
    }
    for rows in all.values_mut() {
        rows.sort_by_key(|row| row.last_date);
    }
    Ok(all)
}

struct Reader<'a> {
    path: &'a Path,
    options: &'a ImportOptions,
    at: [Option<usize>; 5],
}

impl<'a> Reader<'a> {
    fn new(
        path: &'a Path,
        names: &[String],
        options: &'a ImportOptions,
    ) -> Result<Self, DataError> {
        let at = COLUMNS.map(|column| names.iter().position(|name| name == column));
        let needed = usize::from(options.symbol.is_some());
        match (needed..COLUMNS.len()).find(|&column| at[column].is_none()) {
            None => Ok(Self { path, options, at }),
            Some(missing) => Err(DataError::Columns {
                path: path.to_owned(),
                problem: format!("a factor table needs a column {}", COLUMNS[missing]),
                columns: names.to_vec(),
                remedy: format!("give it the columns {}", COLUMNS.join(", ")),
            }),
        }
    }
}

struct Row<'a> {
    reader: &'a Reader<'a>,
    record: &'a StringRecord,
    line: u64,
}

impl Row<'_> {
    fn cell(&self, column: usize) -> &str {
        self.reader.at[column].and_then(|at| self.record.get(at)).unwrap_or_default()
    }

    fn bad(&self, column: usize, problem: &str) -> DataError {
        DataError::Cell(Box::new(RowIssue {
            file: self.reader.path.display().to_string(),
            line: self.line,
            column: COLUMNS[column].to_owned(),
            value: self.cell(column).to_owned(),
            problem: problem.to_owned(),
            remedy: "correct the factor table".to_owned(),
            dropped: false,
            blocks: true,
        }))
    }

    fn symbol(&self) -> Result<Symbol, DataError> {
        match (self.reader.at[0], self.reader.options.symbol) {
            (Some(_), _) => Symbol::new(self.cell(0)).map_err(|_| self.bad(0, "is not a symbol")),
            (None, Some(symbol)) => Ok(symbol),
            (None, None) => Err(self.bad(0, "is missing")),
        }
    }

    fn factors(&self) -> Result<FactorRow, DataError> {
        Ok(FactorRow {
            last_date: self.date()?,
            price_factor: self.number(2, f64::MIN_POSITIVE)?,
            split_factor: self.number(3, f64::MIN_POSITIVE)?,
            reference_close: self.number(4, 0.0)?,
        })
    }

    fn date(&self) -> Result<Date, DataError> {
        let zone = self.reader.options.exchange.time_zone();
        dates::parse(self.cell(1), None, &zone).map_err(|(problem, _)| self.bad(1, &problem))
    }

    fn number(&self, column: usize, min: f64) -> Result<f64, DataError> {
        match self.cell(column).parse::<f64>() {
            Ok(value) if value.is_finite() && value >= min => Ok(value),
            _ => Err(self.bad(column, "is not a number in range")),
        }
    }
}
