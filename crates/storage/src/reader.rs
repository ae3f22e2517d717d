//! Reading: a connection of its own that cannot write, and the queries of every face.
//!
//! Whole records come from the journal, by their kind; lists, filters and curves come from the
//! tables. A reader sees what was committed when its query began.

use std::path::{Path, PathBuf};

use rusqlite::{Params, Row};
use tradebot_domain::Moment;

use crate::connection::Database;
use crate::error::StoreError;
use crate::mode::Mode;
use crate::verify::{self, VerifyReport};

pub mod runs;
pub mod events;
pub mod decisions;
pub mod trading;
pub mod account;
pub mod learning;
mod tickets;
mod trials;
mod accounts;
pub mod operations;
pub mod series;
mod sql;

pub use account::EquityPoint;
pub use decisions::{DecisionFilter, DecisionLine};
pub use learning::{ResolvedRow, StoredOpinion, StoredQuestion};
pub use operations::{LogLine, PhaseStats, TableCount};
pub use runs::{RunInfo, RunStatus};
pub(crate) use sql::TICKET_EVENTS;

/// A read-only view of one mode's database.
#[derive(Debug)]
pub struct Reader {
    db: Database,
    mode: Mode,
    anchors: PathBuf,
}

impl Reader {
    /// Opens the database of `mode` in `dir` for reading only.
    ///
    /// # Errors
    /// [`StoreError`]: no such file, another mode's or program's, another schema version.
    pub fn open(dir: &Path, mode: Mode) -> Result<Self, StoreError> {
        let db = Database::open_read(dir, mode)?;
        Ok(Self { db, mode, anchors: mode.anchors(dir) })
    }

    /// The mode.
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.db.path
    }

    /// Verifies the whole file: every hash of the journal, the frames of its runs, every anchor.
    /// `progress` gets entries done and in all.
    ///
    /// # Errors
    /// [`StoreError::Broken`], [`StoreError::Contradiction`] or [`StoreError::CutTail`] say what
    /// does not add up.
    pub fn verify(&self, progress: &mut dyn FnMut(u64, u64)) -> Result<VerifyReport, StoreError> {
        verify::whole(&self.db, &self.anchors, progress)
    }

    /// SQLite's own check of the file's structure, slower than [`Reader::verify`].
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] with SQLite's first finding.
    pub fn check_structure(&self) -> Result<(), StoreError> {
        let found: String = self.one("PRAGMA integrity_check(1)", [], |r| r.get(0))?;
        if found == "ok" {
            return Ok(());
        }
        Err(StoreError::Corrupt { path: self.db.path.clone(), detail: found })
    }

    fn one<T, P: Params>(
        &self,
        sql: &str,
        params: P,
        map: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        self.db
            .conn
            .prepare_cached(sql)
            .and_then(|mut s| s.query_row(params, map))
            .map_err(|e| self.db.error("a query", e))
    }

    fn maybe<T, P: Params>(
        &self,
        sql: &str,
        params: P,
        map: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        use rusqlite::OptionalExtension as _;
        self.db
            .conn
            .prepare_cached(sql)
            .and_then(|mut s| s.query_row(params, map).optional())
            .map_err(|e| self.db.error("a query", e))
    }

    pub(crate) fn all<T, P: Params>(
        &self,
        sql: &str,
        params: P,
        map: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let read = || -> rusqlite::Result<Vec<T>> {
            self.db.conn.prepare_cached(sql)?.query_map(params, map)?.collect()
        };
        read().map_err(|e| self.db.error("a query", e))
    }
}

/// The last text of a range that ends with a moment: a session ends after all of its minutes.
fn through(to: Moment) -> String {
    if to.is_daily() { format!("{to}T24:00") } else { to.to_string() }
}

/// A column that must parse, such as a date or a decimal.
pub(crate) fn parsed<T: std::str::FromStr>(row: &Row<'_>, column: usize) -> rusqlite::Result<T>
where
    T::Err: std::fmt::Display,
{
    let text: String = row.get(column)?;
    text.parse().map_err(|e: T::Err| unreadable(column, &format!("`{text}`: {e}")))
}

pub(crate) fn unreadable(column: usize, detail: &str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(
        column,
        rusqlite::types::Type::Text,
        detail.to_owned().into(),
    )
}
