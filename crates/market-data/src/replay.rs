//! Recorded history, one bar's end at a time, nothing before its time.

use std::collections::BTreeSet;

use tradebot_domain::{
    Bar, CorporateAction, Date, Exchange, Feed, Interval, Moment, SessionData, Symbol,
};

use crate::error::DataError;
use crate::history::{History, Series, bar_of, range_of};
use crate::sessions::{is_open, sessions, takes_part};

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
///
/// Of intraday series it hands out the end of every bar of every session, by the exchange's hours:
///
/// - A minute without a bar counts in `missed` like a session without one; the night does not count.
/// - Actions come with the first bar of their date.
/// - The index is the daily bar of the session before, and comes once, with the first bar of a
///   session; so does the VIX close of the same session. Sessions before the first bar of any
///   symbol have one moment each, which hands out nothing else.
#[derive(Debug, Clone)]
pub struct Replay<'h> {
    /// Moments to come, last first.
    ahead: Vec<Moment>,
    lanes: Vec<Lane<'h>>,
    index: &'h [Bar],
    vix: &'h [(Date, f64)],
    /// The last XNYS session before the next one handed out.
    previous: Option<Date>,
    /// The date handed out last.
    today: Option<Date>,
}

/// One symbol's place in its bars and actions.
#[derive(Debug, Clone)]
struct Lane<'h> {
    symbol: Symbol,
    exchange: Exchange,
    interval: Interval,
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
        let mut replay = Self::over(history, &chosen, moments(&chosen, &wanted, first)?);
        replay.fast_forward(begin, &before, &moments(&chosen, &before, first)?);
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
        let first = range_of(&chosen).map_or(from, |(first, _)| first);
        Ok(Self::over(history, &chosen, moments(&chosen, &before, first)?))
    }

    /// Sessions still to come.
    pub fn len(&self) -> usize {
        self.ahead.len()
    }

    /// No session is left.
    pub fn is_empty(&self) -> bool {
        self.ahead.is_empty()
    }

    fn over(history: &'h History, chosen: &[&'h Series], mut ahead: Vec<Moment>) -> Self {
        ahead.reverse();
        let lanes = chosen.iter().map(|series| Lane::new(series)).collect();
        let index = &history.index.bars;
        Self { ahead, lanes, index, vix: &history.vix, previous: None, today: None }
    }

    /// Passes over the sessions before the one that comes first, and the `moments` of them, without
    /// looking at them.
    fn fast_forward(&mut self, begin: Date, dates: &[Date], moments: &[Moment]) {
        let xnys = |date: &&Date| is_open(Exchange::Xnys, **date);
        self.previous = dates
            .iter()
            .rev()
            .find(xnys)
            .copied()
            .or_else(|| Exchange::Xnys.previous_session(begin).ok());
        for lane in &mut self.lanes {
            lane.fast_forward(begin, moments);
        }
    }

    /// What a new moment knows of the index, and of the VIX of the session before it.
    fn context(&mut self, now: Moment) -> (Option<Bar>, Option<f64>) {
        let before = self.today.replace(now.date());
        let begins = before != Some(now.date());
        let over = before.filter(|date| begins && is_open(Exchange::Xnys, *date));
        self.previous = over.or(self.previous);
        let of = |moment: Moment| bar_of(self.index, moment).copied();
        if now.is_daily() {
            return (of(now), self.vix_previous());
        }
        // What was known before the session begins is handed out once.
        let Some(previous) = self.previous.filter(|_| begins) else { return (None, None) };
        (of(previous.into()), self.vix_previous())
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
        let (index, vix_previous) = self.context(session);
        let mut data = SessionData {
            session,
            bars: Vec::with_capacity(self.lanes.len()),
            actions: Vec::new(),
            index,
            vix_previous,
            missed: Vec::new(),
            listed: Vec::with_capacity(self.lanes.len()),
            ended: Vec::new(),
        };
        for lane in &mut self.lanes {
            lane.step(&mut data);
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
        let interval = series.interval;
        Self { symbol, exchange, interval, bars, behind: 0, actions, missed: 0, ended: false }
    }

    /// Everything before `begin` is behind; `before` are the sessions passed over.
    fn fast_forward(&mut self, begin: Date, before: &[Moment]) {
        self.behind = self.bars.partition_point(|bar| bar.date.date() < begin);
        let Some(newest) = self.newest() else { return };
        let open = |at: &&Moment| takes_part((self.exchange, self.interval), **at);
        let skipped = before.iter().rev().take_while(|&&at| at > newest).filter(open).count();
        let due = before.iter().rev().find(open).map_or(0, |at| self.due(at.date()));
        self.missed = u32::try_from(skipped).unwrap_or(u32::MAX);
        self.ended = self.behind == self.bars.len() && skipped > 0;
        self.actions = &self.actions[due..];
    }

    /// Adds what this symbol has to say on `data.session`.
    fn step(&mut self, data: &mut SessionData) {
        if self.ended || !takes_part((self.exchange, self.interval), data.session) {
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

    fn newest(&self) -> Option<Moment> {
        self.behind.checked_sub(1).map(|at| self.bars[at].date)
    }
}

/// When the bars of the chosen series end on the dates; before the `first` bar of any of them, one
/// moment a session.
fn moments(chosen: &[&Series], dates: &[Date], first: Date) -> Result<Vec<Moment>, DataError> {
    let intervals: BTreeSet<Interval> = chosen.iter().map(|series| series.interval).collect();
    let mut each = intervals.into_iter();
    let (interval, other) = (each.next().unwrap_or_default(), each.next());
    if let Some(other) = other {
        return Err(DataError::Intervals { one: interval, other });
    }
    if interval.is_daily() {
        return Ok(dates.iter().copied().map(Moment::daily).collect());
    }
    let exchanges: BTreeSet<Exchange> = chosen.iter().map(|series| series.exchange).collect();
    let mut all = Vec::new();
    for &date in dates {
        let of = |exchange: &Exchange| exchange.session_minutes(date).ok().flatten();
        let hours: Vec<_> = exchanges.iter().filter_map(of).collect();
        if date < first || hours.is_empty() {
            let hours = of(&Exchange::Xnys).or_else(|| hours.first().copied());
            all.extend(hours.and_then(|hours| hours.moments(date, interval).next()));
            continue;
        }
        let ends: BTreeSet<_> = hours.iter().flat_map(|h| h.moments(date, interval)).collect();
        all.extend(ends);
    }
    Ok(all)
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
