//! Wilder's directional movement: +DM, -DM, +DI, -DI, DX and ADX.

use tradebot_domain::Bar;

use super::average::Wilder;
use super::has_prices;
use super::memory::{kept_by_wilder, steps_to_forget};
use super::range::TrueRange;
use crate::period::Period;

// How wrong the first answers are, as shares of the typical one: Wilder's sums begin a bar short,
// the rarer direction may be missing from them, and each step of the way makes it worse.
const MOVEMENT_ERROR: f64 = 30.0;
const INDICATOR_ERROR: f64 = 50.0;
const INDEX_ERROR: f64 = 120.0;
const AVERAGE_ERROR: f64 = 300.0;

/// Directional indicators, first with bar n + 1.
///
/// Wilder's sums begin as plain sums over bars 2 to n, then S = S - S / n + new.
///
/// **Source:** Wilder 1978; details (ties, empty sums) as TA-Lib.
#[derive(Debug, Clone)]
pub struct Directional {
    period: Period,
    range: TrueRange,
    before: Option<(f64, f64)>,
    moves: usize,
    sums: DirectionalReading,
}

/// What [`Directional`] says of a bar.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct DirectionalReading {
    /// +DI: share of the true range that was upward movement, 0 to 100.
    pub plus: f64,
    /// -DI: share of the true range that was downward movement, 0 to 100.
    pub minus: f64,
    /// True range; in sums, the sum of it.
    range: f64,
}

impl DirectionalReading {
    /// DX: 100 |+DI - -DI| / (+DI + -DI); none when nothing moved in either direction.
    pub fn dx(&self) -> Option<f64> {
        let sum = self.plus + self.minus;
        (sum > 0.0).then(|| 100.0 * (self.plus - self.minus).abs() / sum)
    }
}

impl Directional {
    /// Over `period` bars; 14 is usual.
    pub const fn new(period: Period) -> Self {
        let sums = DirectionalReading { plus: 0.0, minus: 0.0, range: 0.0 };
        Self { period, range: TrueRange::new(), before: None, moves: 0, sums }
    }

    /// Takes the next bar.
    pub fn update(&mut self, bar: &Bar) -> Option<DirectionalReading> {
        if !has_prices(bar) {
            return None;
        }
        let range = self.range.update(bar);
        let (high, low) = self.before.replace((bar.high, bar.low))?;
        let (plus, minus) = movement(bar.high - high, low - bar.low);
        self.add(DirectionalReading { plus, minus, range: range? });
        (self.moves >= self.period.get()).then(|| self.reading())
    }

    fn add(&mut self, new: DirectionalReading) {
        self.moves = self.period.get().min(self.moves + 1);
        let n = self.period.to_f64();
        let kept = if self.moves < self.period.get() { 1.0 } else { 1.0 - 1.0 / n };
        self.sums.plus = self.sums.plus * kept + new.plus;
        self.sums.minus = self.sums.minus * kept + new.minus;
        self.sums.range = self.sums.range * kept + new.range;
    }

    fn reading(&self) -> DirectionalReading {
        let DirectionalReading { plus, minus, range } = self.sums;
        if range <= 0.0 {
            return DirectionalReading::default();
        }
        DirectionalReading { plus: 100.0 * plus / range, minus: 100.0 * minus / range, range }
    }

    /// Bars without an answer: n.
    pub const fn warm_up(&self) -> usize {
        self.period.get()
    }

    /// The bar, counted from 1, with which it has settled.
    pub fn settling(&self) -> usize {
        let kept = kept_by_wilder(self.period.to_f64());
        self.warm_up() + 1 + steps_to_forget(INDICATOR_ERROR, kept)
    }
}

/// +DM and -DM: the larger of the two moves, if it is a move at all; neither on a tie.
fn movement(up: f64, down: f64) -> (f64, f64) {
    if up > down && up > 0.0 {
        (up, 0.0)
    } else if down > up && down > 0.0 {
        (0.0, down)
    } else {
        (0.0, 0.0)
    }
}

/// Directional movement: Wilder's sums of +DM and -DM, first with bar n (bar 2 when n is 1).
///
/// **Source:** Wilder 1978; first bars as TA-Lib.
#[derive(Debug, Clone)]
pub struct DirectionalMovement {
    directional: Directional,
}

