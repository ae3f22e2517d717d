//! The broker's orders and executions in the words of tickets.

use tradebot_broker_questrade::client::{Client, ClientError, OrderFilter, Window};
use tradebot_broker_questrade::execution::Execution;
use tradebot_broker_questrade::order::Order;
use tradebot_broker_questrade::words::{OrderType, Side};
use tradebot_domain::{Decimal, Price, Shares, Symbol, Timestamp};
use tradebot_execution::ticket::{Observation, SeenFill, SeenOrder};
use tradebot_journal::{TicketOrder, TicketSide};

/// One look, and what of it could not be read: fractions of shares, symbols of other worlds.
#[derive(Debug, Default)]
pub struct Look {
    /// What was read.
    pub seen: Observation,
    /// Orders and executions that have no words here, each with the reason.
    pub unreadable: Vec<String>,
}

/// Orders and executions of the last `days`, and all older orders that still work.
///
/// # Errors
/// [`ClientError`]: all or nothing, a part of a look would be a wrong one.
pub async fn look(
    client: &Client,
    account: &str,
    days: i32,
    now: Timestamp,
) -> Result<Look, ClientError> {
    let window = Window::last_days(days, now);
    let mut orders = client.open_orders(account, now).await?;
    orders.extend(client.orders(account, OrderFilter::All, window).await?);
    let executions = client.executions(account, window).await?;
    Ok(read(&orders, &executions))
}

/// What the broker's lists say.
pub fn read(orders: &[Order], executions: &[Execution]) -> Look {
    let mut look = Look::default();
    for order in orders {
        match order_of(order) {
            Ok(seen) => look.seen.orders.push(seen),
            Err(why) => look.unreadable.push(format!("order {}: {why}", order.id)),
        }
    }
    for execution in executions {
        match fill_of(execution) {
            Ok(seen) => look.seen.fills.push(seen),
            Err(why) => look.unreadable.push(format!("execution {}: {why}", execution.id)),
        }
    }
    look
}

fn order_of(order: &Order) -> Result<SeenOrder, String> {
    let working = if order.is_open() { whole(order.open_quantity)? } else { Shares::ZERO };
    Ok(SeenOrder {
        id: order.id,
        chain: if order.chain_id == 0 { order.id } else { order.chain_id },
        symbol: symbol(&order.symbol)?,
        side: side(&order.side)?,
        order: kind(&order.order_type),
        limit: price(order.limit_price)?,
        stop: price(order.stop_price)?,
        shares: whole(order.total_quantity)?,
        filled: whole(order.filled_quantity)?,
        working,
        created: order.creation_time.instant(),
        updated: order.update_time.instant(),
    })
}

fn fill_of(execution: &Execution) -> Result<SeenFill, String> {
    Ok(SeenFill {
        id: execution.id,
        order: execution.order_id,
        symbol: symbol(&execution.symbol)?,
        side: side(&execution.side)?,
        shares: whole(execution.quantity)?,
        price: execution.price().map_err(|e| e.to_string())?,
        at: execution.timestamp.instant(),
    })
}

fn symbol(text: &str) -> Result<Symbol, String> {
    Symbol::new(text).map_err(|e| e.to_string())
}

fn side(side: &Side) -> Result<TicketSide, String> {
    match side.buys() {
        Some(true) => Ok(TicketSide::Buy),
        Some(false) => Ok(TicketSide::Sell),
        None => Err(format!("side `{side}` is not known")),
    }
}

const fn kind(kind: &OrderType) -> TicketOrder {
    match kind {
        OrderType::Market => TicketOrder::Market,
        OrderType::Limit => TicketOrder::Limit,
        OrderType::Stop => TicketOrder::Stop,
        OrderType::StopLimit => TicketOrder::StopLimit,
        _ => TicketOrder::Other,
    }
}

fn whole(quantity: Decimal) -> Result<Shares, String> {
    let fraction = || format!("{quantity} shares are no whole number");
    if !quantity.fract().is_zero() {
        return Err(fraction());
    }
    u64::try_from(quantity).map(Shares).map_err(|_| fraction())
}

/// A price of zero is the broker's word for none.
fn price(price: Option<Decimal>) -> Result<Option<Price>, String> {
    let price = price.filter(|price| !price.is_zero());
    price.map(|price| Price::new(price).map_err(|e| e.to_string())).transpose()
}
