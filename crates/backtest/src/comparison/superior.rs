//! The best of several challengers against one benchmark, with the search paid for.
//!
//! Differences are divided by their standard errors before the best is taken, in the data and in
//! every replicate, so that a wild but useless challenger does not hide a good one.
//!
//! **Source:** Hansen, "A Test for Superior Predictive Ability", Journal of Business and Economic
//! Statistics 23 (2005).

use serde::{Deserialize, Serialize};

use super::{covariance, running_sums};
use crate::bootstrap::StationaryBootstrap;
use crate::summary::mean;

/// Which challengers are taken to be as good as the benchmark when there is no merit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Recentring {
    /// Worse ones stay as much worse as they were: the smallest p-value.
    Lower,
    /// Clearly worse ones are left out: the one to use.
    Consistent,
    /// All: the largest p-value, that of White's reality check if it were studentised.
    Upper,
}

/// The result of the test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuperiorAbility {
    /// The largest studentised mean difference, not below 0.
    pub statistic: f64,
    /// Mean difference of each challenger; positive is better than the benchmark.
    pub means: Vec<f64>,
    /// Long-run standard deviation of each.
    pub deviations: Vec<f64>,
    /// Root of n times mean over deviation, each.
    pub t: Vec<f64>,
    /// Mean below which a challenger counts as clearly worse, each.
    pub thresholds: Vec<f64>,
    p_values: [f64; 3],
}

impl SuperiorAbility {
    /// Share of replicates without merit in which the best looked better than here.
    pub fn p_value(&self, recentring: Recentring) -> f64 {
        self.p_values[recentring as usize]
    }

    /// Whether each challenger is kept by [`Recentring::Consistent`].
    pub fn kept(&self) -> Vec<bool> {
        self.means.iter().zip(&self.thresholds).map(|(mean, limit)| mean >= limit).collect()
    }
}

/// Tests the differences of loss of each challenger (benchmark less challenger, all of one length)
/// with stretches of mean length `block`.
///
/// `None` without challengers, with fewer than 3 differences each, with different lengths or when
/// one of them has no variance.
pub fn superior_predictive_ability(
    differences: &[Vec<f64>],
    block: f64,
    replications: usize,
    seed: u64,
) -> Option<SuperiorAbility> {
    let n = differences.first()?.len();
    if n < 3 || differences.iter().any(|d| d.len() != n || d.iter().all(|v| *v == d[0])) {
        return None;
    }
    let means: Vec<f64> = differences.iter().map(|d| mean(d)).collect::<Option<_>>()?;
    let deviations: Vec<f64> =
        differences.iter().zip(&means).map(|(d, mean)| deviation(d, *mean, block)).collect();
    if deviations.iter().any(|d| d.is_nan() || *d <= 0.0) {
        return None;
    }
    let root = (n as f64).sqrt();
    let slack = (2.0 * (n as f64).ln().ln()).sqrt() / root;
    let t: Vec<f64> = means.iter().zip(&deviations).map(|(m, w)| root * m / w).collect();
    let mut result = SuperiorAbility {
        statistic: t.iter().copied().fold(0.0, f64::max),
        thresholds: deviations.iter().map(|w| -w * slack).collect(),
        means,
        deviations,
        t,
        p_values: [0.0; 3],
    };
    result.p_values = p_values(&result, differences, block, replications, seed);
    Some(result)
}

/// Weight below which a lag does not count: a thousandth of the last digit of the variance.
const WEIGHT_MIN: f64 = 1e-19;

/// Long-run standard deviation under the stationary bootstrap's own weights.
fn deviation(differences: &[f64], mean: f64, block: f64) -> f64 {
    let n = differences.len();
    let centred: Vec<f64> = differences.iter().map(|d| d - mean).collect();
    let stay = 1.0 - 1.0 / block.max(1.0);
    let mut variance = covariance(&centred, 0);
    for lag in 1..n {
        let share = lag as f64 / n as f64;
        let (near, far) = (stay.powf(lag as f64), stay.powf((n - lag) as f64));
        let weight = (1.0 - share) * near + share * far;
        // Between the ends of a long series weights are far below what a double can hold of the
        // sum, and the covariances would cost the square of its length.
        if weight < WEIGHT_MIN {
            continue;
        }
        variance += 2.0 * weight * covariance(&centred, lag);
    }
    variance.sqrt()
}

fn p_values(
    of: &SuperiorAbility,
    differences: &[Vec<f64>],
    block: f64,
    replications: usize,
    seed: u64,
) -> [f64; 3] {
    let n = differences[0].len();
    let sums = running_sums(differences);
    let centres = [
        of.means.iter().map(|m| m.max(0.0)).collect::<Vec<f64>>(),
        of.means.iter().zip(of.kept()).map(|(m, kept)| if kept { *m } else { 0.0 }).collect(),
        of.means.clone(),
    ];
    let beats = |stretches: &[_]| {
        let drawn = sums.over(stretches);
        centres.each_ref().map(|centre| {
            let best = (0..differences.len())
                .map(|k| (drawn[k] / n as f64 - centre[k]) * (n as f64).sqrt() / of.deviations[k])
                .fold(0.0, f64::max);
            best > of.statistic
        })
    };
    let beaten = StationaryBootstrap::new(n, block, seed).replicate(replications, beats);
    [0, 1, 2].map(|which| {
        let times = beaten.iter().filter(|by| by[which]).count();
        times as f64 / replications.max(1) as f64
    })
}
