//! Limits reached, stops latched, trading re-armed.

use rusqlite::params;
use tradebot_journal::RiskRecord;

use super::At;

pub(super) fn project(at: &At<'_>, r: &RiskRecord) -> rusqlite::Result<()> {
    at.conn
        .prepare_cached(
            "INSERT INTO risk_events (seq, run, session, event, symbol, value, bound, detail)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            at.seq,
            at.run,
            r.session.to_string(),
            r.event,
            r.symbol.as_ref().map(tradebot_domain::Symbol::as_str),
            r.value,
            r.limit,
            r.detail
        ])
        .map(|_| ())
}
