//! Orders: how they begin, change and are cancelled.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use tradebot_broker_questrade::order::Order;
use tradebot_broker_questrade::words::{OrderState, OrderType, Side, TimeInForce};
use tradebot_domain::Timestamp;

use super::World;
use super::brackets::row_of;
use super::error::ApiError;
use super::market::Instrument;
use super::ticket::Ticket;
use super::time::{date_of, eastern, later_ms, later_s, midnight, next_day};
use crate::knobs::Quirk;

/// Code of a refusal after the order was made.
const REFUSED_AFTER: i64 = 3054;

/// An order and what the simulator knows of it.
#[derive(Debug, Clone)]
pub(crate) struct Working {
    pub(crate) order: Order,
    pub(crate) account: String,
    /// When it becomes `Accepted`, and when it first may fill.
    pub(crate) accept_at: Timestamp,
    pub(crate) eligible_at: Timestamp,
    pub(crate) cancel_at: Option<Timestamp>,
    pub(crate) expires: Option<Timestamp>,
    /// A stop has been reached.
    pub(crate) triggered: bool,
    /// Best price since a trailing stop began.
    pub(crate) best: Option<Decimal>,
    /// Most shares it will ever fill (Q22), or none at all (Q17).
    pub(crate) fill_at_most: Option<Decimal>,
    /// As it was after each change.
    pub(crate) history: Vec<(Timestamp, Order)>,
    /// Listings that still show it as accepted (Q11).
    pub(crate) regress: u32,
}

impl Working {
    /// It counts against cash and shares: contingent parts of a bracket do not yet.
    pub(crate) fn is_working(&self) -> bool {
        self.order.state != OrderState::ContingentOrder
    }
}

/// The life of an order in states that still may fill.
pub(crate) fn may_fill(state: &OrderState) -> bool {
    matches!(
        state,
        OrderState::Accepted
            | OrderState::Partial
            | OrderState::Triggered
            | OrderState::Activated
            | OrderState::CancelPending
    )
}

impl World {
    /// Makes an order of a ticket, or refuses it with an order row that says why.
    ///
    /// # Errors
    /// [`ApiError`] with status 200 when the row exists; the caller replies it as it is.
    pub(crate) fn place(&mut self, account: &str, ticket: &Ticket) -> Result<i64, ApiError> {
        self.check_ticket(account, ticket)?;
        let id = self.enter(account, ticket, OrderState::Pending, (0, 0));
        match self.refusal(account, ticket, id) {
            None => Ok(id),
            Some(reason) => Err(self.reject(id, reason)),
        }
    }

    /// Ends an order that was made, and says so: status 200 with a code.
    pub(crate) fn reject(&mut self, id: i64, reason: &str) -> ApiError {
        self.change(id, |o| {
            o.state = OrderState::Rejected;
            o.canceled_quantity = o.open_quantity;
            o.open_quantity = Decimal::ZERO;
            reason.clone_into(&mut o.rejection_reason);
        });
        let mut error = ApiError::new(200, REFUSED_AFTER, reason);
        error.extra = Some(json!({"orderId": id, "orders": self.rows(&[id])}));
        error
    }

    /// Adds the row of an order. `chain` is 0 for a new chain, `group` 0 outside brackets.
    pub(crate) fn enter(
        &mut self,
        account: &str,
        ticket: &Ticket,
        state: OrderState,
        (chain, group): (i64, i64),
    ) -> i64 {
        let id = self.next_order_id;
        self.next_order_id += 1;
        let now = self.now;
        let behind = if self.quirk(Quirk::Q24ClockOffset) { -90 } else { 0 };
        let mut order = row_of(ticket, (id, if chain == 0 { id } else { chain }, group), state);
        order.side = self.side_of(account, ticket);
        order.symbol =
            self.market.get(ticket.symbol_id).map(|i| i.symbol.clone()).unwrap_or_default();
        order.creation_time = eastern(later_s(now, behind));
        order.update_time = eastern(now);
        order.user_id = self.knobs.user_id;
        let accept_at = later_ms(now, self.knobs.trading.accept_ms);
        let stuck = group == 0 && ticket.stop.is_some() && self.quirk(Quirk::Q17TriggeredUnfilled);
        let half = self.quirk(Quirk::Q22PartialThenStop);
        let part = (ticket.quantity / Decimal::TWO).trunc().max(Decimal::ONE);
        let working = Working {
            history: vec![(now, order.clone())],
            expires: self.expiry(ticket),
            order,
            account: account.to_owned(),
            accept_at,
            eligible_at: later_ms(accept_at, self.knobs.trading.fill_ms),
            cancel_at: None,
            triggered: false,
            best: None,
            fill_at_most: stuck.then_some(Decimal::ZERO).or(half.then_some(part)),
            regress: 0,
        };
        self.orders.insert(id, working);
        self.notify_order(id);
        id
    }

