//! Many callers, one budget, under a clock that does not wait.

use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::budget::clock::MachineClock;
use crate::budget::limits::standard_limits;

fn governor(limits: Limits) -> Arc<Governor> {
    let clock = MachineClock::at("2026-03-02T14:30:00Z".parse().unwrap());
    Governor::new(Arc::new(clock), BTreeMap::from([("x".to_owned(), limits)])).unwrap()
}

fn exact(quotas: &[Quota]) -> Limits {
    Limits { use_of_short: 1.0, ..Limits::of(quotas) }
}

fn passed(governor: &Governor) -> Duration {
    governor.clock().now().saturating_sub(MachineClock::BEGINNING)
}

const LONG: Duration = Duration::from_hours(1);

async fn call(governor: &Arc<Governor>, priority: Priority) {
    let permit = governor.admit("x", priority, LONG).await.unwrap();
    permit.done(&Reply::of(Outcome::Answered));
}

#[tokio::test(start_paused = true)]
async fn ten_tasks_share_one_budget_exactly() {
    let governor = governor(exact(&[Quota::per_second(10), Quota::per_minute(100)]));
    let made = Arc::new(AtomicU32::new(0));
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let (governor, made) = (Arc::clone(&governor), Arc::clone(&made));
            tokio::spawn(async move {
                loop {
                    call(&governor, Priority::Safety).await;
                    made.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    // 10 in each of the first ten seconds, then the minute is full until it has passed.
    let mut seen = Vec::new();
    for _ in 0..7 {
        tokio::time::sleep(Duration::from_millis(9_990)).await;
        seen.push(made.load(Ordering::Relaxed));
    }
    assert_eq!(seen, [100, 100, 100, 100, 100, 100, 200]);
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test(start_paused = true)]
async fn a_safety_call_passes_everyone_who_waits() {
    let governor = governor(exact(&[Quota::per_second(1)]));
    call(&governor, Priority::Research).await;
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for (n, priority) in
        [Priority::Research, Priority::Research, Priority::Decision, Priority::Safety]
            .into_iter()
            .enumerate()
    {
        let (governor, order) = (Arc::clone(&governor), Arc::clone(&order));
        tasks.push(tokio::spawn(async move {
            call(&governor, priority).await;
            locked(&order).push((n, passed(&governor).as_secs()));
        }));
        tokio::task::yield_now().await;
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(*locked(&order), [(3, 1), (2, 2), (0, 3), (1, 4)]);
}

#[tokio::test(start_paused = true)]
async fn whoever_cannot_be_served_in_time_is_told_at_once_and_when() {
    let limits = standard_limits().remove("alpha_vantage").unwrap();
    let governor = governor(Limits { use_of_short: 1.0, ..limits });
    for _ in 0..25 {
        call(&governor, Priority::Research).await;
    }
    let before = governor.clock().now();
    let refused = governor.admit("x", Priority::Research, LONG).await.unwrap_err();
    assert_eq!(governor.clock().now(), before, "no waiting in vain");
    assert_eq!(refused.why, Why::Window { seconds: 86_400, ceiling: 25 });
    let text = refused.to_string();
    assert!(text.contains("all 25 calls per 86400 s for this priority are used"), "{text}");
    assert!(text.contains("the next in 86376.0 s"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_goes_away_does_not_hold_up_the_others() {
    let governor = governor(exact(&[Quota::per_second(1)]));
    call(&governor, Priority::Safety).await;
    let first = tokio::spawn({
        let governor = Arc::clone(&governor);
        async move { call(&governor, Priority::Safety).await }
    });
    tokio::task::yield_now().await;
    assert_eq!(governor.status()["x"].waiting, 1);
    first.abort();
    let _ = first.await;
    call(&governor, Priority::Research).await;
    assert_eq!(passed(&governor), Duration::from_secs(1));
    assert_eq!(governor.status()["x"].waiting, 0);
}

#[tokio::test(start_paused = true)]
async fn an_answer_lets_the_next_call_leave_where_few_may_be_on_their_way() {
    let governor = governor(Limits { at_once: 1, ..exact(&[Quota::per_second(100)]) });
    let first = governor.admit("x", Priority::Decision, LONG).await.unwrap();
    let second = tokio::spawn({
        let governor = Arc::clone(&governor);
        async move { governor.admit("x", Priority::Decision, LONG).await.unwrap().waited() }
    });
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(!second.is_finished());
    first.done(&Reply::of(Outcome::Answered));
    assert_eq!(second.await.unwrap(), Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn every_call_is_counted_in_the_minute_it_left_in() {
    let governor = governor(exact(&[Quota::per_minute(10)]));
    for _ in 0..3 {
        call(&governor, Priority::Safety).await;
    }
    let permit = governor.admit("x", Priority::Safety, LONG).await.unwrap();
    permit.done(&Reply::of(Outcome::Limited));
    drop(governor.admit("x", Priority::Safety, LONG).await.unwrap());
    tokio::time::sleep(Duration::from_mins(1)).await;
    let rows = governor.take_usage();
    let minutes: Vec<_> = rows.iter().map(|(api, at, _)| (api.as_str(), at.to_string())).collect();
    assert_eq!(minutes, [("x", "2026-03-02T14:30:00Z".to_owned())]);
    // The fifth waited for the second that a 429 costs, and was given up.
    assert_eq!(rows[0].2, Usage { calls: 5, throttled: 2, failed: 1, ..Usage::default() });
}

#[tokio::test(start_paused = true)]
async fn a_restart_neither_forgets_calls_nor_the_minute_they_were_counted_in() {
    let limits = standard_limits().remove("newsapi").unwrap();
    let governor = governor(Limits { use_of_short: 1.0, ..limits });
    let row = |at: &str, calls| {
        ("x".to_owned(), at.parse().unwrap(), Usage { calls, ..Usage::default() })
    };
    governor.recall([row("2026-03-02T13:29:00Z", 90), row("2026-03-02T14:30:00Z", 9)]);
    call(&governor, Priority::Research).await;
    let refused = governor.admit("x", Priority::Research, LONG).await.unwrap_err();
    // A call of 13:30:00 leaves the day's window at 13:30:00 of the next; it is 14:30:01.
    let a_day_less_an_hour = Duration::from_hours(23).saturating_sub(passed(&governor));
    assert_eq!(refused.free_in, Some(a_day_less_an_hour), "{refused}");
    let rows = governor.take_usage();
    assert_eq!(rows.len(), 1, "rows that are over stay as they were: {rows:?}");
    assert_eq!(rows[0].2.calls, 10);
}

#[tokio::test(start_paused = true)]
async fn a_window_says_when_it_will_be_empty_and_caches_are_counted_beside_the_calls() {
    let governor = governor(exact(&[Quota::per_minute(10)]));
    call(&governor, Priority::Safety).await;
    tokio::time::sleep(Duration::from_secs(20)).await;
    call(&governor, Priority::Safety).await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(governor.status()["x"].windows[0].empty_in, Duration::from_secs(30));
    governor.note_cache("x", 90, 10);
    governor.note_cache("never_called", 0, 0);
    let rows = governor.take_usage();
    assert_eq!(rows.len(), 1, "{rows:?}");
    let counted = (rows[0].2.calls, rows[0].2.cache_hits, rows[0].2.cache_misses);
    assert_eq!(counted, (2, 90, 10));
    assert_eq!(governor.status().len(), 1, "a cache is no call");
    assert_eq!(governor.limits("x").quotas, [Quota::per_minute(10)]);
}

#[tokio::test(start_paused = true)]
async fn an_interface_that_nobody_listed_has_a_small_budget() {
    let governor = governor(exact(&[Quota::per_second(1)]));
    for _ in 0..10 {
        let permit = governor.admit("unheard_of", Priority::Research, LONG).await.unwrap();
        permit.done(&Reply::of(Outcome::Answered));
    }
    assert_eq!(passed(&governor), Duration::from_secs(4), "two a second");
}
