//! Breakout: buys a close above the highest high of 55 sessions; a stop trails three ATR behind.

use tradebot_domain::Bar;
use tradebot_engine::{BracketSpec, Entry, Holding, Strategy, Wish};
use tradebot_features::operators::{Atr, RollingMax, RollingMin};
use tradebot_features::{Period, PeriodError};

/// The stop trails; target and time limit lie where they hardly ever matter.
const TRAILING: BracketSpec = BracketSpec {
    atr_multiplier: 3.0,
    r_multiple: 20.0,
    stop_min: 0.02,
    stop_max: 0.20,
    max_holding_sessions: 500,
    trailing_atr: Some(3.0),
};

/// Channel of 55 highs and 20 lows, after the channels of R. Donchian.
pub(crate) struct Donchian {
    highs: RollingMax,
    lows: RollingMin,
    atr: Atr,
    /// Highest high and lowest low before this bar.
    channel: Option<(f64, f64)>,
    /// Fraction of equity of an entry.
    equity: f64,
}

impl Donchian {
    /// # Errors
    /// None with these periods.
    pub(crate) fn new(equity: f64) -> Result<Self, PeriodError> {
        let (highs, lows) = (RollingMax::new(Period::new(55)?), RollingMin::new(Period::new(20)?));
        Ok(Self { highs, lows, atr: Atr::new(Period::new(14)?), channel: None, equity })
    }
}

impl Strategy for Donchian {
    fn on_bar(&mut self, bar: &Bar, holding: &Holding) -> Wish {
        let (high, low) = (self.highs.update(bar.high), self.lows.update(bar.low));
        let channel = std::mem::replace(&mut self.channel, high.zip(low));
        let (Some((top, bottom)), Some(atr)) = (channel, self.atr.update(bar)) else {
            return Wish::Stay;
        };
        match holding.is_flat() {
            true if bar.close > top => {
                Wish::Enter(Entry::equity(self.equity).protected(atr, TRAILING))
            }
            false if bar.close < bottom => Wish::Exit,
            _ => Wish::Stay,
        }
    }
}
