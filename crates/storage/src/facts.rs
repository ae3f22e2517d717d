//! What sources said and when it was known: one file, `sources.db`, beside those of the modes.
//!
//! Rows are written once and never changed; questions are asked as of a moment and see nothing that
//! was learned later. The world says the same to every mode, so the file belongs to none.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, params};
use tradebot_domain::{Date, Symbol, Timestamp};

use crate::connection::{APPLICATION_ID, BUSY_WAIT};
use crate::error::StoreError;
use crate::operations::ApiUsage;
use crate::project::int;
use crate::schema;

mod events;
mod news;

pub use events::{EventAnswer, EventState};
pub use news::NewsRow;

/// Name of the file.
const FILE: &str = "sources.db";

/// Where an answer came from, and since when it is known.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// Name of the source.
    pub source: &'a str,
    /// Address asked, without a key.
    pub url: &'a str,
    /// BLAKE3 of the answer, hex.
    pub blake3: &'a str,
    /// When it was fetched.
    pub known_at: Timestamp,
}

/// A fact as it was known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Who said it.
    pub source: String,
    /// Its name.
    pub fact: String,
    /// What was said.
    pub value: String,
    /// Since when it is known.
    pub known_at: Timestamp,
}

/// One field of one session on which two sources differ.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceDisagreement {
    /// Whose bar.
    pub symbol: Symbol,
    /// The session.
    pub session: Date,
    /// `open`, `high`, `low`, `close` or `volume`.
    pub field: String,
    /// Where the bar that is held came from.
    pub held_from: String,
    /// What is held.
    pub held: f64,
    /// Who says otherwise.
    pub told_by: String,
    /// What it says.
    pub told: f64,
}

/// The file, open for writing by one process.
#[derive(Debug)]
pub struct FactStore {
    conn: Connection,
    path: PathBuf,
    _lock: File,
}

