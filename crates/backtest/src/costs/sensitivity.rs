//! The same trades at other costs.

use serde::{Deserialize, Serialize};
use tradebot_journal::TradeRecord;

use super::value_traded;
use crate::summary::{mean, sum};

/// Multiples of the costs paid at which trades are looked at.
pub const MULTIPLES: [f64; 4] = [0.0, 1.0, 2.0, 3.0];

/// Trades at one multiple of their costs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AtCosts {
    /// Costs as a multiple of those paid.
    pub multiple: f64,
    /// Result after costs, account currency.
    pub net: f64,
    /// Mean result of a trade in units of its planned risk.
    pub expectancy: Option<f64>,
    /// Share of trades with a result above 0.
    pub win_rate: Option<f64>,
}

/// How much of a result hangs on what trading costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostSensitivity {
    /// One entry per multiple of [`MULTIPLES`].
    pub levels: Vec<AtCosts>,
    /// Costs paid over the value traded, basis points per side (a purchase is one side, its sale
    /// the other). `None` when nothing was traded.
    pub paid_bps: Option<f64>,
    /// Costs per side at which the trades would have earned nothing, basis points. `None` when they
    /// earned nothing before costs.
    pub break_even_bps: Option<f64>,
}

/// Charges closed trades other costs, with all else as it was.
///
/// Entries, exits and sizes stay: where other costs would have changed fills, sizes or decisions,
/// only a new run tells.
pub fn cost_sensitivity(trades: &[TradeRecord]) -> CostSensitivity {
    let before: Vec<f64> = trades.iter().map(|t| t.gross.to_f64() + t.dividends.to_f64()).collect();
    let costs: Vec<f64> = trades.iter().map(|t| t.costs.to_f64()).collect();
    let traded = sum(trades.iter().map(value_traded));
    let per_side = |amount: f64| (traded > 0.0).then(|| amount / traded * 1e4);
    let level = |multiple: f64| {
        let net: Vec<f64> = before.iter().zip(&costs).map(|(b, c)| b - multiple * c).collect();
        let risked = net.iter().zip(trades).map(|(net, t)| net / t.planned_risk.to_f64());
        let won = net.iter().filter(|net| **net > 0.0).count();
        AtCosts {
            multiple,
            net: sum(net.iter().copied()),
            expectancy: mean(&risked.filter(|r| r.is_finite()).collect::<Vec<f64>>()),
            win_rate: (!net.is_empty()).then(|| won as f64 / net.len() as f64),
        }
    };
    let earned = sum(before.iter().copied());
    CostSensitivity {
        levels: MULTIPLES.map(level).to_vec(),
        paid_bps: per_side(sum(costs.iter().copied())),
        break_even_bps: per_side(earned).filter(|bps| *bps > 0.0),
    }
}

#[cfg(test)]
mod tests {
    use tradebot_journal::{ExitReason, SizeBasis};

    use super::*;
    use crate::testing::trade;

    #[test]
    fn without_trades_nothing_depends_on_costs() {
        let none = cost_sensitivity(&[]);
        assert_eq!((none.paid_bps, none.break_even_bps), (None, None));
        assert!(none.levels.iter().all(|l| l.net == 0.0 && l.expectancy.is_none()));
    }

    #[test]
    fn every_multiple_takes_the_costs_once_more() {
        // 20 net after 0.5 of costs, 10 lost after 0.5, each 10 at risk: 11 before costs.
        let trades = [
            trade("AAPL", 2.0, SizeBasis::Drift, ExitReason::Target),
            trade("AAPL", -1.0, SizeBasis::Drift, ExitReason::Stop),
        ];
        let all = cost_sensitivity(&trades);
        for (level, want) in all.levels.iter().zip([11.0, 10.0, 9.0, 8.0]) {
            assert!((level.net - want).abs() < 1e-9, "{level:?}");
            assert!((level.expectancy.unwrap() - want / 20.0).abs() < 1e-9);
            assert_eq!(level.win_rate, Some(0.5));
        }
        // 1,000 bought twice, 1,020.5 and 990.5 sold.
        let traded = 4_011.0;
        assert!((all.paid_bps.unwrap() - 1.0 / traded * 1e4).abs() < 1e-9);
        assert!((all.break_even_bps.unwrap() - 11.0 / traded * 1e4).abs() < 1e-9);
    }

    /// Charged the break-even, trades earn nothing.
    #[test]
    fn the_break_even_leaves_nothing() {
        let trades = [trade("AAPL", 1.3, SizeBasis::Drift, ExitReason::Target)];
        let all = cost_sensitivity(&trades);
        let charged = all.break_even_bps.unwrap() / 1e4 * value_traded(&trades[0]);
        assert!((all.levels[0].net - charged).abs() < 1e-9);
    }

    #[test]
    fn a_loss_before_costs_has_no_break_even() {
        let trades = [trade("AAPL", -1.0, SizeBasis::Drift, ExitReason::Stop)];
        let all = cost_sensitivity(&trades);
        assert_eq!(all.break_even_bps, None);
        assert!(all.paid_bps.unwrap() > 0.0 && all.levels[0].net < 0.0);
    }
}
