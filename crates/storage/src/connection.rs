//! Connections, their settings, and the stamps that say whose file this is.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _};

use crate::error::StoreError;
use crate::mode::Mode;
use crate::schema;

/// `TBOT` in ASCII.
pub(crate) const APPLICATION_ID: i32 = 0x5442_4F54;

/// The lowest SQLite accepted: 3.7.0 to 3.51.2 can corrupt a database when a write-ahead log is
/// reset while another connection writes.
///
/// **Source:** SQLite release notes, 3.51.3 ("fix the WAL-reset database corruption bug").
const SQLITE_MIN: (i32, &str) = (3_051_003, "3.51.3");

/// Kept small enough for many statements, large enough that none is prepared twice.
const STATEMENTS_CACHED: usize = 128;

/// Pages kept in memory, in KiB. Eight times as many save 7 % of the CPU of 1,200 symbols, whose groups do
/// not fit either way, and cost 60 MB.
const CACHE_KIB: i64 = 4 * 1024;

/// How long to wait for SQLite's own short locks (recovery, checkpoints of others).
pub(crate) const BUSY_WAIT: Duration = Duration::from_secs(5);

/// A connection and the path its errors name.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) conn: Connection,
    pub(crate) path: PathBuf,
}

impl Database {
    /// The writer's connection: settings, migrations, stamps.
    pub(crate) fn open_write(dir: &Path, mode: Mode) -> Result<Self, StoreError> {
        assert_version(rusqlite::version_number(), rusqlite::version())?;
        let path = mode.database(dir);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(&path, flags)
            .map_err(|e| StoreError::sqlite(&path, "opening", e))?;
        let mut db = Self { conn, path };
        db.check_stamps(mode, Access::Write)?;
        db.configure_writer().map_err(|e| StoreError::sqlite(&db.path, "configuring", e))?;
        schema::migrate(&mut db.conn, &db.path)?;
        db.stamp(mode).map_err(|e| StoreError::sqlite(&db.path, "stamping", e))?;
        Ok(db)
    }

    /// A reader's connection: cannot write, whatever is asked of it.
    pub(crate) fn open_read(dir: &Path, mode: Mode) -> Result<Self, StoreError> {
        assert_version(rusqlite::version_number(), rusqlite::version())?;
        let path = mode.database(dir);
        if !path.is_file() {
            return Err(StoreError::Missing { mode, path });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(&path, flags)
            .map_err(|e| StoreError::sqlite(&path, "opening", e))?;
        let db = Self { conn, path };
        match db.check_stamps(mode, Access::Read) {
            Err(e) if cannot_share(&e) => return Self::open_archived(&db.path, mode),
            other => other?,
        }
        db.configure_reader().map_err(|e| StoreError::sqlite(&db.path, "configuring", e))?;
        Ok(db)
    }

    /// A closed database in a directory where the shared-memory file cannot be made. Without a
    /// write-ahead log beside it the file is complete and nobody is writing.
    fn open_archived(path: &Path, mode: Mode) -> Result<Self, StoreError> {
        let text = path.to_string_lossy();
        if std::fs::metadata(format!("{text}-wal")).is_ok_and(|wal| wal.len() > 0) {
            return Err(StoreError::ReadOnly { path: path.to_owned() });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_URI;
        let escaped = text.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
        let conn = Connection::open_with_flags(format!("file:{escaped}?immutable=1"), flags)
            .map_err(|e| StoreError::sqlite(path, "opening", e))?;
        let db = Self { conn, path: path.to_owned() };
        db.check_stamps(mode, Access::Read)?;
        db.configure_reader().map_err(|e| StoreError::sqlite(&db.path, "configuring", e))?;
        Ok(db)
    }

    fn configure_writer(&self) -> rusqlite::Result<()> {
        self.configure_common()?;
        let conn = &self.conn;
        // Only a new file takes the page size; whole decisions fit on a page of this size.
        conn.pragma_update(None, "page_size", 8192)?;
        conn.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        conn.pragma_update(None, "synchronous", "FULL")?;
        conn.pragma_update(None, "foreign_keys", true)?;
        // Checkpoints are made by the ledger, where their errors are seen.
        conn.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))
    }

    fn configure_reader(&self) -> rusqlite::Result<()> {
        self.configure_common()?;
        self.conn.pragma_update(None, "query_only", true)
    }

