//! When a bar ended: the key of bars, cycles, decisions and records.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Minute of a moment that is a whole session: later than every minute of the day.
const WHOLE: u16 = u16::MAX;

/// Minutes of a day, and the latest minute at which a bar can end.
const DAY: u16 = 24 * 60;

/// The end of a bar: a session, or a minute of one.
///
/// - **Units:** a civil date of the exchange and, for an intraday bar, the minute at which it
///   ended, in the exchange's wall time. No session of the exchanges known here goes over a change
///   of the clocks, so wall time has neither gaps nor repetitions within a session.
/// - **Order:** by date, then by minute; a daily bar counts as the end of its day, after all of
///   its minutes.
/// - **Text:** `2013-10-07` for a daily bar and `2013-10-07T09:31` for an intraday one, so that
///   text sorts as moments do among bars of one interval.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// Year, month, day and minute from the highest bits down, so that moments compare as one
    /// number does: they are compared several times on every bar.
    key: i64,
}

/// Bits below the date.
const MINUTE_BITS: u32 = 16;

/// A text or a minute that is no moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MomentError {
    /// The text is neither a date nor a date with a minute.
    #[error("`{text}` is neither YYYY-MM-DD nor YYYY-MM-DDTHH:MM")]
    Text {
        /// What was read.
        text: String,
    },
    /// A bar of a session ends after midnight and by the next one.
    #[error("minute {minute} of {date} is outside 1 to 1440")]
    Minute {
        /// The session.
        date: Date,
        /// The minute asked for.
        minute: u32,
    },
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "each part is read from the bits that it was put into"
)]
impl Moment {
    /// Before every other.
    pub const MIN: Self = Self::packed((-9999, 1, 1), 0);
    /// After every other.
    pub const MAX: Self = Self::packed((9999, 12, 31), WHOLE);

    /// The whole session of a date: the key of its daily bar.
    #[inline]
    pub fn daily(date: Date) -> Self {
        Self::packed((date.year(), date.month(), date.day()), WHOLE)
    }

    #[inline]
    const fn packed((year, month, day): (i16, i8, i8), minute: u16) -> Self {
        let (year, month, day) = (year as i64, month as i64, day as i64);
        Self { key: year << 32 | month << 24 | day << MINUTE_BITS | minute as i64 }
    }

    /// The whole session of a date that is known to be one, for constants and tests.
    ///
    /// # Panics
    /// When there is no such date.
    pub const fn constant(year: i16, month: i8, day: i8) -> Self {
        let _exists = Date::constant(year, month, day);
        Self::packed((year, month, day), WHOLE)
    }

    /// The minute of a date at which an intraday bar ended: 570 is 09:30.
    ///
    /// # Errors
    /// [`MomentError::Minute`] outside 1 to 1440.
    pub fn at(date: Date, minute: u32) -> Result<Self, MomentError> {
        match u16::try_from(minute) {
            Ok(minute @ 1..=DAY) => {
                Ok(Self::packed((date.year(), date.month(), date.day()), minute))
            }
            _ => Err(MomentError::Minute { date, minute }),
        }
    }

    /// The session.
    #[inline]
    pub const fn date(self) -> Date {
        // Only dates are ever packed.
        Date::constant(self.year(), self.month(), self.day())
    }

    /// Both belong to the same session.
    #[inline]
    pub const fn is_same_session(self, other: Self) -> bool {
        self.key >> MINUTE_BITS == other.key >> MINUTE_BITS
    }

    /// The whole session of the day after; none after the last date there is.
    #[inline]
    pub fn day_after(self) -> Option<Self> {
        // No month is shorter, so the day is all that changes.
        if self.is_daily() && self.day() < 28 {
            return Some(Self { key: self.key + (1 << MINUTE_BITS) });
        }
        self.date().tomorrow().ok().map(Self::daily)
    }

    const fn minute_bits(self) -> u16 {
        self.key as u16
    }

    /// Minutes since midnight at which the bar ended; none for a daily bar.
    #[inline]
    pub const fn minute(self) -> Option<u16> {
        match self.minute_bits() {
            WHOLE => None,
            minute => Some(minute),
        }
    }

    /// The end of a whole session.
    #[inline]
    pub const fn is_daily(self) -> bool {
        self.minute_bits() == WHOLE
    }

    /// Year of the session.
    #[inline]
    pub const fn year(self) -> i16 {
        (self.key >> 32) as i16
    }

