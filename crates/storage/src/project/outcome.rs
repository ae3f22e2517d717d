//! How brackets ended, taken or not.

use rusqlite::params;
use tradebot_journal::OutcomeRecord;

use super::At;

pub(super) fn project(at: &At<'_>, r: &OutcomeRecord) -> rusqlite::Result<()> {
    at.conn
        .prepare_cached(
            "INSERT INTO outcomes (seq, run, resolved, session, symbol, policy_row, won, net_r,
                                   uniqueness, reason, sessions, taken, ambiguous)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute(params![
            at.seq,
            at.run,
            r.resolved.to_string(),
            r.id.session.to_string(),
            r.id.symbol.as_str(),
            r.row.name(),
            r.won,
            r.net_r,
            r.uniqueness,
            r.reason.map(tradebot_journal::ExitReason::name),
            r.sessions,
            r.taken,
            r.ambiguous
        ])
        .map(|_| ())
}
