//! What is about to be sent, with its bracket.

use rusqlite::params;
use tradebot_journal::{BracketRecord, IntentRecord};

use super::{At, int};

pub(super) fn project(at: &At<'_>, r: &IntentRecord) -> rusqlite::Result<()> {
    at.conn
        .prepare_cached(
            "INSERT INTO order_intents (run, intent_id, seq, session, symbol, shares, policy_row,
                                        basis, planned_risk, notional)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            at.run,
            r.intent_id,
            at.seq,
            r.decision.session.to_string(),
            r.decision.symbol.as_str(),
            int(r.shares.0),
            r.row.name(),
            r.basis.name(),
            r.planned_risk.to_string(),
            r.notional.to_string()
        ])?;
    bracket(at, &r.intent_id, &r.bracket)?;
    at.conn
        .prepare_cached(
            "INSERT INTO intent_events (seq, run, intent_id, session, event, order_id, note)
             VALUES (?1, ?2, ?3, ?4, 'intended', NULL, '')",
        )?
        .execute(params![at.seq, at.run, r.intent_id, r.session.to_string()])
        .map(|_| ())
}

fn bracket(at: &At<'_>, intent_id: &str, b: &BracketRecord) -> rusqlite::Result<()> {
    at.conn
        .prepare_cached(
            "INSERT INTO bracket_parameters (run, intent_id, entry_limit, stop, target,
                 max_holding_sessions, atr, atr_multiplier, r_multiple, trailing_atr)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            at.run,
            intent_id,
            b.entry_limit.to_string(),
            b.stop.to_string(),
            b.target.to_string(),
            b.max_holding_sessions,
            b.atr,
            b.atr_multiplier,
            b.r_multiple,
            b.trailing_atr
        ])
        .map(|_| ())
}
