//! Toronto Stock Exchange: which holidays it keeps.
//!
//! A holiday on a weekend moves forward, never back. The exchange stays open on Easter Monday,
//! 30 September and Remembrance Day.
//!
//! **Source:** the exchange's yearly trading calendar.

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday, date};

use super::holidays::{good_friday, nth, weekday_from};

/// Closures no rule foretells: the attack on the World Trade Center.
const SPECIAL_CLOSURES: [Date; 2] = [date(2001, 9, 11), date(2001, 9, 12)];
/// Family Day is kept from this year on.
const FAMILY_DAY_SINCE: i16 = 2008;
/// The oracle lists early closes from this year on; whether earlier ones happened is not known.
const HALF_DAYS_SINCE: i16 = 2010;

/// Closed days of a year.
pub(super) fn closures(year: i16) -> Vec<Date> {
    let christmas = weekday_from(date(year, 12, 25));
    let mut days = vec![
        weekday_from(date(year, 1, 1)), // New Year
        good_friday(year),
        victoria_day(year),
        weekday_from(date(year, 7, 1)),    // Canada Day
        nth(year, 8, Weekday::Monday, 1),  // Civic Holiday
        nth(year, 9, Weekday::Monday, 1),  // Labour Day
        nth(year, 10, Weekday::Monday, 2), // Thanksgiving
        christmas,
        weekday_from(christmas + 1.day()), // Boxing Day, always after the day kept as Christmas
    ];
    if year >= FAMILY_DAY_SINCE {
        days.push(nth(year, 2, Weekday::Monday, 3));
    }
    days.extend(SPECIAL_CLOSURES.into_iter().filter(|day| day.year() == year));
    days
}

/// Days of a year that close early, if they are sessions at all.
pub(super) fn half_days(year: i16) -> Vec<Date> {
    if year >= HALF_DAYS_SINCE { vec![date(year, 12, 24)] } else { Vec::new() }
}

/// The last Monday before 25 May.
fn victoria_day(year: i16) -> Date {
    date(year, 5, 25)
        .nth_weekday(-1, Weekday::Monday)
        .expect("a Monday lies in the week before any day of May")
}
