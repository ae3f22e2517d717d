//! Calls that read an account.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use tradebot_broker_questrade::BrokerTime;
use tradebot_broker_questrade::account::{
    Account as Row, AccountsReply, BalancesReply, Position, TimeReply,
};
use tradebot_broker_questrade::activity::ActivitiesReply;
use tradebot_broker_questrade::execution::ExecutionsReply;
use tradebot_broker_questrade::order::{Order, OrdersReply};
use tradebot_broker_questrade::words::OrderState;
use tradebot_domain::Timestamp;

use super::World;
use super::account::{Account, Holding};
use super::error::ApiError;
use super::market::Window;
use super::orders::Working;
use super::time::{date_of, eastern, later_ms, later_s, midnight, next_day, seconds_between};
use crate::http::Parameters;
use crate::knobs::Quirk;

/// A reply type as a tree. Its numbers become doubles, as the broker's are.
pub(crate) fn tree(reply: &impl serde::Serialize) -> Result<Value, ApiError> {
    serde_json::to_value(reply).map_err(|e| ApiError::new(500, 1009, &e.to_string()))
}

/// A moment of a query.
pub(crate) fn moment(query: &Parameters, name: &str) -> Result<Option<Timestamp>, ApiError> {
    let Some(text) = query.get(name) else { return Ok(None) };
    let time: BrokerTime = text.parse().map_err(|_| ApiError::invalid(name))?;
    Ok(Some(time.instant()))
}

impl World {
    /// The window of a query: today when neither end is given.
    fn window(&self, query: &Parameters, limited: bool) -> Result<Window, ApiError> {
        let from = moment(query, "startTime")?.unwrap_or_else(|| midnight(self.today));
        let end_of_today = || midnight(next_day(self.today));
        let to = moment(query, "endTime")?.unwrap_or_else(end_of_today);
        let most = self.knobs.trading.window_days_max * 86_400 + 3_600;
        if to < from || (limited && seconds_between(from, to) > most) {
            return Err(ApiError::invalid("endTime"));
        }
        Ok(Window { from, to })
    }

    pub(crate) fn read_time(&self) -> Result<Value, ApiError> {
        tree(&TimeReply { time: eastern(later_ms(self.now, self.knobs.clock.skew_ms)) })
    }

    pub(crate) fn read_accounts(&self) -> Result<Value, ApiError> {
        let row = |account: &Account| Row {
            account_type: account.kind.clone(),
            number: account.number.clone(),
            status: account.status.clone(),
            is_primary: account.primary,
            is_billing: account.primary,
            client_account_type: account.client.clone(),
        };
        // In the order of the settings, not of the numbers.
        let numbers = self.knobs.accounts.iter().map(|a| &a.number);
        let accounts = numbers.filter_map(|n| self.accounts.get(n)).map(row).collect();
        tree(&AccountsReply { accounts, user_id: self.knobs.user_id })
    }

    pub(crate) fn read_positions(&self, account: &Account) -> Result<Value, ApiError> {
        let held = account.holdings.iter();
        let rows: Vec<Position> = held.filter_map(|(id, h)| self.position(*id, h)).collect();
        Ok(json!({"positions": tree(&rows)?}))
    }

    fn position(&self, id: i64, holding: &Holding) -> Option<Position> {
        let instrument = self.market.get(id)?;
        let price = self.mark(instrument).filter(|_| !instrument.halted);
        let before = instrument.before(self.today).last().map(|bar| {
            let close = bar.close / instrument.split_factor(bar.date.date(), self.today);
            super::market::tape::price(super::market::tape::units(close))
        });
        let value = price.map(|p| p * holding.quantity);
        let overnight = holding.sod_quantity * before.unwrap_or_default();
        let cost = holding.quantity * holding.average;
        let show = |x: Decimal| x.round_dp(6).normalize();
        Some(Position {
            symbol: instrument.symbol.clone(),
            symbol_id: id,
            open_quantity: holding.quantity.normalize(),
            closed_quantity: holding.closed_today.normalize(),
            current_market_value: value.map(show),
            current_price: price,
            average_entry_price: Some(show(holding.average)),
            closed_pnl: show(holding.closed_pnl),
            open_pnl: value.map(|v| show(v - cost)),
            day_pnl: value.map(|v| show(v - overnight - holding.paid_today)),
            total_cost: Some(show(cost)),
            is_real_time: self.knobs.market.real_time,
            is_under_reorg: instrument.reorg == Some(self.today),
        })
    }

