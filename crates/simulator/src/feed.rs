//! A world as it happens: one session at a time, and none of the past kept.

use std::slice::Iter;

use tradebot_domain::{Exchange, Feed, SessionData, Symbol};

use crate::instrument::{Dealt, Instrument};
use crate::market::Market;
use crate::world::{Day, World, symbol};

/// Hands out the sessions of a world in the order of the calendar.
///
/// - **Days:** sessions of New York, where the context index is, and of the symbols' exchange.
/// - **Memory:** a few hundred bytes a symbol, however many sessions there are.
/// - **Order:** bars, actions and listings stand in symbol order, whatever came or went.
#[derive(Debug, Clone)]
pub struct WorldFeed<'w> {
    days: Iter<'w, Day>,
    exchange: Exchange,
    market: Market,
    lanes: Vec<Lane>,
    vix: Option<f64>,
}

#[derive(Debug, Clone)]
struct Lane {
    symbol: Symbol,
    instrument: Instrument,
    missed: u32,
}

impl World {
    /// The world from its first day.
    pub fn feed(&self) -> WorldFeed<'_> {
        let config = self.config();
        let lane = |n| Lane {
            symbol: symbol(n, config.exchange),
            instrument: Instrument::new(n, config),
            missed: 0,
        };
        WorldFeed {
            days: self.days().iter(),
            exchange: config.exchange,
            market: Market::new(config.seed),
            lanes: (1..=config.symbols).map(lane).collect(),
            vix: None,
        }
    }
}

impl WorldFeed<'_> {
    /// Lives through one day; true where it was a session.
    fn day(&mut self, day: Day, data: &mut SessionData) -> bool {
        let weather = self.market.step(day);
        clear(data, day);
        for lane in &mut self.lanes {
            lane.step(data, day, &weather);
        }
        data.index = weather.index;
        data.vix_previous = self.vix;
        if let Some(vix) = weather.vix {
            self.vix = Some(vix.close);
        }
        day.xnys || day.open(self.exchange)
    }
}

impl Lane {
    fn step(&mut self, data: &mut SessionData, day: Day, weather: &crate::market::Weather) {
        match self.instrument.step(day, weather) {
            Dealt::Nothing => {}
            Dealt::Ended => data.ended.push(self.symbol),
            Dealt::Halted => {
                self.missed += 1;
                data.missed.push((self.symbol, self.missed));
                data.listed.push(self.symbol);
            }
            Dealt::Traded(bar, action) => {
                data.bars.push((self.symbol, bar));
                data.listed.push(self.symbol);
                data.actions.extend(action.map(|action| (self.symbol, action)));
                if self.missed > 0 {
                    data.missed.push((self.symbol, self.missed));
                }
                self.missed = 0;
            }
        }
    }
}

fn clear(data: &mut SessionData, day: Day) {
    data.session = day.date.into();
    data.bars.clear();
    data.actions.clear();
    data.missed.clear();
    data.listed.clear();
    data.ended.clear();
}

impl Feed for WorldFeed<'_> {
    fn next_session(&mut self) -> Option<SessionData> {
        let mut data = SessionData::empty(self.days.as_slice().first()?.date.into());
        self.next_into(&mut data).then_some(data)
    }

    fn next_into(&mut self, data: &mut SessionData) -> bool {
        while let Some(&day) = self.days.next() {
            if self.day(day, data) {
                return true;
            }
        }
        false
    }
}
