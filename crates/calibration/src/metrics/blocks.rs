//! The reliability diagram of outcomes that overlap.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};

use super::Forecasts;
use super::binned::{Bin, equal_width_bins};
use super::reliability::{ReliabilityRow, percentiles, reliability};

/// How forecasts are drawn with their neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocks {
    /// Forecasts drawn together, at least 1: no fewer than outcomes overlap.
    pub length: usize,
    /// Histories drawn.
    pub replications: u32,
    /// The same seed gives the same histories.
    pub seed: u64,
}

/// Blocks that nothing can be learned from: none drawn, empty, or longer than half the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{replications} histories of {forecasts} forecasts in blocks of {length} show no spread")]
pub struct BlocksError {
    /// Length of a block.
    pub length: usize,
    /// Forecasts there are.
    pub forecasts: usize,
    /// Histories to draw.
    pub replications: u32,
}

impl Blocks {
    /// Positions of one drawn history of `n`: whole blocks in order, going on at the beginning
    /// when the end is reached, the last one cut.
    fn draw(&self, n: usize, random: &mut Xoshiro256PlusPlus) -> Vec<usize> {
        let length = self.length.clamp(1, n);
        let mut positions = Vec::with_capacity(n + length);
        while positions.len() < n {
            // The high half of the product is uniform on 0..n, but for a bias below n / 2^64.
            let wide = u128::from(random.next_u64()) * n as u128;
            let start = usize::try_from(wide >> 64).expect("the high half is below n");
            positions.extend((start..start + length).map(|i| i % n));
        }
        positions.truncate(n);
        positions
    }
}

/// The diagram of [`reliability`] with intervals for outcomes that depend on their neighbours, in
/// the order of forecasts' issue.
///
/// Forecasts are drawn with their outcomes in blocks. Per bin,
///
/// - `lo` and `hi` are the 5 % and 95 % quantiles of the drawn shares of wins,
/// - `consistent` is where the share of wins would be if the probabilities were right: their mean
///   plus the quantiles of how the drawn gap (share less mean probability) differs from the gap
///   found.
///
/// Neither is ever narrower than for independent outcomes: drawn from a handful of forecasts, a
/// bootstrap knows too little.
///
/// # Errors
/// [`BlocksError`] without replications, and with blocks that are empty or longer than half the
/// history.
///
/// **Source:** Politis and Romano, in Exploring the Limits of Bootstrap (1992), for circular
/// blocks; Broecker and Smith, Weather and Forecasting 22 (2007), for the consistency band.
pub fn reliability_blocks(
    of: &Forecasts<'_>,
    bins: usize,
    blocks: &Blocks,
) -> Result<Vec<ReliabilityRow>, BlocksError> {
    let &Blocks { length, replications, seed } = blocks;
    if replications == 0 || length == 0 || length > of.len() / 2 {
        return Err(BlocksError { length, forecasts: of.len(), replications });
    }
    let mut rows = reliability(of, bins, replications, seed);
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut drawn: Vec<Vec<Bin>> = vec![Vec::new(); bins];
    for _ in 0..replications {
        let positions = blocks.draw(of.len(), &mut random);
        let p: Vec<f64> = positions.iter().map(|&i| of.p()[i]).collect();
        let won: Vec<bool> = positions.iter().map(|&i| of.won()[i]).collect();
        let histories = equal_width_bins(&Forecasts { p: &p, won: &won }, bins);
        for (bin, drawn) in histories.into_iter().zip(&mut drawn) {
            // A history without forecasts in the bin says nothing about it.
            drawn.extend((bin.n > 0).then_some(bin));
        }
    }
    for (row, drawn) in rows.iter_mut().zip(&drawn) {
        widen(row, drawn);
    }
    Ok(rows)
}

/// Makes intervals for independent outcomes as wide as those of the drawn ones.
fn widen(row: &mut ReliabilityRow, drawn: &[Bin]) {
    let (Some(mean), Some(rate)) = (row.mean_forecast, row.rate) else { return };
    if let Some((lo, hi)) = percentiles(drawn.iter().map(Bin::rate).collect()) {
        (row.lo, row.hi) = (row.lo.min(lo), row.hi.max(hi));
    }
    let gaps = drawn.iter().map(|bin| bin.rate() - bin.mean_forecast - (rate - mean)).collect();
    if let (Some((lo, hi)), Some(band)) = (percentiles(gaps), row.consistent.as_mut()) {
        *band = (band.0.min(mean + lo).max(0.0), band.1.max(mean + hi).min(1.0));
    }
}
