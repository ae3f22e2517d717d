//! When a run on live data does what: a pure function of calendars, settings and the time.
//!
//! A session is a date on which at least one of the exchanges trades. Of each there is
//! 1. preparation, some time before the first opening;
//! 2. the opening and the close of what trades that day (one exchange alone on one-sided days, an
//!    early close on half days);
//! 3. the decision: once the last close is past by as long as the source takes to publish;
//! 4. its deadline: what is decided must be ready some time before the next opening, because it is
//!    an order for that opening. What is decided later is decided all the same, without entries.
//!
//! Wall-clock times are turned into moments by the exchanges' own calendars, so the changes of the
//! clock in spring and autumn need no rule here. Nothing is remembered: after a sleep, a crash or a
//! step of the clock the same question gives the right answer again.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use tradebot_domain::calendar::CALENDAR_LAST;
use tradebot_domain::{CalendarError, Date, Exchange, SessionHours, Timestamp};

/// How much time things take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// From the close until the source has the session's bars.
    pub publication: SignedDuration,
    /// Before an opening from which preparation begins.
    pub preparation: SignedDuration,
    /// Before the next opening until which a decision can still become an order for it.
    pub margin: SignedDuration,
    /// Times of every day, Eastern, at which the source is not asked: from, to.
    pub maintenance: Vec<(Time, Time)>,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            publication: SignedDuration::from_mins(20),
            preparation: SignedDuration::from_mins(45),
            margin: SignedDuration::from_mins(10),
            maintenance: Vec::new(),
        }
    }
}

/// The plan of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    exchanges: BTreeSet<Exchange>,
    pace: Pace,
}

/// One session in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// Its date.
    pub session: Date,
    /// First opening of that day.
    pub open: Timestamp,
    /// Last close of that day.
    pub close: Timestamp,
    /// From then on it can be decided.
    pub decide: Timestamp,
    /// Until then what is decided can still become an order for the next opening.
    pub deadline: Timestamp,
    /// Some exchange of the run does not trade that day.
    pub one_sided: bool,
    /// Some exchange of the run closes early that day.
    pub half_day: bool,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Look at clock, token and listings before the opening of this session.
    Prepare(Date),
    /// The first exchange opens.
    Open(Date),
    /// The last exchange closes.
    Close(Date),
    /// The session can be decided.
    Decide(Planned),
    /// The source is not to be asked before the moment that comes with it.
    Maintenance,
}

impl Event {
    /// For people.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Prepare(_) => "preparation",
            Self::Open(_) => "open",
            Self::Close(_) => "close",
            Self::Decide(_) => "decision",
            Self::Maintenance => "end of maintenance",
        }
    }
}

impl Schedule {
    /// A plan for symbols of these exchanges. New York is always among them: the index that the
    /// regime is read from trades there.
    pub fn new(exchanges: impl IntoIterator<Item = Exchange>, pace: Pace) -> Self {
        let exchanges = exchanges.into_iter().chain([Exchange::Xnys]).collect();
        Self { exchanges, pace }
    }

    /// Whether any exchange of the run trades on a date.
    ///
    /// # Errors
    /// [`CalendarError`] outside the years that the calendars know.
    pub fn is_session(&self, date: Date) -> Result<bool, CalendarError> {
        Ok(!self.hours(date)?.is_empty())
    }

    /// The session in time; none on a day without one.
    ///
    /// # Errors
    /// [`CalendarError`] outside the years that the calendars know. The last session that they know
    /// has the end of their last day for its deadline.
    pub fn planned(&self, session: Date) -> Result<Option<Planned>, CalendarError> {
        let hours = self.hours(session)?;
        let (Some(open), Some(close)) =
            (hours.iter().map(|h| h.open).min(), hours.iter().map(|h| h.close).max())
        else {
            return Ok(None);
        };
        let deadline = match self.session_after(session) {
            Ok(next) => self.hours(next)?.iter().map(|h| h.open).min().unwrap_or(close),
            Err(_) => midnight_after(CALENDAR_LAST),
        };
        Ok(Some(Planned {
            session,
            open,
            close,
            decide: close + self.pace.publication,
            deadline: deadline - self.pace.margin,
            one_sided: hours.len() < self.exchanges.len(),
            half_day: hours.iter().any(|h| h.half_day),
        }))
    }

