//! Trades, orders, executions, intents.

use rusqlite::{Row, params};
use tradebot_domain::{Moment, Price, Shares};
use tradebot_journal::{
    ActionApplied, FillRecord, IntentRecord, OrderRecord, OrderRole, OrderState, TradeRecord,
};

use super::{Reader, parsed, sql, unreadable};
use crate::anchors::uint;
use crate::error::StoreError;
use crate::store::RunKey;

impl Reader {
    /// Closed round trips, in the order of their ends.
    ///
    /// # Errors
    /// [`StoreError`] when an entry does not read back.
    pub fn trades(&self, run: RunKey) -> Result<Vec<TradeRecord>, StoreError> {
        self.records(run, "trade_closed")
    }

    /// Executions, in order.
    ///
    /// # Errors
    /// [`StoreError`] when an entry does not read back.
    pub fn fills(&self, run: RunKey) -> Result<Vec<FillRecord>, StoreError> {
        self.records(run, "fill")
    }

    /// Intents, in order.
    ///
    /// # Errors
    /// [`StoreError`] when an entry does not read back.
    pub fn intents(&self, run: RunKey) -> Result<Vec<IntentRecord>, StoreError> {
        self.records(run, "intent")
    }

    /// Splits and dividends on held positions, in order.
    ///
    /// # Errors
    /// [`StoreError`] when an entry does not read back.
    pub fn actions(&self, run: RunKey) -> Result<Vec<ActionApplied>, StoreError> {
        self.records(run, "action_applied")
    }

    /// Orders in their latest state, by order id; `session` is that of the last change.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read.
    pub fn orders(&self, run: RunKey) -> Result<Vec<OrderRecord>, StoreError> {
        self.all(sql::ORDERS, [run.0], order)
    }

    /// Orders at the venue, by order id.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read.
    pub fn working_orders(&self, run: RunKey) -> Result<Vec<OrderRecord>, StoreError> {
        let working = OrderState::Working.name();
        let mut orders = self.all(sql::ORDERS_IN_STATE, params![run.0, working], order)?;
        orders.sort_by(|a, b| a.order_id.cmp(&b.order_id));
        Ok(orders)
    }

    /// What happened to an intent: journal entry, session, event (`intended`, `entry_filled`,
    /// ...) and note, in order.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read.
    pub fn intent_events(
        &self,
        run: RunKey,
        intent_id: &str,
    ) -> Result<Vec<(u64, Moment, String, String)>, StoreError> {
        self.all(sql::INTENT_EVENTS, params![run.0, intent_id], |r| {
            Ok((uint(r.get(0)?), parsed(r, 1)?, r.get(2)?, r.get(3)?))
        })
    }
}

fn order(row: &Row<'_>) -> rusqlite::Result<OrderRecord> {
    let price: Option<String> = row.get(7)?;
    Ok(OrderRecord {
        session: parsed(row, 0)?,
        order_id: row.get(1)?,
        intent_id: row.get(2)?,
        symbol: parsed(row, 3)?,
        role: role(row, 4)?,
        state: state(row, 5)?,
        shares: Shares(uint(row.get(6)?)),
        price: price.map(|p| price_of(&p)).transpose().map_err(|e| unreadable(7, &e))?,
        note: row.get(8)?,
    })
}

fn role(row: &Row<'_>, column: usize) -> rusqlite::Result<OrderRole> {
    let name: String = row.get(column)?;
    [OrderRole::Entry, OrderRole::Stop, OrderRole::Target, OrderRole::Exit]
        .into_iter()
        .find(|r| r.name() == name)
        .ok_or_else(|| unreadable(column, &name))
}

fn state(row: &Row<'_>, column: usize) -> rusqlite::Result<OrderState> {
    let name: String = row.get(column)?;
    [
        OrderState::Working,
        OrderState::Filled,
        OrderState::Cancelled,
        OrderState::Expired,
        OrderState::Rejected,
    ]
    .into_iter()
    .find(|s| s.name() == name)
    .ok_or_else(|| unreadable(column, &name))
}

pub(super) fn price_of(text: &str) -> Result<Price, String> {
    let value = text.parse().map_err(|e| format!("`{text}`: {e}"))?;
    Price::new(value).map_err(|e| e.to_string())
}
