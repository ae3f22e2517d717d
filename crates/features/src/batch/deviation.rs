//! Standard deviations and Bollinger bands of a whole column.

use super::average::fill_warm_up;
use super::check::{are_values, greater, length, sweep};
use super::window::{Block, Blocks};
use super::{BatchError, BollingerColumns, streamed};
use crate::operators::{Bollinger, StandardDeviation};
use crate::period::Period;

/// [`StandardDeviation`] of each value of a column (denominator n); NaN in the first n - 1 cells.
///
/// **Digits:** squares are taken of distances from a value of the same window, so that no level of
/// prices costs digits: the error is below n parts in 10^15.
///
/// # Errors
/// [`BatchError::Length`] when `out` is not as long as `values`.
pub fn standard_deviation(
    values: &[f64],
    period: Period,
    out: &mut [f64],
) -> Result<(), BatchError> {
    length("out", out, values.len())?;
    fill_warm_up(out, period.get() - 1);
    let (mut blocks, share) = (Blocks::<[f64; 2]>::new(period), 1.0 / period.to_f64());
    let is_sound = |chunk| are_values(&values[chunk]);
    let swept = sweep(values.len(), is_sound, |chunk| {
        blocks.advance(values, chunk.end, |block| {
            write_deviations(&block, share, &mut out[block.indices()]);
        });
    });
    if !swept {
        let mut operator = StandardDeviation::new(period);
        streamed::on_values(values, out, |value| operator.update(value));
    }
    Ok(())
}

/// [`Bollinger`] of each value of a column: the mean of the last n values and bands `deviations`
/// population standard deviations away from it; NaN in the first n - 1 cells.
///
/// # Errors
/// [`BatchError::Length`] when a column of `out` is not as long as `values`;
/// [`BatchError::Parameter`] when `deviations` is not in [`Bollinger::DEVIATIONS_MIN`] to
/// [`Bollinger::DEVIATIONS_MAX`].
pub fn bollinger(
    values: &[f64],
    period: Period,
    deviations: f64,
    out: &mut BollingerColumns<'_>,
) -> Result<(), BatchError> {
    let mut operator = Bollinger::try_new(period, deviations)?;
    out.check(values.len())?;
    let mut bands = Bands::new(period, deviations, out);
    let is_sound = |chunk| are_values(&values[chunk]);
    if !sweep(values.len(), is_sound, |chunk| bands.advance(values, chunk.end, out)) {
        streamed::on_values_thrice(values, out.all(), |value| {
            operator.update(value).map(|bands| [bands.upper, bands.middle, bands.lower])
        });
    }
    Ok(())
}

// As functions of their own, with columns one by one, the loops below are known not to write where
// they read, and are run on several cells at once.

#[inline(never)]
fn write_deviations(block: &Block<'_, [f64; 2]>, share: f64, out: &mut [f64]) {
    for (out, [sum, square]) in out.iter_mut().zip(block.totals()) {
        *out = deviation(sum * share, square * share);
    }
}

/// Of the mean and the mean square, both of distances from the same number.
#[inline]
fn deviation(mean: f64, mean_square: f64) -> f64 {
    greater(mean_square - mean * mean, 0.0).sqrt()
}

/// Bands on their way through a column.
#[derive(Debug, Clone)]
pub(super) struct Bands {
    blocks: Blocks<[f64; 2]>,
    factors: Factors,
}

#[derive(Debug, Clone, Copy)]
struct Factors {
    /// 1 / n.
    share: f64,
    deviations: f64,
}

impl Bands {
    /// Writes the empty cells.
    pub(super) fn new(period: Period, deviations: f64, out: &mut BollingerColumns<'_>) -> Self {
        for column in out.all() {
            fill_warm_up(column, period.get() - 1);
        }
        let factors = Factors { share: 1.0 / period.to_f64(), deviations };
        Self { blocks: Blocks::new(period), factors }
    }

    /// Writes the bands of the values before `until`, and of some after them.
    fn advance(&mut self, values: &[f64], until: usize, out: &mut BollingerColumns<'_>) {
        let factors = self.factors;
        self.blocks.advance(values, until, |block| {
            let [upper, middle, lower] = out.cells(block.indices());
            write_bands(&block, factors, upper, middle, lower);
        });
    }

    /// As [`Bands::advance`]; writes one standard deviation as well.
    pub(super) fn advance_with_deviation(
        &mut self,
        values: &[f64],
        until: usize,
        out: &mut BollingerColumns<'_>,
        deviations: &mut [f64],
    ) {
        let factors = self.factors;
        self.blocks.advance(values, until, |block| {
            let [upper, middle, lower] = out.cells(block.indices());
            let deviations = &mut deviations[block.indices()];
            write_bands_and_deviation(&block, factors, upper, middle, lower, deviations);
        });
    }
}

#[inline(never)]
fn write_bands(
    block: &Block<'_, [f64; 2]>,
    factors: Factors,
    upper: &mut [f64],
    middle: &mut [f64],
    lower: &mut [f64],
) {
    let cells = upper.iter_mut().zip(middle).zip(lower);
    for (((upper, middle), lower), [sum, square]) in cells.zip(block.totals()) {
        let apart = sum * factors.share;
        let width = factors.deviations * deviation(apart, square * factors.share);
        let mean = block.pivot + apart;
        (*upper, *middle, *lower) = (mean + width, mean, mean - width);
    }
}

#[inline(never)]
fn write_bands_and_deviation(
    block: &Block<'_, [f64; 2]>,
    factors: Factors,
    upper: &mut [f64],
    middle: &mut [f64],
    lower: &mut [f64],
    deviations: &mut [f64],
) {
    let cells = upper.iter_mut().zip(middle).zip(lower).zip(deviations);
    for ((((upper, middle), lower), out), [sum, square]) in cells.zip(block.totals()) {
        let apart = sum * factors.share;
        let one = deviation(apart, square * factors.share);
        let (mean, width) = (block.pivot + apart, factors.deviations * one);
        (*upper, *middle, *lower, *out) = (mean + width, mean, mean - width, one);
    }
}
