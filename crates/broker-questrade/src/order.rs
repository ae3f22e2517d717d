//! Orders, as read back. This crate places none.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tradebot_domain::Decimal;

use crate::time::{self, BrokerTime};
use crate::wire::fields::tolerant_record;
use crate::wire::{integer, number};
use crate::words::{OrderClass, OrderState, OrderType, Side, TimeInForce};

/// `GET /v1/accounts/:id/orders`. Without a window the broker hides older orders that still work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrdersReply {
    /// The orders of the window; empty for an unknown id.
    pub orders: Vec<Order>,
}

/// One order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the broker's flags, as they are on the wire")]
pub struct Order {
    /// Id; a replacement gets a new one.
    #[serde(deserialize_with = "integer::deserialize")]
    pub id: i64,
    /// Stays the same over replacements.
    #[serde(default, deserialize_with = "integer::deserialize")]
    pub chain_id: i64,
    /// The broker's symbol.
    pub symbol: String,
    /// The broker's id of it.
    #[serde(deserialize_with = "integer::deserialize")]
    pub symbol_id: i64,
    /// Shares ordered.
    #[serde(with = "number")]
    pub total_quantity: Decimal,
    /// Shares still working.
    #[serde(default, with = "number")]
    pub open_quantity: Decimal,
    /// Shares executed.
    #[serde(default, with = "number")]
    pub filled_quantity: Decimal,
    /// Shares cancelled.
    #[serde(default, with = "number")]
    pub canceled_quantity: Decimal,
    /// Buy or sell.
    pub side: Side,
    /// Limit, stop ...; also written `type`.
    pub order_type: OrderType,
    /// Limit price.
    #[serde(default, with = "number::optional")]
    pub limit_price: Option<Decimal>,
    /// Stop price.
    #[serde(default, with = "number::optional")]
    pub stop_price: Option<Decimal>,
    /// Price that triggered, or will trigger, a stop.
    #[serde(default, with = "number::optional")]
    pub trigger_stop_price: Option<Decimal>,
    /// All shares or none.
    #[serde(default)]
    pub is_all_or_none: bool,
    /// Sent without the broker's number.
    #[serde(default)]
    pub is_anonymous: bool,
    /// Marked as an insider's.
    #[serde(default)]
    pub is_insider: bool,
    /// Marked as a significant shareholder's.
    #[serde(default)]
    pub is_significant_share_holder: bool,
    /// The offset of a trailing limit is in dollars.
    #[serde(default)]
    pub is_limit_offset_in_dollar: bool,
    /// Shares shown; also written `icebergQty`.
    #[serde(default, with = "number::optional")]
    pub iceberg_quantity: Option<Decimal>,
    /// Least shares to execute.
    #[serde(default, with = "number::optional")]
    pub min_quantity: Option<Decimal>,
    /// Average price executed.
    #[serde(default, with = "number::optional")]
    pub avg_exec_price: Option<Decimal>,
    /// Last price executed.
    #[serde(default, with = "number::optional")]
    pub last_exec_price: Option<Decimal>,
    /// Where the order was entered: tells a person's from a program's.
    #[serde(default)]
    pub source: String,
    /// How long it works.
    pub time_in_force: TimeInForce,
    /// Last day of an order good till a date.
    #[serde(default, with = "time::optional")]
    pub gtd_date: Option<BrokerTime>,
    /// Where it is in its life.
    pub state: OrderState,
    /// Why it was refused; also written `clientReasonStr`. Empty when it was not.
    #[serde(default)]
    pub rejection_reason: String,
    /// When it was made.
    pub creation_time: BrokerTime,
    /// When it last changed.
    pub update_time: BrokerTime,
    /// Free text.
    #[serde(default)]
    pub notes: String,
    /// Route.
    #[serde(default)]
    pub primary_route: String,
    /// Where it rests.
    #[serde(default)]
    pub secondary_route: String,
    /// Venue that executed it.
    #[serde(default)]
    pub order_route: String,
    /// Venue that holds it.
    #[serde(default)]
    pub venue_holding_order: String,
    /// Commission; the broker spells it `comissionCharged`, which is written back.
    #[serde(default, rename = "comissionCharged", with = "number")]
    pub commission_charged: Decimal,
    /// Commission for placing it.
    #[serde(default, with = "number::optional")]
    pub placement_commission: Option<Decimal>,
    /// The exchange's id.
    #[serde(default)]
    pub exchange_order_id: String,
    /// Who entered it.
    #[serde(default, deserialize_with = "integer::deserialize")]
    pub user_id: i64,
    /// Legs of a strategy, as sent: their shape is not documented.
    #[serde(default)]
    pub legs: Vec<Value>,
    /// `SingleLeg`, or the strategy.
    #[serde(default)]
    pub strategy_type: String,
    /// Group of a bracket, 0 if none.
    #[serde(default, deserialize_with = "integer::deserialize")]
    pub order_group_id: i64,
    /// Part in a bracket.
    #[serde(default)]
    pub order_class: Option<OrderClass>,
}
tolerant_record!(
    Order,
    "type" => "orderType",
    "icebergQty" => "icebergQuantity",
    "clientReasonStr" => "rejectionReason",
    "commissionCharged" => "comissionCharged",
);

impl Order {
    /// Something may still be executed.
    pub const fn is_open(&self) -> bool {
        !self.state.is_final()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn orders(json: &str) -> Vec<Order> {
        serde_json::from_str::<OrdersReply>(json).unwrap().orders
    }

    #[test]
    fn both_dialects_say_the_same_order() {
        let documented = orders(samples::ORDERS_DOCUMENTED);
        let live = orders(samples::ORDERS_LIVE);
        assert_eq!(documented, live);
        let order = &live[0];
        assert_eq!(order.order_type, OrderType::Limit);
        assert_eq!(order.iceberg_quantity, Some(Decimal::TEN));
        assert_eq!(order.rejection_reason, "");
        assert_eq!(order.commission_charged.to_string(), "4.95");
        assert_eq!(order.filled_quantity, Decimal::ZERO);
        assert!(order.is_open());
    }

    #[test]
    fn where_both_spellings_stand_the_first_wins_and_nothing_breaks() {
        let both = samples::ORDERS_DOCUMENTED
            .replace("\"orderType\":\"Limit\"", "\"orderType\":\"Limit\",\"type\":\"Market\"");
        assert_ne!(both, samples::ORDERS_DOCUMENTED);
        assert_eq!(orders(&both)[0].order_type, OrderType::Limit);
        let null_first = samples::ORDERS_DOCUMENTED
            .replace("\"orderType\":\"Limit\"", "\"orderType\":null,\"type\":\"Market\"");
        assert_eq!(orders(&null_first)[0].order_type, OrderType::Market);
    }

    #[test]
    fn an_unknown_id_gives_no_orders() {
        assert!(orders(r#"{"orders":[]}"#).is_empty());
    }
}
