//! What the venue can be asked before there is an order: costs, sizes, settled cash.

use tradebot_brackets::CostModel;
use tradebot_domain::{Bar, CorporateAction, Date, Decimal, Money, Price, Shares, Symbol};

use super::SimulatedBroker;
use super::terms::Unpriced;

impl SimulatedBroker {
    /// Lets terms see a session before the first order: what usually trades is known from it.
    pub fn observe(&mut self, symbol: Symbol, bar: &Bar, actions: &[CorporateAction]) {
        if let Some(terms) = &mut self.venue.terms {
            for action in actions {
                terms.act(symbol, action);
            }
            terms.observe(symbol, bar);
        }
    }

    /// Terms beyond flat costs are in force.
    pub const fn has_terms(&self) -> bool {
        self.venue.terms.is_some()
    }

    /// Flat costs that no order of up to `shares` at up to `price` is charged more than, in the
    /// listing's currency; the flat costs themselves without terms.
    ///
    /// # Errors
    /// [`Unpriced`]: an order could not be taken.
    pub fn dearest(
        &self,
        symbol: Symbol,
        session: Date,
        order: (Price, Shares),
    ) -> Result<CostModel, Unpriced> {
        match &self.venue.terms {
            None => Ok(self.venue.costs),
            Some(terms) => terms.dearest(symbol, session, order),
        }
    }

    /// Most shares of one entry by what usually trades; none without a cap.
    pub fn most(&self, symbol: Symbol) -> Option<Shares> {
        self.venue.terms.as_ref()?.usual_most(symbol)
    }

    /// Cash that entries of the session after `session` may spend, waiting ones counted; none
    /// where all cash may be spent.
    pub fn spendable(&self, session: Date) -> Option<Money> {
        Some(self.venue.terms.as_ref()?.spendable(session)? - self.promised())
    }

    /// Units of the account's currency for one of the listing's; none: they are the same.
    pub fn exchange_rate(&self, session: Date) -> Option<Decimal> {
        self.venue.terms.as_ref()?.rate(session)
    }

    /// Under terms, the market that the orders of a symbol meet in a session.
    pub(super) fn quote(&mut self, symbol: Symbol, session: Date, bar: Option<&Bar>) {
        if self.venue.terms.is_none() {
            return;
        }
        let own = self.slots.get(&symbol).map_or(Money::ZERO, |slot| slot.reserved);
        let others = self.promised() - own;
        let cash = self.cash;
        if let Some(terms) = &mut self.venue.terms {
            // Settled by this morning, which is the one after the session before.
            terms.quote(symbol, (session, bar), Money::ZERO);
            let settled = terms.spendable_now().map_or(cash, |settled| settled.min(cash));
            terms.afford(settled - others);
        }
    }

    /// Why an account cannot pay for an entry, if it cannot: in cash, or in cash that has settled.
    pub(super) fn short_of_cash(&self, needed: Money, session: Date) -> Option<String> {
        let free = self.cash - self.promised();
        if needed > free {
            return Some(format!("needs {needed} at its limit, {free} is free"));
        }
        let settled = self.spendable(session).filter(|settled| needed > *settled)?;
        let waiting = free - settled;
        Some(format!("needs {needed} at its limit, {settled} has settled and {waiting} has not"))
    }

    /// Value at the limit with the costs of buying there, in the account's currency.
    ///
    /// # Errors
    /// [`Unpriced`]: the order cannot be taken.
    pub fn needed(
        &mut self,
        symbol: Symbol,
        session: Date,
        (limit, shares): (Price, Shares),
    ) -> Result<Money, Unpriced> {
        match &mut self.venue.terms {
            Some(terms) => terms.needed(symbol, session, (limit, shares)),
            None => {
                Ok(limit.times(shares) + self.venue.exact.breakdown(limit, shares, true).total())
            }
        }
    }
}
