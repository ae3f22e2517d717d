//! The budget of one interface at work: may a call leave, and what did the answer say.

use std::fmt;
use std::time::Duration;

use super::breaker::{Breaker, BreakerConfig, BreakerState};
use super::forecast::Forecast;
use super::limits::{Limits, Priority};
use super::window::SlidingWindow;

/// The server's count left below this share of its window: only safety calls go on.
const LOW: f64 = 0.05;

/// The longest that a server may ask us to wait; what it says beyond is taken as this.
const LONGEST_WAIT: Duration = Duration::from_mins(15);

/// How a call ended, as far as budgets care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// An answer, or a refusal that repeating would not change.
    Answered,
    /// Too many calls: 429, or the interface's own words for it.
    Limited,
    /// No answer, or one that says to come back: timeouts, resets, 5xx.
    Failed,
    /// Nobody waited for the answer: it says nothing of the interface.
    GivenUp,
}

/// What an answer said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reply {
    /// How the call ended.
    pub outcome: Outcome,
    /// Calls left in the longest window, as the server counts.
    pub remaining: Option<u32>,
    /// Time until that count begins anew.
    pub reset_in: Option<Duration>,
    /// `Retry-After`.
    pub retry_after: Option<Duration>,
}

impl Reply {
    /// An outcome, and nothing said about limits.
    pub const fn of(outcome: Outcome) -> Self {
        Self { outcome, remaining: None, reset_in: None, retry_after: None }
    }
}

/// Why a call has to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// A window is full for this priority.
    Window {
        /// Its seconds.
        seconds: u32,
        /// Calls of it that this priority may fill.
        ceiling: u32,
    },
    /// The server said so: 429, `Retry-After`, or few calls left.
    Server,
    /// The interface fails, and is left alone for a while.
    Breaker,
    /// As many calls as may be are on their way.
    AtOnce,
    /// Others came first.
    Queue,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Window { seconds, ceiling } => {
                write!(f, "all {ceiling} calls per {seconds} s for this priority are used")
            }
            Self::Server => f.write_str("the server asked for a rest"),
            Self::Breaker => f.write_str("the interface fails and is left alone for a while"),
            Self::AtOnce => f.write_str("as many calls as may be are on their way"),
            Self::Queue => f.write_str("others came first"),
        }
    }
}

/// May a call leave?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// At once.
    Go,
    /// Not before `until`, as things stand; `None` when it depends on an answer.
    Wait {
        /// The earliest time.
        until: Option<Duration>,
        /// What is in the way.
        why: Why,
    },
}

/// Counts the calls of one interface.
#[derive(Debug, Clone)]
pub struct Meter {
    limits: Limits,
    windows: Vec<SlidingWindow>,
    breaker: Breaker,
    /// Nothing leaves before: the server refused a call.
    closed_until: Duration,
    /// Only safety calls leave before: the server has few calls left.
    low_until: Duration,
    in_flight: u32,
}

impl Meter {
    /// Nothing was called yet. Limits must have been validated.
    pub fn new(limits: Limits) -> Self {
        Self {
            windows: limits.quotas.iter().map(|q| SlidingWindow::new(q.length())).collect(),
            breaker: Breaker::new(BreakerConfig::default()),
            closed_until: Duration::ZERO,
            low_until: Duration::ZERO,
            in_flight: 0,
            limits,
        }
    }

