//! Executions.

use rusqlite::params;
use tradebot_journal::FillRecord;

use super::{At, int};

pub(super) fn project(at: &At<'_>, r: &FillRecord) -> rusqlite::Result<()> {
    at.conn
        .prepare_cached(
            "INSERT INTO fills (run, fill_id, seq, session, order_id, symbol, role, shares, price,
                                commission, spread_cost, slippage_cost, cash_after)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute(params![
            at.run,
            r.fill_id,
            at.seq,
            r.session.to_string(),
            r.order_id,
            r.symbol.as_str(),
            r.role.name(),
            int(r.shares.0),
            r.price.to_string(),
            r.commission.to_string(),
            r.spread_cost.to_string(),
            r.slippage_cost.to_string(),
            r.cash_after.to_string()
        ])
        .map(|_| ())
}