    pub(crate) fn read_balances(&self, account: &Account) -> Result<Value, ApiError> {
        let (held, combined) = self.balances_of(&account.number);
        tree(&BalancesReply {
            per_currency_balances: held,
            combined_balances: combined,
            sod_per_currency_balances: account.start_of_day.0.clone(),
            sod_combined_balances: account.start_of_day.1.clone(),
        })
    }

    pub(crate) fn read_executions(
        &mut self,
        account: &str,
        query: &Parameters,
    ) -> Result<Value, ApiError> {
        let window = self.window(query, true)?;
        let oldest = later_s(self.now, -self.knobs.trading.executions_kept_days * 86_400);
        let mine = self.fills.iter().filter(|f| f.account == account).map(|f| &f.execution);
        let inside = |at: Timestamp| window.from <= at && at <= window.to && at >= oldest;
        let mut executions: Vec<_> =
            mine.filter(|e| inside(e.timestamp.instant())).cloned().collect();
        if self.quirk(Quirk::Q12DuplicateExecutions) {
            let again = executions.clone();
            executions.extend(again);
            executions.reverse();
        }
        tree(&ExecutionsReply { executions })
    }

    pub(crate) fn read_activities(
        &self,
        account: &Account,
        query: &Parameters,
    ) -> Result<Value, ApiError> {
        for name in ["startTime", "endTime"] {
            query.get(name).ok_or_else(|| ApiError::missing(name))?;
        }
        let window = self.window(query, true)?;
        let (from, to) = (date_of(window.from), date_of(window.to));
        let listed = account.postings.iter().filter(|p| p.from <= self.today);
        let activities =
            listed.filter(|p| p.from >= from && p.from <= to).map(|p| p.row.clone()).collect();
        tree(&ActivitiesReply { activities })
    }

    pub(crate) fn read_orders(
        &mut self,
        account: &str,
        query: &Parameters,
    ) -> Result<Value, ApiError> {
        if let Some(ids) = query.get("ids") {
            let ids = ids_of(ids)?;
            return self.listed(account, |w| ids.contains(&w.order.id));
        }
        let filter = query.get("stateFilter").unwrap_or("All").to_owned();
        if !["All", "Open", "Closed"].contains(&filter.as_str()) {
            return Err(ApiError::invalid("stateFilter"));
        }
        let window = self.window(query, filter != "Open")?;
        let given = query.get("startTime").is_some() || query.get("endTime").is_some();
        let everything = !given && !self.quirk(Quirk::Q10DefaultWindow);
        let today = |w: &Working| {
            let made = w.order.creation_time.instant();
            window.from <= made && made <= window.to
        };
        self.listed(account, |w| {
            let state = match filter.as_str() {
                "Open" => w.order.is_open(),
                "Closed" => !w.order.is_open(),
                _ => true,
            };
            state && (today(w) || (everything && w.order.is_open()))
        })
    }

    pub(crate) fn read_order(&mut self, account: &str, id: &str) -> Result<Value, ApiError> {
        let id: i64 = id.parse().map_err(|_| ApiError::invalid("orderId"))?;
        let known = self.orders.get(&id).is_some_and(|w| w.account == account);
        if !known && self.knobs.wire.unknown_order_is_404 {
            return Err(ApiError::general(1020));
        }
        self.listed(account, |w| w.order.id == id)
    }

    /// Orders of an account as a listing shows them: late, cut or stale when a quirk says so.
    fn listed(
        &mut self,
        account: &str,
        wanted: impl Fn(&Working) -> bool,
    ) -> Result<Value, ApiError> {
        let lag = self.quirk(Quirk::Q8ListLag);
        let cut = self.quirk(Quirk::Q9TruncatedPage);
        let seen = later_s(self.now, if lag { -5 } else { 0 });
        let mut orders: Vec<Order> = Vec::new();
        for working in self.orders.values_mut().filter(|w| w.account == account && wanted(w)) {
            let known = working.history.iter().rev().find(|(at, _)| *at <= seen);
            let mut shown = known.map(|(_, order)| order.clone());
            if working.regress > 0 {
                working.regress -= 1;
                let accepted = |(_, o): &&(Timestamp, Order)| o.state == OrderState::Accepted;
                shown = working.history.iter().find(accepted).map(|(_, o)| o.clone()).or(shown);
            }
            orders.extend(shown);
        }
        if cut {
            orders.truncate(orders.len() / 2);
        }
        tree(&OrdersReply { orders })
    }
}

/// Ids of a list, `1,2,3`.
pub(crate) fn ids_of(text: &str) -> Result<Vec<i64>, ApiError> {
    let parsed: Result<Vec<i64>, _> = text.split(',').map(|id| id.trim().parse()).collect();
    parsed.ok().filter(|ids| !ids.is_empty()).ok_or_else(|| ApiError::invalid("ids"))
}