    fn side_of(&self, account: &str, ticket: &Ticket) -> Side {
        let held =
            self.accounts.get(account).map(|a| a.quantity(ticket.symbol_id)).unwrap_or_default();
        match (ticket.buys, held) {
            (true, held) if held < Decimal::ZERO => Side::Cover,
            (true, _) => Side::Buy,
            (false, held) if held > Decimal::ZERO => Side::Sell,
            (false, _) if ticket.class.is_some() => Side::Sell,
            (false, _) => Side::Short,
        }
    }

    /// When an order ends on its own; none for what ends at once.
    fn expiry(&self, ticket: &Ticket) -> Option<Timestamp> {
        let instrument = self.market.get(ticket.symbol_id)?;
        let close = |instrument: &Instrument, from: Timestamp| {
            let date = date_of(from);
            let today = self.market.session(instrument.calendar, date).map(|h| h.close);
            let next = || {
                let date = self.market.next_session(instrument.calendar, date)?;
                self.market.session(instrument.calendar, date).map(|h| h.close)
            };
            today.filter(|close| *close > from).or_else(next)
        };
        let extended = self.knobs.trading.gtc_days * 86_400;
        match ticket.lasts {
            TimeInForce::GoodTillCanceled => Some(later_s(self.now, extended)),
            TimeInForce::GoodTillDate => {
                ticket.until.map(|until| midnight(next_day(date_of(until))))
            }
            TimeInForce::GoodTillExtendedDay => {
                close(instrument, self.now).map(|close| later_s(close, 4 * 3_600))
            }
            _ => close(instrument, self.now),
        }
    }

