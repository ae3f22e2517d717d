//! What is noted beside the chain: timings, logs, bars, checks. None of it decides anything, and
//! none of it has to be the same when a run is repeated.

use rusqlite::params;
use tradebot_domain::{Bar, Moment, Symbol, Timestamp};

use crate::error::StoreError;
use crate::ledger::SqliteLedger;
use crate::project::int;
use crate::store::Store;

/// Calls of one interface in one window of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiUsage {
    /// The interface.
    pub api: String,
    /// Beginning of the window.
    pub window_start: Timestamp,
    /// Length of the window, seconds.
    pub window_secs: u32,
    /// Calls made.
    pub calls: u64,
    /// Calls that had to wait for the budget, or were told to.
    pub throttled: u64,
    /// Calls that failed.
    pub failed: u64,
    /// Questions that a cache answered, so that no call was made.
    pub cache_hits: u64,
    /// Questions that a cache could not answer.
    pub cache_misses: u64,
}

/// A check of an external interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiCheck {
    /// When it ended.
    pub at: Timestamp,
    /// The interface.
    pub api: String,
    /// What was asked of it; empty in rows of versions before this column.
    pub probe: String,
    /// The answer was what it should be.
    pub passed: bool,
    /// What was found.
    pub detail: String,
    /// What a person does about it; empty when there is nothing to do.
    pub remedy: String,
    /// Milliseconds until the answer was there.
    pub millis: u64,
}

impl SqliteLedger {
    /// Notes how long each phase of a session's cycle took, in nanoseconds. Written with the
    /// group the session belongs to; sessions that are being replayed keep their first timings.
    ///
    /// # Errors
    /// [`StoreError`]; the ledger stops.
    pub fn record_phases<N: AsRef<str>>(
        &mut self,
        session: Moment,
        phases: &[(N, u64)],
    ) -> Result<(), StoreError> {
        self.note("noting phases", |conn, run| {
            let session = session.to_string();
            let mut statement = conn.prepare_cached(
                "INSERT OR IGNORE INTO phase_execution_tracking (run, session, phase, nanos)
                 VALUES (?1, ?2, ?3, ?4)",
            )?;
            phases.iter().try_for_each(|(phase, nanos)| {
                statement.execute(params![run, session, phase.as_ref(), int(*nanos)]).map(|_| ())
            })
        })
    }

    /// Notes a line of the log: `level` is TRACE to ERROR, `fields_json` a JSON object.
    ///
    /// # Errors
    /// [`StoreError`]; the ledger stops.
    pub fn log(
        &mut self,
        level: &str,
        target: &str,
        message: &str,
        fields_json: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.note("noting a log line", |conn, run| {
            conn.prepare_cached(
                "INSERT INTO system_logs (run, at, level, target, message, fields)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![run, at.to_string(), level, target, message, fields_json])
            .map(|_| ())
        })
    }

    /// Keeps the raw bars that a session was decided on. A bar that is kept already (from an
    /// earlier run) stays; one that could not be traded (a price of zero or below) is left out.
    ///
    /// # Errors
    /// [`StoreError`]; the ledger stops.
    pub fn record_bars(&mut self, source: &str, bars: &[(Symbol, Bar)]) -> Result<(), StoreError> {
        self.note("keeping bars", |conn, _| {
            let mut statement = conn.prepare_cached(
                "INSERT OR IGNORE INTO market_data (symbol, session, source, open, high, low,
                                                    close, volume)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?;
            bars.iter().try_for_each(|(symbol, bar)| {
                statement
                    .execute(params![
                        symbol.as_str(),
                        bar.date.to_string(),
                        source,
                        bar.open.to_string(),
                        bar.high.to_string(),
                        bar.low.to_string(),
                        bar.close.to_string(),
                        bar.volume.to_string()
                    ])
                    .map(|_| ())
            })
        })
    }

    /// Writes into the group's transaction, unless the session is being replayed.
    fn note(
        &mut self,
        what: &'static str,
        f: impl FnOnce(&rusqlite::Connection, i64) -> rusqlite::Result<()>,
    ) -> Result<(), StoreError> {
        self.usable()?;
        if self.replaying() {
            return Ok(());
        }
        self.begin()?;
        let run = self.run_key().0;
        self.write(what, |conn| f(conn, run))
    }
}

impl Store {
    /// Notes who did what to the bot; this cannot be changed afterwards.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written.
    pub fn audit(
        &self,
        actor: &str,
        action: &str,
        detail: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.db
            .conn
            .execute(
                "INSERT INTO audit_log (at, actor, action, detail) VALUES (?1, ?2, ?3, ?4)",
                params![at.to_string(), actor, action, detail],
            )
            .map(|_| ())
            .map_err(|e| self.db.error("auditing", e))
    }

    /// Notes the check of an external interface.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written.
    pub fn record_api_check(&self, c: &ApiCheck) -> Result<(), StoreError> {
        self.db
            .conn
            .execute(
                "INSERT INTO api_validation_log (at, api, probe, passed, detail, remedy, millis)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    c.at.to_string(),
                    c.api,
                    c.probe,
                    c.passed,
                    c.detail,
                    c.remedy,
                    int(c.millis)
                ],
            )
            .map(|_| ())
            .map_err(|e| self.db.error("noting an interface check", e))
    }

    /// Notes the calls of a window; a later figure for the same window replaces the earlier.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written.
    pub fn record_api_usage(&self, u: &ApiUsage) -> Result<(), StoreError> {
        self.db
            .conn
            .execute(
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
            .map_err(|e| self.db.error("noting the use of an interface", e))
    }
}
