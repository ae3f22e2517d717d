//! What can go wrong with a store: what, where, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use tradebot_journal::{BrokenChain, LedgerError};

use crate::mode::Mode;

/// Why the store refuses. Every message names the file and a way on.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A second writer of the same mode.
    #[error(
        "{mode} is already being run{}: {} is locked. Wait for it or stop it; reading commands work meanwhile",
        .pid.map(|p| format!(" by process {p}")).unwrap_or_default(), .path.display()
    )]
    Locked {
        /// The mode.
        mode: Mode,
        /// The lock file.
        path: PathBuf,
        /// Who holds it, when that could be read.
        pid: Option<u32>,
    },
    /// A reader found no file.
    #[error("there is no {mode} database at {}. Run `tradebot run --mode {mode}` first, or name the right data directory", .path.display())]
    Missing {
        /// The mode asked for.
        mode: Mode,
        /// Where it would be.
        path: PathBuf,
    },
    /// The file was written by another mode.
    #[error("{} was written in mode `{found}`, not `{wanted}`: it was renamed or copied. Give it its own name back", .path.display())]
    OtherMode {
        /// The file.
        path: PathBuf,
        /// The mode stamped on it.
        found: String,
        /// The mode asked for.
        wanted: Mode,
    },
    /// A database of some other program.
    #[error("{} is a database of another program (application id {found:#010x}). Move it away or choose another data directory", .path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
        /// Its application id.
        found: i32,
    },
    /// Written by a later version of this program.
    #[error("{} has schema version {found}; this program knows up to {known}. Use the newer program that wrote it", .path.display())]
    NewerSchema {
        /// The file.
        path: PathBuf,
        /// Its schema version.
        found: i32,
        /// The last one known here.
        known: i32,
    },
    /// Written by an earlier version, and opened for reading only.
    #[error("{} has schema version {found}, older than {known}. The next `tradebot run` in this mode brings it up to date (and keeps a backup)", .path.display())]
    OlderSchema {
        /// The file.
        path: PathBuf,
        /// Its schema version.
        found: i32,
        /// The one needed.
        known: i32,
    },
    /// Not an SQLite file at all.
    #[error("{} is not a database. If you put it there, move it away; else restore a backup", .path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// SQLite says that the file is damaged.
    #[error("{} is damaged ({detail}). Keep a copy for examination and restore a backup, or start afresh in another data directory", .path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        detail: String,
    },
    /// No permission to write.
    #[error("{} cannot be written: it is read-only for this user. Choose another data directory or fix its permissions", .path.display())]
    ReadOnly {
        /// The file or directory.
        path: PathBuf,
    },
    /// No space left. What was committed before is safe.
    #[error("no space left for {}. Everything up to the last commit is safe; free some space and run again, the run continues", .path.display())]
    DiskFull {
        /// The file that could not grow.
        path: PathBuf,
    },
    /// Another process holds SQLite's own lock.
    #[error("{} is busy: another program holds it open for writing. Close it and try again", .path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// The SQLite library is one with a known corruption bug.
    #[error(
        "SQLite {found} is too old, {wanted} or later is needed (earlier ones can corrupt a write-ahead log). Rebuild with the bundled library"
    )]
    OldSqlite {
        /// The version linked.
        found: String,
        /// The lowest version accepted.
        wanted: &'static str,
    },
    /// The journal does not add up.
    #[error("the journal in {} does not add up: {source}. Do not trust its figures; keep a copy and restore a backup", .path.display())]
    Broken {
        /// The database.
        path: PathBuf,
        /// What is wrong.
        source: BrokenChain,
    },
    /// The journal is valid but a fact beside it contradicts it.
    #[error("the journal in {} was tampered with: {detail}. Do not trust its figures; keep a copy and restore a backup", .path.display())]
    Contradiction {
        /// The database.
        path: PathBuf,
        /// What contradicts what.
        detail: String,
    },
    /// Fewer entries than were once there.
    #[error(
        "{} lost its end or was replaced by an older copy: it has {entries} entries, but {} remembers entry {anchored}. Restore the newer file; if you removed it on purpose, remove the anchors too",
        .path.display(), .anchors.display()
    )]
    CutTail {
        /// The database.
        path: PathBuf,
        /// The anchor file.
        anchors: PathBuf,
        /// Entries found.
        entries: u64,
        /// Sequence of the last anchored entry.
        anchored: u64,
    },
    /// A line of the anchor file cannot be read.
    #[error("{} line {line} is not an anchor (`SEQ HASH RUN`). Restore the file from a backup", .path.display())]
    BadAnchor {
        /// The anchor file.
        path: PathBuf,
        /// Line number from 1.
        line: usize,
    },
    /// No such run.
    #[error("{} has no run `{wanted}`. {hint}", .path.display())]
    NoSuchRun {
        /// The database.
        path: PathBuf,
        /// What was asked for.
        wanted: String,
        /// Runs there are.
        hint: String,
    },
    /// A journal body that does not read back.
    #[error("entry {seq} of the journal in {} cannot be read as {what}: {source}", .path.display())]
    Unreadable {
        /// The database.
        path: PathBuf,
        /// Which entry.
        seq: u64,
        /// What it should be.
        what: &'static str,
        /// Why not.
        source: serde_json::Error,
    },
    /// The tables could not be brought up to date.
    #[error("the tables of {} could not be brought up to date, nothing was changed: {source}", .path.display())]
    Migration {
        /// The database.
        path: PathBuf,
        /// What the migration tool says.
        source: Box<refinery::Error>,
    },
    /// An event where none of its kind can be (a bug).
    #[error("{kind} cannot be recorded in {} here: {detail}", .path.display())]
    OutOfPlace {
        /// The database.
        path: PathBuf,
        /// The kind of the event.
        kind: &'static str,
        /// Why not.
        detail: &'static str,
    },
    /// An earlier write failed; the ledger takes nothing more.
    #[error("the ledger of {} stopped at an earlier error and takes nothing more: {first}", .path.display())]
    Stopped {
        /// The database.
        path: PathBuf,
        /// The earlier error.
        first: String,
    },
    /// Any other answer of SQLite.
    #[error("{}: {what} failed: {source}", .path.display())]
    Sqlite {
        /// The database.
        path: PathBuf,
        /// What was being done.
        what: &'static str,
        /// SQLite's answer.
        source: rusqlite::Error,
    },
    /// Any other answer of the file system.
    #[error("{}: {what} failed: {source}", .path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What was being done.
        what: &'static str,
        /// The system's answer.
        source: io::Error,
    },
}

