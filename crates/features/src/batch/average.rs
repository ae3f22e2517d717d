//! Means of a whole column: simple and exponential.

use super::check::{are_values, length, sweep};
use super::recursion::Recursion;
use super::window::{Block, Blocks};
use super::{BatchError, streamed};
use crate::operators::{Ema, Sma};
use crate::period::Period;

/// [`Sma`] of each value of a column; NaN in the first n - 1 cells.
///
/// **Digits:** each mean is the sum of its own n values; nothing is carried on from those before,
/// which the streaming operator does.
///
/// # Errors
/// [`BatchError::Length`] when `out` is not as long as `values`.
pub fn sma(values: &[f64], period: Period, out: &mut [f64]) -> Result<(), BatchError> {
    length("out", out, values.len())?;
    let mut means = SimpleMeans::new(period, out);
    let is_sound = |chunk| are_values(&values[chunk]);
    if !sweep(values.len(), is_sound, |chunk| means.advance(values, chunk.end, out)) {
        let mut operator = Sma::new(period);
        streamed::on_values(values, out, |value| operator.update(value));
    }
    Ok(())
}

/// Simple means on their way through a column.
#[derive(Debug, Clone)]
pub(super) struct SimpleMeans {
    blocks: Blocks<f64>,
    share: f64,
}

impl SimpleMeans {
    /// Writes the empty cells.
    pub(super) fn new(period: Period, out: &mut [f64]) -> Self {
        fill_warm_up(out, period.get() - 1);
        Self { blocks: Blocks::new(period), share: 1.0 / period.to_f64() }
    }

    /// Writes the means of the values before `until`, and of some after them.
    pub(super) fn advance(&mut self, values: &[f64], until: usize, out: &mut [f64]) {
        let share = self.share;
        self.blocks.advance(values, until, |block| {
            write_means(&block, share, &mut out[block.indices()]);
        });
    }
}

// As a function of its own, this loop is known not to write where it reads.
#[inline(never)]
fn write_means(block: &Block<'_, f64>, share: f64, out: &mut [f64]) {
    for (out, sum) in out.iter_mut().zip(block.totals()) {
        *out = sum * share;
    }
}

/// [`Ema`] of each value of a column; NaN in the first n - 1 cells.
///
/// # Errors
/// [`BatchError::Length`] when `out` is not as long as `values`.
pub fn ema(values: &[f64], period: Period, out: &mut [f64]) -> Result<(), BatchError> {
    length("out", out, values.len())?;
    if swept_ema(values, period, out).is_none() {
        let mut operator = Ema::new(period);
        streamed::on_values(values, out, |value| operator.update(value));
    }
    Ok(())
}

/// `None` when a value is not finite, or there are too few.
fn swept_ema(values: &[f64], period: Period, out: &mut [f64]) -> Option<()> {
    let mut mean = ExponentialMean::start(values, period, out)?;
    let rest = period.get()..values.len();
    mean.run(&values[rest.clone()], &mut out[rest]);
    // What is not finite never leaves a recursion again.
    mean.mean.value().is_finite().then_some(())
}

/// An exponential mean on its way through a column.
#[derive(Debug, Clone)]
pub(super) struct ExponentialMean {
    share: f64,
    mean: Recursion,
}

impl ExponentialMean {
    /// Seeded by the first n values; writes the cells up to that of value n.
    pub(super) fn start(values: &[f64], period: Period, out: &mut [f64]) -> Option<Self> {
        let n = period.get();
        let seed = mean(values.get(..n)?);
        fill_warm_up(out, n - 1);
        out[n - 1] = seed;
        let share = 2.0 / (period.to_f64() + 1.0);
        Some(Self { share, mean: Recursion::new(1.0 - share, seed) })
    }

    /// Takes the next value.
    #[inline]
    pub(super) fn step(&mut self, value: f64) -> f64 {
        self.mean.step(self.share * value)
    }

    /// Takes the next values and writes their means.
    pub(super) fn run(&mut self, values: &[f64], out: &mut [f64]) {
        let share = self.share;
        let (fours, rest) = values.as_chunks::<4>();
        let (out, out_rest) = out.as_chunks_mut();
        self.mean.run(fours.iter().map(|four| four.map(|value| share * value)), out);
        for (out, value) in out_rest.iter_mut().zip(rest) {
            *out = self.step(*value);
        }
    }
}

/// The mean of a seed's values, in order.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Empties the first `cells`, or all when there are fewer.
pub(super) fn fill_warm_up(out: &mut [f64], cells: usize) {
    let cells = cells.min(out.len());
    out[..cells].fill(f64::NAN);
}
