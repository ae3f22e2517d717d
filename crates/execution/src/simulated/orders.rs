//! Order records: their ids, prices and states.

use tradebot_domain::{CorporateAction, Moment, Price, Shares, Symbol};
use tradebot_journal::{IntentRecord, OrderRecord, OrderRole, OrderState};

use super::slot::Slot;
use crate::event::BrokerEvent;
use crate::leg::Leg;

/// A corporate action that is not taken.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum ActionRefused {
    /// It was taken before: it changes a position once.
    #[error("{symbol}: the action of {} was taken already, and is not applied twice", .action.ex_date)]
    Repeated {
        /// The symbol.
        symbol: Symbol,
        /// The action.
        action: CorporateAction,
    },
    /// Its ex-date has been traded on without it.
    #[error("{symbol}: the action of {} comes late, {seen} has been traded on", .action.ex_date)]
    Late {
        /// The symbol.
        symbol: Symbol,
        /// The action.
        action: CorporateAction,
        /// The last session seen.
        seen: Moment,
    },
}

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

impl Slot {
    /// As [`Leg::order_id`].
    pub(super) fn order_id(&self, leg: Leg) -> String {
        leg.order_id(&self.intent.intent_id, self.replacements)
    }

    /// The record of one of this slot's orders, for the shares that it stands for now.
    pub(super) fn order(
        &self,
        session: Moment,
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

    /// The protective orders that work while there is a position: none of one at the market.
    pub(super) fn legs(&self) -> impl Iterator<Item = Leg> + use<> {
        let bracket: &[Leg] = if self.at_market { &[] } else { &[Leg::Stop, Leg::Target] };
        bracket.iter().copied().chain(self.part.map(|_| Leg::Part))
    }

    /// The entry as it works at the venue.
    pub(super) fn entry_working(&self, session: Moment, note: impl Into<String>) -> BrokerEvent {
        self.order(session, Leg::Entry, OrderState::Working, note)
    }

    /// Puts an action down for the bar of its ex-date.
    pub(super) fn take_action(&mut self, action: &CorporateAction) -> Result<(), ActionRefused> {
        let (symbol, action, seen) = (self.intent.symbol, *action, self.seen);
        if self.actions.contains(&action) || self.applied.contains(&action) {
            return Err(ActionRefused::Repeated { symbol, action });
        }
        if action.ex_date <= seen.date() {
            return Err(ActionRefused::Late { symbol, action, seen });
        }
        self.actions.push(action);
        Ok(())
    }

    /// Whether a share is left to trade.
    pub(super) fn is_empty(&self) -> bool {
        self.shares == Shares::ZERO
    }
}
