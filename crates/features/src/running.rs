//! The deviations of feature set `v1`: those of the crate `ta`, to the last bit.
//!
//! Models are fitted to the numbers of a feature set, so the arithmetic of a set is as frozen as
//! its formulas. These running sums keep the rounding of all that ever passed, which does not matter
//! at the windows of `v1`; [`StandardDeviation`](crate::operators::StandardDeviation) and
//! [`Bollinger`](crate::operators::Bollinger) do not drift, and a new set takes those.

use ta::Next as _;
use ta::indicators::{BollingerBands, StandardDeviation};

use crate::operators::BollingerReading;
use crate::period::Period;

/// Standard deviation of the last n values (denominator n), first with value n.
#[derive(Debug, Clone)]
pub(crate) struct RunningDeviation {
    period: Period,
    seen: usize,
    deviation: StandardDeviation,
}

impl RunningDeviation {
    pub(crate) fn new(period: Period) -> Self {
        let deviation = StandardDeviation::new(period.get()).expect("a period is at least 1");
        Self { period, seen: 0, deviation }
    }

    pub(crate) fn update(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            return None;
        }
        self.seen = self.period.get().min(self.seen + 1);
        let deviation = self.deviation.next(value);
        (self.seen == self.period.get()).then_some(deviation)
    }
}

/// Mean of the last n values and bands two deviations away from it.
#[derive(Debug, Clone)]
pub(crate) struct RunningBands {
    period: Period,
    seen: usize,
    bands: BollingerBands,
}

impl RunningBands {
    pub(crate) fn new(period: Period, deviations: f64) -> Self {
        let bands = BollingerBands::new(period.get(), deviations).expect("a period is at least 1");
        Self { period, seen: 0, bands }
    }

    pub(crate) fn update(&mut self, value: f64) -> Option<BollingerReading> {
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operators::Bollinger;

    #[test]
    fn at_the_windows_of_the_set_the_drift_is_below_a_part_in_a_billion() {
        let mut running = RunningBands::new(Period::of::<20>(), 2.0);
        let mut exact = Bollinger::new(Period::of::<20>(), 2.0);
        for i in 0..5_000_u32 {
            let close = 100.0 + f64::from(i % 89) + 0.01 * f64::from(i % 7);
            let (running, exact) = (running.update(close), exact.update(close));
            assert_eq!(running.is_some(), exact.is_some());
            if let Some((running, exact)) = running.zip(exact) {
                let apart = (running.deviation - exact.deviation).abs();
                assert!(apart <= 1e-9 * exact.deviation, "bar {i}: {running:?} {exact:?}");
            }
        }
    }
}
