//! What a session does in the end: positions that turn, questions asked, intents sent.

use tradebot_brackets::Management;
use tradebot_domain::Moment;
use tradebot_journal::{DecisionId, DecisionRecord, Event, Ledger, Verdict};
use tradebot_risk::Approved;

use super::Engine;
use crate::account::Account;
use crate::candidate::{self, Candidate};
use crate::error::EngineError;
use crate::intraday::SessionClock;
use crate::shadow::Shadow;

impl Engine {
    /// Where the consensus has turned, what is open leaves at the next open if its row says so:
    /// positions and shadows alike. Turned is what lies as far below break-even as the row's edge
    /// lies above it: at break-even itself a consensus hovers.
    pub(super) fn turn(
        &mut self,
        session: Moment,
        records: &[DecisionRecord],
        candidates: &[Candidate],
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        for candidate in candidates {
            let consensus = records[candidate.record].consensus.as_ref();
            if consensus.is_none_or(|c| c.mean >= c.break_even - c.edge_wanted) {
                continue;
            }
            let state = &mut self.symbols[candidate.symbol];
            for shadow in &mut state.shadows {
                shadow.walk.on_reversal();
            }
            self.adapting.on_reversal(state.symbol);
            self.account.reverse(session, state.symbol, ledger)?;
        }
        Ok(())
    }

    /// Before the last bar of a session everything is left at its open, where the run says so:
    /// positions and shadows alike.
    pub(super) fn leave_for_the_night(
        &mut self,
        session: Moment,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        if !self.clock.as_ref().is_some_and(SessionClock::leaves) {
            return Ok(());
        }
        for shadow in self.symbols.iter_mut().flat_map(|state| &mut state.shadows) {
            shadow.walk.leave_at_next_open();
        }
        self.account.leave_for_the_night(session, ledger)
    }

    /// Opens the shadow of every candidate, so that the bot also learns from what it did not do.
    pub(super) fn ask(
        &mut self,
        session: Moment,
        records: &[DecisionRecord],
        candidates: Vec<Candidate>,
    ) {
        for candidate in candidates {
            let record = &records[candidate.record];
            let state = &mut self.symbols[candidate.symbol];
            let id = DecisionId { session, symbol: state.symbol };
            let taken = self.account.is_reserved(candidate.symbol);
            self.roster.ask(id, self.cycle, record.row, &candidate.features);
            let management = candidate::management_of(self.config.policy.row(record.row));
            let walk = tradebot_brackets::Walk::new(&candidate.bracket)
                .managed(&management, &self.config.costs);
            let forecast = candidate.forecast;
            if let Some(close) = record.close {
                self.adapting.ask(id, record.row, close, candidate.bracket.atr, &forecast);
            }
            state.shadows.push(Shadow::new(id, self.cycle, record.row, walk, forecast, taken));
        }
    }

    /// Positions are managed as their row says, unless `managed` says how.
    ///
    /// Journals every decision and every intent, makes them durable where the venue is outside
    /// this process, and only then sends.
    pub(super) fn act(
        &mut self,
        mut records: Vec<DecisionRecord>,
        approved: Vec<Approved>,
        managed: Option<Management>,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let mut orders = Vec::with_capacity(approved.len());
        let mut warnings = Vec::new();
        for approved in approved {
            let intent_id = self.account.next_intent_id();
            let record = records
                .iter_mut()
                .find(|r| r.id.symbol == approved.symbol())
                .expect("an approval comes from a record of this cycle");
            record.verdict = Verdict::Trade {
                intent_id: intent_id.clone(),
                shares: approved.shares(),
                basis: approved.basis(),
                risk: approved.planned_risk(),
            };
            warnings.extend(candidate::warning_records(record.id, &approved));
            orders.push(((intent_id, record.id, record.row), approved));
        }
        self.decisions += records.len() as u64;
        for record in records {
            ledger.append(&Event::Decision(Box::new(record)))?;
        }
        for warning in warnings {
            ledger.append(&Event::Risk(warning))?;
        }
        let mut intents = Vec::with_capacity(orders.len());
        for (order, approved) in orders {
            let of_row = || candidate::management_of(self.config.policy.row(order.2));
            let management = managed.unwrap_or_else(of_row);
            intents.push(Account::intend(order, approved, management, ledger)?);
        }
        if self.config.durable_before_send && !intents.is_empty() {
            ledger.commit(true)?;
        }
        for intent in intents {
            self.account.send(intent, ledger)?;
        }
        Ok(())
    }
}
