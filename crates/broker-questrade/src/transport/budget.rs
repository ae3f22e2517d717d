//! The seam to a budget of calls. The budget itself belongs to whoever shares the broker's limits
//! between all callers; here it is only asked.

use std::future::Future;
use std::pin::Pin;

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

/// Resolves when a call may be sent.
pub type Admitted<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A budget of calls.
pub trait Budget: Send + Sync {
    /// Waits until one more call of this class fits. Each attempt asks, a retry too.
    fn admit(&self, class: Class, priority: Priority) -> Admitted<'_>;

    /// What an answer said about the limits.
    fn observe(&self, class: Class, readings: &Readings);
}

/// No budget: every call goes at once.
#[derive(Debug, Clone, Copy)]
pub struct Unlimited;

impl Budget for Unlimited {
    fn admit(&self, _: Class, _: Priority) -> Admitted<'_> {
        Box::pin(std::future::ready(()))
    }

    fn observe(&self, _: Class, _: &Readings) {}
}
