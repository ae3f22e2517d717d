//! The named quirks: which are on, and what they do to the placing of orders.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Value, json};
use tradebot_broker_questrade::words::{OrderType, TimeInForce};
use tradebot_domain::{ActionKind, CorporateAction};

use super::World;
use super::clock::Task;
use super::error::ApiError;
use super::ticket::Ticket;
use super::time::later_s;
use crate::http::Delivery;
use crate::knobs::{Quirk, QuirkSwitch};

/// A code that no list of the broker has.
const UNLISTED: i64 = 3999;

/// Quirks that are on, and how often they still strike; none for always.
#[derive(Debug, Clone, Default)]
pub(crate) struct Quirks(BTreeMap<Quirk, Option<u32>>);

impl Quirks {
    pub(crate) fn new(switches: &[QuirkSwitch]) -> Self {
        Self(switches.iter().map(|s| (s.name, s.times)).collect())
    }

    pub(crate) fn set(&mut self, switch: QuirkSwitch) {
        self.0.insert(switch.name, switch.times);
    }

    pub(crate) fn clear(&mut self, quirk: Quirk) {
        self.0.remove(&quirk);
    }

    pub(crate) fn on(&self) -> Vec<QuirkSwitch> {
        self.0.iter().map(|(name, times)| QuirkSwitch { name: *name, times: *times }).collect()
    }

    /// Whether it strikes now; uses up one of its times.
    fn strikes(&mut self, quirk: Quirk) -> bool {
        match self.0.get_mut(&quirk) {
            None => false,
            Some(None) => true,
            Some(Some(left)) => {
                *left = left.saturating_sub(1);
                let used_up = *left == 0;
                if used_up {
                    self.0.remove(&quirk);
                }
                true
            }
        }
    }
}

impl World {
    /// Whether a quirk strikes now; uses up one of its times.
    pub(crate) fn quirk(&mut self, quirk: Quirk) -> bool {
        self.quirks.strikes(quirk)
    }

    /// Places an order the way the broker might: refused, lost, late, doubled.
    pub(crate) fn place_oddly(
        &mut self,
        account: &str,
        ticket: &Ticket,
    ) -> Result<Value, ApiError> {
        if self.quirk(Quirk::Q1LostRequest) {
            self.delivery = Some(Delivery::Drop);
            return Ok(Value::Null);
        }
        if self.quirk(Quirk::Q7TooMany) {
            return Err(ApiError::general(1006));
        }
        if self.quirk(Quirk::Q6NotPlaced5xx) {
            return Err(ApiError::general(1009));
        }
        if self.quirk(Quirk::Q3LateAccept) {
            let wait = i64::try_from(self.draws.below(301)).unwrap_or(300);
            let task = Task::PlaceLate(account.to_owned(), Box::new(ticket.clone()));
            self.tasks.push((later_s(self.now, wait), task));
            self.delivery = Some(Delivery::Drop);
            return Ok(Value::Null);
        }
        let id = self.place(account, ticket)?;
        self.after_place(account, ticket);
        if self.quirk(Quirk::Q2LostResponse) {
            self.delivery = Some(Delivery::Drop);
        }
        if self.quirk(Quirk::Q4PlacedDespite400) {
            return Err(ApiError::new(400, UNLISTED, "Order could not be confirmed"));
        }
        if self.quirk(Quirk::Q6PlacedDespite5xx) {
            return Err(ApiError::general(1008));
        }
        Ok(json!({"orderId": id, "orders": self.rows(&[id])}))
    }

    fn after_place(&mut self, account: &str, ticket: &Ticket) {
        if self.quirk(Quirk::Q21HumanTwin) {
            let twin = Ticket { source: "QuestradeIQEdge", ..ticket.clone() };
            // A twin that is refused leaves its row behind, as a person's would.
            let _ = self.place(account, &twin);
        }
        if self.quirk(Quirk::Q23Halt)
            && let Some(instrument) = self.market.get_mut(ticket.symbol_id)
        {
            instrument.halted = true;
        }
    }

    /// The broker closes a position at the market (Q25).
    pub(crate) fn liquidate(&mut self, account: &str, symbol: i64) {
        let held = self.accounts.get(account).map(|a| a.quantity(symbol)).unwrap_or_default();
        if held.is_zero() {
            return;
        }
        let ticket = Ticket {
            symbol_id: symbol,
            quantity: held.abs(),
            iceberg: None,
            minimum: None,
            limit: None,
            stop: None,
            all_or_none: false,
            anonymous: false,
            kind: OrderType::Market,
            lasts: TimeInForce::Day,
            until: None,
            buys: held < Decimal::ZERO,
            primary_route: "AUTO".to_owned(),
            secondary_route: "AUTO".to_owned(),
            offset_in_dollar: false,
            class: None,
            source: "RiskDesk",
        };
        // The risk desk's order is one like any other; a refusal leaves its row behind.
        let _ = self.place(account, &ticket);
    }

    /// A symbol splits before its next session (Q19).
    pub(crate) fn split_next_session(&mut self, symbol: i64, ratio: Decimal) {
        let calendar = self.market.get(symbol).map(|i| i.calendar);
        let next = calendar.and_then(|c| self.market.next_session(c, self.today));
        if let Some(ex_date) = next {
            self.market.act(symbol, CorporateAction { ex_date, kind: ActionKind::Split { ratio } });
        }
    }
}
