//! The account: latest snapshot, equity curve, open positions.

use rusqlite::{Row, params};
use tradebot_domain::{Moment, Money, Price, Shares};
use tradebot_journal::{PositionRecord, SizeBasis, SnapshotRecord};

use super::trading::price_of;
use super::{Reader, parsed, sql, through, unreadable};
use crate::anchors::uint;
use crate::error::StoreError;
use crate::store::RunKey;

/// One point of the equity curve.
#[derive(Debug, Clone, PartialEq)]
pub struct EquityPoint {
    /// The session.
    pub session: Moment,
    /// Cash.
    pub cash: Money,
    /// Cash plus positions at their marks.
    pub equity: Money,
    /// Highest equity since the start or the last re-arming.
    pub peak: Money,
    /// 1 - equity / peak.
    pub drawdown: f64,
    /// Equity over the previous session's, less 1.
    pub day_return: f64,
    /// Open risk at stops over equity.
    pub heat: f64,
    /// Value of positions over equity.
    pub gross: f64,
    /// Entries are stopped by the drawdown limit.
    pub stopped: bool,
    /// Buy-and-hold of the same cash.
    pub benchmark: f64,
    /// Open positions.
    pub positions: u32,
}

impl Reader {
    /// The account at the last close on record.
    ///
    /// # Errors
    /// [`StoreError`] when the entry does not read back.
    pub fn latest_snapshot(&self, run: RunKey) -> Result<Option<SnapshotRecord>, StoreError> {
        self.last_record(run, "snapshot")
    }

    /// The account at every close, positions included.
    ///
    /// # Errors
    /// [`StoreError`] when an entry does not read back.
    pub fn snapshots(&self, run: RunKey) -> Result<Vec<SnapshotRecord>, StoreError> {
        self.records(run, "snapshot")
    }

    /// The equity curve between two sessions, both inclusive.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read.
    pub fn equity(
        &self,
        run: RunKey,
        from: Moment,
        to: Moment,
    ) -> Result<Vec<EquityPoint>, StoreError> {
        self.all(sql::EQUITY, params![run.0, from.to_string(), through(to)], |r| {
            Ok(EquityPoint {
                session: parsed(r, 0)?,
                cash: Money(parsed(r, 1)?),
                equity: Money(parsed(r, 2)?),
                peak: Money(parsed(r, 3)?),
                drawdown: r.get(4)?,
                day_return: r.get(5)?,
                heat: r.get(6)?,
                gross: r.get(7)?,
                stopped: r.get(8)?,
                benchmark: r.get(9)?,
                positions: r.get(10)?,
            })
        })
    }

    /// Open positions as last marked, by symbol.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read.
    pub fn open_positions(&self, run: RunKey) -> Result<Vec<PositionRecord>, StoreError> {
        self.all(sql::OPEN_POSITIONS, [run.0], position)
    }
}

fn position(row: &Row<'_>) -> rusqlite::Result<PositionRecord> {
    Ok(PositionRecord {
        symbol: parsed(row, 0)?,
        intent_id: row.get(1)?,
        entry_session: parsed(row, 2)?,
        entry_price: price(row, 3)?,
        shares: Shares(uint(row.get(4)?)),
        stop: price(row, 5)?,
        target: price(row, 6)?,
        mark: price(row, 7)?,
        value: Money(parsed(row, 8)?),
        unrealised: Money(parsed(row, 9)?),
        sessions_held: row.get(10)?,
        basis: basis(row, 11)?,
    })
}

fn price(row: &Row<'_>, column: usize) -> rusqlite::Result<Price> {
    let text: String = row.get(column)?;
    price_of(&text).map_err(|e| unreadable(column, &e))
}

fn basis(row: &Row<'_>, column: usize) -> rusqlite::Result<SizeBasis> {
    let name: String = row.get(column)?;
    [SizeBasis::Skill, SizeBasis::Drift, SizeBasis::Explore]
        .into_iter()
        .find(|b| b.name() == name)
        .ok_or_else(|| unreadable(column, &name))
}
