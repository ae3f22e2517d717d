//! Means, deviations, quantiles and intervals that every statistic here shares.

use serde::{Deserialize, Serialize};

/// The lower and upper end of an interval; its level stands where it is made (90 % unless said, 5 %
/// left out on either side).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub lo: f64,
    /// Upper end.
    pub hi: f64,
}

impl Interval {
    /// The middle 90 % of values in any order, by linear interpolation.
    ///
    /// - **Edges:** `None` with fewer than 20 values, or when more than one in ten of them is not
    ///   finite (a statistic that its resamples often do not have); the rest of those are left out.
    pub fn middle_90(values: &[f64]) -> Option<Self> {
        Self::between((0.05, 0.95), values)
    }

    /// From one quantile to another, both in [0, 1]; otherwise as [`Interval::middle_90`].
    pub fn between((lo, hi): (f64, f64), values: &[f64]) -> Option<Self> {
        let mut finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
        if finite.len() < 20 || finite.len() * 10 < values.len() * 9 {
            return None;
        }
        finite.sort_unstable_by(f64::total_cmp);
        Some(Self { lo: quantile_sorted(&finite, lo)?, hi: quantile_sorted(&finite, hi)? })
    }

    /// Whether `value` lies within, ends included.
    pub fn contains(&self, value: f64) -> bool {
        (self.lo..=self.hi).contains(&value)
    }

    /// The smallest interval that holds both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }
}

/// The sum in order. Of nothing it is 0, where the standard library's is -0.
pub fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(0.0, |sum, value| sum + value)
}

/// The mean; `None` of nothing.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The sample standard deviation (n - 1); `None` of fewer than two values or of values that are
/// all equal, for what would be divided by it is not defined.
pub fn standard_deviation(values: &[f64]) -> Option<f64> {
    if values.len() < 2 || values.iter().all(|v| *v == values[0]) {
        return None;
    }
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    Some((squares / (values.len() - 1) as f64).sqrt())
}

/// The `q` quantile of ascending values, linear between neighbours; `None` of nothing.
///
/// **Source:** definition 7 of Hyndman and Fan, The American Statistician 50 (1996).
pub fn quantile_sorted(sorted: &[f64], q: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = q.clamp(0.0, 1.0) * last as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the last index"
    )]
    let below = (position.floor() as usize).min(last);
    let above = (below + 1).min(last);
    Some(sorted[below] + (position - below as f64) * (sorted[above] - sorted[below]))
}

/// The `q` quantile of values in any order; see [`quantile_sorted`].
pub fn quantile(values: &[f64], q: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    quantile_sorted(&sorted, q)
}

/// The middle value; `None` of nothing.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_on_the_line_between_neighbours() {
        let values = [4.0, 1.0, 3.0, 2.0];
        assert_eq!(quantile(&values, 0.0), Some(1.0));
        assert_eq!(quantile(&values, 1.0), Some(4.0));
        assert_eq!(median(&values), Some(2.5));
        assert_eq!(median(&[7.0]), Some(7.0));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn what_has_no_spread_has_no_deviation() {
        assert_eq!(standard_deviation(&[]), None);
        assert_eq!(standard_deviation(&[1.0]), None);
        // A mean of these rounds, so that the sum of squares is not exactly 0.
        assert_eq!(standard_deviation(&[0.1; 7]), None);
        assert_eq!(standard_deviation(&[1.0, 3.0]), Some(2.0_f64.sqrt()));
    }

    #[test]
    fn an_interval_needs_values_that_are_mostly_there() {
        let hundred: Vec<f64> = (0..=100).map(f64::from).collect();
        assert_eq!(Interval::middle_90(&hundred), Some(Interval { lo: 5.0, hi: 95.0 }));
        assert_eq!(Interval::middle_90(&hundred[..19]), None);
        let mut holes = hundred;
        holes[..20].fill(f64::NAN);
        assert_eq!(Interval::middle_90(&holes), None);
        holes[..12].fill(1.0);
        assert!(Interval::middle_90(&holes).is_some());
    }

    #[test]
    fn a_hull_holds_both() {
        let hull = Interval { lo: 0.0, hi: 2.0 }.hull(Interval { lo: 1.0, hi: 3.0 });
        assert_eq!(hull, Interval { lo: 0.0, hi: 3.0 });
        assert!(hull.contains(3.0) && !hull.contains(3.1) && !hull.contains(f64::NAN));
    }
}
