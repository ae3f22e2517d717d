//! Orders in their latest state, and each change as an event of its intent.

use rusqlite::params;
use tradebot_journal::OrderRecord;

use super::{At, int};

pub(super) fn project(at: &At<'_>, r: &OrderRecord) -> rusqlite::Result<()> {
    at.conn
        .prepare_cached(
            "INSERT INTO orders (run, order_id, seq, intent_id, symbol, role, state, placed,
                                 changed, shares, price, note)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10, ?11)
             ON CONFLICT (run, order_id) DO UPDATE SET
                 seq = excluded.seq, state = excluded.state, changed = excluded.changed,
                 shares = excluded.shares, price = excluded.price, note = excluded.note",
        )?
        .execute(params![
            at.run,
            r.order_id,
            at.seq,
            r.intent_id,
            r.symbol.as_str(),
            r.role.name(),
            r.state.name(),
            r.session.to_string(),
            int(r.shares.0),
            r.price.map(|p| p.to_string()),
            r.note
        ])?;
    at.conn
        .prepare_cached(
            "INSERT INTO intent_events (seq, run, intent_id, session, event, order_id, note)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            at.seq,
            at.run,
            r.intent_id,
            r.session.to_string(),
            format!("{}_{}", r.role.name(), r.state.name()),
            r.order_id,
            r.note
        ])
        .map(|_| ())
}
