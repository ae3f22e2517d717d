//! The product's logistic regression, its penalty chosen inside the training set.
//!
//! Columns: standardised features, and the policy row as 0/1 indicators (unscaled). Features are
//! held back by an L2 penalty that the examples themselves speak for, on blocks of sessions that
//! are predicted from what was known before them; rows keep a small one of their own, so that where
//! features tell nothing the score is the rate of the row.
//!
//! Every example counts by its uniqueness, and the intercept is free: over the examples of the
//! fit, the mean score by uniqueness is the base rate by uniqueness. No class weights: losing more
//! often than winning is part of the answer.

mod solve; // the maximum of the penalised likelihood

use tradebot_domain::Regime;

use crate::bytes::{Reader, Writer};
use crate::error::FitError;
use crate::inner::{self, Fold, Scores};
use crate::input::{Input, column_name, row_indicator};
use crate::loss::log_loss_of;
use crate::regression::sigmoid;
use crate::scale::{CUT, Scale};
use crate::training::TrainingSet;
use solve::{Problem, Rows, dot};

/// Penalties of the features to weigh, the largest first: `L2 / 2 x sum of squared coefficients`
/// against one unit of log likelihood per independent outcome. Normal priors of standard
/// deviations 0.003 to 0.2 on each coefficient.
const GRID: [f64; 7] = [102_400.0, 25_600.0, 6_400.0, 1_600.0, 400.0, 100.0, 25.0];
/// Penalty of the rows: a normal prior of standard deviation 0.2 on the log odds of each.
const ROW_L2: f64 = 25.0;
/// The solver stops at this gradient per independent outcome.
const GRADIENT: f64 = 1e-7;
/// And at this one while it only compares.
const GRADIENT_COMPARED: f64 = 1e-5;

/// Method and parameters in one line.
pub(crate) fn recipe() -> String {
    format!(
        "logistic 2: L2 of the rows {ROW_L2} per independent outcome, of the features the \
         geometric mean of {GRID:?} {}, gradient {GRADIENT:e} per independent outcome, features \
         standardised and cut at {CUT}",
        inner::recipe()
    )
}

/// A fitted logistic regression: score = 1 / (1 + exp(-(intercept + sum of coefficient x column))).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Logistic {
    scale: Scale,
    intercept: f64,
    /// One per feature, then one per policy row.
    coefficients: Vec<f64>,
    /// Penalty of the features.
    l2: f64,
    /// Log loss inside the training set of each penalty of [`GRID`]; empty where the set was too
    /// short.
    losses: Vec<f64>,
}

impl Logistic {
    /// Needs both outcomes among the examples.
    pub(crate) fn fit(set: &TrainingSet) -> Result<Self, FitError> {
        let scores = Scores::of(set, GRID.len(), |fold| losses(set, fold))?;
        let l2 = scores.geometric_mean(&GRID);
        let all: Vec<usize> = (0..set.len()).collect();
        let scale = Scale::of(set);
        let rows = design(set, &scale, &all);
        let theta = Problem::new(&rows).solve(&penalties(set, l2), begin(&rows), GRADIENT)?;
        let (intercept, coefficients) = (theta[0], theta[1..].to_vec());
        Ok(Self { scale, intercept, coefficients, l2, losses: scores.losses })
    }

    /// In `0.0..=1.0` for a checked input.
    pub(crate) fn score(&self, input: &Input<'_>) -> f64 {
        let (features, rows) = self.coefficients.split_at(input.features.len());
        let mut log_odds = self.intercept + rows[input.row.index()];
        for (j, (coefficient, x)) in features.iter().zip(input.features).enumerate() {
            log_odds += coefficient * self.scale.standardised(j, *x);
        }
        sigmoid(log_odds)
    }

