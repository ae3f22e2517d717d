//! Recorded history, one session at a time, nothing before its time.

use tradebot_domain::{Bar, CorporateAction, Date, Exchange, Feed, SessionData, Symbol};

use crate::error::DataError;
use crate::history::{History, Series, bar_of, range_of};
use crate::sessions::{is_open, sessions};

/// Hands out the sessions of a history in calendar order.
///
/// The days are those of XNYS, and of the exchanges of the chosen symbols. Before and after the
/// years the calendars know, they are the days on which index or symbols have bars.
///
/// - A symbol is in `listed` from its first bar to its last, on days its exchange trades; without
///   a bar it counts in `missed`. After its last bar it stands in `ended` once.
/// - An action comes on the first session of its exchange that is not before the ex-date. Actions
///   outside a symbol's bars are left out: nobody held it.
/// - Bars on days without a session are never handed out.
#[derive(Debug, Clone)]
pub struct Replay<'h> {
    /// Sessions to come, last first.
    ahead: Vec<Date>,
    lanes: Vec<Lane<'h>>,
    index: &'h [Bar],
    vix: &'h [(Date, f64)],
    /// The last XNYS session before the next one handed out.
    previous: Option<Date>,
}

/// One symbol's place in its bars and actions.
#[derive(Debug, Clone)]
struct Lane<'h> {
    symbol: Symbol,
    exchange: Exchange,
    bars: &'h [Bar],
    /// Bars behind; the symbol is listed once there is one.
    behind: usize,
    /// Actions still ahead.
    actions: &'h [CorporateAction],
    missed: u32,
    ended: bool,
}

impl<'h> Replay<'h> {
    /// The sessions of `from..=to`.
    ///
    /// # Errors
    /// [`DataError::EmptyRange`] without a session in the range, [`DataError::Outside`] when its
    /// first or last session is beyond the data, else as [`History::choose`].
    pub fn new(
        history: &'h History,
        symbols: &[Symbol],
        from: Date,
        to: Date,
    ) -> Result<Self, DataError> {
        let chosen = history.choose(symbols)?;
        let (first, last) = range_of(&chosen)
            .ok_or_else(|| DataError::NoSymbols { available: history.symbols() })?;
        let wanted = session_dates(history, &chosen, from, to)?;
        let (Some(&begin), Some(&end)) = (wanted.first(), wanted.last()) else {
            return Err(empty_range(from, to));
        };
        if begin < first || end > last {
            return Err(DataError::Outside { from, to, first, last });
        }
        let before = warm_up_dates(history, &chosen, from)?;
        let mut replay = Self::over(history, &chosen, wanted);
        replay.fast_forward(begin, &before);
        Ok(replay)
    }

    /// The sessions before `from`, from the first bar of index or symbols on: what an engine may
    /// see to warm up before it begins to trade. Empty when `from` is the first.
    ///
    /// # Errors
    /// As [`History::choose`].
    pub fn warm_up(
        history: &'h History,
        symbols: &[Symbol],
        from: Date,
    ) -> Result<Self, DataError> {
        let chosen = history.choose(symbols)?;
        let before = warm_up_dates(history, &chosen, from)?;
        Ok(Self::over(history, &chosen, before))
    }

    /// Sessions still to come.
    pub fn len(&self) -> usize {
        self.ahead.len()
    }

    /// No session is left.
    pub fn is_empty(&self) -> bool {
        self.ahead.is_empty()
    }

    fn over(history: &'h History, chosen: &[&'h Series], mut dates: Vec<Date>) -> Self {
        dates.reverse();
        let lanes = chosen.iter().map(|series| Lane::new(series)).collect();
        let index = &history.index.bars;
        Self { ahead: dates, lanes, index, vix: &history.vix, previous: None }
    }

    /// Passes over the sessions `before` the one that comes first, without looking at them.
    fn fast_forward(&mut self, begin: Date, before: &[Date]) {
        let xnys = |date: &&Date| is_open(Exchange::Xnys, **date);
        self.previous = before
            .iter()
            .rev()
            .find(xnys)
            .copied()
            .or_else(|| Exchange::Xnys.previous_session(begin).ok());
        for lane in &mut self.lanes {
            lane.fast_forward(begin, before);
        }
    }

    fn vix_previous(&self) -> Option<f64> {
        let previous = self.previous?;
        let at = self.vix.binary_search_by_key(&previous, |&(date, _)| date).ok()?;
        Some(self.vix[at].1)
    }
}

