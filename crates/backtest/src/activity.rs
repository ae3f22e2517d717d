//! How much of the account was at work, and how often it was turned over.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tradebot_domain::Moment;

use crate::costs::value_traded;
use crate::performance::SESSIONS_PER_YEAR;
use crate::result::RunResult;
use crate::summary::{mean, median, sum};

/// Use of the account; fractions unless said. `None` without sessions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    /// Sessions in the run.
    pub sessions: usize,
    /// Share of sessions in which a position was held at any time.
    pub exposure: Option<f64>,
    /// Mean value of positions at the close, over equity.
    pub mean_gross: Option<f64>,
    /// Highest value of positions at the close, over equity.
    pub max_gross: Option<f64>,
    /// Mean open risk at stops, over equity.
    pub mean_heat: Option<f64>,
    /// Mean number of positions at the close.
    pub mean_positions: Option<f64>,
    /// One-way turnover per year: half of purchases and sales of closed trades over equity at the
    /// time. 1 means that the whole account was bought and sold once a year.
    pub turnover: Option<f64>,
    /// Share of sessions with entries stopped by the drawdown limit.
    pub stopped: Option<f64>,
    /// Median planned risk of a trade over equity at its entry.
    pub median_risk: Option<f64>,
    /// Mean equity, account currency.
    pub mean_equity: Option<f64>,
}

/// Measures how a run used its account.
pub fn activity(result: &RunResult) -> Activity {
    let of = |f: &dyn Fn(&tradebot_journal::SnapshotRecord) -> f64| -> Vec<f64> {
        result.snapshots.iter().map(f).collect()
    };
    let years = result.snapshots.len() as f64 / SESSIONS_PER_YEAR;
    let turned = sum(result
        .trades
        .iter()
        .map(|t| value_traded(t) / 2.0 / equity_at(result, t.entry_session)));
    let risks: Vec<f64> = crate::trades::counted(&result.trades)
        .map(|t| t.planned_risk.to_f64() / equity_at(result, t.entry_session))
        .collect();
    let gross = of(&|s| s.gross);
    Activity {
        sessions: result.snapshots.len(),
        exposure: exposure(result),
        mean_gross: mean(&gross),
        max_gross: gross.iter().copied().reduce(f64::max),
        mean_heat: mean(&of(&|s| s.heat)),
        mean_positions: mean(&of(&|s| s.positions.len() as f64)),
        turnover: (years > 0.0).then(|| turned / years),
        stopped: mean(&of(&|s| f64::from(u8::from(s.stopped)))),
        median_risk: median(&risks),
        mean_equity: mean(&of(&|s| s.equity.to_f64())),
    }
}

/// Equity at the last close before a session; the cash of the start when there was none.
fn equity_at(result: &RunResult, session: Moment) -> f64 {
    let before = result.snapshots.partition_point(|s| s.session < session);
    let equity = match before.checked_sub(1) {
        Some(last) => result.snapshots[last].equity,
        None => result.started.cash,
    };
    equity.to_f64()
}

/// From positions at the close and from exits within the session, not from returns that differ
/// from 0: a held share may close unchanged.
fn exposure(result: &RunResult) -> Option<f64> {
    let left: BTreeSet<Moment> = result.trades.iter().map(|t| t.exit_session).collect();
    share(result.snapshots.iter().map(|s| !s.positions.is_empty() || left.contains(&s.session)))
}

/// Share of yes; `None` of nothing.
pub fn share(held: impl Iterator<Item = bool>) -> Option<f64> {
    let (all, yes) = held.fold((0_u32, 0_u32), |(all, yes), held| (all + 1, yes + u32::from(held)));
    (all > 0).then(|| f64::from(yes) / f64::from(all))
}

#[cfg(test)]
mod tests {
    use tradebot_journal::{ExitReason, SizeBasis};

    use super::*;
    use crate::testing::{date, run, trade};

    #[test]
    fn a_run_without_sessions_was_never_exposed() {
        let none = activity(&run(&[]));
        assert_eq!(none, Activity::default());
    }

    #[test]
    fn a_trade_that_opened_and_closed_within_a_session_was_exposure() {
        let mut result = run(&[0.0; 10]);
        let mut short = trade("AAPL", 1.0, SizeBasis::Explore, ExitReason::Target);
        short.entry_session = date(3);
        short.exit_session = date(3);
        result.trades.push(short);
        let used = activity(&result);
        assert_eq!(used.exposure, Some(1.0 / 11.0));
        // 1,000 bought and 1,020.5 sold of 10,000 in 11 sessions.
        let expected = f64::midpoint(1_000.0, 1_010.5) / 10_000.0 * 252.0 / 11.0;
        assert!((used.turnover.unwrap() - expected).abs() < 1e-12, "{used:?}");
        assert_eq!(used.median_risk, Some(0.001));
    }
}
