//! Time, accounts, positions, balances, executions, orders, activities.

use jiff::SignedDuration;
use tradebot_domain::Timestamp;

use super::windows::{Window, eastern, merged_by_count, merged_by_key};
use super::{Client, ClientError, listed, segment};
use crate::account::{AccountsReply, BalancesReply, Position, PositionsReply, TimeReply};
use crate::activity::{ActivitiesReply, Activity};
use crate::error::ErrorCode;
use crate::execution::{Execution, ExecutionsReply};
use crate::order::{Order, OrdersReply};
use crate::time::BrokerTime;
use crate::transport::{Fault, Route, now};

/// Days of a window: the broker's limit for activities is 31, and a part may touch one day more
/// than it spans.
const DAYS: i32 = 30;
/// How far back orders that may still work are looked for.
const OPEN_DAYS: i32 = 180;
/// Ids in one call.
const IDS: usize = 50;

/// Which orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderFilter {
    /// All.
    All,
    /// Those that may still work.
    Open,
    /// Those that are done.
    Closed,
}

impl OrderFilter {
    const fn as_str(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Open => "Open",
            Self::Closed => "Closed",
        }
    }
}

impl Client {
    /// The broker's clock.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn time(&self) -> Result<BrokerTime, ClientError> {
        let reply: TimeReply = self.get(Route::Time, "time", &[]).await?;
        Ok(reply.time)
    }

    /// How far the broker's clock is ahead of ours; half the way there and back is taken off. A
    /// warning stands in the log above two seconds.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn clock_skew(&self) -> Result<SignedDuration, ClientError> {
        let before = now();
        let theirs = self.time().await?.instant();
        let after = now();
        let middle = before.saturating_add(after.duration_since(before) / 2).unwrap_or(after);
        let skew = theirs.duration_since(middle);
        if skew.abs() > SignedDuration::from_secs(2) {
            tracing::warn!(skew_ms = %skew.as_millis(), "this machine's clock is off the broker's");
        }
        Ok(skew)
    }

    /// The accounts of the user.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn accounts(&self) -> Result<AccountsReply, ClientError> {
        self.get(Route::Accounts, "accounts", &[]).await
    }

    /// Positions of an account, those closed today included.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn positions(&self, account: &str) -> Result<Vec<Position>, ClientError> {
        let path = of(account, "positions")?;
        let reply: PositionsReply = self.get(Route::Positions, &path, &[]).await?;
        Ok(reply.positions)
    }

    /// Balances of an account.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn balances(&self, account: &str) -> Result<BalancesReply, ClientError> {
        self.get(Route::Balances, &of(account, "balances")?, &[]).await
    }

    /// Executions of a window, each once, ascending by id. The broker keeps some months; beyond
    /// them [`Client::activities`] has the trades.
    ///
    /// # Errors
    /// [`ClientError`]; all parts of the window or none.
    pub async fn executions(
        &self,
        account: &str,
        window: Window,
    ) -> Result<Vec<Execution>, ClientError> {
        let path = of(account, "executions")?;
        let mut parts = Vec::new();
        for part in window.days(DAYS) {
            let reply: ExecutionsReply = self.get(Route::Executions, &path, &times(part)).await?;
            parts.push(reply.executions);
        }
        Ok(merged_by_key(parts, |e| (e.id, e.exchange_exec_id.clone()), |_, _| false))
    }

    /// Orders of a window, each once in its latest state, ascending by id.
    ///
    /// Open ones are asked for in one call, whatever the window; the others in parts.
    ///
    /// # Errors
    /// [`ClientError`]; all parts of the window or none.
    pub async fn orders(
        &self,
        account: &str,
        filter: OrderFilter,
        window: Window,
    ) -> Result<Vec<Order>, ClientError> {
        let path = of(account, "orders")?;
        let windows = if filter == OrderFilter::Open { vec![window] } else { window.days(DAYS) };
        let mut parts = Vec::new();
        for part in windows {
            let mut query = times(part).to_vec();
            query.push(("stateFilter", filter.as_str().to_owned()));
            let reply: OrdersReply = self.get(Route::Orders, &path, &query).await?;
            parts.push(reply.orders);
        }
        Ok(latest(parts))
    }

    /// All orders that may still work, entered within the last half year.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn open_orders(
        &self,
        account: &str,
        now: Timestamp,
    ) -> Result<Vec<Order>, ClientError> {
        self.orders(account, OrderFilter::Open, Window::last_days(OPEN_DAYS, now)).await
    }

    /// One order; none when the broker knows of none, which it says in two ways.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn order(&self, account: &str, id: i64) -> Result<Option<Order>, ClientError> {
        let path = format!("{}/{id}", of(account, "orders")?);
        match self.get::<OrdersReply>(Route::Orders, &path, &[]).await {
            Ok(reply) => Ok(reply.orders.into_iter().find(|order| order.id == id)),
            Err(error) => match error.fault() {
                Some(Fault::Broker { code: ErrorCode(1020), .. }) => Ok(None),
                _ => Err(error),
            },
        }
    }

    /// Orders by id, in their latest state; those the broker does not know are missing.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn orders_by_id(
        &self,
        account: &str,
        ids: &[i64],
    ) -> Result<Vec<Order>, ClientError> {
        let path = of(account, "orders")?;
        let mut parts = Vec::new();
        for ids in ids.chunks(IDS) {
            let query = [("ids", listed(ids))];
            let reply: OrdersReply = self.get(Route::Orders, &path, &query).await?;
            parts.push(reply.orders);
        }
        Ok(latest(parts))
    }

    /// Activities of a window, in the broker's order. Rows have no id: two equal ones of one day
    /// are both kept, one that two parts of the window share is one.
    ///
    /// # Errors
    /// [`ClientError`]; all parts of the window or none.
    pub async fn activities(
        &self,
        account: &str,
        window: Window,
    ) -> Result<Vec<Activity>, ClientError> {
        let path = of(account, "activities")?;
        let mut parts = Vec::new();
        for part in window.days(DAYS) {
            let reply: ActivitiesReply = self.get(Route::Activities, &path, &times(part)).await?;
            parts.push(reply.activities);
        }
        Ok(merged_by_count(parts))
    }
}

/// Path below an account, whose number keeps its leading zeros.
fn of(account: &str, what: &str) -> Result<String, ClientError> {
    Ok(format!("accounts/{}/{what}", segment("account", account)?))
}

/// Begin and end as the broker reads them: on the exchanges' clock, with its offset of that day.
pub(super) fn times(window: Window) -> [(&'static str, String); 2] {
    let written =
        |moment: Timestamp| BrokerTime::new(moment, eastern().to_offset(moment)).to_string();
    [("startTime", written(window.from())), ("endTime", written(window.to()))]
}

/// Each order once, as it was last changed.
fn latest(parts: Vec<Vec<Order>>) -> Vec<Order> {
    let changed = |order: &Order| order.update_time.instant();
    merged_by_key(parts, |order| order.id, |order, known| changed(order) > changed(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_written_with_the_offset_of_its_day() {
        let from = "2026-07-09T04:00:00Z".parse().unwrap();
        let to = "2026-12-09T05:00:00Z".parse().unwrap();
        let [(_, from), (_, to)] = times(Window::new(from, to).unwrap());
        assert_eq!(from, "2026-07-09T00:00:00.000000-04:00");
        assert_eq!(to, "2026-12-09T00:00:00.000000-05:00");
    }
}
