//! One governor for all callers of all interfaces.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use super::breaker::BreakerState;
use super::clock::Clock;
use super::forecast::Forecast;
use super::limits::{LimitError, Limits, Priority, Quota, unlisted_limits};
use super::meter::{Meter, Outcome, Reply, Verdict, Why};
use super::usage::{ROW_SECONDS, Usage, UsageLog};

/// Length of a row of the table of use.
const ROW: SignedDuration = SignedDuration::from_secs(ROW_SECONDS as i64);

/// Lets calls leave within their budgets, in the order of their priorities.
///
/// One value serves a whole process: clones of its `Arc` share the budgets exactly.
///
/// ```
/// use std::{sync::Arc, time::Duration};
/// use tradebot_market_data::budget::*;
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let governor = Governor::new(Arc::new(MachineClock::new()), standard_limits())?;
/// let permit = governor.admit("finnhub", Priority::Research, Duration::from_secs(1)).await?;
/// // ... the call is made here ...
/// permit.done(&Reply::of(Outcome::Answered));
/// assert_eq!(governor.status()["finnhub"].windows[0].used, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct Governor {
    clock: Arc<dyn Clock>,
    limits: BTreeMap<String, Limits>,
    lanes: Mutex<BTreeMap<String, Arc<Lane>>>,
    usage: Mutex<UsageLog>,
}

/// One interface.
#[derive(Debug)]
struct Lane {
    api: String,
    state: Mutex<Waiting>,
    /// A call left, an answer came, or someone gave up waiting.
    changed: Notify,
}

#[derive(Debug)]
struct Waiting {
    meter: Meter,
    /// Who waits, first to last.
    queue: BTreeSet<(Priority, u64)>,
    tickets: u64,
}

/// A call that may leave now. What came of it is to be told: see [`Permit::done`].
#[derive(Debug)]
#[must_use = "a permit stands for a call that leaves now"]
pub struct Permit {
    governor: Arc<Governor>,
    lane: Arc<Lane>,
    waited: Duration,
    told: bool,
}

/// No call within the caller's patience.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Refused {
    /// The interface.
    pub api: String,
    /// Who asked.
    pub priority: Priority,
    /// What was in the way.
    pub why: Why,
    /// When a call would be possible, as far as that is known.
    pub free_in: Option<Duration>,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { api, priority, why, free_in } = self;
        write!(f, "{api}: no call for {} yet, {why}", priority.name())?;
        match free_in {
            Some(time) => write!(f, "; the next in {:.1} s", time.as_secs_f64()),
            None => Ok(()),
        }
    }
}

/// One window of an interface.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WindowStatus {
    /// What the server allows.
    pub quota: Quota,
    /// Calls used, those of other programs included.
    pub used: u32,
    /// What becomes of it.
    pub forecast: Forecast,
    /// Time until nothing counts in it any more, if nothing is called meanwhile.
    pub empty_in: Duration,
}

/// One interface as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// Its windows, shortest first.
    pub windows: Vec<WindowStatus>,
    /// Callers that wait.
    pub waiting: usize,
    /// Calls on their way.
    pub in_flight: u32,
    /// Its breaker.
    pub breaker: BreakerState,
}

impl Governor {
    /// A governor with these budgets; interfaces that are not listed get [`unlisted_limits`].
    ///
    /// # Errors
    /// [`LimitError`] for a budget that cannot be kept.
    pub fn new(
        clock: Arc<dyn Clock>,
        limits: BTreeMap<String, Limits>,
    ) -> Result<Arc<Self>, LimitError> {
        limits.iter().try_for_each(|(api, each)| each.validate(api))?;
        let (lanes, usage) = (Mutex::default(), Mutex::default());
        Ok(Arc::new(Self { clock, limits, lanes, usage }))
    }

    /// Waits for a call's turn, at most as long as `patience`. Nobody waits in vain: when the turn
    /// cannot come in time, the answer comes at once.
    ///
    /// # Errors
    /// [`Refused`] with what is in the way and when it will be gone.
    pub async fn admit(
        self: &Arc<Self>,
        api: &str,
        priority: Priority,
        patience: Duration,
    ) -> Result<Permit, Refused> {
        let lane = self.lane(api);
        let begun = self.clock.now();
        let place = Place::take(&lane, priority);
        let mut waited = false;
        loop {
            let changed = lane.changed.notified();
            tokio::pin!(changed);
            // From here on a change is not missed, even before it is waited for.
            changed.as_mut().enable();
            let now = self.clock.now();
            let left = (begun + patience).saturating_sub(now);
            let (until, why) = match place.turn(now) {
                Verdict::Go => break,
                Verdict::Wait { until, why } => (until, why),
            };
            if !std::mem::replace(&mut waited, true) {
                self.count(api, Usage { throttled: 1, ..Usage::default() });
            }
            let free_in = until.map(|until| until.saturating_sub(now));
            if left.is_zero() || free_in.is_some_and(|time| time > left) {
                return Err(Refused { api: api.to_owned(), priority, why, free_in });
            }
            tokio::select! {
                () = self.clock.sleep(free_in.unwrap_or(left)) => {}
                () = changed => {}
            }
        }
        drop(place);
        self.count(api, Usage { calls: 1, ..Usage::default() });
        let waited = self.clock.now().saturating_sub(begun);
        Ok(Permit { governor: Arc::clone(self), lane, waited, told: false })
    }

