//! What closed trades amount to, all together and by what they have in common.
//!
//! Trades that were only closed because the data ended are left out and counted apart: nobody
//! decided to leave there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradebot_domain::{Regime, Symbol};
use tradebot_journal::{ExitReason, SizeBasis, TradeRecord};

use crate::summary::{mean, standard_deviation, sum};

/// Trades that the system quality number counts at most.
const SQN_TRADES_MAX: usize = 100;

/// Figures of a set of trades. `None` is not defined: there is nothing to divide by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct TradeStatistics {
    /// Trades.
    pub trades: usize,
    /// Trades with a profit after costs.
    pub wins: usize,
    /// Trades with a loss after costs. Those at exactly zero are neither.
    pub losses: usize,
    /// Wins over wins and losses.
    pub win_rate: Option<f64>,
    /// Mean win over mean loss, by money.
    pub payoff: Option<f64>,
    /// Sum of wins over sum of losses, by money.
    pub profit_factor: Option<f64>,
    /// Mean result in units of planned risk.
    pub expectancy: Option<f64>,
    /// System quality number: mean over standard deviation of results in units of planned risk,
    /// times the root of the trades, of which at most 100 count.
    pub sqn: Option<f64>,
    /// The same with all trades counted: the t statistic of the mean.
    pub sqn_uncapped: Option<f64>,
    /// Sum of results after costs, account currency.
    pub net: f64,
    /// Sum of results in units of planned risk.
    pub total_r: f64,
    /// Best result in units of planned risk.
    pub best: Option<f64>,
    /// Worst result in units of planned risk; below -1 it lost more than was planned.
    pub worst: Option<f64>,
    /// Mean holding, sessions; 0 where sessions are not known.
    pub sessions_held: Option<f64>,
}

/// What the statistics need of a trade.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TradeResult {
    /// Result after costs, account currency.
    pub net: f64,
    /// Result in units of planned risk.
    pub r: f64,
    /// Sessions held.
    pub sessions: u32,
}

impl From<&TradeRecord> for TradeResult {
    fn from(trade: &TradeRecord) -> Self {
        Self { net: trade.net.to_f64(), r: trade.r_multiple, sessions: trade.sessions_held }
    }
}

/// Measures a set of trades.
pub fn trade_statistics(trades: &[TradeResult]) -> TradeStatistics {
    let results: Vec<f64> = trades.iter().map(|t| t.r).collect();
    let wins: Vec<f64> = trades.iter().map(|t| t.net).filter(|net| *net > 0.0).collect();
    let losses: Vec<f64> = trades.iter().map(|t| -t.net).filter(|loss| *loss > 0.0).collect();
    let decided = wins.len() + losses.len();
    let quality = |counted: usize| {
        let deviation = standard_deviation(&results)?;
        Some((counted as f64).sqrt() * mean(&results)? / deviation)
    };
    let held: Vec<f64> = trades.iter().map(|t| f64::from(t.sessions)).collect();
    TradeStatistics {
        trades: trades.len(),
        wins: wins.len(),
        losses: losses.len(),
        win_rate: (decided > 0).then(|| wins.len() as f64 / decided as f64),
        payoff: mean(&wins).zip(mean(&losses)).map(|(win, loss)| win / loss),
        profit_factor: (!losses.is_empty())
            .then(|| sum(wins.iter().copied()) / sum(losses.iter().copied())),
        expectancy: mean(&results),
        sqn: quality(trades.len().min(SQN_TRADES_MAX)),
        sqn_uncapped: quality(trades.len()),
        net: sum(trades.iter().map(|t| t.net)),
        total_r: sum(results.iter().copied()),
        best: results.iter().copied().reduce(f64::max),
        worst: results.iter().copied().reduce(f64::min),
        sessions_held: mean(&held),
    }
}

/// The trades of a run, all together and in groups.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TradeAssessment {
    /// All trades that ended by a decision made beforehand.
    pub all: TradeStatistics,
    /// Trades cut by the end of data, left out everywhere else.
    pub cut_by_end_of_data: usize,
    /// Trades that met stop and target in one bar and were taken as stopped.
    pub ambiguous: usize,
    /// By what the size was earned by.
    pub by_basis: BTreeMap<SizeBasis, TradeStatistics>,
    /// By regime row of the decision.
    pub by_row: BTreeMap<Regime, TradeStatistics>,
    /// By reason of the exit.
    pub by_reason: BTreeMap<ExitReason, TradeStatistics>,
    /// By symbol.
    pub by_symbol: BTreeMap<Symbol, TradeStatistics>,
}

