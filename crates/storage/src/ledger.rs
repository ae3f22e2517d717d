//! The ledger of a run: chain, tables, group commit, and replay after a crash.

use rusqlite::params;
use tradebot_domain::Timestamp;
use tradebot_journal::{Chain, Event, Hash, Ledger, LedgerError, RunDigest, RunStarted};

use crate::anchors::{self, Anchor};
use crate::error::StoreError;
use crate::project::{self, At, int};
use crate::store::{RunHandle, RunKey, Store};

/// Bytes of write-ahead log after which a checkpoint moves it into the database.
const WAL_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Entries of a group at the most, whole cycles rounded up: a thousand symbols bring them in a few
/// cycles, and one commit must not hold up the cycle that it falls on.
const GROUP_ENTRIES_MAX: u64 = 4_096;

/// The durable [`Ledger`] of one run.
///
/// While `replaying`, each event is compared with the one on record and nothing is written; after
/// the last one on record, events are appended. The first error stops the ledger for good: open
/// the store again and let the run continue. Dropping it without [`SqliteLedger::close`] is what
/// a crash is: the group that was not committed is gone.
///
/// Numbers in events are finite: JSON has no NaN, so one in a table's column stops the ledger, and
/// one elsewhere would not read back.
#[derive(Debug)]
pub struct SqliteLedger {
    pub(crate) store: Store,
    run: RunHandle,
    start: RunStarted,
    chain: Chain,
    digest: RunDigest,
    /// Entries in the file that were committed.
    durable: u64,
    group_cycles: u32,
    cycles: u32,
    in_transaction: bool,
    /// The run's last event was appended.
    finished: bool,
    /// The open transaction holds an anchor that the anchor file does not have yet.
    anchored: bool,
    /// What stopped the ledger.
    stopped: Option<String>,
    body: Vec<u8>,
}

impl SqliteLedger {
    /// The ledger of a run that [`Store::begin_run`] began or found. Commits are made every
    /// `group_cycles` cycles (at least 1), and earlier where cycles are large; a crash loses at most
    /// that many, which are computed again.
    ///
    /// # Errors
    /// [`StoreError`] when the journal cannot be read.
    pub fn new(store: Store, run: RunHandle, group_cycles: u32) -> Result<Self, StoreError> {
        let chain = anchors::head_at(&store.db, run.first_seq)?;
        let durable = run.first_seq + run.durable_entries;
        let start = store.start_of(&run)?;
        Ok(Self {
            store,
            run,
            start,
            chain,
            digest: RunDigest::default(),
            durable,
            group_cycles: group_cycles.max(1),
            cycles: 0,
            in_transaction: false,
            finished: false,
            anchored: false,
            stopped: None,
            body: Vec::with_capacity(8 * 1024),
        })
    }

    /// The run.
    pub const fn run(&self) -> &RunHandle {
        &self.run
    }

    /// The store, for what is noted beside the chain while the run goes on. It is durable with the
    /// group that is open.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Events still come that are on record already.
    pub const fn replaying(&self) -> bool {
        self.chain.len < self.run.first_seq + self.run.durable_entries
    }

    /// Entries of this run that would survive a crash now.
    pub const fn durable_entries(&self) -> u64 {
        self.durable - self.run.first_seq
    }

    /// Commits what is open, notes when a finished run ended, moves the write-ahead log into the
    /// database and gives the store back.
    ///
    /// # Errors
    /// [`StoreError`]; what was committed before stays.
    pub fn close(mut self, now: Timestamp) -> Result<Store, StoreError> {
        self.usable()?;
        if self.finished {
            self.begin()?;
            let run = self.run.key.0;
            self.write("ending a run", |conn| {
                conn.execute(
                    "UPDATE runs SET ended_at = coalesce(ended_at, ?2) WHERE number = ?1",
                    params![run, now.to_string()],
                )
            })?;
        }
        self.commit_group()?;
        self.store.checkpoint()?;
        Ok(self.store)
    }

    /// Remembers the head of the chain in table and anchor file, durably. Runs do this at their
    /// end; one that stays open for months does it after each session.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written.
    pub fn anchor(&mut self) -> Result<(), StoreError> {
        self.usable()?;
        if self.replaying() || self.chain.len == self.run.first_seq {
            return Ok(());
        }
        self.begin()?;
        self.insert_anchor()?;
        self.commit_group()
    }

    pub(crate) const fn run_key(&self) -> RunKey {
        self.run.key
    }

    /// Runs a write in the open transaction; its failure stops the ledger.
    pub(crate) fn write<T>(
        &mut self,
        what: &'static str,
        f: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        f(&self.store.db.conn).map_err(|e| {
            let error = self.store.db.error(what, e);
            self.stop(error)
        })
    }

    /// Writes beside the chain and makes it durable before this returns.
    pub(crate) fn durably(
        &mut self,
        what: &'static str,
        f: impl FnOnce(&rusqlite::Connection, i64) -> rusqlite::Result<()>,
    ) -> Result<(), StoreError> {
        self.usable()?;
        self.begin()?;
        let run = self.run.key.0;
        self.write(what, |conn| f(conn, run))?;
        self.commit_group()
    }

    /// Opens the transaction of the group unless it is open.
    pub(crate) fn begin(&mut self) -> Result<(), StoreError> {
        if !self.in_transaction {
            self.write("opening a transaction", |conn| conn.execute_batch("BEGIN IMMEDIATE"))?;
            self.in_transaction = true;
        }
        Ok(())
    }

    pub(crate) fn usable(&self) -> Result<(), StoreError> {
        match &self.stopped {
            None => Ok(()),
            Some(first) => {
                Err(StoreError::Stopped { path: self.store.db.path.clone(), first: first.clone() })
            }
        }
    }

