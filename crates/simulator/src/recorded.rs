//! The past of a world, symbol by symbol.

use tradebot_domain::{Bar, CorporateAction, Symbol};

use crate::instrument::{Dealt, Instrument};
use crate::market::{Market, Weather};
use crate::world::{World, symbol};

/// One symbol's raw bars and actions, in the order of their dates. Both are empty for a symbol that
/// was not listed by the last day.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The symbol.
    pub symbol: Symbol,
    /// Raw bars, currency per share.
    pub bars: Vec<Bar>,
    /// Splits and dividends, by ex-date.
    pub actions: Vec<CorporateAction>,
}

/// What a world's symbols are judged against, by date.
#[derive(Debug, Clone, PartialEq)]
pub struct Backdrop {
    /// The market as an index, sessions of New York, points.
    pub index: Vec<Bar>,
    /// Expected volatility over a month, sessions of New York, per cent a year.
    pub vix: Vec<Bar>,
    /// US dollars in Canadian ones, sessions of Toronto.
    pub usdcad: Vec<Bar>,
}

/// What all symbols of a world share, worked out once for every day: about 700 bytes a day.
#[derive(Debug, Clone)]
pub struct Shared<'w> {
    world: &'w World,
    weather: Vec<Weather>,
}

impl World {
    /// Works out what all symbols share, so that symbols can be recorded one by one, on any threads.
    pub fn recorded(&self) -> Shared<'_> {
        let mut market = Market::new(self.config().seed);
        let weather = self.days().iter().map(|&day| market.step(day)).collect();
        Shared { world: self, weather }
    }
}

impl Shared<'_> {
    /// The n-th symbol of the world, the first being 1. It does not depend on how many there are,
    /// so there is one for every `n`.
    pub fn symbol(&self, n: u32) -> Recorded {
        let config = self.world.config();
        let mut instrument = Instrument::new(n, config);
        let (mut bars, mut actions) = (Vec::new(), Vec::new());
        for (day, weather) in self.world.days().iter().zip(&self.weather) {
            if let Dealt::Traded(bar, action) = instrument.step(*day, weather) {
                bars.push(bar);
                actions.extend(action);
            }
        }
        Recorded { symbol: symbol(n, config.exchange), bars, actions }
    }

    /// Index, VIX and currency.
    pub fn backdrop(&self) -> Backdrop {
        let of = |series: fn(&Weather) -> Option<Bar>| self.weather.iter().filter_map(series);
        Backdrop {
            index: of(|w| w.index).collect(),
            vix: of(|w| w.vix).collect(),
            usdcad: of(|w| w.usdcad).collect(),
        }
    }
}
