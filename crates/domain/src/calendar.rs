//! When the exchanges trade: sessions, half days, opening and closing times, 2000 to 2027.
//!
//! How it works:
//! 1. `holidays` knows how a holiday is found in a year (third Monday, Good Friday, the Monday after).
//! 2. `nyse` and `tsx` say which ones their exchange keeps, and list what no rule foretells.
//! 3. `table` turns a year's closures into one bit a day, once per process.
//!
//! A date outside the years that were checked is an error, never a guess.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

mod holidays;
mod nyse;
mod tsx;
mod table;

use crate::interval::SessionMinutes;
use table::Table;

/// First date the calendars know.
pub const CALENDAR_FIRST: Date = jiff::civil::date(2000, 1, 1);
/// Last date the calendars know.
pub const CALENDAR_LAST: Date = jiff::civil::date(2027, 12, 31);

/// Regular sessions open then, local time.
const OPEN: Time = jiff::civil::time(9, 30, 0, 0);
/// Regular sessions close then, local time.
const CLOSE: Time = jiff::civil::time(16, 0, 0, 0);
/// Half days close then, local time.
const CLOSE_EARLY: Time = jiff::civil::time(13, 0, 0, 0);

/// An exchange whose calendar is known, by its ISO 10383 market identifier code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Exchange {
    /// New York Stock Exchange; Nasdaq keeps the same days and hours.
    Xnys,
    /// Toronto Stock Exchange.
    Xtse,
}

/// Opening and closing of one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionHours {
    /// Opening auction.
    pub open: Timestamp,
    /// Closing auction.
    pub close: Timestamp,
    /// Closes early, at 13:00 local time.
    pub half_day: bool,
}

/// Why a calendar gives no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Nothing is known of that date.
    #[error("the {exchange} calendar covers {from} to {to}; {date} is outside")]
    OutOfRange {
        /// Whose calendar was asked.
        exchange: Exchange,
        /// The date asked about, or reached while looking for a neighbouring session.
        date: Date,
        /// First date known.
        from: Date,
        /// Last date known.
        to: Date,
    },
}

impl Exchange {
    /// Both exchanges.
    pub const ALL: [Self; 2] = [Self::Xnys, Self::Xtse];

    /// The market identifier code, e.g. `XNYS`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Xnys => "XNYS",
            Self::Xtse => "XTSE",
        }
    }

    /// Name of the exchange's time zone in the tz database.
    pub const fn time_zone_name(self) -> &'static str {
        match self {
            Self::Xnys => "America/New_York",
            Self::Xtse => "America/Toronto",
        }
    }

    /// The exchange's time zone, from the tz database compiled into the program: the same on every
    /// machine. Cheap to clone.
    pub fn time_zone(self) -> TimeZone {
        self.table().time_zone().clone()
    }

    /// Whether the exchange holds a session on that date.
    ///
    /// **Cost:** a bit test, after the first call of the process.
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] before 2000 and after 2027.
    pub fn is_session(self, date: Date) -> Result<bool, CalendarError> {
        Ok(self.table().is_session(self.day(date)?))
    }

    /// Opening and closing of that date's session; `None` when there is none.
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] before 2000 and after 2027.
    pub fn session(self, date: Date) -> Result<Option<SessionHours>, CalendarError> {
        let (day, table) = (self.day(date)?, self.table());
        if !table.is_session(day) {
            return Ok(None);
        }
        let half_day = table.is_half_day(day);
        let close = if half_day { CLOSE_EARLY } else { CLOSE };
        Ok(Some(SessionHours {
            open: self.instant(date, OPEN),
            close: self.instant(date, close),
            half_day,
        }))
    }

    /// Opening and closing of that date's session in the exchange's wall time; `None` when there is
    /// none.
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] before 2000 and after 2027.
    pub fn session_minutes(self, date: Date) -> Result<Option<SessionMinutes>, CalendarError> {
        let (day, table) = (self.day(date)?, self.table());
        let close = if table.is_half_day(day) { CLOSE_EARLY } else { CLOSE };
        let hours = SessionMinutes { open: minute_of(OPEN), close: minute_of(close) };
        Ok(table.is_session(day).then_some(hours))
    }

    /// The sessions of `from..=to` in order; empty when `to` is before `from`.
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] when either end is before 2000 or after 2027.
    pub fn sessions(self, from: Date, to: Date) -> Result<Vec<Date>, CalendarError> {
        let (first, last) = (self.day(from)?, self.day(to)?);
        let table = self.table();
        Ok((first..=last).filter(|&day| table.is_session(day)).map(table::date_of).collect())
    }

    /// The first session after `date`, which need not be a session itself.
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] when `date` is outside 2000 to 2027, or no session follows it
    /// there.
    pub fn next_session(self, date: Date) -> Result<Date, CalendarError> {
        let (day, table) = (self.day(date)?, self.table());
        (day + 1..table::DAYS)
            .find(|&day| table.is_session(day))
            .map(table::date_of)
            .ok_or_else(|| self.out_of_range(table::date_of(table::DAYS)))
    }

    /// The last session before `date`, which need not be a session itself.
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] when `date` is outside 2000 to 2027, or no session precedes it
    /// there.
    pub fn previous_session(self, date: Date) -> Result<Date, CalendarError> {
        let (day, table) = (self.day(date)?, self.table());
        (0..day)
            .rev()
            .find(|&day| table.is_session(day))
            .map(table::date_of)
            .ok_or_else(|| self.out_of_range(jiff::civil::date(1999, 12, 31)))
    }

    /// How many sessions lie after `after` and not after `until`: 1 from a session to the next one,
    /// 0 when `until` is not after `after`.
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] when either date is before 2000 or after 2027.
    pub fn sessions_between(self, after: Date, until: Date) -> Result<u32, CalendarError> {
        let (after, until) = (self.day(after)?, self.day(until)?);
        let table = self.table();
        Ok(table.sessions_through(until).saturating_sub(table.sessions_through(after)))
    }

    /// Days since [`CALENDAR_FIRST`].
    fn day(self, date: Date) -> Result<usize, CalendarError> {
        table::day_of(date).ok_or_else(|| self.out_of_range(date))
    }

    fn table(self) -> &'static Table {
        Table::of(self)
    }

    fn instant(self, date: Date, time: Time) -> Timestamp {
        self.table()
            .time_zone()
            .to_timestamp(date.to_datetime(time))
            .expect("dates of 2000 to 2027 are far from the ends of what a timestamp holds")
    }

    fn out_of_range(self, date: Date) -> CalendarError {
        CalendarError::OutOfRange { exchange: self, date, from: CALENDAR_FIRST, to: CALENDAR_LAST }
    }
}

/// Minutes since midnight.
fn minute_of(time: Time) -> u16 {
    u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs())
}

impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Exchange {
    type Err = String;
    /// Reads the market identifier code in upper or lower case.
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|exchange| exchange.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| format!("exchange `{text}` is not known; XNYS and XTSE are"))
    }
}

#[cfg(test)]
mod tests;
