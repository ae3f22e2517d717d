//! Wilder's directional movement: +DI, -DI, DX and ADX.

use tradebot_domain::Bar;

use super::average::Wilder;
use super::has_prices;
use super::range::TrueRange;
use crate::period::Period;

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
}
