//! Costs by what they were paid for, and what ambiguous bars leave open.

use serde::{Deserialize, Serialize};
use tradebot_domain::Money;
use tradebot_journal::{CostKinds, TradeRecord};

/// Costs of all closed trades by kind, exact; none where the run charged flat rates only.
pub fn costs_by_kind(trades: &[TradeRecord]) -> Option<CostKinds> {
    let mut sum = None;
    for kinds in trades.iter().filter_map(|trade| trade.kinds) {
        *sum.get_or_insert_with(CostKinds::default) += kinds;
    }
    sum
}

/// Trades that ended in a bar which held both their stop and their target: which came first is
/// not known, and the stop was assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ambiguous {
    /// How many there are.
    pub trades: usize,
    /// Net of all closed trades of the run with each of them at its worse end.
    pub pessimistic: Money,
    /// The same with each of them at its better end.
    pub optimistic: Money,
}

/// The result of all closed trades on either side of what daily bars leave open; none where
/// nothing was ambiguous, or the run is older than the figures.
pub fn ambiguous(trades: &[TradeRecord]) -> Option<Ambiguous> {
    let open = trades.iter().filter(|trade| trade.bounds.is_some()).count();
    let sum = |of: &dyn Fn(&TradeRecord) -> Money| trades.iter().map(of).sum();
    (open > 0).then(|| Ambiguous {
        trades: open,
        pessimistic: sum(&|t| t.bounds.map_or(t.net, |bounds| bounds.pessimistic)),
        optimistic: sum(&|t| t.bounds.map_or(t.net, |bounds| bounds.optimistic)),
    })
}

#[cfg(test)]
mod tests {
    use tradebot_journal::{ExitReason, SizeBasis, TradeBounds};

    use super::*;
    use crate::testing::trade;

    fn money(of: i64) -> Money {
        Money(of.into())
    }

    #[test]
    fn a_run_with_flat_rates_has_no_kinds_and_one_under_terms_has_their_sum() {
        let flat = trade("AAPL", 1.0, SizeBasis::Drift, ExitReason::Target);
        assert_eq!(costs_by_kind(std::slice::from_ref(&flat)), None);
        let paid = CostKinds { impact: money(2), spread: money(1), ..CostKinds::default() };
        let under = TradeRecord { kinds: Some(paid), ..flat };
        let sum = costs_by_kind(&[under.clone(), under]).unwrap();
        assert_eq!((sum.impact, sum.spread, sum.total()), (money(4), money(2), money(6)));
    }

    #[test]
    fn both_sides_count_every_trade_and_differ_by_the_ambiguous_ones() {
        let clear = trade("AAPL", 2.0, SizeBasis::Drift, ExitReason::Target);
        assert_eq!(ambiguous(std::slice::from_ref(&clear)), None);
        let lost = trade("AAPL", -1.0, SizeBasis::Drift, ExitReason::Stop);
        let bounds = TradeBounds { pessimistic: lost.net, optimistic: money(15) };
        let doubtful = TradeRecord { bounds: Some(bounds), ..lost.clone() };
        let found = ambiguous(&[clear.clone(), doubtful]).unwrap();
        assert_eq!(found.trades, 1);
        assert_eq!(found.pessimistic, clear.net + lost.net);
        assert_eq!(found.optimistic, clear.net + money(15));
    }
}
