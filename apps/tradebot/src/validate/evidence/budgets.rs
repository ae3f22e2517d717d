//! Budgets, pauses and caches, asked under a clock that does not wait.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tradebot_domain::Timestamp;
use tradebot_market_data::budget::{
    Clock, Governor, Limits, Meter, Outcome, Priority, Quota, Reply, Verdict,
};
use tradebot_market_data::cache::{Hits, Kind, TtlCache};
use tradebot_market_data::retry::{RetryPolicy, Trouble, retry};
use tradebot_storage::{ApiUsage, Mode, Store};

use crate::exit::Failure;
use crate::live::usage::row;

/// What the governor, the retries and the cache did.
#[derive(Debug, Clone)]
pub struct BudgetFacts {
    /// Calls of a session that left, by priority.
    pub left: BTreeMap<Priority, u32>,
    /// Calls that a server with the same windows, begun at other moments, would have refused.
    pub refused: u32,
    /// Seconds in which research left and a safety call could not.
    pub behind_research: u32,
    /// Share of the hour that safety calls could still use after all others had taken theirs.
    pub reserve: f64,
    /// Pauses between tries, seconds, when nothing is said about them.
    pub pauses: Vec<f64>,
    /// The pause after a server has asked for twenty seconds.
    pub retry_after: f64,
    /// Tries of what fails for good.
    pub final_tries: u32,
    /// What the cache knew in a session.
    pub hits: Hits,
    /// An answer came from the cache after its time.
    pub stale: u32,
    /// Rows of use as they were counted, and as they were read back.
    pub usage: (Vec<ApiUsage>, Vec<ApiUsage>),
}

impl BudgetFacts {
    /// Asks them.
    ///
    /// # Errors
    /// When a database for the rows of use cannot be made.
    pub fn gather() -> Result<Self, Failure> {
        let session = Session::run();
        let clock = Arc::new(Virtual::default());
        let waits = |error: &'static str| async move { Err::<(), _>(Trouble::passing(error)) };
        let pauses = wait(tries(&clock, |_| waits("reset")));
        let asked = wait(tries(&clock, |n| async move {
            let retry_after = Some(Duration::from_secs(20));
            if n == 1 { Err(Trouble::Passing { error: "busy", retry_after }) } else { Ok(()) }
        }));
        let finals = wait(tries(&clock, |_| async { Err(Trouble::Final("no such symbol")) }));
        let (hits, stale) = wait(cached_session(&clock));
        Ok(Self {
            left: session.left,
            refused: session.refused,
            behind_research: session.behind_research,
            reserve: reserve(),
            retry_after: asked.first().copied().unwrap_or(f64::NAN),
            pauses,
            final_tries: u32::try_from(finals.len() + 1).unwrap_or(u32::MAX),
            hits,
            stale,
            usage: usage()?,
        })
    }
}

/// Time that passes when someone sleeps.
#[derive(Debug, Default)]
struct Virtual(Mutex<Duration>);

impl Virtual {
    fn pass(&self, time: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += time;
    }
}

/// A handle that can be given to what sleeps.
#[derive(Debug, Clone)]
struct Handle(Arc<Virtual>);

impl Clock for Handle {
    fn now(&self) -> Duration {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wall(&self) -> Timestamp {
        let start = Timestamp::from_second(1_772_461_800).unwrap_or(Timestamp::UNIX_EPOCH);
        start.saturating_add(self.now()).unwrap_or(Timestamp::MAX)
    }

    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let clock = Arc::clone(&self.0);
        Box::pin(async move { clock.pass(time) })
    }
}

/// Runs what never waits for anything outside.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime without I/O and timers asks nothing of the system").block_on(future)
}

