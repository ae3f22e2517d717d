//! Which dates are sessions, also in years that no calendar covers.

use std::collections::BTreeSet;

use tradebot_domain::calendar::{CALENDAR_FIRST, CALENDAR_LAST};
use tradebot_domain::{Bar, CalendarError, Date, Exchange, Interval, Moment};

/// Whether the exchange trades on a date; dates outside its calendar count as open, since only
/// dates on which data have bars are ever asked about there.
pub(crate) fn is_open(exchange: Exchange, date: Date) -> bool {
    exchange.is_session(date).unwrap_or(true)
}

/// Whether a bar of the exchange ends then.
pub(crate) fn takes_part((exchange, interval): (Exchange, Interval), at: Moment) -> bool {
    let Some(minute) = at.minute() else { return is_open(exchange, at.date()) };
    let hours = exchange.session_minutes(at.date()).ok().flatten();
    hours.is_some_and(|hours| hours.end_of(minute, interval) == Some(minute))
}

/// Sessions of `from..=to`, in order.
///
/// Within the calendars: the days on which one of `exchanges` trades. Outside: the days on which
/// `witnesses` have a bar.
pub(crate) fn sessions<'b>(
    exchanges: &BTreeSet<Exchange>,
    witnesses: impl Iterator<Item = &'b [Bar]>,
    from: Date,
    to: Date,
) -> Result<Vec<Date>, CalendarError> {
    if from > to {
        return Ok(Vec::new());
    }
    let clamp = |date: Date| date.clamp(CALENDAR_FIRST, CALENDAR_LAST);
    let mut all = BTreeSet::new();
    for &exchange in exchanges {
        all.extend(exchange.sessions(clamp(from), clamp(to))?);
    }
    for bars in witnesses {
        all.extend(bars.iter().map(|bar| bar.date.date()).filter(|&date| clamp(date) != date));
    }
    Ok(all.range(from..=to).copied().collect())
}

/// Sessions of an exchange as a series with these dates sees them: outside the calendar, its own.
pub(crate) struct OwnSessions {
    exchange: Exchange,
    dates: BTreeSet<Date>,
}

impl OwnSessions {
    pub(crate) fn new(exchange: Exchange, bars: &[Bar]) -> Self {
        Self { exchange, dates: bars.iter().map(|bar| bar.date.date()).collect() }
    }

    pub(crate) fn is_session(&self, date: Date) -> bool {
        self.exchange.is_session(date).unwrap_or_else(|_| self.dates.contains(&date))
    }
}
