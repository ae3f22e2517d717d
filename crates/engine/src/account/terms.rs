//! The account under terms: what orders will cost, what has settled, and what its currency is.

use tradebot_brackets::{Bracket, CostModel};
use tradebot_domain::{Bar, CorporateAction, Date, Decimal, Moment, Money, Shares, Symbol};
use tradebot_execution::{ActionRefused, SimulatedBroker, Unpriced};
use tradebot_journal::{Event, Ledger, LedgerError, RiskRecord};

use super::{Account, Mark};
use crate::config::EngineConfig;

/// The venue of a run.
pub(super) fn broker(config: &EngineConfig) -> SimulatedBroker {
    match config.terms_in_force() {
        None => SimulatedBroker::new(config.costs, config.cash),
        Some(terms) => {
            SimulatedBroker::under(config.costs, terms.clone(), (config.cash, config.from))
        }
    }
}

impl Account {
    /// Lets the venue see a session before the first decision: what usually trades is known from
    /// it.
    pub fn observe(&mut self, symbol: Symbol, bar: &Bar, actions: &[CorporateAction]) {
        self.broker.observe(symbol, bar, actions);
    }

    /// Terms beyond flat costs are in force.
    pub const fn has_terms(&self) -> bool {
        self.broker.has_terms()
    }

    /// A session begins: its exchange rate is in force.
    pub(super) fn begin_session(&mut self, session: Date) {
        self.session = session;
        self.rate = self.broker.exchange_rate(session);
        if let Some(rate) = self.rate {
            self.book.set_rate(rate);
        }
    }

    /// Flat costs by which a size is judged: no entry of the size that this account can hold is
    /// charged more by the venue. Without terms, the configured ones.
    ///
    /// # Errors
    /// [`Unpriced`]: the venue would not take the order.
    pub fn expected_costs(
        &self,
        symbol: Symbol,
        bracket: &Bracket,
        mark: &Mark,
    ) -> Result<CostModel, Unpriced> {
        if !self.has_terms() {
            return Ok(self.costs);
        }
        let limit = bracket.entry_limit;
        let affordable = Shares::floor_of(self.in_listing(mark.equity) / limit.to_f64());
        let largest = self.broker.most(symbol).map_or(affordable, |most| most.min(affordable));
        self.broker.dearest(symbol, mark.session.date(), (limit, largest.max(Shares(1))))
    }

    /// An amount of the account in the currency of the listing, for analysis.
    pub(super) fn in_listing(&self, amount: f64) -> f64 {
        self.rate.map_or(amount, |rate| amount / Money(rate).to_f64())
    }

    /// The same, exact.
    pub(super) fn money_in_listing(&self, amount: Money) -> Money {
        let at = |rate: Decimal| amount.0.checked_div(rate).map_or(amount, Money);
        self.rate.map_or(amount, at)
    }

    /// Cash that entries may spend and cash that has not settled, both in the account's currency.
    pub(super) fn cash_to_spend(&self) -> (Money, Money) {
        let power = self.book.buying_power();
        match self.broker.spendable(self.session) {
            Some(settled) if settled < power => (settled, power - settled),
            _ => (power, Money::ZERO),
        }
    }

    /// An action that the venue does not take is on record, and changes nothing.
    pub(super) fn note_refused(
        session: Moment,
        refused: &ActionRefused,
        ledger: &mut dyn Ledger,
    ) -> Result<(), LedgerError> {
        let (ActionRefused::Repeated { symbol, .. } | ActionRefused::Late { symbol, .. }) =
            *refused;
        ledger.append(&Event::Risk(RiskRecord {
            session,
            event: "action_refused".to_owned(),
            symbol: Some(symbol),
            value: 1.0,
            limit: 0.0,
            detail: refused.to_string(),
        }))
    }
}
