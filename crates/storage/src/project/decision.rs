//! One symbol of one cycle: verdict, opinions, where the data came from.

use rusqlite::params;
use tradebot_journal::{DecisionRecord, OpinionRecord, QualityRecord, Verdict, ViolationRecord};

use super::At;

pub(super) fn project(at: &At<'_>, r: &DecisionRecord) -> rusqlite::Result<()> {
    insert(at, r)?;
    provenance(at, &r.quality)?;
    for (position, violation) in (0_i64..).zip(&r.quality.violations) {
        insert_violation(at, position, violation)?;
    }
    for (position, opinion) in (0_i64..).zip(&r.opinions) {
        insert_opinion(at, position, opinion)?;
    }
    Ok(())
}

fn insert(at: &At<'_>, r: &DecisionRecord) -> rusqlite::Result<()> {
    let (verdict, reason) = match &r.verdict {
        Verdict::Trade { .. } => ("trade", None),
        Verdict::NoTrade { reason, .. } => ("no_trade", Some(reason)),
    };
    let forecast = r.consensus.as_ref();
    at.conn
        .prepare_cached(
            "INSERT INTO decisions (seq, run, session, symbol, policy_row, verdict, reason, close,
                                    consensus, consensus_lo, equal_weight, row_rate, break_even)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute(params![
            at.seq,
            at.run,
            r.id.session.to_string(),
            r.id.symbol.as_str(),
            r.row.name(),
            verdict,
            reason,
            r.close.filter(|c| c.is_finite() && *c > 0.0).map(|c| c.to_string()),
            forecast.map(|c| c.mean),
            forecast.map(|c| c.lo),
            forecast.map(|c| c.equal_weight),
            forecast.map(|c| c.row_rate),
            forecast.map(|c| c.break_even)
        ])
        .map(|_| ())
}

fn provenance(at: &At<'_>, q: &QualityRecord) -> rusqlite::Result<()> {
    at.conn
        .prepare_cached(
            "INSERT INTO data_provenance (decision, source, bar_digest, adjustment, score, level,
                                          admitted)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            at.seq,
            q.source,
            q.bar_digest,
            q.adjustment,
            q.score,
            q.level,
            q.admitted
        ])
        .map(|_| ())
}

fn insert_violation(at: &At<'_>, position: i64, v: &ViolationRecord) -> rusqlite::Result<()> {
    at.conn
        .prepare_cached(
            "INSERT INTO data_quality_violations (decision, position, check_id, detail, refused)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![at.seq, position, v.check, v.detail, v.refused])
        .map(|_| ())
}

fn insert_opinion(at: &At<'_>, position: i64, o: &OpinionRecord) -> rusqlite::Result<()> {
    at.conn
        .prepare_cached(
            "INSERT INTO predictions (decision, position, member, raw, mean, weight)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![at.seq, position, o.member.as_str(), o.raw, o.mean, o.weight])
        .map(|_| ())
}
