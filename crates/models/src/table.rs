//! What a learner of this crate learns from when it is used alone: a table, labels and weights.

use std::ops::Range;

use crate::error::FitError;

/// Most columns of a table; columns are counted in 16 bits.
pub(crate) const COLUMNS_MAX: usize = 1_000;

/// Finite numbers in rows of equal length, borrowed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Table<'a> {
    /// Row-major, `rows x columns`.
    values: &'a [f64],
    rows: usize,
    columns: usize,
}

impl<'a> Table<'a> {
    /// A view of row-major values, `columns` to a row.
    ///
    /// # Errors
    /// - [`FitError::Ragged`] when the values do not fill whole rows.
    /// - [`FitError::TooManyFeatures`] above 1,000 columns.
    /// - [`FitError::NotFinite`] naming the first value that is NaN or infinite.
    pub fn new(values: &'a [f64], columns: usize) -> Result<Self, FitError> {
        if columns > COLUMNS_MAX {
            return Err(FitError::TooManyFeatures { found: columns, most: COLUMNS_MAX });
        }
        if columns == 0 || !values.len().is_multiple_of(columns) {
            return Err(FitError::Ragged { values: values.len(), columns });
        }
        if let Some(at) = values.iter().position(|x| !x.is_finite()) {
            let feature = format!("column {}", at % columns);
            return Err(FitError::NotFinite { example: at / columns, feature, value: values[at] });
        }
        Ok(Self { values, rows: values.len() / columns, columns })
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Columns, at least 1.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// One row. Panics beyond the end, as a slice does.
    pub fn row(&self, row: usize) -> &'a [f64] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }

    /// All values, row by row.
    pub fn values(&self) -> &'a [f64] {
        self.values
    }

    /// The values of one column, from the first row to the last.
    pub fn column(&self, column: usize) -> impl Iterator<Item = f64> + 'a {
        self.values.iter().skip(column).step_by(self.columns).copied()
    }

    /// Some of the rows. Panics beyond the end, as a slice does.
    #[must_use]
    pub fn range(&self, rows: Range<usize>) -> Self {
        let values = &self.values[rows.start * self.columns..rows.end * self.columns];
        Self { values, rows: rows.len(), columns: self.columns }
    }
}

/// Rows with their outcomes and weights, in the order of time, borrowed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Examples<'a> {
    x: Table<'a>,
    won: &'a [bool],
    /// Empty: each counts 1.
    weights: &'a [f64],
}

impl<'a> Examples<'a> {
    /// Rows with their outcomes, each counted once.
    ///
    /// # Errors
    /// [`FitError::NoExamples`], or [`FitError::Lengths`] when there is not one outcome per row.
    pub fn new(x: Table<'a>, won: &'a [bool]) -> Result<Self, FitError> {
        if x.rows() == 0 {
            return Err(FitError::NoExamples);
        }
        if won.len() != x.rows() {
            let (found, expected) = (won.len(), x.rows());
            return Err(FitError::Lengths { what: "outcomes", found, expected });
        }
        // Counts of examples are kept in 32 bits with a sign.
        if i32::try_from(x.rows()).is_err() {
            let (found, expected) = (x.rows(), i32::MAX as usize);
            return Err(FitError::Lengths { what: "rows, too many to count", found, expected });
        }
        Ok(Self { x, won, weights: &[] })
    }

    /// The same rows with a weight each: uniqueness, class balance, decay, or their product.
    ///
    /// # Errors
    /// [`FitError::Lengths`], or [`FitError::Weight`] for one that is not above zero and finite.
    pub fn weighted(self, weights: &'a [f64]) -> Result<Self, FitError> {
        if weights.len() != self.len() {
            let (found, expected) = (weights.len(), self.len());
            return Err(FitError::Lengths { what: "weights", found, expected });
        }
        match weights.iter().position(|w| !(*w > 0.0 && w.is_finite())) {
            Some(example) => Err(FitError::Weight { example, value: weights[example] }),
            None => Ok(Self { weights, ..self }),
        }
    }

    /// Number of examples, at least 1.
    #[expect(clippy::len_without_is_empty, reason = "never empty")]
    pub fn len(&self) -> usize {
        self.won.len()
    }

