//! Platt's sigmoid on any real score.

use serde::{Deserialize, Serialize};

use super::examples::{ExamplesError, check_weights};
use super::logistic::with_intercept;
use super::sigmoid;
use crate::metrics::MetricError;

/// `1 / (1 + exp(A s + B))` of a real score s, such as a margin; A is below 0 when higher scores
/// win more often.
///
/// Fitted to targets that are kept off 0 and 1 as if one more win and one more loss had been seen
/// among the wins and losses: `(N+ + 1) / (N+ + 2)` and `1 / (N- + 2)`. So it has a finite fit
/// whatever the data. For scores that are probabilities take [`SigmoidMap::platt`], which works on
/// their logit.
///
/// **Source:** Platt, in Advances in Large Margin Classifiers (1999); Lin, Lin and Weng, Machine
/// Learning 68 (2007), for how to minimise.
///
/// [`SigmoidMap::platt`]: super::SigmoidMap::platt
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PlattLine {
    /// A, per unit of score.
    pub a: f64,
    /// B.
    pub b: f64,
}

impl PlattLine {
    /// The fit to scores, outcomes and weights.
    ///
    /// - **Edges:** equal scores or one example: a constant within the targets. Outcomes all
    ///   alike: A = 0 and the probability is their target.
    ///
    /// # Errors
    /// [`ExamplesError`] when there is nothing, the three do not pair up, a score is not finite or
    /// a weight outside [`Examples::WEIGHTS`](super::Examples::WEIGHTS).
    pub fn fit(scores: &[f64], won: &[bool], weights: &[f64]) -> Result<Self, ExamplesError> {
        if scores.len() != won.len() {
            let (forecasts, outcomes) = (scores.len(), won.len());
            return Err(MetricError::Lengths { forecasts, outcomes }.into());
        }
        if scores.is_empty() {
            return Err(MetricError::Empty.into());
        }
        if let Some(index) = scores.iter().position(|s| !s.is_finite()) {
            return Err(ExamplesError::Score { index, value: scores[index] });
        }
        check_weights(scores.len(), weights)?;
        Ok(Self::of_checked(scores, won, weights))
    }

    pub(super) fn of_checked(scores: &[f64], won: &[bool], weights: &[f64]) -> Self {
        let total = |of: bool| -> f64 {
            won.iter().zip(weights).filter(|(w, _)| **w == of).map(|(_, weight)| weight).sum()
        };
        let (wins, losses) = (total(true), total(false));
        let smooth = Targets::smoothed(wins, losses);
        let targets: Vec<f64> = won.iter().map(|won| smooth.of(*won)).collect();
        let rows: Vec<[f64; 2]> = scores.iter().map(|s| [*s, 1.0]).collect();
        let constant = ((wins + 1.0) / (losses + 1.0)).ln();
        let lowest = [f64::NEG_INFINITY; 2];
        let [slope, intercept] = with_intercept(rows, &targets, weights, lowest, constant);
        Self { a: -slope, b: -intercept }
    }

    /// The probability of a score, in `0..=1`; NaN for NaN.
    pub fn probability(&self, score: f64) -> f64 {
        sigmoid(-(self.a * score + self.b))
    }
}

/// What wins and losses are fitted to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Targets {
    win: f64,
    loss: f64,
}

impl Targets {
    pub(super) const PLAIN: Self = Self { win: 1.0, loss: 0.0 };

    /// Platt's, which no fit has to run away to infinity for.
    pub(super) fn smoothed(wins: f64, losses: f64) -> Self {
        Self { win: (wins + 1.0) / (wins + 2.0), loss: 1.0 / (losses + 2.0) }
    }

    pub(super) const fn of(self, won: bool) -> f64 {
        if won { self.win } else { self.loss }
    }
}
