//! Candles: windows, intervals, clipping.

use jiff::ToSpan as _;
use jiff::civil::Weekday;
use tradebot_broker_questrade::candle::Candle;
use tradebot_domain::{Date, Timestamp};

use super::tape::{Span, price, units};
use super::{Instrument, Market};
use crate::world::time::{date_of, eastern, later_s, midnight, next_day};

/// A moment range, the end excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
}

/// The window holds more candles than a reply may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WindowError;

/// Length of a candle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interval {
    /// So many minutes of a session.
    Minutes(usize),
    Day,
    Week,
    Month,
    Year,
}

impl Interval {
    pub(crate) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "OneMinute" => Self::Minutes(1),
            "TwoMinutes" => Self::Minutes(2),
            "ThreeMinutes" => Self::Minutes(3),
            "FourMinutes" => Self::Minutes(4),
            "FiveMinutes" => Self::Minutes(5),
            "TenMinutes" => Self::Minutes(10),
            "FifteenMinutes" => Self::Minutes(15),
            "TwentyMinutes" => Self::Minutes(20),
            "HalfHour" => Self::Minutes(30),
            "OneHour" => Self::Minutes(60),
            "TwoHours" => Self::Minutes(120),
            "FourHours" => Self::Minutes(240),
            "OneDay" => Self::Day,
            "OneWeek" => Self::Week,
            "OneMonth" => Self::Month,
            "OneYear" => Self::Year,
            _ => return None,
        })
    }

    /// First and one-past-last date of the candle that holds a date.
    fn dates(self, date: Date) -> (Date, Date) {
        let plus = |d: Date, span: jiff::Span| d.checked_add(span).unwrap_or(d);
        match self {
            Self::Minutes(_) | Self::Day => (date, next_day(date)),
            Self::Week => {
                let back = date.weekday().since(Weekday::Monday);
                let monday = plus(date, (-i64::from(back)).days());
                (monday, plus(monday, 7.days()))
            }
            Self::Month => (date.first_of_month(), plus(date.first_of_month(), 1.month())),
            Self::Year => (date.first_of_year(), plus(date.first_of_year(), 1.year())),
        }
    }
}

/// A candle before it is clipped.
struct Raw {
    start: Timestamp,
    end: Timestamp,
    span: Span,
}

impl Market {
    /// Candles of a window, as they are known at `now`.
    ///
    /// - **most:** more candles than this are an error.
    /// - **adjusted:** bars before a split are divided by it.
    pub(crate) fn candles(
        &self,
        instrument: &Instrument,
        (window, now): (Window, Timestamp),
        interval: Interval,
        (most, adjusted, clip): (usize, bool, bool),
    ) -> Result<Vec<Candle>, WindowError> {
        let mut raw: Vec<Raw> = Vec::new();
        let first = interval.dates(date_of(window.from)).0;
        // A week that the window cuts is whole all the same, as far as it has been traded.
        let last = interval.dates(date_of(window.to)).1.min(next_day(date_of(now)));
        for bar in instrument.bars.iter().filter(|b| b.date.date() >= first && b.date.date() < last)
        {
            let scale =
                if adjusted { instrument.split_factor(bar.date.date(), date_of(now)) } else { 1.0 };
            for candle in self.of_day(instrument, bar.date.date(), now, interval) {
                let candle = Raw { span: scaled(candle.span, scale), ..candle };
                push(&mut raw, candle, interval);
            }
            if raw.iter().filter(|c| c.end > window.from && c.start < window.to).count() > most {
                return Err(WindowError);
            }
        }
        raw.retain(|c| c.end > window.from && c.start < window.to);
        if clip {
            if let Some(first) = raw.first_mut() {
                first.start = first.start.max(window.from);
            }
            if let Some(last) = raw.last_mut() {
                last.end = last.end.min(window.to);
            }
        }
        Ok(raw.iter().map(candle).collect())
    }

    /// Candles of one session: one for a day or longer, several within it.
    fn of_day(
        &self,
        instrument: &Instrument,
        date: Date,
        now: Timestamp,
        interval: Interval,
    ) -> Vec<Raw> {
        let Interval::Minutes(length) = interval else {
            let span = if date < date_of(now) {
                instrument.bar(date).map(whole)
            } else {
                let day = self.day(instrument, date);
                day.and_then(|day| day.minutes_at(now).map(|minutes| day.span(0, minutes)))
            };
            let (from, to) = interval.dates(date);
            let raw = |span| Raw { start: midnight(from), end: midnight(to), span };
            return span.map(raw).into_iter().collect();
        };
        let Some(day) = self.day(instrument, date) else { return Vec::new() };
        let Some(minutes) = day.minutes_at(now) else { return Vec::new() };
        let at = |minute: usize| {
            later_s(day.hours.open, 60 * i64::try_from(minute).unwrap_or(i64::MAX / 60))
        };
        (0..minutes.max(1))
            .step_by(length)
            .map(|from| Raw {
                start: at(from),
                end: at(from + length).min(day.hours.close),
                span: day.span(from, (from + length).min(minutes)),
            })
            .collect()
    }
}

/// Adds a candle, or makes the last one longer when both are of one week, month or year.
fn push(all: &mut Vec<Raw>, next: Raw, interval: Interval) {
    let longer = matches!(interval, Interval::Week | Interval::Month | Interval::Year);
    match all.last_mut().filter(|last| longer && last.start == next.start) {
        Some(last) => {
            last.span.high = last.span.high.max(next.span.high);
            last.span.low = last.span.low.min(next.span.low);
            last.span.close = next.span.close;
            last.span.volume += next.span.volume;
            last.span.turnover += next.span.turnover;
        }
        None => all.push(next),
    }
}

/// A finished session. Its average is that of its four prices: nothing finer is recorded.
#[expect(clippy::cast_possible_truncation, reason = "volumes are far below what an i64 holds")]
fn whole(bar: &tradebot_domain::Bar) -> Span {
    let [open, high, low, close] = [bar.open, bar.high, bar.low, bar.close].map(units);
    let volume = bar.volume as i64;
    let average = (open + high + low + close) / 4;
    Span { open, high, low, close, volume, turnover: i128::from(average) * i128::from(volume) }
}

#[expect(clippy::cast_possible_truncation, reason = "prices and volumes are far below the bounds")]
fn scaled(span: Span, factor: f64) -> Span {
    if factor == 1.0 {
        return span;
    }
    let by = |x: i64| (x as f64 / factor).round() as i64;
    Span {
        open: by(span.open),
        high: by(span.high),
        low: by(span.low),
        close: by(span.close),
        volume: (span.volume as f64 * factor).round() as i64,
        turnover: span.turnover,
    }
}

fn candle(raw: &Raw) -> Candle {
    Candle {
        start: eastern(raw.start),
        end: eastern(raw.end),
        open: price(raw.span.open),
        high: price(raw.span.high),
        low: price(raw.span.low),
        close: price(raw.span.close),
        volume: raw.span.volume,
        vwap: Some(raw.span.vwap()),
    }
}
