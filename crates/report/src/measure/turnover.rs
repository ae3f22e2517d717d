//! How often the account was turned over, by calendar period.

use std::collections::BTreeMap;

use tradebot_backtest::RunResult;
use tradebot_domain::Moment;

use crate::figure::month_name;

/// Months up to which each is shown by itself; longer runs are shown by years.
const MONTHS_MAX: usize = 36;

/// One calendar month or year.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Period {
    /// `Mar 2005` or `2005`.
    pub(crate) name: String,
    /// Half of what was bought and sold over equity at the entry; 1 is the whole account once.
    pub(crate) turnover: f64,
}

/// Turnover of closed trades by month, or by year in runs of more than three years; every period
/// from the first close to the last. Purchases count in the period of the entry, sales in that of
/// the exit, so that all periods add up to the turnover of the run.
pub(crate) fn turnover(result: &RunResult) -> Vec<Period> {
    let (Some(first), Some(last)) = (result.snapshots.first(), result.snapshots.last()) else {
        return Vec::new();
    };
    let months = months(first.session, last.session);
    let by_year = months.len() > MONTHS_MAX;
    let key = |date: Moment| (date.year(), if by_year { 0 } else { date.month() });
    let mut sums: BTreeMap<(i16, i8), f64> = BTreeMap::new();
    for (year, month) in months {
        sums.entry((year, if by_year { 0 } else { month })).or_default();
    }
    for trade in &result.trades {
        let equity = equity_before(result, trade.entry_session);
        let halves = [
            (trade.entry_session, trade.entry_price.to_f64() * trade.entry_shares.to_f64()),
            (trade.exit_session, trade.exit_price.to_f64() * trade.exit_shares.to_f64()),
        ];
        for (session, value) in halves {
            *sums.entry(key(session)).or_default() += value / 2.0 / equity;
        }
    }
    sums.into_iter().map(|(key, turnover)| Period { name: name(key), turnover }).collect()
}

/// Equity at the last close before a session; the cash of the start when there was none.
fn equity_before(result: &RunResult, session: Moment) -> f64 {
    let before = result.snapshots.partition_point(|s| s.session < session);
    let last = before.checked_sub(1).map(|last| result.snapshots[last].equity);
    last.unwrap_or(result.started.cash).to_f64()
}

fn months(from: Moment, to: Moment) -> Vec<(i16, i8)> {
    let (last, mut all, mut at) =
        ((to.year(), to.month()), Vec::new(), (from.year(), from.month()));
    while at <= last {
        all.push(at);
        at = if at.1 == 12 { (at.0 + 1, 1) } else { (at.0, at.1 + 1) };
    }
    all
}

fn name((year, month): (i16, i8)) -> String {
    if month == 0 { year.to_string() } else { format!("{} {year}", month_name(month)) }
}

#[cfg(test)]
mod tests {
    use tradebot_backtest::activity::activity;

    use super::*;
    use crate::testing::MadeUp;

    #[test]
    fn periods_add_up_to_the_turnover_of_the_run() {
        for sessions in [200, 1_200] {
            let run = MadeUp { sessions, ..MadeUp::default() }.run();
            let all = turnover(&run);
            let sum: f64 = all.iter().map(|p| p.turnover).sum();
            let years = run.snapshots.len() as f64 / 252.0;
            let said = activity(&run).turnover.unwrap();
            assert!((sum / years - said).abs() < 1e-9, "{sum} {said}");
        }
    }

    #[test]
    fn short_runs_are_by_month_and_long_ones_by_year_without_holes() {
        let names = |sessions| -> Vec<String> {
            let run = MadeUp { sessions, trade_every: 0, ..MadeUp::default() }.run();
            turnover(&run).into_iter().map(|p| p.name).collect()
        };
        assert_eq!(names(70), ["Mar 2000", "Apr 2000", "May 2000", "Jun 2000"]);
        assert_eq!(names(1_100), ["2000", "2001", "2002", "2003", "2004"]);
        assert!(names(0).is_empty());
    }
}
