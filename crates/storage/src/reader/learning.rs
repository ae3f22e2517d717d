//! Outcomes with what had been forecast: what warm starts and replays of learning read.

use rusqlite::{Row, params};
use serde::Deserialize;
use tradebot_domain::{MemberId, Moment};
use tradebot_journal::{BracketRecord, CandidatesRecord, DecisionId, ExitReason, OutcomeRecord};

use super::decisions::regime;
use super::{Reader, parsed, sql, unreadable};
use crate::anchors::uint;
use crate::error::StoreError;
use crate::project::int;
use crate::store::RunKey;

/// An opinion as it was issued.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StoredOpinion {
    /// The member.
    pub member: MemberId,
    /// Score before calibration; none for an abstention.
    pub raw: Option<f64>,
    /// Calibrated probability; 0 for an abstention.
    pub mean: f64,
    /// Weight in the consensus; 0 for an abstention.
    pub weight: f64,
}

/// What a decision was asked.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct StoredQuestion {
    /// Features in the order of the run's feature names; empty when it was not warm.
    pub features: Vec<f64>,
    /// Raw close of the decision, currency per share; none without a usable bar.
    pub close: Option<f64>,
    /// The bracket in question; none where none was built.
    pub bracket: Option<BracketRecord>,
}

/// An outcome and the forecasts it settles.
#[derive(Debug, Clone, PartialEq)]
pub struct ResolvedRow {
    /// How the bracket ended.
    pub outcome: OutcomeRecord,
    /// Journal entry of the decision.
    pub decision_seq: u64,
    /// Consensus; none when the members could not be asked.
    pub consensus: Option<f64>,
    /// Unweighted mean of the awake members.
    pub equal_weight: Option<f64>,
    /// Base rate of the row at the decision.
    pub row_rate: Option<f64>,
    /// Opinions in the order of the run's members.
    pub opinions: Vec<StoredOpinion>,
}

impl Reader {
    /// Outcomes as recorded, in journal order.
    ///
    /// # Errors
    /// [`StoreError`] when an entry does not read back.
    pub fn outcomes(&self, run: RunKey) -> Result<Vec<OutcomeRecord>, StoreError> {
        self.records(run, "outcome")
    }

    /// How decisions would have ended under other R-multiples, in journal order.
    ///
    /// # Errors
    /// [`StoreError`] when an entry does not read back.
    pub fn candidates(&self, run: RunKey) -> Result<Vec<CandidatesRecord>, StoreError> {
        self.records(run, "candidates")
    }

    /// Outcomes with the forecasts they settle, in the order in which they were learned from:
    /// session of resolution, session of decision, symbol.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read.
    pub fn resolved(&self, run: RunKey) -> Result<Vec<ResolvedRow>, StoreError> {
        let mut rows = self.all(sql::RESOLVED, [run.0], row_without_opinions)?;
        for row in &mut rows {
            row.opinions = self.opinions(row.decision_seq)?;
        }
        Ok(rows)
    }

    /// Opinions on the decision at this journal entry, in the order of the run's members.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read.
    pub fn opinions(&self, decision_seq: u64) -> Result<Vec<StoredOpinion>, StoreError> {
        self.all(sql::OPINIONS, [int(decision_seq)], |r| {
            Ok(StoredOpinion {
                member: member(r, 0)?,
                raw: r.get(1)?,
                mean: r.get(2)?,
                weight: r.get(3)?,
            })
        })
    }

    /// Features of the decision at this journal entry, in the order of the run's feature names;
    /// empty when it was not warm.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when the entry does not read back.
    pub fn features(&self, decision_seq: u64) -> Result<Vec<f64>, StoreError> {
        self.question(decision_seq).map(|question| question.features)
    }

    /// What the decision at this journal entry was asked.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when the entry does not read back.
    pub fn question(&self, decision_seq: u64) -> Result<StoredQuestion, StoreError> {
        let body: String = self.one(sql::BODY, [int(decision_seq)], |r| r.get(0))?;
        self.read(decision_seq, &body, "a decision")
    }

    /// Published weights, session by session.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read.
    pub fn weights(&self, run: RunKey) -> Result<Vec<(Moment, MemberId, f64)>, StoreError> {
        self.all(sql::WEIGHTS, params![run.0], |r| Ok((parsed(r, 0)?, member(r, 1)?, r.get(2)?)))
    }
}

fn row_without_opinions(row: &Row<'_>) -> rusqlite::Result<ResolvedRow> {
    Ok(ResolvedRow {
        outcome: OutcomeRecord {
            resolved: parsed(row, 0)?,
            id: DecisionId { session: parsed(row, 1)?, symbol: parsed(row, 2)? },
            row: regime(row, 3)?,
            won: row.get(4)?,
            net_r: row.get(5)?,
            uniqueness: row.get(6)?,
            reason: exit_reason(row, 7)?,
            sessions: row.get(8)?,
            taken: row.get(9)?,
            ambiguous: row.get(10)?,
        },
        decision_seq: uint(row.get(11)?),
        consensus: row.get(12)?,
        equal_weight: row.get(13)?,
        row_rate: row.get(14)?,
        opinions: Vec::new(),
    })
}

fn exit_reason(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<ExitReason>> {
    let Some(name) = row.get::<_, Option<String>>(column)? else { return Ok(None) };
    [
        ExitReason::Stop,
        ExitReason::StopGap,
        ExitReason::Target,
        ExitReason::TargetGap,
        ExitReason::Time,
        ExitReason::Reversal,
        ExitReason::Flatten,
        ExitReason::EndOfData,
    ]
    .into_iter()
    .find(|r| r.name() == name)
    .map(Some)
    .ok_or_else(|| unreadable(column, &name))
}

fn member(row: &Row<'_>, column: usize) -> rusqlite::Result<MemberId> {
    let name: String = row.get(column)?;
    MemberId::new(&name).map_err(|e| unreadable(column, &e.to_string()))
}
