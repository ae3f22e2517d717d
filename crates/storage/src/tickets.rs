//! Order tickets on disk: an append-only log beside the journal, shared by the loop that looks at
//! the broker and the person who answers at the command line.
//!
//! Both read the log, decide, and append with the number of the last entry they know. Whoever was
//! overtaken reads on and decides anew: no answer is lost and nothing is decided twice. So the
//! person needs no lock of the running bot.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior, params};
use tradebot_domain::Timestamp;
use tradebot_journal::{TicketChange, TicketEntry, TicketRecord};

use crate::anchors::uint;
use crate::connection::Database;
use crate::error::StoreError;
use crate::mode::Mode;
use crate::project::int;
use crate::reader::Reader;
use crate::store::Store;

/// How an attempt to append ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "what was not appended did not happen"]
pub enum Appended {
    /// It is durable; this is the number of the last entry.
    Durable(u64),
    /// Somebody else appended meanwhile: read on and decide anew. Nothing was written.
    Overtaken,
}

/// The log of tickets of live mode, open for appending. There is none of any other mode: what
/// those decide is filled by a simulated broker.
#[derive(Debug)]
pub struct TicketLog {
    db: Database,
}

impl Store {
    /// The log of tickets beside this database. None but in live mode.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be opened once more.
    pub fn tickets(&self) -> Result<Option<TicketLog>, StoreError> {
        if self.mode() != Mode::Live {
            return Ok(None);
        }
        Database::open_write(&self.dir, Mode::Live).map(|db| Some(TicketLog { db }))
    }
}

impl TicketLog {
    /// Opens the log in `dir`, whether the bot is running or not. The database must be there and
    /// up to date: bringing it up to date is the bot's own business.
    ///
    /// # Errors
    /// [`StoreError`]: no such file, another program's, another schema version.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        // A reader refuses what is missing, foreign, older or newer, and changes nothing.
        Reader::open(dir, Mode::Live)?;
        Ok(Self { db: Database::open_write(dir, Mode::Live)? })
    }

    /// The file.
    pub fn path(&self) -> PathBuf {
        self.db.path.clone()
    }

    /// Entries after number `after`, with the number of the last one (`after` when there is none).
    ///
    /// # Errors
    /// [`StoreError`] when an entry does not read back.
    pub fn after(&self, after: u64) -> Result<(Vec<TicketEntry>, u64), StoreError> {
        entries(&self.db, after)
    }

    /// Appends entries in one transaction that is durable when this returns, if `last` is still the
    /// number of the last entry.
    ///
    /// # Errors
    /// [`StoreError`]: the disk, or entries that break a rule of the tables; nothing was written.
    pub fn append(&mut self, last: u64, new: &[TicketEntry]) -> Result<Appended, StoreError> {
        let bodies: Result<Vec<String>, _> = new.iter().map(serde_json::to_string).collect();
        let bodies = bodies.map_err(|source| StoreError::Unreadable {
            path: self.db.path.clone(),
            seq: last,
            what: "an entry about a ticket",
            source,
        })?;
        let path = self.db.path.clone();
        let write = |conn: &mut Connection| -> rusqlite::Result<Appended> {
            let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let known: i64 =
                tx.query_row("SELECT coalesce(max(seq), 0) FROM ticket_events", [], |r| r.get(0))?;
            if known != int(last) {
                return Ok(Appended::Overtaken);
            }
            let mut seq = known;
            for (entry, body) in new.iter().zip(&bodies) {
                seq += 1;
                insert(&tx, seq, entry, body)?;
            }
            tx.commit()?;
            Ok(Appended::Durable(uint(seq)))
        };
        write(&mut self.db.conn).map_err(|e| StoreError::sqlite(&path, "appending to tickets", e))
    }
}

fn insert(conn: &Connection, seq: i64, entry: &TicketEntry, body: &str) -> rusqlite::Result<()> {
    if let TicketChange::Issued(record) = &entry.change {
        insert_ticket(conn, record, body)?;
    }
    conn.prepare_cached(
        "INSERT INTO ticket_events (seq, ticket, at, change, body) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![seq, entry.ticket, utc(entry.at), entry.change.name(), body])?;
    if let TicketChange::Filled(fill) = &entry.change {
        conn.prepare_cached(
            "INSERT INTO ticket_matches (seq, account, fill_id, ticket, order_id, shares, executed, price, at)
             SELECT ?1, account, ?2, ticket, ?4, ?5, ?6, ?7, ?8 FROM tickets WHERE ticket = ?3",
        )?
        .execute(params![
            seq,
            fill.fill_id,
            entry.ticket,
            fill.order,
            int(fill.shares.0),
            int(fill.executed.0),
            fill.price.to_string(),
            utc(fill.at)
        ])?;
    }
    Ok(())
}

fn insert_ticket(conn: &Connection, t: &TicketRecord, body: &str) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO tickets (ticket, account, run, intent_id, symbol, kind, side, order_type, limit_price, stop_price,
                              shares, issued, valid_until, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?
    .execute(params![
        t.id,
        t.account,
        t.run,
        t.intent_id,
        t.symbol.as_str(),
        t.kind.name(),
        t.side.name(),
        t.order.name(),
        t.limit.map(|p| p.to_string()),
        t.stop.map(|p| p.to_string()),
        int(t.shares.0),
        utc(t.issued),
        t.valid_until.map(utc),
        body
    ])
    .map(|_| ())
}

fn utc(at: Timestamp) -> String {
    at.to_string()
}

pub(crate) fn entries(db: &Database, after: u64) -> Result<(Vec<TicketEntry>, u64), StoreError> {
    let read = || -> rusqlite::Result<Vec<(u64, String)>> {
        db.conn
            .prepare_cached(crate::reader::TICKET_EVENTS)?
            .query_map([int(after)], |r| Ok((uint(r.get(0)?), r.get(1)?)))?
            .collect()
    };
    let rows = read().map_err(|e| db.error("reading tickets", e))?;
    let mut last = after;
    let mut entries = Vec::with_capacity(rows.len());
    for (seq, body) in rows {
        let entry = serde_json::from_str(&body).map_err(|source| StoreError::Unreadable {
            path: db.path.clone(),
            seq,
            what: "an entry about a ticket",
            source,
        })?;
        entries.push(entry);
        last = seq;
    }
    Ok((entries, last))
}
