//! What can go wrong with market data: what, where, and what to do about it.

use std::path::{Path, PathBuf};

use tradebot_domain::{CalendarError, Currency, Date, Exchange, Interval, Symbol};

use crate::import::RowIssue;

/// Longest list of symbols shown in a message.
const LISTED: usize = 20;

/// Why data could not be used. Every message ends with a remedy.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A file compiled into the program is not the one it was tested with.
    #[error(
        "bundled file {file} is damaged: its BLAKE3 is {found}, expected {expected}; restore it \
         from the repository and build again"
    )]
    Damaged {
        /// Name of the file.
        file: &'static str,
        /// BLAKE3 it should have, hex.
        expected: &'static str,
        /// BLAKE3 it has, hex.
        found: String,
    },
    /// A symbol that the data do not have.
    #[error("symbol `{symbol}` is not in the data{}; {}", guess(suggestion.as_ref()), listing(available))]
    UnknownSymbol {
        /// The symbol asked for.
        symbol: Symbol,
        /// What there is.
        available: Vec<Symbol>,
        /// The one that was probably meant.
        suggestion: Option<Symbol>,
    },
    /// A repair that is not offered, or no longer.
    #[error(
        "`{id}` is no repair that is offered for {symbol}; {}",
        if offered.is_empty() { "none is".to_owned() } else { format!("there are {}", offered.join(", ")) }
    )]
    NotOffered {
        /// Whose series.
        symbol: Symbol,
        /// The name asked for.
        id: String,
        /// Names of what is offered.
        offered: Vec<String>,
    },
    /// An empty choice of symbols.
    #[error("no symbol was chosen; {}", listing(available))]
    NoSymbols {
        /// What there is.
        available: Vec<Symbol>,
    },
    /// An index was asked for as if it could be bought.
    #[error(
        "`{symbol}` is an index: context for regime and features, not an instrument; choose a share or a fund"
    )]
    NotTradable {
        /// The index.
        symbol: Symbol,
    },
    /// Dates that the data do not reach.
    #[error(
        "{from} to {to} goes beyond the data of the chosen symbols, which cover {first} to {last}; \
         choose dates inside, or import more history"
    )]
    Outside {
        /// First date asked for.
        from: Date,
        /// Last date asked for.
        to: Date,
        /// First bar there is.
        first: Date,
        /// Last bar there is.
        last: Date,
    },
    /// A range without a single session.
    #[error("there is no session from {from} to {to}: {why}; choose a range with at least one")]
    EmptyRange {
        /// First date asked for.
        from: Date,
        /// Last date asked for.
        to: Date,
        /// The range is reversed, or a weekend, or a holiday.
        why: &'static str,
    },
    /// Series whose bars are of different lengths cannot be replayed together.
    #[error(
        "bars of {one} and of {other} cannot be replayed together; choose series of one interval"
    )]
    Intervals {
        /// Length of some.
        one: Interval,
        /// Length of others.
        other: Interval,
    },
    /// Only one-minute and daily bars are imported; others are made of them.
    #[error("bars of {interval} cannot be imported; import 1m bars and run on {interval}")]
    NotImported {
        /// What was asked for.
        interval: Interval,
    },
    /// Prices in another currency than the account's.
    #[error(
        "`{symbol}` has prices in {held}, the account is in {wanted}; choose symbols in {wanted}, or an account in {held}"
    )]
    Currency {
        /// Currency of the account.
        wanted: Currency,
        /// The first symbol that is not in it.
        symbol: Symbol,
        /// The symbol's currency.
        held: Currency,
    },
    /// A calendar question about years nobody checked.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// The file system refused.
    #[error("cannot {doing} {}: {source}; check that the path exists and may be used", path.display())]
    Io {
        /// `read`, `write`, ...
        doing: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file that is not what its name says.
    #[error("{} cannot be read as {format}: {detail}; {remedy}", path.display())]
    Format {
        /// Which file.
        path: PathBuf,
        /// CSV, Parquet ...
        format: &'static str,
        /// What the reader said.
        detail: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The columns of a file could not be told apart.
    #[error("{}: {problem}; it has the columns {}; {remedy}", path.display(), columns.join(", "))]
    Columns {
        /// Which file.
        path: PathBuf,
        /// What is missing or double.
        problem: String,
        /// The columns it has.
        columns: Vec<String>,
        /// What to do.
        remedy: String,
    },
    /// One cell that stops everything (in a factor table; bad rows of bars are listed instead).
    #[error(transparent)]
    Cell(Box<RowIssue>),
    /// The catalogue itself was changed or damaged.
    #[error("catalogue file {} {problem}; import {symbol} again from its source", path.display())]
    Catalogue {
        /// Which file.
        path: PathBuf,
        /// Whose bars.
        symbol: Symbol,
        /// What is wrong.
        problem: String,
    },
    /// The catalogue's table of contents cannot be read.
    #[error("catalogue index {} cannot be understood: {detail}; restore it from a backup, or move it away and import again", path.display())]
    CatalogueIndex {
        /// Which file.
        path: PathBuf,
        /// What the reader said.
        detail: String,
    },
    /// Somebody else imports at this moment.
    #[error("catalogue {} is being changed by another process; wait until it is done", path.display())]
    Busy {
        /// Directory of the catalogue.
        path: PathBuf,
    },
    /// A file without symbols, and none was named.
    #[error("{} has no column for the symbol; name the symbol, map the column, or let the file name say it", path.display())]
    NoSymbolColumn {
        /// Which file.
        path: PathBuf,
    },
    /// A symbol cannot be stored as asked.
    #[error(
        "`{symbol}` is stored in {held} on {held_on}, the import says {asked} on {asked_on}; correct the import, or remove the stored series first"
    )]
    Stored {
        /// The symbol.
        symbol: Symbol,
        /// Currency stored.
        held: Currency,
        /// Exchange stored.
        held_on: Exchange,
        /// Currency of the import.
        asked: Currency,
        /// Exchange of the import.
        asked_on: Exchange,
    },
    /// Real data and made-up ones, or two made-up worlds, would stand in one catalogue.
    #[error(
        "the catalogue at {} holds {held} and nothing else may be mixed with it; use another home folder (--home DIR) for {asked}",
        path.display()
    )]
    Mixed {
        /// The catalogue.
        path: PathBuf,
        /// What it holds.
        held: String,
        /// What was to be added.
        asked: String,
    },
}

