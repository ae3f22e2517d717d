//! A symmetric positive definite system of a few equations.

/// The lower triangular factor of a matrix, row-major; the rest of it is not used.
///
/// **Source:** Golub and Van Loan, *Matrix Computations*, section 4.2.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cholesky {
    factor: Vec<f64>,
    width: usize,
}

impl Cholesky {
    /// Of the lower triangle of a row-major matrix; `None` when the matrix is not positive
    /// definite, or holds something that is no number.
    pub(crate) fn of(matrix: &[f64], width: usize) -> Option<Self> {
        let mut factor = matrix.to_vec();
        for j in 0..width {
            for i in j..width {
                let row = |k: usize| factor[i * width + k] * factor[j * width + k];
                let left = factor[i * width + j] - (0..j).fold(0.0, |sum, k| sum + row(k));
                if i > j {
                    factor[i * width + j] = left / factor[j * width + j];
                } else if left > 0.0 && left.is_finite() {
                    factor[j * width + j] = left.sqrt();
                } else {
                    return None;
                }
            }
        }
        Some(Self { factor, width })
    }

    /// The x for which matrix x = right.
    pub(crate) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let mut x = right.to_vec();
        for i in 0..self.width {
            let known = (0..i).fold(0.0, |sum, k| sum + self.at(i, k) * x[k]);
            x[i] = (x[i] - known) / self.at(i, i);
        }
        for i in (0..self.width).rev() {
            let known = (i + 1..self.width).fold(0.0, |sum, k| sum + self.at(k, i) * x[k]);
            x[i] = (x[i] - known) / self.at(i, i);
        }
        x
    }

    /// Logarithm of the determinant of the matrix.
    pub(crate) fn log_determinant(&self) -> f64 {
        (0..self.width).fold(0.0, |sum, i| sum + 2.0 * self.at(i, i).ln())
    }

    fn at(&self, row: usize, column: usize) -> f64 {
        self.factor[row * self.width + column]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_matrix_that_is_not_positive_definite_has_no_factor() {
        assert_eq!(Cholesky::of(&[1.0, 0.0, 2.0, 1.0], 2), None);
        assert_eq!(Cholesky::of(&[0.0], 1), None);
        assert_eq!(Cholesky::of(&[f64::NAN], 1), None);
        assert_eq!(Cholesky::of(&[4.0], 1).unwrap().solve(&[2.0]), [0.5]);
    }

    #[test]
    fn the_determinant_is_that_of_the_matrix() {
        let factor = Cholesky::of(&[4.0, 0.0, 2.0, 3.0], 2).unwrap();
        assert!((factor.log_determinant() - 8.0_f64.ln()).abs() < 1e-12);
    }

    proptest! {
        /// matrix = B B' + I, right = matrix x.
        #[test]
        fn the_solution_solves_the_system(b in prop::collection::vec(-2.0..2.0_f64, 16), x in prop::collection::vec(-3.0..3.0_f64, 4)) {
            let entry = |i: usize, j: usize| {
                let product = (0..4).map(|k| b[4 * i + k] * b[4 * j + k]).sum::<f64>();
                product + f64::from(u8::from(i == j))
            };
            let matrix: Vec<f64> = (0..16).map(|at| entry(at / 4, at % 4)).collect();
            let right: Vec<f64> = (0..4).map(|i| (0..4).map(|j| matrix[4 * i + j] * x[j]).sum()).collect();
            let found = Cholesky::of(&matrix, 4).unwrap().solve(&right);
            for (found, x) in found.iter().zip(&x) {
                prop_assert!((found - x).abs() < 1e-9, "{found} {x}");
            }
        }
    }
}
