//! Orders as they are asked for, and the bodies that say so.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tradebot_domain::{Decimal, Price, Shares};

use crate::order::Order;
use crate::wire::fields::tolerant_record;
use crate::wire::number;
use crate::words::{OrderClass, OrderType, TimeInForce};

/// Buy or sell; what that means for a position the broker works out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Buy.
    Buy,
    /// Sell.
    Sell,
}

impl Action {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Buy => "Buy",
            Self::Sell => "Sell",
        }
    }

    const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }
}

/// One order. Entries are for the day: one that nobody finds again dies at the close.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrder {
    /// The broker's id of the symbol.
    pub symbol_id: i64,
    /// Buy or sell.
    pub action: Action,
    /// Shares.
    pub shares: Shares,
    /// Type.
    pub order_type: OrderType,
    /// Limit, of limit orders.
    pub limit: Option<Price>,
    /// Stop, of stop orders.
    pub stop: Option<Price>,
    /// How long it works.
    pub time_in_force: TimeInForce,
}

/// What is to be placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// One order.
    Single(NewOrder),
    /// An entry with its exits, of which either cancels the other.
    Bracket {
        /// The entry.
        entry: NewOrder,
        /// Limit of the target.
        target: Price,
        /// Price of the stop.
        stop: Price,
    },
}

impl Wanted {
    /// The order that is filled first.
    pub const fn entry(&self) -> &NewOrder {
        match self {
            Self::Single(order) | Self::Bracket { entry: order, .. } => order,
        }
    }

    /// Path below the account.
    pub(super) const fn path(&self) -> &'static str {
        match self {
            Self::Single(_) => "orders",
            Self::Bracket { .. } => "orders/bracket",
        }
    }

    /// All orders that are to stand at the broker, the entry first.
    pub(super) fn parts(&self) -> Vec<(Option<OrderClass>, NewOrder)> {
        match self {
            Self::Single(order) => vec![(None, order.clone())],
            Self::Bracket { entry, target, stop } => {
                let exit = |order_type, limit, stop| NewOrder {
                    action: entry.action.opposite(),
                    order_type,
                    limit,
                    stop,
                    time_in_force: TimeInForce::GoodTillCanceled,
                    ..entry.clone()
                };
                let target = exit(OrderType::Limit, Some(*target), None);
                let stop = exit(OrderType::Stop, None, Some(*stop));
                vec![
                    (Some(OrderClass::Primary), entry.clone()),
                    (Some(OrderClass::Limit), target),
                    (Some(OrderClass::StopLoss), stop),
                ]
            }
        }
    }

    /// The body, to be built once.
    pub(super) fn body(&self, account: &str) -> Vec<u8> {
        let json = match self {
            Self::Single(order) => serde_json::to_vec(&SingleBody::of(account, None, order)),
            Self::Bracket { entry, .. } => {
                let part = |(class, order): &(Option<OrderClass>, NewOrder)| {
                    Part::of(class.as_ref(), order)
                };
                serde_json::to_vec(&BracketBody {
                    symbol_id: entry.symbol_id,
                    primary_route: AUTO,
                    secondary_route: AUTO,
                    components: self.parts().iter().map(part).collect(),
                })
            }
        };
        json.expect("plain structs of numbers and words can be written")
    }
}

impl NewOrder {
    /// The body of a change of an order.
    pub(super) fn replacement(&self, account: &str, order: i64) -> Vec<u8> {
        serde_json::to_vec(&SingleBody::of(account, Some(order), self))
            .expect("plain structs of numbers and words can be written")
    }

    /// An order of the broker is this one, in every field that was asked for.
    pub(super) fn is(&self, order: &Order) -> bool {
        let buys = order.side.buys() == Some(self.action == Action::Buy);
        let price = |price: Option<Price>| price.map(Price::decimal);
        let named = |price: Option<Decimal>| price.filter(|price| !price.is_zero());
        buys && order.symbol_id == self.symbol_id
            && order.total_quantity == Decimal::from(self.shares.0)
            && order.order_type == self.order_type
            && order.time_in_force == self.time_in_force
            && named(order.limit_price) == price(self.limit)
            && named(order.stop_price) == price(self.stop)
    }
}

/// No direct routing: Canadian listings allow nothing else.
const AUTO: &str = "AUTO";

/// A number as it is, digit by digit.
fn exact(price: Option<Price>) -> Option<Box<RawValue>> {
    price.and_then(|price| RawValue::from_string(price.to_string()).ok())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SingleBody<'a> {
    account_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<i64>,
    symbol_id: i64,
    #[serde(flatten)]
    part: Part,
    is_all_or_none: bool,
    is_anonymous: bool,
    primary_route: &'static str,
    secondary_route: &'static str,
}