    fn configure_common(&self) -> rusqlite::Result<()> {
        let conn = &self.conn;
        conn.busy_timeout(BUSY_WAIT)?;
        conn.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
        conn.pragma_update(None, "trusted_schema", false)?;
        conn.pragma_update(None, "cell_size_check", true)?;
        conn.pragma_update_and_check(None, "mmap_size", 0, |_| Ok(())).optional()?;
        conn.pragma_update(None, "temp_store", "MEMORY")?;
        conn.pragma_update(None, "cache_size", -CACHE_KIB)
    }

    /// Refuses files of other programs, other modes and other versions, before anything is
    /// changed in them.
    fn check_stamps(&self, mode: Mode, access: Access) -> Result<(), StoreError> {
        let sqlite = |e| StoreError::sqlite(&self.path, "reading the file's stamps", e);
        let path = self.path.clone();
        let found: i32 =
            self.conn.pragma_query_value(None, "application_id", |r| r.get(0)).map_err(sqlite)?;
        if found != APPLICATION_ID {
            // A file whose first migration never finished holds nothing of ours yet.
            let foreign = found != 0 || self.foreign_tables().map_err(sqlite)? > 0;
            return match access {
                Access::Write if !foreign => Ok(()),
                Access::Read if !foreign => Err(StoreError::Missing { mode, path }),
                _ => Err(StoreError::NotOurs { path, found }),
            };
        }
        let found = schema::version(&self.conn).map_err(sqlite)?;
        let known = schema::latest();
        if found > known {
            return Err(StoreError::NewerSchema { path, found, known });
        }
        if access == Access::Read && found < known {
            return Err(StoreError::OlderSchema { path, found, known });
        }
        match self.mode_stamp().map_err(sqlite)? {
            Some(found) if found != mode.name() => {
                Err(StoreError::OtherMode { path, found, wanted: mode })
            }
            _ => Ok(()),
        }
    }

    fn foreign_tables(&self) -> rusqlite::Result<i64> {
        self.conn.query_row(
            "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'refinery_%' AND name NOT LIKE 'sqlite_%'",
            [],
            |r| r.get(0),
        )
    }

    fn mode_stamp(&self) -> rusqlite::Result<Option<String>> {
        self.conn
            .query_row("SELECT value FROM meta WHERE key = 'mode'", [], |r| r.get(0))
            .optional()
    }

    fn stamp(&self, mode: Mode) -> rusqlite::Result<()> {
        self.conn
            .execute("INSERT OR IGNORE INTO meta (key, value) VALUES ('mode', ?1)", [mode.name()])
            .map(|_| ())
    }

    /// SQLite's answer as an error that names this file.
    pub(crate) fn error(&self, what: &'static str, source: rusqlite::Error) -> StoreError {
        StoreError::sqlite(&self.path, what, source)
    }
}

/// SQLite could not make the files through which connections share a write-ahead log.
fn cannot_share(error: &StoreError) -> bool {
    match error {
        StoreError::ReadOnly { .. } => true,
        StoreError::Sqlite { source, .. } => {
            source.sqlite_error_code() == Some(ErrorCode::CannotOpen)
        }
        _ => false,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

fn assert_version(number: i32, name: &str) -> Result<(), StoreError> {
    if number < SQLITE_MIN.0 {
        return Err(StoreError::OldSqlite { found: name.to_owned(), wanted: SQLITE_MIN.1 });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sqlite_with_the_wal_reset_bug_is_refused_and_ours_is_not() {
        assert!(matches!(assert_version(3_051_002, "3.51.2"), Err(StoreError::OldSqlite { .. })));
        assert_version(rusqlite::version_number(), rusqlite::version()).unwrap();
    }

    #[test]
    fn the_settings_that_durability_rests_on_are_in_force() {
        let dir = tempfile::tempdir().unwrap();
        let db = Database::open_write(dir.path(), Mode::Demo).unwrap();
        let text = |name: &str| -> String {
            db.conn.pragma_query_value(None, name, |r| r.get(0)).unwrap()
        };
        let number =
            |name: &str| -> i64 { db.conn.pragma_query_value(None, name, |r| r.get(0)).unwrap() };
        assert_eq!(text("journal_mode"), "wal");
        assert_eq!(text("locking_mode"), "normal");
        assert_eq!(number("synchronous"), 2, "FULL");
        assert_eq!(number("foreign_keys"), 1);
        assert_eq!(number("trusted_schema"), 0);
        assert_eq!(number("cell_size_check"), 1);
        assert_eq!(number("temp_store"), 2, "MEMORY");
        assert_eq!(number("wal_autocheckpoint"), 0);
        assert_eq!(number("application_id"), i64::from(APPLICATION_ID));
        assert_eq!(number("page_size"), 8192);
    }
}