    fn stop(&mut self, error: StoreError) -> StoreError {
        self.stopped = Some(error.to_string());
        if self.in_transaction {
            // SQLite may have rolled back by itself; either way the group is gone.
            let _ = self.store.db.conn.execute_batch("ROLLBACK");
            self.in_transaction = false;
        }
        tracing::error!(run = self.run.id, error = %error, "the ledger stops");
        error
    }

    /// Compares the event in `body` with the entry on record at its place.
    fn compare(&mut self, event: &Event) -> Result<(), LedgerError> {
        let seq = self.chain.len;
        let recorded = self.write("reading a journal entry", |conn| {
            conn.prepare_cached("SELECT hash FROM journal WHERE seq = ?1")?
                .query_row([int(seq)], |r| r.get(0).map(Hash))
        })?;
        let replayed = Chain::hash_of(self.chain.head, seq, event.kind(), &self.body);
        if replayed != recorded {
            let diverged = LedgerError::Diverged {
                seq,
                kind: event.kind().to_owned(),
                recorded: recorded.to_string(),
                replayed: replayed.to_string(),
            };
            self.stopped = Some(diverged.to_string());
            return Err(diverged);
        }
        self.chain = Chain { head: replayed, len: seq + 1 };
        Ok(())
    }

    /// Writes the event in `body` into the chain and the tables.
    fn record(&mut self, event: &Event) -> Result<(), StoreError> {
        self.begin()?;
        let (seq, hash) = self.chain.push(event.kind(), &self.body);
        let (seq, run) = (int(seq), self.run.key.0);
        let body = std::mem::take(&mut self.body);
        let text = std::str::from_utf8(&body).expect("serde_json writes UTF-8");
        let done = self.write("recording an event", |conn| {
            conn.prepare_cached(
                "INSERT INTO journal (seq, run, kind, body, hash) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![seq, run, event.kind(), text, hash.0])?;
            project::event(&At { conn, run, seq }, event)
        });
        self.body = body;
        done?;
        if matches!(event, Event::RunFinished(_)) {
            self.insert_anchor()?;
        }
        Ok(())
    }

    fn insert_anchor(&mut self) -> Result<(), StoreError> {
        let anchor = Anchor { seq: self.chain.len - 1, hash: self.chain.head, run: self.run.key.0 };
        self.anchored = true;
        self.write("anchoring", |conn| anchors::insert(conn, &anchor))
    }

    /// Events stand between a start and an end, and the start is the one the run was begun with.
    fn in_place(&self, event: &Event) -> Result<(), StoreError> {
        let first = self.chain.len == self.run.first_seq;
        let detail = match event {
            _ if self.finished => "the run is finished",
            Event::RunStarted(_) if !first => "a run starts once",
            Event::RunStarted(r) if *r != self.start => "the run was begun with another start",
            Event::RunStarted(_) => return Ok(()),
            _ if first => "a run begins with its start",
            _ => return Ok(()),
        };
        Err(StoreError::OutOfPlace { path: self.store.db.path.clone(), kind: event.kind(), detail })
    }

    fn commit_group(&mut self) -> Result<(), StoreError> {
        self.cycles = 0;
        if !self.in_transaction {
            return Ok(());
        }
        self.write("committing", |conn| conn.execute_batch("COMMIT"))?;
        self.in_transaction = false;
        self.durable = self.durable.max(self.chain.len);
        self.after_commit().map_err(|e| self.stop(e))
    }

    fn after_commit(&mut self) -> Result<(), StoreError> {
        if std::mem::take(&mut self.anchored) {
            let file = self.store.mode().anchors(&self.store.dir);
            anchors::write_missing(&file, &anchors::stored(&self.store.db)?)?;
        }
        if self.store.wal_bytes() > WAL_BYTES_MAX {
            self.store.checkpoint()?;
        }
        Ok(())
    }
}

impl Ledger for SqliteLedger {
    fn append(&mut self, event: &Event) -> Result<(), LedgerError> {
        self.usable()?;
        self.in_place(event)?;
        self.body.clear();
        serde_json::to_writer(&mut self.body, event)?;
        if self.replaying() {
            self.compare(event)?;
        } else {
            self.record(event)?;
        }
        self.finished = matches!(event, Event::RunFinished(_));
        self.digest.update(event, &self.body);
        Ok(())
    }

    fn commit(&mut self, force: bool) -> Result<(), LedgerError> {
        self.usable()?;
        self.cycles += 1;
        let waiting = self.chain.len.saturating_sub(self.durable);
        if force || self.cycles >= self.group_cycles || waiting >= GROUP_ENTRIES_MAX {
            self.commit_group()?;
        }
        Ok(())
    }

    fn artefact(&mut self, training_digest: &str) -> Option<Vec<u8>> {
        let read = self.store.db.conn.prepare_cached(
            "SELECT artefact, checksum FROM model_artefacts WHERE training_digest = ?1",
        );
        let (artefact, checksum): (Vec<u8>, [u8; 32]) = read
            .and_then(|mut s| s.query_row([training_digest], |r| Ok((r.get(0)?, r.get(1)?))))
            .ok()?;
        if *blake3::hash(&artefact).as_bytes() == checksum {
            return Some(artefact);
        }
        tracing::warn!(training_digest, "a stored model is damaged and is fitted again");
        let sql = "DELETE FROM model_artefacts WHERE training_digest = ?1";
        // Should this fail, the same is found and said at the next reading.
        let _ = self.store.db.conn.execute(sql, [training_digest]);
        None
    }

    fn digest(&self) -> String {
        self.digest.hex()
    }
}

#[cfg(test)]
mod tests;