impl<'a> SingleBody<'a> {
    fn of(account_number: &'a str, order_id: Option<i64>, order: &NewOrder) -> Self {
        Self {
            account_number,
            order_id,
            symbol_id: order.symbol_id,
            part: Part { order_id: None, ..Part::of(None, order) },
            is_all_or_none: false,
            is_anonymous: false,
            primary_route: AUTO,
            secondary_route: AUTO,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BracketBody {
    symbol_id: i64,
    primary_route: &'static str,
    secondary_route: &'static str,
    components: Vec<Part>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<i64>,
    quantity: u64,
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_price: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_price: Option<Box<RawValue>>,
    order_type: String,
    time_in_force: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_class: Option<String>,
}

impl Part {
    fn of(class: Option<&OrderClass>, order: &NewOrder) -> Self {
        Self {
            // A component that is new says so.
            order_id: Some(0),
            quantity: order.shares.0,
            action: order.action.as_str(),
            limit_price: exact(order.limit),
            stop_price: exact(order.stop),
            order_type: order.order_type.as_str().to_owned(),
            time_in_force: order.time_in_force.as_str().to_owned(),
            order_class: class.map(|class| class.as_str().to_owned()),
        }
    }
}

/// What an order would do to the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct Impact {
    /// Commission expected.
    #[serde(default, with = "number")]
    pub estimated_commissions: Decimal,
    /// Change of buying power.
    #[serde(default, with = "number")]
    pub buying_power_effect: Decimal,
    /// Buying power afterwards.
    #[serde(default, with = "number")]
    pub buying_power_result: Decimal,
    /// Change of the maintenance excess.
    #[serde(default, with = "number")]
    pub maint_excess_effect: Decimal,
    /// Maintenance excess afterwards.
    #[serde(default, with = "number")]
    pub maint_excess_result: Decimal,
    /// Side, as the broker takes it.
    #[serde(default)]
    pub side: String,
    /// How the value was worked out, for people.
    #[serde(default)]
    pub trade_value_calculation: String,
    /// Price it was worked out with.
    #[serde(default, with = "number")]
    pub price: Decimal,
}
tolerant_record!(Impact);

#[cfg(test)]
mod tests {
    use super::*;

    fn price(text: &str) -> Price {
        Price::new(text.parse().unwrap()).unwrap()
    }

    fn entry() -> NewOrder {
        NewOrder {
            symbol_id: 9_001_001,
            action: Action::Buy,
            shares: Shares(40),
            order_type: OrderType::Limit,
            limit: Some(price("36.50")),
            stop: None,
            time_in_force: TimeInForce::Day,
        }
    }

    #[test]
    fn a_body_has_the_brokers_fields_and_exact_numbers() {
        let body = String::from_utf8(Wanted::Single(entry()).body("01234567")).unwrap();
        assert_eq!(
            body,
            r#"{"accountNumber":"01234567","symbolId":9001001,"quantity":40,"action":"Buy","limitPrice":36.50,"orderType":"Limit","timeInForce":"Day","isAllOrNone":false,"isAnonymous":false,"primaryRoute":"AUTO","secondaryRoute":"AUTO"}"#
        );
        let changed = String::from_utf8(entry().replacement("01234567", 7)).unwrap();
        assert!(changed.starts_with(r#"{"accountNumber":"01234567","orderId":7,"#), "{changed}");
    }

    #[test]
    fn a_bracket_has_one_entry_for_the_day_and_two_exits_that_stay() {
        let wanted = Wanted::Bracket { entry: entry(), target: price("40"), stop: price("35.01") };
        let body: serde_json::Value = serde_json::from_slice(&wanted.body("01234567")).unwrap();
        let parts = body["components"].as_array().unwrap();
        let of = |n: usize, key: &str| parts[n][key].to_string().replace('"', "");
        assert_eq!(
            [of(0, "orderClass"), of(0, "action"), of(0, "timeInForce")],
            ["Primary", "Buy", "Day"]
        );
        assert_eq!(
            [of(1, "orderClass"), of(1, "limitPrice"), of(1, "action")],
            ["Limit", "40", "Sell"]
        );
        assert_eq!(
            [of(2, "orderClass"), of(2, "stopPrice"), of(2, "timeInForce")],
            ["StopLoss", "35.01", "GoodTillCanceled"]
        );
        assert!(parts.iter().all(|part| part["orderId"] == 0 && part["quantity"] == 40));
    }
}
