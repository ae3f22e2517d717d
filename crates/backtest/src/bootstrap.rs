//! Intervals from resampled history: the stationary bootstrap.
//!
//! Returns and outcomes depend on their neighbours, so whole stretches of history are drawn, of
//! random length, until a history of equal length is complete. Every replicate has its own seed
//! made of the run's seed and its number, and results are kept in the order of those numbers:
//! the same intervals come out on any number of threads.
//!
//! **Source:** Politis and Romano, Journal of the American Statistical Association 89 (1994).

mod block_length;
mod chance;
mod intervals;
mod ratios;
mod sums;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

pub use block_length::{BlockLength, block_length};
pub use chance::{Chance, Geometric};
pub use intervals::{PerformanceIntervals, performance_intervals};
pub use ratios::{ResampledSharpe, resampled_sharpe, resampled_sharpes};
pub use sums::RunningSums;

/// Replicates that intervals are made of unless told otherwise.
pub const REPLICATIONS: usize = 2_000;

/// A stretch of history: observations `start..start + length`, going on at the beginning when the
/// end is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// First observation.
    pub start: usize,
    /// Observations, at least 1 and at most all.
    pub length: usize,
}

impl Stretch {
    /// Positions in a history of `observations`, in order.
    pub fn positions(self, observations: usize) -> impl Iterator<Item = usize> {
        let until_end = self.length.min(observations - self.start);
        (self.start..self.start + until_end).chain(0..self.length - until_end)
    }
}

/// Draws histories out of a history.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StationaryBootstrap {
    observations: usize,
    lengths: Geometric,
    seed: u64,
}

impl StationaryBootstrap {
    /// Of so many observations, in stretches of this mean length (below 1 counts as 1).
    pub fn new(observations: usize, mean_length: f64, seed: u64) -> Self {
        Self { observations, lengths: Geometric::with_mean(mean_length), seed }
    }

    /// The stretches of one replicate; their lengths add up to the observations.
    pub fn draw(&self, replicate: u64) -> Vec<Stretch> {
        self.stretches(replicate).collect()
    }

    /// The stretches of [`Self::draw`] one by one, for sums that do not need them all at once.
    pub fn stretches(&self, replicate: u64) -> impl Iterator<Item = Stretch> {
        let (observations, lengths) = (self.observations, self.lengths);
        let mut chance = Chance::numbered(self.seed, replicate);
        let mut left = observations;
        std::iter::from_fn(move || {
            let length = (left > 0).then(|| chance.geometric(lengths).min(left))?;
            left -= length;
            Some(Stretch { start: chance.below(observations), length })
        })
    }

    /// A statistic of `count` replicates, in their order, computed on as many threads as there are.
    pub fn replicate<T: Send>(
        &self,
        count: usize,
        statistic: impl Fn(&[Stretch]) -> T + Sync,
    ) -> Vec<T> {
        (0..count).into_par_iter().map(|number| statistic(&self.draw(number as u64))).collect()
    }
}

#[cfg(test)]
mod tests;
