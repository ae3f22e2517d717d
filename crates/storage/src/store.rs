//! The one writer of a mode's file, and the beginning of runs.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};
use tradebot_domain::Timestamp;
use tradebot_journal::{Chain, RunStarted};

use crate::anchors::{self, Anchor, uint};
use crate::connection::Database;
use crate::error::StoreError;
use crate::lock::WriterLock;
use crate::mode::Mode;
use crate::project::int;
use crate::reader::Reader;
use crate::verify;

/// The number of a run in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunKey(pub(crate) i64);

/// An open database of one mode, locked for writing.
#[derive(Debug)]
pub struct Store {
    pub(crate) db: Database,
    pub(crate) dir: PathBuf,
    mode: Mode,
    _lock: WriterLock,
}

/// A run that has begun or goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunHandle {
    /// Its number.
    pub key: RunKey,
    /// Its name, unique in the file: `demo-0001`.
    pub id: String,
    /// Sequence of its first entry in the file's journal.
    pub first_seq: u64,
    /// Entries of it that are on record already; 0 for a new run. They are replayed and compared.
    pub durable_entries: u64,
    /// An unfinished run is continued.
    pub resumed: bool,
    /// Unfinished runs that do not match what is wanted now and were given up.
    pub abandoned: Vec<String>,
}

/// A row of `runs` that is still open.
struct OpenRun {
    key: RunKey,
    id: String,
    start: String,
    first_seq: u64,
}

impl Store {
    /// Opens (or makes) the database of `mode` in `dir` for writing: takes the lock, brings the
    /// tables up to date, and checks the journal from its last anchor to its end.
    ///
    /// # Errors
    /// [`StoreError`]: locked by another process, another mode's or program's file, a newer
    /// schema, damage, no permission, no space, a journal that does not add up or lost its end.
    pub fn open(dir: &Path, mode: Mode) -> Result<Self, StoreError> {
        std::fs::create_dir_all(dir)
            .map_err(|e| StoreError::io(dir, "making the data directory", e))?;
        let lock = WriterLock::take(dir, mode)?;
        let db = Database::open_write(dir, mode)?;
        anchors::put_aside_if_new(&db, dir, mode)?;
        let file = mode.anchors(dir);
        let known = anchors::check(&db, &file)?;
        anchors::write_missing(&file, &known)?;
        verify::tail(&db, known.last())?;
        Ok(Self { db, dir: dir.to_owned(), mode, _lock: lock })
    }

    /// Opens the database of `mode` in `dir` for reading only. A run may be writing meanwhile.
    ///
    /// # Errors
    /// [`StoreError`]: no such file, another mode's or program's, another schema version.
    pub fn open_read(dir: &Path, mode: Mode) -> Result<Reader, StoreError> {
        Reader::open(dir, mode)
    }

