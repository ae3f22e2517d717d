//! How right a forecaster was where it was surest.

use serde::{Deserialize, Serialize};

use super::scored::{Scored, score};

/// Shares of the forecasts that are looked at, the surest first.
pub const COVERAGES: [f64; 4] = [1.0, 0.5, 0.2, 0.1];

/// Accuracy among the surest forecasts, weighed by uniqueness.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AtCoverage {
    /// Share of the forecasts' weight, those farthest from one half first.
    pub coverage: f64,
    /// Share of them on the right side of one half.
    pub accuracy: f64,
    /// Accuracy of always saying the more frequent outcome of the same forecasts, known only
    /// afterwards: a forecaster that knows something is above it, and the more so the surer it is.
    pub majority: f64,
}

/// One entry per share of [`COVERAGES`]; forecasts as sure as the last one counted are counted too.
///
/// Which forecasts are the surest of all is known only afterwards: this says whether confidence
/// ranks them, not what acting on a threshold would have brought.
pub(super) fn curve(scored: &[Scored]) -> Vec<AtCoverage> {
    let sureness = |s: &Scored| (s.p - 0.5).abs();
    let mut surest = scored.to_vec();
    surest.sort_by(|a, b| sureness(b).total_cmp(&sureness(a)));
    let all: f64 = surest.iter().map(|s| s.weight).sum();
    COVERAGES
        .into_iter()
        .filter_map(|coverage| {
            let mut seen = 0.0;
            let enough = |s: &Scored| {
                seen += s.weight;
                seen >= coverage * all * (1.0 - 1e-12)
            };
            let last = surest.iter().position(enough).or(surest.len().checked_sub(1))?;
            let least = sureness(&surest[last]);
            let counted = surest.partition_point(|s| sureness(s) >= least);
            let sums = score(&surest[..counted])?;
            let wins = sums.wins / sums.weight;
            let (accuracy, majority) = (sums.right / sums.weight, wins.max(1.0 - wins));
            Some(AtCoverage { coverage, accuracy, majority })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use tradebot_domain::Regime;

    use super::*;

    fn scored(p: f64, y: f64, weight: f64) -> Scored {
        Scored { session: 0, row: Regime::Transition, p, y, weight, row_rate: 0.5 }
    }

    #[test]
    fn the_surest_tenth_is_taken_by_weight_and_from_both_sides() {
        // 1 of 10 in weight: the two forecasts of 0.1 and 0.9 with weight 0.5 each.
        let mut all: Vec<Scored> = (0..9).map(|_| scored(0.55, 0.0, 1.0)).collect();
        all.extend([scored(0.1, 0.0, 0.5), scored(0.9, 1.0, 0.5)]);
        let curve = curve(&all);
        assert_eq!(curve.iter().map(|c| c.coverage).collect::<Vec<_>>(), COVERAGES);
        assert_eq!((curve[3].accuracy, curve[3].majority), (1.0, 0.5));
        assert!(
            (curve[0].accuracy - 0.1).abs() < 1e-12 && (curve[0].majority - 0.95).abs() < 1e-12
        );
    }

    #[test]
    fn who_is_never_surer_is_as_right_at_every_coverage() {
        let all: Vec<Scored> = (0..40).map(|i| scored(0.6, f64::from(i % 4 / 3), 1.0)).collect();
        for at in curve(&all) {
            assert_eq!((at.accuracy, at.majority), (0.25, 0.75), "{at:?}");
        }
        assert_eq!(curve(&[]), []);
    }
}
