//! How long a bar is, and where the bars of a session end.

use std::fmt;
use std::num::NonZeroU16;
use std::str::FromStr;

use jiff::civil::Date;

use crate::moment::Moment;

/// Lengths of intraday bars, minutes. Each divides the next but one or stands on its own, and all
/// divide an hour, so that bars of one length are made of bars of any shorter one.
pub const INTRADAY_MINUTES: [u16; 5] = [1, 5, 15, 30, 60];

/// The length of a bar: a session, or so many minutes of one.
///
/// **Text:** `1d`, `1h`, `30m`, `15m`, `5m`, `1m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Interval(Option<NonZeroU16>);

impl Interval {
    /// A session.
    pub const DAILY: Self = Self(None);
    /// One minute.
    pub const MINUTE: Self = Self(NonZeroU16::new(1));

    /// So many minutes; one of [`INTRADAY_MINUTES`].
    pub fn of_minutes(minutes: u16) -> Option<Self> {
        INTRADAY_MINUTES.contains(&minutes).then_some(Self(NonZeroU16::new(minutes)))
    }

    /// Its minutes; none for a session.
    pub const fn minutes(self) -> Option<u16> {
        match self.0 {
            Some(minutes) => Some(minutes.get()),
            None => None,
        }
    }

    /// A session.
    pub const fn is_daily(self) -> bool {
        self.0.is_none()
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.minutes() {
            None => f.write_str("1d"),
            Some(60) => f.write_str("1h"),
            Some(minutes) => write!(f, "{minutes}m"),
        }
    }
}

impl FromStr for Interval {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let minutes = |text: &str| text.parse().ok().and_then(Self::of_minutes);
        match text.strip_suffix('m') {
            _ if text == "1d" => Some(Self::DAILY),
            _ if text == "1h" => minutes("60"),
            Some(number) => minutes(number),
            None => None,
        }
        .ok_or_else(|| format!("`{text}` is no interval; 1m, 5m, 15m, 30m, 1h and 1d are"))
    }
}

/// Opening and closing of a session in the exchange's wall time, minutes since midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionMinutes {
    /// Opening auction; 570 is 09:30.
    pub open: u16,
    /// Closing auction; 960 is 16:00, 780 a half day's 13:00.
    pub close: u16,
}

impl SessionMinutes {
    /// Minutes at which bars of an interval end: from the open on, the last one at the close, which
    /// may be shorter. One, the close, for a session.
    pub fn ends(self, interval: Interval) -> impl Iterator<Item = u16> {
        let Self { open, close } = self;
        let step = interval.minutes().unwrap_or_else(|| close.saturating_sub(open)).max(1);
        (open..close).step_by(usize::from(step)).map(move |start| (start + step).min(close))
    }

    /// The end of the bar of an interval that holds the minute ending at `minute`; none outside of
    /// the session.
    pub fn end_of(self, minute: u16, interval: Interval) -> Option<u16> {
        if minute <= self.open || minute > self.close {
            return None;
        }
        let Some(step) = interval.minutes() else { return Some(self.close) };
        let behind = (minute - self.open).div_ceil(step) * step;
        Some((self.open + behind).min(self.close))
    }

    /// When bars of an interval end on a date: the session itself for a daily one.
    pub fn moments(self, date: Date, interval: Interval) -> impl Iterator<Item = Moment> {
        self.ends(interval).filter_map(move |minute| {
            if interval.is_daily() {
                Some(Moment::daily(date))
            } else {
                Moment::at(date, u32::from(minute)).ok()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FULL: SessionMinutes = SessionMinutes { open: 570, close: 960 };
    const HALF: SessionMinutes = SessionMinutes { open: 570, close: 780 };

    #[test]
    fn bars_begin_with_the_open_and_the_last_ends_with_the_close() {
        let ends = |hours: SessionMinutes, text: &str| -> Vec<u16> {
            hours.ends(text.parse().unwrap()).collect()
        };
        assert_eq!(ends(FULL, "1m").len(), 390);
        assert_eq!(ends(HALF, "1m").len(), 210);
        assert_eq!(ends(FULL, "1h"), [630, 690, 750, 810, 870, 930, 960]);
        assert_eq!(ends(HALF, "1h"), [630, 690, 750, 780]);
        assert_eq!(ends(HALF, "1d"), [780]);
        assert_eq!(ends(FULL, "30m").last(), Some(&960));
    }

    #[test]
    fn names_read_back_and_others_are_refused() {
        for text in ["1d", "1h", "30m", "15m", "5m", "1m"] {
            assert_eq!(text.parse::<Interval>().unwrap().to_string(), text);
        }
        for text in ["", "m", "0m", "7m", "2h", "d", "-5m", "1440m"] {
            assert!(text.parse::<Interval>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_minute_belongs_to_one_bar_that_ends_no_earlier(
            minute in 500_u16..1000, at in 0..6_usize, half in any::<bool>(),
        ) {
            let hours = if half { HALF } else { FULL };
            let all = ["1m", "5m", "15m", "30m", "1h", "1d"];
            let interval: Interval = all[at].parse().unwrap();
            let end = hours.end_of(minute, interval);
            prop_assert_eq!(end.is_some(), minute > hours.open && minute <= hours.close);
            if let Some(end) = end {
                prop_assert!(end >= minute);
                let first = hours.ends(interval).find(|end| *end >= minute);
                prop_assert_eq!(first, Some(end));
            }
        }
    }
}
