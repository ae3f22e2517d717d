//! An order as a client asks for it, and what is wrong with it before there is an order.

use rust_decimal::Decimal;
use serde_json::Value;
use tradebot_broker_questrade::BrokerTime;
use tradebot_broker_questrade::words::{AccountStatus, OrderClass, OrderType, TimeInForce};
use tradebot_domain::Timestamp;

use super::World;
use super::error::ApiError;

/// What a client asks for.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "the flags of an order, as on the wire")]
pub(crate) struct Ticket {
    pub(crate) symbol_id: i64,
    pub(crate) quantity: Decimal,
    pub(crate) iceberg: Option<Decimal>,
    pub(crate) minimum: Option<Decimal>,
    pub(crate) limit: Option<Decimal>,
    pub(crate) stop: Option<Decimal>,
    pub(crate) all_or_none: bool,
    pub(crate) anonymous: bool,
    pub(crate) kind: OrderType,
    pub(crate) lasts: TimeInForce,
    pub(crate) until: Option<Timestamp>,
    pub(crate) buys: bool,
    pub(crate) primary_route: String,
    pub(crate) secondary_route: String,
    pub(crate) offset_in_dollar: bool,
    pub(crate) class: Option<OrderClass>,
    /// Where it was entered.
    pub(crate) source: &'static str,
}

/// A number of a body: JSON number or text.
pub(crate) fn decimal(body: &Value, key: &str) -> Result<Option<Decimal>, ApiError> {
    let text = match body.get(key) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::String(text)) => text.clone(),
        Some(_) => return Err(ApiError::invalid(key)),
    };
    let parsed = text.parse().or_else(|_| Decimal::from_scientific(&text));
    parsed.map(Some).map_err(|_| ApiError::invalid(key))
}

/// A whole number of a body.
pub(crate) fn integer(body: &Value, key: &str) -> Result<i64, ApiError> {
    match body.get(key) {
        None | Some(Value::Null) => Err(ApiError::missing(key)),
        Some(Value::String(text)) => text.parse().map_err(|_| ApiError::invalid(key)),
        Some(value) => value.as_i64().ok_or_else(|| ApiError::invalid(key)),
    }
}

fn word<'a>(body: &'a Value, key: &str) -> Result<&'a str, ApiError> {
    match body.get(key) {
        None | Some(Value::Null) => Err(ApiError::missing(key)),
        Some(value) => value.as_str().ok_or_else(|| ApiError::invalid(key)),
    }
}

fn flag(body: &Value, key: &str) -> bool {
    body.get(key).and_then(Value::as_bool).unwrap_or(false)
}

impl Ticket {
    /// A new order of a body.
    pub(crate) fn of(body: &Value) -> Result<Self, ApiError> {
        let routes = (word(body, "primaryRoute")?, word(body, "secondaryRoute")?);
        Self::component(body, integer(body, "symbolId")?, routes, None)
    }

    /// One part of a body: the whole of it, or a component of a bracket.
    pub(crate) fn component(
        body: &Value,
        symbol_id: i64,
        (primary, secondary): (&str, &str),
        class: Option<OrderClass>,
    ) -> Result<Self, ApiError> {
        let kind = OrderType::from(word(body, "orderType")?);
        let lasts = TimeInForce::from(word(body, "timeInForce")?);
        let buys = match word(body, "action")? {
            "Buy" => true,
            "Sell" => false,
            _ => return Err(ApiError::invalid("action")),
        };
        if matches!(kind, OrderType::Other(_)) {
            return Err(ApiError::invalid("orderType"));
        }
        if matches!(lasts, TimeInForce::Other(_)) {
            return Err(ApiError::invalid("timeInForce"));
        }
        let ticket = Self {
            symbol_id,
            quantity: decimal(body, "quantity")?.ok_or_else(|| ApiError::missing("quantity"))?,
            iceberg: decimal(body, "icebergQuantity")?,
            minimum: decimal(body, "minQuantity")?,
            limit: decimal(body, "limitPrice")?,
            stop: decimal(body, "stopPrice")?,
            all_or_none: flag(body, "isAllOrNone"),
            anonymous: flag(body, "isAnonymous"),
            until: until(body, &lasts)?,
            kind,
            lasts,
            buys,
            primary_route: primary.to_owned(),
            secondary_route: secondary.to_owned(),
            offset_in_dollar: flag(body, "isLimitOffsetInDollar"),
            class,
            source: "TradingAPI",
        };
        ticket.prices_given()?;
        Ok(ticket)
    }

