//! Splits and dividends on held positions.

use rusqlite::params;
use tradebot_domain::ActionKind;
use tradebot_journal::ActionApplied;

use super::{At, int};

pub(super) fn project(at: &At<'_>, r: &ActionApplied) -> rusqlite::Result<()> {
    let (action, amount) = match r.action.kind {
        ActionKind::Split { ratio } => ("split", ratio),
        ActionKind::Dividend { amount } => ("dividend", amount),
    };
    at.conn
        .prepare_cached(
            "INSERT INTO position_actions
                 (seq, run, session, symbol, action, amount, shares_before, shares_after, cash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            at.seq,
            at.run,
            r.session.to_string(),
            r.symbol.as_str(),
            action,
            amount.to_string(),
            int(r.shares_before.0),
            int(r.shares_after.0),
            r.cash.to_string()
        ])
        .map(|_| ())
}
