//! One symbol's bars as columns, handed out as sessions without an allocation per bar.

use std::iter::Zip;
use std::slice::Iter;

use jiff::civil::Date;

use crate::bar::Bar;
use crate::feed::{Feed, SessionData};
use crate::moment::Moment;
use crate::symbol::Symbol;

/// Borrowed columns of equal length, one value per bar.
///
/// - **Units:** as in [`Bar`]: raw prices, currency per share; volume in shares.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// Opens.
    pub open: &'a [f64],
    /// Highs.
    pub high: &'a [f64],
    /// Lows.
    pub low: &'a [f64],
    /// Closes.
    pub close: &'a [f64],
    /// Volumes.
    pub volume: &'a [f64],
}

impl Columns<'_> {
    /// Bars: those that every column has.
    pub fn len(&self) -> usize {
        [self.open, self.high, self.low, self.close, self.volume]
            .into_iter()
            .map(<[f64]>::len)
            .min()
            .unwrap_or(0)
    }

    /// Without a bar.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Hands out columns bar by bar, each as a session of its own.
///
/// - **Keys:** bars without a calendar (minutes, generated series) get consecutive civil dates
///   from `first` on: the n-th bar is the n-th day. The date is a key and no claim: 7.3 million
///   bars fit between [`Date::MIN`] and [`Date::MAX`], and the series ends where the dates do.
/// - **Listed:** the symbol takes part in every session; there are no corporate actions, no index
///   and no gaps.
#[derive(Debug, Clone)]
pub struct ColumnFeed<'a> {
    symbol: Symbol,
    rows: Rows<'a>,
    /// Key of the next bar; none after the last date there is.
    next: Option<Moment>,
}

/// Opens, highs, lows, closes and volumes side by side: one look at their length for all five.
type Rows<'a> =
    Zip<Zip<Zip<Zip<Iter<'a, f64>, Iter<'a, f64>>, Iter<'a, f64>>, Iter<'a, f64>>, Iter<'a, f64>>;

impl<'a> ColumnFeed<'a> {
    /// The bars of `symbol`, the first one keyed `first`.
    pub fn new(symbol: Symbol, columns: Columns<'a>, first: Date) -> Self {
        let Columns { open, high, low, close, volume } = columns;
        let rows = open.iter().zip(high).zip(low).zip(close).zip(volume);
        Self { symbol, rows, next: Some(first.into()) }
    }

    /// The next bar.
    #[expect(clippy::inline_always, reason = "a call on every bar costs as much as the step")]
    #[inline(always)]
    fn step(&mut self) -> Option<Bar> {
        let date = self.next?;
        let ((((open, high), low), close), volume) = self.rows.next()?;
        self.next = date.day_after();
        Some(Bar { date, open: *open, high: *high, low: *low, close: *close, volume: *volume })
    }

    fn session(&self, bar: Bar) -> SessionData {
        let mut data = SessionData::empty(bar.date);
        data.bars.push((self.symbol, bar));
        data.listed.push(self.symbol);
        data
    }
}

impl Feed for ColumnFeed<'_> {
    fn next_session(&mut self) -> Option<SessionData> {
        let bar = self.step()?;
        Some(self.session(bar))
    }

    fn next_into(&mut self, data: &mut SessionData) -> bool {
        let Some(bar) = self.step() else { return false };
        if let ([(symbol, last)], [_]) = (data.bars.as_mut_slice(), data.listed.as_slice()) {
            debug_assert_eq!(*symbol, self.symbol, "a buffer of another feed");
            data.session = bar.date;
            // Number by number: a bar that is made first and moved then is waited for.
            last.date = bar.date;
            last.open = bar.open;
            last.high = bar.high;
            last.low = bar.low;
            last.close = bar.close;
            last.volume = bar.volume;
        } else {
            *data = self.session(bar);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed<'a>(column: &'a [f64], short: &'a [f64]) -> ColumnFeed<'a> {
        let columns =
            Columns { open: column, high: column, low: column, close: column, volume: short };
        ColumnFeed::new(Symbol::new("A").unwrap(), columns, "2020-02-28".parse().unwrap())
    }

    #[test]
    fn a_reused_buffer_holds_what_a_new_session_holds() {
        let column = [1.0, 2.0, 3.0, 4.0];
        let (mut one, mut other) = (feed(&column, &column), feed(&column, &column));
        let mut buffer = SessionData::empty(Date::MIN.into());
        while let Some(session) = one.next_session() {
            assert!(other.next_into(&mut buffer));
            assert_eq!(buffer, session);
        }
        assert!(!other.next_into(&mut buffer));
        assert_eq!(buffer.session, "2020-03-02".parse().unwrap(), "a day for each bar");
    }

    #[test]
    fn the_shortest_column_ends_the_series() {
        let mut feed = feed(&[1.0, 2.0, 3.0], &[1.0]);
        assert!(feed.next_session().is_some());
        assert!(feed.next_session().is_none());
    }

    #[test]
    fn the_series_ends_where_the_dates_do() {
        let column = [1.0; 5];
        let columns =
            Columns { open: &column, high: &column, low: &column, close: &column, volume: &column };
        let mut feed = ColumnFeed::new(Symbol::new("A").unwrap(), columns, Date::MAX);
        assert!(feed.next_session().is_some());
        assert!(feed.next_session().is_none());
    }
}
