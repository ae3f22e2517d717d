//! Order records: their ids, prices and states.

use tradebot_domain::{Date, Price, Shares};
use tradebot_journal::{ExitReason, IntentRecord, OrderRecord, OrderRole, OrderState};

use super::slot::Slot;
use crate::event::BrokerEvent;

/// An entry that the venue refuses.
pub(super) fn rejected(intent: &IntentRecord, note: String) -> BrokerEvent {
    BrokerEvent::Order(OrderRecord {
        session: intent.session,
        order_id: format!("{}/entry", intent.intent_id),
        intent_id: intent.intent_id.clone(),
        symbol: intent.symbol,
        role: OrderRole::Entry,
        state: OrderState::Rejected,
        shares: intent.shares,
        price: Some(intent.bracket.entry_limit),
        note,
    })
}

/// The order that a reason to leave executes.
pub(super) const fn role_of(reason: ExitReason) -> OrderRole {
    match reason {
        ExitReason::Stop | ExitReason::StopGap => OrderRole::Stop,
        ExitReason::Target | ExitReason::TargetGap => OrderRole::Target,
        ExitReason::Time | ExitReason::Flatten | ExitReason::EndOfData => OrderRole::Exit,
    }
}

impl Slot {
    /// `<intent>/<role>`, with `#n` on the n-th replacement of the stop.
    pub(super) fn order_id(&self, role: OrderRole) -> String {
        let (intent, role_name) = (&self.intent.intent_id, role.name());
        match (role, self.replacements) {
            (OrderRole::Stop, n) if n > 0 => format!("{intent}/{role_name}#{n}"),
            _ => format!("{intent}/{role_name}"),
        }
    }

    /// The record of one of this slot's orders, for all of its shares.
    pub(super) fn order(
        &self,
        session: Date,
        role: OrderRole,
        state: OrderState,
        note: impl Into<String>,
    ) -> BrokerEvent {
        BrokerEvent::Order(OrderRecord {
            session,
            order_id: self.order_id(role),
            intent_id: self.intent.intent_id.clone(),
            symbol: self.intent.symbol,
            role,
            state,
            shares: self.shares,
            price: self.order_price(role),
            note: note.into(),
        })
    }

    const fn order_price(&self, role: OrderRole) -> Option<Price> {
        match role {
            OrderRole::Entry => Some(self.entry_limit),
            OrderRole::Stop => Some(self.stop),
            OrderRole::Target => Some(self.target),
            OrderRole::Exit => None,
        }
    }

    /// The entry as it works at the venue.
    pub(super) fn entry_working(&self, session: Date, note: impl Into<String>) -> BrokerEvent {
        self.order(session, OrderRole::Entry, OrderState::Working, note)
    }

    /// Whether a share is left to trade.
    pub(super) fn is_empty(&self) -> bool {
        self.shares == Shares::ZERO
    }
}
