//! Small regressions under a normal prior: logistic by Newton's method, linear by least squares.
//!
//! For models with a handful of columns that are refitted every few sessions. Not linfa: its
//! logistic regression takes no weights (the crate's own use of it draws examples instead, which
//! adds noise) and no starting point, and L-BFGS costs several times what the few Newton steps
//! here do: with so few columns a step is one pass over the rows and a Cholesky factor of 8 x 8.
//! `volatility_walk_forward times` measures both.
//!
//! Sums run over the rows in their order, so a fit is the same on every run.
//!
//! **Source:** Hastie, Tibshirani and Friedman, *The Elements of Statistical Learning*, 2nd
//! edition 2009, sections 3.4.1 (ridge) and 4.4.1 (logistic regression by Newton's method).

mod cholesky;

use serde::{Deserialize, Serialize};

use crate::bytes::{Reader, Writer};
use crate::error::FitError;
use crate::scale::CUT;
use crate::table::{Examples, Table, sum};
pub(crate) use cholesky::Cholesky;

/// Precision of the normal prior on the intercept of a logistic regression, standard deviation 2:
/// nothing beside a few dozen outcomes, but finite odds when all of them are alike.
const INTERCEPT_PRECISION: f64 = 0.25;
/// Newton's method stops when no coefficient moves by more than this.
const SETTLED: f64 = 1e-9;
/// The penalised likelihood is strictly concave: it takes 4 to 8 steps, 2 or 3 from the last fit.
const STEPS_MAX: usize = 50;
/// A step that makes things worse is halved at most so often.
const HALVINGS_MAX: usize = 30;

/// A linear function of standardised columns: log-odds, or the logarithm of a variance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Line {
    intercept: f64,
    columns: Vec<Column>,
}

/// One column: `slope x clamp((x - mean) x inverse, -CUT, CUT)`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Column {
    mean: f64,
    /// 1 / standard deviation; 0 for a column without spread, which then counts for nothing.
    inverse: f64,
    slope: f64,
}

impl Column {
    fn standardised(&self, x: f64) -> f64 {
        if self.inverse > 0.0 { ((x - self.mean) * self.inverse).clamp(-CUT, CUT) } else { 0.0 }
    }
}

/// How a regression is held back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Prior {
    /// Precision of the normal prior on each slope, against one unit of likelihood per unit of
    /// weight.
    pub(crate) precision: f64,
    /// Columns from here on are indicators: they keep their 0 and 1, so that the prior holds a
    /// rare one near the others.
    pub(crate) indicators_from: usize,
}

impl Line {
    /// The value of the function. `x` has as many values as there are columns.
    pub(crate) fn at(&self, x: &[f64]) -> f64 {
        debug_assert_eq!(x.len(), self.columns.len(), "one value per column");
        let terms = self.columns.iter().zip(x).map(|(c, x)| c.slope * c.standardised(*x));
        terms.fold(self.intercept, |sum, term| sum + term)
    }

    /// It has this many columns and every number in it is finite.
    pub(crate) fn is_sound(&self, columns: usize) -> bool {
        let finite = |c: &Column| {
            c.mean.is_finite() && c.slope.is_finite() && c.inverse.is_finite() && c.inverse >= 0.0
        };
        self.columns.len() == columns
            && self.intercept.is_finite()
            && self.columns.iter().all(finite)
    }

    /// Slope of each column, per standard deviation or per indicator.
    pub(crate) fn slopes(&self) -> impl Iterator<Item = f64> {
        self.columns.iter().map(|column| column.slope)
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.f64(self.intercept);
        for column in &self.columns {
            writer.floats(&[column.mean, column.inverse, column.slope]);
        }
    }

    /// Of so many columns; sound.
    pub(crate) fn read(reader: &mut Reader<'_>, columns: usize) -> Result<Self, String> {
        let intercept = reader.f64()?;
        let columns = reader.floats(3 * columns)?;
        let column = |x: &[f64]| Column { mean: x[0], inverse: x[1], slope: x[2] };
        let line = Self { intercept, columns: columns.chunks_exact(3).map(column).collect() };
        if line.columns.iter().any(|column| column.inverse < 0.0) {
            return Err("a spread is negative".to_owned());
        }
        Ok(line)
    }

