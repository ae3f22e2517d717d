//! The level a trailing stop would hang at.

use tradebot_domain::Bar;

use super::extreme::{RollingMax, RollingMin};
use super::has_prices;
use super::memory::{kept_by_wilder, steps_to_forget};
use super::range::Atr;
use crate::parameter::{ParameterError, in_range};
use crate::period::Period;

/// How wrong the first average true range is: a share of the price.
const SEED_ERROR: f64 = 0.25;

/// Chandelier levels: so many average true ranges below the highest high, and above the lowest
/// low, of the last n bars.
///
/// A level of the chart, not of a trade: it may fall. A stop that trails from an entry on and only
/// ever tightens is the business of whoever holds the position.
///
/// **Units:** those of the bar's prices. **Source:** LeBeau's exit as in Elder, *Come Into My
/// Trading Room*, 2002; 22 bars and 3 average true ranges are usual.
#[derive(Debug, Clone)]
pub struct Chandelier {
    highest: RollingMax,
    lowest: RollingMin,
    atr: Atr,
    multiple: f64,
}

/// What [`Chandelier`] says of a bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChandelierReading {
    /// Below the market: where a long position would leave.
    pub long: f64,
    /// Above the market: where a short position would leave.
    pub short: f64,
}

impl Chandelier {
    /// The smallest distance in average true ranges.
    pub const MULTIPLE_MIN: f64 = 0.01;
    /// The largest.
    pub const MULTIPLE_MAX: f64 = 100.0;

    /// Extremes of `lookback` bars, and `multiple` times the ATR over `atr` true ranges.
    ///
    /// # Errors
    /// [`ParameterError`] when `multiple` is not in [`Chandelier::MULTIPLE_MIN`] to
    /// [`Chandelier::MULTIPLE_MAX`].
    pub fn new(lookback: Period, atr: Period, multiple: f64) -> Result<Self, ParameterError> {
        let multiple = in_range("multiple", multiple, Self::MULTIPLE_MIN, Self::MULTIPLE_MAX)?;
        let (highest, lowest) = (RollingMax::new(lookback), RollingMin::new(lookback));
        Ok(Self { highest, lowest, atr: Atr::new(atr), multiple })
    }

    /// Takes the next bar.
    pub fn update(&mut self, bar: &Bar) -> Option<ChandelierReading> {
        if !has_prices(bar) {
            return None;
        }
        let (highest, lowest) = (self.highest.update(bar.high), self.lowest.update(bar.low));
        let distance = self.multiple * self.atr.update(bar)?;
        Some(ChandelierReading { long: highest? - distance, short: lowest? + distance })
    }

    /// Bars without an answer: the longer of `lookback` - 1 and the ATR's.
    pub fn warm_up(&self) -> usize {
        self.highest.warm_up().max(self.atr.warm_up())
    }

    /// The bar, counted from 1, with which it has settled: extremes as soon as they are known, the
    /// distance when what is wrong with it is too small a share of the level.
    pub fn settling(&self) -> usize {
        let kept = kept_by_wilder(self.atr.warm_up() as f64);
        let steps = steps_to_forget(SEED_ERROR * self.multiple, kept);
        self.highest.settling().max(self.atr.warm_up() + 1 + steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_that_is_no_distance_is_refused() {
        let new = |multiple| Chandelier::new(Period::of::<22>(), Period::of::<22>(), multiple);
        for bad in [f64::NAN, f64::INFINITY, 0.0, -3.0, 101.0] {
            assert_eq!(new(bad).unwrap_err().name, "multiple", "{bad}");
        }
        assert_eq!(new(3.0).unwrap().warm_up(), 22);
    }
}
