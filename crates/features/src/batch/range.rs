//! The average true range of whole columns.

use std::array;
use std::ops::Range;

use super::average::fill_warm_up;
use super::check::{are_prices, greater, lesser, sweep};
use super::recursion::Recursion;
use super::{BatchError, PriceColumns, streamed};
use crate::operators::Atr;
use crate::period::Period;

/// [`Atr`] of each bar; NaN in the first n cells. Units: those of the prices.
///
/// # Errors
/// [`BatchError::Length`] when the columns are not all of one length.
pub fn atr(prices: &PriceColumns<'_>, period: Period, out: &mut [f64]) -> Result<(), BatchError> {
    prices.check_with("out", out)?;
    if swept(prices, period, out).is_none() {
        let mut operator = Atr::new(period);
        streamed::on_bars(prices, out, |bar| operator.update(bar));
    }
    Ok(())
}

/// `None` when there is a price that is none, or too few bars.
fn swept(prices: &PriceColumns<'_>, period: Period, out: &mut [f64]) -> Option<()> {
    let mut mean = MeanRange::start(prices, period, out)?;
    let first = period.get() + 1;
    let swept = sweep(
        prices.close.len(),
        |chunk| are_prices(prices, chunk),
        |chunk| mean.run(prices, chunk.start.max(first)..chunk.end.max(first), out),
    );
    swept.then_some(())
}

/// An average true range on its way through columns.
#[derive(Debug, Clone)]
pub(super) struct MeanRange {
    share: f64,
    mean: Recursion,
}

impl MeanRange {
    /// Seeded by the first n ranges; writes the cells up to that of the bar that ends them.
    pub(super) fn start(
        prices: &PriceColumns<'_>,
        period: Period,
        out: &mut [f64],
    ) -> Option<Self> {
        let (n, count) = (period.get(), period.to_f64());
        let bars = prices.high.get(1..=n)?.iter().zip(&prices.low[1..]).zip(prices.close);
        let sum: f64 = bars.map(|((high, low), before)| true_range(*high, *low, *before)).sum();
        fill_warm_up(out, n);
        out[n] = sum / count;
        let mean = Recursion::new((count - 1.0) / count, out[n]);
        Some(Self { share: 1.0 / count, mean })
    }

    /// Takes the bars of `range`, each with the close before it, and writes their averages.
    fn run(&mut self, prices: &PriceColumns<'_>, range: Range<usize>, out: &mut [f64]) {
        let (high, high_rest) = prices.high[range.clone()].as_chunks::<4>();
        let (low, low_rest) = prices.low[range.clone()].as_chunks::<4>();
        let (before, before_rest) = prices.close[range.start - 1..range.end - 1].as_chunks::<4>();
        let share = self.share;
        let ranges = high.iter().zip(low).zip(before).map(|((high, low), before)| {
            array::from_fn(|i| share * true_range(high[i], low[i], before[i]))
        });
        let (out, out_rest) = out[range].as_chunks_mut();
        self.mean.run(ranges, out);
        let rest = high_rest.iter().zip(low_rest).zip(before_rest);
        for (out, ((high, low), before)) in out_rest.iter_mut().zip(rest) {
            *out = self.step(true_range(*high, *low, *before));
        }
    }

    /// Takes the next true range.
    #[inline]
    pub(super) fn step(&mut self, range: f64) -> f64 {
        self.mean.step(self.share * range)
    }
}

/// True range of finite prices, with the close of the bar before.
#[inline]
pub(super) fn true_range(high: f64, low: f64, before: f64) -> f64 {
    greater(high, before) - lesser(low, before)
}
