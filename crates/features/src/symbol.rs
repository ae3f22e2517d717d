//! The row of features of one symbol.

use tradebot_domain::Bar;

use crate::market::MarketContext;
use crate::set::Row;

mod momentum;
mod trend;
mod volatility;
mod place;
mod context;

use context::Context;
use momentum::Momentum;
use place::Place;
use trend::Trend;
use volatility::Volatility;

/// Prices and volumes outside these bounds are no market data; inside them every feature is finite.
const PRICE_MIN: f64 = 1e-9;
const PRICE_MAX: f64 = 1e12;
const VOLUME_MAX: f64 = 1e18;

/// Every price and the volume are numbers that features can be made of.
pub(crate) fn is_usable(bar: &Bar) -> bool {
    [bar.open, bar.high, bar.low, bar.close]
        .iter()
        .all(|price| (PRICE_MIN..=PRICE_MAX).contains(price))
        && (0.0..=VOLUME_MAX).contains(&bar.volume)
}

/// Features of one symbol, one bar at a time, after [`SymbolFeatures::WARM_UP`] bars.
///
/// **Cost:** no allocation after construction; some 25 operators in constant time and one
/// percentile that looks through its window.
#[derive(Debug, Clone)]
pub struct SymbolFeatures {
    bars_seen: u32,
    momentum: Momentum,
    volatility: Volatility,
    trend: Trend,
    place: Place,
    context: Context,
    row: Row,
}

impl Default for SymbolFeatures {
    fn default() -> Self {
        Self::new()
    }
}

impl SymbolFeatures {
    /// Bars until the first row, that bar included: one year. From then on a row is, below three
    /// parts in a million, what an instance that has seen all history would say.
    pub const WARM_UP: u32 = 252;

    /// Knows no bar yet.
    pub fn new() -> Self {
        Self {
            bars_seen: 0,
            momentum: Momentum::new(),
            volatility: Volatility::new(),
            trend: Trend::new(),
            place: Place::new(),
            context: Context::new(),
            row: Row::new(),
        }
    }

    /// Takes the next continuous bar and the session's market context.
    ///
    /// **Shape:** the order of [`crate::feature_names`].
    ///
    /// **Edges:** `None` while warming up, and for a bar that has a price or volume no market
    /// quotes (NaN, zero price, negative volume): that leaves the state as it was. Without a
    /// context the features of the market take the values of [`MarketContext::NEUTRAL`];
    /// correlation (0) and beta (1) are neutral until 60 sessions had one.
    pub fn update(&mut self, bar: &Bar, market: Option<&MarketContext>) -> Option<&[f64]> {
        if !is_usable(bar) {
            return None;
        }
        self.bars_seen = self.bars_seen.saturating_add(1);
        let row = &mut self.row;
        let return_1 = self.momentum.update(bar, row);
        self.volatility.update(bar, return_1, row);
        self.trend.update(bar, self.volatility.atr(), row);
        self.place.update(bar, row);
        self.context.update(return_1, market, row);
        (self.bars_seen >= Self::WARM_UP).then(|| self.row.values())
    }

    /// ATR(14) of the latest bar, in the units of the bars given.
    pub fn atr(&self) -> Option<f64> {
        self.volatility.atr()
    }

    /// Usable bars so far.
    pub const fn bars_seen(&self) -> u32 {
        self.bars_seen
    }
}
