//! The best of several challengers against one benchmark, by its mean as it stands.
//!
//! The largest mean difference is compared with the largest that resampled differences without
//! merit show. Nothing is divided by a standard error and no challenger is left out, so a wild one
//! and many bad ones make a good one harder to see than in
//! [`superior_predictive_ability`](super::superior_predictive_ability).
//!
//! **Source:** White, "A Reality Check for Data Snooping", Econometrica 68 (2000).

use serde::{Deserialize, Serialize};

use super::running_sums;
use crate::bootstrap::StationaryBootstrap;
use crate::summary::mean;

/// The result of the test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RealityCheck {
    /// Root of n times the largest mean difference.
    pub statistic: f64,
    /// Index of the challenger with the largest mean difference.
    pub best: usize,
    /// Mean difference of each challenger; positive is better than the benchmark.
    pub means: Vec<f64>,
    /// Share of replicates without merit in which the best looked better than here.
    pub p_value: f64,
}

/// Tests the differences of loss of each challenger (benchmark less challenger, all of one length)
/// with stretches of mean length `block`.
///
/// `None` without challengers or replicates, with fewer than 3 differences each, with different
/// lengths or when none of them has any variance.
pub fn reality_check(
    differences: &[Vec<f64>],
    block: f64,
    replications: usize,
    seed: u64,
) -> Option<RealityCheck> {
    let n = differences.first()?.len();
    let constant = |d: &Vec<f64>| d.iter().all(|v| *v == d[0]);
    let uneven = differences.iter().any(|d| d.len() != n);
    if n < 3 || replications == 0 || uneven || differences.iter().all(constant) {
        return None;
    }
    let means: Vec<f64> = differences.iter().map(|d| mean(d)).collect::<Option<_>>()?;
    let best = (0..means.len()).fold(0, |best, k| if means[k] > means[best] { k } else { best });
    let sums = running_sums(differences);
    let beats = |stretches: &[_]| {
        let drawn = sums.over(stretches);
        drawn.iter().zip(&means).any(|(sum, mean)| sum / n as f64 - mean > means[best])
    };
    let beaten = StationaryBootstrap::new(n, block, seed).replicate(replications, beats);
    let times = beaten.iter().filter(|beaten| **beaten).count();
    Some(RealityCheck {
        statistic: (n as f64).sqrt() * means[best],
        best,
        p_value: times as f64 / replications as f64,
        means,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::noise;

    fn many(best: f64) -> Vec<Vec<f64>> {
        (0..20).map(|k| noise(500, if k == 7 { best } else { 0.0 }, 1.0, 100 + k)).collect()
    }

    #[test]
    fn what_cannot_be_tested_is_not() {
        assert_eq!(reality_check(&[], 10.0, 100, 1), None);
        assert_eq!(reality_check(&[vec![0.0; 50]], 10.0, 100, 1), None);
        assert_eq!(reality_check(&[vec![0.0, 1.0]], 10.0, 100, 1), None);
        assert_eq!(reality_check(&[noise(50, 0.0, 1.0, 1), Vec::new()], 10.0, 100, 1), None);
        assert_eq!(reality_check(&many(0.0), 10.0, 0, 1), None);
    }

    #[test]
    fn the_best_of_many_without_merit_stands_the_check_only_by_chance() {
        let lucky = reality_check(&many(0.0), 5.0, 1_000, 3).unwrap();
        assert!(lucky.p_value > 0.05, "{lucky:?}");
        let good = reality_check(&many(0.25), 5.0, 1_000, 3).unwrap();
        assert!(good.best == 7 && good.p_value < 0.01, "{good:?}");
    }

    /// The weakness that studentising mends.
    #[test]
    fn a_wild_challenger_hides_a_good_one() {
        let mut challengers = many(0.25);
        challengers[0] = (0..500).map(|t| if t % 2 == 0 { 20.0 } else { -20.0 }).collect();
        let hidden = reality_check(&challengers, 5.0, 1_000, 3).unwrap();
        assert!(hidden.p_value > 0.05, "{hidden:?}");
    }
}
