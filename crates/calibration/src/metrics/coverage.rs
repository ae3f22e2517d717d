//! How often the most confident forecasts were on the right side.

use serde::{Deserialize, Serialize};

use super::Forecasts;

/// Accuracy of the most confident share of forecasts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CoveredAccuracy {
    /// The share covered, in (0, 1].
    pub coverage: f64,
    /// Forecasts covered; not whole when it cuts through equally confident ones.
    pub n: f64,
    /// Share of them on the right side of one half; one half itself says win.
    pub accuracy: f64,
    /// Accuracy of always saying the more frequent outcome among the same forecasts. It is known
    /// only afterwards: accuracy below it means nothing.
    pub majority: f64,
}

/// Accuracy of the `coverage` share of forecasts that are farthest from one half; `None` for a
/// share that is NaN or outside (0, 1].
///
/// Forecasts that are equally confident where the share ends count in part and alike, so that
/// their order does not matter.
///
/// **Source:** El-Yaniv and Wiener, Journal of Machine Learning Research 11 (2010), for accuracy
/// against coverage.
pub fn accuracy_at_coverage(of: &Forecasts<'_>, coverage: f64) -> Option<CoveredAccuracy> {
    if !(coverage > 0.0 && coverage <= 1.0) {
        return None;
    }
    let mut rows: Vec<(f64, f64, f64)> = of
        .pairs()
        .map(|(p, y)| (p.max(1.0 - p), y, f64::from(u8::from((p >= 0.5) == (y > 0.5)))))
        .collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let n = coverage * of.len() as f64;
    let (mut left, mut wins, mut right) = (n, 0.0, 0.0);
    for tied in rows.chunk_by(|a, b| a.0 == b.0) {
        let share = (left / tied.len() as f64).min(1.0);
        wins += share * tied.iter().map(|row| row.1).sum::<f64>();
        right += share * tied.iter().map(|row| row.2).sum::<f64>();
        left -= share * tied.len() as f64;
        if share < 1.0 {
            break;
        }
    }
    Some(CoveredAccuracy { coverage, n, accuracy: right / n, majority: wins.max(n - wins) / n })
}
