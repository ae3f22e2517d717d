//! Standard deviation and Bollinger bands, both with the population's denominator n.
//!
//! Not `ta`'s: its running sums drift, which shows in the fifth digit of a deviation of two closes
//! of an index, and after a fall from 1,900 to 7 in the seventh digit of bands of any length.

use super::moments::RollingMoments;
use crate::parameter::{ParameterError, in_range};
use crate::period::Period;

/// Standard deviation of the last n values (denominator n), first with value n.
///
/// **Cost:** constant time, amortised: one pass over the window after each n values.
#[derive(Debug, Clone)]
pub struct StandardDeviation {
    moments: RollingMoments,
}

impl StandardDeviation {
    /// The deviation of `period` values.
    pub fn new(period: Period) -> Self {
        Self { moments: RollingMoments::new(period) }
    }

    /// Takes the next value.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        self.moments.update(value).map(|moments| moments.deviation())
    }

    /// Values without an answer: n - 1.
    pub const fn warm_up(&self) -> usize {
        self.moments.warm_up()
    }

    /// Settled with the first answer: value n.
    pub const fn settling(&self) -> usize {
        self.warm_up() + 1
    }
}

/// Mean of the last n values and bands k population standard deviations away from it.
///
/// **Cost:** as [`StandardDeviation`].
///
/// **Source:** Bollinger, *Bollinger on Bollinger Bands*, 2001.
#[derive(Debug, Clone)]
pub struct Bollinger {
    moments: RollingMoments,
    deviations: f64,
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
    /// The narrowest bands [`Bollinger::try_new`] allows, in deviations.
    pub const DEVIATIONS_MIN: f64 = 0.01;
    /// The widest.
    pub const DEVIATIONS_MAX: f64 = 100.0;

    /// Bands of a width from configuration.
    ///
    /// # Errors
    /// [`ParameterError`] when `deviations` is not in [`Bollinger::DEVIATIONS_MIN`] to
    /// [`Bollinger::DEVIATIONS_MAX`].
    pub fn try_new(period: Period, deviations: f64) -> Result<Self, ParameterError> {
        in_range("deviations", deviations, Self::DEVIATIONS_MIN, Self::DEVIATIONS_MAX)
            .map(|deviations| Self::new(period, deviations))
    }

    /// Bands `deviations` wide on either side of the mean of `period` values.
    ///
    /// **Range:** `deviations` above 0, fixed in the code; 2 is usual, and stands in for a number
    /// that is not above 0 or not finite.
    pub fn new(period: Period, deviations: f64) -> Self {
        let is_usable = deviations.is_finite() && deviations > 0.0;
        let deviations = if is_usable { deviations } else { 2.0 };
        Self { moments: RollingMoments::new(period), deviations }
    }

    /// Takes the next value.
    pub fn update(&mut self, value: f64) -> Option<BollingerReading> {
        let moments = self.moments.update(value)?;
        let (middle, deviation) = (moments.mean, moments.deviation());
        let width = self.deviations * deviation;
        Some(BollingerReading { upper: middle + width, middle, lower: middle - width, deviation })
    }

    /// Values without an answer: n - 1.
    pub const fn warm_up(&self) -> usize {
        self.moments.warm_up()
    }

    /// Settled with the first answer: value n.
    pub const fn settling(&self) -> usize {
        self.warm_up() + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_series_after_a_lively_one_has_no_deviation_at_all() {
        let mut bands = Bollinger::new(Period::of::<20>(), 2.0);
        for i in 0..40 {
            bands.update(100.0 + f64::from(i % 7));
        }
        let last = (0..60).filter_map(|_| bands.update(103.3)).last().unwrap();
        assert_eq!((last.deviation, last.upper, last.z(103.3)), (0.0, 103.3, 0.0));
    }

    #[test]
    fn a_huge_value_leaves_no_trace_once_it_is_out_of_the_window() {
        let mut deviation = StandardDeviation::new(Period::of::<2>());
        let got = [1e18, 3.0, 5.0, 9.0].map(|value| deviation.update(value));
        assert_eq!(got[2..], [Some(1.0), Some(2.0)]);
    }
}
