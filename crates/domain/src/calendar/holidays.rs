//! How a holiday is found in a year.

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

/// The `nth` such weekday of a month, counted from the end when `nth` is negative.
pub(super) fn nth(year: i16, month: i8, weekday: Weekday, nth: i8) -> Date {
    jiff::civil::date(year, month, 1)
        .nth_weekday_of_month(nth, weekday)
        .expect("every month has a first to fourth and a last of each weekday")
}

/// The weekday nearest to a holiday: Saturday gives Friday, Sunday gives Monday.
pub(super) fn nearest_weekday(date: Date) -> Date {
    match date.weekday() {
        Weekday::Saturday => date - 1.day(),
        Weekday::Sunday => date + 1.day(),
        _ => date,
    }
}

/// The first weekday on or after a holiday: Saturday and Sunday give Monday.
pub(super) fn weekday_from(date: Date) -> Date {
    match date.weekday() {
        Weekday::Saturday => date + 2.days(),
        Weekday::Sunday => date + 1.day(),
        _ => date,
    }
}

/// Two days before Easter Sunday of the Gregorian calendar.
///
/// **Source:** the anonymous algorithm in Nature, 20 April 1876, as restated by J. Meeus,
/// *Astronomical Algorithms*, chapter 8; its letters are kept.
pub(super) fn good_friday(year: i16) -> Date {
    let a = year % 19;
    let (b, c) = (year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let f = (b + 8) / 25;
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let days_after_march_begins = h + l - 7 * m + 21;
    jiff::civil::date(year, 3, 1) + i32::from(days_after_march_begins).days() - 2.days()
}
