//! Every session of 28 years on both calendars, and the days that are odd.

use jiff::ToSpan as _;
use jiff::civil::{date, time};
use proptest::prelude::*;
use tradebot_domain::calendar::CALENDAR_FIRST;

use super::*;

fn both() -> Schedule {
    Schedule::new(Exchange::ALL, Pace::default())
}

fn sets() -> [Schedule; 2] {
    [Schedule::new([Exchange::Xnys], Pace::default()), both()]
}

fn wall(at: Timestamp) -> String {
    eastern().to_datetime(at).to_string()
}

fn at(text: &str) -> Timestamp {
    let local: jiff::civil::DateTime = text.parse().unwrap();
    eastern().to_timestamp(local).unwrap()
}

/// Runs the plan with a clock that jumps from event to event: what was decided, and when.
fn decided(schedule: &Schedule, from: Date, until: Date) -> Vec<(Date, Timestamp, Event)> {
    let (mut now, mut last, mut all) = (at(&format!("{from}T00:00:00")), None, Vec::new());
    while last.is_none_or(|d| d < until) {
        let (when, event) = schedule.next(now, (from, last)).unwrap();
        if let Event::Decide(planned) = event
            && when <= now
        {
            last = Some(planned.session);
        }
        all.push((event_date(event, last), when.max(now), event));
        now = now.max(when);
    }
    all
}

fn event_date(event: Event, last: Option<Date>) -> Date {
    match event {
        Event::Prepare(d) | Event::Open(d) | Event::Close(d) => d,
        Event::Decide(planned) => planned.session,
        Event::Maintenance => last.unwrap_or(CALENDAR_FIRST),
    }
}

#[test]
fn every_session_of_28_years_is_decided_once_in_order_after_its_close_and_no_other_day_is() {
    for schedule in sets() {
        let until = date(2027, 12, 30);
        let mut done = Vec::new();
        let mut before = None;
        for (session, now, event) in decided(&schedule, CALENDAR_FIRST, until) {
            assert!(before.is_none_or(|b| b <= now), "time runs backwards on {session}");
            before = Some(now);
            if let Event::Decide(planned) = event
                && now >= planned.decide
                && done.last() != Some(&session)
            {
                assert!(now >= planned.close + Pace::default().publication, "{session}");
                assert!(
                    now < planned.deadline,
                    "{session} was decided late by a clock that is on time"
                );
                assert_eq!(eastern().to_datetime(now).date(), session, "{session}");
                done.push(session);
            }
        }
        let mut expected: Vec<Date> = schedule
            .exchanges
            .iter()
            .flat_map(|e| e.sessions(CALENDAR_FIRST, until).unwrap())
            .collect();
        expected.sort_unstable();
        expected.dedup();
        assert_eq!(done, expected);
    }
}

#[test]
fn decisions_fall_at_the_same_wall_time_all_year_and_earlier_on_half_days_of_all_that_trade() {
    for schedule in sets() {
        let mut day = CALENDAR_FIRST;
        while day < date(2027, 12, 31) {
            if let Some(planned) = schedule.planned(day).unwrap() {
                let local = eastern().to_datetime(planned.decide);
                let trades = |e: &&Exchange| e.is_session(day).unwrap();
                let all_early = schedule
                    .exchanges
                    .iter()
                    .filter(trades)
                    .all(|e| e.session(day).unwrap().unwrap().half_day);
                let expected = if all_early { time(13, 20, 0, 0) } else { time(16, 20, 0, 0) };
                assert_eq!((local.date(), local.time()), (day, expected));
                assert!(planned.deadline > planned.decide && planned.open < planned.close);
            }
            day = day.tomorrow().unwrap();
        }
    }
}

#[test]
fn the_clock_change_moves_utc_and_not_the_session() {
    let decide = |d| both().planned(d).unwrap().unwrap().decide.to_string();
    assert_eq!(decide(date(2026, 3, 6)), "2026-03-06T21:20:00Z");
    assert_eq!(decide(date(2026, 3, 9)), "2026-03-09T20:20:00Z");
    assert_eq!(decide(date(2026, 10, 30)), "2026-10-30T20:20:00Z");
    assert_eq!(decide(date(2026, 11, 2)), "2026-11-02T21:20:00Z");
}

#[test]
fn one_sided_holidays_are_sessions_of_the_other_exchange_alone() {
    // Thanksgiving in the United States: Toronto trades.
    let us_closed = both().planned(date(2026, 11, 26)).unwrap().unwrap();
    assert!(us_closed.one_sided && wall(us_closed.close) == "2026-11-26T16:00:00");
    let us_alone = Schedule::new([Exchange::Xnys], Pace::default());
    assert_eq!(us_alone.planned(date(2026, 11, 26)).unwrap(), None);
    // The day after: New York closes early, Toronto does not.
    let after = both().planned(date(2026, 11, 27)).unwrap().unwrap();
    assert!(after.half_day && wall(after.decide) == "2026-11-27T16:20:00");
    assert_eq!(
        wall(us_alone.planned(date(2026, 11, 27)).unwrap().unwrap().decide),
        "2026-11-27T13:20:00"
    );
    // Victoria Day: New York trades alone, so it is a session all the same.
    let ca_closed = both().planned(date(2026, 5, 18)).unwrap().unwrap();
    assert!(ca_closed.one_sided);
}

