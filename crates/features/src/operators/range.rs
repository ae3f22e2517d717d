//! True range and its averages.

use tradebot_domain::Bar;

use super::average::Wilder;
use super::has_prices;
use crate::period::Period;

/// True range: max(high, close before) - min(low, close before); first with bar 2.
///
/// **Units:** those of the bar's prices.
#[derive(Debug, Clone, Default)]
pub struct TrueRange {
    close_before: Option<f64>,
}

impl TrueRange {
    /// Knows no bar yet.
    pub const fn new() -> Self {
        Self { close_before: None }
    }

    /// Takes the next bar.
    pub fn update(&mut self, bar: &Bar) -> Option<f64> {
        if !has_prices(bar) {
            return None;
        }
        let before = self.close_before.replace(bar.close)?;
        Some(bar.high.max(before) - bar.low.min(before))
    }

    /// Bars without an answer: 1.
    pub const fn warm_up(&self) -> usize {
        1
    }

    /// Settled with the first answer: bar 2.
    pub const fn settling(&self) -> usize {
        self.warm_up() + 1
    }
}

/// Average true range in Wilder's smoothing, seeded by the mean of the first n true ranges.
///
/// **Units:** those of the bar's prices. **Source:** Wilder 1978.
#[derive(Debug, Clone)]
pub struct Atr {
    range: TrueRange,
    mean: Wilder,
}

impl Atr {
    /// Over `period` true ranges; 14 is usual.
    pub const fn new(period: Period) -> Self {
        Self { range: TrueRange::new(), mean: Wilder::new(period) }
    }

    /// Takes the next bar.
    pub fn update(&mut self, bar: &Bar) -> Option<f64> {
        let range = self.range.update(bar)?;
        self.mean.update(range)
    }

    /// The latest answer again.
    pub fn value(&self) -> Option<f64> {
        self.mean.value()
    }

    /// Bars without an answer: n.
    pub const fn warm_up(&self) -> usize {
        self.mean.warm_up() + self.range.warm_up()
    }

    /// The bar, counted from 1, with which it has settled.
    pub fn settling(&self) -> usize {
        self.mean.settling() + self.range.warm_up()
    }
}

/// Average true range in percent of the close.
#[derive(Debug, Clone)]
pub struct Natr {
    atr: Atr,
}

impl Natr {
    /// Over `period` true ranges; 14 is usual.
    pub const fn new(period: Period) -> Self {
        Self { atr: Atr::new(period) }
    }

    /// Takes the next bar.
    pub fn update(&mut self, bar: &Bar) -> Option<f64> {
        self.atr.update(bar).map(|atr| 100.0 * atr / bar.close)
    }

    /// Bars without an answer: n.
    pub const fn warm_up(&self) -> usize {
        self.atr.warm_up()
    }

    /// The bar, counted from 1, with which it has settled.
    pub fn settling(&self) -> usize {
        self.atr.settling()
    }
}
