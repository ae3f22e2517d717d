//! Closed round trips, and the position that is no more.

use rusqlite::params;
use tradebot_journal::TradeRecord;

use super::{At, int};

pub(super) fn project(at: &At<'_>, r: &TradeRecord) -> rusqlite::Result<()> {
    insert(at, r)?;
    // A position opened and closed within one session was never marked and has no row.
    at.conn
        .prepare_cached("UPDATE positions SET closed = ?3 WHERE run = ?1 AND intent_id = ?2")?
        .execute(params![at.run, r.intent_id, r.exit_session.to_string()])
        .map(|_| ())
}

fn insert(at: &At<'_>, r: &TradeRecord) -> rusqlite::Result<()> {
    at.conn
        .prepare_cached(
            "INSERT INTO trade_results (seq, run, intent_id, symbol, policy_row, basis,
                 entry_session, exit_session, entry_price, exit_price, exit_shares, reason, gross,
                 dividends, costs, net, r_multiple)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
        )?
        .execute(params![
            at.seq,
            at.run,
            r.intent_id,
            r.symbol.as_str(),
            r.row.name(),
            r.basis.name(),
            r.entry_session.to_string(),
            r.exit_session.to_string(),
            r.entry_price.to_string(),
            r.exit_price.to_string(),
            int(r.exit_shares.0),
            r.reason.name(),
            r.gross.to_string(),
            r.dividends.to_string(),
            r.costs.to_string(),
            r.net.to_string(),
            r.r_multiple
        ])
        .map(|_| ())
}
