//! Candles of any window, however long.
//!
//! The broker sends at most 2,000 a call, clips the first and the last to the window, and sends
//! the one that is not finished too. A long window is cut so that no part can have more; parts
//! overlap by one candle, and of two clippings of one candle the longer is kept.

use jiff::SignedDuration;
use tradebot_domain::{Bar, Date, Timestamp};

use super::accounts::times;
use super::windows::{Window, eastern};
use super::{Client, ClientError};
use crate::candle::{Candle, CandlesReply};
use crate::reply::Conversion;
use crate::transport::Route;

/// The most candles of one reply.
const REPLY_MAX: usize = 2000;

macro_rules! intervals {
    ($($name:ident = $seconds:literal),* $(,)?) => {
        /// How long a candle is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Interval {
            $(#[doc = concat!("`", stringify!($name), "` on the wire.")] $name,)*
        }

        impl Interval {
            /// All of them, shortest first.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word of the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            /// Its length; the shortest there is for months and years.
            pub const fn seconds(self) -> i64 {
                match self { $(Self::$name => $seconds,)* }
            }
        }
    };
}

intervals! {
    OneMinute = 60,
    TwoMinutes = 120,
    ThreeMinutes = 180,
    FourMinutes = 240,
    FiveMinutes = 300,
    TenMinutes = 600,
    FifteenMinutes = 900,
    TwentyMinutes = 1200,
    HalfHour = 1800,
    OneHour = 3600,
    TwoHours = 7200,
    FourHours = 14_400,
    // A day has 23 hours once a year.
    OneDay = 82_800,
    OneWeek = 601_200,
    OneMonth = 2_415_600,
    OneYear = 31_532_400,
}

/// Candles in ascending order, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// How long each is.
    pub interval: Interval,
    /// The candles; times without a trade have none.
    pub candles: Vec<Candle>,
    /// The window cuts into the first one: it holds a part of its time only.
    pub first_is_clipped: bool,
    /// The last one is cut, by the window or by now: its prices are not final.
    pub last_is_clipped: bool,
}

impl Series {
    /// Daily bars by Eastern date, whole ones alone, up to the last finished session, which the
    /// caller knows from a calendar.
    ///
    /// # Errors
    /// As [`Candle::daily_bar`].
    pub fn daily_bars(&self, last_finished: Date) -> Result<Vec<Bar>, Conversion> {
        let first = usize::from(self.first_is_clipped);
        let whole = self.candles.get(first..).unwrap_or_default();
        let bars = whole.iter().filter(|c| c.start.eastern_date() <= last_finished);
        bars.map(Candle::daily_bar).collect()
    }
}

impl Client {
    /// Candles of a window.
    ///
    /// A reply of 2,000 candles may have been cut short, so its window is asked for again in two
    /// halves. For days, give a window from midnight to midnight on the exchanges' clock
    /// ([`Window::last_days`] is one): the ends are not clipped then.
    ///
    /// # Errors
    /// [`ClientError`]; all parts of the window or none.
    pub async fn candles(
        &self,
        symbol_id: i64,
        interval: Interval,
        window: Window,
    ) -> Result<Series, ClientError> {
        let path = format!("markets/candles/{symbol_id}");
        let length = SignedDuration::from_secs(interval.seconds());
        // Even a market that never closes has fewer than 2,000 in a part.
        let mut open = window.spans(length * 1990, length * 2);
        open.reverse();
        let mut parts = Vec::new();
        while let Some(part) = open.pop() {
            let mut query = times(part).to_vec();
            query.push(("interval", interval.as_str().to_owned()));
            let reply: CandlesReply = self.get(Route::Candles, &path, &query).await?;
            match part.halves(length * 2) {
                Some([early, late]) if reply.candles.len() >= REPLY_MAX => {
                    open.extend([late, early]);
                }
                _ => parts.push(reply.candles),
            }
        }
        Ok(series(interval, parts))
    }
}

