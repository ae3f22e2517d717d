//! What a session's outcomes taught: rows, members, weights.

use rusqlite::params;
use tradebot_journal::{LearnedRecord, MemberLearned, RowLearned};

use super::At;

pub(super) fn project(at: &At<'_>, r: &LearnedRecord) -> rusqlite::Result<()> {
    let session = r.session.to_string();
    r.rows.iter().try_for_each(|row| insert_row(at, &session, row))?;
    r.members.iter().enumerate().try_for_each(|(i, m)| insert_member(at, &session, i, m))
}

fn insert_row(at: &At<'_>, session: &str, r: &RowLearned) -> rusqlite::Result<()> {
    at.conn
        .prepare_cached(
            "INSERT INTO confidence_calibration (run, session, policy_row, n, rate, rate_lo,
                                                 mean_win, mean_loss, break_even)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            at.run,
            session,
            r.row.name(),
            r.n,
            r.rate,
            r.rate_lo,
            r.mean_win,
            r.mean_loss,
            r.break_even
        ])
        .map(|_| ())
}

fn insert_member(
    at: &At<'_>,
    session: &str,
    position: usize,
    m: &MemberLearned,
) -> rusqlite::Result<()> {
    let position = i64::try_from(position).unwrap_or(-1);
    at.conn
        .prepare_cached(
            "INSERT INTO model_performance (run, session, position, member, scored, brier,
                                            brier_raw, brier_60)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            at.run,
            session,
            position,
            m.member.as_str(),
            m.scored,
            m.brier,
            m.brier_raw,
            m.brier_60
        ])?;
    at.conn
        .prepare_cached(
            "INSERT INTO ensemble_weights (run, session, position, member, weight)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![at.run, session, position, m.member.as_str(), m.weight])
        .map(|_| ())
}
