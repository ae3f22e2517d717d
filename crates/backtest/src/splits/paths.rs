//! What the paths through one history earned, as a distribution.

use serde::{Deserialize, Serialize};

use crate::performance::sharpe;
use crate::summary::{mean, median, quantile, standard_deviation};

/// Sharpe ratios, per year, of returns along several paths through the same history.
///
/// Paths share their training data and are no independent evidence: their spread says how much the
/// result depends on what was learned from, not how sure it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PathSharpes {
    /// Of each path; `None` without variance.
    pub ratios: Vec<Option<f64>>,
    /// Mean over paths with a ratio, like all that follows.
    pub mean: Option<f64>,
    /// Standard deviation (n - 1); `None` for fewer than two or when all are equal.
    pub deviation: Option<f64>,
    /// Least.
    pub least: Option<f64>,
    /// 5 % quantile, linear between neighbours.
    pub quantile_5: Option<f64>,
    /// Middle.
    pub median: Option<f64>,
    /// Greatest.
    pub greatest: Option<f64>,
    /// Share of all paths that did not earn anything: a ratio of 0 or less, or none.
    pub share_not_above_zero: Option<f64>,
}

impl PathSharpes {
    /// Of returns per session, `[paths][sessions]`.
    pub fn of(paths: &[Vec<f64>]) -> Self {
        let ratios: Vec<Option<f64>> = paths.iter().map(|path| sharpe(path)).collect();
        let known: Vec<f64> = ratios.iter().copied().flatten().collect();
        let earned = known.iter().filter(|ratio| **ratio > 0.0).count() as f64;
        let all = paths.len() as f64;
        Self {
            mean: mean(&known),
            deviation: standard_deviation(&known),
            least: quantile(&known, 0.0),
            quantile_5: quantile(&known, 0.05),
            median: median(&known),
            greatest: quantile(&known, 1.0),
            share_not_above_zero: (all > 0.0).then(|| 1.0 - earned / all),
            ratios,
        }
    }
}