/// One series from the parts of a window.
fn series(interval: Interval, parts: Vec<Vec<Candle>>) -> Series {
    let mut all: Vec<Candle> = parts.into_iter().flatten().collect();
    all.sort_by_key(|candle| (candle.start.instant(), candle.end.instant()));
    let mut candles: Vec<Candle> = Vec::new();
    for candle in all {
        match candles.last_mut() {
            // The same candle, cut at the border of two parts: the longer one saw more trades.
            Some(known) if candle.start.instant() < known.end.instant() => {
                if length(&candle) > length(known) {
                    *known = candle;
                }
            }
            _ => candles.push(candle),
        }
    }
    let clipped = |candle: Option<&Candle>| candle.is_some_and(|c| !is_whole(c, interval));
    Series {
        interval,
        first_is_clipped: clipped(candles.first()),
        last_is_clipped: clipped(candles.last()),
        candles,
    }
}

fn length(candle: &Candle) -> SignedDuration {
    candle.end.instant().duration_since(candle.start.instant())
}

/// As long as its interval. From a day on, from midnight to midnight on the exchanges' clock and
/// no shorter than the shortest such time.
fn is_whole(candle: &Candle, interval: Interval) -> bool {
    let long_enough = length(candle).as_secs() >= interval.seconds();
    if interval < Interval::OneDay {
        return long_enough;
    }
    let midnight =
        |moment: Timestamp| eastern().to_datetime(moment).time() == jiff::civil::Time::midnight();
    long_enough && midnight(candle.start.instant()) && midnight(candle.end.instant())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use proptest::prelude::*;

    fn candles(json: &str) -> Vec<Candle> {
        serde_json::from_str::<CandlesReply>(json).unwrap().candles
    }

    fn candle(start_s: i64, end_s: i64) -> Candle {
        let time =
            |s| crate::BrokerTime::new(Timestamp::from_second(s).unwrap(), jiff::tz::Offset::UTC);
        let mut candle = candles(samples::CANDLES).remove(0);
        (candle.start, candle.end) = (time(start_s), time(end_s));
        candle
    }

    #[test]
    fn clipped_ends_are_noticed_and_make_no_daily_bar() {
        let series = series(Interval::OneDay, vec![candles(samples::CANDLES)]);
        assert!(series.first_is_clipped && series.last_is_clipped);
        let bars = series.daily_bars(Date::constant(2026, 7, 8)).unwrap();
        assert_eq!(bars.len(), 1);
        assert_eq!(bars[0].date, Date::constant(2026, 7, 8).into());
    }

    #[test]
    fn days_of_23_and_25_hours_are_whole() {
        for (start, end) in [
            ("2026-03-08T00:00:00.000000-05:00", "2026-03-09T00:00:00.000000-04:00"),
            ("2026-11-01T00:00:00.000000-04:00", "2026-11-02T00:00:00.000000-05:00"),
        ] {
            let mut day = candles(samples::CANDLES).remove(1);
            (day.start, day.end) = (start.parse().unwrap(), end.parse().unwrap());
            assert!(is_whole(&day, Interval::OneDay), "{start}");
        }
    }

    #[test]
    fn every_interval_is_spelled_and_longer_than_the_one_before() {
        assert_eq!(Interval::HalfHour.as_str(), "HalfHour");
        assert_eq!(Interval::ALL.len(), 16);
        assert!(Interval::ALL.windows(2).all(|pair| pair[0].seconds() < pair[1].seconds()));
    }

    proptest! {
        /// However a day of minutes is cut into overlapping parts with clipped ends, every minute
        /// comes back whole and once.
        #[test]
        fn cut_minutes_come_back_whole(cuts in prop::collection::vec(130_i64..5900, 0..6)) {
            let minutes = 100;
            let mut cuts = cuts;
            cuts.sort_unstable();
            let mut borders = vec![0];
            borders.extend(cuts);
            borders.push(minutes * 60);
            let mut parts = Vec::new();
            for pair in borders.windows(2) {
                let (from, to) = ((pair[0] - 120).max(0), pair[1]);
                let inside = (0..minutes).map(|m| ((m * 60).max(from), (m * 60 + 60).min(to)));
                parts.push(inside.filter(|(s, e)| s < e).map(|(s, e)| candle(s, e)).collect());
            }
            let merged = series(Interval::OneMinute, parts);
            let starts: Vec<i64> =
                merged.candles.iter().map(|c| c.start.instant().as_second()).collect();
            prop_assert_eq!(starts, (0..minutes).map(|m| m * 60).collect::<Vec<_>>());
            prop_assert!(!merged.first_is_clipped && !merged.last_is_clipped);
            prop_assert!(merged.candles.iter().all(|c| is_whole(c, Interval::OneMinute)));
        }
    }
}