    /// Goes on from the rows of an earlier process, oldest first, before the first call: what it
    /// called still counts, each call at the end of its minute, and the minute that is not over
    /// goes on being counted in its row.
    pub fn recall(&self, rows: impl IntoIterator<Item = (String, Timestamp, Usage)>) {
        let (now, wall) = (self.clock.now(), self.clock.wall());
        for (api, start, usage) in rows {
            let end = start.saturating_add(ROW).unwrap_or(wall);
            // Nothing is called in the future: the minute that is not over counts as now.
            let age = Duration::try_from(wall.duration_since(end)).unwrap_or_default();
            let at = now.saturating_sub(age);
            let calls = usize::try_from(usage.calls).unwrap_or(usize::MAX);
            self.lane(&api).lock().meter.remember(std::iter::repeat_n(at, calls));
            if end > wall {
                self.count_at(&api, start, usage);
            }
        }
    }

    /// Counts questions that a cache answered, and those it could not, since this was last told.
    pub fn note_cache(&self, api: &str, hits: u64, misses: u64) {
        if hits + misses > 0 {
            let usage = Usage { cache_hits: hits, cache_misses: misses, ..Usage::default() };
            self.count(api, usage);
        }
    }

    /// The budget of an interface, called yet or not.
    pub fn limits(&self, api: &str) -> Limits {
        self.limits.get(api).cloned().unwrap_or_else(unlisted_limits)
    }

    /// Makes an interface one of those that [`Governor::status`] tells of, before its first call.
    pub fn know(&self, api: &str) {
        self.lane(api);
    }

    /// Every interface that was called, as it stands.
    pub fn status(&self) -> BTreeMap<String, Status> {
        let now = self.clock.now();
        let lanes: Vec<_> = locked(&self.lanes).values().map(Arc::clone).collect();
        lanes.into_iter().map(|lane| (lane.api.clone(), lane.lock().status(now))).collect()
    }

    /// Rows for the table of use: interface, beginning of the minute, counts.
    pub fn take_usage(&self) -> Vec<(String, Timestamp, Usage)> {
        locked(&self.usage).take(self.clock.wall())
    }

    /// The clock that budgets are kept by.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    fn lane(&self, api: &str) -> Arc<Lane> {
        let mut lanes = locked(&self.lanes);
        if let Some(lane) = lanes.get(api) {
            return Arc::clone(lane);
        }
        let state =
            Waiting { meter: Meter::new(self.limits(api)), queue: BTreeSet::new(), tickets: 0 };
        let (state, changed) = (Mutex::new(state), Notify::new());
        let lane = Arc::new(Lane { api: api.to_owned(), state, changed });
        lanes.insert(api.to_owned(), Arc::clone(&lane));
        lane
    }

    fn count(&self, api: &str, usage: Usage) {
        self.count_at(api, self.clock.wall(), usage);
    }

    fn count_at(&self, api: &str, at: Timestamp, usage: Usage) {
        locked(&self.usage).count(api, at, usage);
    }
}

/// A place in the queue, given up when it is dropped.
struct Place<'a> {
    lane: &'a Lane,
    ticket: (Priority, u64),
}

impl<'a> Place<'a> {
    fn take(lane: &'a Lane, priority: Priority) -> Self {
        let mut state = lane.lock();
        state.tickets += 1;
        let ticket = (priority, state.tickets);
        state.queue.insert(ticket);
        Self { lane, ticket }
    }

    /// Lets the call leave if it is the first in the queue and its budget allows.
    ///
    /// Nobody behind could leave instead: whoever has the lower priority may use less of every
    /// window.
    fn turn(&self, now: Duration) -> Verdict {
        let mut state = self.lane.lock();
        if state.queue.first() != Some(&self.ticket) {
            return Verdict::Wait { until: None, why: Why::Queue };
        }
        let verdict = state.meter.ask(now, self.ticket.0);
        if verdict == Verdict::Go {
            state.meter.leave(now);
        }
        verdict
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.lane.lock().queue.remove(&self.ticket);
        self.lane.changed.notify_waiters();
    }
}

impl Lane {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        locked(&self.state)
    }
}

impl Waiting {
    fn status(&self, now: Duration) -> Status {
        let meter = &self.meter;
        let used = meter.used(now);
        let each = meter.limits().quotas.iter().zip(used).zip(meter.forecasts(now));
        let each = each.zip(meter.empty_in(now));
        Status {
            windows: each
                .map(|(((quota, used), forecast), empty_in)| WindowStatus {
                    quota: *quota,
                    used,
                    forecast,
                    empty_in,
                })
                .collect(),
            waiting: self.queue.len(),
            in_flight: meter.in_flight(),
            breaker: meter.breaker(now),
        }
    }
}

impl Permit {
    /// How long the call waited for its turn.
    pub const fn waited(&self) -> Duration {
        self.waited
    }

    /// Tells what came of the call. A permit that is dropped untold counts as given up.
    pub fn done(mut self, reply: &Reply) {
        self.tell(reply);
    }

    fn tell(&mut self, reply: &Reply) {
        self.told = true;
        let governor = &self.governor;
        self.lane.lock().meter.hear(governor.clock.now(), reply);
        self.lane.changed.notify_waiters();
        let failed = matches!(reply.outcome, Outcome::Failed | Outcome::GivenUp);
        let throttled = reply.outcome == Outcome::Limited;
        let (failed, throttled) = (u64::from(failed), u64::from(throttled));
        governor.count(&self.lane.api, Usage { throttled, failed, ..Usage::default() });
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if !self.told {
            self.tell(&Reply::of(Outcome::GivenUp));
        }
    }
}

/// A panic elsewhere leaves counts that are still counts.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