/// Measures the trades of a run.
pub fn assess_trades(trades: &[TradeRecord]) -> TradeAssessment {
    let counted: Vec<&TradeRecord> = counted(trades).collect();
    let results: Vec<TradeResult> = counted.iter().map(|t| TradeResult::from(*t)).collect();
    TradeAssessment {
        all: trade_statistics(&results),
        cut_by_end_of_data: trades.len() - counted.len(),
        ambiguous: counted.iter().filter(|t| t.ambiguous).count(),
        by_basis: grouped(&counted, |t| t.basis),
        by_row: grouped(&counted, |t| t.row),
        by_reason: grouped(&counted, |t| t.reason),
        by_symbol: grouped(&counted, |t| t.symbol),
    }
}

/// Trades that statistics are made of: all but those cut by the end of data.
pub fn counted(trades: &[TradeRecord]) -> impl Iterator<Item = &TradeRecord> {
    trades.iter().filter(|t| t.reason != ExitReason::EndOfData)
}

fn grouped<K: Ord>(
    trades: &[&TradeRecord],
    key: impl Fn(&TradeRecord) -> K,
) -> BTreeMap<K, TradeStatistics> {
    let mut groups: BTreeMap<K, Vec<TradeResult>> = BTreeMap::new();
    for trade in trades {
        groups.entry(key(trade)).or_default().push(TradeResult::from(*trade));
    }
    groups.into_iter().map(|(key, results)| (key, trade_statistics(&results))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::trade;

    fn results(r: &[f64]) -> Vec<TradeResult> {
        r.iter().map(|r| TradeResult { net: 100.0 * r, r: *r, sessions: 3 }).collect()
    }

    #[test]
    fn no_trades_have_no_ratios() {
        let none = trade_statistics(&[]);
        assert_eq!(none, TradeStatistics::default());
        assert_eq!((none.win_rate, none.profit_factor, none.sqn), (None, None, None));
    }

    #[test]
    fn zeros_are_neither_wins_nor_losses() {
        let some = trade_statistics(&results(&[2.0, 0.0, -1.0, 0.0]));
        assert_eq!((some.trades, some.wins, some.losses), (4, 1, 1));
        assert_eq!((some.win_rate, some.payoff), (Some(0.5), Some(2.0)));
        assert_eq!(some.expectancy, Some(0.25));
        assert_eq!(trade_statistics(&results(&[0.0])).win_rate, None);
    }

    #[test]
    fn without_losses_there_is_no_profit_factor() {
        let won = trade_statistics(&results(&[1.0, 2.0]));
        assert_eq!((won.profit_factor, won.payoff, won.win_rate), (None, None, Some(1.0)));
        let equal = trade_statistics(&results(&[1.0, 1.0]));
        assert_eq!(equal.sqn, None);
    }

    #[test]
    fn quality_counts_a_hundred_trades_at_most() {
        let many: Vec<f64> = (0..400).map(|i| f64::from(i % 4) - 1.0).collect();
        let many = trade_statistics(&results(&many));
        assert!((many.sqn_uncapped.unwrap() / many.sqn.unwrap() - 2.0).abs() < 1e-12);
    }

    #[test]
    fn groups_add_up_and_the_end_of_data_is_apart() {
        let trades = [
            trade("AAPL", 1.5, SizeBasis::Drift, ExitReason::Target),
            trade("AAPL", -1.0, SizeBasis::Explore, ExitReason::Stop),
            trade("MSFT", 0.3, SizeBasis::Explore, ExitReason::Time),
            trade("MSFT", 9.0, SizeBasis::Drift, ExitReason::EndOfData),
        ];
        let all = assess_trades(&trades);
        assert_eq!((all.all.trades, all.cut_by_end_of_data), (3, 1));
        assert!((all.all.total_r - 0.8).abs() < 1e-12);
        assert_eq!(all.by_basis[&SizeBasis::Explore].trades, 2);
        assert_eq!(all.by_symbol.len(), 2);
        assert!(!all.by_reason.contains_key(&ExitReason::EndOfData));
        let sum: f64 = all.by_symbol.values().map(|s| s.net).sum();
        assert!((sum - all.all.net).abs() < 1e-9);
    }
}
