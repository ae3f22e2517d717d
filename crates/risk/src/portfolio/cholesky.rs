//! Triangular factors of covariance matrices.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

use super::error::PortfolioError;

/// A pivot below this share of the largest variance is rounding, not variance.
const PIVOT_MIN: f64 = 1e-13;

/// What the pivots of a matrix must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pivots {
    /// Above zero: the matrix can be inverted.
    Positive,
    /// Zero, too: directions without variance are skipped.
    NonNegative,
}

/// Lower triangular F with F F' = `matrix`.
///
/// # Errors
/// For a matrix that is empty, not square, not finite, not symmetric, or whose pivots are not as
/// wanted.
///
/// **Source:** Golub and Van Loan, "Matrix Computations" (2013), section 4.2.
pub(super) fn lower_factor(
    matrix: ArrayView2<'_, f64>,
    pivots: Pivots,
) -> Result<Array2<f64>, PortfolioError> {
    check_symmetric(matrix)?;
    let n = matrix.nrows();
    let scale = matrix.diag().fold(0.0, |most: f64, value| most.max(value.abs()));
    let least = PIVOT_MIN * scale;
    let mut lower = Array2::<f64>::zeros((n, n));
    for j in 0..n {
        let pivot = matrix[[j, j]] - (0..j).map(|k| lower[[j, k]].powi(2)).sum::<f64>();
        let absent = pivot <= least;
        if absent && (pivots == Pivots::Positive || pivot < -least) {
            return Err(PortfolioError::NotPositiveDefinite { asset: j, pivot });
        }
        if absent {
            continue;
        }
        lower[[j, j]] = pivot.sqrt();
        for i in j + 1..n {
            let known: f64 = (0..j).map(|k| lower[[i, k]] * lower[[j, k]]).sum();
            lower[[i, j]] = (matrix[[i, j]] - known) / lower[[j, j]];
        }
    }
    Ok(lower)
}

/// Solves F F' x = `right`, for a factor with positive pivots.
pub(super) fn solve(lower: &Array2<f64>, right: ArrayView1<'_, f64>) -> Array1<f64> {
    let n = right.len();
    let mut x = right.to_owned();
    for i in 0..n {
        let known: f64 = (0..i).map(|k| lower[[i, k]] * x[k]).sum();
        x[i] = (x[i] - known) / lower[[i, i]];
    }
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|k| lower[[k, i]] * x[k]).sum();
        x[i] = (x[i] - known) / lower[[i, i]];
    }
    x
}

fn check_symmetric(matrix: ArrayView2<'_, f64>) -> Result<(), PortfolioError> {
    let (rows, columns) = matrix.dim();
    if rows == 0 {
        return Err(PortfolioError::Empty { what: "assets" });
    }
    if rows != columns {
        let what = "columns of a square matrix";
        return Err(PortfolioError::Shape { what, found: columns, wanted: rows });
    }
    if let Some(((row, column), value)) = matrix.indexed_iter().find(|(_, v)| !v.is_finite()) {
        return Err(PortfolioError::NotFinite { what: "matrix", row, column, value: *value });
    }
    let scale = matrix.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    let skewed = matrix
        .indexed_iter()
        .find(|((i, j), value)| (**value - matrix[[*j, *i]]).abs() > 1e-12 * scale);
    match skewed {
        None => Ok(()),
        Some(((row, column), _)) => Err(PortfolioError::NotSymmetric { row, column }),
    }
}
