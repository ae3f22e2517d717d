//! What trading cost, beside what it earned before costs.

mod by_kind;
mod sensitivity;

use serde::{Deserialize, Serialize};
use tradebot_journal::TradeRecord;

pub use by_kind::{Ambiguous, ambiguous, costs_by_kind};
pub use sensitivity::{AtCosts, CostSensitivity, MULTIPLES, cost_sensitivity};

use crate::performance::SESSIONS_PER_YEAR;
use crate::summary::sum;

/// Costs of closed trades, account currency unless said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct CostAssessment {
    /// All costs of both fills, all trades.
    pub costs: f64,
    /// Sales less purchases plus dividends: the profit before costs, losers included.
    pub before_costs: f64,
    /// Profit after costs.
    pub net: f64,
    /// Costs over profit before costs. `None` when there was no profit before costs.
    pub share: Option<f64>,
    /// How many times the costs the profit before costs would have paid for, had the trades been
    /// the same; below 1 costs ate the profit. `None` when nothing was paid.
    pub bearable_multiple: Option<f64>,
    /// Costs per year over mean equity, a fraction.
    pub per_year: Option<f64>,
    /// Costs over the value traded, purchases and sales, basis points.
    pub basis_points: Option<f64>,
}

/// Adds up the costs of all closed trades, those cut by the end of data included: they were paid.
///
/// - `mean_equity`: over the run; `sessions`: its length.
pub fn assess_costs(
    trades: &[TradeRecord],
    mean_equity: Option<f64>,
    sessions: usize,
) -> CostAssessment {
    let sum = |f: &dyn Fn(&TradeRecord) -> f64| sum(trades.iter().map(f));
    let costs = sum(&|t| t.costs.to_f64());
    let before_costs = sum(&|t| t.gross.to_f64() + t.dividends.to_f64());
    let traded = sum(&value_traded);
    let years = sessions as f64 / SESSIONS_PER_YEAR;
    let over = |whole: f64| (whole > 0.0).then(|| costs / whole);
    CostAssessment {
        costs,
        before_costs,
        net: sum(&|t| t.net.to_f64()),
        share: over(before_costs),
        bearable_multiple: (costs > 0.0).then(|| before_costs / costs),
        per_year: mean_equity.and_then(|equity| over(equity * years)),
        basis_points: over(traded).map(|share| share * 1e4),
    }
}

/// Value of the purchase and the sale of a trade, in the account's currency.
pub(crate) fn value_traded(trade: &TradeRecord) -> f64 {
    if let Some(traded) = trade.traded {
        return traded.to_f64();
    }
    trade.entry_price.to_f64() * trade.entry_shares.to_f64()
        + trade.exit_price.to_f64() * trade.exit_shares.to_f64()
}

#[cfg(test)]
mod tests {
    use tradebot_journal::{ExitReason, SizeBasis};

    use super::*;
    use crate::testing::trade;

    #[test]
    fn without_trades_nothing_was_paid() {
        let none = assess_costs(&[], None, 0);
        assert_eq!(none, CostAssessment::default());
    }

    #[test]
    fn costs_are_a_share_of_the_profit_before_them() {
        // 2 R = 20 net after 0.5 of costs, 1 R = 10 lost after 0.5: 10 net of 11 before costs.
        let trades = [
            trade("AAPL", 2.0, SizeBasis::Drift, ExitReason::Target),
            trade("AAPL", -1.0, SizeBasis::Drift, ExitReason::Stop),
        ];
        let all = assess_costs(&trades, Some(1_000.0), 126);
        assert!((all.costs - 1.0).abs() < 1e-12 && (all.net - 10.0).abs() < 1e-12, "{all:?}");
        assert!((all.share.unwrap() - 1.0 / 11.0).abs() < 1e-12);
        assert!((all.bearable_multiple.unwrap() - 11.0).abs() < 1e-12);
        assert!((all.per_year.unwrap() - 0.002).abs() < 1e-12);
    }

    #[test]
    fn a_loss_before_costs_has_no_share() {
        let trades = [trade("AAPL", -1.0, SizeBasis::Drift, ExitReason::Stop)];
        let all = assess_costs(&trades, Some(1_000.0), 252);
        assert_eq!(all.share, None);
        assert!(all.bearable_multiple.unwrap() < 0.0);
    }
}
