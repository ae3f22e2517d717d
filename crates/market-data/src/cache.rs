//! Answers that are kept for their time to live.
//!
//! Positions, balances and prices that a decision is made with are not kept here: a decision asks
//! anew, or is told how old its answer is.

use std::collections::BTreeMap;
use std::future::Future;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cached::{Cached, CachedExt, Expires, ExpiringLruCache};
use tokio::sync::OnceCell;

use crate::budget::Clock;

/// What is kept, with the time that it stays true enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Quotes of symbols that are looked at, not traded.
    Quotes,
    /// Quotes of symbols that are traded in this cycle.
    TradedQuotes,
    /// Positions that are shown.
    Positions,
    /// Sentiment of news.
    NewsSentiment,
    /// Fundamentals of companies.
    CompanyMetrics,
    /// Finished daily bars.
    DailyBars,
}

impl Kind {
    /// Its time to live.
    pub const fn time_to_live(self) -> Duration {
        Duration::from_secs(match self {
            Self::Quotes => 5 * 60,
            Self::TradedQuotes => 3,
            Self::Positions => 60,
            Self::NewsSentiment => 4 * 3_600,
            Self::CompanyMetrics => 6 * 3_600,
            Self::DailyBars => 12 * 3_600,
        })
    }
}

/// How often the cache knew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hits {
    /// Answers from the cache, known absences included.
    pub hits: u64,
    /// Of those, answers that there is nothing.
    pub absent: u64,
    /// Questions that had to be asked.
    pub misses: u64,
    /// Callers that waited for the question of another instead of asking it again.
    pub joined: u64,
    /// Questions that failed; failures are not kept.
    pub failed: u64,
}

impl Hits {
    /// Share of questions that nobody had to ask; 0 when there were none.
    pub fn ratio(&self) -> f64 {
        let known = self.hits + self.joined;
        let all = known + self.misses;
        if all == 0 { 0.0 } else { known as f64 / all as f64 }
    }
}

/// An answer with its end.
#[derive(Debug, Clone)]
struct Kept<V> {
    value: Option<V>,
    until: Duration,
    clock: Arc<dyn Clock>,
}

impl<V> Expires for Kept<V> {
    fn is_expired(&self) -> bool {
        self.clock.now() >= self.until
    }
}

/// A question on its way, and everyone who waits for its answer.
type Flight<V, E> = Arc<OnceCell<Result<Option<V>, E>>>;

/// Answers by key, each question asked once at a time.
///
/// - A found answer is kept for its time to live; an absence (`None`) for a tenth of it, a minute at
///   the most; a failure is not kept, but shared with whoever waited for it.
/// - The least recently used answer goes when the cache is full.
/// - A caller that goes away leaves its question to the next who waits.
#[derive(Debug)]
pub struct TtlCache<K, V, E> {
    clock: Arc<dyn Clock>,
    kept: Mutex<ExpiringLruCache<K, Kept<V>>>,
    flights: Mutex<BTreeMap<K, Flight<V, E>>>,
    hits: Mutex<Hits>,
}

impl<K: Hash + Ord + Clone, V: Clone, E: Clone> TtlCache<K, V, E> {
    /// - **capacity:** answers kept at the most, at least 1.
    pub fn new(clock: Arc<dyn Clock>, capacity: usize) -> Self {
        Self {
            clock,
            kept: Mutex::new(ExpiringLruCache::new(capacity.max(1))),
            flights: Mutex::default(),
            hits: Mutex::default(),
        }
    }

    /// The answer to a question: kept, waited for, or asked.
    ///
    /// # Errors
    /// What `ask` fails with.
    pub async fn get<F>(
        &self,
        key: K,
        time_to_live: Duration,
        ask: impl FnOnce() -> F,
    ) -> Result<Option<V>, E>
    where
        F: Future<Output = Result<Option<V>, E>>,
    {
        if let Some(value) = self.peek(&key) {
            let mut hits = locked(&self.hits);
            hits.hits += 1;
            hits.absent += u64::from(value.is_none());
            return Ok(value);
        }
        let flight = Arc::clone(locked(&self.flights).entry(key.clone()).or_default());
        let mut asked = false;
        let answer = flight
            .get_or_init(|| {
                asked = true;
                ask()
            })
            .await
            .clone();
        // Nothing is awaited from here on: who asked also keeps.
        if asked {
            self.land(&key, &flight, time_to_live, &answer);
        } else {
            locked(&self.hits).joined += 1;
        }
        answer
    }

    /// What is kept under a key, if it is known: `Some(None)` is a known absence.
    pub fn peek(&self, key: &K) -> Option<Option<V>> {
        locked(&self.kept).get(key).map(|kept| kept.value.clone())
    }

    /// Forgets a key, for example because its owner has changed it.
    pub fn forget(&self, key: &K) {
        let _ = locked(&self.kept).cache_remove(key);
    }

    /// How often the cache knew.
    pub fn hits(&self) -> Hits {
        *locked(&self.hits)
    }

    fn land(
        &self,
        key: &K,
        flight: &Flight<V, E>,
        time_to_live: Duration,
        answer: &Result<Option<V>, E>,
    ) {
        {
            let mut hits = locked(&self.hits);
            hits.misses += 1;
            hits.failed += u64::from(answer.is_err());
        }
        if let Ok(value) = answer {
            let life = match value {
                Some(_) => time_to_live,
                None => (time_to_live / 10).min(Duration::from_mins(1)),
            };
            let until = self.clock.now() + life;
            let kept = Kept { value: value.clone(), until, clock: Arc::clone(&self.clock) };
            locked(&self.kept).cache_set(key.clone(), kept);
        }
        let mut flights = locked(&self.flights);
        if flights.get(key).is_some_and(|current| Arc::ptr_eq(current, flight)) {
            flights.remove(key);
        }
    }
}

/// A panic elsewhere leaves answers that are still answers.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
