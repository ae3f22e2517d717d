//! What a run on live data was given: each session as it was known when it was decided on.
//!
//! A run that is continued is computed anew from its start. For recorded history the feed says the
//! same again; a live source may not, so what it said is kept here, durably before it is used, and
//! never changed. What a source says differently afterwards is a finding.

use rusqlite::{Row, params};
use tradebot_domain::{Moment, SessionData, Symbol, Timestamp};

use crate::error::StoreError;
use crate::ledger::SqliteLedger;
use crate::reader::{Reader, parsed, unreadable};
use crate::store::RunKey;

/// One session as a run was given it.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionInput {
    /// What was known of it.
    pub data: SessionData,
    /// When it was complete.
    pub complete_at: Timestamp,
    /// Why no entry could be decided on it: a reason's name and its detail.
    pub barred: Option<(String, String)>,
}

/// Something that looked wrong about live data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFinding {
    /// When it was found.
    pub found_at: Timestamp,
    /// The session that it is about.
    pub session: Moment,
    /// The symbol.
    pub symbol: Symbol,
    /// Its name: `restated`, `no_bar` ...
    pub finding: String,
    /// The numbers.
    pub detail: String,
}

impl SqliteLedger {
    /// Keeps a session's input, durably when this returns. A session has one input; a second one is
    /// an error.
    ///
    /// # Errors
    /// [`StoreError`]; the ledger stops.
    pub fn keep_input(&mut self, input: &SessionInput) -> Result<(), StoreError> {
        let json = serde_json::to_string(&input.data).expect("sessions are plain finite values");
        let digest = blake3::hash(json.as_bytes()).to_hex().to_string();
        let (reason, detail) = input.barred.clone().unzip();
        self.durably("keeping a session", |conn, run| {
            conn.prepare_cached(
                "INSERT INTO session_inputs (run, session, data, digest, complete_at, bar_reason, bar_detail)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                run,
                input.data.session.to_string(),
                json,
                digest,
                input.complete_at.to_string(),
                reason,
                detail
            ])
            .map(|_| ())
        })
    }

    /// Keeps a finding, durably when this returns.
    ///
    /// # Errors
    /// [`StoreError`]; the ledger stops.
    pub fn keep_finding(&mut self, finding: &InputFinding) -> Result<(), StoreError> {
        self.durably("keeping a finding", |conn, run| {
            conn.prepare_cached(
                "INSERT INTO input_findings (run, found_at, session, symbol, finding, detail)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                run,
                finding.found_at.to_string(),
                finding.session.to_string(),
                finding.symbol.as_str(),
                finding.finding,
                finding.detail
            ])
            .map(|_| ())
        })
    }
}

impl Reader {
    /// Everything a run was given so far, in order.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read, or a row is not what was written.
    pub fn session_inputs(&self, run: RunKey) -> Result<Vec<SessionInput>, StoreError> {
        self.all(
            "SELECT data, digest, complete_at, bar_reason, bar_detail FROM session_inputs
             WHERE run = ?1 ORDER BY session",
            [run.0],
            read_input,
        )
    }

    /// The newest findings of a run, the newest first.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read.
    pub fn input_findings(
        &self,
        run: RunKey,
        limit: usize,
    ) -> Result<Vec<InputFinding>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.all(
            "SELECT found_at, session, symbol, finding, detail FROM input_findings
             WHERE run = ?1 ORDER BY id DESC LIMIT ?2",
            params![run.0, limit],
            |row| {
                Ok(InputFinding {
                    found_at: parsed(row, 0)?,
                    session: parsed(row, 1)?,
                    symbol: parsed(row, 2)?,
                    finding: row.get(3)?,
                    detail: row.get(4)?,
                })
            },
        )
    }
}

fn read_input(row: &Row<'_>) -> rusqlite::Result<SessionInput> {
    let (json, digest): (String, String) = (row.get(0)?, row.get(1)?);
    if blake3::hash(json.as_bytes()).to_hex().as_str() != digest {
        return Err(unreadable(0, "a session's input is not the one that was written"));
    }
    let (reason, detail): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
    Ok(SessionInput {
        data: serde_json::from_str(&json).map_err(|e| unreadable(0, &e.to_string()))?,
        complete_at: parsed(row, 2)?,
        barred: reason.zip(detail),
    })
}