/// Pauses between tries, seconds.
async fn tries<F>(clock: &Arc<Virtual>, attempt: impl Fn(u32) -> F) -> Vec<f64>
where
    F: Future<Output = Result<(), Trouble<&'static str>>>,
{
    let clock = Handle(Arc::clone(clock));
    let times = Mutex::new(Vec::new());
    let policy = RetryPolicy { jitter: 0.0, ..RetryPolicy::default() };
    let _ = retry(&clock, &policy, |n| {
        times.lock().unwrap_or_else(PoisonError::into_inner).push(clock.now().as_secs_f64());
        attempt(n)
    })
    .await;
    let times = times.into_inner().unwrap_or_else(PoisonError::into_inner);
    times.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// Six and a half hours of calls, second by second, against a server with windows of its own.
#[derive(Default)]
struct Session {
    left: BTreeMap<Priority, u32>,
    refused: u32,
    behind_research: u32,
    served: BTreeMap<(u64, u64), u32>,
}

/// Questrade's documented windows of market data.
const QUOTAS: [Quota; 2] = [Quota::per_second(20), Quota::per_hour(15_000)];

impl Session {
    fn run() -> Self {
        let mut meter = Meter::new(Limits::of(QUOTAS));
        let mut session = Self::default();
        for second in 0..23_400_u64 {
            let begun = Duration::from_secs(second);
            // Research takes all it gets, decisions come in bunches, safety each five seconds.
            let research = session.call(&mut meter, begun, Priority::Research, 20);
            let bunch = if second.is_multiple_of(60) { 100 } else { 0 };
            session.call(&mut meter, begun, Priority::Decision, bunch);
            let wanted = u32::from(second.is_multiple_of(5));
            let safe = session.call(&mut meter, begun, Priority::Safety, wanted);
            session.behind_research += u32::from(safe < wanted && research > 0);
        }
        session
    }

    fn call(&mut self, meter: &mut Meter, at: Duration, priority: Priority, wanted: u32) -> u32 {
        let mut made = 0;
        while made < wanted && meter.ask(at, priority) == Verdict::Go {
            meter.leave(at);
            meter.hear(at, &Reply::of(Outcome::Answered));
            made += 1;
            for quota in QUOTAS {
                let length = u64::from(quota.seconds);
                let window = (at.as_secs() + 1_234) / length;
                let count = self.served.entry((length, window)).or_default();
                *count += 1;
                self.refused += u32::from(*count > quota.calls);
            }
        }
        *self.left.entry(priority).or_default() += made;
        made
    }
}

/// Share of an hour that is left to safety when research and decisions have taken all they may.
fn reserve() -> f64 {
    let mut meter = Meter::new(Limits::of(QUOTAS));
    let mut fill = |priority, from: u64, seconds: u64| {
        let mut made = 0_u32;
        for second in from..from + seconds {
            let at = Duration::from_secs(second);
            while meter.ask(at, priority) == Verdict::Go {
                meter.leave(at);
                meter.hear(at, &Reply::of(Outcome::Answered));
                made += 1;
            }
        }
        made
    };
    fill(Priority::Research, 0, 1_400);
    fill(Priority::Decision, 1_400, 1_000);
    f64::from(fill(Priority::Safety, 2_400, 1_100)) / f64::from(QUOTAS[1].calls)
}

/// A hundred symbols looked at every minute of a session; then one answer past its time.
async fn cached_session(clock: &Arc<Virtual>) -> (Hits, u32) {
    let handle: Arc<dyn Clock> = Arc::new(Handle(Arc::clone(clock)));
    let cache: TtlCache<(Kind, u32), Duration, String> = TtlCache::new(Arc::clone(&handle), 10_000);
    let mut stale = 0;
    for _minute in 0..390 {
        for symbol in 0..100 {
            for kind in [Kind::Quotes, Kind::DailyBars, Kind::CompanyMetrics, Kind::NewsSentiment] {
                let ask = || async { Ok(Some(handle.now())) };
                let answer = cache.get((kind, symbol), kind.time_to_live(), ask).await;
                let asked_at = answer.ok().flatten().unwrap_or_default();
                stale += u32::from(handle.now() >= asked_at + kind.time_to_live());
            }
        }
        clock.pass(Duration::from_mins(1));
    }
    (cache.hits(), stale)
}

/// Rows that a governor counted, written and read back.
fn usage() -> Result<(Vec<ApiUsage>, Vec<ApiUsage>), Failure> {
    let clock = Arc::new(Virtual::default());
    let limits = BTreeMap::from([("finnhub".to_owned(), Limits::of([Quota::per_minute(60)]))]);
    let governor = Governor::new(Arc::new(Handle(Arc::clone(&clock))), limits)
        .map_err(|e| Failure::work(e.to_string()))?;
    let outcomes = [Outcome::Answered, Outcome::Limited, Outcome::Failed, Outcome::Answered];
    wait(async {
        for outcome in outcomes.into_iter().cycle().take(150) {
            let patience = Duration::from_hours(1);
            if let Ok(permit) = governor.admit("finnhub", Priority::Research, patience).await {
                permit.done(&Reply::of(outcome));
            }
        }
    });
    clock.pass(Duration::from_mins(1));
    let counted: Vec<_> = governor.take_usage().into_iter().map(row).collect();
    let work = |e: &dyn std::fmt::Display| Failure::work(format!("rows of use: {e}"));
    let folder = tempfile::tempdir().map_err(|e| work(&e))?;
    let store = Store::open(folder.path(), Mode::Paper).map_err(|e| work(&e))?;
    for row in &counted {
        store.record_api_usage(row).map_err(|e| work(&e))?;
    }
    drop(store);
    let reader = Store::open_read(folder.path(), Mode::Paper).map_err(|e| work(&e))?;
    let read = reader.api_usage(Timestamp::UNIX_EPOCH).map_err(|e| work(&e))?;
    Ok((counted, read))
}
