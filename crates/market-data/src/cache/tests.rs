//! Kept, shared, forgotten.

use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::budget::MachineClock;

type Cache = TtlCache<&'static str, u32, &'static str>;

fn cache(capacity: usize) -> Arc<Cache> {
    Arc::new(Cache::new(Arc::new(MachineClock::new()), capacity))
}

const MINUTE: Duration = Duration::from_mins(1);

async fn ask(cache: &Cache, key: &'static str, answer: u32) -> u32 {
    let found = cache.get(key, MINUTE, || async move { Ok(Some(answer)) }).await;
    found.unwrap().unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_kept_for_its_time_and_not_at_its_end() {
    let cache = cache(10);
    assert_eq!(ask(&cache, "a", 1).await, 1);
    tokio::time::sleep(Duration::from_millis(59_999)).await;
    assert_eq!(ask(&cache, "a", 2).await, 1);
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(ask(&cache, "a", 3).await, 3);
    let hits = cache.hits();
    assert_eq!((hits.hits, hits.misses), (1, 2));
    assert!((hits.ratio() - 1.0 / 3.0).abs() < 1e-12);
}

#[tokio::test(start_paused = true)]
async fn a_hundred_callers_ask_once() {
    let (cache, asked) = (cache(10), Arc::new(AtomicU32::new(0)));
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let (cache, asked) = (Arc::clone(&cache), Arc::clone(&asked));
            tokio::spawn(async move {
                let answer = || async {
                    asked.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    Ok(Some(7))
                };
                cache.get("a", MINUTE, answer).await
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), Ok(Some(7)));
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    assert_eq!((cache.hits().misses, cache.hits().joined), (1, 99));
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_shared_by_those_who_waited_and_asked_again_by_the_next() {
    let cache = cache(10);
    let slow = |result: Result<Option<u32>, &'static str>| {
        let cache = Arc::clone(&cache);
        tokio::spawn(async move {
            let answer = || async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                result
            };
            cache.get("a", MINUTE, answer).await
        })
    };
    let (first, second) = (slow(Err("reset")), slow(Ok(Some(1))));
    assert_eq!(first.await.unwrap(), Err("reset"));
    assert_eq!(second.await.unwrap(), Err("reset"), "it had waited for the first");
    assert_eq!(ask(&cache, "a", 5).await, 5, "the next asks");
}

#[tokio::test(start_paused = true)]
async fn an_absence_is_kept_too_but_not_for_long() {
    let cache = cache(10);
    let absent = || async { Ok(None) };
    assert_eq!(cache.get("a", MINUTE, absent).await, Ok(None));
    let surprising = || async { Ok(Some(1)) };
    assert_eq!(cache.get("a", MINUTE, surprising).await, Ok(None));
    assert_eq!(cache.hits().absent, 1);
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(ask(&cache, "a", 2).await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_goes_away_leaves_its_question_to_the_next() {
    let cache = cache(10);
    let gone = tokio::spawn({
        let cache = Arc::clone(&cache);
        async move { cache.get("a", MINUTE, std::future::pending).await }
    });
    tokio::task::yield_now().await;
    let waits = tokio::spawn({
        let cache = Arc::clone(&cache);
        async move { ask(&cache, "a", 3).await }
    });
    tokio::task::yield_now().await;
    gone.abort();
    assert_eq!(waits.await.unwrap(), 3);
    assert_eq!(ask(&cache, "a", 9).await, 3, "and it was kept");
}

#[tokio::test(start_paused = true)]
async fn the_least_recently_used_answer_goes_first() {
    let cache = cache(2);
    ask(&cache, "a", 1).await;
    ask(&cache, "b", 2).await;
    ask(&cache, "a", 0).await;
    ask(&cache, "c", 3).await;
    assert_eq!((cache.peek(&"a"), cache.peek(&"b")), (Some(Some(1)), None));
}

#[tokio::test(start_paused = true)]
async fn what_is_forgotten_is_asked_again() {
    let cache = cache(2);
    ask(&cache, "a", 1).await;
    cache.forget(&"a");
    assert_eq!(ask(&cache, "a", 2).await, 2);
}
