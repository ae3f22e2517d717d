//! What sizing would like to do.

use tradebot_brackets::{Bracket, CostModel};
use tradebot_domain::{Money, Shares, Symbol};
use tradebot_journal::{SizeBasis, SizingStep};

/// An entry that sizing would like to make. Nothing is sent before [`crate::review`] approves it.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    pub(crate) symbol: Symbol,
    pub(crate) shares: Shares,
    pub(crate) bracket: Bracket,
    pub(crate) costs: CostModel,
    pub(crate) basis: SizeBasis,
    pub(crate) probability: f64,
    pub(crate) fraction: f64,
    pub(crate) expected_growth: f64,
    pub(crate) steps: Vec<SizingStep>,
}

impl Proposal {
    /// The symbol.
    pub const fn symbol(&self) -> Symbol {
        self.symbol
    }

    /// Shares to buy, at least one.
    pub const fn shares(&self) -> Shares {
        self.shares
    }

    /// The bracket that goes with the entry.
    pub const fn bracket(&self) -> &Bracket {
        &self.bracket
    }

    /// What the size was earned by.
    pub const fn basis(&self) -> SizeBasis {
        self.basis
    }

    /// The probability it was computed on.
    pub const fn probability(&self) -> f64 {
        self.probability
    }

    /// Fraction of equity lost at the stop, costs included.
    pub const fn fraction(&self) -> f64 {
        self.fraction
    }

    /// Expected log growth of wealth at this size and probability. Symbols of a cycle are served
    /// in descending order of it, ties by symbol.
    pub const fn expected_growth(&self) -> f64 {
        self.expected_growth
    }

    /// Sizing, step by step.
    pub fn steps(&self) -> &[SizingStep] {
        &self.steps
    }

    /// Planned risk: (entry limit - stop) x shares, without costs.
    pub fn planned_risk(&self) -> Money {
        self.bracket.entry_limit.times(self.shares) - self.bracket.stop.times(self.shares)
    }

    /// Value at the entry limit.
    pub fn notional(&self) -> Money {
        self.bracket.entry_limit.times(self.shares)
    }
}
