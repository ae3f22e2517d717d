//! Weighted logistic regression under a normal prior, by majorisation.
//!
//! The second derivative of the log likelihood is never beyond 1/4 of the weighted squares of the
//! columns. Steps by that bound, whose factor is found once, raise the penalised likelihood each
//! time without a line search, and where chances lie near one half, as they do here, the bound is
//! almost the curvature: a handful of passes over the rows. linfa takes neither weights nor a
//! penalty per column.
//!
//! **Source:** Böhning and Lindsay (1988), Monotonicity of Quadratic-Approximation Algorithms,
//! Annals of the Institute of Statistical Mathematics 40.

use crate::error::FitError;
use crate::ridge::Cholesky;

/// Passes over the rows at most. Where chances lie near one half it takes 4 to 12.
const PASSES_MAX: usize = 500;

/// Rows with their outcomes and weights.
#[derive(Debug)]
pub(crate) struct Rows {
    /// Values of a row; the first is 1.
    pub(crate) width: usize,
    /// Row-major.
    pub(crate) values: Vec<f64>,
    pub(crate) won: Vec<bool>,
    pub(crate) weights: Vec<f64>,
}

/// Rows with the part of the bound that does not depend on the penalty.
#[derive(Debug)]
pub(crate) struct Problem<'a> {
    rows: &'a Rows,
    /// A quarter of the weighted squares, lower triangle.
    squares: Vec<f64>,
    worth: f64,
}

impl<'a> Problem<'a> {
    pub(crate) fn new(rows: &'a Rows) -> Self {
        let width = rows.width;
        let (mut squares, mut worth) = (vec![0.0; width * width], 0.0);
        for (row, weight) in rows.values.chunks_exact(width).zip(&rows.weights) {
            worth += weight;
            for (i, x) in row.iter().enumerate() {
                let scaled = 0.25 * weight * x;
                let line = &mut squares[i * width..=i * width + i];
                line.iter_mut().zip(row).for_each(|(sum, y)| *sum += scaled * y);
            }
        }
        Self { rows, squares, worth }
    }

    /// Coefficients at which the gradient is below `gradient` per unit of weight. `penalties` of
    /// each column, 0 or more, that of the first 0.
    ///
    /// `start` is where the search begins; it moves the result within `gradient` only.
    pub(crate) fn solve(
        &self,
        penalties: &[f64],
        start: Vec<f64>,
        gradient: f64,
    ) -> Result<Vec<f64>, FitError> {
        let width = self.rows.width;
        let mut bound = self.squares.clone();
        for (j, penalty) in penalties.iter().enumerate() {
            // A column without spread would leave nothing to divide by.
            bound[j * width + j] += penalty.max(1e-9 * self.worth);
        }
        let factor = Cholesky::of(&bound, width).ok_or_else(|| unsolved("the bound"))?;
        let mut theta = start;
        for _ in 0..PASSES_MAX {
            let slope = self.slope(&theta, penalties);
            if slope.iter().map(|s| s * s).sum::<f64>().sqrt() <= gradient * self.worth {
                return Ok(theta);
            }
            theta.iter_mut().zip(factor.solve(&slope)).for_each(|(t, step)| *t += step);
        }
        Err(unsolved("passes"))
    }

    /// Gradient of the penalised log likelihood.
    fn slope(&self, theta: &[f64], penalties: &[f64]) -> Vec<f64> {
        let mut slope: Vec<f64> = theta.iter().zip(penalties).map(|(t, p)| -p * t).collect();
        let rows = self.rows.values.chunks_exact(self.rows.width);
        for ((row, won), weight) in rows.zip(&self.rows.won).zip(&self.rows.weights) {
            let p = crate::regression::sigmoid(dot(theta, row));
            let miss = weight * (f64::from(u8::from(*won)) - p);
            slope.iter_mut().zip(row).for_each(|(s, x)| *s += miss * x);
        }
        slope
    }
}

/// In four running sums, always the same ones: four times as fast as one after another.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (fours_a, fours_b) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest = fours_a.remainder().iter().zip(fours_b.remainder());
    let rest = rest.fold(0.0, |sum, (x, y)| sum + x * y);
    for (x, y) in fours_a.zip(fours_b) {
        for k in 0..4 {
            sums[k] += x[k] * y[k];
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

fn unsolved(what: &str) -> FitError {
    FitError::Solver { member: "logistic", detail: format!("no solution: {what}") }
}