    /// Columns measured, slopes still 0.
    fn measured(x: Table<'_>, weight: impl Fn(usize) -> f64 + Copy, prior: Prior) -> Self {
        let worth = (0..x.rows()).fold(0.0, |s, i| s + weight(i));
        let column = |j: usize| {
            if j >= prior.indicators_from {
                return Column { mean: 0.0, inverse: 1.0, slope: 0.0 };
            }
            let mean = x.column(j).enumerate().fold(0.0, |s, (i, x)| s + weight(i) * x) / worth;
            let square = |(i, x): (usize, f64)| weight(i) * (x - mean) * (x - mean);
            let variance = x.column(j).enumerate().map(square).fold(0.0, |s, x| s + x) / worth;
            let inverse = 1.0 / variance.sqrt();
            // A spread that is rounding only is none.
            let is_spread = variance.sqrt() > 1e-9 * mean.abs() && inverse.is_finite();
            Column { mean, inverse: if is_spread { inverse } else { 0.0 }, slope: 0.0 }
        };
        Self { intercept: 0.0, columns: (0..x.columns()).map(column).collect() }
    }

    /// Standardised columns after a leading 1, row-major.
    fn design(&self, x: Table<'_>) -> Vec<f64> {
        let mut design = Vec::with_capacity(x.rows() * (1 + x.columns()));
        for row in 0..x.rows() {
            design.push(1.0);
            design.extend(self.columns.iter().zip(x.row(row)).map(|(c, x)| c.standardised(*x)));
        }
        design
    }

    fn with(mut self, theta: &[f64]) -> Self {
        self.intercept = theta[0];
        for (column, slope) in self.columns.iter_mut().zip(&theta[1..]) {
            column.slope = *slope;
        }
        self
    }

    /// Intercept and slopes.
    fn theta(&self) -> Vec<f64> {
        [self.intercept].into_iter().chain(self.columns.iter().map(|c| c.slope)).collect()
    }
}

/// A logistic regression, and how well its prior fits the examples.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fitted {
    pub(crate) line: Line,
    /// Logarithm of the evidence by Laplace's approximation, for comparing priors on the same
    /// examples: penalised log-likelihood at its top, and what prior and curvature say of its
    /// width (Bishop, *Pattern Recognition and Machine Learning*, 2006, section 4.4.1).
    pub(crate) evidence: f64,
}

/// Logistic regression: the maximum of the weighted log-likelihood less the prior's penalty.
///
/// `start` is where the search begins, best the last fit; it moves the result by rounding only.
///
/// # Errors
/// [`FitError::Solver`] when Newton's method does not settle, which a proper prior rules out but
/// for columns beyond what squares can hold.
pub(crate) fn logistic(
    examples: &Examples<'_>,
    prior: Prior,
    start: Option<&Line>,
) -> Result<Fitted, FitError> {
    let line = Line::measured(examples.x(), |i| examples.weight(i), prior);
    let design = line.design(examples.x());
    let likelihood = Likelihood { examples, design: &design, precision: prior.precision };
    let start = start.filter(|s| s.is_sound(line.columns.len())).map(Line::theta);
    let mut theta = start.unwrap_or_else(|| line.theta());
    let mut here = likelihood.at(&theta);
    for _ in 0..STEPS_MAX {
        let factor = Cholesky::of(&here.curvature, theta.len());
        let factor = factor.ok_or_else(|| unsettled("curvature"))?;
        let mut step = factor.solve(&here.slope);
        if step.iter().all(|s| s.abs() <= SETTLED) {
            // Columns without spread add as much to one side as to the other.
            let prior = (theta.len() - 1) as f64 * prior.precision.ln() + INTERCEPT_PRECISION.ln();
            let evidence = here.value + 0.5 * (prior - factor.log_determinant());
            return Ok(Fitted { line: line.with(&moved(&theta, &step)), evidence });
        }
        let mut halvings = 0;
        loop {
            let there = likelihood.at(&moved(&theta, &step));
            // Near the top the difference is rounding: a step is refused for more than that.
            if there.value >= here.value - 1e-12 * here.value.abs() {
                theta = moved(&theta, &step);
                here = there;
                break;
            }
            halvings += 1;
            if halvings > HALVINGS_MAX {
                return Err(unsettled("halvings"));
            }
            step = step.iter().map(|s| 0.5 * s).collect();
        }
    }
    Err(unsettled("steps"))
}