    /// Why an order is refused after it was made.
    pub(crate) fn refusal(
        &mut self,
        account: &str,
        ticket: &Ticket,
        id: i64,
    ) -> Option<&'static str> {
        if ticket.stop.is_some() && self.quirk(Quirk::Q17StopRefused) {
            return Some("Stop orders are not accepted for this symbol now");
        }
        if self.quirk(Quirk::Q5ErrorIn200) {
            return Some("Order was refused by the exchange");
        }
        let side = self.orders.get(&id).map(|w| w.order.side.clone())?;
        let account = self.accounts.get(account)?;
        let instrument = self.market.get(ticket.symbol_id)?;
        match side {
            Side::Sell => {
                let free = account.quantity(ticket.symbol_id)
                    - self.selling(&account.number, ticket.symbol_id);
                // The order itself is among the open ones by now.
                (free < Decimal::ZERO).then_some("Not enough shares to sell")
            }
            Side::Short if !account.is_margin() || !self.knobs.trading.short_selling => {
                Some("Short sales are not allowed in this account")
            }
            Side::Cover => (ticket.quantity > -account.quantity(ticket.symbol_id))
                .then_some("More shares to cover than are short"),
            Side::Buy | Side::Short => {
                let cost = self.cost_of(instrument, ticket);
                // As the order is open by now, its own cost is reserved already for a purchase.
                let left = self.may_spend(account, &instrument.currency);
                let own = if side == Side::Buy { Decimal::ZERO } else { cost };
                (left < own).then_some("Not enough buying power")
            }
            _ => None,
        }
    }

    /// What a ticket would cost at most, without commission.
    pub(crate) fn cost_of(&self, instrument: &Instrument, ticket: &Ticket) -> Decimal {
        let mark = self.mark(instrument).unwrap_or_default();
        let price = ticket.limit.filter(|_| ticket.kind == OrderType::Limit).unwrap_or(mark);
        price * ticket.quantity
    }

    /// Asks for a cancel: `CancelPending` now, `Canceled` a little later.
    pub(crate) fn cancel(&mut self, account: &str, id: i64) -> Result<Value, ApiError> {
        let working = self.orders.get(&id).filter(|w| w.account == account);
        let working = working.ok_or_else(|| ApiError::general(1020))?;
        if !working.order.is_open() {
            return Err(ApiError::new(400, 3030, "Order is not open"));
        }
        if self.quirk(Quirk::Q16CancelFillRace) {
            self.fill_rest(id);
            return Ok(json!({"orderId": id}));
        }
        let at = later_ms(self.now, self.knobs.trading.cancel_ms);
        if let Some(working) = self.orders.get_mut(&id) {
            working.cancel_at = Some(at);
        }
        self.change(id, |o| o.state = OrderState::CancelPending);
        Ok(json!({"orderId": id}))
    }

    /// Ends what is open of an order, in the state that says how.
    pub(crate) fn end(&mut self, id: i64, state: &OrderState, reason: &str) {
        self.change(id, |o| {
            let partial = *state == OrderState::Canceled && o.filled_quantity > Decimal::ZERO;
            o.state = if partial { OrderState::PartialCanceled } else { state.clone() };
            o.canceled_quantity += o.open_quantity;
            o.open_quantity = Decimal::ZERO;
            reason.clone_into(&mut o.rejection_reason);
        });
        self.settle_bracket(id);
    }

    /// Replaces an open order: the old row ends as `Replaced`, the new one carries what is left.
    pub(crate) fn replace(
        &mut self,
        account: &str,
        id: i64,
        ticket: &Ticket,
    ) -> Result<i64, ApiError> {
        let old = self.orders.get(&id).filter(|w| w.account == account);
        let old = old.ok_or_else(|| ApiError::general(1020))?;
        if !old.order.is_open() || old.order.state == OrderState::CancelPending {
            return Err(ApiError::new(400, 3030, "Order is not open"));
        }
        let bought = old.order.side.buys() == Some(true);
        if old.order.symbol_id != ticket.symbol_id || bought != ticket.buys {
            return Err(ApiError::new(400, 3031, "Symbol and side cannot be replaced"));
        }
        let mut left = ticket.clone();
        left.quantity -= old.order.filled_quantity;
        let (chain, group) = (old.order.chain_id, old.order.order_group_id);
        let (side, class) = (old.order.side.clone(), old.order.order_class.clone());
        self.check_ticket(account, &left)?;
        if !self.quirk(Quirk::Q15ReplaceNewId) {
            self.change(id, |o| {
                o.limit_price = ticket.limit;
                o.stop_price = ticket.stop;
                o.total_quantity = ticket.quantity;
                o.open_quantity = left.quantity;
                o.order_type = ticket.kind.clone();
                o.time_in_force = ticket.lasts.clone();
            });
            return Ok(id);
        }
        self.change(id, |o| {
            o.state = OrderState::Replaced;
            o.canceled_quantity = o.open_quantity;
            o.open_quantity = Decimal::ZERO;
        });
        let fresh = self.enter(account, &left, OrderState::Pending, (chain, group));
        self.change(fresh, |o| (o.side, o.order_class) = (side, class));
        match self.refusal(account, &left, fresh) {
            None => Ok(fresh),
            Some(reason) => Err(self.reject(fresh, reason)),
        }
    }

    /// Changes an order, keeps how it was, and tells the streams.
    pub(crate) fn change(&mut self, id: i64, change: impl FnOnce(&mut Order)) {
        let now = self.now;
        let Some(working) = self.orders.get_mut(&id) else { return };
        change(&mut working.order);
        working.order.update_time = eastern(now);
        working.history.push((now, working.order.clone()));
        self.notify_order(id);
    }

    /// Orders of a symbol end with its corporate action.
    pub(crate) fn cancel_for_reorg(&mut self, symbol: i64) {
        let open: Vec<i64> = self
            .orders
            .values()
            .filter(|w| w.order.symbol_id == symbol && w.order.is_open())
            .map(|w| w.order.id)
            .collect();
        for id in open {
            self.end(id, &OrderState::Canceled, "Cancelled for a corporate action");
        }
    }

    /// Orders as they are written in replies.
    pub(crate) fn rows(&self, ids: &[i64]) -> Value {
        let rows: Vec<&Order> =
            ids.iter().filter_map(|id| self.orders.get(id)).map(|w| &w.order).collect();
        serde_json::to_value(rows).unwrap_or_default()
    }
}
