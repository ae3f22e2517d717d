//! Calls that place, price, change and cancel orders.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use tradebot_broker_questrade::words::{OrderClass, Side};

use super::World;
use super::account::cents;
use super::error::ApiError;
use super::reads_market::object;
use super::ticket::{Ticket, integer};

impl World {
    /// A body whose account number is that of the path.
    fn order_body(account: &str, body: &[u8]) -> Result<Value, ApiError> {
        let body = object(body)?;
        match body.get("accountNumber") {
            Some(Value::String(number)) if number == account => Ok(body),
            None => Ok(body),
            Some(_) => Err(ApiError::invalid("accountNumber")),
        }
    }

    pub(crate) fn call_place(&mut self, account: &str, body: &[u8]) -> Result<Value, ApiError> {
        let ticket = Ticket::of(&Self::order_body(account, body)?)?;
        self.place_oddly(account, &ticket)
    }

    pub(crate) fn call_replace(
        &mut self,
        account: &str,
        id: &str,
        body: &[u8],
    ) -> Result<Value, ApiError> {
        let body = Self::order_body(account, body)?;
        let id: i64 = id.parse().map_err(|_| ApiError::invalid("orderId"))?;
        if body.get("orderId").is_some() && integer(&body, "orderId")? != id {
            return Err(ApiError::invalid("orderId"));
        }
        let ticket = self.completed(id, body).and_then(|body| Ticket::of(&body))?;
        let fresh = self.replace(account, id, &ticket)?;
        Ok(json!({"orderId": fresh, "orders": self.rows(&[fresh])}))
    }

    /// What a replacement leaves out is as in the order it replaces.
    fn completed(&self, id: i64, mut body: Value) -> Result<Value, ApiError> {
        let order =
            self.orders.get(&id).map(|w| &w.order).ok_or_else(|| ApiError::general(1020))?;
        let action = if order.side.buys() == Some(true) { "Buy" } else { "Sell" };
        let known = [
            ("symbolId", json!(order.symbol_id)),
            ("action", json!(action)),
            ("quantity", json!(order.total_quantity.to_string())),
            ("orderType", json!(order.order_type.as_str())),
            ("timeInForce", json!(order.time_in_force.as_str())),
            ("primaryRoute", json!(order.primary_route)),
            ("secondaryRoute", json!(order.secondary_route)),
        ];
        for (key, value) in known {
            if body.get(key).is_none_or(Value::is_null) {
                body[key] = value;
            }
        }
        Ok(body)
    }

    pub(crate) fn call_cancel(&mut self, account: &str, id: &str) -> Result<Value, ApiError> {
        let id = id.parse().map_err(|_| ApiError::invalid("orderId"))?;
        self.cancel(account, id)
    }

    pub(crate) fn call_impact(
        &self,
        account: &str,
        id: Option<&str>,
        body: &[u8],
    ) -> Result<Value, ApiError> {
        let mut body = Self::order_body(account, body)?;
        if let Some(id) = id {
            let id = id.parse().map_err(|_| ApiError::invalid("orderId"))?;
            body = self.completed(id, body)?;
        }
        let ticket = Ticket::of(&body)?;
        self.check_ticket(account, &ticket)?;
        self.impact(account, &ticket)
    }

    /// What an order would do to the account if it filled now.
    fn impact(&self, account: &str, ticket: &Ticket) -> Result<Value, ApiError> {
        let account = self.accounts.get(account).ok_or_else(|| ApiError::general(1018))?;
        let instrument =
            self.market.get(ticket.symbol_id).ok_or_else(|| ApiError::general(1019))?;
        let mark = self.mark(instrument).unwrap_or_default();
        let price = ticket.limit.or(ticket.stop).unwrap_or(mark);
        let value = price * ticket.quantity;
        let commission = self.commission(ticket.quantity, self.today);
        let rate = if account.is_margin() {
            self.margin_rate(instrument, price, false)
        } else {
            Decimal::ONE
        };
        let sign = if ticket.buys { Decimal::NEGATIVE_ONE } else { Decimal::ONE };
        let excess_effect = cents(sign * value * rate - commission);
        let power_effect = cents(sign * value - commission);
        let (held, _) = self.balances_of(&account.number);
        let row = held.iter().find(|b| b.currency == instrument.currency);
        let excess = row.map(|b| b.maintenance_excess).unwrap_or_default();
        let power = self.may_spend(account, &instrument.currency);
        let side = if ticket.buys { Side::Buy } else { Side::Sell };
        let number = |x: Decimal| {
            super::reads::tree(&serde_json::Number::from_f64(
                rust_decimal::prelude::ToPrimitive::to_f64(&x).unwrap_or(0.0),
            ))
        };
        Ok(json!({
            "estimatedCommissions": number(commission)?,
            "buyingPowerEffect": number(power_effect)?,
            "buyingPowerResult": number(cents(power + power_effect))?,
            "maintExcessEffect": number(excess_effect)?,
            "maintExcessResult": number(cents(excess + excess_effect))?,
            "side": side.as_str(),
            "tradeValueCalculation": format!("{} x {price:.2}", ticket.quantity.normalize()),
            "price": number(price)?,
        }))
    }

    /// The parts of a bracket.
    fn components(body: &Value) -> Result<Vec<Ticket>, ApiError> {
        let symbol = integer(body, "symbolId")?;
        let route = |key: &str| body[key].as_str().ok_or_else(|| ApiError::missing(key));
        let routes = (route("primaryRoute")?, route("secondaryRoute")?);
        let parts = body["components"].as_array().ok_or_else(|| ApiError::missing("components"))?;
        let part = |part: &Value| {
            let class = part["orderClass"].as_str().map(OrderClass::from);
            match class {
                Some(OrderClass::Other(_)) => Err(ApiError::invalid("orderClass")),
                None => Err(ApiError::missing("orderClass")),
                class => Ticket::component(part, symbol, routes, class),
            }
        };
        parts.iter().map(part).collect()
    }

    pub(crate) fn call_bracket(&mut self, account: &str, body: &[u8]) -> Result<Value, ApiError> {
        let parts = Self::components(&object(body)?)?;
        let ids = self.bracket(account, &parts)?;
        Ok(json!({"orderId": ids[0], "orders": self.rows(&ids)}))
    }

    pub(crate) fn call_bracket_impact(
        &self,
        account: &str,
        body: &[u8],
    ) -> Result<Value, ApiError> {
        let parts = Self::components(&object(body)?)?;
        let impacts: Result<Vec<Value>, ApiError> =
            parts.iter().map(|ticket| self.impact(account, ticket)).collect();
        Ok(json!({"impacts": impacts?}))
    }
}
