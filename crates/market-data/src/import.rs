//! Files of the user on their way into the catalogue.
//!
//! How it works:
//! 1. `source` opens CSV, gzipped CSV or Parquet by what is in the file, not by its name.
//! 2. `columns` finds out which column is which; a mapping of the user wins.
//! 3. `rows` reads each row or says what is wrong with it: file, line, column, value, remedy.
//! 4. `series` puts the rows of each symbol in order and derives its corporate actions.
//! 5. The catalogue merges them with what it has, runs the quality gate over the result, and
//!    stores all symbols of an import or none.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tradebot_domain::{CorporateAction, Currency, Date, Exchange, Symbol, Timestamp};
use tradebot_quality_gates::{GateConfig, SeriesReport};

pub mod columns;
mod source;
mod parquet_rows;
mod dates;
mod rows;
pub(crate) mod read;
pub(crate) mod series;
pub(crate) mod factor_file;

pub use columns::{ColumnMapping, Role};

/// Row issues listed one by one; more are only counted.
pub const ISSUES_LISTED_MAX: usize = 1_000;

/// What an import is told beside its files.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// The symbol of files without a symbol column; in files with one, the only rows taken.
    pub symbol: Option<Symbol>,
    /// Take the symbol from the file's name (`AAPL.csv`) where neither option nor column says it.
    pub symbol_from_file_name: bool,
    /// Currency of the prices.
    pub currency: Currency,
    /// Exchange whose sessions the bars are of.
    pub exchange: Exchange,
    /// Columns named by the user; the others are found by their names.
    pub mapping: ColumnMapping,
    /// Which end of its bar a time stamp names, in files of intraday bars; `None` tells it by the
    /// column's name: the end where that ends with `end`, else the start.
    pub stamp: Option<Stamp>,
    /// Format of dates in the letters of `strptime`, e.g. `%d/%m/%Y`; else it is recognised.
    pub date_format: Option<String>,
    /// A factor table (`symbol,last_date,price_factor,split_factor,reference_close`).
    pub factors: Option<PathBuf>,
    /// What to do where the catalogue has another bar for the same date.
    pub on_conflict: OnConflict,
    /// Read, check and report, but store nothing.
    pub dry_run: bool,
    /// Rows shown with their mapping, per file.
    pub preview_rows: usize,
    /// Store in spite of findings that speak against it; rows that cannot be used are left out.
    pub accept_dirty: bool,
    /// Thresholds of the quality report.
    pub gates: GateConfig,
    /// When the import happens, for the record; `None` asks the clock.
    pub imported_at: Option<Timestamp>,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self {
            symbol: None,
            symbol_from_file_name: false,
            currency: Currency::Usd,
            exchange: Exchange::Xnys,
            mapping: ColumnMapping::default(),
            stamp: None,
            date_format: None,
            factors: None,
            on_conflict: OnConflict::Refuse,
            dry_run: false,
            preview_rows: 5,
            accept_dirty: false,
            gates: GateConfig::default(),
            imported_at: None,
        }
    }
}

/// Which end of an intraday bar its time stamp names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stamp {
    /// The minute in which the bar begins.
    Start,
    /// The minute in which the bar ends.
    End,
}

/// Two bars for one date of one symbol: the stored one and a different new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnConflict {
    /// Store nothing and say so.
    Refuse,
    /// The stored bar stays.
    Keep,
    /// The new bar takes its place.
    Replace,
}

/// What an import did, or would do.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[must_use = "an import may have been refused"]
pub struct ImportReport {
    /// Stored, only shown, or refused.
    pub outcome: Outcome,
    /// Each file, in the order given.
    pub files: Vec<FileReport>,
    /// Each symbol found, in order.
    pub symbols: Vec<SymbolReport>,
    /// What speaks against storing. Accepted by `accept_dirty` where `acceptable`.
    pub blockers: Vec<Blocker>,
}

/// How an import ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The catalogue has the bars.
    Stored,
    /// A dry run: nothing was written.
    Previewed,
    /// Blockers: nothing was written.
    Refused,
}

/// A reason not to store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Blocker {
    /// The symbol it is about, if it is about one.
    pub symbol: Option<Symbol>,
    /// The file it is about, if it is about one.
    pub file: Option<String>,
    /// What was found and where.
    pub detail: String,
    /// What to do about it.
    pub remedy: String,
    /// `accept_dirty` overrules it.
    pub acceptable: bool,
}

/// One file of an import.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FileReport {
    /// The file as it was named.
    pub file: String,
    /// `CSV`, `CSV.GZ` or `Parquet`.
    pub format: &'static str,
    /// BLAKE3 of its bytes, hex.
    pub blake3: String,
    /// Role and the column chosen for it.
    pub mapping: Vec<(Role, String)>,
    /// First rows as they were understood, cell by role.
    pub preview: Vec<Vec<(Role, String)>>,
    /// Rows read.
    pub rows: u64,
    /// Rows of other symbols than the one asked for, and of minutes outside of the sessions.
    pub filtered: u64,
    /// Rows left out because they cannot be used.
    pub rejected: u64,
    /// Issues that speak against storing the file.
    pub blocking: u64,
    /// What is wrong with single rows, at most [`ISSUES_LISTED_MAX`] of them.
    pub issues: Vec<RowIssue>,
}

/// Something wrong with one row of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{file}, line {line}, column {column}: `{value}` {problem}; {remedy}")]
pub struct RowIssue {
    /// The file as it was named.
    pub file: String,
    /// Line in a text, the header being 1; row in a Parquet file, the first being 1.
    pub line: u64,
    /// Name of the column.
    pub column: String,
    /// What stands there.
    pub value: String,
    /// Why that is a problem.
    pub problem: String,
    /// What to do about it.
    pub remedy: String,
    /// The row was left out.
    pub dropped: bool,
    /// It speaks against storing the file. Exact repetitions of a row do not.
    pub blocks: bool,
}

/// Where a series' corporate actions come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionSource {
    /// A factor table.
    FactorTable,
    /// Columns for splits and dividends.
    Columns,
    /// Steps of adjusted close over close.
    AdjustedClose,
    /// Nothing says any: an unadjusted split would be a suspicion.
    None,
}

impl ActionSource {
    /// The words in tables and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FactorTable => "factor table",
            Self::Columns => "split and dividend columns",
            Self::AdjustedClose => "adjusted close",
            Self::None => "none",
        }
    }
}

/// One symbol of an import.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SymbolReport {
    /// The symbol.
    pub symbol: Symbol,
    /// Usable rows in the files.
    pub rows: usize,
    /// Sessions the catalogue did not have.
    pub added: usize,
    /// Sessions the catalogue has with the same bar.
    pub unchanged: usize,
    /// Sessions the catalogue has with another bar.
    pub conflicting: usize,
    /// Bars of the series after the import.
    pub bars: usize,
    /// First bar after the import.
    pub first: Date,
    /// Last bar after the import.
    pub last: Date,
    /// Where the actions come from.
    pub action_source: ActionSource,
    /// Actions of the series after the import.
    pub actions: Vec<CorporateAction>,
    /// What a person should know: reversed files, doubtful actions.
    pub notes: Vec<String>,
    /// The quality gate over the series after the import.
    pub quality: SeriesReport,
}
