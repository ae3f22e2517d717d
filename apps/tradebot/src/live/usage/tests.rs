//! Restarts in the middle of windows, under a clock that does not wait.

use std::sync::Mutex;
use std::time::Duration;

use tradebot_market_data::budget::{
    Limits, MachineClock, Outcome, Priority, Quota, Refused, Reply,
};

use super::*;

const API: &str = "x";
const HOUR: Quota = Quota::per_hour(100);

fn at(wall: &str) -> Arc<Governor> {
    let clock = MachineClock::at(wall.parse().unwrap());
    let limits = Limits { use_of_short: 1.0, ..Limits::of([HOUR, Quota::per_day(150)]) };
    let limits = BTreeMap::from([(API.to_owned(), limits.without_reserve())]);
    Governor::new(Arc::new(clock), limits).unwrap()
}

/// Calls as often as the budget lets it, at most `most` times.
async fn calls(governor: &Arc<Governor>, most: usize) -> (usize, Option<Refused>) {
    for made in 0..most {
        match governor.admit(API, Priority::Research, Duration::ZERO).await {
            Ok(permit) => permit.done(&Reply::of(Outcome::Answered)),
            Err(refused) => return (made, Some(refused)),
        }
    }
    (most, None)
}

#[tokio::test(start_paused = true)]
async fn a_restart_in_the_middle_of_an_hour_grants_no_second_budget() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path();
    let store = Store::open(home, Mode::Paper).unwrap();
    let first = at("2026-03-02T14:05:10Z");
    let mut recorder = UsageRecorder::begin(Arc::clone(&first), home, Mode::Paper).unwrap();
    assert_eq!(calls(&first, 70).await.0, 70);
    assert_eq!(recorder.flush(&store).unwrap(), 1);
    // The process ends in the same minute and comes back: thirty are left.
    let second = at("2026-03-02T14:05:40Z");
    let mut recorder = UsageRecorder::begin(Arc::clone(&second), home, Mode::Paper).unwrap();
    let (made, refused) = calls(&second, 100).await;
    assert_eq!(made, 30, "{refused:?}");
    assert_eq!(recorder.flush(&store).unwrap(), 1);
    let rows = recorded(home, Mode::Paper, second.clock().wall()).unwrap();
    assert_eq!(rows.iter().map(|r| r.calls).collect::<Vec<_>>(), [100], "one row, all in it once");
    // An hour later the hour is new, and the day remembers both.
    let third = at("2026-03-02T15:06:30Z");
    drop(UsageRecorder::begin(Arc::clone(&third), home, Mode::Paper).unwrap());
    assert_eq!(calls(&third, 100).await.0, 50);
    let next_day = at("2026-03-03T14:06:30Z");
    drop(UsageRecorder::begin(Arc::clone(&next_day), home, Mode::Paper).unwrap());
    assert_eq!(calls(&next_day, 200).await.0, 100);
}

#[tokio::test(start_paused = true)]
async fn calls_of_another_mode_count_and_are_not_written_twice() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path();
    let (paper, live) =
        (Store::open(home, Mode::Paper).unwrap(), Store::open(home, Mode::Live).unwrap());
    let first = at("2026-03-02T14:05:10Z");
    let mut recorder = UsageRecorder::begin(Arc::clone(&first), home, Mode::Paper).unwrap();
    assert_eq!(calls(&first, 70).await.0, 70);
    recorder.flush(&paper).unwrap();
    let second = at("2026-03-02T14:05:40Z");
    let mut recorder = UsageRecorder::begin(Arc::clone(&second), home, Mode::Live).unwrap();
    assert_eq!(calls(&second, 100).await.0, 30);
    recorder.flush(&live).unwrap();
    let rows = recorded(home, Mode::Live, second.clock().wall()).unwrap();
    assert_eq!(rows.iter().map(|r| r.calls).sum::<u64>(), 30);
}

#[tokio::test(start_paused = true)]
async fn what_caches_answer_stands_in_the_rows_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), Mode::Paper).unwrap();
    let governor = at("2026-03-02T14:05:10Z");
    let mut recorder =
        UsageRecorder::begin(Arc::clone(&governor), dir.path(), Mode::Paper).unwrap();
    let counted = Arc::new(Mutex::new(Hits { hits: 5, ..Hits::default() }));
    let seen = Arc::clone(&counted);
    recorder.watch(API, move || *seen.lock().unwrap());
    *counted.lock().unwrap() = Hits { hits: 12, joined: 2, misses: 1, ..Hits::default() };
    recorder.flush(&store).unwrap();
    recorder.flush(&store).unwrap();
    let rows = recorded(dir.path(), Mode::Paper, governor.clock().wall()).unwrap();
    let cached: Vec<_> = rows.iter().map(|r| (r.cache_hits, r.cache_misses)).collect();
    assert_eq!(cached, [(9, 1)], "from the moment it is watched");
}

#[tokio::test(start_paused = true)]
async fn rows_that_cannot_be_written_are_written_later() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), Mode::Paper).unwrap();
    let governor = at("2026-03-02T14:05:10Z");
    let mut recorder =
        UsageRecorder::begin(Arc::clone(&governor), dir.path(), Mode::Paper).unwrap();
    calls(&governor, 3).await;
    let other = rusqlite::Connection::open(Mode::Paper.database(dir.path())).unwrap();
    other.execute_batch("ALTER TABLE api_usage_metrics RENAME TO gone").unwrap();
    assert!(recorder.flush(&store).is_err());
    tokio::time::sleep(Duration::from_mins(2)).await;
    calls(&governor, 4).await;
    other.execute_batch("ALTER TABLE gone RENAME TO api_usage_metrics").unwrap();
    assert_eq!(recorder.flush(&store).unwrap(), 2);
    let rows = recorded(dir.path(), Mode::Paper, governor.clock().wall()).unwrap();
    assert_eq!(rows.iter().map(|r| r.calls).collect::<Vec<_>>(), [3, 4]);
}
