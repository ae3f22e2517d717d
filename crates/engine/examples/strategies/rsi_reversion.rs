//! Buys weakness inside a bracket: RSI below 30 goes in; stop, target, time or an RSI above 55 out.

use tradebot_domain::Bar;
use tradebot_engine::{BracketSpec, Entry, Holding, Strategy, Wish};
use tradebot_features::operators::{Atr, Rsi};
use tradebot_features::{Period, PeriodError};

/// Two ATR to the stop, three to the target, twenty sessions at most.
const BRACKET: BracketSpec = BracketSpec {
    atr_multiplier: 2.0,
    r_multiple: 1.5,
    stop_min: 0.01,
    stop_max: 0.15,
    max_holding_sessions: 20,
    trailing_atr: None,
};

/// RSI(14) with an ATR(14) bracket.
pub(crate) struct RsiReversion {
    rsi: Rsi,
    atr: Atr,
    /// Fraction of equity of an entry.
    equity: f64,
}

impl RsiReversion {
    /// # Errors
    /// None with these periods.
    pub(crate) fn new(equity: f64) -> Result<Self, PeriodError> {
        let period = Period::new(14)?;
        Ok(Self { rsi: Rsi::new(period), atr: Atr::new(period), equity })
    }
}

impl Strategy for RsiReversion {
    fn on_bar(&mut self, bar: &Bar, holding: &Holding) -> Wish {
        let (Some(rsi), Some(atr)) = (self.rsi.update(bar.close), self.atr.update(bar)) else {
            return Wish::Stay;
        };
        match holding.is_flat() {
            true if rsi < 30.0 => Wish::Enter(Entry::equity(self.equity).protected(atr, BRACKET)),
            false if rsi > 55.0 => Wish::Exit,
            _ => Wish::Stay,
        }
    }
}
