//! The product's logistic regression, with an L2 penalty, fitted by linfa.
//!
//! Columns: standardised features, and the policy row as 0/1 indicators (unscaled, so that the
//! penalty holds a rare row near the others). No class weights: the score should lie near the
//! base rate, since losing more often than winning is part of the answer.
//!
//! linfa-logistic takes no example weights. Uniqueness enters in two ways: examples are drawn in
//! proportion to it by systematic resampling, and the penalty, which linfa counts against one
//! unit of likelihood per drawn example, is divided by the mean weight, so that it stands against
//! the number of independent outcomes and not of overlapping ones.

use ndarray::{Array1, Array2};
use tradebot_domain::Regime;

use crate::bytes::{Reader, Writer};
use crate::chance::{Chance, systematic};
use crate::error::FitError;
use crate::input::{Input, column_name, row_indicator};
use crate::regression::Problem;
pub(crate) use crate::regression::sigmoid;
use crate::scale::{CUT, Scale};
use crate::training::TrainingSet;

/// Penalty `L2 / 2 x sum of squared coefficients` against one unit of log likelihood per
/// independent outcome: a normal prior of standard deviation 0.2 on each coefficient.
const L2: f64 = 25.0;
/// The solver stops at this gradient per example.
const GRADIENT: f64 = 1e-5;
const ITERATIONS: u64 = 100;

/// Method and parameters in one line.
pub(crate) fn recipe() -> String {
    format!(
        "logistic 1: linfa L-BFGS, L2 {L2} per independent outcome, gradient {GRADIENT:e} per \
         example, at most {ITERATIONS} iterations, features standardised and cut at {CUT}"
    )
}

/// A fitted logistic regression: score = 1 / (1 + exp(-(intercept + sum of coefficient x column))).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Logistic {
    scale: Scale,
    intercept: f64,
    /// One per feature, then one per policy row.
    coefficients: Vec<f64>,
}

impl Logistic {
    /// Needs both outcomes among the examples.
    pub(crate) fn fit(set: &TrainingSet, seed: u64) -> Result<Option<Self>, FitError> {
        let drawn = systematic(&set.weights, set.weight_sum, &mut Chance::new(seed, 0));
        let won = Array1::from_iter(drawn.iter().map(|i| set.won[*i]));
        if won.iter().all(|w| *w == won[0]) {
            return Ok(None);
        }
        let scale = Scale::of(set);
        let (intercept, coefficients) = Problem {
            records: design(set, &scale, &drawn),
            won,
            l2: L2 * set.len() as f64 / set.weight_sum,
            gradient: GRADIENT * set.len() as f64,
            iterations: ITERATIONS,
        }
        .solve()?;
        Ok(Some(Self { scale, intercept, coefficients }))
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

    pub(crate) fn write(&self, writer: &mut Writer) {
        self.scale.write(writer);
        writer.f64(self.intercept);
        writer.floats(&self.coefficients);
    }

    pub(crate) fn read(reader: &mut Reader<'_>, feature_count: usize) -> Result<Self, String> {
        let scale = Scale::read(reader, feature_count)?;
        let intercept = reader.f64()?;
        let coefficients = reader.floats(feature_count + Regime::ALL.len())?;
        Ok(Self { scale, intercept, coefficients })
    }
}

fn design(set: &TrainingSet, scale: &Scale, drawn: &[usize]) -> Array2<f64> {
    let columns = set.feature_count + Regime::ALL.len();
    let mut values = Vec::with_capacity(drawn.len() * columns);
    for i in drawn {
        let features = set.example(*i).iter().enumerate();
        values.extend(features.map(|(j, x)| scale.standardised(j, *x)));
        values.extend((0..Regime::ALL.len()).map(|row| row_indicator(set.rows[*i], row)));
    }
    Array2::from_shape_vec((drawn.len(), columns), values).expect("one value per column and draw")
}

#[cfg(test)]
mod tests;
