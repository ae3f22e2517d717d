//! New York Stock Exchange: which holidays it keeps.
//!
//! **Source:** NYSE Rule 7.2 (holidays) and the exchange's yearly holiday notices; the special days
//! are those of its published history of closings.

use jiff::civil::{Date, Weekday, date};

use super::holidays::{good_friday, nearest_weekday, nth};

/// Closures no rule foretells, with their reasons.
const SPECIAL_CLOSURES: [Date; 10] = [
    // attack on the World Trade Center
    date(2001, 9, 11),
    date(2001, 9, 12),
    date(2001, 9, 13),
    date(2001, 9, 14),
    // mourning for President Reagan
    date(2004, 6, 11),
    // mourning for President Ford
    date(2007, 1, 2),
    // hurricane Sandy
    date(2012, 10, 29),
    date(2012, 10, 30),
    // mourning for President George H. W. Bush
    date(2018, 12, 5),
    // mourning for President Carter
    date(2025, 1, 9),
];

/// Half days no rule foretells: 5 July 2002 stood in for the 3rd, and a Friday after Christmas.
const SPECIAL_HALF_DAYS: [Date; 2] = [date(2002, 7, 5), date(2003, 12, 26)];
/// A day the rule would make a half day, and was none.
const FULL_AFTER_ALL: Date = date(2002, 7, 3);
/// Juneteenth is kept from this year on.
const JUNETEENTH_SINCE: i16 = 2022;

/// Closed days of a year; some may fall on a weekend.
pub(super) fn closures(year: i16) -> Vec<Date> {
    let mut days = vec![
        nth(year, 1, Weekday::Monday, 3), // Martin Luther King Day
        nth(year, 2, Weekday::Monday, 3), // Washington's Birthday
        good_friday(year),
        nth(year, 5, Weekday::Monday, -1), // Memorial Day
        nearest_weekday(date(year, 7, 4)), // Independence Day
        nth(year, 9, Weekday::Monday, 1),  // Labor Day
        thanksgiving(year),
        nearest_weekday(date(year, 12, 25)), // Christmas
    ];
    days.extend(new_year(year));
    if year >= JUNETEENTH_SINCE {
        days.push(nearest_weekday(date(year, 6, 19)));
    }
    days.extend(SPECIAL_CLOSURES.into_iter().filter(|day| day.year() == year));
    days
}

/// Days of a year that close early, if they are sessions at all.
pub(super) fn half_days(year: i16) -> Vec<Date> {
    let mut days = vec![
        date(year, 7, 3),
        thanksgiving(year).tomorrow().expect("November is not the end of time"),
        date(year, 12, 24),
    ];
    days.retain(|&day| day != FULL_AFTER_ALL);
    days.extend(SPECIAL_HALF_DAYS.into_iter().filter(|day| day.year() == year));
    days
}

/// A Sunday's New Year is kept on Monday; a Saturday's is not kept, because the Friday before ends
/// the accounting year.
fn new_year(year: i16) -> Option<Date> {
    let day = date(year, 1, 1);
    (day.weekday() != Weekday::Saturday).then(|| nearest_weekday(day))
}

fn thanksgiving(year: i16) -> Date {
    nth(year, 11, Weekday::Thursday, 4)
}