/// Ridge regression; gives the line and the variance of what it leaves, both by weight.
///
/// # Errors
/// [`FitError::Lengths`] without one target and weight per row, [`FitError::NoExamples`], and
/// [`FitError::Solver`] for columns beyond what squares can hold.
pub(crate) fn linear(
    x: Table<'_>,
    y: &[f64],
    weights: &[f64],
    prior: Prior,
) -> Result<(Line, f64), FitError> {
    for (what, found) in [("targets", y.len()), ("weights", weights.len())] {
        if found != x.rows() {
            return Err(FitError::Lengths { what, found, expected: x.rows() });
        }
    }
    if y.is_empty() {
        return Err(FitError::NoExamples);
    }
    let line = Line::measured(x, |i| weights[i], prior);
    let design = line.design(x);
    let width = 1 + x.columns();
    let mut moments = vec![0.0; width * width];
    let mut products = vec![0.0; width];
    for ((row, y), w) in design.chunks_exact(width).zip(y).zip(weights) {
        add_square(&mut moments, row, *w);
        products.iter_mut().zip(row).for_each(|(p, x)| *p += w * x * y);
    }
    for j in 1..width {
        moments[j * width + j] += prior.precision;
    }
    let factor = Cholesky::of(&moments, width).ok_or_else(|| unsettled("moments"))?;
    let theta = factor.solve(&products);
    let rest = |(row, y): (&[f64], &f64)| (y - dot(&theta, row)).powi(2);
    let rests = design.chunks_exact(width).zip(y).map(rest);
    let left = rests.zip(weights).fold(0.0, |s, (rest, w)| s + w * rest) / sum(weights);
    if theta.iter().any(|t| !t.is_finite()) || !left.is_finite() {
        return Err(unsettled("moments"));
    }
    Ok((line.with(&theta), left))
}

struct Likelihood<'a> {
    examples: &'a Examples<'a>,
    design: &'a [f64],
    precision: f64,
}

/// The penalised log-likelihood at a point, its gradient and the negative of its second
/// derivatives (lower triangle).
struct Point {
    value: f64,
    slope: Vec<f64>,
    curvature: Vec<f64>,
}

impl Likelihood<'_> {
    fn at(&self, theta: &[f64]) -> Point {
        let width = theta.len();
        let (mut value, mut slope) = (0.0, vec![0.0; width]);
        let mut curvature = vec![0.0; width * width];
        for (i, row) in self.design.chunks_exact(width).enumerate() {
            let weight = self.examples.weight(i);
            let won = self.examples.won()[i];
            let log_odds = dot(theta, row);
            // One exponential, stable on both sides.
            let small = (-log_odds.abs()).exp();
            let p = if log_odds >= 0.0 { 1.0 / (1.0 + small) } else { small / (1.0 + small) };
            let against = if won { log_odds.min(0.0) } else { (-log_odds).min(0.0) };
            value += weight * (against - small.ln_1p());
            let miss = weight * (f64::from(u8::from(won)) - p);
            slope.iter_mut().zip(row).for_each(|(s, x)| *s += miss * x);
            add_square(&mut curvature, row, weight * p * (1.0 - p));
        }
        for (j, t) in theta.iter().enumerate() {
            let precision = if j == 0 { INTERCEPT_PRECISION } else { self.precision };
            value -= 0.5 * precision * t * t;
            slope[j] -= precision * t;
            curvature[j * width + j] += precision;
        }
        Point { value, slope, curvature }
    }
}

/// Adds `weight x row row'` to the lower triangle.
#[inline]
fn add_square(matrix: &mut [f64], row: &[f64], weight: f64) {
    let width = row.len();
    for (i, x) in row.iter().enumerate() {
        let scaled = weight * x;
        let line = &mut matrix[i * width..=i * width + i];
        line.iter_mut().zip(row).for_each(|(m, y)| *m += scaled * y);
    }
}

#[inline]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (x, y)| sum + x * y)
}

fn moved(theta: &[f64], step: &[f64]) -> Vec<f64> {
    theta.iter().zip(step).map(|(t, s)| t + s).collect()
}

fn unsettled(what: &str) -> FitError {
    FitError::Solver { member: "ridge", detail: format!("no solution: {what}") }
}

#[cfg(test)]
mod tests;