    /// Month of the session, 1 to 12.
    #[inline]
    pub const fn month(self) -> i8 {
        (self.key >> 24) as i8
    }

    /// Day of the session's month, 1 to 31.
    #[inline]
    pub const fn day(self) -> i8 {
        (self.key >> MINUTE_BITS) as i8
    }
}

impl From<Date> for Moment {
    #[inline]
    fn from(date: Date) -> Self {
        Self::daily(date)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.date(), f)?;
        match self.minute() {
            Some(minute) => write!(f, "T{:02}:{:02}", minute / 60, minute % 60),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        let no_moment = || MomentError::Text { text: text.to_owned() };
        let Some((date, time)) = text.split_once('T') else {
            return text.parse().map(Self::daily).map_err(|_| no_moment());
        };
        let date: Date = date.parse().map_err(|_| no_moment())?;
        let (hours, minutes) = match time.as_bytes() {
            [a, b, b':', c, d] if [a, b, c, d].iter().all(|digit| digit.is_ascii_digit()) => {
                (two(*a, *b), two(*c, *d))
            }
            _ => return Err(no_moment()),
        };
        if minutes > 59 {
            return Err(no_moment());
        }
        Self::at(date, hours * 60 + minutes)
    }
}

/// A number of two ASCII digits.
fn two(tens: u8, ones: u8) -> u32 {
    u32::from(tens - b'0') * 10 + u32::from(ones - b'0')
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Moment;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date, or a date with a minute")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Moment, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn moment() -> impl Strategy<Value = Moment> {
        let days = (1990_i16..2030, 1_i8..=12, 1_i8..=28).prop_map(|(y, m, d)| date(y, m, d));
        (days, prop::option::of(1_u32..=1440)).prop_map(|(date, minute)| match minute {
            Some(minute) => Moment::at(date, minute).unwrap(),
            None => Moment::daily(date),
        })
    }

    proptest! {
        #[test]
        fn text_and_json_read_back(moment in moment()) {
            prop_assert_eq!(moment.to_string().parse::<Moment>().unwrap(), moment);
            let json = serde_json::to_string(&moment).unwrap();
            prop_assert_eq!(serde_json::from_str::<Moment>(&json).unwrap(), moment);
        }

        #[test]
        fn a_daily_moment_is_written_as_its_date(moment in moment()) {
            let (date, daily) = (moment.date(), Moment::daily(moment.date()));
            prop_assert_eq!(daily.to_string(), date.to_string());
            prop_assert_eq!(format!("{daily:?}"), format!("{date:?}"));
            prop_assert_eq!(
                serde_json::to_string(&daily).unwrap(),
                serde_json::to_string(&date).unwrap()
            );
        }

        #[test]
        fn the_day_after_is_that_of_the_calendar(moment in moment(), days in 0_i32..5) {
            for start in [moment, Moment::MIN, (moment.date() + jiff::Span::new().days(days)).into()] {
                let after = start.date().tomorrow().unwrap();
                prop_assert_eq!(start.day_after(), Some(Moment::daily(after)));
            }
            prop_assert_eq!(Moment::MAX.day_after(), None);
        }

        #[test]
        fn text_sorts_as_moments_of_one_kind_do(a in moment(), b in moment()) {
            prop_assume!(a.is_daily() == b.is_daily());
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }

        #[test]
        fn a_session_ends_after_its_minutes_and_before_the_next(a in moment(), b in moment()) {
            prop_assert_eq!(a.date() < b.date() , Moment::daily(a.date()) < Moment::daily(b.date()));
            prop_assert!(a <= Moment::daily(a.date()));
            if a.date() < b.date() {
                prop_assert!(a < b && Moment::daily(a.date()) < b);
            }
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "2013-10-07T",
            "2013-10-07T9:31",
            "2013-10-07T09:60",
            "2013-10-07T24:01",
            "2013-10-07T00:00",
            "2013-10-07T09:31:00",
            "2013-02-30T09:31",
            "2013-10-07T+9:31",
        ] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
        assert!(Moment::at(date(2013, 10, 7), 0).is_err());
        assert!(Moment::at(date(2013, 10, 7), 1441).is_err());
    }

    #[test]
    fn a_moment_is_no_larger_than_a_number() {
        assert!(size_of::<Moment>() <= 8);
    }
}