impl Iterator for Replay<'_> {
    type Item = SessionData;

    fn next(&mut self) -> Option<SessionData> {
        let session = self.ahead.pop()?;
        let mut data = SessionData {
            session: session.into(),
            bars: Vec::with_capacity(self.lanes.len()),
            actions: Vec::new(),
            index: bar_of(self.index, session.into()).copied(),
            vix_previous: self.vix_previous(),
            missed: Vec::new(),
            listed: Vec::with_capacity(self.lanes.len()),
            ended: Vec::new(),
        };
        for lane in &mut self.lanes {
            lane.step(&mut data);
        }
        if is_open(Exchange::Xnys, session) {
            self.previous = Some(session);
        }
        Some(data)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.ahead.len(), Some(self.ahead.len()))
    }
}

impl ExactSizeIterator for Replay<'_> {}

impl Feed for Replay<'_> {
    fn next_session(&mut self) -> Option<SessionData> {
        self.next()
    }
}

impl<'h> Lane<'h> {
    fn new(series: &'h Series) -> Self {
        let actions = match (series.first(), series.last()) {
            (Some(first), Some(last)) => {
                let from = series.actions.partition_point(|action| action.ex_date <= first);
                let to = series.actions.partition_point(|action| action.ex_date <= last);
                series.actions.get(from..to).unwrap_or_default()
            }
            _ => &[],
        };
        let (symbol, exchange, bars) = (series.symbol, series.exchange, &series.bars);
        Self { symbol, exchange, bars, behind: 0, actions, missed: 0, ended: false }
    }

    /// Everything before `begin` is behind; `before` are the sessions passed over.
    fn fast_forward(&mut self, begin: Date, before: &[Date]) {
        self.behind = self.bars.partition_point(|bar| bar.date.date() < begin);
        let Some(newest) = self.newest() else { return };
        let open = |date: &&Date| is_open(self.exchange, **date);
        let skipped = before.iter().rev().take_while(|&&date| date > newest).filter(open).count();
        let due = before.iter().rev().find(open).map_or(0, |&date| self.due(date));
        self.missed = u32::try_from(skipped).unwrap_or(u32::MAX);
        self.ended = self.behind == self.bars.len() && skipped > 0;
        self.actions = &self.actions[due..];
    }

    /// Adds what this symbol has to say on `data.session`.
    fn step(&mut self, data: &mut SessionData) {
        if self.ended || !is_open(self.exchange, data.session.date()) {
            return;
        }
        let strays = self.bars[self.behind..].partition_point(|bar| bar.date < data.session);
        self.behind += strays;
        match self.bars.get(self.behind) {
            Some(bar) if bar.date == data.session => {
                data.bars.push((self.symbol, *bar));
                data.listed.push(self.symbol);
                if self.missed > 0 {
                    data.missed.push((self.symbol, self.missed));
                }
                self.missed = 0;
                self.behind += 1;
            }
            Some(_) if self.behind > 0 => {
                self.missed += 1;
                data.missed.push((self.symbol, self.missed));
                data.listed.push(self.symbol);
            }
            Some(_) => {}
            None => {
                self.ended = true;
                data.ended.extend(self.newest().map(|_| self.symbol));
            }
        }
        let (due, ahead) = self.actions.split_at(self.due(data.session.date()));
        data.actions.extend(due.iter().map(|&action| (self.symbol, action)));
        self.actions = ahead;
    }

    /// How many of the actions ahead have come by the close of `session`.
    fn due(&self, session: Date) -> usize {
        self.actions.partition_point(|action| action.ex_date <= session)
    }

    fn newest(&self) -> Option<Date> {
        self.behind.checked_sub(1).map(|at| self.bars[at].date.date())
    }
}

fn session_dates(
    history: &History,
    chosen: &[&Series],
    from: Date,
    to: Date,
) -> Result<Vec<Date>, DataError> {
    let exchanges = chosen.iter().map(|series| series.exchange).chain([Exchange::Xnys]).collect();
    let index = std::iter::once(history.index.bars.as_slice());
    let witnesses = chosen.iter().map(|series| series.bars.as_slice()).chain(index);
    Ok(sessions(&exchanges, witnesses, from, to)?)
}

/// Sessions before `from`: from the first bar of index or symbols to the last bar of a symbol.
fn warm_up_dates(
    history: &History,
    chosen: &[&Series],
    from: Date,
) -> Result<Vec<Date>, DataError> {
    let Some((first, last)) = range_of(chosen) else { return Ok(Vec::new()) };
    let first = history.index.first().map_or(first, |index| index.min(first));
    match from.yesterday() {
        Ok(until) => session_dates(history, chosen, first, until.min(last)),
        Err(_) => Ok(Vec::new()),
    }
}

fn empty_range(from: Date, to: Date) -> DataError {
    let why = if from > to { "it ends before it begins" } else { "the exchange was closed" };
    DataError::EmptyRange { from, to, why }
}

#[cfg(test)]
mod tests;