impl StoreError {
    /// An answer of SQLite as the variant that says what to do about it.
    pub(crate) fn sqlite(path: &Path, what: &'static str, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull { path },
            Some(ErrorCode::NotADatabase) => Self::NotADatabase { path },
            Some(ErrorCode::DatabaseCorrupt) => Self::Corrupt { path, detail: source.to_string() },
            Some(ErrorCode::ReadOnly) => Self::ReadOnly { path },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path },
            _ => Self::Sqlite { path, what, source },
        }
    }

    /// An answer of the file system as the variant that says what to do about it.
    pub(crate) fn io(path: &Path, what: &'static str, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly { path }
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            _ => Self::Io { path, what, source },
        }
    }
}

impl From<StoreError> for LedgerError {
    fn from(error: StoreError) -> Self {
        Self::Store(Box::new(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_or_read_only_file_system_is_named_as_such() {
        let path = Path::new("data/demo.lock");
        let of = |kind: io::ErrorKind| StoreError::io(path, "opening", kind.into());
        assert!(matches!(of(io::ErrorKind::PermissionDenied), StoreError::ReadOnly { .. }));
        assert!(matches!(of(io::ErrorKind::ReadOnlyFilesystem), StoreError::ReadOnly { .. }));
        assert!(matches!(of(io::ErrorKind::StorageFull), StoreError::DiskFull { .. }));
        assert!(matches!(of(io::ErrorKind::NotADirectory), StoreError::Io { .. }));
    }

    #[test]
    fn messages_name_the_file_and_a_way_on() {
        let text = StoreError::Locked {
            mode: Mode::Demo,
            path: PathBuf::from("data/demo.lock"),
            pid: Some(4711),
        }
        .to_string();
        assert!(text.contains("process 4711") && text.contains("demo.lock"), "{text}");
        let text = StoreError::DiskFull { path: PathBuf::from("data/demo.db") }.to_string();
        assert!(text.contains("demo.db") && text.contains("free some space"), "{text}");
    }
}
