//! One symbol's bars as columns, handed out as sessions without an allocation per bar.

use jiff::civil::Date;

use crate::bar::Bar;
use crate::feed::{Feed, SessionData};
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
    columns: Columns<'a>,
    next: usize,
    len: usize,
    /// Key of the next bar; none after the last date there is.
    date: Option<Date>,
}

impl<'a> ColumnFeed<'a> {
    /// The bars of `symbol`, the first one keyed `first`.
    pub fn new(symbol: Symbol, columns: Columns<'a>, first: Date) -> Self {
        Self { symbol, columns, next: 0, len: columns.len(), date: Some(first) }
    }

    /// Place and key of the next bar.
    #[inline]
    fn step(&mut self) -> Option<(usize, Date)> {
        let at = self.next;
        let date = self.date.filter(|_| at < self.len)?;
        self.next = at + 1;
        self.date = date.tomorrow().ok();
        Some((at, date))
    }

    fn bar(&self, at: usize, date: Date) -> Bar {
        let columns = &self.columns;
        Bar {
            date: date.into(),
            open: columns.open[at],
            high: columns.high[at],
            low: columns.low[at],
            close: columns.close[at],
            volume: columns.volume[at],
        }
    }

    fn session(&self, at: usize, date: Date) -> SessionData {
        let mut data = SessionData::empty(date.into());
        data.bars.push((self.symbol, self.bar(at, date)));
        data.listed.push(self.symbol);
        data
    }
}

impl Feed for ColumnFeed<'_> {
    fn next_session(&mut self) -> Option<SessionData> {
        let (at, date) = self.step()?;
        Some(self.session(at, date))
    }

    fn next_into(&mut self, data: &mut SessionData) -> bool {
        let Some((at, date)) = self.step() else { return false };
        if let ([(symbol, last)], [_]) = (data.bars.as_mut_slice(), data.listed.as_slice()) {
            debug_assert_eq!(*symbol, self.symbol, "a buffer of another feed");
            data.session = date.into();
            // Number by number: a bar that is made first and moved then is waited for.
            last.date = data.session;
            last.open = self.columns.open[at];
            last.high = self.columns.high[at];
            last.low = self.columns.low[at];
            last.close = self.columns.close[at];
            last.volume = self.columns.volume[at];
        } else {
            *data = self.session(at, date);
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
        let mut feed = ColumnFeed { date: Some(Date::MAX), ..feed(&column, &column) };
        assert!(feed.next_session().is_some());
        assert!(feed.next_session().is_none());
    }
}
