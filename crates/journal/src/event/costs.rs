//! What a fill or a trade cost, by kind.

use serde::{Deserialize, Serialize};
use std::ops::AddAssign;
use tradebot_domain::Money;

/// Costs by kind, account currency, each at least 0 and rounded to four decimals at each fill.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostKinds {
    /// The broker's commission.
    pub commission: Money,
    /// Fees of ECNs, ATSs and exchanges.
    pub venue: Money,
    /// Fees on sales that regulators charge.
    pub regulatory: Money,
    /// Half the quoted spread.
    pub spread: Money,
    /// Slippage.
    pub slippage: Money,
    /// What the order moved the price against itself.
    pub impact: Money,
    /// Changing one currency for the other.
    pub conversion: Money,
}

impl CostKinds {
    /// Each kind by its name, in the order it is shown in.
    pub const fn named(&self) -> [(&'static str, Money); 7] {
        [
            ("commission", self.commission),
            ("venue", self.venue),
            ("regulatory", self.regulatory),
            ("spread", self.spread),
            ("slippage", self.slippage),
            ("impact", self.impact),
            ("conversion", self.conversion),
        ]
    }

    /// All of them.
    pub fn total(&self) -> Money {
        self.named().into_iter().map(|(_, money)| money).sum()
    }
}

impl AddAssign for CostKinds {
    fn add_assign(&mut self, other: Self) {
        self.commission += other.commission;
        self.venue += other.venue;
        self.regulatory += other.regulatory;
        self.spread += other.spread;
        self.slippage += other.slippage;
        self.impact += other.impact;
        self.conversion += other.conversion;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_add_up_one_by_one() {
        let one = |of: i64| Money(of.into());
        let mut sum = CostKinds { commission: one(1), venue: one(2), ..CostKinds::default() };
        sum += CostKinds {
            commission: one(10),
            regulatory: one(4),
            spread: one(8),
            slippage: one(16),
            impact: one(32),
            conversion: one(64),
            venue: Money::ZERO,
        };
        assert_eq!((sum.commission, sum.venue), (one(11), one(2)));
        assert_eq!(sum.total(), one(137));
    }
}
