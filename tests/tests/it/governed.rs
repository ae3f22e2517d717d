//! Many callers of one broker under the one governor: the real client and the real server, under a
//! clock that does not wait. Time stands still while anybody works and jumps when everybody waits.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use questrade_sim::SimServer;
use questrade_sim::knobs::{GeneratedListing, Knobs};
use tempfile::TempDir;
use tradebot_app::live::calls::{ACCOUNT, Governed, MARKET};
use tradebot_app::live::usage::{UsageRecorder, recorded};
use tradebot_broker_questrade::client::{Client, ClientError, Interval, Window};
use tradebot_broker_questrade::transport::{
    Admitted, Budget, Class, Fault, Limits, Pauses, Priority,
};
use tradebot_domain::Timestamp;
use tradebot_market_data::budget::{BreakerState, Clock, Governor, standard_limits};
use tradebot_market_data::cache::{Kind, TtlCache};
use tradebot_storage::{Mode, Store};

use crate::support::broker;

/// Set to anything, the session is run with the broker's documented hours: many more calls, and
/// minutes of the machine's time.
const WHOLE: &str = "TRADEBOT_WHOLE_SESSION";
/// Else the hours of both sides are a third of the documented ones; seconds stay as they are.
const THIRD: u32 = 3;
const SESSION: Duration = Duration::from_mins(390);
const SYMBOLS: usize = 100;
const TFSA: &str = "51234567";

fn open() -> Timestamp {
    "2026-07-09T13:30:00Z".parse().unwrap()
}

/// A made-up stock.
fn listing(n: usize) -> GeneratedListing {
    GeneratedListing {
        symbol: format!("S{n:03}.TO"),
        description: format!("STOCK {n}"),
        exchange: "TSX".to_owned(),
        currency: "CAD".to_owned(),
        price: 10.0 + n as f64,
        volatility: 1.5,
        volume: 100_000,
    }
}

/// When a call asked and when it left.
#[derive(Debug, Clone, Copy)]
struct Turn {
    class: Class,
    priority: Priority,
    asked: Duration,
    left: Duration,
}

/// The governor, with a note of who left when.
struct Watched {
    inner: Governed,
    clock: Arc<dyn Clock>,
    turns: Mutex<Vec<Turn>>,
}

impl Budget for Watched {
    fn admit(&self, class: Class, priority: Priority, patience: Duration) -> Admitted<'_> {
        Box::pin(async move {
            let asked = self.clock.now();
            let leave = self.inner.admit(class, priority, patience).await?;
            let left = self.clock.now();
            self.turns.lock().unwrap().push(Turn { class, priority, asked, left });
            Ok(leave)
        })
    }

    fn pauses(&self) -> Box<dyn Pauses> {
        self.inner.pauses()
    }
}

/// One process at work with the broker.
struct Desk {
    sim: SimServer,
    governor: Arc<Governor>,
    watched: Arc<Watched>,
    client: Client,
    home: TempDir,
}

impl Desk {
    async fn begun() -> Self {
        Self::with_hours_of(1).await
    }

    /// The broker's and our hours are divided by `part`.
    async fn with_hours_of(part: u32) -> Self {
        let yaml = "{login: {expires_in_s: 86400}, clock: {start: now}, wire: {latency_ms: 20}}";
        let mut knobs = Knobs::from_text(yaml).unwrap();
        knobs.market.generated = (0..SYMBOLS).map(listing).collect();
        knobs.limits.account.per_hour /= part;
        knobs.limits.market_data.per_hour /= part;
        let sim = broker::timeless_simulator(knobs, open()).await;
        let mut limits = standard_limits();
        let hours = limits.values_mut().flat_map(|l| &mut l.quotas).filter(|q| q.seconds == 3_600);
        hours.for_each(|quota| quota.calls /= part);
        let governor = broker::governor(open(), limits);
        let watched = Arc::new(Watched {
            inner: Governed::new(Arc::clone(&governor)),
            clock: Arc::clone(governor.clock()),
            turns: Mutex::default(),
        });
        let budget: Arc<dyn Budget> = Arc::<Watched>::clone(&watched);
        let transport = broker::transport(&sim.login_url(), Limits::default(), budget);
        let home = broker::folder_with_key();
        let client = broker::client(&home, transport, sim.refresh_token(0)).await;
        client.custody().session().await.unwrap();
        Self { sim, governor, watched, client, home }
    }

    /// The broker's ids of the hundred symbols.
    fn ids(&self) -> Vec<i64> {
        let id = |n| self.sim.world(|w| w.symbol_id(&listing(n).symbol)).unwrap();
        (0..SYMBOLS).map(id).collect()
    }

    fn turns(&self, class: Class, priority: Priority) -> Vec<Turn> {
        let turns = self.watched.turns.lock().unwrap();
        turns.iter().filter(|t| (t.class, t.priority) == (class, priority)).copied().collect()
    }
}

