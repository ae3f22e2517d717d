//! What a series of returns amounts to: growth, risk, drawdown.
//!
//! Returns are simple, per session, and there are 252 sessions in a year. Equity starts at 1 and
//! the start counts as a peak. The riskless rate is taken as 0: cash earns nothing here either.

use serde::{Deserialize, Serialize};

use crate::summary::{mean, quantile_sorted, standard_deviation};

/// Sessions in a year, by convention.
pub const SESSIONS_PER_YEAR: f64 = 252.0;

/// The usual figures of a return series. All are fractions unless said; `None` is not defined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Performance {
    /// Returns in the series.
    pub sessions: usize,
    /// Product of `1 + r`, less 1. `None` without returns.
    pub total_return: Option<f64>,
    /// Compound growth per 252 sessions (not per calendar year).
    pub cagr: Option<f64>,
    /// Standard deviation (n - 1) per year. `None` for fewer than two returns or no variance.
    pub volatility: Option<f64>,
    /// Mean over standard deviation, per year. `None` where volatility is.
    pub sharpe: Option<f64>,
    /// Mean over the root mean square of returns below 0 (all returns in the denominator), per
    /// year. `None` when no return is negative.
    pub sortino: Option<f64>,
    /// Deepest equity / peak - 1, zero or negative.
    pub max_drawdown: Option<f64>,
    /// CAGR over the depth of the deepest drawdown. `None` without a drawdown.
    pub calmar: Option<f64>,
    /// Longest way, in sessions, from a peak to the first session back at it; one that never came
    /// back runs to the end.
    pub drawdown_sessions: Option<usize>,
    /// Root mean square of the drawdown over all sessions.
    pub ulcer: Option<f64>,
    /// 5 % quantile of returns, linear between neighbours; negative is a loss.
    pub value_at_risk_95: Option<f64>,
    /// Mean of the worst `ceil(5 % n)` returns.
    pub expected_shortfall_95: Option<f64>,
    /// Sum of gains over sum of losses, by session. `None` without a loss.
    pub omega: Option<f64>,
    /// The best session.
    pub best: Option<f64>,
    /// The worst session.
    pub worst: Option<f64>,
}

/// Measures a series of simple returns.
pub fn performance(returns: &[f64]) -> Performance {
    if returns.is_empty() {
        return Performance::default();
    }
    let (total, cagr) = growth(returns);
    let decline = decline(returns);
    let deviation = standard_deviation(returns);
    let mut sorted = returns.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    Performance {
        sessions: returns.len(),
        total_return: Some(total),
        cagr: Some(cagr),
        volatility: deviation.map(|sd| sd * SESSIONS_PER_YEAR.sqrt()),
        sharpe: sharpe(returns),
        sortino: sortino(returns),
        max_drawdown: Some(decline.deepest),
        calmar: (decline.deepest < 0.0).then(|| cagr / -decline.deepest),
        drawdown_sessions: Some(decline.longest),
        ulcer: Some(decline.ulcer),
        value_at_risk_95: quantile_sorted(&sorted, 0.05),
        expected_shortfall_95: mean(&sorted[..returns.len().div_ceil(20)]),
        omega: omega(returns),
        best: sorted.last().copied(),
        worst: sorted.first().copied(),
    }
}

/// Total return and compound growth per year; a ruin (equity 0 or less) grows by -1 a year.
fn growth(returns: &[f64]) -> (f64, f64) {
    let equity: f64 = returns.iter().map(|r| 1.0 + r).product();
    (equity - 1.0, annual_growth(equity, returns.len()))
}

/// Compound growth per year that makes `equity` of 1 in so many sessions, at least one.
pub(crate) fn annual_growth(equity: f64, sessions: usize) -> f64 {
    if equity <= 0.0 { -1.0 } else { equity.powf(SESSIONS_PER_YEAR / sessions as f64) - 1.0 }
}

/// Sharpe ratio per year; `None` for fewer than two returns or no variance.
pub fn sharpe(returns: &[f64]) -> Option<f64> {
    Some(mean(returns)? / standard_deviation(returns)? * SESSIONS_PER_YEAR.sqrt())
}

fn sortino(returns: &[f64]) -> Option<f64> {
    let squares: f64 = returns.iter().map(|r| r.min(0.0) * r.min(0.0)).sum();
    let downside = (squares / returns.len() as f64).sqrt();
    (downside > 0.0).then_some(mean(returns)? / downside * SESSIONS_PER_YEAR.sqrt())
}

fn omega(returns: &[f64]) -> Option<f64> {
    let gains: f64 = returns.iter().map(|r| r.max(0.0)).sum();
    let losses: f64 = returns.iter().map(|r| -r.min(0.0)).sum();
    (losses > 0.0).then(|| gains / losses)
}

