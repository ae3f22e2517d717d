//! The account at a close: balance, portfolio, risk, and each position as marked.

use rusqlite::params;
use tradebot_journal::{PositionRecord, SnapshotRecord};

use super::{At, int};

pub(super) fn project(at: &At<'_>, r: &SnapshotRecord) -> rusqlite::Result<()> {
    let session = r.session.to_string();
    balance(at, &session, r)?;
    portfolio(at, &session, r)?;
    risk(at, &session, r)?;
    r.positions.iter().try_for_each(|p| mark(at, &session, p))
}

fn balance(at: &At<'_>, session: &str, r: &SnapshotRecord) -> rusqlite::Result<()> {
    at.conn
        .prepare_cached(
            "INSERT INTO account_balance (run, session, cash, equity, peak)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            at.run,
            session,
            r.cash.to_string(),
            r.equity.to_string(),
            r.peak.to_string()
        ])
        .map(|_| ())
}

fn portfolio(at: &At<'_>, session: &str, r: &SnapshotRecord) -> rusqlite::Result<()> {
    at.conn
        .prepare_cached(
            "INSERT INTO portfolio_snapshots (run, session, seq, positions, day_return, gross,
                                              benchmark)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            at.run,
            session,
            at.seq,
            int(r.positions.len() as u64),
            r.day_return,
            r.gross,
            r.benchmark
        ])
        .map(|_| ())
}

fn risk(at: &At<'_>, session: &str, r: &SnapshotRecord) -> rusqlite::Result<()> {
    at.conn
        .prepare_cached(
            "INSERT INTO risk_metrics (run, session, drawdown, heat, stopped)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![at.run, session, r.drawdown, r.heat, r.stopped])
        .map(|_| ())
}

fn mark(at: &At<'_>, session: &str, p: &PositionRecord) -> rusqlite::Result<()> {
    at.conn
        .prepare_cached(
            "INSERT INTO positions (run, intent_id, symbol, entry_session, entry_price, shares,
                 stop, target, mark, value, unrealised, sessions_held, basis, as_of)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
             ON CONFLICT (run, intent_id) DO UPDATE SET
                 entry_price = excluded.entry_price, shares = excluded.shares,
                 stop = excluded.stop, target = excluded.target, mark = excluded.mark,
                 value = excluded.value, unrealised = excluded.unrealised,
                 sessions_held = excluded.sessions_held, as_of = excluded.as_of",
        )?
        .execute(params![
            at.run,
            p.intent_id,
            p.symbol.as_str(),
            p.entry_session.to_string(),
            p.entry_price.to_string(),
            int(p.shares.0),
            p.stop.to_string(),
            p.target.to_string(),
            p.mark.to_string(),
            p.value.to_string(),
            p.unrealised.to_string(),
            p.sessions_held,
            p.basis.name(),
            session
        ])
        .map(|_| ())
}