/// What research does when its share is used up: something else, until there is more.
async fn rests<T>(result: Result<T, ClientError>) {
    let Err(error) = result else { return };
    match error.fault() {
        Some(Fault::Budget { free_in, .. }) => {
            tokio::time::sleep(free_in.unwrap_or(Duration::from_secs(1))).await;
        }
        _ => panic!("{error}"),
    }
}

/// Candles of one symbol after the other, as many as the budget gives.
async fn scans(client: Client, ids: Vec<i64>) {
    let days = Window::last_days(5, open());
    for id in ids.into_iter().cycle() {
        rests(client.candles(id, Interval::OneDay, days).await).await;
    }
}

/// Activities of the account, in the first minutes of each half hour.
async fn reads_back(client: Client, calls: u32) {
    let week = Window::last_days(7, open());
    loop {
        for _ in 0..calls {
            rests(client.activities(TFSA, week).await).await;
        }
        tokio::time::sleep(Duration::from_mins(25)).await;
    }
}

/// What every symbol's decision asks for, each minute, through the cache.
type Cache = TtlCache<(Kind, i64), usize, String>;

async fn decides(client: Client, cache: Arc<Cache>, id: i64) {
    let days = Window::last_days(5, open());
    loop {
        for kind in [Kind::Quotes, Kind::DailyBars, Kind::CompanyMetrics] {
            let ask = || async {
                let found = match kind {
                    Kind::Quotes => client.quotes(&[id]).await.map(|q| q.quotes.len()),
                    Kind::DailyBars => {
                        let series = client.candles(id, Interval::OneDay, days).await;
                        series.map(|s| s.candles.len())
                    }
                    _ => client.symbols(&[id]).await.map(|s| s.len()),
                };
                found.map(Some).map_err(|e| e.to_string())
            };
            let answer = cache.get((kind, id), kind.time_to_live(), ask).await;
            assert!(answer.is_ok(), "{kind:?} of {id}: {answer:?}");
        }
        tokio::time::sleep(Duration::from_mins(1)).await;
    }
}

