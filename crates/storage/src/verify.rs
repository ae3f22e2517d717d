//! Does the journal add up: every hash, every run, every anchor.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row};
use tradebot_journal::{Chain, Hash, RunFinished, RunStarted};

use crate::anchors::{self, Anchor, uint};
use crate::connection::Database;
use crate::error::StoreError;
use crate::project::int;

/// What a full verification found. Getting one at all means that everything adds up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyReport {
    /// Entries verified.
    pub entries: u64,
    /// Runs begun in them.
    pub runs: u64,
    /// Anchors that agree.
    pub anchors: u64,
    /// Hash of the last entry (hex).
    pub head: String,
}

/// How often progress is reported.
const PROGRESS_EVERY: u64 = 1_024;

/// Verifies the whole file: chain, runs, anchors in table and `anchors` file.
pub(crate) fn whole(
    db: &Database,
    anchors: &std::path::Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<VerifyReport, StoreError> {
    let known = anchors::check(db, anchors)?;
    let mut walk = Walk::new(db, Chain::default(), None);
    walk.run(progress)?;
    let finished = walk.finished;
    let (runs, entries, head) = (walk.begun, walk.chain.len, walk.chain.head);
    let marked: i64 = db
        .conn
        .query_row("SELECT count(*) FROM runs WHERE status = 'finished'", [], |r| r.get(0))
        .map_err(|e| db.error("counting finished runs", e))?;
    if uint(marked) != finished {
        return Err(contradiction(
            db,
            format!("{marked} runs are marked finished, the journal finishes {finished}"),
        ));
    }
    Ok(VerifyReport { entries, runs, anchors: known.len() as u64, head: head.to_string() })
}

/// Verifies from an anchor (or the beginning) to the end: what opening for writing checks.
pub(crate) fn tail(db: &Database, from: Option<&Anchor>) -> Result<(), StoreError> {
    let (chain, run) = match from {
        None => (Chain::default(), None),
        Some(a) => (Chain { head: a.hash, len: a.seq + 1 }, Some(a.run)),
    };
    Walk::new(db, chain, run).run(&mut |_, _| ())
}

/// A verification on its way through the journal.
struct Walk<'a> {
    db: &'a Database,
    chain: Chain,
    /// Run of the entry before.
    run: Option<i64>,
    begun: u64,
    finished: u64,
}

impl<'a> Walk<'a> {
    const fn new(db: &'a Database, chain: Chain, run: Option<i64>) -> Self {
        Self { db, chain, run, begun: 0, finished: 0 }
    }

    fn run(&mut self, progress: &mut dyn FnMut(u64, u64)) -> Result<(), StoreError> {
        let db = self.db;
        let sqlite = |e| db.error("reading the journal", e);
        let total = anchors::tail(db)?.len;
        let mut statement = db
            .conn
            .prepare("SELECT seq, run, kind, body, hash FROM journal WHERE seq >= ?1 ORDER BY seq")
            .map_err(sqlite)?;
        let mut rows = statement.query([int(self.chain.len)]).map_err(sqlite)?;
        while let Some(row) = rows.next().map_err(sqlite)? {
            let entry = Entry::of(row).map_err(sqlite)?;
            self.check(&entry)?;
            if self.chain.len.is_multiple_of(PROGRESS_EVERY) {
                progress(self.chain.len, total);
            }
        }
        progress(self.chain.len, total);
        Ok(())
    }

    fn check(&mut self, entry: &Entry<'_>) -> Result<(), StoreError> {
        let db = self.db;
        self.chain
            .verify_next(entry.seq, &String::from_utf8_lossy(entry.kind), entry.body, entry.hash)
            .map_err(|source| StoreError::Broken { path: db.path.clone(), source })?;
        let begins = entry.kind == b"run_started";
        let follows = if begins { self.run < Some(entry.run) } else { self.run == Some(entry.run) };
        if !follows {
            let detail = format!("entry {} does not belong to run {}", entry.seq, entry.run);
            return Err(contradiction(db, detail));
        }
        self.run = Some(entry.run);
        match entry.kind {
            b"run_started" => {
                self.begun += 1;
                agrees_with_start(db, entry)
            }
            b"run_finished" => {
                self.finished += 1;
                agrees_with_end(db, entry)
            }
            _ => Ok(()),
        }
    }
}

/// A row of the journal as raw bytes: text that is no longer UTF-8 must fail its hash, not the
/// reading.
struct Entry<'r> {
    seq: u64,
    run: i64,
    kind: &'r [u8],
    body: &'r [u8],
    hash: Hash,
}

impl<'r> Entry<'r> {
    fn of(row: &'r Row<'_>) -> rusqlite::Result<Self> {
        let hash = bytes(row.get_ref(4)?);
        Ok(Self {
            seq: uint(row.get(0)?),
            run: row.get(1)?,
            kind: bytes(row.get_ref(2)?),
            body: bytes(row.get_ref(3)?),
            // A hash of another length cannot match; zeros stand for it.
            hash: Hash(hash.try_into().unwrap_or([0; 32])),
        })
    }
}

fn bytes(value: ValueRef<'_>) -> &[u8] {
    match value {
        ValueRef::Text(b) | ValueRef::Blob(b) => b,
        _ => &[],
    }
}

/// The run's row holds the same start as the chained entry, which nobody can change unseen.
fn agrees_with_start(db: &Database, entry: &Entry<'_>) -> Result<(), StoreError> {
    let row: Option<(String, i64)> =
        run_row(db, entry.run, "SELECT start, first_seq FROM runs WHERE number = ?1")?;
    let chained: RunStarted = read(db, entry)?;
    let same = row.is_some_and(|(start, first)| {
        uint(first) == entry.seq
            && serde_json::from_str::<RunStarted>(&start).is_ok_and(|s| s == chained)
    });
    if same {
        Ok(())
    } else {
        Err(contradiction(
            db,
            format!("the start of run {} differs from entry {}", entry.run, entry.seq),
        ))
    }
}

fn agrees_with_end(db: &Database, entry: &Entry<'_>) -> Result<(), StoreError> {
    let row: Option<(Option<String>, String)> =
        run_row(db, entry.run, "SELECT digest, status FROM runs WHERE number = ?1")?;
    let chained: RunFinished = read(db, entry)?;
    let same = row.is_some_and(|(digest, status)| {
        digest.as_deref() == Some(chained.digest.as_str()) && status == "finished"
    });
    if same {
        Ok(())
    } else {
        Err(contradiction(
            db,
            format!("the end of run {} differs from entry {}", entry.run, entry.seq),
        ))
    }
}

fn run_row<A, B>(db: &Database, run: i64, sql: &str) -> Result<Option<(A, B)>, StoreError>
where
    A: rusqlite::types::FromSql,
    B: rusqlite::types::FromSql,
{
    let conn: &Connection = &db.conn;
    conn.query_row(sql, [run], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()
        .map_err(|e| db.error("reading a run", e))
}

fn read<T: serde::de::DeserializeOwned>(db: &Database, entry: &Entry<'_>) -> Result<T, StoreError> {
    serde_json::from_slice(entry.body).map_err(|source| StoreError::Unreadable {
        path: db.path.clone(),
        seq: entry.seq,
        what: "the frame of a run",
        source,
    })
}

fn contradiction(db: &Database, detail: String) -> StoreError {
    StoreError::Contradiction { path: db.path.clone(), detail }
}
