//! Standard deviation and Bollinger bands, both with the population's denominator n.

use ta::Next as _;
use ta::indicators::{BollingerBands, StandardDeviation as Deviation};

use crate::period::Period;

/// Standard deviation of the last n values (denominator n), first with value n.
#[derive(Debug, Clone)]
pub struct StandardDeviation {
    period: Period,
    seen: usize,
    deviation: Deviation,
}

impl StandardDeviation {
    /// The deviation of `period` values.
    pub fn new(period: Period) -> Self {
        let deviation = Deviation::new(period.get()).expect("a period is at least 1");
        Self { period, seen: 0, deviation }
    }

    /// Takes the next value.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            return None;
        }
        self.seen = self.period.get().min(self.seen + 1);
        let deviation = self.deviation.next(value);
        (self.seen == self.period.get()).then_some(deviation)
    }

    /// Values without an answer: n - 1.
    pub const fn warm_up(&self) -> usize {
        self.period.get() - 1
    }
}

/// Mean of the last n values and bands k population standard deviations away from it.
#[derive(Debug, Clone)]
pub struct Bollinger {
    period: Period,
    seen: usize,
    bands: BollingerBands,
}

/// What [`Bollinger`] says of a bar; all in the units of its input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BollingerReading {
    /// Mean + k deviations.
    pub upper: f64,
    /// Mean.
    pub middle: f64,
    /// Mean - k deviations.
    pub lower: f64,
    /// One standard deviation.
    pub deviation: f64,
}

/// A deviation below this share of the mean is rounding noise of a constant series.
const FLAT: f64 = 1e-9;

impl BollingerReading {
    /// Distance of `value` from the mean in standard deviations; 0 when the series is flat.
    ///
    /// **Range:** a value that is itself in the window of n lies within +- sqrt(n - 1).
    pub fn z(&self, value: f64) -> f64 {
        if self.deviation <= FLAT * self.middle.abs() {
            return 0.0;
        }
        (value - self.middle) / self.deviation
    }
}

impl Bollinger {
    /// Bands `deviations` wide on either side of the mean of `period` values.
    ///
    /// **Range:** `deviations` above 0; 2 is usual.
    pub fn new(period: Period, deviations: f64) -> Self {
        let bands = BollingerBands::new(period.get(), deviations).expect("a period is at least 1");
        Self { period, seen: 0, bands }
    }

    /// Takes the next value.
    pub fn update(&mut self, value: f64) -> Option<BollingerReading> {
        if !value.is_finite() {
            return None;
        }
        self.seen = self.period.get().min(self.seen + 1);
        let bands = self.bands.next(value);
        (self.seen == self.period.get()).then(|| BollingerReading {
            upper: bands.upper,
            middle: bands.average,
            lower: bands.lower,
            deviation: (bands.upper - bands.lower) / (2.0 * self.bands.multiplier()),
        })
    }

    /// Values without an answer: n - 1.
    pub const fn warm_up(&self) -> usize {
        self.period.get() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_series_after_a_lively_one_is_no_standard_deviations_from_its_mean() {
        let mut bands = Bollinger::new(Period::of::<20>(), 2.0);
        for i in 0..40 {
            bands.update(100.0 + f64::from(i % 7));
        }
        let last = (0..60).filter_map(|_| bands.update(103.3)).last().unwrap();
        assert_eq!(last.z(103.3), 0.0, "deviation {}", last.deviation);
    }
}