/// Equity / peak - 1 after each return; shape of `returns`, zero or negative.
pub fn drawdowns(returns: &[f64]) -> Vec<f64> {
    let (mut equity, mut peak) = (1.0_f64, 1.0_f64);
    returns
        .iter()
        .map(|r| {
            equity *= 1.0 + r;
            peak = peak.max(equity);
            equity / peak - 1.0
        })
        .collect()
}

struct Decline {
    deepest: f64,
    longest: usize,
    ulcer: f64,
}

fn decline(returns: &[f64]) -> Decline {
    let drawdowns = drawdowns(returns);
    let squares: f64 = drawdowns.iter().map(|d| d * d).sum();
    Decline {
        deepest: drawdowns.iter().copied().fold(0.0, f64::min),
        longest: longest_decline(&drawdowns),
        ulcer: (squares / drawdowns.len() as f64).sqrt(),
    }
}

/// The start, index 0 of equity, is a peak; the session that comes back to one is counted.
fn longest_decline(drawdowns: &[f64]) -> usize {
    let (mut longest, mut peak_at) = (0, 0);
    for (index, drawdown) in drawdowns.iter().enumerate() {
        let here = index + 1;
        if *drawdown < 0.0 {
            longest = longest.max(here - peak_at);
        } else {
            // Back at the peak: the way counts if it led below.
            if here - peak_at > 1 {
                longest = longest.max(here - peak_at);
            }
            peak_at = here;
        }
    }
    longest
}

/// Returns multiplied by a constant, as if that share of the account had been in them and the rest
/// (or the debt) in cash at no interest.
pub fn scaled(returns: &[f64], by: f64) -> Vec<f64> {
    returns.iter().map(|r| r * by).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_measures_as_nothing() {
        assert_eq!(performance(&[]), Performance::default());
        let one = performance(&[0.01]);
        assert!((one.total_return.unwrap() - 0.01).abs() < 1e-15);
        assert_eq!((one.volatility, one.sharpe, one.sortino, one.calmar), (None, None, None, None));
        assert_eq!((one.max_drawdown, one.drawdown_sessions), (Some(0.0), Some(0)));
    }

    #[test]
    fn an_idle_account_has_no_ratios() {
        let idle = performance(&[0.0; 100]);
        assert_eq!((idle.total_return, idle.cagr), (Some(0.0), Some(0.0)));
        assert_eq!((idle.sharpe, idle.sortino, idle.calmar, idle.omega), (None, None, None, None));
        assert_eq!(idle.ulcer, Some(0.0));
    }

    #[test]
    fn the_start_is_a_peak_and_the_way_back_is_counted() {
        // 1, 0.5, 0.75, 1.05: below for two sessions, back on the third.
        let back = performance(&[-0.5, 0.5, 0.4]);
        assert_eq!((back.max_drawdown, back.drawdown_sessions), (Some(-0.5), Some(3)));
        // Never back: to the end. Rising all the way: none.
        assert_eq!(performance(&[0.1, -0.5, 0.0, 0.1]).drawdown_sessions, Some(3));
        assert_eq!(performance(&[0.1, 0.1, 0.1]).drawdown_sessions, Some(0));
    }

    #[test]
    fn ruin_is_a_growth_of_minus_one() {
        let ruined = performance(&[0.1, -1.0, 0.5]);
        assert_eq!((ruined.total_return, ruined.cagr), (Some(-1.0), Some(-1.0)));
        assert_eq!(ruined.max_drawdown, Some(-1.0));
    }

    proptest! {
        #[test]
        fn leverage_moves_volatility_and_leaves_the_sharpe_ratio(
            returns in prop::collection::vec(-0.05_f64..0.05, 3..200), by in 0.1_f64..3.0,
        ) {
            let (once, more) = (performance(&returns), performance(&scaled(&returns, by)));
            let (a, b) = (once.sharpe.unwrap(), more.sharpe.unwrap());
            prop_assert!((a - b).abs() < 1e-9 * a.abs().max(1.0));
            let (a, b) = (once.volatility.unwrap() * by, more.volatility.unwrap());
            prop_assert!((a - b).abs() < 1e-9);
        }

        #[test]
        fn a_drawdown_is_between_ruin_and_nothing_and_no_deeper_than_its_ulcer_says(
            returns in prop::collection::vec(-0.2_f64..0.2, 1..200),
        ) {
            let p = performance(&returns);
            let deepest = p.max_drawdown.unwrap();
            prop_assert!((-1.0..=0.0).contains(&deepest));
            prop_assert!(p.ulcer.unwrap() <= -deepest + 1e-15);
            prop_assert!(p.expected_shortfall_95.unwrap() <= p.value_at_risk_95.unwrap() + 1e-15);
            prop_assert!(p.drawdown_sessions.unwrap() <= returns.len());
        }
    }
}
