//! One file: its rows by symbol, and a report.

use std::collections::BTreeMap;
use std::path::Path;

use csv::StringRecord;
use tradebot_domain::{Interval, Symbol};

use super::columns::{Columns, Role};
use super::rows::{ParsedRow, RowParser};
use super::source::{Table, file_digest};
use super::{FileReport, ISSUES_LISTED_MAX, ImportOptions, RowIssue};
use crate::error::DataError;
use crate::history::is_index;

/// The usable rows of a file, in file order, by symbol.
pub(crate) type RowsBySymbol = BTreeMap<Symbol, Vec<ParsedRow>>;

/// Reads a file to its end.
///
/// # Errors
/// When the file cannot be opened, its columns not be told apart, or it is cut off. Rows that
/// cannot be used are in the report.
pub(crate) fn read_file(
    path: &Path,
    (options, interval): (&ImportOptions, Interval),
) -> Result<(FileReport, RowsBySymbol), DataError> {
    let mut table = Table::open(path)?;
    let named =
        options.symbol.or_else(|| symbol_of(path).filter(|_| options.symbol_from_file_name));
    let names = std::mem::take(&mut table.columns);
    let columns = Columns::find(path, names, &options.mapping, named.is_some_and(is_index))?;
    if named.is_none() && columns.position(Role::Symbol).is_none() {
        return Err(DataError::NoSymbolColumn { path: path.to_owned() });
    }
    let file = path.display().to_string();
    let mut report = FileReport {
        file: file.clone(),
        format: table.format,
        blake3: file_digest(path)?,
        mapping: columns.chosen().collect(),
        preview: Vec::new(),
        rows: 0,
        filtered: 0,
        rejected: 0,
        blocking: 0,
        issues: Vec::new(),
    };
    let zone = options.exchange.time_zone();
    let parser =
        RowParser { file: &file, columns: &columns, options, zone, interval, symbol: named };
    let mut rows = RowsBySymbol::new();
    let mut record = StringRecord::new();
    while let Some(line) = table.next(&mut record)? {
        report.rows += 1;
        if report.preview.len() < options.preview_rows {
            report.preview.push(parser.preview(&record));
        }
        match parser.read(line, &record) {
            Ok(Some((symbol, row))) => rows.entry(symbol).or_default().push(row),
            Ok(None) => report.filtered += 1,
            Err(issue) => report.note(*issue),
        }
    }
    Ok((report, rows))
}

impl FileReport {
    /// Counts an issue, and lists it while there is room.
    pub(crate) fn note(&mut self, issue: RowIssue) {
        self.rejected += u64::from(issue.dropped);
        self.blocking += u64::from(issue.blocks);
        if self.issues.len() < ISSUES_LISTED_MAX {
            self.issues.push(issue);
        }
    }
}

/// `AAPL` for `some/dir/AAPL.csv.gz`.
fn symbol_of(path: &Path) -> Option<Symbol> {
    let name = path.file_name()?.to_str()?;
    let lower = name.to_ascii_lowercase();
    let end = [".csv.gz", ".csv", ".txt.gz", ".txt", ".parquet", ".pq"]
        .into_iter()
        .find_map(|ending| lower.strip_suffix(ending))
        .map(str::len)?;
    Symbol::new(&name[..end]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_a_symbol_without_its_endings() {
        let of = |path: &str| symbol_of(Path::new(path)).map(|s| s.to_string());
        assert_eq!(of("data/BRK.B.csv.gz").as_deref(), Some("BRK.B"));
        assert_eq!(of("RY.TO.CSV").as_deref(), Some("RY.TO"));
        assert_eq!(of("two words.csv"), None);
        assert_eq!(of("AAPL.zip"), None);
    }
}
