//! The average directional index of whole columns.

use std::hint::select_unpredictable;

use super::average::fill_warm_up;
use super::check::{are_prices, greater, lesser, sweep};
use super::range::true_range;
use super::recursion::Recursion;
use super::{BatchError, PriceColumns, streamed};
use crate::operators::Adx;
use crate::period::Period;

/// [`Adx`] of each bar; NaN in the first 2n - 1 cells.
///
/// **Range:** 0 to 100.
///
/// **Cost:** columns in which nothing moved for n bars in a row from the first on are left to the
/// streaming operator, which knows what to do then and is slower.
///
/// # Errors
/// [`BatchError::Length`] when the columns are not all of one length.
pub fn adx(prices: &PriceColumns<'_>, period: Period, out: &mut [f64]) -> Result<(), BatchError> {
    prices.check_with("out", out)?;
    if swept(prices, period, out).is_none() {
        let mut operator = Adx::new(period);
        streamed::on_bars(prices, out, |bar| operator.update(bar));
    }
    Ok(())
}

fn swept(prices: &PriceColumns<'_>, period: Period, out: &mut [f64]) -> Option<()> {
    let mut trend = Trend::start(prices, period, out)?;
    let first = 2 * period.get();
    let swept = sweep(
        prices.close.len(),
        |chunk| are_prices(prices, chunk),
        |chunk| {
            let rest = chunk.start.max(first)..chunk.end.max(first);
            trend.run(prices.pairs(rest.clone()), &mut out[rest]);
        },
    );
    (swept && trend.has_moved()).then_some(())
}

/// A bar and what it needs to know of the one before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) high: f64,
    pub(super) low: f64,
    pub(super) high_before: f64,
    pub(super) low_before: f64,
    pub(super) close_before: f64,
}

impl Pair {
    #[inline]
    pub(super) fn true_range(&self) -> f64 {
        true_range(self.high, self.low, self.close_before)
    }

    /// +DM and -DM: the larger of the two moves, if it is a move at all; neither on a tie.
    #[inline]
    fn movement(&self) -> (f64, f64) {
        let (up, down) = (self.high - self.high_before, self.low_before - self.low);
        let (rise, fall) = (greater(up, 0.0), greater(down, 0.0));
        (select_unpredictable(up > down, rise, 0.0), select_unpredictable(down > up, fall, 0.0))
    }
}

/// Wilder's sums and the mean of DX on their way through columns.
#[derive(Debug, Clone)]
pub(super) struct Trend {
    plus: Recursion,
    minus: Recursion,
    range: Recursion,
    mean: Recursion,
    /// 100 / n.
    share: f64,
    /// The least that one of the sums has been, of those a DX was made of.
    least: f64,
}

impl Trend {
    /// Seeded by the first 2n bars; writes their cells. `None` as well when there was a bar
    /// without a DX among them.
    pub(super) fn start(
        prices: &PriceColumns<'_>,
        period: Period,
        out: &mut [f64],
    ) -> Option<Self> {
        let (n, count) = (period.get(), period.to_f64());
        if out.len() < 2 * n {
            return None;
        }
        let sum = || Recursion::new(1.0, 0.0);
        let (plus, minus, range) = (sum(), sum(), sum());
        let (share, least) = (100.0 / count, f64::INFINITY);
        let mut trend = Self { plus, minus, range, mean: sum(), share, least };
        for pair in prices.pairs(1..n) {
            trend.add(&pair, pair.true_range());
        }
        for sum in [&mut trend.plus, &mut trend.minus, &mut trend.range] {
            *sum = Recursion::new(1.0 - 1.0 / count, sum.value());
        }
        for pair in prices.pairs(n..2 * n) {
            let _so_far = trend.step(&pair, pair.true_range());
        }
        let mean = trend.mean.value();
        trend.mean = Recursion::new((count - 1.0) / count, mean);
        fill_warm_up(out, 2 * n - 1);
        out[2 * n - 1] = mean;
        trend.has_moved().then_some(trend)
    }

    /// Takes the next bars and writes their indices.
    pub(super) fn run(&mut self, pairs: impl Iterator<Item = Pair>, out: &mut [f64]) {
        let mut here = self.clone(); // in registers
        for (out, pair) in out.iter_mut().zip(pairs) {
            *out = here.step(&pair, pair.true_range());
        }
        *self = here;
    }

    /// Takes the next bar and its true range.
    #[inline]
    pub(super) fn step(&mut self, pair: &Pair, range: f64) -> f64 {
        let [plus, minus, range] = self.add(pair, range);
        let sum = plus + minus;
        self.least = lesser(self.least, lesser(sum, range));
        self.mean.step(self.share * (plus - minus).abs() / sum)
    }

    #[inline]
    fn add(&mut self, pair: &Pair, range: f64) -> [f64; 3] {
        let (plus, minus) = pair.movement();
        [self.plus.step(plus), self.minus.step(minus), self.range.step(range)]
    }

    /// Every bar so far had a DX: there was movement in some direction, and a range.
    pub(super) const fn has_moved(&self) -> bool {
        self.least > 0.0
    }
}