impl DataError {
    pub(crate) fn unknown(symbol: Symbol, available: Vec<Symbol>) -> Self {
        let suggestion = nearest(symbol, &available);
        Self::UnknownSymbol { symbol, available, suggestion }
    }

    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }
}

/// The available symbol within two slips of the one asked for, if there is one.
fn nearest(symbol: Symbol, available: &[Symbol]) -> Option<Symbol> {
    let asked = symbol.as_str().to_ascii_uppercase();
    available
        .iter()
        .map(|other| {
            (strsim::damerau_levenshtein(&asked, &other.as_str().to_ascii_uppercase()), *other)
        })
        .min()
        .filter(|&(slips, _)| slips <= 2 && slips < asked.len())
        .map(|(_, other)| other)
}

fn guess(suggestion: Option<&Symbol>) -> String {
    suggestion.map_or_else(String::new, |symbol| format!(", did you mean `{symbol}`?"))
}

fn listing(available: &[Symbol]) -> String {
    if available.is_empty() {
        return "there are none; import some".to_owned();
    }
    let names: Vec<&str> = available.iter().take(LISTED).map(Symbol::as_str).collect();
    let more = available.len().saturating_sub(LISTED);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("available: {}{tail}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbols(names: &[&str]) -> Vec<Symbol> {
        names.iter().map(|name| Symbol::new(name).unwrap()).collect()
    }

    #[test]
    fn an_unknown_symbol_is_answered_with_the_nearest_and_with_all() {
        let error = DataError::unknown(Symbol::new("appl").unwrap(), symbols(&["AAPL", "IBM"]));
        assert_eq!(
            error.to_string(),
            "symbol `appl` is not in the data, did you mean `AAPL`?; available: AAPL, IBM"
        );
        let error = DataError::unknown(Symbol::new("TSLA").unwrap(), symbols(&["AAPL", "IBM"]));
        assert_eq!(error.to_string(), "symbol `TSLA` is not in the data; available: AAPL, IBM");
    }

    #[test]
    fn a_long_list_is_cut_and_an_empty_one_says_so() {
        let many: Vec<Symbol> = (0..25).map(|i| Symbol::new(&format!("S{i}")).unwrap()).collect();
        assert!(listing(&many).ends_with("S19 and 5 more"));
        assert_eq!(listing(&[]), "there are none; import some");
    }
}
