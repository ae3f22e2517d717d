//! What a position gathers on its way beside money: costs by kind, and how far prices went.

use tradebot_domain::{ActionKind, Bar, Money};
use tradebot_journal::{ActionApplied, CostKinds, Reach, TradeBounds};

use crate::event::Execution;

/// Gathered from the entry on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tally {
    /// None as long as no fill said its costs by kind.
    kinds: Option<CostKinds>,
    /// Per share of the entry's day, dividends since added back.
    low: f64,
    high: f64,
    /// Shares now for each share at the entry.
    units: f64,
    /// Dividends per share of the entry's day.
    income: f64,
}

impl Tally {
    pub(super) fn entered(fill: &Execution) -> Self {
        let price = fill.price.to_f64();
        let mut tally = Self { kinds: None, low: price, high: price, units: 1.0, income: 0.0 };
        tally.charge(fill);
        tally
    }

    /// Takes the costs of one more fill.
    pub(super) fn charge(&mut self, fill: &Execution) {
        if let Some(kinds) = fill.more.as_ref().and_then(|more| more.kinds) {
            *self.kinds.get_or_insert_default() += kinds;
        }
    }

    /// A session that was held to its end.
    #[inline]
    pub(super) fn held(&mut self, bar: &Bar) {
        self.ranged((bar.low, bar.high));
    }

    /// Sessions that were held to their ends, between these prices.
    #[inline]
    pub(super) fn ranged(&mut self, (low, high): (f64, f64)) {
        self.low = self.low.min(low * self.units + self.income);
        self.high = self.high.max(high * self.units + self.income);
    }

    /// A price that was traded at for certain.
    pub(super) fn traded(&mut self, price: f64) {
        let price = price * self.units + self.income;
        self.low = self.low.min(price);
        self.high = self.high.max(price);
    }

    pub(super) fn act(&mut self, applied: &ActionApplied) {
        match applied.action.kind {
            ActionKind::Split { ratio } => self.units *= Money(ratio).to_f64(),
            ActionKind::Dividend { amount } => {
                self.income += Money(amount).to_f64() * self.units;
            }
        }
    }

    pub(super) const fn kinds(&self) -> Option<CostKinds> {
        self.kinds
    }

    pub(super) const fn reach(&self) -> Reach {
        Reach { low: self.low, high: self.high }
    }
}

/// Both results of a trade that ended in a bar which held its stop and its target.
pub(super) fn bounds(fill: &Execution, net: Money) -> Option<TradeBounds> {
    let other = net + fill.more.as_ref()?.otherwise?;
    Some(TradeBounds { pessimistic: net.min(other), optimistic: net.max(other) })
}
