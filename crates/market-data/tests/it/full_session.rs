//! A whole session of a hundred symbols against a server that counts as Questrade documents it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tradebot_market_data::budget::{
    Clock, Governor, MachineClock, Outcome, Priority, Reply, standard_limits,
};
use tradebot_market_data::cache::{Kind, TtlCache};

const SESSION: Duration = Duration::from_mins(390);
const SYMBOLS: u32 = 100;
const PATIENCE: Duration = Duration::from_hours(1);
const ACCOUNT: &str = "questrade_account";
const MARKET: &str = "questrade_market";

/// Counts in fixed windows of its own, and refuses what exceeds them.
#[derive(Debug, Default)]
struct Server {
    counts: BTreeMap<(&'static str, u64, u64), u32>,
    served: BTreeMap<Priority, u32>,
    refused: u32,
}

impl Server {
    fn call(&mut self, api: &'static str, now: Duration) -> Reply {
        let (second, hour) = if api == ACCOUNT { (30, 30_000) } else { (20, 15_000) };
        let mut over = false;
        let mut left = 0;
        for (length, limit) in [(1, second), (3_600, hour)] {
            let window = now.as_secs() / length;
            let count = self.counts.entry((api, length, window)).or_default();
            *count += 1;
            over |= *count > limit;
            left = limit.saturating_sub(*count);
        }
        self.refused += u32::from(over);
        let outcome = if over { Outcome::Limited } else { Outcome::Answered };
        let reset_in = Some(Duration::from_secs(3_600 - now.as_secs() % 3_600));
        Reply { remaining: Some(left), reset_in, ..Reply::of(outcome) }
    }
}

/// Everything that happened, in its order.
#[derive(Debug, Default)]
struct Log {
    /// Calls of research that left, by time.
    research: Vec<Duration>,
    /// Orders and account queries: asked, left.
    safety: Vec<(Duration, Duration)>,
}

#[derive(Clone)]
struct World {
    governor: Arc<Governor>,
    server: Arc<Mutex<Server>>,
    log: Arc<Mutex<Log>>,
    begun: Duration,
}

impl World {
    fn new() -> Self {
        let clock: Arc<dyn Clock> =
            Arc::new(MachineClock::at("2026-03-02T14:30:00Z".parse().unwrap()));
        let begun = clock.now();
        let governor = Governor::new(clock, standard_limits()).unwrap();
        Self { governor, server: Arc::default(), log: Arc::default(), begun }
    }

    fn now(&self) -> Duration {
        self.governor.clock().now().saturating_sub(self.begun)
    }

    async fn call(&self, api: &'static str, priority: Priority) {
        let asked = self.now();
        let permit = self.governor.admit(api, priority, PATIENCE).await.unwrap();
        let left = self.now();
        match priority {
            Priority::Research => locked(&self.log).research.push(left),
            Priority::Safety => locked(&self.log).safety.push((asked, left)),
            Priority::Decision => {}
        }
        // The way there takes a while, and not always the same.
        let way = Duration::from_millis(20 + u64::try_from(left.as_millis()).unwrap() * 7 % 60);
        tokio::time::sleep(way).await;
        let reply = locked(&self.server).call(api, self.now());
        *locked(&self.server).served.entry(priority).or_default() += 1;
        permit.done(&reply);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_session_of_a_hundred_symbols_meets_no_limit_and_orders_wait_for_no_one() {
    let world = World::new();
    let mut tasks = Vec::new();
    // Research wants all it can get, from several callers.
    for _ in 0..4 {
        let world = world.clone();
        tasks.push(tokio::spawn(async move {
            loop {
                world.call(MARKET, Priority::Research).await;
                world.call(ACCOUNT, Priority::Research).await;
            }
        }));
    }
    // Every minute each symbol is quoted for its decision, all at once.
    for symbol in 0..SYMBOLS {
        let world = world.clone();
        tasks.push(tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_mins(1)).await;
                if symbol % 2 == u32::from((world.now().as_secs() / 60).is_multiple_of(2)) {
                    world.call(MARKET, Priority::Decision).await;
                }
            }
        }));
    }
    // Orders, positions and executions are asked for every seven seconds.
    let safety = world.clone();
    tasks.push(tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(7)).await;
            for _ in 0..3 {
                safety.call(ACCOUNT, Priority::Safety).await;
            }
        }
    }));
    tokio::time::sleep(SESSION).await;
    tasks.iter().for_each(tokio::task::JoinHandle::abort);

    let (server, log) = (locked(&world.server), locked(&world.log));
    assert_eq!(server.refused, 0, "no 429 at all");
    assert!(server.served[&Priority::Decision] >= 390 * 49, "{:?}", server.served);
    assert!(server.served[&Priority::Research] > 50_000, "{:?}", server.served);
    assert!(log.safety.len() > 9_000, "{}", log.safety.len());
    for (asked, left) in &log.safety {
        let next = log.research.partition_point(|t| t <= asked);
        let between = log.research.get(next).is_some_and(|t| t < left);
        assert!(!between, "research left while an order waited at {asked:?}");
        assert!(*left <= *asked + Duration::from_secs(1), "{asked:?} to {left:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn nine_of_ten_questions_of_a_session_are_answered_by_the_cache() {
    let world = World::new();
    let clock = Arc::clone(world.governor.clock());
    let cache: TtlCache<(Kind, u32), u64, String> = TtlCache::new(clock, 10_000);
    for _minute in 0..390 {
        for symbol in 0..SYMBOLS {
            for kind in [Kind::Quotes, Kind::DailyBars, Kind::CompanyMetrics, Kind::NewsSentiment] {
                let ask = || async {
                    world.call(MARKET, Priority::Decision).await;
                    Ok(Some(1))
                };
                cache.get((kind, symbol), kind.time_to_live(), ask).await.unwrap();
            }
        }
        tokio::time::sleep(Duration::from_mins(1)).await;
    }
    let hits = cache.hits();
    assert!(hits.ratio() >= 0.9, "{:.3} {hits:?}", hits.ratio());
    assert_eq!(locked(&world.server).refused, 0);
}
