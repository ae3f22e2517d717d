//! What the headers of an answer say about limits and about the broker's clock.

use std::time::Duration;

use jiff::fmt::rfc2822;
use reqwest::header::HeaderMap;
use tradebot_domain::Timestamp;

/// Readings of one answer. Whatever does not read is absent: headers never fail a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Readings {
    /// Calls left in the broker's window.
    pub remaining: Option<u64>,
    /// When the broker counts anew, Unix seconds on its clock.
    pub reset: Option<i64>,
    /// How long it asks to wait.
    pub retry_after: Option<Duration>,
    /// The broker's clock, to the second.
    pub date: Option<Timestamp>,
}

impl Readings {
    /// Reads the headers of one answer.
    pub fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(str::trim);
        let date =
            |text: &str| rfc2822::parse(&text.replace("GMT", "+0000")).ok().map(|z| z.timestamp());
        let now = text("date").and_then(date);
        Self {
            remaining: text("x-ratelimit-remaining").and_then(|t| t.parse().ok()),
            reset: text("x-ratelimit-reset").and_then(|t| t.parse().ok()),
            retry_after: text("retry-after").and_then(|t| match t.parse() {
                Ok(seconds) => Some(Duration::from_secs(seconds)),
                Err(_) => between(now?, date(t)?),
            }),
            date: now,
        }
    }

    /// Time until the broker counts anew, against its own clock where it tells it, else against
    /// `now` here. Our clock may be minutes off; its own is not.
    pub fn reset_in(&self, now: Timestamp) -> Option<Duration> {
        let reset = Timestamp::from_second(self.reset?).ok()?;
        between(self.date.unwrap_or(now), reset)
    }

    /// How long to wait after a rate limit: what the broker asks for, else until it counts anew.
    /// Where it says that calls are left, the window that is full is not the one of its headers,
    /// and nothing is known.
    pub fn wait(&self, now: Timestamp) -> Option<Duration> {
        let reset = || self.reset_in(now).filter(|_| self.remaining.is_none_or(|left| left == 0));
        self.retry_after.or_else(reset)
    }

    /// Seconds that the broker's clock is ahead of `now`.
    pub fn skew_s(&self, now: Timestamp) -> Option<i64> {
        self.date.map(|date| date.as_second().saturating_sub(now.as_second()))
    }
}

/// From one moment to a later one; zero when it has passed.
fn between(from: Timestamp, to: Timestamp) -> Option<Duration> {
    let seconds = to.as_second().checked_sub(from.as_second())?;
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use reqwest::header::HeaderValue;

    fn readings(headers: &[(&'static str, &str)]) -> Readings {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, HeaderValue::from_str(value).unwrap());
        }
        Readings::of(&map)
    }

    #[test]
    fn a_reset_is_counted_on_the_brokers_clock_not_ours() {
        let reading = readings(&[
            ("date", "Thu, 09 Jul 2026 14:31:22 GMT"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "1783607500"),
        ]);
        let date: Timestamp = "2026-07-09T14:31:22Z".parse().unwrap();
        assert_eq!(reading.date, Some(date));
        assert_eq!(reading.remaining, Some(0));
        let expected = Duration::from_secs(1_783_607_500 - date.as_second().unsigned_abs());
        let ours_off_by_minutes = date + jiff::SignedDuration::from_mins(-7);
        assert_eq!(reading.wait(ours_off_by_minutes), Some(expected));
        assert_eq!(reading.skew_s(ours_off_by_minutes), Some(420));
    }

    #[test]
    fn what_the_broker_asks_for_wins_in_both_of_its_forms() {
        let now = Timestamp::UNIX_EPOCH;
        let seconds = readings(&[("retry-after", "7"), ("x-ratelimit-reset", "99")]);
        assert_eq!(seconds.wait(now), Some(Duration::from_secs(7)));
        let date = readings(&[
            ("date", "Thu, 09 Jul 2026 14:31:22 GMT"),
            ("retry-after", "Thu, 09 Jul 2026 14:31:52 GMT"),
        ]);
        assert_eq!(date.wait(now), Some(Duration::from_secs(30)));
    }

    #[test]
    fn a_reset_of_a_window_that_is_not_full_says_nothing_of_the_one_that_is() {
        let now = Timestamp::from_second(10).unwrap();
        let full = readings(&[("x-ratelimit-reset", "99"), ("x-ratelimit-remaining", "0")]);
        assert_eq!(full.wait(now), Some(Duration::from_secs(89)));
        let other = readings(&[("x-ratelimit-reset", "99"), ("x-ratelimit-remaining", "14980")]);
        assert_eq!((other.wait(now), other.reset_in(now)), (None, Some(Duration::from_secs(89))));
    }

    #[test]
    fn a_reset_that_has_passed_is_no_wait() {
        let past = readings(&[("x-ratelimit-reset", "10")]);
        assert_eq!(past.wait(Timestamp::from_second(20).unwrap()), Some(Duration::ZERO));
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(
            name in prop::sample::select(vec![
                "date", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after",
            ]),
            value in prop::collection::vec(32_u8..=255, 0..40),
        ) {
            let mut map = HeaderMap::new();
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                map.insert(name, value);
            }
            let reading = Readings::of(&map);
            let _ = reading.wait(Timestamp::MIN);
            let _ = reading.skew_s(Timestamp::MAX);
        }

        #[test]
        fn no_number_in_a_header_overflows(reset in any::<i64>(), date in any::<i64>()) {
            let reading = Readings {
                reset: Some(reset), date: Timestamp::from_second(date).ok(), ..Readings::default()
            };
            let _ = reading.wait(Timestamp::MIN);
        }
    }
}
