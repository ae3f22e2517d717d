//! The clock of a session for bars shorter than one: when entries end and positions leave.
//!
//! A run of daily bars has none. What else a bar's length means is decided where it matters, and
//! follows one rule: what is about holding and patience counts bars, what is about the account's
//! day counts sessions.

use serde::{Deserialize, Serialize};
use tradebot_domain::{Date, Exchange, Interval, Moment, SessionMinutes};

use crate::error::EngineError;

/// What a run on intraday bars is told of its sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intraday {
    /// Length of a bar, minutes: 1, 5, 15, 30 or 60.
    pub minutes: u16,
    /// Exchange whose hours apply.
    pub exchange: Exchange,
    /// Positions leave at the open of a session's last bar, and no entry is decided that could not.
    pub flat_at_close: bool,
    /// No entry within so many minutes of the close; 0 allows them to the last, whose fill is the
    /// next session's open.
    pub quiet_minutes: u16,
}

/// Most minutes before the close that may be kept free of entries: a half day's length.
pub const QUIET_MINUTES_MAX: u16 = 210;

impl Intraday {
    /// Bars of so many minutes in New York, held over night, with entries at any time.
    pub const fn of_minutes(minutes: u16) -> Self {
        Self { minutes, exchange: Exchange::Xnys, flat_at_close: false, quiet_minutes: 0 }
    }

    /// # Errors
    /// [`EngineError::Config`] for a length that is no interval, or more quiet than a half day has.
    pub fn validate(self) -> Result<(), EngineError> {
        if Interval::of_minutes(self.minutes).is_none() {
            let found = self.minutes;
            let text = format!("intraday.minutes is {found}; 1, 5, 15, 30 and 60 are allowed");
            return Err(EngineError::Config(text));
        }
        if self.quiet_minutes > QUIET_MINUTES_MAX {
            let found = self.quiet_minutes;
            let text = format!("intraday.quiet_minutes is {found}; 0 to 210 are allowed");
            return Err(EngineError::Config(text));
        }
        Ok(())
    }
}

/// Where a session stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionClock {
    config: Intraday,
    interval: Interval,
    now: Option<(Date, Option<SessionMinutes>, u16)>,
}

impl SessionClock {
    pub(crate) fn new(config: Intraday) -> Self {
        let interval = Interval::of_minutes(config.minutes).unwrap_or_default();
        Self { config, interval, now: None }
    }

    /// A bar has ended.
    pub(crate) fn set(&mut self, at: Moment) {
        let (date, minute) = (at.date(), at.minute().unwrap_or_default());
        let hours = match self.now {
            Some((day, hours, _)) if day == date => hours,
            _ => self.config.exchange.session_minutes(date).ok().flatten(),
        };
        self.now = Some((date, hours, minute));
    }

    /// Hours of the session, the minute that ended, and the end of the bar after it.
    fn place(&self) -> Option<(SessionMinutes, u16, Option<u16>)> {
        let (_, hours, minute) = self.now?;
        let hours = hours?;
        Some((hours, minute, hours.end_of(minute + 1, self.interval)))
    }

    /// The next bar is the session's last, and positions are to leave at its open.
    pub(crate) fn leaves(&self) -> bool {
        let Some((hours, _, next)) = self.place() else { return false };
        self.config.flat_at_close && next == Some(hours.close)
    }

    /// Why no entry may be decided now; none when one may.
    pub(crate) fn no_entry(&self) -> Option<String> {
        let (hours, minute, next) = self.place()?;
        let left = hours.close.saturating_sub(minute);
        let quiet = self.config.quiet_minutes;
        if left < quiet {
            return Some(format!("{left} minutes to the close; entries end {quiet} before it"));
        }
        let late = self.config.flat_at_close && next.is_none_or(|end| end >= hours.close);
        late.then(|| {
            format!("{left} minutes to the close: what is entered now could not leave before it")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(config: Intraday, text: &str) -> SessionClock {
        let mut clock = SessionClock::new(config);
        clock.set(text.parse().unwrap());
        clock
    }

    #[test]
    fn positions_leave_with_the_last_bar_of_full_and_half_days() {
        let flat = Intraday { flat_at_close: true, ..Intraday::of_minutes(5) };
        let leaves = |text: &str| at(flat, text).leaves();
        assert!(leaves("2013-11-27T15:55") && leaves("2013-11-29T12:55"));
        for other in
            ["2013-11-27T15:50", "2013-11-27T16:00", "2013-11-27T12:55", "2013-11-29T13:00"]
        {
            assert!(!leaves(other), "{other}");
        }
        let hour = Intraday { flat_at_close: true, ..Intraday::of_minutes(60) };
        assert!(at(hour, "2013-11-27T15:30").leaves(), "the last bar of an hour is half of one");
        assert!(!at(Intraday::of_minutes(5), "2013-11-27T15:55").leaves());
    }

    #[test]
    fn entries_end_in_time() {
        let flat = Intraday { flat_at_close: true, ..Intraday::of_minutes(5) };
        assert_eq!(at(flat, "2013-11-27T15:50").no_entry(), None);
        assert!(at(flat, "2013-11-27T15:55").no_entry().is_some());
        assert!(at(flat, "2013-11-27T16:00").no_entry().is_some());
        assert!(at(flat, "2013-11-29T12:55").no_entry().is_some(), "a half day");
        let quiet = Intraday { quiet_minutes: 30, ..Intraday::of_minutes(5) };
        assert_eq!(at(quiet, "2013-11-27T15:30").no_entry(), None);
        assert!(at(quiet, "2013-11-27T15:35").no_entry().is_some());
        assert!(at(quiet, "2013-11-29T12:35").no_entry().is_some(), "a half day");
        assert_eq!(at(Intraday::of_minutes(5), "2013-11-27T16:00").no_entry(), None);
    }

    #[test]
    fn what_is_no_interval_is_refused() {
        for bad in
            [Intraday::of_minutes(7), Intraday { quiet_minutes: 211, ..Intraday::of_minutes(5) }]
        {
            assert!(matches!(bad.validate(), Err(EngineError::Config(_))), "{bad:?}");
        }
        Intraday { quiet_minutes: 210, ..Intraday::of_minutes(60) }.validate().unwrap();
    }
}
