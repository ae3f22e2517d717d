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

/// One of the orders that an intent can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leg {
    Entry,
    /// For all that is held.
    Stop,
    /// For all that is held but the part.
    Target,
    /// A nearer limit for a part of the position; a target to everyone else.
    Part,
    Exit,
}

impl Leg {
    pub(super) const fn role(self) -> OrderRole {
        match self {
            Self::Entry => OrderRole::Entry,
            Self::Stop => OrderRole::Stop,
            Self::Target | Self::Part => OrderRole::Target,
            Self::Exit => OrderRole::Exit,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Part => PART,
            other => other.role().name(),
        }
    }

    /// The order that a reason to leave executes.
    pub(super) const fn of(reason: ExitReason) -> Self {
        match reason {
            ExitReason::Stop | ExitReason::StopGap => Self::Stop,
            ExitReason::Target | ExitReason::TargetGap => Self::Target,
            _ => Self::Exit,
        }
    }
}

/// What the id of a partial exit's order ends with.
const PART: &str = "part";

/// The order is the nearer limit of a partial exit.
pub(crate) fn is_part(order_id: &str) -> bool {
    order_id.rsplit_once('/').is_some_and(|(_, name)| name == PART)
}

impl Slot {
    /// `<intent>/<role>`, `<intent>/part` for a partial exit, with `#n` on the n-th replacement of
    /// the stop.
    pub(super) fn order_id(&self, leg: Leg) -> String {
        let (intent, name) = (&self.intent.intent_id, leg.name());
        match (leg, self.replacements) {
            (Leg::Stop, n) if n > 0 => format!("{intent}/{name}#{n}"),
            _ => format!("{intent}/{name}"),
        }
    }

    /// The record of one of this slot's orders, for the shares that it stands for now.
    pub(super) fn order(
        &self,
        session: Date,
        leg: Leg,
        state: OrderState,
        note: impl Into<String>,
    ) -> BrokerEvent {
        BrokerEvent::Order(OrderRecord {
            session,
            order_id: self.order_id(leg),
            intent_id: self.intent.intent_id.clone(),
            symbol: self.intent.symbol,
            role: leg.role(),
            state,
            shares: self.order_shares(leg),
            price: self.order_price(leg),
            note: note.into(),
        })
    }

    /// Stop on one side, target and part on the other: each side covers what is held, and never
    /// more.
    fn order_shares(&self, leg: Leg) -> Shares {
        let part = self.part.map_or(Shares::ZERO, |part| part.shares);
        match leg {
            Leg::Entry | Leg::Stop | Leg::Exit => self.shares,
            Leg::Target => Shares(self.shares.0.saturating_sub(part.0)),
            Leg::Part => part,
        }
    }

    fn order_price(&self, leg: Leg) -> Option<Price> {
        match leg {
            Leg::Entry => Some(self.entry_limit),
            Leg::Stop => Some(self.stop),
            Leg::Target => Some(self.target),
            Leg::Part => self.part.map(|part| part.limit),
            Leg::Exit => None,
        }
    }

    /// The protective orders that work while there is a position.
    pub(super) fn legs(&self) -> impl Iterator<Item = Leg> + use<> {
        [Leg::Stop, Leg::Target].into_iter().chain(self.part.map(|_| Leg::Part))
    }

    /// The entry as it works at the venue.
    pub(super) fn entry_working(&self, session: Date, note: impl Into<String>) -> BrokerEvent {
        self.order(session, Leg::Entry, OrderState::Working, note)
    }

    /// Whether a share is left to trade.
    pub(super) fn is_empty(&self) -> bool {
        self.shares == Shares::ZERO
    }
}
