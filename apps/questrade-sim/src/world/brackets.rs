//! Brackets: a primary order and the exits that wait for it. And the row every order begins as.

use rust_decimal::Decimal;
use tradebot_broker_questrade::order::Order;
use tradebot_broker_questrade::words::{OrderClass, OrderState, Side};
use tradebot_domain::Timestamp;

use super::World;
use super::error::ApiError;
use super::ticket::Ticket;
use super::time::{eastern, later_ms};

impl World {
    /// A primary order and its exits; the exits wait.
    pub(crate) fn bracket(
        &mut self,
        account: &str,
        parts: &[Ticket],
    ) -> Result<Vec<i64>, ApiError> {
        let is_primary = |t: &&Ticket| t.class == Some(OrderClass::Primary);
        let mut primaries = parts.iter().filter(is_primary);
        let (Some(primary), None) = (primaries.next(), primaries.next()) else {
            return Err(ApiError::invalid("components"));
        };
        let exits: Vec<&Ticket> = parts.iter().filter(|t| !is_primary(t)).collect();
        let right = exits.iter().all(|t| t.buys != primary.buys && t.quantity <= primary.quantity);
        if exits.is_empty() || exits.len() > 2 || !right {
            return Err(ApiError::invalid("components"));
        }
        for ticket in parts {
            self.check_ticket(account, ticket)?;
        }
        let group = self.next_order_id;
        let id = self.enter(account, primary, OrderState::Pending, (0, group));
        if let Some(reason) = self.refusal(account, primary, id) {
            return Err(self.reject(id, reason));
        }
        let mut ids = vec![id];
        for exit in exits {
            ids.push(self.enter(account, exit, OrderState::ContingentOrder, (0, group)));
        }
        Ok(ids)
    }

    /// After a part of a bracket ended: exits wake, or end.
    pub(crate) fn settle_bracket(&mut self, id: i64) {
        let Some(order) = self.orders.get(&id).map(|w| w.order.clone()) else { return };
        if order.order_group_id == 0
            || !order.state.is_final()
            || order.state == OrderState::Replaced
        {
            return;
        }
        let group = order.order_group_id;
        let others: Vec<i64> = self
            .orders
            .values()
            .filter(|w| w.order.order_group_id == group && w.order.id != id && w.order.is_open())
            .map(|w| w.order.id)
            .collect();
        let primary = order.order_class == Some(OrderClass::Primary);
        let filled = order.filled_quantity;
        for other in others {
            if primary && filled > Decimal::ZERO {
                self.wake(other, filled);
            } else if primary || filled > Decimal::ZERO {
                self.end(other, &OrderState::Canceled, "");
            }
        }
    }

    /// An exit of a bracket begins to work, for what the primary has filled.
    fn wake(&mut self, id: i64, filled: Decimal) {
        let eligible = later_ms(self.now, self.knobs.trading.fill_ms);
        if let Some(working) = self.orders.get_mut(&id) {
            working.eligible_at = eligible;
        }
        self.change(id, |o| {
            o.state = OrderState::Activated;
            o.canceled_quantity = (o.open_quantity - filled).max(Decimal::ZERO);
            o.open_quantity = o.open_quantity.min(filled);
        });
    }
}

/// The row of a new order, but for what the world knows of it.
pub(crate) fn row_of(
    ticket: &Ticket,
    (id, chain, group): (i64, i64, i64),
    state: OrderState,
) -> Order {
    Order {
        id,
        chain_id: chain,
        symbol: String::new(),
        symbol_id: ticket.symbol_id,
        total_quantity: ticket.quantity,
        open_quantity: ticket.quantity,
        filled_quantity: Decimal::ZERO,
        canceled_quantity: Decimal::ZERO,
        side: Side::Buy,
        order_type: ticket.kind.clone(),
        limit_price: ticket.limit,
        stop_price: ticket.stop,
        trigger_stop_price: None,
        is_all_or_none: ticket.all_or_none,
        is_anonymous: ticket.anonymous,
        is_insider: false,
        is_significant_share_holder: false,
        is_limit_offset_in_dollar: ticket.offset_in_dollar,
        iceberg_quantity: ticket.iceberg,
        min_quantity: ticket.minimum,
        avg_exec_price: None,
        last_exec_price: None,
        source: ticket.source.to_owned(),
        time_in_force: ticket.lasts.clone(),
        gtd_date: ticket.until.map(eastern),
        state,
        rejection_reason: String::new(),
        creation_time: eastern(Timestamp::UNIX_EPOCH),
        update_time: eastern(Timestamp::UNIX_EPOCH),
        notes: String::new(),
        primary_route: ticket.primary_route.clone(),
        secondary_route: ticket.secondary_route.clone(),
        order_route: "ITS".to_owned(),
        venue_holding_order: String::new(),
        commission_charged: Decimal::ZERO,
        placement_commission: Some(Decimal::ZERO),
        exchange_order_id: format!("QT{id}"),
        user_id: 0,
        legs: Vec::new(),
        strategy_type: "SingleLeg".to_owned(),
        order_group_id: group,
        order_class: ticket.class.clone(),
    }
}
