//! What others may know of a run on live data while it waits: one small file, replaced as a whole.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tradebot_domain::{Date, Timestamp};
use tradebot_storage::Mode;

/// What the process is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// Computes what is on record anew.
    Recovering,
    /// Nothing is due.
    Waiting,
    /// Asks the broker for a session.
    Fetching,
    /// The broker does not give what is due; it is asked again.
    Troubled,
    /// A person must do something.
    NeedsYou,
    /// The process has ended; the same command continues.
    Stopped,
}

/// A state. The names are a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveStatus {
    /// The run.
    pub run_id: String,
    /// When this was written, by the clock of the run.
    pub at: Timestamp,
    /// What it is about.
    pub activity: Activity,
    /// What comes next: `preparation`, `open`, `close`, `decision`, `end of maintenance`.
    pub next: Option<String>,
    /// When.
    pub next_at: Option<Timestamp>,
    /// Of which session.
    pub next_session: Option<Date>,
    /// The last session that was decided.
    pub decided: Option<Date>,
    /// When its bars were complete: how fresh the data are.
    pub data_complete_at: Option<Timestamp>,
    /// Sessions decided by this process.
    pub decided_here: u32,
    /// The last answer of the broker.
    pub broker_answered_at: Option<Timestamp>,
    /// The broker's clock less ours, milliseconds.
    pub clock_offset_ms: Option<i64>,
    /// What is wrong, or what is waited for.
    pub trouble: Option<String>,
}

impl LiveStatus {
    /// Nothing is known yet.
    pub const fn new(run_id: String, at: Timestamp) -> Self {
        Self {
            run_id,
            at,
            activity: Activity::Recovering,
            next: None,
            next_at: None,
            next_session: None,
            decided: None,
            data_complete_at: None,
            decided_here: 0,
            broker_answered_at: None,
            clock_offset_ms: None,
            trouble: None,
        }
    }

    /// Replaces the file. A status that cannot be written stops nothing: it is logged.
    pub fn write(&self, home: &Path, mode: Mode) {
        let path = path(home, mode);
        let partial = path.with_extension("json.partial");
        let written = serde_json::to_vec_pretty(self)
            .map_err(std::io::Error::other)
            .and_then(|text| std::fs::write(&partial, text))
            .and_then(|()| std::fs::rename(&partial, &path));
        if let Err(error) = written {
            tracing::warn!(path = %path.display(), %error, "the status cannot be written");
        }
    }

    /// Reads the file, where there is one that reads.
    pub fn read(home: &Path, mode: Mode) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(path(home, mode)).ok()?).ok()
    }
}

/// `paper.status.json` in the home folder.
fn path(home: &Path, mode: Mode) -> PathBuf {
    home.join(format!("{mode}.status.json"))
}
