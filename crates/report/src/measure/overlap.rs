//! Which trades two runs have in common.

use std::collections::BTreeMap;

use tradebot_domain::{Moment, Symbol};
use tradebot_journal::TradeRecord;

/// Trades of two runs, paired by symbol and session of the entry.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Overlap {
    /// Entered by both.
    pub(crate) both: usize,
    /// Of these: left in the same session at the same price.
    pub(crate) same_exit: usize,
    /// Entered by the one only.
    pub(crate) only_one: usize,
    /// Entered by the other only.
    pub(crate) only_other: usize,
    /// Mean result of what both entered, units of planned risk: the one, the other.
    pub(crate) mean_r_both: Option<(f64, f64)>,
    /// Mean result of what the one alone entered.
    pub(crate) mean_r_only_one: Option<f64>,
    /// Mean result of what the other alone entered.
    pub(crate) mean_r_only_other: Option<f64>,
}

impl Overlap {
    /// Trades of both over trades of either (Jaccard index); `None` without trades.
    pub(crate) fn share(&self) -> Option<f64> {
        let all = self.both + self.only_one + self.only_other;
        (all > 0).then(|| self.both as f64 / all as f64)
    }
}

type Entered<'t> = BTreeMap<(Symbol, Moment), Vec<&'t TradeRecord>>;

/// Pairs the trades of two runs; several entries of one symbol in one session pair in their order.
pub(crate) fn overlap(one: &[&TradeRecord], other: &[&TradeRecord]) -> Overlap {
    let (one, mut other) = (entered(one), entered(other));
    let mut pairs = Vec::new();
    let mut alone = Vec::new();
    for (key, trades) in one {
        let mut partners = other.remove(&key).unwrap_or_default();
        let paired = trades.len().min(partners.len());
        let rest = partners.split_off(paired);
        alone.extend_from_slice(&trades[paired..]);
        pairs.extend(trades.into_iter().zip(partners));
        if !rest.is_empty() {
            other.insert(key, rest);
        }
    }
    let left: Vec<&TradeRecord> = other.into_values().flatten().collect();
    let mean = |trades: &[&TradeRecord]| {
        let n = trades.len() as f64;
        (n > 0.0).then(|| trades.iter().map(|t| t.r_multiple).sum::<f64>() / n)
    };
    let (a, b): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
    Overlap {
        both: pairs.len(),
        same_exit: pairs.iter().filter(|(a, b)| same_exit(a, b)).count(),
        only_one: alone.len(),
        only_other: left.len(),
        mean_r_both: mean(&a).zip(mean(&b)),
        mean_r_only_one: mean(&alone),
        mean_r_only_other: mean(&left),
    }
}

fn same_exit(a: &TradeRecord, b: &TradeRecord) -> bool {
    a.exit_session == b.exit_session && a.exit_price == b.exit_price
}

fn entered<'t>(trades: &[&'t TradeRecord]) -> Entered<'t> {
    let mut map = Entered::new();
    for trade in trades {
        map.entry((trade.symbol, trade.entry_session)).or_default().push(trade);
    }
    map
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::MadeUp;

    #[test]
    fn a_run_has_all_its_trades_in_common_with_itself() {
        let run = MadeUp::default().run();
        let all: Vec<&TradeRecord> = run.trades.iter().collect();
        let same = overlap(&all, &all);
        assert_eq!((same.both, same.same_exit), (all.len(), all.len()));
        assert_eq!((same.only_one, same.only_other, same.share()), (0, 0, Some(1.0)));
        let (a, b) = same.mean_r_both.unwrap();
        assert_eq!(a, b);
    }

    #[test]
    fn every_trade_is_counted_once_whatever_the_order() {
        let run = MadeUp::default().run();
        let all: Vec<&TradeRecord> = run.trades.iter().collect();
        let mut moved = run.trades[3].clone();
        moved.exit_price = moved.entry_price;
        // Twice the first, not the second, the fourth with another end.
        let mut other: Vec<&TradeRecord> = vec![all[0], all[0], &moved];
        other.extend(&all[4..]);
        let seen = overlap(&all, &other);
        assert_eq!((seen.both, seen.only_one, seen.only_other), (all.len() - 2, 2, 1));
        assert_eq!(seen.same_exit, all.len() - 3);
        other.reverse();
        assert_eq!(overlap(&all, &other).both, seen.both);
    }

    #[test]
    fn without_trades_there_is_nothing_to_share() {
        let none = overlap(&[], &[]);
        assert_eq!((none, none.share()), (Overlap::default(), None));
    }
}