#[test]
fn the_deadline_is_ten_minutes_before_the_next_opening_over_weekends_and_holidays() {
    let deadline = |s: &Schedule, d| wall(s.planned(d).unwrap().unwrap().deadline);
    assert_eq!(deadline(&both(), date(2026, 7, 2)), "2026-07-03T09:20:00"); // Toronto trades
    let us = Schedule::new([Exchange::Xnys], Pace::default());
    assert_eq!(deadline(&us, date(2026, 7, 2)), "2026-07-06T09:20:00");
    assert_eq!(deadline(&us, date(2026, 12, 24)), "2026-12-28T09:20:00");
}

#[test]
fn who_begins_now_begins_with_the_last_session_that_can_still_become_orders() {
    let us = Schedule::new([Exchange::Xnys], Pace::default());
    for (now, first) in [
        ("2026-07-02T08:00:00", "2026-07-01"), // before the deadline of yesterday's
        ("2026-07-02T09:25:00", "2026-07-02"),
        ("2026-07-02T12:00:00", "2026-07-02"),
        ("2026-07-04T12:00:00", "2026-07-02"), // a long weekend
        ("2026-07-06T09:20:00", "2026-07-06"),
    ] {
        assert_eq!(us.first_session(at(now)).unwrap().to_string(), first, "{now}");
    }
}

#[test]
fn after_a_long_sleep_sessions_are_due_one_by_one_in_order() {
    let us = Schedule::new([Exchange::Xnys], Pace::default());
    let (from, now) = (date(2026, 7, 1), at("2026-07-08T12:00:00"));
    let mut last = None;
    let mut seen = Vec::new();
    while let (when, Event::Decide(planned)) = us.next(now, (from, last)).unwrap()
        && when <= now
    {
        seen.push((planned.session.to_string(), now < planned.deadline));
        last = Some(planned.session);
    }
    let expected = [
        ("2026-07-01", false),
        ("2026-07-02", false),
        ("2026-07-06", false),
        ("2026-07-07", false),
    ];
    assert_eq!(seen, expected.map(|(d, l)| (d.to_owned(), l)));
    assert_eq!(us.next(now, (from, last)).unwrap().1.name(), "close");
}

#[test]
fn maintenance_puts_off_what_falls_into_it_also_over_midnight() {
    let maintenance =
        vec![(time(16, 0, 0, 0), time(17, 0, 0, 0)), (time(23, 30, 0, 0), time(1, 0, 0, 0))];
    let us = Schedule::new([Exchange::Xnys], Pace { maintenance, ..Pace::default() });
    let (from, last) = (date(2026, 7, 6), None);
    let (until, event) = us.next(at("2026-07-06T16:30:00"), (from, last)).unwrap();
    assert_eq!((wall(until).as_str(), event), ("2026-07-06T17:00:00", Event::Maintenance));
    assert!(matches!(us.next(until, (from, last)).unwrap().1, Event::Decide(_)));
    for (now, end) in [
        ("2026-07-06T23:45:00", "2026-07-07T01:00:00"),
        ("2026-07-07T00:30:00", "2026-07-07T01:00:00"),
    ] {
        assert_eq!(us.maintenance_end(at(now)).map(wall).as_deref(), Some(end));
    }
    assert_eq!(us.maintenance_end(at("2026-07-06T12:00:00")), None);
}

#[test]
fn the_end_of_the_calendars_is_an_error_and_no_guess() {
    assert!(both().session_after(date(2027, 12, 31)).is_err());
    assert!(both().planned(date(2028, 1, 3)).is_err());
    let last = both().planned(date(2027, 12, 31)).unwrap().unwrap();
    assert!(last.deadline > last.decide);
}

proptest! {
    #[test]
    fn what_comes_next_is_never_before_its_session_and_never_skips_one(
        minutes in 0_i64..14_000_000,
        both_exchanges: bool,
        behind in 0_usize..4,
    ) {
        let schedule = &sets()[usize::from(both_exchanges)];
        let now = at("2000-03-01T00:00:00") + minutes.minutes();
        let first = schedule.first_session(now).unwrap();
        prop_assert!(now < schedule.planned(first).unwrap().unwrap().deadline);
        // As if the last few sessions had been slept through.
        let mut from = first;
        for _ in 0..behind {
            let earlier = (1..12).filter_map(|d| from.checked_sub(d.days()).ok());
            from = earlier.into_iter().find(|d| schedule.is_session(*d).unwrap()).unwrap();
        }
        let (when, event) = schedule.next(now, (from, None)).unwrap();
        match event {
            Event::Decide(planned) => {
                prop_assert_eq!(planned.session, from);
                prop_assert!(when >= planned.close);
            }
            Event::Prepare(s) | Event::Open(s) | Event::Close(s) => {
                prop_assert_eq!(s, from);
                prop_assert!(when > now);
            }
            Event::Maintenance => prop_assert!(false, "there is none"),
        }
    }
}
