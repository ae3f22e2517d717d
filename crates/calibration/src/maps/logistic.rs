//! Logistic regression on a handful of coefficients, to the last digits.
//!
//! Newton's method with a line search. Coefficients may have a lowest value; one that rests on it
//! while the loss pushes it further down is taken out of the Newton step, which keeps the step a
//! descent and the convergence quadratic.
//!
//! **Source:** Bertsekas, SIAM Journal on Control and Optimization 20 (1982), for the bounds; Lin,
//! Lin and Weng, Machine Learning 68 (2007), for the safe form of the loss and the line search.

/// Newton steps at most; ten are usual.
const STEPS_MAX: u32 = 200;
/// Halvings of a step at most: beyond them it is below the last bit.
const HALVINGS_MAX: u32 = 60;
/// A slope below this share of the sum it is taken over is rounding.
const SLOPE_MIN: f64 = 1e-12;
/// This near its lowest value a coefficient is taken to rest on it.
const RESTING: f64 = 1e-9;

/// The loss `sum w (ln(1 + e^x) - t x)` with x the product of row and coefficients: the negative
/// log likelihood of targets t.
pub(super) struct LogisticLoss<'a, const D: usize> {
    /// One row of features per example.
    pub(super) rows: &'a [[f64; D]],
    /// In `0..=1`.
    pub(super) targets: &'a [f64],
    /// Above 0.
    pub(super) weights: &'a [f64],
    /// Lowest value of each coefficient; minus infinity for none.
    pub(super) lowest: [f64; D],
}

/// The coefficients of least loss when the last column is the intercept, all ones: from a start
/// that is `constant` whatever the other columns say.
///
/// Works on columns moved and stretched onto -1 to 1, so that narrow or distant ones do as well as
/// others. Lowest values have to be 0 or minus infinity, which that does not change.
pub(super) fn with_intercept<const D: usize>(
    mut rows: Vec<[f64; D]>,
    targets: &[f64],
    weights: &[f64],
    lowest: [f64; D],
    constant: f64,
) -> [f64; D] {
    let intercept = D - 1;
    let mut units = [(0.0, 1.0); D];
    for (column, unit) in units.iter_mut().enumerate().take(intercept) {
        *unit = middle_and_half_width(rows.iter().map(|row| row[column]));
        for row in &mut rows {
            row[column] = (row[column] - unit.0) / unit.1;
        }
    }
    let mut start = [0.0; D];
    start[intercept] = constant;
    let loss = LogisticLoss { rows: &rows, targets, weights, lowest };
    let mut found = loss.minimise(start);
    for (column, (middle, half)) in units.into_iter().enumerate().take(intercept) {
        found[column] /= half;
        found[intercept] -= found[column] * middle;
    }
    found
}

/// Of the range of values; the half width is 1 when there is none.
fn middle_and_half_width(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) =
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (v.min(low), v.max(high)));
    // Halved first: the difference of large scores could overflow.
    let half = 0.5 * high - 0.5 * low;
    (0.5 * high + 0.5 * low, if half > 0.0 { half } else { 1.0 })
}

