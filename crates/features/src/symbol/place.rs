//! Where the close stands in its day, in its year, in its week; and how busy the day was.

use tradebot_domain::Bar;

use crate::operators::{RollingMax, RollingMin};
use crate::period::Period;
use crate::running::RunningBands;
use crate::set::{Feature, Row};

/// sin(2 pi d / 5) for Monday to Friday; written out, so that no platform's sine differs.
const SINE: [f64; 5] = [
    0.0,
    0.951_056_516_295_153_5,
    0.587_785_252_292_473_1,
    -0.587_785_252_292_473_1,
    -0.951_056_516_295_153_5,
];
/// cos(2 pi d / 5) for Monday to Friday.
const COSINE: [f64; 5] = [
    1.0,
    0.309_016_994_374_947_45,
    -0.809_016_994_374_947_5,
    -0.809_016_994_374_947_5,
    0.309_016_994_374_947_45,
];

#[derive(Debug, Clone)]
pub(super) struct Place {
    highest_252: RollingMax,
    lowest_252: RollingMin,
    volume_60: RunningBands,
}

impl Place {
    pub(super) fn new() -> Self {
        Self {
            highest_252: RollingMax::new(Period::of::<252>()),
            lowest_252: RollingMin::new(Period::of::<252>()),
            volume_60: RunningBands::new(Period::of::<60>(), 1.0),
        }
    }

    pub(super) fn update(&mut self, bar: &Bar, row: &mut Row) {
        if let Some(highest) = self.highest_252.update(bar.high) {
            row.set(Feature::Drawdown252, (bar.close / highest - 1.0).min(0.0));
        }
        if let Some(lowest) = self.lowest_252.update(bar.low) {
            row.set(Feature::Rise252, (bar.close / lowest).ln().max(0.0));
        }
        if let Some(volumes) = self.volume_60.update(bar.volume) {
            row.set(Feature::VolumeZ60, volumes.z(bar.volume).clamp(-7.69, 7.69));
        }
        row.set(Feature::CloseInRange, close_in_range(bar));
        let day = bar.date.date().weekday().to_monday_zero_offset();
        let day = usize::from(day.unsigned_abs()) % 5;
        row.set(Feature::WeekdaySine, SINE[day]);
        row.set(Feature::WeekdayCosine, COSINE[day]);
    }
}

fn close_in_range(bar: &Bar) -> f64 {
    let range = bar.high - bar.low;
    if range > 0.0 { ((bar.close - bar.low) / range).clamp(0.0, 1.0) } else { 0.5 }
}
