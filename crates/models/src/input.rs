//! What a member is asked with.

use tradebot_domain::Regime;
use tradebot_features::feature_names;

/// One symbol on one session.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// Features in the order of `tradebot_features::feature_names`; scale-free and finite.
    pub features: &'a [f64],
    /// Policy row of the day: it is the bracket in question, so it is part of the question.
    pub row: Regime,
}

/// Why an input cannot be answered.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum InputError {
    /// Too few or too many features.
    #[error("{found} features, {expected} expected")]
    WrongCount {
        /// What the member was made for.
        expected: usize,
        /// What it was given.
        found: usize,
    },
    /// NaN or infinite.
    #[error("feature `{feature}` is {value}")]
    NotFinite {
        /// Its name.
        feature: String,
        /// What it holds.
        value: f64,
    },
}

impl Input<'_> {
    /// Checks that there are `feature_count` features and that all are finite.
    ///
    /// # Errors
    /// [`InputError`] naming the first feature that is not.
    pub fn check(&self, feature_count: usize) -> Result<(), InputError> {
        if self.features.len() != feature_count {
            let found = self.features.len();
            return Err(InputError::WrongCount { expected: feature_count, found });
        }
        match self.features.iter().position(|x| !x.is_finite()) {
            None => Ok(()),
            Some(i) => {
                let feature = column_name(i, feature_count);
                Err(InputError::NotFinite { feature, value: self.features[i] })
            }
        }
    }

    /// Value of a training column: the features first, then one indicator per policy row.
    #[inline]
    pub(crate) fn column(&self, column: usize) -> f64 {
        match self.features.get(column) {
            Some(x) => *x,
            None => row_indicator(self.row, column - self.features.len()),
        }
    }
}

/// 1 where `row` is the policy row with this index, else 0.
#[inline]
pub(crate) fn row_indicator(row: Regime, index: usize) -> f64 {
    if row.index() == index { 1.0 } else { 0.0 }
}

/// Name of a training column. Features carry their own names when the set is the product's,
/// numbers when a caller brings other ones.
pub(crate) fn column_name(column: usize, feature_count: usize) -> String {
    let names = feature_names();
    match column.checked_sub(feature_count) {
        Some(row) => format!("row {}", Regime::ALL.get(row).map_or("?", |r| r.name())),
        None if names.len() == feature_count => names[column].to_owned(),
        None => format!("feature {column}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_that_is_not_finite_is_refused_by_name() {
        let mut features = vec![0.0; feature_names().len()];
        features[1] = f64::NAN;
        let input = Input { features: &features, row: Regime::Transition };
        let refused = input.check(features.len()).unwrap_err();
        assert_eq!(refused.to_string(), format!("feature `{}` is NaN", feature_names()[1]));
    }

    #[test]
    fn features_of_another_count_are_refused_with_both_counts() {
        let input = Input { features: &[0.0; 3], row: Regime::Transition };
        assert_eq!(input.check(4), Err(InputError::WrongCount { expected: 4, found: 3 }));
        assert_eq!(input.check(3), Ok(()));
    }

    #[test]
    fn columns_are_the_features_and_then_one_indicator_per_row() {
        let input = Input { features: &[7.0, 8.0], row: Regime::ChoppyHighVol };
        let columns: Vec<f64> = (0..7).map(|c| input.column(c)).collect();
        assert_eq!(columns, [7.0, 8.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
        assert_eq!(column_name(5, 2), "row CHOPPY_HIGH_VOL");
        assert_eq!(column_name(1, 2), "feature 1");
    }
}