    /// The first session after a date.
    ///
    /// # Errors
    /// [`CalendarError`] where the calendars end.
    pub fn session_after(&self, date: Date) -> Result<Date, CalendarError> {
        let next = self.exchanges.iter().map(|exchange| exchange.next_session(date));
        let mut found: Option<Date> = None;
        let mut failed = None;
        for next in next {
            match next {
                Ok(next) => found = Some(found.map_or(next, |known| known.min(next))),
                Err(e) => failed = Some(e),
            }
        }
        found.ok_or_else(|| failed.expect("there is always an exchange, so one of them failed"))
    }

    /// The session that is the first to be decided by who begins now: the last one that can still
    /// become orders, else the next one.
    ///
    /// # Errors
    /// [`CalendarError`] outside the years that the calendars know.
    pub fn first_session(&self, now: Timestamp) -> Result<Date, CalendarError> {
        let today = eastern().to_datetime(now).date();
        let mut session = today;
        // No weekend with holidays around it is longer than this.
        for _ in 0..10 {
            session = session.yesterday().unwrap_or(session);
        }
        loop {
            session = self.session_after(session)?;
            if let Some(planned) = self.planned(session)?
                && now < planned.deadline
            {
                return Ok(session);
            }
        }
    }

    /// What comes next after `now`, with its moment, for a run whose last decided session is
    /// `decided` and whose first is `from`. A decision that is due already comes with its moment in
    /// the past: sessions are decided in order, however late.
    ///
    /// # Errors
    /// [`CalendarError`] where the calendars end.
    pub fn next(
        &self,
        now: Timestamp,
        (from, decided): (Date, Option<Date>),
    ) -> Result<(Timestamp, Event), CalendarError> {
        let session = match decided {
            Some(decided) => self.session_after(decided)?,
            None if self.is_session(from)? => from,
            None => self.session_after(from)?,
        };
        let planned = self.planned(session)?.expect("session_after gives sessions alone");
        if now >= planned.decide {
            return Ok(match self.maintenance_end(now) {
                Some(end) => (end, Event::Maintenance),
                None => (planned.decide, Event::Decide(planned)),
            });
        }
        let events = [
            (planned.open - self.pace.preparation, Event::Prepare(session)),
            (planned.open, Event::Open(session)),
            (planned.close, Event::Close(session)),
            (planned.decide, Event::Decide(planned)),
        ];
        let ahead = events.into_iter().find(|(at, _)| *at > now);
        Ok(ahead.expect("the decision lies ahead, as was asked above"))
    }

    /// The end of the maintenance that `now` falls into.
    pub fn maintenance_end(&self, now: Timestamp) -> Option<Timestamp> {
        let local = eastern().to_datetime(now);
        let (date, time) = (local.date(), local.time());
        let until = |date: Date, time: Time| eastern().to_timestamp(date.to_datetime(time)).ok();
        self.pace.maintenance.iter().find_map(|&(from, to)| {
            if from <= to {
                (from <= time && time < to).then(|| until(date, to)).flatten()
            } else if time >= from {
                until(date.tomorrow().ok()?, to)
            } else {
                (time < to).then(|| until(date, to)).flatten()
            }
        })
    }

    /// Hours of the exchanges that trade on a date.
    fn hours(&self, date: Date) -> Result<Vec<SessionHours>, CalendarError> {
        let hours: Result<Vec<_>, _> =
            self.exchanges.iter().map(|exchange| exchange.session(date)).collect();
        Ok(hours?.into_iter().flatten().collect())
    }
}

/// The clock of the exchanges in New York and Toronto.
pub fn eastern() -> TimeZone {
    Exchange::Xnys.time_zone()
}

fn midnight_after(date: Date) -> Timestamp {
    let next = date.tomorrow().unwrap_or(date);
    eastern()
        .to_timestamp(next.to_datetime(Time::midnight()))
        .expect("dates of the calendars are far from the ends of what a timestamp holds")
}

#[cfg(test)]
mod tests;
