//! The rows of a reliability diagram.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng as _;
use serde::{Deserialize, Serialize};

use super::Forecasts;
use super::binned::equal_width_bins;
use super::significance::simulated_outcomes;
use crate::posterior::BetaPosterior;

/// One bin of a reliability diagram.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReliabilityRow {
    /// Lower border of the bin.
    pub from: f64,
    /// Upper border.
    pub until: f64,
    /// Forecasts in it.
    pub n: usize,
    /// Wins among them.
    pub wins: usize,
    /// Mean probability; none for an empty bin.
    pub mean_forecast: Option<f64>,
    /// Share of wins; none for an empty bin.
    pub rate: Option<f64>,
    /// 5 % quantile of the chance of a win, Beta(2,2) before the outcomes.
    pub lo: f64,
    /// 95 % quantile.
    pub hi: f64,
    /// Consistency band: 5 % and 95 % quantiles of the share of wins if every probability in the
    /// bin were right; none for an empty bin.
    pub consistent: Option<(f64, f64)>,
}

/// The diagram on `bins` bins of equal width. The consistency band comes from `simulations`
/// resamplings of the outcomes (none when 0); the same seed gives the same band.
///
/// Intervals and band take outcomes for independent; for overlapping ones take
/// [`reliability_blocks`](super::reliability_blocks).
///
/// **Source:** Broecker and Smith, Weather and Forecasting 22 (2007), for the band.
pub fn reliability(
    of: &Forecasts<'_>,
    bins: usize,
    simulations: u32,
    seed: u64,
) -> Vec<ReliabilityRow> {
    let bands = consistency(of, bins, simulations, seed);
    let width = 1.0 / bins as f64;
    equal_width_bins(of, bins)
        .iter()
        .zip(bands)
        .enumerate()
        .map(|(index, (bin, consistent))| {
            let (wins, losses) = (bin.wins as f64, (bin.n - bin.wins) as f64);
            let (lo, hi) = BetaPosterior::ROOT.updated(wins, losses).interval(0.05);
            let filled = bin.n > 0;
            ReliabilityRow {
                from: index as f64 * width,
                until: (index + 1) as f64 * width,
                n: bin.n,
                wins: bin.wins,
                mean_forecast: filled.then_some(bin.mean_forecast),
                rate: filled.then(|| bin.rate()),
                lo,
                hi,
                consistent: consistent.filter(|_| filled),
            }
        })
        .collect()
}

/// Per bin, the 5 % and 95 % quantiles of simulated shares of wins.
fn consistency(
    of: &Forecasts<'_>,
    bins: usize,
    simulations: u32,
    seed: u64,
) -> Vec<Option<(f64, f64)>> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut rates = vec![Vec::new(); bins];
    for _ in 0..simulations {
        let won = simulated_outcomes(of.p(), &mut random);
        for (bin, rates) in
            equal_width_bins(&Forecasts { p: of.p(), won: &won }, bins).iter().zip(&mut rates)
        {
            rates.push(bin.rate());
        }
    }
    rates.into_iter().map(percentiles).collect()
}

/// The values at the ranks `ceil(5 % n)` and `ceil(95 % n)`; none of none.
pub(super) fn percentiles(mut values: Vec<f64>) -> Option<(f64, f64)> {
    values.sort_by(f64::total_cmp);
    let at = |percent: usize| values.get((values.len() * percent).div_ceil(100).max(1) - 1);
    Some((*at(5)?, *at(95)?))
}
