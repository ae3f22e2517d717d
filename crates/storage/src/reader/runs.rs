//! Runs: what they were given and how they ended.

use rusqlite::Row;
use tradebot_domain::{Money, Timestamp};
use tradebot_journal::RunStarted;

use super::{Reader, parsed, sql, unreadable};
use crate::anchors::uint;
use crate::error::StoreError;
use crate::store::RunKey;

/// Where a run is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunStatus {
    /// Being written, or cut off by a crash and to be continued.
    Running,
    /// Ended by itself.
    Finished,
    /// Cut off, and something else was wanted afterwards.
    Abandoned,
}

impl RunStatus {
    /// The word in tables and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Abandoned => "abandoned",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Running, Self::Finished, Self::Abandoned].into_iter().find(|s| s.name() == name)
    }
}

/// One run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunInfo {
    /// Its number, for further queries.
    pub key: RunKey,
    /// Its name: `demo-0001`.
    pub id: String,
    /// Where it is in its life.
    pub status: RunStatus,
    /// What it was given.
    pub start: RunStarted,
    /// Sequence of its first entry in the journal.
    pub first_seq: u64,
    /// Wall time of its beginning.
    pub started_at: Timestamp,
    /// How often it was continued after a crash.
    pub resumed: u32,
    /// Wall time of its end.
    pub ended_at: Option<Timestamp>,
    /// How it ended; none unless finished.
    pub result: Option<RunResult>,
}

/// How a finished run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunResult {
    /// Sessions processed.
    pub cycles: u32,
    /// Decision records.
    pub decisions: u64,
    /// Closed trades without those cut by the end of data.
    pub trades: u32,
    /// Equity at the last close.
    pub final_equity: Money,
    /// Digest of ordered decisions and fills (hex).
    pub digest: String,
}

impl Reader {
    /// All runs, the newest first.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read.
    pub fn runs(&self) -> Result<Vec<RunInfo>, StoreError> {
        self.all(sql::RUNS, [], read)
    }

    /// The run of that id, or the newest for `None` and `latest`.
    ///
    /// # Errors
    /// [`StoreError::NoSuchRun`] with the runs there are.
    pub fn run(&self, id: Option<&str>) -> Result<RunInfo, StoreError> {
        let runs = self.runs()?;
        let ids: Vec<String> = runs.iter().take(5).map(|r| r.id.clone()).collect();
        runs.into_iter()
            .find(|run| id.is_none_or(|id| id == "latest" || run.id == id))
            .ok_or_else(|| self.no_such_run(id.unwrap_or("latest"), &ids))
    }

    /// The newest finished run.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read.
    pub fn latest_finished(&self) -> Result<Option<RunInfo>, StoreError> {
        Ok(self.runs()?.into_iter().find(|r| r.status == RunStatus::Finished))
    }

    fn no_such_run(&self, wanted: &str, newest: &[String]) -> StoreError {
        let hint = if newest.is_empty() {
            format!("It has none yet; `tradebot run --mode {}` makes one", self.mode)
        } else {
            format!("The newest are {}", newest.join(", "))
        };
        StoreError::NoSuchRun { path: self.db.path.clone(), wanted: wanted.to_owned(), hint }
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<RunInfo> {
    let status: String = row.get(2)?;
    let start: String = row.get(3)?;
    let ended: Option<String> = row.get(7)?;
    Ok(RunInfo {
        key: RunKey(row.get(0)?),
        id: row.get(1)?,
        status: RunStatus::from_name(&status).ok_or_else(|| unreadable(2, &status))?,
        start: serde_json::from_str(&start).map_err(|e| unreadable(3, &e.to_string()))?,
        first_seq: uint(row.get(4)?),
        started_at: parsed(row, 5)?,
        resumed: row.get(6)?,
        ended_at: ended
            .map(|t| t.parse())
            .transpose()
            .map_err(|e| unreadable(7, &format!("{e}")))?,
        result: result(row)?,
    })
}

fn result(row: &Row<'_>) -> rusqlite::Result<Option<RunResult>> {
    let Some(digest) = row.get::<_, Option<String>>(12)? else { return Ok(None) };
    Ok(Some(RunResult {
        cycles: row.get(8)?,
        decisions: uint(row.get(9)?),
        trades: row.get(10)?,
        final_equity: Money(parsed(row, 11)?),
        digest,
    }))
}
