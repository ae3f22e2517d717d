//! How far prices move, now and against the recent past.

use tradebot_domain::Bar;

use crate::operators::ewma::SESSIONS_PER_YEAR;
use crate::operators::{Atr, MidRankPercentile, TrueRange, Window};
use crate::period::Period;
use crate::running::{RunningBands, RunningDeviation};
use crate::set::{Feature, Row};

#[derive(Debug, Clone)]
pub(super) struct Volatility {
    atr: Atr,
    range: TrueRange,
    ranges_14: Window,
    range_rank: MidRankPercentile,
    deviation_20: RunningDeviation,
    deviation_60: RunningDeviation,
    bands_20: RunningBands,
}

impl Volatility {
    pub(super) fn new() -> Self {
        Self {
            atr: Atr::new(Period::of::<14>()),
            range: TrueRange::new(),
            ranges_14: Window::new(Period::of::<14>()),
            // The first of 252 bars has no true range, and 14 of them make the first mean.
            range_rank: MidRankPercentile::new(Period::of::<{ 252 - 14 }>()),
            deviation_20: RunningDeviation::new(Period::of::<20>()),
            deviation_60: RunningDeviation::new(Period::of::<60>()),
            bands_20: RunningBands::new(Period::of::<20>(), 2.0),
        }
    }

    pub(super) fn atr(&self) -> Option<f64> {
        self.atr.value()
    }

    pub(super) fn update(&mut self, bar: &Bar, return_1: Option<f64>, row: &mut Row) {
        if let Some(atr) = self.atr.update(bar) {
            row.set(Feature::AtrFraction14, atr / bar.close);
        }
        if let Some(rank) = self.update_range_rank(bar) {
            row.set(Feature::AtrPercentile252, rank);
        }
        if let Some(change) = return_1 {
            self.update_deviations(change, row);
        }
        if let Some(bands) = self.bands_20.update(bar.close) {
            // Rounding may carry a value that is alone in its window past the bound.
            row.set(Feature::BollingerZ20, bands.z(bar.close).clamp(-4.36, 4.36));
            row.set(Feature::BollingerWidth20, (bands.upper - bands.lower) / bands.middle);
        }
    }

    /// Summed afresh, in order: equal ranges must give equal means for ties to be ties.
    fn update_range_rank(&mut self, bar: &Bar) -> Option<f64> {
        let range = self.range.update(bar)?;
        self.ranges_14.push(range);
        if !self.ranges_14.is_full() {
            return None;
        }
        let mean = self.ranges_14.iter().sum::<f64>() / 14.0;
        self.range_rank.update(mean / bar.close)
    }

    fn update_deviations(&mut self, change: f64, row: &mut Row) {
        let short = self.deviation_20.update(change);
        let long = self.deviation_60.update(change);
        if let Some((short, long)) = short.zip(long) {
            let year = SESSIONS_PER_YEAR.sqrt();
            row.set(Feature::Volatility20, year * short);
            row.set(Feature::Volatility60, year * long);
            row.set(Feature::VolatilityRatio2060, ratio(short, long));
        }
    }
}

/// The window of 20 lies in that of 60, so the ratio is at most sqrt(3).
fn ratio(short: f64, long: f64) -> f64 {
    /// Below a deviation of a millionth of a percent there is only rounding.
    const FLAT: f64 = 1e-8;
    if long > FLAT { (short / long).min(1.74) } else { 1.0 }
}
