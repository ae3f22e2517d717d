//! A covariance and what densities need of it.

/// A symmetric positive definite matrix with its lower triangular root.
///
/// **Source:** Golub and Van Loan (2013), Matrix Computations, algorithm 4.2.1.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Factor {
    width: usize,
    /// As given, flat; the lower triangle counts.
    matrix: Vec<f64>,
    /// Lower triangular, flat: `root x transpose of root = matrix`.
    root: Vec<f64>,
    /// Sum of the logarithms of the root's diagonal.
    log_root_determinant: f64,
}

impl Factor {
    /// `None` for a matrix that is not positive definite or holds what is no number.
    pub(super) fn new(matrix: &[f64], width: usize) -> Option<Self> {
        let mut root = vec![0.0; width * width];
        let mut log_root_determinant = 0.0;
        for i in 0..width {
            for j in 0..=i {
                let dot: f64 = (0..j).map(|k| root[i * width + k] * root[j * width + k]).sum();
                let left = matrix[i * width + j] - dot;
                root[i * width + j] = if i == j {
                    if !(left > 0.0 && left.is_finite()) {
                        return None;
                    }
                    log_root_determinant += 0.5 * left.ln();
                    left.sqrt()
                } else {
                    left / root[j * width + j]
                };
            }
        }
        let matrix = matrix.to_vec();
        Some(Self { width, matrix, root, log_root_determinant })
    }

    pub(super) fn value(&self, i: usize, j: usize) -> f64 {
        self.matrix[i.max(j) * self.width + i.min(j)]
    }

    /// Half of the logarithm of the determinant.
    pub(super) const fn log_root_determinant(&self) -> f64 {
        self.log_root_determinant
    }

    /// Smallest deviation of a series once those before it are known.
    pub(super) fn least_deviation(&self) -> f64 {
        (0..self.width).map(|i| self.root[i * self.width + i]).fold(f64::INFINITY, f64::min)
    }

    /// Mahalanobis distance of `x` from `mean`, squared.
    #[inline]
    pub(super) fn squared_distance(&self, x: &[f64], mean: &[f64]) -> f64 {
        let mut z = [0.0; super::DIMENSIONS_MAX];
        let mut sum = 0.0;
        for i in 0..self.width {
            let row = &self.root[i * self.width..];
            let dot: f64 = (0..i).map(|k| row[k] * z[k]).sum();
            z[i] = (x[i] - mean[i] - dot) / row[i];
            sum += z[i] * z[i];
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_and_a_determinant_by_hand() {
        // [[4, 2], [2, 3]]: determinant 8, inverse [[3, -2], [-2, 4]] / 8.
        let factor = Factor::new(&[4.0, 2.0, 2.0, 3.0], 2).unwrap();
        assert!((factor.log_root_determinant() - 0.5 * 8.0_f64.ln()).abs() < 1e-15);
        let distance = factor.squared_distance(&[2.0, 5.0], &[1.0, 3.0]);
        assert!((distance - (3.0 - 8.0 + 16.0) / 8.0).abs() < 1e-14, "{distance}");
        assert!((factor.least_deviation() - 2.0_f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn what_is_not_positive_definite_has_no_root() {
        for bad in [[1.0, 2.0, 2.0, 1.0], [0.0, 0.0, 0.0, 1.0], [1.0, f64::NAN, f64::NAN, 1.0]] {
            assert_eq!(Factor::new(&bad, 2), None, "{bad:?}");
        }
    }
}
