//! From what came for a session to what the engine is given of it.
//!
//! The same rules as a replay of recorded history keeps ([`Replay`](tradebot_market_data::Replay)):
//! a symbol is listed from its first bar on, on days on which its exchange trades; a session
//! without its bar is counted; symbols stand in order. One thing a live feed cannot know: that a
//! bar was the last one ever. A symbol without a bar is missing here, and never ended.

use std::collections::BTreeMap;

use tradebot_domain::{Bar, CorporateAction, Date, Exchange, SessionData, Symbol};
use tradebot_market_data::History;

/// What came for a session.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Brought {
    /// Bars by symbol; a symbol without one is absent.
    pub bars: BTreeMap<Symbol, Bar>,
    /// Actions whose ex-date it is, in symbol order.
    pub actions: Vec<(Symbol, CorporateAction)>,
    /// Bar of the context index.
    pub index: Option<Bar>,
    /// VIX close of the session before.
    pub vix_previous: Option<f64>,
}

/// What is remembered of each symbol between sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assembler {
    lanes: BTreeMap<Symbol, Lane>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lane {
    exchange: Exchange,
    /// It had its first bar.
    listed: bool,
    /// Sessions without a bar since its last one.
    missed: u32,
}

impl Assembler {
    /// As it stands after all bars of a history that lie before `from`.
    pub fn after(history: &History, symbols: &[Symbol], from: Date) -> Self {
        let lane = |symbol: &Symbol| {
            let series = history.series.get(symbol)?;
            let newest = series.bars.iter().map(|b| b.date.date()).rfind(|date| *date < from);
            let eve = from.yesterday().unwrap_or(from);
            let missed = newest.map_or(0, |newest| {
                series.exchange.sessions_between(newest, eve).unwrap_or_default()
            });
            let lane = Lane { exchange: series.exchange, listed: newest.is_some(), missed };
            Some((*symbol, lane))
        };
        Self { lanes: symbols.iter().filter_map(lane).collect() }
    }

    /// What the engine is given of a session.
    pub fn session(&self, date: Date, brought: &Brought) -> SessionData {
        let mut data = SessionData {
            actions: brought.actions.clone(),
            index: brought.index,
            vix_previous: brought.vix_previous,
            ..SessionData::empty(date.into())
        };
        for (&symbol, lane) in &self.lanes {
            if !lane.trades(date) {
                continue;
            }
            match brought.bars.get(&symbol) {
                Some(bar) => {
                    data.bars.push((symbol, *bar));
                    data.listed.push(symbol);
                    if lane.missed > 0 {
                        data.missed.push((symbol, lane.missed));
                    }
                }
                None if lane.listed => {
                    data.missed.push((symbol, lane.missed + 1));
                    data.listed.push(symbol);
                }
                None => {}
            }
        }
        data
    }

    /// Takes note of a session that was handed to the engine.
    pub fn handed_over(&mut self, data: &SessionData) {
        let date = data.session.date();
        for (symbol, lane) in &mut self.lanes {
            if !lane.trades(date) {
                continue;
            }
            if data.bars.iter().any(|(s, _)| s == symbol) {
                (lane.listed, lane.missed) = (true, 0);
            } else if lane.listed {
                lane.missed += 1;
            }
        }
    }

    /// Symbols whose exchange trades on a date.
    pub fn trading(&self, date: Date) -> impl Iterator<Item = Symbol> {
        self.lanes.iter().filter(move |(_, lane)| lane.trades(date)).map(|(symbol, _)| *symbol)
    }
}

impl Lane {
    fn trades(self, date: Date) -> bool {
        self.exchange.is_session(date).unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use tradebot_domain::Feed as _;
    use tradebot_market_data::Replay;

    use super::*;

    fn brought(history: &History, date: Date, data: &SessionData) -> Brought {
        let bars = history.series.iter();
        Brought {
            bars: bars.filter_map(|(s, series)| Some((*s, *series.bar(date)?))).collect(),
            actions: data.actions.clone(),
            index: data.index,
            vix_previous: data.vix_previous,
        }
    }

    #[test]
    fn sessions_are_those_that_a_replay_hands_out_listings_and_gaps_included() {
        let mut history = History::bundled().unwrap();
        let ibm = "IBM".parse().unwrap();
        // Days without a bar before and within the run.
        for gone in ["2012-05-14", "2012-05-15", "2012-05-17", "2012-06-01"] {
            let gone: Date = gone.parse().unwrap();
            history.series.get_mut(&ibm).unwrap().bars.retain(|bar| bar.date.date() != gone);
        }
        let symbols = history.symbols();
        // FB has its first bar on 18 May 2012.
        let (from, to) = ("2012-05-16".parse().unwrap(), "2012-06-29".parse().unwrap());
        let mut assembler = Assembler::after(&history, &symbols, from);
        let mut replay = Replay::new(&history, &symbols, from, to).unwrap();
        let (mut sessions, mut gaps) = (0, 0);
        while let Some(expected) = replay.next_session() {
            let date = expected.session.date();
            let made = assembler.session(date, &brought(&history, date, &expected));
            assert_eq!(made, expected);
            assembler.handed_over(&made);
            sessions += 1;
            gaps += made.missed.len();
        }
        assert_eq!((sessions, gaps), (32, 5));
    }

    #[test]
    fn on_a_one_sided_day_the_others_are_neither_listed_nor_missing() {
        let history = History::bundled().unwrap();
        let symbols = history.symbols();
        let assembler = Assembler::after(&history, &symbols, "2012-06-27".parse().unwrap());
        // Independence Day in the United States.
        let holiday: Date = "2012-07-04".parse().unwrap();
        let data = assembler.session(holiday, &Brought::default());
        assert_eq!(data, SessionData::empty(holiday.into()));
        assert_eq!(assembler.trading(holiday).count(), 0);
    }

    #[test]
    fn a_symbol_that_never_comes_again_is_missing_and_never_ended() {
        let history = History::bundled().unwrap();
        let symbols = history.symbols();
        let from = "2012-06-27".parse().unwrap();
        let mut assembler = Assembler::after(&history, &symbols, from);
        for (n, date) in (1..).zip(["2012-06-27", "2012-06-28", "2012-06-29"]) {
            let data = assembler.session(date.parse().unwrap(), &Brought::default());
            assert!(data.ended.is_empty() && data.missed.iter().all(|(_, missed)| *missed == n));
            assert_eq!(data.missed.len(), symbols.len());
            assembler.handed_over(&data);
        }
    }
}
