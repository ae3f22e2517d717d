//! Features brought to one scale.

use crate::bytes::{Reader, Writer};
use crate::training::TrainingSet;

/// Standardised values are cut at this many standard deviations: one wild value must not decide.
pub(crate) const CUT: f64 = 5.0;

/// Mean and spread of each feature over the examples of a fit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scale {
    mean: Vec<f64>,
    /// 1 / standard deviation; 0 for a feature without spread, which then counts for nothing.
    inverse: Vec<f64>,
}

impl Scale {
    /// Population mean and standard deviation, each example counted once.
    pub(crate) fn of(set: &TrainingSet) -> Self {
        Self::of_values(&set.features, set.feature_count)
    }

    /// The same over some of the examples.
    pub(crate) fn of_some(set: &TrainingSet, examples: &[usize]) -> Self {
        Self::of_rows(examples.iter().map(|i| set.example(*i)), set.feature_count)
    }

    /// Of row-major values, `columns` to a row.
    pub(crate) fn of_values(values: &[f64], columns: usize) -> Self {
        Self::of_rows(values.chunks_exact(columns.max(1)), columns)
    }

    fn of_rows<'a>(rows: impl ExactSizeIterator<Item = &'a [f64]> + Clone, columns: usize) -> Self {
        let n = rows.len() as f64;
        let mut mean = vec![0.0; columns];
        for row in rows.clone() {
            for (sum, x) in mean.iter_mut().zip(row) {
                *sum += x / n;
            }
        }
        let mut variance = vec![0.0; columns];
        for row in rows {
            for ((sum, x), m) in variance.iter_mut().zip(row).zip(&mean) {
                *sum += (x - m) * (x - m) / n;
            }
        }
        let inverse = mean.iter().zip(&variance).map(|(m, v)| inverse_spread(*m, *v)).collect();
        Self { mean, inverse }
    }

    /// The feature in standard deviations from its mean, within [`CUT`]; 0 without spread.
    #[inline]
    pub(crate) fn standardised(&self, feature: usize, x: f64) -> f64 {
        self.within(feature, x, CUT)
    }

    /// The same within another cut, which is above 0.
    #[inline]
    pub(crate) fn within(&self, feature: usize, x: f64, cut: f64) -> f64 {
        let inverse = self.inverse[feature];
        if inverse > 0.0 { ((x - self.mean[feature]) * inverse).clamp(-cut, cut) } else { 0.0 }
    }

    /// How many features there are.
    pub(crate) fn features(&self) -> usize {
        self.mean.len()
    }

    /// No feature has any spread.
    pub(crate) fn is_flat(&self) -> bool {
        self.inverse.iter().all(|i| *i <= 0.0)
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.floats(&self.mean);
        writer.floats(&self.inverse);
    }

    pub(crate) fn read(reader: &mut Reader<'_>, feature_count: usize) -> Result<Self, String> {
        let mean = reader.floats(feature_count)?;
        let inverse = reader.floats(feature_count)?;
        if inverse.iter().any(|i| *i < 0.0) {
            return Err("a spread is negative".to_owned());
        }
        Ok(Self { mean, inverse })
    }
}

/// A spread that is rounding only, or beyond what squares can hold, is none.
fn inverse_spread(mean: f64, variance: f64) -> f64 {
    let deviation = variance.sqrt();
    let inverse = 1.0 / deviation;
    if deviation > 1e-9 * mean.abs() && deviation.is_finite() && inverse.is_finite() {
        inverse
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradebot_domain::{Date, Regime};

    fn set_of(columns: &[[f64; 2]]) -> TrainingSet {
        let mut set = TrainingSet::new(2);
        for features in columns {
            set.push(Date::constant(2010, 1, 4), features, Regime::Transition, true, 1.0);
        }
        set
    }

    #[test]
    fn a_feature_is_measured_in_its_own_deviations_and_cut() {
        let scale = Scale::of(&set_of(&[[1.0, 10.0], [3.0, 10.0]]));
        assert_eq!(scale.standardised(0, 3.0), 1.0);
        assert_eq!(scale.standardised(0, 2.0), 0.0);
        assert_eq!(scale.standardised(0, 1e9), CUT);
        assert_eq!(scale.standardised(0, -1e9), -CUT);
    }

    #[test]
    fn a_feature_without_spread_counts_for_nothing() {
        let scale = Scale::of(&set_of(&[[0.1, 1e300], [0.1, -1e300], [0.1, 1e300]]));
        assert_eq!(scale.standardised(0, 77.0), 0.0, "constant");
        assert_eq!(scale.standardised(1, 1e300), 0.0, "its square overflows");
        assert!(scale.is_flat());
    }
}