/// What keeps the account safe, every twenty seconds.
async fn watches(client: Client, now: Timestamp) {
    loop {
        client.positions(TFSA).await.unwrap();
        client.balances(TFSA).await.unwrap();
        client.open_orders(TFSA, now).await.unwrap();
        tokio::time::sleep(Duration::from_secs(20)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_of_a_hundred_symbols_meets_no_limit_and_safety_waits_for_no_research() {
    let part = if std::env::var_os(WHOLE).is_some() { 1 } else { THIRD };
    let desk = Desk::with_hours_of(part).await;
    let ids = desk.ids();
    let cache: Arc<Cache> = Arc::new(TtlCache::new(Arc::clone(desk.governor.clock()), 10_000));
    let store = Store::open(desk.home.path(), Mode::Paper).unwrap();
    let governor = Arc::clone(&desk.governor);
    let mut recorder = UsageRecorder::begin(governor, desk.home.path(), Mode::Paper).unwrap();
    let seen = Arc::clone(&cache);
    recorder.watch(MARKET, move || seen.hits());

    let mut tasks = Vec::new();
    for _ in 0..4 {
        tasks.push(tokio::spawn(scans(desk.client.clone(), ids.clone())));
    }
    tasks.push(tokio::spawn(reads_back(desk.client.clone(), 600 / part)));
    for id in ids {
        tasks.push(tokio::spawn(decides(desk.client.clone(), Arc::clone(&cache), id)));
    }
    tasks.push(tokio::spawn(watches(desk.client.clone(), open())));
    tokio::time::sleep(SESSION).await;
    for task in &tasks {
        assert!(!task.is_finished(), "a caller gave up");
        task.abort();
    }

    assert_eq!(desk.sim.world(|w| w.refused_by_limits()), 0, "no 429 at all");
    let hits = cache.hits();
    assert!(hits.ratio() >= 0.9 && hits.failed == 0, "{:.3} {hits:?}", hits.ratio());
    let research = desk.turns(Class::MarketData, Priority::Background);
    let least = if part == 1 { 30_000 } else { 4_000 };
    assert!(research.len() > least, "research got what was left: {}", research.len());
    let safety = desk.turns(Class::Account, Priority::Safety);
    assert!(safety.len() > 3_000, "{}", safety.len());
    let behind = desk.turns(Class::Account, Priority::Background);
    assert!(behind.len() > 1_000, "{}", behind.len());
    for turn in &safety {
        let next = behind.partition_point(|t| t.left <= turn.asked);
        let overtaken = behind.get(next).is_some_and(|t| t.left < turn.left);
        assert!(!overtaken, "research left while safety waited: {turn:?}");
        assert!(turn.left <= turn.asked + Duration::from_secs(1), "{turn:?}");
    }

    recorder.flush(&store).unwrap();
    let rows = recorded(desk.home.path(), Mode::Paper, desk.governor.clock().wall()).unwrap();
    let calls = |api| rows.iter().filter(|r| r.api == api).map(|r| r.calls).sum::<u64>();
    let left = |class| {
        desk.watched.turns.lock().unwrap().iter().filter(|t| t.class == class).count() as u64
    };
    assert_eq!(calls(MARKET), left(Class::MarketData), "every call is on record once");
    assert_eq!(calls(ACCOUNT), left(Class::Account));
    let cached: u64 = rows.iter().map(|r| r.cache_hits).sum();
    assert_eq!(cached, hits.hits + hits.joined);
}

#[tokio::test(start_paused = true)]
async fn ten_tasks_share_one_budget_exactly() {
    let desk = Desk::begun().await;
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let (client, clock) = (desk.client.clone(), Arc::clone(desk.governor.clock()));
            let end = clock.now() + Duration::from_mins(1);
            tokio::spawn(async move {
                let mut made = 0_u64;
                while clock.now() < end {
                    client.time().await.unwrap();
                    made += 1;
                }
                made
            })
        })
        .collect();
    let mut made = Vec::new();
    for task in tasks {
        made.push(task.await.unwrap());
    }
    let turns = desk.turns(Class::Account, Priority::Decision);
    // Thirty a second, of which 60 % are used and 30 % of those are kept for safety: twelve.
    let begun = turns[0].left;
    let in_second = |from: Duration| {
        turns.iter().filter(|t| t.left >= from && t.left < from + Duration::from_secs(1)).count()
    };
    assert!(turns.iter().all(|t| in_second(t.left) <= 12), "more than the budget in a second");
    let all = (0..59).map(|s| in_second(begun + Duration::from_secs(s))).sum::<usize>();
    assert!(all >= 59 * 11, "{all} of {} were used", 59 * 12);
    let at_broker = desk.sim.world(|w| w.log().iter().filter(|e| e.route == "time").count());
    let used = desk.governor.status()[ACCOUNT].windows[1].used;
    assert_eq!((turns.len(), at_broker), (used as usize, used as usize), "each counted once");
    assert_eq!(made.iter().sum::<u64>(), u64::from(used), "{made:?}");
    let least = made.iter().min().copied().unwrap_or(0);
    assert!(least * 12 > made.iter().sum::<u64>(), "one was left out: {made:?}");
    assert_eq!(desk.sim.world(|w| w.refused_by_limits()), 0);
}

#[tokio::test(start_paused = true)]
async fn a_read_is_repeated_within_the_budget_and_a_broker_that_fails_is_left_alone() {
    let desk = Desk::begun().await;
    let fault = |times| {
        serde_json::json!({"do": "fault", "rule": {
            "route": "time", "times": times, "effect": {"do": "refuse", "status": 503, "code": 1011}}})
    };
    broker::does(&desk.sim, fault(2));
    desk.client.time().await.unwrap();
    assert_eq!(desk.turns(Class::Account, Priority::Decision).len(), 3, "each try asks the budget");
    broker::does(&desk.sim, fault(100));
    let begun = desk.governor.clock().now();
    for _ in 0..3 {
        let error = desk.client.time().await.unwrap_err();
        let named = matches!(error.fault(), Some(Fault::Unavailable { .. } | Fault::Budget { .. }));
        assert!(named, "{error}");
    }
    let tries = desk.turns(Class::Account, Priority::Decision).len() - 3;
    assert!((5..=12).contains(&tries), "{tries}");
    let breaker = desk.governor.status()[ACCOUNT].breaker;
    assert!(matches!(breaker, BreakerState::Open { .. }), "{breaker:?}");
    // Safety is not held back, and its answer closes the breaker.
    desk.client.positions(TFSA).await.unwrap();
    assert_eq!(desk.governor.status()[ACCOUNT].breaker, BreakerState::Closed);
    let passed = desk.governor.clock().now().saturating_sub(begun);
    assert!(passed < Duration::from_mins(9), "{passed:?}: three times three minutes at the most");
}

#[tokio::test(start_paused = true)]
async fn what_the_broker_says_of_its_count_holds_for_the_next_process_too() {
    let desk = Desk::begun().await;
    // Another program with the same user has made nearly all calls of the hour.
    desk.sim
        .command(
            serde_json::from_value(serde_json::json!({
        "do": "set", "knobs": {"limits": {"account": {"per_second": 30, "per_hour": 40}}}}))
            .unwrap(),
        )
        .unwrap();
    desk.client.time().await.unwrap();
    let status = &desk.governor.status()[ACCOUNT];
    assert!(status.windows[1].used > 29_000, "{status:?}");
    let error = desk.client.accounts().await.unwrap_err();
    assert!(matches!(error.fault(), Some(Fault::Budget { .. })), "{error}");
    desk.client.positions(TFSA).await.unwrap();
    assert_eq!(desk.sim.world(|w| w.refused_by_limits()), 0);
}
