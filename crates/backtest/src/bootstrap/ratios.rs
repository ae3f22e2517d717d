//! Sharpe ratios of resampled histories, and nothing else of them.
//!
//! A ratio needs the sum and the sum of squares of what was drawn, and both are differences of
//! running sums at the ends of every stretch: a replicate costs as much as it has stretches, not as
//! it has returns. It equals the ratio of the returns written out up to rounding: relative to the
//! deviation of the series the difference is below 1e-12, since the sums run over what returns are
//! off their mean.

use rayon::iter::{IndexedParallelIterator as _, IntoParallelIterator as _, ParallelIterator as _};
use serde::{Deserialize, Serialize};

use super::{StationaryBootstrap, block_length};
use crate::summary::{Interval, mean, standard_deviation};

/// The Sharpe ratio of a series under resampling, per session.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ResampledSharpe {
    /// Replicates drawn.
    pub replications: usize,
    /// Mean length of the stretches drawn, sessions.
    pub block_length: f64,
    /// Ratio of the series itself.
    pub ratio: f64,
    /// 90 % interval.
    pub interval: Option<Interval>,
    /// Standard deviation over the replicates.
    pub standard_error: Option<f64>,
    /// Share of the replicates with a ratio of 0 or less.
    pub share_not_above_zero: f64,
}

/// Resamples a series of returns in stretches as long as the series itself asks for.
///
/// `None` without replicates, for fewer than 10 returns or no variance.
pub fn resampled_sharpe(
    returns: &[f64],
    replications: usize,
    seed: u64,
) -> Option<ResampledSharpe> {
    let block_length = block_length(returns)?.stationary;
    let drawn = resampled_sharpes(returns, block_length, replications, seed)?;
    let finite: Vec<f64> = drawn.iter().copied().filter(|r| r.is_finite()).collect();
    let losing = finite.iter().filter(|ratio| **ratio <= 0.0).count();
    Some(ResampledSharpe {
        replications,
        block_length,
        ratio: mean(returns)? / standard_deviation(returns)?,
        interval: Interval::middle_90(&drawn),
        standard_error: standard_deviation(&finite),
        share_not_above_zero: losing as f64 / finite.len().max(1) as f64,
    })
}

/// Ratios (mean over standard deviation with n - 1, per session) of so many resampled histories in
/// stretches of this mean length, in the order of their numbers; NaN for one without variance.
///
/// The histories are those that [`StationaryBootstrap`] draws with the same seed. `None` without
/// replicates, for fewer than two returns or no variance.
pub fn resampled_sharpes(
    returns: &[f64],
    mean_length: f64,
    replications: usize,
    seed: u64,
) -> Option<Vec<f64>> {
    let variance = standard_deviation(returns).filter(|_| replications > 0)?.powi(2);
    let mean = mean(returns)?;
    let (n, sums) = (returns.len(), running(returns, mean));
    let bootstrap = StationaryBootstrap::new(n, mean_length, seed);
    let ratio = |replicate: usize| {
        let (mut sum, mut squares) = (0.0, 0.0);
        let mut add = |from: usize, until: usize| {
            let (from, until) = (sums[from], sums[until]);
            sum += until[0] - from[0];
            squares += until[1] - from[1];
        };
        for stretch in bootstrap.stretches(replicate as u64) {
            let until = stretch.start + stretch.length;
            add(stretch.start, until.min(n));
            if until > n {
                add(0, until - n);
            }
        }
        let n = n as f64;
        let drawn = (squares - sum * sum / n) / (n - 1.0);
        if drawn <= variance * 1e-12 { f64::NAN } else { (mean + sum / n) / drawn.sqrt() }
    };
    Some((0..replications).into_par_iter().with_min_len(64).map(ratio).collect())
}

/// Sums of the values less their mean and of the squares of that, before each position and at the
/// end.
fn running(values: &[f64], mean: f64) -> Vec<[f64; 2]> {
    let mut sums = vec![[0.0; 2]];
    let mut last = [0.0; 2];
    for value in values {
        let off = value - mean;
        last = [last[0] + off, last[1] + off * off];
        sums.push(last);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::performance::SESSIONS_PER_YEAR;
    use crate::testing::noise;

    #[test]
    fn a_ratio_from_sums_is_that_of_the_returns_written_out() {
        let returns = noise(700, 0.0004, 0.01, 5);
        let drawn = resampled_sharpes(&returns, 12.0, 200, 9).unwrap();
        for (number, got) in drawn.iter().enumerate() {
            let stretches = StationaryBootstrap::new(700, 12.0, 9).draw(number as u64);
            let history: Vec<f64> =
                stretches.iter().flat_map(|s| s.positions(700)).map(|t| returns[t]).collect();
            let want = mean(&history).unwrap() / standard_deviation(&history).unwrap();
            assert!((got - want).abs() < 1e-12, "{number}: {got} {want}");
        }
    }

    #[test]
    fn the_interval_is_that_of_the_performance() {
        let returns = noise(600, 0.0004, 0.01, 6);
        let one = resampled_sharpe(&returns, 300, 4).unwrap();
        let all = super::super::performance_intervals(&returns, &[], 300, 4).unwrap();
        let (one, all) = (one.interval.unwrap(), all.sharpe.unwrap());
        let annual = SESSIONS_PER_YEAR.sqrt();
        assert!((one.lo * annual - all.lo).abs() < 1e-9 && (one.hi * annual - all.hi).abs() < 1e-9);
    }

    #[test]
    fn the_error_of_independent_returns_is_that_of_the_formula() {
        let returns = noise(1_000, 0.0005, 0.01, 7);
        let drawn = resampled_sharpe(&returns, 2_000, 1).unwrap();
        let formula =
            crate::sharpe::SharpeEstimate::of(&returns).unwrap().standard_error().unwrap();
        assert!(
            (drawn.standard_error.unwrap() / formula - 1.0).abs() < 0.15,
            "{drawn:?} {formula}"
        );
        let (inside, above) = (drawn.interval.unwrap(), drawn.share_not_above_zero);
        assert!(inside.contains(drawn.ratio) && (inside.lo > 0.0) == (above < 0.05));
    }

    #[test]
    fn what_has_no_ratio_is_not_resampled() {
        assert_eq!(resampled_sharpes(&[0.01], 5.0, 10, 1), None);
        assert_eq!(resampled_sharpes(&[0.01; 50], 5.0, 10, 1), None);
        assert_eq!(resampled_sharpes(&[0.01, -0.01], 5.0, 0, 1), None);
        assert_eq!(resampled_sharpe(&[0.01, -0.01], 10, 1), None);
        // One active session: a history that misses it has no ratio.
        let mut rare = vec![0.0; 60];
        rare[30] = 0.01;
        let drawn = resampled_sharpes(&rare, 1.0, 200, 1).unwrap();
        assert!(drawn.iter().any(|r| r.is_nan()) && drawn.iter().any(|r| r.is_finite()));
    }
}
