//! Timings, logs, bars and sizes of tables.

use std::collections::BTreeMap;

use rusqlite::params;
use tradebot_domain::{Bar, Moment, Symbol, Timestamp};

use super::{Reader, parsed, sql, through};
use crate::anchors::uint;
use crate::error::StoreError;
use crate::operations::{ApiCheck, ApiUsage};
use crate::store::RunKey;

/// How long one phase took over a run. Times in nanoseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhaseStats {
    /// The phase.
    pub phase: String,
    /// Sessions timed.
    pub count: u64,
    /// All of them together.
    pub total: u64,
    /// Median (nearest rank).
    pub p50: u64,
    /// 95 % quantile (nearest rank).
    pub p95: u64,
    /// The longest.
    pub max: u64,
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Wall time.
    pub at: Timestamp,
    /// TRACE to ERROR.
    pub level: String,
    /// Where it came from.
    pub target: String,
    /// What it says.
    pub message: String,
    /// Its fields, a JSON object.
    pub fields: String,
}

/// A table and its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableCount {
    /// The table.
    pub table: String,
    /// Rows in it.
    pub rows: u64,
}

impl Reader {
    /// Timings of each phase over a run, by name of the phase.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read.
    pub fn phases(&self, run: RunKey) -> Result<Vec<PhaseStats>, StoreError> {
        let mut by_phase: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        let rows = self.all(sql::PHASES, [run.0], |r| Ok((r.get(0)?, uint(r.get(1)?))))?;
        for (phase, nanos) in rows {
            by_phase.entry(phase).or_default().push(nanos);
        }
        Ok(by_phase.into_iter().map(|(phase, nanos)| stats(phase, nanos)).collect())
    }

    /// The last lines of a run's log, at most `limit`, in order.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read.
    pub fn logs(&self, run: RunKey, limit: u32) -> Result<Vec<LogLine>, StoreError> {
        let mut lines = self.all(sql::LOGS, params![run.0, limit], |r| {
            Ok(LogLine {
                at: parsed(r, 0)?,
                level: r.get(1)?,
                target: r.get(2)?,
                message: r.get(3)?,
                fields: r.get(4)?,
            })
        })?;
        lines.reverse();
        Ok(lines)
    }

    /// Raw bars kept of a symbol between two sessions, both inclusive.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read.
    pub fn bars(&self, symbol: Symbol, from: Moment, to: Moment) -> Result<Vec<Bar>, StoreError> {
        let params = params![symbol.as_str(), from.to_string(), through(to)];
        self.all(sql::BARS, params, |r| {
            Ok(Bar {
                date: parsed(r, 0)?,
                open: parsed(r, 1)?,
                high: parsed(r, 2)?,
                low: parsed(r, 3)?,
                close: parsed(r, 4)?,
                volume: parsed(r, 5)?,
            })
        })
    }

    /// Calls of interfaces in windows that began at `since` or later, by interface and time.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read.
    pub fn api_usage(&self, since: Timestamp) -> Result<Vec<ApiUsage>, StoreError> {
        let mut rows = self.all(sql::API_USAGE, [], |r| {
            Ok(ApiUsage {
                api: r.get(0)?,
                window_start: parsed(r, 1)?,
                window_secs: r.get(2)?,
                calls: uint(r.get(3)?),
                throttled: uint(r.get(4)?),
                failed: uint(r.get(5)?),
                cache_hits: uint(r.get(6)?),
                cache_misses: uint(r.get(7)?),
            })
        })?;
        // Times are text of several lengths, which does not sort as they do.
        rows.retain(|row| row.window_start >= since);
        rows.sort_by(|a, b| (&a.api, a.window_start).cmp(&(&b.api, b.window_start)));
        Ok(rows)
    }

    /// The last check of each question that was ever asked of an interface, by interface, in the
    /// order in which they were made.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read.
    pub fn api_checks(&self) -> Result<Vec<ApiCheck>, StoreError> {
        self.all(sql::API_CHECKS, [], |r| {
            Ok(ApiCheck {
                at: parsed(r, 0)?,
                api: r.get(1)?,
                probe: r.get(2)?,
                passed: r.get(3)?,
                detail: r.get(4)?,
                remedy: r.get(5)?,
                millis: uint(r.get(6)?),
            })
        })
    }

    /// Every table of the file with its number of rows, by name.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read.
    pub fn tables(&self) -> Result<Vec<TableCount>, StoreError> {
        let names: Vec<String> = self.all(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
            [],
            |r| r.get(0),
        )?;
        names
            .into_iter()
            .map(|table| {
                let sql = format!("SELECT count(*) FROM \"{table}\"");
                let rows = self.one(&sql, [], |r| r.get(0)).map(uint)?;
                Ok(TableCount { table, rows })
            })
            .collect()
    }

    /// Pages of the database times their size: bytes on disk, the write-ahead log aside.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read.
    pub fn size_bytes(&self) -> Result<u64, StoreError> {
        let pages: i64 = self.one("PRAGMA page_count", [], |r| r.get(0))?;
        let size: i64 = self.one("PRAGMA page_size", [], |r| r.get(0))?;
        Ok(uint(pages) * uint(size))
    }
}

fn stats(phase: String, mut nanos: Vec<u64>) -> PhaseStats {
    nanos.sort_unstable();
    let at = |percent: usize| nanos[(nanos.len() * percent).div_ceil(100).max(1) - 1];
    PhaseStats {
        phase,
        count: nanos.len() as u64,
        total: nanos.iter().sum(),
        p50: at(50),
        p95: at(95),
        max: at(100),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_phases_are_values_that_occurred() {
        let s = stats("gate".to_owned(), (1..=100).rev().collect());
        assert_eq!((s.count, s.total, s.p50, s.p95, s.max), (100, 5050, 50, 95, 100));
        let s = stats("gate".to_owned(), vec![7]);
        assert_eq!((s.count, s.p50, s.p95, s.max), (1, 7, 7, 7));
    }
}