/// What [`DirectionalMovement`] says of a bar; in the units of its prices, 0 or more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DirectionalMovementReading {
    /// +DM, summed: how far highs rose.
    pub plus: f64,
    /// -DM, summed: how far lows fell.
    pub minus: f64,
}

impl DirectionalMovement {
    /// Sums over about `period` bars; 14 is usual, 1 is the movement of the bar alone.
    pub const fn new(period: Period) -> Self {
        Self { directional: Directional::new(period) }
    }

    /// Takes the next bar.
    pub fn update(&mut self, bar: &Bar) -> Option<DirectionalMovementReading> {
        if !has_prices(bar) {
            return None;
        }
        // The indicators come one bar after the sums they are made of.
        let _indicators = self.directional.update(bar);
        let Directional { moves, sums, .. } = &self.directional;
        let reading = DirectionalMovementReading { plus: sums.plus, minus: sums.minus };
        (*moves >= self.warm_up()).then_some(reading)
    }

    /// Bars without an answer: n - 1, at least 1.
    pub fn warm_up(&self) -> usize {
        (self.directional.warm_up() - 1).max(1)
    }

    /// The bar, counted from 1, with which it has settled.
    pub fn settling(&self) -> usize {
        let kept = kept_by_wilder(self.directional.period.to_f64());
        self.warm_up() + 1 + steps_to_forget(MOVEMENT_ERROR, kept)
    }
}

/// Directional movement index, first with bar n + 1: [`DirectionalReading::dx`], and the value of
/// the bar before (at first 0) where nothing moved in either direction. With a period of 1 that is
/// every inside bar, and a run of them delays settling.
///
/// **Range:** 0 to 100. **Source:** Wilder 1978; the empty case as TA-Lib.
#[derive(Debug, Clone)]
pub struct Dx {
    directional: Directional,
    latest: f64,
}

impl Dx {
    /// Over `period` bars; 14 is usual.
    pub const fn new(period: Period) -> Self {
        Self { directional: Directional::new(period), latest: 0.0 }
    }

    /// Takes the next bar.
    pub fn update(&mut self, bar: &Bar) -> Option<f64> {
        let reading = self.directional.update(bar)?;
        self.latest = reading.dx().unwrap_or(self.latest);
        Some(self.latest)
    }

    /// Bars without an answer: n.
    pub const fn warm_up(&self) -> usize {
        self.directional.warm_up()
    }

    /// The bar, counted from 1, with which it has settled.
    pub fn settling(&self) -> usize {
        let kept = kept_by_wilder(self.directional.period.to_f64());
        self.warm_up() + 1 + steps_to_forget(INDEX_ERROR, kept)
    }
}

/// Average directional index: Wilder's smoothing of DX, first with bar 2n.
///
/// **Range:** 0 to 100; above 25 is commonly read as a trend, below 20 as none.
#[derive(Debug, Clone)]
pub struct Adx {
    directional: Directional,
    latest: Option<DirectionalReading>,
    mean: Wilder,
}

impl Adx {
    /// Over `period` bars; 14 is usual.
    pub const fn new(period: Period) -> Self {
        Self { directional: Directional::new(period), latest: None, mean: Wilder::new(period) }
    }

    /// Takes the next bar.
    pub fn update(&mut self, bar: &Bar) -> Option<f64> {
        let reading = self.directional.update(bar)?;
        self.latest = Some(reading);
        match (reading.dx(), self.mean.value()) {
            (Some(dx), _) => self.mean.update(dx),
            // As TA-Lib: an empty DX counts as 0 in the seed and leaves the mean alone after it.
            (None, None) => self.mean.update(0.0),
            (None, Some(mean)) => Some(mean),
        }
    }

    /// +DI and -DI of the latest bar, available n - 1 bars before the first ADX.
    pub const fn directional(&self) -> Option<DirectionalReading> {
        self.latest
    }

    /// Bars without an answer: 2n - 1.
    pub const fn warm_up(&self) -> usize {
        self.directional.warm_up() + self.mean.warm_up()
    }

    /// The bar, counted from 1, with which it has settled.
    pub fn settling(&self) -> usize {
        let kept = kept_by_wilder(self.directional.period.to_f64());
        self.warm_up() + 1 + steps_to_forget(AVERAGE_ERROR, kept)
    }
}
