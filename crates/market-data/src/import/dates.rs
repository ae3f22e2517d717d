//! The session that a cell names.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use tradebot_domain::{Date, Timestamp};

/// Why a cell is no date: the problem and the remedy.
pub(crate) type NoDate = (String, &'static str);

const NAME_IT: &str = "give the date format, such as %d/%m/%Y";

/// Reads a date, or the date of a moment at the exchange.
///
/// Without a format these are understood: `2005-02-28`, `20050228`, `2005/02/28`, day and month
/// with slashes or dots where only one order is possible, any of the first with a time of day,
/// and seconds or milliseconds since 1970. A time of day at midnight, or without a zone, belongs to the
/// date written; any other is moved to the exchange's zone.
pub(crate) fn parse(text: &str, format: Option<&str>, zone: &TimeZone) -> Result<Date, NoDate> {
    if let Some(format) = format {
        return Date::strptime(format, text)
            .map_err(|_| (format!("is not a date in the format {format}"), NAME_IT));
    }
    if text.is_empty() {
        return Err(("is not a date".to_owned(), "fill it in, or leave the row out"));
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits(text, zone);
    }
    let (day, time) = match text.find(['T', ' ']) {
        Some(at) => (&text[..at], text[at + 1..].trim()),
        None => (text, ""),
    };
    let date = date_only(day)?;
    Ok(if names_another_zone(time) { at_exchange(text, zone).unwrap_or(date) } else { date })
}

/// Reads a date with its minute, in the exchange's wall time: minutes since midnight.
///
/// Without a format these are understood: the dates of [`parse`] that are no digits with a time of
/// day behind `T` or a blank (`09:31`, `09:31:00`), the same with an offset from UTC, which is moved
/// to the exchange's zone, and seconds or milliseconds since 1970. Seconds must be zero.
pub(crate) fn parse_minute(
    text: &str,
    format: Option<&str>,
    zone: &TimeZone,
) -> Result<(Date, u16), NoDate> {
    let when = match format {
        Some(format) => DateTime::strptime(format, text)
            .map_err(|_| (format!("is not a date with a time in the format {format}"), NAME_IT))?,
        None => civil(text, zone).ok_or_else(|| {
            let remedy =
                "write it like 2013-10-07T09:31, or give the format, such as %d/%m/%Y %H:%M";
            ("is not a date with a time of day".to_owned(), remedy)
        })?,
    };
    if when.second() != 0 || when.subsec_nanosecond() != 0 {
        let remedy = "bars of a minute begin and end with one; leave the row out";
        return Err(("is not a whole minute".to_owned(), remedy));
    }
    let part = |part: i8| u16::from(part.unsigned_abs());
    Ok((when.date(), part(when.hour()) * 60 + part(when.minute())))
}

/// Date and time of day at the exchange.
fn civil(text: &str, zone: &TimeZone) -> Option<DateTime> {
    let at = |instant: Timestamp| instant.to_zoned(zone.clone()).datetime();
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        let count: i64 = text.parse().ok()?;
        return match text.len() {
            9 | 10 => Timestamp::from_second(count).ok().map(at),
            12 | 13 => Timestamp::from_millisecond(count).ok().map(at),
            _ => None,
        };
    }
    let split = text.find(['T', ' '])?;
    let (day, time) = (&text[..split], text[split + 1..].trim());
    if let Ok(instant) = text.replacen(' ', "T", 1).parse::<Timestamp>() {
        return Some(at(instant));
    }
    Some(date_only(day).ok()?.to_datetime(time.parse().ok()?))
}

/// `20050228`, or a moment counted from 1970.
fn digits(text: &str, zone: &TimeZone) -> Result<Date, NoDate> {
    let moment = |units_per_second: i64| {
        let count: i64 = text.parse().ok()?;
        if count % (86_400 * units_per_second) == 0 {
            // Midnight UTC is how days are written; no exchange opens then.
            return date_in(Timestamp::from_second(count / units_per_second).ok()?, &TimeZone::UTC);
        }
        date_in(Timestamp::from_second(count / units_per_second).ok()?, zone)
    };
    let date = match text.len() {
        8 => Date::strptime("%Y%m%d", text).ok(),
        9 | 10 => moment(1),
        12 | 13 => moment(1_000),
        _ => None,
    };
    date.ok_or_else(|| ("is not a date".to_owned(), NAME_IT))
}

