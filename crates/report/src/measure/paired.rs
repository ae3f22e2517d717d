//! Whether the returns of two runs over the same sessions differ by more than chance.

use tradebot_backtest::Interval;
use tradebot_backtest::bootstrap::{
    REPLICATIONS, RunningSums, StationaryBootstrap, block_length, performance_intervals,
};
use tradebot_backtest::performance::{SESSIONS_PER_YEAR, sharpe};
use tradebot_backtest::summary::mean;

/// Sessions below which nothing is drawn.
const SESSIONS_MIN: usize = 20;

/// The other run less the one, on the sessions of both.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Paired {
    /// Sessions compared.
    pub(crate) sessions: usize,
    /// Mean difference of returns per year, a fraction, not compounded.
    pub(crate) mean: f64,
    /// Its 90 % interval.
    pub(crate) mean_interval: Option<Interval>,
    /// Share of the replicates in which the other earned more.
    pub(crate) share_ahead: Option<f64>,
    /// Difference of annual Sharpe ratios.
    pub(crate) sharpe: Option<f64>,
    /// Its 90 % interval.
    pub(crate) sharpe_interval: Option<Interval>,
}

/// Compares returns session by session: both are drawn together (stationary bootstrap of pairs,
/// Politis and Romano, Journal of the American Statistical Association 89 (1994)), so that what
/// moved both does not count as a difference.
///
/// - **Edges:** `None` without sessions or when the two do not pair up; no intervals for fewer than
///   20 sessions or differences that are all equal.
pub(crate) fn paired(one: &[f64], other: &[f64], seed: u64) -> Option<Paired> {
    if one.len() != other.len() || one.iter().chain(other).any(|r| !r.is_finite()) {
        return None;
    }
    let differences: Vec<f64> = other.iter().zip(one).map(|(b, a)| b - a).collect();
    let drawn = means(&differences, seed);
    let intervals = performance_intervals(other, one, REPLICATIONS, seed);
    Some(Paired {
        sessions: differences.len(),
        mean: mean(&differences)? * SESSIONS_PER_YEAR,
        mean_interval: drawn.as_deref().and_then(Interval::middle_90),
        share_ahead: drawn.as_deref().map(|drawn| {
            drawn.iter().filter(|mean| **mean > 0.0).count() as f64 / drawn.len() as f64
        }),
        sharpe: sharpe(other).zip(sharpe(one)).map(|(b, a)| b - a),
        sharpe_interval: intervals.and_then(|i| i.sharpe_over_benchmark),
    })
}

/// Means of the replicates, per year.
fn means(differences: &[f64], seed: u64) -> Option<Vec<f64>> {
    if differences.len() < SESSIONS_MIN {
        return None;
    }
    let block = block_length(differences)?.stationary;
    let mut sums = RunningSums::new(1);
    for difference in differences {
        sums.push(&[*difference]);
    }
    let per_year = SESSIONS_PER_YEAR / differences.len() as f64;
    let bootstrap = StationaryBootstrap::new(differences.len(), block, seed);
    Some(bootstrap.replicate(REPLICATIONS, |stretches| sums.over(stretches)[0] * per_year))
}

#[cfg(test)]
mod tests {
    use tradebot_backtest::bootstrap::Chance;

    use super::*;

    fn noise(n: usize, seed: u64) -> Vec<f64> {
        let mut chance = Chance::numbered(seed, 1);
        (0..n).map(|_| 0.02 * (chance.uniform() - 0.5)).collect()
    }

    #[test]
    fn a_small_steady_lead_is_seen_through_what_moves_both() {
        let one = noise(500, 1);
        let small = noise(500, 2);
        let other: Vec<f64> = one.iter().zip(&small).map(|(r, e)| r + 0.000_2 + 0.02 * e).collect();
        let seen = paired(&one, &other, 7).unwrap();
        assert!((seen.mean - 0.05).abs() < 0.01, "{seen:?}");
        assert!(seen.mean_interval.unwrap().lo > 0.0 && seen.share_ahead == Some(1.0), "{seen:?}");
        // The same lead between runs that move apart is not.
        let apart: Vec<f64> = noise(500, 3).iter().map(|r| r + 0.000_2).collect();
        let unseen = paired(&one, &apart, 7).unwrap();
        assert!(unseen.mean_interval.unwrap().contains(0.0), "{unseen:?}");
    }

    #[test]
    fn the_other_way_round_is_the_opposite() {
        let (one, other) = (noise(300, 4), noise(300, 5));
        let (there, back) = (paired(&one, &other, 7).unwrap(), paired(&other, &one, 7).unwrap());
        assert!((there.mean + back.mean).abs() < 1e-12);
        let (a, b) = (there.mean_interval.unwrap(), back.mean_interval.unwrap());
        assert!((a.lo + b.hi).abs() < 1e-9 && (a.hi + b.lo).abs() < 1e-9);
        assert!((there.sharpe.unwrap() + back.sharpe.unwrap()).abs() < 1e-12);
    }

    #[test]
    fn equal_short_or_unpaired_returns_have_no_interval() {
        let one = noise(300, 4);
        let same = paired(&one, &one, 7).unwrap();
        assert_eq!((same.mean, same.mean_interval, same.share_ahead), (0.0, None, None));
        assert_eq!(paired(&one[..19], &noise(19, 5), 7).unwrap().mean_interval, None);
        assert_eq!(paired(&[], &[], 7), None);
        assert_eq!(paired(&one, &one[1..], 7), None);
        assert_eq!(paired(&[f64::NAN], &[0.0], 7), None);
    }
}