    /// The prices that its type needs are there.
    fn prices_given(&self) -> Result<(), ApiError> {
        use OrderType as T;
        let trails_limit =
            matches!(self.kind, T::TrailStopLimitInDollar | T::TrailStopLimitInPercentage);
        let needs_limit = trails_limit
            || matches!(self.kind, T::Limit | T::StopLimit | T::LimitOnOpen | T::LimitOnClose);
        let trails =
            trails_limit || matches!(self.kind, T::TrailStopInDollar | T::TrailStopInPercentage);
        let needs_stop = trails || matches!(self.kind, T::Stop | T::StopLimit);
        if needs_limit && self.limit.is_none() {
            return Err(ApiError::missing("limitPrice"));
        }
        if needs_stop && self.stop.is_none() {
            return Err(ApiError::missing("stopPrice"));
        }
        let bad = |price: Option<Decimal>| price.is_some_and(|p| p <= Decimal::ZERO);
        if bad(self.limit) {
            return Err(ApiError::invalid("limitPrice"));
        }
        if bad(self.stop) {
            return Err(ApiError::invalid("stopPrice"));
        }
        Ok(())
    }
}

fn until(body: &Value, lasts: &TimeInForce) -> Result<Option<Timestamp>, ApiError> {
    if *lasts != TimeInForce::GoodTillDate {
        return Ok(None);
    }
    let text = word(body, "gtdDate")?;
    let time: BrokerTime = text.parse().map_err(|_| ApiError::invalid("gtdDate"))?;
    Ok(Some(time.instant()))
}

impl World {
    /// What refuses an order before there is one: 400 with a code of the order service.
    ///
    /// The broker's list of these codes is not public but for 3139; the others are made up.
    pub(crate) fn check_ticket(&self, account: &str, ticket: &Ticket) -> Result<(), ApiError> {
        let refused = |code, message: &str| Err(ApiError::new(400, code, message));
        let instrument =
            self.market.get(ticket.symbol_id).ok_or_else(|| ApiError::general(1019))?;
        let account = self.accounts.get(account).ok_or_else(|| ApiError::general(1018))?;
        let may_trade = match account.status {
            AccountStatus::Active => true,
            AccountStatus::LiquidateOnly => !ticket.buys,
            _ => false,
        };
        if !may_trade {
            return refused(3010, "Account may not trade");
        }
        if !instrument.tradable {
            return refused(3011, "Symbol is not tradable");
        }
        let routes = [&ticket.primary_route, &ticket.secondary_route];
        if routes[0].is_empty() || (instrument.is_canadian() && routes[0] != "AUTO") {
            return refused(3139, "Invalid route");
        }
        let fractional = !ticket.quantity.fract().is_zero();
        let market_order = ticket.kind == OrderType::Market;
        if ticket.quantity <= Decimal::ZERO || (fractional && !market_order) {
            return refused(3020, "Invalid quantity");
        }
        let off = |price: Decimal| !(price % instrument.tick_at(price)).is_zero();
        let trails = ticket.kind.as_str().starts_with("Trail");
        if !trails && [ticket.limit, ticket.stop].into_iter().flatten().any(off) {
            return refused(3021, "Price is not on the tick");
        }
        if ticket.lasts == TimeInForce::FillOrKill && instrument.is_canadian() {
            return refused(3022, "Fill or kill is for US listings");
        }
        if ticket.until.is_some_and(|until| until < self.now) {
            return refused(3023, "Good till date lies in the past");
        }
        Ok(())
    }
}
