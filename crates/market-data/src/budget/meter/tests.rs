//! One interface by itself, at times that are given.

use super::*;
use crate::budget::limits::Quota;
use proptest::prelude::*;

fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn meter() -> Meter {
    Meter::new(Limits::of([Quota::per_second(20), Quota::per_hour(1_000)]))
}

fn fill(meter: &mut Meter, now: Duration, priority: Priority) -> u32 {
    let mut made = 0;
    while meter.ask(now, priority) == Verdict::Go {
        meter.leave(now);
        meter.hear(now, &Reply::of(Outcome::Answered));
        made += 1;
    }
    made
}

#[test]
fn research_leaves_room_for_decisions_and_decisions_for_safety() {
    let mut m = meter();
    assert_eq!(fill(&mut m, s(0), Priority::Research), 5);
    assert_eq!(fill(&mut m, s(0), Priority::Decision), 3);
    assert_eq!(fill(&mut m, s(0), Priority::Safety), 4);
    let why = Why::Window { seconds: 1, ceiling: 12 };
    assert_eq!(m.ask(s(0), Priority::Safety), Verdict::Wait { until: Some(s(1)), why });
}

#[test]
fn three_tenths_of_the_hour_are_kept_for_safety_whatever_research_does() {
    let mut m = meter();
    let mut made = 0;
    for second in 0..3_000 {
        made += fill(&mut m, s(second), Priority::Research);
        made += fill(&mut m, s(second), Priority::Decision);
    }
    assert_eq!(made, 700);
    let mut safety = 0;
    for second in 3_000..3_400 {
        safety += fill(&mut m, s(second), Priority::Safety);
    }
    assert_eq!(safety, 300);
}

#[test]
fn a_refusal_by_the_server_stops_everyone_for_as_long_as_it_says() {
    let cases: [(Option<u64>, Option<u64>, u64); 5] = [
        (Some(7), None, 7),
        (None, Some(30), 30),
        // A reset of the hour says nothing of the second that was exceeded.
        (None, Some(1_800), 1),
        (None, None, 1),
        (Some(86_400), None, 900),
    ];
    for (retry_after, reset, wait) in cases {
        let mut m = meter();
        m.leave(s(100));
        let reply = Reply {
            retry_after: retry_after.map(s),
            reset_in: reset.map(s),
            ..Reply::of(Outcome::Limited)
        };
        m.hear(s(100), &reply);
        let until = Some(s(100 + wait));
        for priority in Priority::ALL {
            assert_eq!(m.ask(s(100), priority), Verdict::Wait { until, why: Why::Server });
            assert_eq!(m.ask(s(100 + wait), priority), Verdict::Go);
        }
    }
}

#[test]
fn few_calls_left_at_the_server_are_left_to_safety() {
    let mut m = meter();
    m.leave(s(0));
    let low = Reply { remaining: Some(49), reset_in: Some(s(600)), ..Reply::of(Outcome::Answered) };
    m.hear(s(0), &low);
    assert_eq!(m.ask(s(5), Priority::Safety), Verdict::Go);
    assert!(matches!(m.ask(s(5), Priority::Decision), Verdict::Wait { why: Why::Server, .. }));
    assert_eq!(m.ask(s(600), Priority::Decision), Verdict::Go);
}

#[test]
fn calls_of_another_program_with_the_same_key_count() {
    let mut m = meter();
    m.leave(s(0));
    let reply =
        Reply { remaining: Some(250), reset_in: Some(s(600)), ..Reply::of(Outcome::Answered) };
    m.hear(s(0), &reply);
    assert_eq!(m.used(s(1)), [0, 750]);
    assert!(matches!(m.ask(s(5), Priority::Decision), Verdict::Wait { .. }));
    assert_eq!(m.ask(s(5), Priority::Safety), Verdict::Go);
}

#[test]
fn an_interface_that_fails_is_left_alone_but_not_by_safety() {
    let mut m = meter();
    for _ in 0..5 {
        m.leave(s(0));
        m.hear(s(0), &Reply::of(Outcome::Failed));
    }
    let wait = Verdict::Wait { until: Some(s(5)), why: Why::Breaker };
    assert_eq!(m.ask(s(1), Priority::Decision), wait);
    assert_eq!(m.ask(s(1), Priority::Safety), Verdict::Go);
    assert_eq!(m.ask(s(5), Priority::Research), Verdict::Go, "the trial");
}

#[test]
fn no_more_calls_are_on_their_way_than_may_be() {
    let mut m = meter();
    (0..8).for_each(|_| m.leave(s(0)));
    let wait = Verdict::Wait { until: None, why: Why::AtOnce };
    assert_eq!(m.ask(s(9), Priority::Decision), wait);
    assert_eq!(m.ask(s(9), Priority::Safety), Verdict::Go);
    m.hear(s(9), &Reply::of(Outcome::Answered));
    assert_eq!(m.ask(s(9), Priority::Decision), Verdict::Go);
}

#[test]
fn what_an_earlier_process_used_still_counts() {
    let mut m = Meter::new(Limits::of([Quota::per_day(25)]).without_reserve());
    m.remember((0..25).map(s));
    let why = Why::Window { seconds: 86_400, ceiling: 25 };
    let wait = Verdict::Wait { until: Some(s(86_400)), why };
    assert_eq!(m.ask(s(100), Priority::Research), wait);
}

proptest! {
    /// The server as we know it: fixed windows of its own. It never has to refuse.
    #[test]
    fn a_server_that_counts_in_its_own_windows_never_refuses(
        steps in prop::collection::vec((0_u64..2_000, 0_usize..3), 1..400),
        offset in 0_u64..3_600_000,
    ) {
        let limits = Limits::of([Quota::per_second(5), Quota::per_minute(40), Quota::per_hour(200)]);
        let mut m = Meter::new(Limits { use_of_short: 1.0, ..limits });
        let mut now = 0_u64;
        let mut served = std::collections::BTreeMap::<(u64, u64), u32>::new();
        for (step, priority) in steps {
            now += step;
            let at = Duration::from_millis(now);
            if m.ask(at, Priority::ALL[priority]) == Verdict::Go {
                m.leave(at);
                m.hear(at, &Reply::of(Outcome::Answered));
                for (length, limit) in [(1_000, 5), (60_000, 40), (3_600_000, 200)] {
                    let count = served.entry((length, (now + offset) / length)).or_default();
                    *count += 1;
                    prop_assert!(*count <= limit);
                }
            }
        }
    }
}
