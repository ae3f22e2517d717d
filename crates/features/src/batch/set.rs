//! The usual indicators, all in one pass.

use std::ops::Range;

use super::average::{ExponentialMean, SimpleMeans, fill_warm_up};
use super::check::{are_prices, length, sweep};
use super::deviation::Bands;
use super::directional::Trend;
use super::macd::Divergence;
use super::range::MeanRange;
use super::rsi::Strength;
use super::{
    BatchError, BollingerColumns, MacdColumns, MacdPeriods, PriceColumns, adx, atr, bollinger, ema,
    macd, rsi, sma, standard_deviation,
};
use crate::operators::Bollinger;
use crate::period::Period;

/// Parameters of the eight indicators that are computed together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IndicatorSet {
    /// Of the simple mean of closes.
    pub sma: Period,
    /// Of their exponential mean.
    pub ema: Period,
    /// Of the relative strength index.
    pub rsi: Period,
    /// Of the average true range.
    pub atr: Period,
    /// Of the average directional index.
    pub adx: Period,
    /// Of the standard deviation and of the bands that are made of it.
    pub bands: Period,
    /// Half-width of the bands in deviations, [`Bollinger::DEVIATIONS_MIN`] to
    /// [`Bollinger::DEVIATIONS_MAX`].
    pub deviations: f64,
    /// Of the difference of two exponential means.
    pub macd: MacdPeriods,
}

impl Default for IndicatorSet {
    /// SMA 30, EMA 30, RSI 14, ATR 14, ADX 14, bands 20 and 2, MACD 12, 26 and 9.
    fn default() -> Self {
        Self {
            sma: Period::of::<30>(),
            ema: Period::of::<30>(),
            rsi: Period::of::<14>(),
            atr: Period::of::<14>(),
            adx: Period::of::<14>(),
            bands: Period::of::<20>(),
            deviations: 2.0,
            macd: MacdPeriods::default(),
        }
    }
}

/// Where [`IndicatorSet::compute`] writes: one cell for each bar in every column.
#[derive(Debug)]
pub struct IndicatorColumns<'a> {
    /// As by [`sma`].
    pub sma: &'a mut [f64],
    /// As by [`ema`].
    pub ema: &'a mut [f64],
    /// As by [`rsi`].
    pub rsi: &'a mut [f64],
    /// As by [`atr`].
    pub atr: &'a mut [f64],
    /// As by [`adx`].
    pub adx: &'a mut [f64],
    /// As by [`standard_deviation`].
    pub deviation: &'a mut [f64],
    /// As by [`bollinger`].
    pub bands: BollingerColumns<'a>,
    /// As by [`macd`].
    pub macd: MacdColumns<'a>,
}

impl IndicatorSet {
    /// Computes all indicators in one pass over the prices.
    ///
    /// Each is what its own function gives, but for the last bits. With a gap in the prices they
    /// are computed one by one.
    ///
    /// # Errors
    /// [`BatchError::Length`] when the columns are not all of one length;
    /// [`BatchError::Parameter`] when `deviations` is out of its range.
    pub fn compute(
        &self,
        prices: &PriceColumns<'_>,
        out: &mut IndicatorColumns<'_>,
    ) -> Result<(), BatchError> {
        let _in_range = Bollinger::try_new(self.bands, self.deviations)?;
        out.check(prices)?;
        if self.swept(prices, out).is_some() { Ok(()) } else { self.one_by_one(prices, out) }
    }

    /// `None` when there is a bar with a price that is none, or too few bars for an indicator.
    fn swept(&self, prices: &PriceColumns<'_>, out: &mut IndicatorColumns<'_>) -> Option<()> {
        let close = prices.close;
        let mut sma = SimpleMeans::new(self.sma, out.sma);
        let mut bands = Bands::new(self.bands, self.deviations, &mut out.bands);
        fill_warm_up(out.deviation, self.bands.get() - 1);
        let (mut closes, closes_from) = Closes::start(self, close, out)?;
        let (mut bars, bars_from) = Bars::start(self, prices, out)?;
        let swept = sweep(
            close.len(),
            |chunk| are_prices(prices, chunk),
            |chunk| {
                let from = |first: usize| chunk.start.max(first)..chunk.end.max(first);
                closes.run(close, from(closes_from), out);
                bars.run(prices, from(bars_from), out);
                sma.advance(close, chunk.end, out.sma);
                bands.advance_with_deviation(close, chunk.end, &mut out.bands, out.deviation);
            },
        );
        (swept && bars.trend.has_moved()).then_some(())
    }

