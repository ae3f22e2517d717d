//! Sums of products in the order of their indices.
//!
//! The library's own products choose their order by memory layout and processor, so the same
//! numbers could give other last digits elsewhere. Portfolios are small: plain loops do.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

/// a'b.
pub(super) fn dot(a: ArrayView1<'_, f64>, b: ArrayView1<'_, f64>) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// M a.
pub(super) fn times(matrix: ArrayView2<'_, f64>, a: ArrayView1<'_, f64>) -> Array1<f64> {
    matrix.outer_iter().map(|row| dot(row, a)).collect()
}

/// Sum over rows x of weight x x', `[columns x columns]`.
pub(super) fn gram(rows: ArrayView2<'_, f64>, weight: impl Fn(usize) -> f64) -> Array2<f64> {
    let n = rows.ncols();
    let mut sum = Array2::zeros((n, n));
    for (k, row) in rows.outer_iter().enumerate() {
        let weight = weight(k);
        for i in 0..n {
            for j in 0..=i {
                sum[[i, j]] += weight * row[i] * row[j];
            }
        }
    }
    for i in 0..n {
        for j in 0..i {
            sum[[j, i]] = sum[[i, j]];
        }
    }
    sum
}