impl FactStore {
    /// Opens (or makes) `sources.db` in `dir` for writing and brings its tables up to date.
    ///
    /// # Errors
    /// [`StoreError`]: another process writes it, another program's file, a newer schema, damage.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(dir).map_err(|e| StoreError::io(dir, "making the folder", e))?;
        let lock = lock(dir)?;
        let path = dir.join(FILE);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(&path, flags)
            .map_err(|e| StoreError::sqlite(&path, "opening", e))?;
        let mut store = Self { conn, path, _lock: lock };
        store.check()?;
        store.configure().map_err(|e| StoreError::sqlite(&store.path, "configuring", e))?;
        schema::migrate(&mut store.conn, &store.path)?;
        Ok(store)
    }

    fn check(&self) -> Result<(), StoreError> {
        let path = self.path.clone();
        let of = |name| self.conn.pragma_query_value(None, name, |r| r.get::<_, i32>(0));
        let (id, version) = of("application_id")
            .and_then(|id| Ok((id, of("user_version")?)))
            .map_err(|e| StoreError::sqlite(&self.path, "reading the file's stamps", e))?;
        let known = schema::latest();
        match (id, version) {
            (0 | APPLICATION_ID, version) if version <= known => Ok(()),
            (0 | APPLICATION_ID, found) => Err(StoreError::NewerSchema { path, found, known }),
            (found, _) => Err(StoreError::NotOurs { path, found }),
        }
    }

    fn configure(&self) -> rusqlite::Result<()> {
        self.conn.busy_timeout(BUSY_WAIT)?;
        self.conn.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        self.conn.pragma_update(None, "synchronous", "FULL")?;
        self.conn.pragma_update(None, "trusted_schema", false)?;
        self.conn.pragma_update(None, "foreign_keys", true)
    }

    /// Notes that a source has answered for a span of a symbol's daily bars.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written.
    pub fn record_answer(
        &self,
        symbol: Symbol,
        (from, to): (Date, Date),
        origin: &Origin<'_>,
    ) -> Result<(), StoreError> {
        self.run(
            "noting an answer",
            "INSERT INTO source_answers (source, symbol, from_date, to_date, known_at, url, blake3)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                origin.source,
                symbol.as_str(),
                from.to_string(),
                to.to_string(),
                stamp(origin.known_at),
                origin.url,
                origin.blake3
            ],
        )
        .map(|_| ())
    }

    /// Spans that were answered for since a moment: source, first and last date.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub fn answers(
        &self,
        symbol: Symbol,
        since: Timestamp,
    ) -> Result<Vec<(String, Date, Date)>, StoreError> {
        self.all(
            "SELECT source, from_date, to_date FROM source_answers
             WHERE symbol = ?1 AND known_at >= ?2 ORDER BY id",
            params![symbol.as_str(), stamp(since)],
            |r| Ok((r.get(0)?, parsed(r, 1)?, parsed(r, 2)?)),
        )
    }

    /// Notes a disagreement; the same one is noted once. Gives whether it is new.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written.
    pub fn record_disagreement(
        &self,
        d: &SourceDisagreement,
        known_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let new = self.run(
            "noting a disagreement",
            "INSERT OR IGNORE INTO source_disagreements
                 (symbol, session, field, held_from, held, told_by, told, known_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                d.symbol.as_str(),
                d.session.to_string(),
                d.field,
                d.held_from,
                d.held.to_string(),
                d.told_by,
                d.told.to_string(),
                stamp(known_at)
            ],
        )?;
        Ok(new > 0)
    }

    /// Disagreements about a symbol, by session.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub fn disagreements(&self, symbol: Symbol) -> Result<Vec<SourceDisagreement>, StoreError> {
        self.all(
            "SELECT session, field, held_from, held, told_by, told FROM source_disagreements
             WHERE symbol = ?1 ORDER BY session, id",
            params![symbol.as_str()],
            |r| {
                Ok(SourceDisagreement {
                    symbol,
                    session: parsed(r, 0)?,
                    field: r.get(1)?,
                    held_from: r.get(2)?,
                    held: parsed(r, 3)?,
                    told_by: r.get(4)?,
                    told: parsed(r, 5)?,
                })
            },
        )
    }

    /// Notes facts as they are known from now on. Only what differs from what was known is written;
    /// a fact that is no longer told ends. Gives the number of rows written.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written, or when a later row is there already: nothing is
    /// backfilled.
    pub fn record_fundamentals(
        &mut self,
        symbol: Symbol,
        facts: &BTreeMap<String, String>,
        origin: &Origin<'_>,
    ) -> Result<usize, StoreError> {
        let known: BTreeMap<String, String> = self
            .fundamentals(symbol, Timestamp::MAX)?
            .into_iter()
            .filter(|fact| fact.source == origin.source)
            .map(|fact| (fact.fact, fact.value))
            .collect();
        let new = facts.iter().filter(|(name, value)| known.get(*name) != Some(value));
        let new = new.map(|(name, value)| (name, Some(value)));
        let ended = known.keys().filter(|name| !facts.contains_key(*name)).map(|name| (name, None));
        let rows: Vec<(&String, Option<&String>)> = new.chain(ended).collect();
        self.together("noting facts", |conn| {
            let mut statement = conn.prepare_cached(
                "INSERT INTO fundamentals (source, symbol, fact, known_at, value, url, blake3)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?;
            for (name, value) in &rows {
                statement.execute(params![
                    origin.source,
                    symbol.as_str(),
                    name,
                    stamp(origin.known_at),
                    value,
                    origin.url,
                    origin.blake3
                ])?;
            }
            Ok(rows.len())
        })
    }

    /// Facts as they were known at a moment, by source and name.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub fn fundamentals(&self, symbol: Symbol, at: Timestamp) -> Result<Vec<Fact>, StoreError> {
        self.all(
            "SELECT source, fact, value, max(known_at) FROM fundamentals
             WHERE symbol = ?1 AND known_at <= ?2 GROUP BY source, fact
             HAVING value IS NOT NULL ORDER BY source, fact",
            params![symbol.as_str(), stamp(at)],
            |r| {
                Ok(Fact {
                    source: r.get(0)?,
                    fact: r.get(1)?,
                    value: r.get(2)?,
                    known_at: parsed(r, 3)?,
                })
            },
        )
    }

    /// Notes the calls of a window; a later figure for the same window replaces the earlier.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written.
    pub fn record_api_usage(&self, u: &ApiUsage) -> Result<(), StoreError> {
        self.run(
            "noting the use of an interface",
            "INSERT INTO api_usage_metrics (api, window_start, window_secs, calls, throttled, failed,
                                            cache_hits, cache_misses)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (api, window_start, window_secs) DO UPDATE SET
                 calls = excluded.calls, throttled = excluded.throttled, failed = excluded.failed,
                 cache_hits = excluded.cache_hits, cache_misses = excluded.cache_misses",
            params![
                u.api,
                u.window_start.to_string(),
                u.window_secs,
                int(u.calls),
                int(u.throttled),
                int(u.failed),
                int(u.cache_hits),
                int(u.cache_misses)
            ],
        )
        .map(|_| ())
    }

    /// Calls of interfaces in windows that began at `since` or later, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub fn api_usage(&self, since: Timestamp) -> Result<Vec<ApiUsage>, StoreError> {
        let count = |n: i64| u64::try_from(n).unwrap_or_default();
        let mut rows = self.all(
            "SELECT api, window_start, window_secs, calls, throttled, failed, cache_hits, cache_misses
             FROM api_usage_metrics",
            [],
            |r| {
                Ok(ApiUsage {
                    api: r.get(0)?,
                    window_start: parsed(r, 1)?,
                    window_secs: r.get(2)?,
                    calls: count(r.get(3)?),
                    throttled: count(r.get(4)?),
                    failed: count(r.get(5)?),
                    cache_hits: count(r.get(6)?),
                    cache_misses: count(r.get(7)?),
                })
            },
        )?;
        rows.retain(|row| row.window_start >= since);
        rows.sort_by(|a, b| (a.window_start, &a.api).cmp(&(b.window_start, &b.api)));
        Ok(rows)
    }

    fn run(
        &self,
        what: &'static str,
        sql: &str,
        params: impl rusqlite::Params,
    ) -> Result<usize, StoreError> {
        let done = self.conn.prepare_cached(sql).and_then(|mut s| s.execute(params));
        done.map_err(|e| StoreError::sqlite(&self.path, what, e))
    }

    fn all<T>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        read: impl Fn(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = || {
            let mut statement = self.conn.prepare_cached(sql)?;
            let rows = statement.query_map(params, |row| read(row))?;
            rows.collect::<rusqlite::Result<Vec<T>>>()
        };
        rows().map_err(|e| StoreError::sqlite(&self.path, "reading", e))
    }

    /// Writes all of it or nothing.
    fn together<T>(
        &mut self,
        what: &'static str,
        write: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let done = || {
            let transaction = self.conn.transaction()?;
            let value = write(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        done().map_err(|e| StoreError::sqlite(&self.path, what, e))
    }
}

fn lock(dir: &Path) -> Result<File, StoreError> {
    let path = dir.join("sources.lock");
    let open = File::options().write(true).create(true).truncate(false).open(&path);
    let file = open.map_err(|e| StoreError::io(&path, "opening the lock file", e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Busy { path: dir.join(FILE) }),
        Err(TryLockError::Error(e)) => Err(StoreError::io(&path, "locking", e)),
    }
}

/// A moment in the one length that all have.
fn stamp(at: Timestamp) -> String {
    format!("{at:.6}")
}

fn parsed<T: std::str::FromStr>(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<T>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let text: String = row.get(at)?;
    text.parse().map_err(|e: T::Err| {
        rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Text, Box::new(e))
    })
}

#[cfg(test)]
mod tests;