    /// The mode.
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.db.path
    }

    /// Begins a run, or continues the unfinished one of this file if it was given exactly the
    /// same `start` (configuration and data digests included). Any other unfinished run is marked
    /// abandoned: what it would have done next can no longer be computed.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be written.
    pub fn begin_run(
        &mut self,
        start: &RunStarted,
        now: Timestamp,
    ) -> Result<RunHandle, StoreError> {
        let tail = anchors::tail(&self.db)?;
        let open = self.open_run()?;
        let handle = match open {
            Some(run) if self.is_same(&run, start)? => self.resume(run, tail)?,
            other => self.begin_new(start, now, tail, other.as_ref())?,
        };
        anchors::write_missing(&self.mode.anchors(&self.dir), &anchors::stored(&self.db)?)?;
        tracing::info!(
            run = handle.id,
            resumed = handle.resumed,
            entries = handle.durable_entries,
            "run begins"
        );
        Ok(handle)
    }

    /// The open run: by an index there is at most one.
    fn open_run(&self) -> Result<Option<OpenRun>, StoreError> {
        self.db
            .conn
            .query_row(
                "SELECT number, id, start, first_seq FROM runs WHERE status = 'running'",
                [],
                |r| {
                    Ok(OpenRun {
                        key: RunKey(r.get(0)?),
                        id: r.get(1)?,
                        start: r.get(2)?,
                        first_seq: uint(r.get(3)?),
                    })
                },
            )
            .optional()
            .map_err(|e| self.db.error("looking for an unfinished run", e))
    }

    fn is_same(&self, run: &OpenRun, wanted: &RunStarted) -> Result<bool, StoreError> {
        Ok(self.read_start(&run.start, run.first_seq)? == *wanted)
    }

    /// What a run was begun with.
    pub(crate) fn start_of(&self, run: &RunHandle) -> Result<RunStarted, StoreError> {
        let text: String = self
            .db
            .conn
            .query_row("SELECT start FROM runs WHERE number = ?1", [run.key.0], |r| r.get(0))
            .map_err(|e| self.db.error("reading a run", e))?;
        self.read_start(&text, run.first_seq)
    }

    fn read_start(&self, text: &str, seq: u64) -> Result<RunStarted, StoreError> {
        serde_json::from_str(text).map_err(|source| StoreError::Unreadable {
            path: self.db.path.clone(),
            seq,
            what: "the start of a run",
            source,
        })
    }

    fn resume(&self, run: OpenRun, tail: Chain) -> Result<RunHandle, StoreError> {
        self.db
            .conn
            .execute("UPDATE runs SET resumed = resumed + 1 WHERE number = ?1", [run.key.0])
            .map_err(|e| self.db.error("continuing a run", e))?;
        Ok(RunHandle {
            key: run.key,
            id: run.id,
            durable_entries: tail.len - run.first_seq,
            first_seq: run.first_seq,
            resumed: true,
            abandoned: Vec::new(),
        })
    }

    fn begin_new(
        &mut self,
        start: &RunStarted,
        now: Timestamp,
        tail: Chain,
        stale: Option<&OpenRun>,
    ) -> Result<RunHandle, StoreError> {
        let body = serde_json::to_string(start).map_err(|source| StoreError::Unreadable {
            path: self.db.path.clone(),
            seq: tail.len,
            what: "the start of a run",
            source,
        })?;
        let mode = self.mode;
        let path = self.db.path.clone();
        let begin = |conn: &mut Connection| -> rusqlite::Result<RunHandle> {
            let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let abandoned: Vec<String> = stale.iter().map(|run| run.id.clone()).collect();
            if let Some(run) = stale {
                abandon(&tx, run, now, tail)?;
            }
            let key: i64 =
                tx.query_row("SELECT coalesce(max(number), 0) + 1 FROM runs", [], |r| r.get(0))?;
            let id = format!("{mode}-{key:04}");
            tx.execute(
                "INSERT INTO runs (number, id, status, config_digest, data_digest, start, first_seq, started_at)
                 VALUES (?1, ?2, 'running', ?3, ?4, ?5, ?6, ?7)",
                params![key, id, start.config_digest, start.data_digest, body, int(tail.len), now.to_string()],
            )?;
            tx.commit()?;
            Ok(RunHandle {
                key: RunKey(key),
                id,
                first_seq: tail.len,
                durable_entries: 0,
                resumed: false,
                abandoned,
            })
        };
        begin(&mut self.db.conn).map_err(|e| StoreError::sqlite(&path, "beginning a run", e))
    }

    /// Moves the write-ahead log into the database as far as readers allow. They may hold some of
    /// it back; that is no error, the next checkpoint takes it.
    pub(crate) fn checkpoint(&self) -> Result<(), StoreError> {
        let run = || -> rusqlite::Result<(i64, i64, i64)> {
            let conn = &self.db.conn;
            conn.busy_timeout(std::time::Duration::ZERO)?;
            let done = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |r| {
                Ok((r.get(0)?, r.get(1)?, r.get(2)?))
            });
            conn.busy_timeout(crate::connection::BUSY_WAIT)?;
            done
        };
        let (busy, pages, moved) = run().map_err(|e| self.db.error("a checkpoint", e))?;
        if busy != 0 {
            tracing::debug!(pages, moved, "readers hold back a checkpoint");
        }
        Ok(())
    }

    /// Bytes in the write-ahead log.
    pub(crate) fn wal_bytes(&self) -> u64 {
        let mut wal = self.db.path.clone().into_os_string();
        wal.push("-wal");
        std::fs::metadata(wal).map_or(0, |m| m.len())
    }
}

fn abandon(conn: &Connection, run: &OpenRun, now: Timestamp, tail: Chain) -> rusqlite::Result<()> {
    let now = now.to_string();
    conn.execute(
        "UPDATE runs SET status = 'abandoned', ended_at = ?2 WHERE number = ?1",
        params![run.key.0, now],
    )?;
    if tail.len > run.first_seq {
        let anchor = Anchor { seq: tail.len - 1, hash: tail.head, run: run.key.0 };
        anchors::insert(conn, &anchor)?;
    }
    conn.execute(
        "INSERT INTO audit_log (at, actor, action, detail) VALUES (?1, 'store', 'run_abandoned', ?2)",
        params![now, format!("{}: another configuration, data or range is wanted", run.id)],
    )?;
    Ok(())
}