fn date_only(text: &str) -> Result<Date, NoDate> {
    let no_date = || ("is not a date".to_owned(), NAME_IT);
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    let [a, b, c] = parts[..] else { return Err(no_date()) };
    let number = |part: &str| part.parse::<i16>().ok().filter(|n| (1..=9_999).contains(n));
    let (Some(first), Some(second), Some(third)) = (number(a), number(b), number(c)) else {
        return Err(no_date());
    };
    let (year, month, day) = if a.len() == 4 {
        (first, second, third)
    } else if c.len() != 4 {
        return Err(no_date());
    } else if first > 12 {
        (third, second, first)
    } else if second > 12 {
        (third, first, second)
    } else if first == second {
        (third, first, first)
    } else {
        return Err(("may be day or month first".to_owned(), NAME_IT));
    };
    let small = |part: i16| i8::try_from(part).ok();
    match (small(month), small(day)) {
        (Some(month), Some(day)) => Date::new(year, month, day).map_err(|_| no_date()),
        _ => Err(no_date()),
    }
}

/// A time of day in UTC that is not midnight: the only one that may belong to another date. With
/// any other offset the source wrote its own exchange's civil time.
fn names_another_zone(time: &str) -> bool {
    let utc = time.ends_with('Z') || time.ends_with("+00:00");
    utc && !time.starts_with("00:00:00") && !time.starts_with("00:00Z")
}

fn at_exchange(text: &str, zone: &TimeZone) -> Option<Date> {
    date_in(text.parse().ok()?, zone)
}

#[expect(clippy::unnecessary_wraps, reason = "reads as one step of a chain of options")]
fn date_in(timestamp: Timestamp, zone: &TimeZone) -> Option<Date> {
    Some(timestamp.to_zoned(zone.clone()).date())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradebot_domain::Exchange;

    #[track_caller]
    fn check(text: &str, format: Option<&str>, expected: &str) {
        let date = parse(text, format, &Exchange::Xnys.time_zone());
        assert_eq!(date.map(|d| d.to_string()), Ok(expected.to_owned()), "{text}");
    }

    #[test]
    fn the_usual_ways_to_write_a_date_are_understood() {
        for text in [
            "2005-02-28",
            "20050228",
            "2005/02/28",
            "2005-2-28",
            "28.02.2005",
            "28/02/2005",
            "02/28/2005",
            "2005-02-28 00:00:00",
            "2005-02-28T09:30:00",
            "2005-02-28 00:00:00-05:00",
            "2005-02-28T00:00:00Z",
            "2005-02-28T14:30:00Z",
            "1109548800",
            "1109601000",
            "1109548800000",
        ] {
            check(text, None, "2005-02-28");
        }
        check("02/03/2005", Some("%d/%m/%Y"), "2005-03-02");
        check("Feb 28, 2005", Some("%b %d, %Y"), "2005-02-28");
    }

    #[test]
    fn an_evening_in_new_york_belongs_to_its_own_day() {
        check("2005-03-01T01:00:00Z", None, "2005-02-28");
    }

    #[test]
    fn what_is_no_date_or_two_dates_says_what_to_do() {
        let zone = Exchange::Xnys.time_zone();
        for bad in ["", "soon", "2005-02-30", "05-02-28", "2005-02", "123", "2005-13-01"] {
            let (problem, _) = parse(bad, None, &zone).unwrap_err();
            assert_eq!(problem, "is not a date", "{bad}");
        }
        let (problem, remedy) = parse("02/03/2005", None, &zone).unwrap_err();
        assert_eq!((problem.as_str(), remedy), ("may be day or month first", NAME_IT));
        let (problem, _) = parse("2005-02-28", Some("%d/%m/%Y"), &zone).unwrap_err();
        assert_eq!(problem, "is not a date in the format %d/%m/%Y");
    }
}
