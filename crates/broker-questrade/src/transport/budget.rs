//! The seam to whoever shares the broker's limits between all callers: when a call may leave, what
//! came of it, and how long a read pauses before it is tried again. Nothing of that is decided here.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tradebot_domain::Timestamp;

use super::fault::{Fault, FaultClass};
use super::headers::Readings;

/// What the broker counts together. Its pages name two budgets; logins are apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The login host.
    Login,
    /// Time, accounts, orders, executions: 30 a second, 30,000 an hour.
    Account,
    /// Symbols, quotes, candles: 20 a second, 15,000 an hour.
    MarketData,
}

impl Class {
    /// Label of the metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Account => "account",
            Self::MarketData => "market_data",
        }
    }
}

/// Who goes first when there is not enough for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// What keeps the account safe: orders, positions, executions.
    Safety,
    /// What a decision waits for.
    Decision,
    /// What can wait: history, catalogues.
    Background,
}

/// Resolves when a call may be sent, or when it may not within the caller's patience.
pub type Admitted<'a> =
    Pin<Box<dyn Future<Output = Result<Box<dyn Leave>, NotAdmitted>> + Send + 'a>>;

/// A budget of calls, and the pauses between tries.
pub trait Budget: Send + Sync {
    /// Waits until one more call of this class fits, at most as long as `patience`. Each attempt
    /// asks, a repeated one too.
    fn admit(&self, class: Class, priority: Priority, patience: Duration) -> Admitted<'_>;

    /// The pauses of one read that has just begun. Without any, each read is tried once.
    fn pauses(&self) -> Box<dyn Pauses> {
        Box::new(Once)
    }
}

/// A call that leaves now. Dropped without a word it was given up: nobody waited for its answer.
pub trait Leave: Send {
    /// The call is over.
    fn ended(self: Box<Self>, heard: &Heard);
}

/// The pauses between the tries of one read. Nothing but reads is tried again.
pub trait Pauses: Send {
    /// The pause before the next try; none when there is to be no other.
    ///
    /// - **elapsed:** time since the first try began.
    /// - **asked:** the least that the broker wants us to wait; zero when it did not say.
    fn next(&mut self, elapsed: Duration, asked: Duration) -> Option<Duration>;
}

/// The budget lets nothing through in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAdmitted {
    /// What is in the way.
    pub why: String,
    /// When it will be gone, as far as that is known.
    pub free_in: Option<Duration>,
}

/// How a call ended, as far as budgets care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// An answer, or a refusal that repeating would not change.
    Answered,
    /// Too many calls.
    Limited,
    /// No answer, or one that says to come back later.
    Failed,
}

impl Ending {
    /// The ending that a fault stands for; no fault is an answer.
    pub const fn of(fault: Option<&Fault>) -> Self {
        match fault {
            None => Self::Answered,
            Some(fault) => match fault.class() {
                FaultClass::Limit => Self::Limited,
                FaultClass::Transient => Self::Failed,
                FaultClass::Auth
                | FaultClass::Scope
                | FaultClass::Refused
                | FaultClass::Malformed => Self::Answered,
            },
        }
    }
}

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// How it ended.
    pub ending: Ending,
    /// What the headers say; all absent when none came.
    pub readings: Readings,
    /// When it ended, by our clock.
    pub now: Timestamp,
}

/// No budget and no second try: every call goes at once, and once.
#[derive(Debug, Clone, Copy)]
pub struct Unlimited;

impl Budget for Unlimited {
    fn admit(&self, _: Class, _: Priority, _: Duration) -> Admitted<'_> {
        Box::pin(std::future::ready(Ok(Box::new(Self) as Box<dyn Leave>)))
    }
}

impl Leave for Unlimited {
    fn ended(self: Box<Self>, _: &Heard) {}
}

/// No second try.
#[derive(Debug, Clone, Copy)]
pub struct Once;

impl Pauses for Once {
    fn next(&mut self, _: Duration, _: Duration) -> Option<Duration> {
        None
    }
}