    fn one_by_one(
        &self,
        prices: &PriceColumns<'_>,
        out: &mut IndicatorColumns<'_>,
    ) -> Result<(), BatchError> {
        let close = prices.close;
        sma(close, self.sma, out.sma)?;
        ema(close, self.ema, out.ema)?;
        rsi(close, self.rsi, out.rsi)?;
        atr(prices, self.atr, out.atr)?;
        adx(prices, self.adx, out.adx)?;
        standard_deviation(close, self.bands, out.deviation)?;
        bollinger(close, self.bands, self.deviations, &mut out.bands)?;
        macd(close, self.macd, &mut out.macd)
    }
}

impl IndicatorColumns<'_> {
    fn check(&self, prices: &PriceColumns<'_>) -> Result<(), BatchError> {
        let bars = prices.close.len();
        prices.check()?;
        length("sma", self.sma, bars)?;
        length("ema", self.ema, bars)?;
        length("rsi", self.rsi, bars)?;
        length("atr", self.atr, bars)?;
        length("adx", self.adx, bars)?;
        length("deviation", self.deviation, bars)?;
        self.bands.check(bars)?;
        self.macd.check(bars)
    }
}

/// The recursions on closes, side by side: while one waits for its last value, the others work.
#[derive(Debug, Clone)]
struct Closes {
    ema: ExponentialMean,
    strength: Strength,
    divergence: Divergence,
}

impl Closes {
    /// Brings all to the same close; says which is the next.
    fn start(
        set: &IndicatorSet,
        close: &[f64],
        out: &mut IndicatorColumns<'_>,
    ) -> Option<(Self, usize)> {
        let mut ema = ExponentialMean::start(close, set.ema, out.ema)?;
        let mut strength = Strength::start(close, set.rsi, out.rsi)?;
        let mut divergence = Divergence::start(close, set.macd, &mut out.macd)?;
        let next = [set.ema.get(), set.rsi.get() + 1, divergence.warm_up() + 1];
        let from = next.into_iter().fold(0, usize::max);
        ema.run(&close[next[0]..from], &mut out.ema[next[0]..from]);
        strength.run(&close[next[1]..from], &mut out.rsi[next[1]..from]);
        divergence.run(close, next[2]..from, &mut out.macd);
        Some((Self { ema, strength, divergence }, from))
    }

    fn run(&mut self, close: &[f64], range: Range<usize>, out: &mut IndicatorColumns<'_>) {
        let cells = out.ema[range.clone()].iter_mut().zip(&mut out.rsi[range.clone()]);
        let cells = cells.zip(out.macd.cells(range.clone()));
        let mut here = self.clone(); // in registers
        for (close, ((ema, rsi), [line, signal, histogram])) in close[range].iter().zip(cells) {
            *ema = here.ema.step(*close);
            *rsi = here.strength.step(*close);
            (*line, *signal, *histogram) = here.divergence.step(*close);
        }
        *self = here;
    }
}

/// The recursions on bars, side by side.
#[derive(Debug, Clone)]
struct Bars {
    range: MeanRange,
    trend: Trend,
}

impl Bars {
    /// Brings both to the same bar; says which is the next.
    fn start(
        set: &IndicatorSet,
        prices: &PriceColumns<'_>,
        out: &mut IndicatorColumns<'_>,
    ) -> Option<(Self, usize)> {
        let mut range = MeanRange::start(prices, set.atr, out.atr)?;
        let mut trend = Trend::start(prices, set.adx, out.adx)?;
        let next = [set.atr.get() + 1, 2 * set.adx.get()];
        let from = next[0].max(next[1]);
        for (out, pair) in out.atr[next[0]..from].iter_mut().zip(prices.pairs(next[0]..from)) {
            *out = range.step(pair.true_range());
        }
        trend.run(prices.pairs(next[1]..from), &mut out.adx[next[1]..from]);
        Some((Self { range, trend }, from))
    }

    fn run(
        &mut self,
        prices: &PriceColumns<'_>,
        range: Range<usize>,
        out: &mut IndicatorColumns<'_>,
    ) {
        let pairs = prices.pairs(range.clone());
        let cells = out.atr[range.clone()].iter_mut().zip(&mut out.adx[range]);
        let mut here = self.clone(); // in registers
        for ((atr, adx), pair) in cells.zip(pairs) {
            let range = pair.true_range();
            *atr = here.range.step(range);
            *adx = here.trend.step(&pair, range);
        }
        *self = here;
    }
}