    /// The limits it keeps.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// May a call of this priority leave at `now`? Safety passes an open breaker and the server's low
    /// water mark; a full window and a refusal by the server hold for all.
    pub fn ask(&self, now: Duration, priority: Priority) -> Verdict {
        let wait = |until, why| Verdict::Wait { until: Some(until), why };
        let safety = priority == Priority::Safety;
        if now < self.closed_until {
            return wait(self.closed_until, Why::Server);
        }
        if !safety && let BreakerState::Open { until } = self.breaker.state(now) {
            return wait(until, Why::Breaker);
        }
        if !safety && now < self.low_until {
            return wait(self.low_until, Why::Server);
        }
        let fullest = self
            .windows
            .iter()
            .zip(&self.limits.quotas)
            .map(|(window, quota)| {
                let ceiling = self.limits.ceiling(*quota, priority);
                (window.frees_at(now, ceiling), quota.seconds, ceiling)
            })
            .max_by_key(|(free, ..)| *free);
        match fullest {
            Some((free, seconds, ceiling)) if free > now => {
                wait(free, Why::Window { seconds, ceiling })
            }
            _ if !safety && self.in_flight >= self.limits.at_once => {
                Verdict::Wait { until: None, why: Why::AtOnce }
            }
            _ => Verdict::Go,
        }
    }

    /// A call leaves.
    pub fn leave(&mut self, now: Duration) {
        self.windows.iter_mut().for_each(|w| w.record(now));
        self.breaker.left(now);
        self.in_flight += 1;
    }

    /// An answer came, or the call was given up.
    pub fn hear(&mut self, now: Duration, reply: &Reply) {
        self.in_flight = self.in_flight.saturating_sub(1);
        match reply.outcome {
            Outcome::Answered | Outcome::Limited => self.breaker.succeeded(),
            Outcome::Failed => self.breaker.failed(now),
            Outcome::GivenUp => {}
        }
        let asked = reply.retry_after.map(|wait| wait.min(LONGEST_WAIT));
        if reply.outcome == Outcome::Limited {
            let short = |wait: &Duration| *wait < Duration::from_mins(1);
            let least = Duration::from_secs(1);
            let rest = asked.or(reply.reset_in.filter(short)).unwrap_or(least).max(least);
            self.closed_until = self.closed_until.max(now + rest);
        } else if let Some(rest) = asked {
            self.closed_until = self.closed_until.max(now + rest);
        }
        if let (Some(remaining), Some(reset_in)) = (reply.remaining, reply.reset_in) {
            self.compare(now, remaining, reset_in);
        }
    }

    /// The server's own count of its longest window.
    fn compare(&mut self, now: Duration, remaining: u32, reset_in: Duration) {
        let (Some(quota), Some(window)) = (self.limits.quotas.last(), self.windows.last_mut())
        else {
            return;
        };
        let until = now + reset_in.min(quota.length());
        window.server_counts(now, quota.calls.saturating_sub(remaining), until);
        if f64::from(remaining) < LOW * f64::from(quota.calls) {
            self.low_until = self.low_until.max(until);
        }
    }

    /// Calls of an earlier process that still count: each at its time.
    pub fn remember(&mut self, calls: impl IntoIterator<Item = Duration>) {
        for call in calls {
            self.windows.iter_mut().for_each(|w| w.record(call));
        }
    }

    /// State of the breaker.
    pub fn breaker(&self, now: Duration) -> BreakerState {
        self.breaker.state(now)
    }

    /// Calls on their way.
    pub const fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// Calls used of each window, in the order of the quotas.
    pub fn used(&self, now: Duration) -> Vec<u32> {
        self.windows.iter().map(|w| w.used(now)).collect()
    }

    /// Time until nothing counts in each window any more, in the order of the quotas.
    pub fn empty_in(&self, now: Duration) -> Vec<Duration> {
        self.windows.iter().map(|w| w.frees_at(now, 1).saturating_sub(now)).collect()
    }

    /// When each window will be exhausted for decisions, in the order of the quotas.
    pub fn forecasts(&self, now: Duration) -> Vec<Forecast> {
        let each = self.windows.iter().zip(&self.limits.quotas);
        each.map(|(window, quota)| {
            let ceiling = self.limits.ceiling(*quota, Priority::Decision);
            Forecast::of(window, now, ceiling)
        })
        .collect()
    }
}

#[cfg(test)]
mod tests;
