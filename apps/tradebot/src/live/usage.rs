//! What was called, kept across restarts.
//!
//! The governor counts by the minute; [`UsageRecorder::flush`] writes the minutes beside the journal
//! and [`UsageRecorder::begin`] reads them back, so that a process that starts in the middle of an
//! hour or a day does not get a second budget. The broker counts by user and not by mode, so the
//! rows of every mode's database are read.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::SignedDuration;
use tradebot_domain::Timestamp;
use tradebot_market_data::budget::{Governor, Usage};
use tradebot_market_data::cache::Hits;
use tradebot_storage::{ApiUsage, Mode, Store, StoreError};

/// Length of a row, as the governor counts.
const ROW_SECONDS: u32 = 60;
/// The longest window of any interface.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// How often to [`UsageRecorder::flush`]: a crash forgets at most the calls since.
pub const FLUSH_EVERY: std::time::Duration = std::time::Duration::from_secs(10);

/// A cache, and what was told of it so far.
struct Watched {
    api: String,
    hits: Box<dyn Fn() -> Hits + Send + Sync>,
    told: (u64, u64),
}

/// Writes what a governor counted.
pub struct UsageRecorder {
    governor: Arc<Governor>,
    caches: Vec<Watched>,
    /// Rows that are not durable yet. A later row of the same minute replaces an earlier one.
    pending: BTreeMap<(Timestamp, String), ApiUsage>,
}

impl UsageRecorder {
    /// Begins with what earlier processes called: `mode` is this one's, and its database in `home`
    /// has been opened for writing, which brings its tables up to date.
    ///
    /// # Errors
    /// [`StoreError`] when the database of `mode` cannot be read. One of another mode that cannot
    /// be read is left out, with a line in the log.
    pub fn begin(governor: Arc<Governor>, home: &Path, mode: Mode) -> Result<Self, StoreError> {
        let now = governor.clock().wall();
        let mut rows = Vec::new();
        for other in Mode::ALL.into_iter().filter(|m| m.database(home).is_file()) {
            match recorded(home, other, now) {
                Ok(read) if other == mode => rows.extend(read),
                Ok(read) => rows.extend(read.into_iter().map(|row| over(row, now))),
                Err(error) if other == mode => return Err(error),
                Err(error) => tracing::warn!(mode = %other, %error, "its calls are not counted in"),
            }
        }
        recall(&governor, rows);
        Ok(Self { governor, caches: Vec::new(), pending: BTreeMap::new() })
    }

    /// Counts what a cache in front of an interface answers from now on.
    pub fn watch(
        &mut self,
        api: impl Into<String>,
        hits: impl Fn() -> Hits + Send + Sync + 'static,
    ) {
        let told = answered(hits());
        self.caches.push(Watched { api: api.into(), hits: Box::new(hits), told });
    }

    /// Writes what was counted since the last time, and gives the number of rows. Call it every
    /// [`FLUSH_EVERY`] and at the end.
    ///
    /// # Errors
    /// [`StoreError`] when a row cannot be written; it is tried again with the next call, and
    /// nothing is lost meanwhile.
    pub fn flush(&mut self, store: &Store) -> Result<usize, StoreError> {
        for cache in &mut self.caches {
            let (hits, misses) = answered((cache.hits)());
            let (hits_told, misses_told) = std::mem::replace(&mut cache.told, (hits, misses));
            let new = (hits.saturating_sub(hits_told), misses.saturating_sub(misses_told));
            self.governor.note_cache(&cache.api, new.0, new.1);
        }
        for row in self.governor.take_usage().into_iter().map(row) {
            self.pending.insert((row.window_start, row.api.clone()), row);
        }
        let mut written = 0;
        while let Some(row) = self.pending.first_entry() {
            store.record_api_usage(row.get())?;
            row.remove();
            written += 1;
        }
        Ok(written)
    }
}

/// Rows of a mode's database that still count in some window.
///
/// # Errors
/// [`StoreError`] when it cannot be read.
pub fn recorded(home: &Path, mode: Mode, now: Timestamp) -> Result<Vec<ApiUsage>, StoreError> {
    let reader = Store::open_read(home, mode)?;
    reader.api_usage(now.saturating_sub(LONGEST).unwrap_or(Timestamp::MIN))
}

/// Tells a governor what was called before, oldest first.
pub fn recall(governor: &Governor, mut rows: Vec<ApiUsage>) {
    rows.retain(|row| row.window_secs == ROW_SECONDS);
    rows.sort_by(|a, b| (a.window_start, &a.api).cmp(&(b.window_start, &b.api)));
    governor.recall(rows.into_iter().map(|row| {
        let usage = Usage {
            calls: row.calls,
            throttled: row.throttled,
            failed: row.failed,
            cache_hits: row.cache_hits,
            cache_misses: row.cache_misses,
        };
        (row.api, row.window_start, usage)
    }));
}

/// A minute as the governor counted it, as a row of the table.
pub fn row((api, window_start, usage): (String, Timestamp, Usage)) -> ApiUsage {
    let Usage { calls, throttled, failed, cache_hits, cache_misses } = usage;
    ApiUsage {
        api,
        window_start,
        window_secs: ROW_SECONDS,
        calls,
        throttled,
        failed,
        cache_hits,
        cache_misses,
    }
}

/// A row of another mode's process as one whose minute is over: its calls count, and are not
/// written once more as ours.
fn over(row: ApiUsage, now: Timestamp) -> ApiUsage {
    let minute = SignedDuration::from_secs(i64::from(ROW_SECONDS));
    let latest = now.saturating_sub(minute).unwrap_or(row.window_start);
    ApiUsage { window_start: row.window_start.min(latest), ..row }
}

/// Questions answered without asking, and those asked.
const fn answered(hits: Hits) -> (u64, u64) {
    (hits.hits + hits.joined, hits.misses)
}

#[cfg(test)]
mod tests;
