//! Eastern time: how moments are written, and where days begin.

use jiff::ToSpan as _;
use tradebot_broker_questrade::BrokerTime;
use tradebot_domain::{Date, Exchange, Timestamp};

/// Microseconds of a second.
pub(crate) const MICROS: i64 = 1_000_000;

/// A moment as the broker writes it: at the Eastern offset that holds then.
pub(crate) fn eastern(at: Timestamp) -> BrokerTime {
    BrokerTime::new(at, Exchange::Xnys.time_zone().to_offset(at))
}

/// The Eastern date of a moment.
pub(crate) fn date_of(at: Timestamp) -> Date {
    eastern(at).eastern_date()
}

/// The moment an Eastern date begins.
pub(crate) fn midnight(date: Date) -> Timestamp {
    Exchange::Xnys
        .time_zone()
        .to_timestamp(date.at(0, 0, 0, 0))
        .expect("dates of the simulator are far from the ends of what a timestamp holds")
}

/// The day after.
pub(crate) fn next_day(date: Date) -> Date {
    date.checked_add(1.day()).expect("the simulator stays within the calendars' years")
}

/// A moment so many milliseconds later (earlier when negative).
pub(crate) fn later_ms(at: Timestamp, ms: i64) -> Timestamp {
    at.checked_add(ms.milliseconds()).unwrap_or(at)
}

/// A moment so many seconds later.
pub(crate) fn later_s(at: Timestamp, s: i64) -> Timestamp {
    at.checked_add(s.seconds()).unwrap_or(at)
}

/// Whole seconds from one moment to another.
pub(crate) fn seconds_between(from: Timestamp, to: Timestamp) -> i64 {
    (to.as_microsecond() - from.as_microsecond()).div_euclid(MICROS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_day_of_the_clock_change_is_23_or_25_hours_long() {
        for (date, hours) in [("2026-03-08", 23), ("2026-11-01", 25), ("2026-07-09", 24)] {
            let date: Date = date.parse().unwrap();
            assert_eq!(seconds_between(midnight(date), midnight(next_day(date))), hours * 3_600);
        }
    }

    proptest! {
        #[test]
        fn a_moment_comes_back_from_its_text_at_either_offset(s in 946_702_800_i64..1_830_000_000) {
            let at = Timestamp::from_microsecond(s * MICROS + 123_456).unwrap();
            let written = eastern(at).to_string();
            prop_assert!(written.ends_with("-04:00") || written.ends_with("-05:00"), "{}", written);
            let read: BrokerTime = written.parse().unwrap();
            prop_assert_eq!(read.instant(), at);
            prop_assert!(midnight(date_of(at)) <= at && at < midnight(next_day(date_of(at))));
        }
    }
}