    /// Columns with their coefficients, the largest first.
    pub(crate) fn leanings(&self) -> Vec<(String, f64)> {
        let feature_count = self.coefficients.len() - Regime::ALL.len();
        let name = |column| column_name(column, feature_count);
        let mut all: Vec<_> =
            self.coefficients.iter().enumerate().map(|(column, b)| (name(column), *b)).collect();
        all.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        all
    }

    /// The penalty, and what spoke for it.
    pub(crate) fn chosen(&self) -> String {
        let losses = GRID.iter().zip(&self.losses);
        let losses: Vec<String> = losses.map(|(l2, loss)| format!("{l2} {loss:.5}")).collect();
        if losses.is_empty() {
            return format!("L2 {:.0}: the set is too short to weigh penalties in it", self.l2);
        }
        format!("L2 {:.0}, from log losses inside the set of {}", self.l2, losses.join(", "))
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        self.scale.write(writer);
        writer.f64(self.intercept);
        writer.floats(&self.coefficients);
        writer.f64(self.l2);
        writer.flag(!self.losses.is_empty());
        writer.floats(&self.losses);
    }

    pub(crate) fn read(reader: &mut Reader<'_>, feature_count: usize) -> Result<Self, String> {
        let scale = Scale::read(reader, feature_count)?;
        let intercept = reader.f64()?;
        let coefficients = reader.floats(feature_count + Regime::ALL.len())?;
        let l2 = reader.f64()?;
        let losses = if reader.flag()? { reader.floats(GRID.len())? } else { Vec::new() };
        Ok(Self { scale, intercept, coefficients, l2, losses })
    }
}

/// Sums of weighted log losses of each penalty on a block. Each search begins where that of the
/// larger penalty ended.
fn losses(set: &TrainingSet, fold: &Fold) -> Result<Vec<f64>, FitError> {
    let scale = Scale::of_some(set, &fold.train);
    let (train, test) = (design(set, &scale, &fold.train), design(set, &scale, &fold.test));
    let problem = Problem::new(&train);
    let mut theta = begin(&train);
    let mut sums = vec![0.0; GRID.len()];
    for (sum, l2) in sums.iter_mut().zip(GRID) {
        theta = problem.solve(&penalties(set, l2), theta, GRADIENT_COMPARED)?;
        for (i, row) in test.values.chunks_exact(test.width).enumerate() {
            *sum += test.weights[i] * log_loss_of(dot(&theta, row), test.won[i]);
        }
    }
    Ok(sums)
}

fn penalties(set: &TrainingSet, l2: f64) -> Vec<f64> {
    let features = std::iter::repeat_n(l2, set.feature_count);
    let rows = std::iter::repeat_n(ROW_L2, Regime::ALL.len());
    std::iter::once(0.0).chain(features).chain(rows).collect()
}

/// The base rate, nothing else.
fn begin(rows: &Rows) -> Vec<f64> {
    let worth = rows.weights.iter().fold(0.0, |s, w| s + w);
    let won =
        rows.weights.iter().zip(&rows.won).filter(|(_, won)| **won).fold(0.0, |s, (w, _)| s + w);
    let mut theta = vec![0.0; rows.width];
    theta[0] = (won / (worth - won)).ln();
    theta
}

/// A 1, the features on their scale, and the rows.
fn design(set: &TrainingSet, scale: &Scale, examples: &[usize]) -> Rows {
    let width = 1 + set.feature_count + Regime::ALL.len();
    let mut values = Vec::with_capacity(examples.len() * width);
    for i in examples {
        values.push(1.0);
        let features = set.example(*i).iter().enumerate();
        values.extend(features.map(|(j, x)| scale.standardised(j, *x)));
        values.extend((0..Regime::ALL.len()).map(|row| row_indicator(set.rows[*i], row)));
    }
    let won = examples.iter().map(|i| set.won[*i]).collect();
    let weights = examples.iter().map(|i| set.weights[*i]).collect();
    Rows { width, values, won, weights }
}

#[cfg(test)]
mod tests;
