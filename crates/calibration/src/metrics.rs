//! How good probabilities were.
//!
//! Every measure takes [`Forecasts`]: probabilities beside what happened, checked once. To be
//! honest they must be prequential (Dawid 1984): each probability issued before its outcome was
//! known. Nothing here can see that; the caller promises it.
//!
//! | question | measure |
//! |---|---|
//! | how far off, all in all | [`brier`], [`log_loss`] |
//! | better than the base rate | [`prequential_brier_skill`], [`rolling_brier_skill`] |
//! | is it calibration or discrimination | [`corp`] (no bins, preferred), [`murphy`] |
//! | how far off is a call of 60 % | [`ece`], [`mce`], [`ace`], [`reliability`] |
//! | and if outcomes overlap | [`reliability_blocks`] |
//! | could that be chance | [`null_band`], [`ece_null_band`], [`spiegelhalter`] |
//! | does it rank | [`auc`] |
//! | is it right when it is sure | [`accuracy_at_coverage`] |

mod score;
mod binned;
mod decomposition;
mod isotonic;
mod significance;
mod reliability;
mod blocks;
mod coverage;

pub use binned::{Bin, ace, ece, equal_mass_bins, equal_width_bins, mce};
pub use blocks::{Blocks, BlocksError, reliability_blocks};
pub use coverage::{CoveredAccuracy, accuracy_at_coverage};
pub use decomposition::{Corp, Murphy, corp, murphy};
pub use isotonic::isotonic;
pub use reliability::{ReliabilityRow, reliability};
pub use score::{
    LOG_CLIP, auc, brier, brier_skill, delayed_base_rate, log_loss, prequential_base_rate,
    prequential_brier_skill, rolling_brier_skill,
};
pub use significance::{NullBand, Spiegelhalter, ece_null_band, null_band, spiegelhalter};

/// Why probabilities and outcomes cannot be scored.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum MetricError {
    /// No forecast at all.
    #[error("there is no forecast to score")]
    Empty,
    /// The two do not pair up.
    #[error("{forecasts} forecasts for {outcomes} outcomes")]
    Lengths {
        /// Probabilities given.
        forecasts: usize,
        /// Outcomes given.
        outcomes: usize,
    },
    /// A probability that is NaN or outside `0..=1`.
    #[error("forecast {index} is {value}, not in 0..=1")]
    OutOfRange {
        /// Its position.
        index: usize,
        /// The value found.
        value: f64,
    },
}

/// Probabilities beside what happened: not empty, of equal length, all in `0..=1`.
#[derive(Debug, Clone, Copy)]
pub struct Forecasts<'a> {
    p: &'a [f64],
    won: &'a [bool],
}

impl<'a> Forecasts<'a> {
    /// # Errors
    /// [`MetricError`] when there are none, they do not pair up or one is no probability.
    pub fn new(p: &'a [f64], won: &'a [bool]) -> Result<Self, MetricError> {
        if p.len() != won.len() {
            return Err(MetricError::Lengths { forecasts: p.len(), outcomes: won.len() });
        }
        if p.is_empty() {
            return Err(MetricError::Empty);
        }
        match p.iter().position(|p| !(0.0..=1.0).contains(p)) {
            Some(index) => Err(MetricError::OutOfRange { index, value: p[index] }),
            None => Ok(Self { p, won }),
        }
    }

    /// The probabilities.
    pub const fn p(&self) -> &'a [f64] {
        self.p
    }

    /// What happened.
    pub const fn won(&self) -> &'a [bool] {
        self.won
    }

    /// How many there are, at least 1.
    #[expect(clippy::len_without_is_empty, reason = "never empty by construction")]
    pub const fn len(&self) -> usize {
        self.p.len()
    }

    /// Probability and outcome (1 or 0), in order.
    pub fn pairs(&self) -> impl Iterator<Item = (f64, f64)> + use<'a> {
        self.p.iter().zip(self.won).map(|(&p, &won)| (p, f64::from(u8::from(won))))
    }

    /// Share of wins.
    pub fn rate(&self) -> f64 {
        self.mean(|_, y| y)
    }

    /// Mean of a function of probability and outcome, summed in order.
    fn mean(&self, f: impl Fn(f64, f64) -> f64) -> f64 {
        self.pairs().map(|(p, y)| f(p, y)).sum::<f64>() / self.len() as f64
    }

    /// Positions in ascending order of probability, ties in their order.
    fn by_probability(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by(|&i, &j| self.p[i].total_cmp(&self.p[j]));
        order
    }
}

#[cfg(test)]
mod tests;