    /// The rows.
    pub fn x(&self) -> Table<'a> {
        self.x
    }

    /// The outcomes.
    pub fn won(&self) -> &'a [bool] {
        self.won
    }

    /// Weight of one example; 1 where none were given.
    pub fn weight(&self, example: usize) -> f64 {
        self.weights.get(example).copied().unwrap_or(1.0)
    }

    /// Weights as given; empty when each counts 1.
    pub fn weights(&self) -> &'a [f64] {
        self.weights
    }

    /// Sum of weights: how many independent outcomes the examples are worth.
    pub fn worth(&self) -> f64 {
        if self.weights.is_empty() { self.len() as f64 } else { sum(self.weights) }
    }

    /// Share of wins, each example counted by its weight.
    pub fn base_rate(&self) -> f64 {
        let won = (0..self.len()).filter(|i| self.won[*i]).fold(0.0, |s, i| s + self.weight(i));
        // The quotient of two sums of the same terms can pass 1 by nothing but rounding.
        (won / self.worth()).min(1.0)
    }

    /// All outcomes are the same, so that nothing tells them apart.
    pub fn is_single_class(&self) -> bool {
        self.won.iter().all(|won| *won == self.won[0])
    }

    /// Some of the examples.
    ///
    /// # Errors
    /// [`FitError::NoExamples`] for an empty range or one that ends beyond the last example.
    pub fn range(&self, range: Range<usize>) -> Result<Self, FitError> {
        if range.is_empty() || range.end > self.len() {
            return Err(FitError::NoExamples);
        }
        let weights = self.weights.get(range.clone()).unwrap_or(&[]);
        Ok(Self { x: self.x.range(range.clone()), won: &self.won[range], weights })
    }
}

/// In the order of the values: the same bits everywhere.
pub(crate) fn sum(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |sum, x| sum + x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_says_what_is_wrong_with_its_values() {
        assert_eq!(
            Table::new(&[1.0, 2.0, 3.0], 2).err(),
            Some(FitError::Ragged { values: 3, columns: 2 })
        );
        assert_eq!(Table::new(&[1.0], 0).err(), Some(FitError::Ragged { values: 1, columns: 0 }));
        let refused = Table::new(&[1.0, 2.0, 3.0, f64::NAN], 2).unwrap_err();
        assert_eq!(refused.to_string(), "example 1: feature `column 1` is NaN");
        let wide = vec![0.0; 1_001];
        assert!(matches!(Table::new(&wide, 1_001), Err(FitError::TooManyFeatures { .. })));
    }

    #[test]
    fn rows_columns_and_ranges_are_those_of_the_values() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let x = Table::new(&values, 2).unwrap();
        assert_eq!((x.rows(), x.columns(), x.row(1)), (3, 2, &[3.0, 4.0][..]));
        assert_eq!(x.column(1).collect::<Vec<_>>(), [2.0, 4.0, 6.0]);
        assert_eq!(x.range(1..3).row(1), [5.0, 6.0]);
    }

    #[test]
    fn labels_and_weights_must_fit_the_rows() {
        let x = Table::new(&[1.0, 2.0, 3.0], 1).unwrap();
        let short = Examples::new(x, &[true]).unwrap_err();
        assert_eq!(short.to_string(), "1 outcomes, 3 expected");
        let examples = Examples::new(x, &[true, false, true]).unwrap();
        assert_eq!((examples.worth(), examples.base_rate()), (3.0, 2.0 / 3.0));
        assert!(matches!(examples.weighted(&[1.0; 2]), Err(FitError::Lengths { .. })));
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let refused = examples.weighted(&[1.0, bad, 1.0]).err();
            assert!(matches!(refused, Some(FitError::Weight { example: 1, .. })), "{bad}");
        }
        let weighted = examples.weighted(&[0.5, 0.25, 0.25]).unwrap();
        assert_eq!((weighted.worth(), weighted.base_rate()), (1.0, 0.75));
        let tail = weighted.range(1..3).unwrap();
        assert_eq!((tail.len(), tail.weight(0), tail.base_rate()), (2, 0.25, 0.5));
        assert!(weighted.range(2..4).is_err() && weighted.range(1..1).is_err());
        assert!(matches!(
            Examples::new(Table::new(&[], 3).unwrap(), &[]),
            Err(FitError::NoExamples)
        ));
    }
}
