//! What a broker reported, into the book and onto the record.

use tradebot_domain::{Moment, Money};
use tradebot_execution::{BookError, BrokerEvent};
use tradebot_journal::{
    Brief, BriefFill, Detail, Event, ExitReason, Ledger, LedgerError, OrderRole, OrderState,
};

use super::Account;
use crate::error::EngineError;

impl Account {
    pub(super) fn record(
        &mut self,
        session: Moment,
        events: &[BrokerEvent],
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        if events.is_empty() {
            return Ok(());
        }
        let wrong = |e: BookError| EngineError::Broker { session, detail: e.to_string() };
        if self.detail == Detail::Full {
            let records = self.book.apply_all(events).map_err(wrong)?;
            for record in &records {
                if let Event::TradeClosed(trade) = record {
                    self.count(trade.reason, trade.net);
                }
                ledger.append(record)?;
            }
        } else {
            for event in events {
                let closed = self.book.take_briefly(event).map_err(wrong)?;
                self.note(event, closed, ledger)?;
                if let Some((reason, net)) = closed {
                    self.count(reason, net);
                }
            }
        }
        self.light.cash = self.book.cash().to_f64();
        Ok(())
    }

    /// A trade was closed.
    fn count(&mut self, reason: ExitReason, net: Money) {
        if reason != ExitReason::EndOfData {
            self.trades += 1;
            let lost = net < Money::ZERO;
            self.losses_in_a_row = if lost { self.losses_in_a_row + 1 } else { 0 };
            self.since_last_trade = 0;
        }
    }

    /// What happened, in brief.
    fn note(
        &self,
        event: &BrokerEvent,
        closed: Option<(ExitReason, Money)>,
        ledger: &mut dyn Ledger,
    ) -> Result<(), LedgerError> {
        match event {
            BrokerEvent::Fill(fill) => {
                ledger.note(&Brief::Fill(BriefFill {
                    session: fill.session,
                    symbol: fill.symbol,
                    role: fill.role,
                    shares: fill.shares,
                    price: fill.price,
                    costs: fill.charged(),
                    cash_after: self.book.cash(),
                }))?;
                let Some((reason, net)) = closed else { return Ok(()) };
                let (session, symbol) = (fill.session, fill.symbol);
                ledger.note(&Brief::Closed { session, symbol, reason, net })
            }
            BrokerEvent::Action(applied) => ledger.append(&Event::ActionApplied(applied.clone())),
            BrokerEvent::Order(order)
                if order.role == OrderRole::Entry
                    && matches!(order.state, OrderState::Expired | OrderState::Rejected) =>
            {
                let (session, symbol) = (order.session, order.symbol);
                ledger.note(&Brief::Refused { session, symbol, reason: order.state.name() })
            }
            BrokerEvent::Order(_) | BrokerEvent::Accepted { .. } => Ok(()),
        }
    }
}
