//! Imported bars of a minute inside the longer bars of a run: they tell what came first.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use tradebot_domain::{Bar, Exchange, FinerBars, Interval, Moment, Symbol};

use crate::aggregate::Aggregator;

/// Minutes of some symbols, by the longer bar that they belong to.
///
/// - **Extended hours:** minutes outside of the exchange's session belong to no bar and are left out.
/// - **Cheap to clone:** the bars are shared.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FinerHistory {
    by_symbol: Arc<BTreeMap<Symbol, Minutes>>,
}

/// One symbol's minutes.
#[derive(Debug, Default, PartialEq)]
struct Minutes {
    /// In order of time, each under the moment of the longer bar, as the walk wants them.
    bars: Vec<Bar>,
    /// When each minute ended, for the digest.
    ended: Vec<Moment>,
    /// The minutes of each longer bar, in its order.
    of: Vec<(Moment, Range<usize>)>,
}

impl FinerHistory {
    /// No symbol has any.
    pub fn is_empty(&self) -> bool {
        self.by_symbol.is_empty()
    }

    /// The symbols that have some, in order.
    pub fn symbols(&self) -> Vec<Symbol> {
        self.by_symbol.keys().copied().collect()
    }

    /// Minutes and the longer bars that they tell of, over all symbols.
    pub fn counts(&self) -> (usize, usize) {
        let counts = self.by_symbol.values().map(|m| (m.bars.len(), m.of.len()));
        counts.fold((0, 0), |sum, of| (sum.0 + of.0, sum.1 + of.1))
    }

    /// Minutes by symbol with their exchange, inside bars of `interval`.
    pub(crate) fn new(
        minutes: impl IntoIterator<Item = (Symbol, Exchange, Vec<Bar>)>,
        interval: Interval,
    ) -> Self {
        let arranged = minutes
            .into_iter()
            .map(|(symbol, exchange, bars)| (symbol, arrange(&bars, exchange, interval)));
        let by_symbol = arranged.filter(|(_, minutes)| !minutes.bars.is_empty()).collect();
        Self { by_symbol: Arc::new(by_symbol) }
    }

    /// Takes the bars into the digest of what a run can see.
    pub(crate) fn hash_into(&self, symbol: Symbol, mut hash: impl FnMut(Moment, &Bar)) {
        let Some(minutes) = self.by_symbol.get(&symbol) else { return };
        minutes.ended.iter().zip(&minutes.bars).for_each(|(ended, bar)| hash(*ended, bar));
    }
}

impl FinerBars for FinerHistory {
    fn of(&self, symbol: Symbol, session: Moment) -> &[Bar] {
        let Some(minutes) = self.by_symbol.get(&symbol) else { return &[] };
        match minutes.of.binary_search_by_key(&session, |(moment, _)| *moment) {
            Ok(at) => &minutes.bars[minutes.of[at].1.clone()],
            Err(_) => &[],
        }
    }
}

fn arrange(bars: &[Bar], exchange: Exchange, interval: Interval) -> Minutes {
    let mut aggregator = Aggregator::new(exchange, interval);
    let mut minutes = Minutes::default();
    for bar in bars {
        let Some((moment, _)) = aggregator.end_of(bar.date) else { continue };
        let at = minutes.bars.len();
        minutes.bars.push(Bar { date: moment, ..*bar });
        minutes.ended.push(bar.date);
        match minutes.of.last_mut() {
            Some((last, range)) if *last == moment => range.end = at + 1,
            _ => minutes.of.push((moment, at..at + 1)),
        }
    }
    minutes
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradebot_domain::Date;

    fn minute(day: i8, minute: u32, close: f64) -> Bar {
        let date = Moment::at(Date::constant(2013, 10, day), minute).unwrap();
        Bar { date, open: close, high: close, low: close, close, volume: 1.0 }
    }

    /// 9:31 is minute 571; 4:00 in the morning and 16:01 are outside of the session.
    fn finer(interval: Interval) -> FinerHistory {
        let bars = vec![
            minute(7, 240, 1.0),
            minute(7, 571, 2.0),
            minute(7, 572, 3.0),
            minute(7, 600, 4.0),
            minute(7, 961, 5.0),
            minute(8, 571, 6.0),
        ];
        let symbol = Symbol::new("A").unwrap();
        FinerHistory::new([(symbol, Exchange::Xnys, bars)], interval)
    }

    #[test]
    fn the_minutes_of_a_session_stand_under_it_and_extended_hours_do_not() {
        let finer = finer(Interval::DAILY);
        let symbol = Symbol::new("A").unwrap();
        let of = |day| finer.of(symbol, Moment::constant(2013, 10, day));
        assert_eq!(of(7).iter().map(|bar| bar.close).collect::<Vec<_>>(), [2.0, 3.0, 4.0]);
        assert!(of(7).iter().all(|bar| bar.date == Moment::constant(2013, 10, 7)));
        assert_eq!((of(8).len(), of(9).len()), (1, 0));
        assert_eq!(finer.of(Symbol::new("B").unwrap(), Moment::constant(2013, 10, 7)), []);
        assert_eq!(finer.counts(), (4, 2));
    }

    #[test]
    fn inside_bars_of_half_an_hour_they_stand_under_the_minute_that_it_ended() {
        let finer = finer("30m".parse().unwrap());
        let symbol = Symbol::new("A").unwrap();
        let ten = Moment::at(Date::constant(2013, 10, 7), 600).unwrap();
        assert_eq!(finer.of(symbol, ten).len(), 3);
        assert_eq!(finer.counts(), (4, 2));
    }
}
