//! Every day of both calendars against an independent implementation.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use jiff::SignedDuration;
use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::*;

/// Rows of a fixture, without its header.
fn rows(name: &str) -> Vec<csv::StringRecord> {
    let path = format!("{}/../../fixtures/calendar/{name}", env!("CARGO_MANIFEST_DIR"));
    let packed = std::fs::read(&path).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
    csv::Reader::from_reader(text.as_bytes()).records().map(Result::unwrap).collect()
}

fn days() -> impl Iterator<Item = Date> {
    (0..table::DAYS).map(table::date_of)
}

/// `09:30` of an instant, in the exchange's zone.
fn local(exchange: Exchange, at: Timestamp) -> String {
    at.to_zoned(exchange.time_zone()).strftime("%H:%M").to_string()
}

#[test]
fn every_session_of_28_years_opens_and_closes_as_the_oracle_says() {
    let rows = rows("sessions_xnys_xtse_2000_2027.csv.gz");
    for (exchange, count) in [(Exchange::Xnys, 7_041), (Exchange::Xtse, 7_031)] {
        let oracle: BTreeMap<Date, &csv::StringRecord> = rows
            .iter()
            .filter(|row| &row[0] == exchange.name())
            .map(|row| (row[1].parse().unwrap(), row))
            .collect();
        assert_eq!(oracle.len(), count, "{exchange}");
        for day in days() {
            let hours = exchange.session(day).unwrap();
            assert_eq!(exchange.is_session(day).unwrap(), hours.is_some(), "{exchange} {day}");
            let ours = hours.map(|h| {
                vec![
                    exchange.to_string(),
                    day.to_string(),
                    local(exchange, h.open),
                    local(exchange, h.close),
                    h.open.to_string(),
                    h.close.to_string(),
                    u8::from(h.half_day).to_string(),
                ]
            });
            let theirs = oracle.get(&day).map(|row| row.iter().map(str::to_owned).collect());
            assert_eq!(ours, theirs, "{exchange} {day}");
        }
    }
}

#[test]
fn every_weekday_closure_is_one_of_the_oracles_and_no_more() {
    let rows = rows("weekday_closures_xnys_xtse_2000_2027.csv.gz");
    for exchange in Exchange::ALL {
        let theirs: BTreeSet<Date> = rows
            .iter()
            .filter(|row| &row[0] == exchange.name())
            .map(|row| row[1].parse().unwrap())
            .collect();
        let ours: BTreeSet<Date> = days()
            .filter(|day| day.weekday().to_monday_zero_offset() < 5)
            .filter(|&day| !exchange.is_session(day).unwrap())
            .collect();
        assert_eq!(ours, theirs, "{exchange}");
    }
}

#[test]
fn the_calendar_is_as_long_as_its_first_and_last_day_say() {
    assert_eq!(table::day_of(CALENDAR_FIRST), Some(0));
    assert_eq!(table::day_of(CALENDAR_LAST), Some(table::DAYS - 1));
}

#[test]
fn a_date_outside_is_refused_with_the_years_that_are_known() {
    let x = Exchange::Xtse;
    let inside = date(2010, 6, 1);
    for outside in [date(1999, 12, 31), date(2028, 1, 1), Date::MIN, Date::MAX] {
        let refusal = CalendarError::OutOfRange {
            exchange: x,
            date: outside,
            from: CALENDAR_FIRST,
            to: CALENDAR_LAST,
        };
        assert_eq!(x.is_session(outside), Err(refusal));
        assert_eq!(x.session(outside), Err(refusal));
        assert_eq!(x.sessions(outside, inside), Err(refusal));
        assert_eq!(x.sessions(inside, outside), Err(refusal));
        assert_eq!(x.next_session(outside), Err(refusal));
        assert_eq!(x.previous_session(outside), Err(refusal));
        assert_eq!(x.sessions_between(outside, inside), Err(refusal));
        assert_eq!(x.sessions_between(inside, outside), Err(refusal));
    }
    assert_eq!(
        x.is_session(date(1999, 12, 31)).unwrap_err().to_string(),
        "the XTSE calendar covers 2000-01-01 to 2027-12-31; 1999-12-31 is outside"
    );
}

#[test]
fn there_is_no_session_known_before_the_first_nor_after_the_last() {
    let x = Exchange::Xnys;
    assert_eq!(x.next_session(CALENDAR_FIRST), Ok(date(2000, 1, 3)));
    assert!(x.previous_session(date(2000, 1, 3)).is_err());
    assert_eq!(x.previous_session(CALENDAR_LAST), Ok(date(2027, 12, 30)));
    let beyond = x.next_session(CALENDAR_LAST).unwrap_err();
    assert!(beyond.to_string().ends_with("2028-01-01 is outside"), "{beyond}");
}

#[test]
fn the_week_of_september_2001_was_lost_in_new_york_and_two_days_in_toronto() {
    let before = date(2001, 9, 10);
    assert_eq!(Exchange::Xnys.next_session(before), Ok(date(2001, 9, 17)));
    assert_eq!(Exchange::Xtse.next_session(before), Ok(date(2001, 9, 13)));
    assert_eq!(Exchange::Xtse.sessions_between(before, date(2001, 9, 17)), Ok(3));
}

#[test]
fn a_session_lasts_as_long_on_both_sides_of_a_clock_change() {
    for exchange in Exchange::ALL {
        for day in exchange.sessions(CALENDAR_FIRST, CALENDAR_LAST).unwrap() {
            let hours = exchange.session(day).unwrap().unwrap();
            let minutes = if hours.half_day { 210 } else { 390 };
            let lasts = hours.close.duration_since(hours.open);
            assert_eq!(lasts, SignedDuration::from_mins(minutes), "{exchange} {day}");
        }
    }
}

#[test]
fn exchanges_are_written_by_their_market_identifier_code() {
    for exchange in Exchange::ALL {
        let json = format!("\"{}\"", exchange.name());
        assert_eq!(serde_json::to_string(&exchange).unwrap(), json);
        assert_eq!(serde_json::from_str::<Exchange>(&json).unwrap(), exchange);
        assert_eq!(exchange.name().to_lowercase().parse(), Ok(exchange));
        assert_eq!(exchange.time_zone().iana_name(), Some(exchange.time_zone_name()));
    }
    assert!("NYSE".parse::<Exchange>().is_err());
}

proptest! {
    /// Counting, listing and stepping agree with each other.
    #[test]
    fn counts_lists_and_steps_agree(a in 0..table::DAYS, b in 0..table::DAYS, toronto: bool) {
        let exchange = Exchange::ALL[usize::from(toronto)];
        let (a, b) = (table::date_of(a), table::date_of(b));
        let listed = exchange.sessions(a, b).unwrap();
        let counted = exchange.sessions_between(a, b).unwrap() as usize;
        let first_itself = usize::from(a <= b && exchange.is_session(a).unwrap());
        prop_assert_eq!(listed.len(), counted + first_itself);
        prop_assert!(listed.windows(2).all(|w| exchange.next_session(w[0]) == Ok(w[1])));
        prop_assert!(listed.windows(2).all(|w| exchange.previous_session(w[1]) == Ok(w[0])));
    }
}
