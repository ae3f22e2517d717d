//! What it takes to compute a result again, and the ledger of every attempt.

use rusqlite::params;
use tradebot_domain::{Money, Timestamp};

use crate::error::StoreError;
use crate::project::int;
use crate::store::{RunKey, Store};

/// What an attempt belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrialKind {
    /// A run of its own.
    Run,
    /// One combination of a sweep.
    Sweep,
    /// One fold of a walk-forward.
    WalkForward,
}

impl TrialKind {
    /// The word in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Sweep => "sweep",
            Self::WalkForward => "walk_forward",
        }
    }
}

/// An attempt on recorded history.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// When it ended.
    pub at: Timestamp,
    /// What it belongs to.
    pub kind: TrialKind,
    /// Name of the run or sweep.
    pub source: String,
    /// What was tried, a JSON object: a strategy and its parameters.
    pub question: String,
    /// Digest of everything that was asked.
    pub config_digest: String,
    /// Digest of the market data.
    pub data_digest: String,
    /// Version and digest of the program.
    pub code: String,
    /// Seed of everything that drew.
    pub seed: u64,
    /// Returns behind the Sharpe ratio.
    pub sessions: u64,
    /// Sharpe ratio per session; none where it is not defined.
    pub sharpe: Option<f64>,
    /// Equity at the end.
    pub final_equity: Money,
    /// Digest of what came out.
    pub digest: String,
}

/// One question that was tried, however often: its last answer.
#[derive(Debug, Clone, PartialEq)]
pub struct DistinctTrial {
    /// Digest of the market data.
    pub data_digest: String,
    /// Digest of everything that was asked.
    pub config_digest: String,
    /// Sharpe ratio per session; none where it is not defined.
    pub sharpe: Option<f64>,
    /// Returns behind it.
    pub sessions: u64,
}

impl Store {
    /// Keeps what it takes to compute a run again: a JSON object. A run that is continued keeps the
    /// last.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be written.
    pub fn keep_manifest(&mut self, run: RunKey, body: &str) -> Result<(), StoreError> {
        self.db
            .conn
            .execute(
                "INSERT INTO run_manifests (run, body) VALUES (?1, ?2)
                 ON CONFLICT (run) DO UPDATE SET body = excluded.body",
                params![run.0, body],
            )
            .map(|_| ())
            .map_err(|e| self.db.error("keeping a manifest", e))
    }

    /// Adds attempts to the ledger, all or none.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be written.
    pub fn record_trials(&mut self, trials: &[Trial]) -> Result<(), StoreError> {
        let write = |conn: &mut rusqlite::Connection| -> rusqlite::Result<()> {
            let tx = conn.transaction()?;
            trials.iter().try_for_each(|trial| insert(&tx, trial))?;
            tx.commit()
        };
        write(&mut self.db.conn).map_err(|e| self.db.error("adding trials", e))
    }
}

fn insert(conn: &rusqlite::Connection, t: &Trial) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO trials (at, kind, source, question, config_digest, data_digest, code, seed,
                             sessions, sharpe, final_equity, digest)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?
    .execute(params![
        t.at.to_string(),
        t.kind.name(),
        t.source,
        t.question,
        t.config_digest,
        t.data_digest,
        t.code,
        t.seed.to_string(),
        int(t.sessions),
        t.sharpe.filter(|sharpe| sharpe.is_finite()),
        t.final_equity.to_string(),
        t.digest
    ])
    .map(|_| ())
}
