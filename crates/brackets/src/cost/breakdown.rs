//! Every cost of one fill by kind, in money and in basis points.

use std::iter::Sum;

use serde::{Deserialize, Serialize};
use tradebot_domain::{Decimal, Money};

use super::{CostBreakdown, rounded};

/// What a cost is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CostKind {
    /// The broker's commission.
    Commission,
    /// Fees of the marketplace; negative for a rebate.
    Venue,
    /// Fees on sales that regulators charge.
    Regulatory,
    /// Half the quoted spread.
    Spread,
    /// Slippage.
    Slippage,
    /// What the order moved the price against itself.
    Impact,
    /// Changing one currency for the other.
    Conversion,
}

/// One value for each kind of cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kinds<T> {
    /// [`CostKind::Commission`].
    pub commission: T,
    /// [`CostKind::Venue`].
    pub venue: T,
    /// [`CostKind::Regulatory`].
    pub regulatory: T,
    /// [`CostKind::Spread`].
    pub spread: T,
    /// [`CostKind::Slippage`].
    pub slippage: T,
    /// [`CostKind::Impact`].
    pub impact: T,
    /// [`CostKind::Conversion`].
    pub conversion: T,
}

/// The costs of one fill.
///
/// - **Rounding:** kept to the digit. [`Breakdown::money`] rounds each kind by itself to four
///   decimals, ties to even, and [`Breakdown::cents`] each kind by itself to the cent, ties to
///   even; a total is the sum of its rounded kinds, so that columns add up. Totals of the two
///   differ by less than four cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breakdown {
    /// Value of the fill: price times shares.
    pub notional: Money,
    pub(super) exact: Kinds<Decimal>,
}

impl CostKind {
    /// All kinds, in the order they are shown in.
    pub const ALL: [Self; 7] = [
        Self::Commission,
        Self::Venue,
        Self::Regulatory,
        Self::Spread,
        Self::Slippage,
        Self::Impact,
        Self::Conversion,
    ];

    /// The word in tables and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Commission => "commission",
            Self::Venue => "venue",
            Self::Regulatory => "regulatory",
            Self::Spread => "spread",
            Self::Slippage => "slippage",
            Self::Impact => "impact",
            Self::Conversion => "conversion",
        }
    }

    /// It stands on the broker's statement; the others are in the price that was paid.
    pub const fn is_charged(self) -> bool {
        matches!(self, Self::Commission | Self::Venue | Self::Regulatory | Self::Conversion)
    }
}

impl<T: Copy> Kinds<T> {
    /// The value of one kind.
    pub const fn of(&self, kind: CostKind) -> T {
        match kind {
            CostKind::Commission => self.commission,
            CostKind::Venue => self.venue,
            CostKind::Regulatory => self.regulatory,
            CostKind::Spread => self.spread,
            CostKind::Slippage => self.slippage,
            CostKind::Impact => self.impact,
            CostKind::Conversion => self.conversion,
        }
    }

    /// All of them, in the order of [`CostKind::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (CostKind, T)> {
        CostKind::ALL.into_iter().map(|kind| (kind, self.of(kind)))
    }

    /// Their sum, in that order.
    pub fn total(&self) -> T
    where
        T: Sum,
    {
        self.iter().map(|(_, value)| value).sum()
    }

    fn map<U>(&self, f: impl Fn(T) -> U) -> Kinds<U> {
        Kinds {
            commission: f(self.commission),
            venue: f(self.venue),
            regulatory: f(self.regulatory),
            spread: f(self.spread),
            slippage: f(self.slippage),
            impact: f(self.impact),
            conversion: f(self.conversion),
        }
    }
}

impl Breakdown {
    /// Each kind to four decimals of the currency, ties to even.
    pub fn money(&self) -> Kinds<Money> {
        self.exact.map(rounded)
    }

    /// Each kind to the cent, ties to even, as a statement has it.
    pub fn cents(&self) -> Kinds<Money> {
        self.exact.map(|value| Money(value).to_cents())
    }

    /// Each kind in basis points of the value, from the digits; 0 for a fill of nothing. For
    /// analysis.
    pub fn bps(&self) -> Kinds<f64> {
        let of_notional =
            |cost: Decimal| (cost * Decimal::from(10_000)).checked_div(self.notional.0);
        self.exact.map(|cost| of_notional(cost).map_or(0.0, |bps| Money(bps).to_f64()))
    }

    /// The whole cost, to the digit.
    pub fn total(&self) -> Money {
        Money(self.exact.total())
    }
}

impl From<Breakdown> for CostBreakdown {
    /// The three columns of a record of a fill: what was charged, the spread, and what the order
    /// itself did to its price.
    fn from(breakdown: Breakdown) -> Self {
        let Kinds { commission, venue, regulatory, spread, slippage, impact, conversion } =
            breakdown.money();
        Self {
            commission: commission + venue + regulatory + conversion,
            spread,
            slippage: slippage + impact,
        }
    }
}
