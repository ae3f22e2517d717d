//! What maps are fitted on.

use std::ops::RangeInclusive;

use crate::metrics::{Forecasts, MetricError};
use crate::posterior::BetaPosterior;

/// Why examples cannot be fitted on.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum ExamplesError {
    /// Scores and outcomes that are no forecasts.
    #[error(transparent)]
    Forecasts(#[from] MetricError),
    /// Weights that do not pair up with the examples.
    #[error("{weights} weights for {examples} examples")]
    Lengths {
        /// Examples given.
        examples: usize,
        /// Weights given.
        weights: usize,
    },
    /// A weight that is NaN or outside [`Examples::WEIGHTS`].
    #[error("weight {index} is {value}, not in 1e-6..=1e6")]
    Weight {
        /// Its position.
        index: usize,
        /// The value found.
        value: f64,
    },
    /// A score that is not finite.
    #[error("score {index} is {value}, not a finite number")]
    Score {
        /// Its position.
        index: usize,
        /// The value found.
        value: f64,
    },
}

/// Scores with their outcomes and weights: not empty, scores in `0..=1`, weights in
/// [`Self::WEIGHTS`].
///
/// A weight says how many independent outcomes one is worth, such as the uniqueness of an
/// outcome that overlaps others. Without weights every example counts as one.
#[derive(Debug, Clone, Copy)]
pub struct Examples<'a> {
    of: Forecasts<'a>,
    weights: Option<&'a [f64]>,
}

impl<'a> Examples<'a> {
    /// The weights an example can have. Beyond them sums of squares would lose the small ones.
    pub const WEIGHTS: RangeInclusive<f64> = 1e-6..=1e6;

    /// Examples that count as one each.
    ///
    /// # Errors
    /// [`ExamplesError::Forecasts`] when there are none, scores and outcomes do not pair up, or a
    /// score is NaN or outside `0..=1`.
    pub fn new(p: &'a [f64], won: &'a [bool]) -> Result<Self, ExamplesError> {
        Ok(Self { of: Forecasts::new(p, won)?, weights: None })
    }

    /// Examples with a weight each.
    ///
    /// # Errors
    /// As [`new`](Self::new), and [`ExamplesError::Lengths`] or [`ExamplesError::Weight`] for
    /// weights that are too few, too many or outside their range.
    pub fn weighted(
        p: &'a [f64],
        won: &'a [bool],
        weights: &'a [f64],
    ) -> Result<Self, ExamplesError> {
        let of = Forecasts::new(p, won)?;
        check_weights(of.len(), weights)?;
        Ok(Self { of, weights: Some(weights) })
    }

    /// How many there are, at least 1.
    #[expect(clippy::len_without_is_empty, reason = "never empty by construction")]
    pub const fn len(&self) -> usize {
        self.of.len()
    }

    /// Score, outcome and weight, in order.
    pub fn iter(&self) -> impl Iterator<Item = (f64, bool, f64)> + use<'a> {
        let weights = self.weights;
        let pairs = self.of.p().iter().zip(self.of.won()).enumerate();
        pairs.map(move |(i, (&p, &won))| (p, won, weights.map_or(1.0, |w| w[i])))
    }

    /// Total weight of wins and of losses.
    pub fn totals(&self) -> (f64, f64) {
        let mut totals = (0.0, 0.0);
        for (_, won, weight) in self.iter() {
            *(if won { &mut totals.0 } else { &mut totals.1 }) += weight;
        }
        totals
    }

    /// The belief about the base rate: Beta(2,2) and all outcomes.
    pub fn base_rate(&self) -> BetaPosterior {
        let (wins, losses) = self.totals();
        BetaPosterior::ROOT.updated(wins, losses)
    }

    /// Whether all outcomes are alike, so that there is nothing to tell apart.
    pub fn one_class(&self) -> bool {
        let won = self.of.won();
        won.iter().all(|w| *w == won[0])
    }

    /// Equal scores together, in ascending order.
    pub(super) fn tied(&self) -> Vec<Tied> {
        let mut rows: Vec<(f64, bool, f64)> = self.iter().collect();
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        // `==` and not bits: 0 and -0 are one score.
        rows.chunk_by(|a, b| a.0 == b.0).map(Tied::of).collect()
    }
}

/// The examples of one score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tied {
    pub(super) score: f64,
    pub(super) wins: f64,
    pub(super) weight: f64,
}

impl Tied {
    fn of(rows: &[(f64, bool, f64)]) -> Self {
        let weight = rows.iter().map(|r| r.2).sum();
        let wins = rows.iter().filter(|r| r.1).map(|r| r.2).sum();
        Self { score: rows[0].0, wins, weight }
    }
}

/// One weight for each example, all in their range.
pub(super) fn check_weights(examples: usize, weights: &[f64]) -> Result<(), ExamplesError> {
    if weights.len() != examples {
        return Err(ExamplesError::Lengths { examples, weights: weights.len() });
    }
    match weights.iter().position(|w| !Examples::WEIGHTS.contains(w)) {
        Some(index) => Err(ExamplesError::Weight { index, value: weights[index] }),
        None => Ok(()),
    }
}