impl<const D: usize> LogisticLoss<'_, D> {
    /// The coefficients of least loss, from a start that is not below the lowest values.
    ///
    /// Where the data leave a direction open (equal rows, say), it stays as it was at the start.
    pub(super) fn minimise(&self, start: [f64; D]) -> [f64; D] {
        let mut at = start;
        let mut loss = self.loss(&at);
        let scale = self.scale();
        for _ in 0..STEPS_MAX {
            let (slope, bend) = self.derivatives(&at);
            let resting = self.resting(&at, &slope);
            let flat = |i: usize| {
                let done = slope[i].abs() <= SLOPE_MIN * scale[i];
                done || (resting[i] && at[i] == self.lowest[i])
            };
            if (0..D).all(flat) {
                break;
            }
            let step = self.step(&at, &slope, bend, resting);
            match self.search(&at, loss, &slope, &step) {
                Some((next, lower)) if next != at => (at, loss) = (next, lower),
                _ => break,
            }
        }
        at
    }

    fn loss(&self, at: &[f64; D]) -> f64 {
        let mut sum = 0.0;
        for ((row, t), w) in self.rows.iter().zip(self.targets).zip(self.weights) {
            let x = product(row, at);
            // Never the exponential of a large number.
            let missed = if x > 0.0 { (1.0 - t) * x } else { -t * x };
            sum += w * (missed + (-x.abs()).exp().ln_1p());
        }
        sum
    }

    /// First and second derivatives.
    fn derivatives(&self, at: &[f64; D]) -> ([f64; D], [[f64; D]; D]) {
        let (mut slope, mut bend) = ([0.0; D], [[0.0; D]; D]);
        for ((row, t), w) in self.rows.iter().zip(self.targets).zip(self.weights) {
            let p = super::sigmoid(product(row, at));
            for i in 0..D {
                slope[i] += w * (p - t) * row[i];
                for j in 0..D {
                    bend[i][j] += w * p * (1.0 - p) * row[i] * row[j];
                }
            }
        }
        (slope, bend)
    }

    /// What each slope is a sum of, in absolute size.
    fn scale(&self) -> [f64; D] {
        let mut scale = [0.0; D];
        for (row, w) in self.rows.iter().zip(self.weights) {
            scale.iter_mut().zip(row).for_each(|(s, x)| *s += w * x.abs());
        }
        scale
    }

    fn resting(&self, at: &[f64; D], slope: &[f64; D]) -> [bool; D] {
        std::array::from_fn(|i| at[i] - self.lowest[i] <= RESTING && slope[i] > 0.0)
    }

    /// Newton's step for the free coefficients; those at rest go onto their lowest value.
    fn step(
        &self,
        at: &[f64; D],
        slope: &[f64; D],
        mut bend: [[f64; D]; D],
        resting: [bool; D],
    ) -> [f64; D] {
        // Not enough to be felt, but a direction without bend must not divide by 0.
        let ridge = 1e-13 * (0..D).map(|i| bend[i][i]).sum::<f64>() + f64::MIN_POSITIVE;
        let mut towards = *slope;
        for i in 0..D {
            bend[i][i] += ridge;
            if resting[i] {
                for row in &mut bend {
                    row[i] = 0.0;
                }
                bend[i] = std::array::from_fn(|j| f64::from(u8::from(i == j)));
                towards[i] = at[i] - self.lowest[i];
            }
        }
        solved(bend, towards)
    }

    /// The first of ever smaller steps that lowers the loss by a fair part of what its slope
    /// promises, with the loss there.
    fn search(
        &self,
        at: &[f64; D],
        loss: f64,
        slope: &[f64; D],
        step: &[f64; D],
    ) -> Option<([f64; D], f64)> {
        // Near the end the loss no longer resolves what a step gains.
        let rounding = 1e-14 * loss.abs();
        let mut share = 1.0;
        for _ in 0..HALVINGS_MAX {
            let next: [f64; D] =
                std::array::from_fn(|i| (at[i] - share * step[i]).max(self.lowest[i]));
            let promised: f64 = (0..D).map(|i| slope[i] * (at[i] - next[i])).sum();
            let lower = self.loss(&next);
            if lower <= loss - 1e-4 * promised + rounding {
                return Some((next, lower));
            }
            share *= 0.5;
        }
        None
    }
}

fn product<const D: usize>(row: &[f64; D], at: &[f64; D]) -> f64 {
    row.iter().zip(at).map(|(x, c)| x * c).sum()
}

/// Solves a symmetric positive definite system by elimination.
fn solved<const D: usize>(mut matrix: [[f64; D]; D], mut right: [f64; D]) -> [f64; D] {
    for i in 0..D {
        let (pivot_row, pivot_right) = (matrix[i], right[i]);
        for j in i + 1..D {
            let factor = matrix[j][i] / pivot_row[i];
            for (m, p) in matrix[j].iter_mut().zip(pivot_row) {
                *m -= factor * p;
            }
            right[j] -= factor * pivot_right;
        }
    }
    for i in (0..D).rev() {
        let known: f64 = (i + 1..D).map(|j| matrix[i][j] * right[j]).sum();
        right[i] = (right[i] - known) / matrix[i][i];
    }
    right
}
