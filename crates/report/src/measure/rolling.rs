//! Statistics over a window of sessions that moves along.

use tradebot_backtest::performance::sharpe;
use tradebot_backtest::summary::mean;

/// Annual Sharpe ratio of the last `window` returns at each return; shape of `returns`.
///
/// - **Edges:** `None` until the window is full, for a window of fewer than two returns, where the
///   window has no variance or a value that is not finite.
pub(crate) fn rolling_sharpe(returns: &[f64], window: usize) -> Vec<Option<f64>> {
    rolling(returns.len(), window, |from, to| {
        let seen = &returns[from..to];
        finite(seen).then(|| sharpe(seen))?
    })
}

/// Slope of the last `window` returns on those of a benchmark (least squares with a constant);
/// shape of `returns`, 0 where the account was idle.
///
/// - **Edges:** as [`rolling_sharpe`]; `None` everywhere when the two do not pair up.
pub(crate) fn rolling_beta(returns: &[f64], benchmark: &[f64], window: usize) -> Vec<Option<f64>> {
    if returns.len() != benchmark.len() {
        return vec![None; returns.len()];
    }
    rolling(returns.len(), window, |from, to| {
        let (of, on) = (&returns[from..to], &benchmark[from..to]);
        (finite(of) && finite(on)).then(|| slope(of, on))?
    })
}

/// Mean of the last `window` values at each value; the first ones of what there is so far.
pub(crate) fn rolling_mean(values: &[f64], window: usize) -> Vec<f64> {
    (1..=values.len())
        .map(|to| mean(&values[to.saturating_sub(window.max(1))..to]).unwrap_or(f64::NAN))
        .collect()
}

fn rolling(
    length: usize,
    window: usize,
    statistic: impl Fn(usize, usize) -> Option<f64>,
) -> Vec<Option<f64>> {
    (1..=length).map(|to| to.checked_sub(window).and_then(|from| statistic(from, to))).collect()
}

fn finite(values: &[f64]) -> bool {
    values.iter().all(|v| v.is_finite())
}

fn slope(of: &[f64], on: &[f64]) -> Option<f64> {
    let (mean_of, mean_on) = (mean(of)?, mean(on)?);
    let squares: f64 = on.iter().map(|x| (x - mean_on) * (x - mean_on)).sum();
    let products: f64 = of.iter().zip(on).map(|(y, x)| (y - mean_of) * (x - mean_on)).sum();
    (squares > 0.0 && on.iter().any(|x| *x != on[0])).then(|| products / squares)
}

#[cfg(test)]
mod tests {
    use tradebot_backtest::benchmark::compare_with_benchmark;

    use super::*;

    fn wave(n: usize, step: usize) -> Vec<f64> {
        (0..n).map(|i| (i * step % 101) as f64 * 0.000_4 - 0.019_5).collect()
    }

    #[test]
    fn the_last_window_has_the_figures_of_its_own_returns() {
        let (run, held) = (wave(300, 37), wave(300, 59));
        let ratios = rolling_sharpe(&run, 126);
        let slopes = rolling_beta(&run, &held, 126);
        assert_eq!((ratios.len(), slopes.len()), (300, 300));
        assert!(ratios[..125].iter().chain(&slopes[..125]).all(Option::is_none));
        let beside = compare_with_benchmark(&run[174..], &held[174..]).unwrap();
        assert_eq!(ratios[299], sharpe(&run[174..]));
        assert!((slopes[299].unwrap() - beside.beta.unwrap()).abs() < 1e-12);
    }

    #[test]
    fn a_part_of_the_market_has_that_beta_and_an_idle_account_none_of_it() {
        let held = wave(200, 37);
        let half: Vec<f64> = held.iter().map(|r| 0.5 * r).collect();
        let slopes = rolling_beta(&half, &held, 60);
        assert!(slopes[59..].iter().all(|b| (b.unwrap() - 0.5).abs() < 1e-12));
        let idle = vec![0.0; 200];
        assert_eq!(rolling_beta(&idle, &held, 60)[199], Some(0.0));
        assert_eq!(rolling_sharpe(&idle, 60)[199], None);
        assert_eq!(rolling_beta(&held, &idle, 60)[199], None);
    }

    #[test]
    fn what_is_short_broken_or_unpaired_has_no_figure() {
        assert!(rolling_sharpe(&[], 126).is_empty());
        assert_eq!(rolling_sharpe(&[0.1, 0.2], 126), [None, None]);
        assert_eq!(rolling_beta(&[0.1, 0.2], &[0.1], 1), [None, None]);
        let mut broken = wave(100, 37);
        broken[50] = f64::NAN;
        let ratios = rolling_sharpe(&broken, 20);
        assert!(ratios[49].is_some() && ratios[70].is_some());
        assert!(ratios[50..70].iter().all(Option::is_none));
    }

    #[test]
    fn a_mean_begins_with_what_there_is() {
        assert_eq!(rolling_mean(&[1.0, 3.0, 5.0, 7.0], 2), [1.0, 2.0, 4.0, 6.0]);
        assert!(rolling_mean(&[], 2).is_empty());
    }
}
