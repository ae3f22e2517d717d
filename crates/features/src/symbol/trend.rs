//! Distance from means, strength and direction of the trend.

use tradebot_domain::Bar;

use crate::operators::{Adx, Ema, Macd, Rsi, Sma};
use crate::period::Period;
use crate::set::{Feature, Row};

#[derive(Debug, Clone)]
pub(super) struct Trend {
    sma_20: Sma,
    sma_50: Sma,
    sma_200: Sma,
    ema_20: Ema,
    rsi: Rsi,
    macd: Macd,
    adx: Adx,
}

impl Trend {
    pub(super) fn new() -> Self {
        Self {
            sma_20: Sma::new(Period::of::<20>()),
            sma_50: Sma::new(Period::of::<50>()),
            sma_200: Sma::new(Period::of::<200>()),
            ema_20: Ema::new(Period::of::<20>()),
            rsi: Rsi::new(Period::of::<14>()),
            macd: Macd::new(Period::of::<12>(), Period::of::<26>(), Period::of::<9>()),
            adx: Adx::new(Period::of::<14>()),
        }
    }

    /// `atr` is that of the same bar; it makes MACD free of scale.
    pub(super) fn update(&mut self, bar: &Bar, atr: Option<f64>, row: &mut Row) {
        let close = bar.close;
        for (feature, mean) in [
            (Feature::SmaDistance20, self.sma_20.update(close)),
            (Feature::SmaDistance50, self.sma_50.update(close)),
            (Feature::SmaDistance200, self.sma_200.update(close)),
            (Feature::EmaDistance20, self.ema_20.update(close)),
        ] {
            if let Some(mean) = mean {
                row.set(feature, close / mean - 1.0);
            }
        }
        if let Some(rsi) = self.rsi.update(close) {
            row.set(Feature::Rsi14, if self.rsi.has_moved() { rsi } else { 50.0 });
        }
        if let Some((macd, atr)) = self.macd.update(close).zip(atr) {
            row.set(Feature::MacdLine, per_range(macd.line, atr));
            row.set(Feature::MacdHistogram, per_range(macd.histogram, atr));
        }
        self.update_direction(bar, row);
    }

    fn update_direction(&mut self, bar: &Bar, row: &mut Row) {
        if let Some(adx) = self.adx.update(bar) {
            row.set(Feature::Adx14, adx);
        }
        if let Some(di) = self.adx.directional() {
            row.set(Feature::DirectionalDifference14, di.plus - di.minus);
        }
    }
}

/// `distance` in average true ranges; 0 when prices stand still and both are zero.
fn per_range(distance: f64, atr: f64) -> f64 {
    if atr > 0.0 { distance / atr } else { 0.0 }
}
