//! The one governor of calls, as the broker's transport asks it.
//!
//! An order or a question about the account is a safety call there and here; the governor's reserve,
//! queue, breaker and windows hold for it as for every other caller of the process. What the broker
//! says in its headers goes back to the governor with the call's end. Pauses between tries are those
//! of [`RetryPolicy`], the one schedule there is.

use std::sync::Arc;
use std::time::Duration;

use tradebot_broker_questrade::environment::Environment;
use tradebot_broker_questrade::transport::{
    self, Admitted, Budget, Class, Ending, Heard, Leave, Limits, NotAdmitted, SetUp, Transport,
};
use tradebot_market_data::budget::{
    Clock, Governor, LimitError, MachineClock, Outcome, Permit, Priority, Reply, standard_limits,
};
use tradebot_market_data::retry::{Pauses, RetryPolicy};

/// Calls of the broker's login host.
pub const LOGIN: &str = "questrade_login";
/// Calls about the account, as the broker counts them.
pub const ACCOUNT: &str = "questrade_account";
/// Calls for market data, as the broker counts them.
pub const MARKET: &str = "questrade_market";

/// How reads of the broker are repeated: four tries within three minutes. A single try may take one
/// of them; a rest that the broker asks for is kept if it fits.
pub const BROKER_READS: RetryPolicy = RetryPolicy {
    attempts: 4,
    first: Duration::from_millis(500),
    longest: Duration::from_secs(8),
    jitter: 0.5,
    total: Duration::from_mins(3),
    each: Duration::from_mins(1),
};

/// The governor of this process, by the machine's clock and with the budgets of all interfaces we
/// know. Make one and share it.
///
/// # Errors
/// [`LimitError`] for a budget that cannot be kept.
pub fn governor() -> Result<Arc<Governor>, LimitError> {
    Governor::new(Arc::new(MachineClock::new()) as Arc<dyn Clock>, standard_limits())
}

/// The way to the broker under the process's governor.
///
/// # Errors
/// [`SetUp`] when the system's certificates cannot be read.
pub fn transport(
    environment: Environment,
    governor: &Arc<Governor>,
) -> Result<Arc<Transport>, SetUp> {
    let budget = Arc::new(Governed::new(Arc::clone(governor)));
    Ok(Arc::new(Transport::new(environment, Limits::default(), budget)?))
}

/// The governor as the broker's transport sees it.
#[derive(Debug, Clone)]
pub struct Governed {
    governor: Arc<Governor>,
    reads: RetryPolicy,
}

impl Governed {
    /// Under a governor, with the pauses of [`BROKER_READS`].
    pub const fn new(governor: Arc<Governor>) -> Self {
        Self { governor, reads: BROKER_READS }
    }

    /// The same with other pauses.
    #[must_use]
    pub fn repeating(self, reads: RetryPolicy) -> Self {
        Self { reads, ..self }
    }
}

impl Budget for Governed {
    fn admit(
        &self,
        class: Class,
        priority: transport::Priority,
        patience: Duration,
    ) -> Admitted<'_> {
        Box::pin(async move {
            match self.governor.admit(api_of(class), rank_of(priority), patience).await {
                Ok(permit) => Ok(Box::new(Leaving(permit)) as Box<dyn Leave>),
                Err(refused) => {
                    Err(NotAdmitted { why: refused.to_string(), free_in: refused.free_in })
                }
            }
        })
    }

    fn pauses(&self) -> Box<dyn transport::Pauses> {
        Box::new(Waiting(self.reads.pauses()))
    }
}

/// No budget and hardly a pause, for a clock that is moved on: nothing may wait for the machine's.
#[derive(Debug, Clone, Copy)]
pub struct Unwaiting;

impl Budget for Unwaiting {
    fn admit(
        &self,
        class: Class,
        priority: transport::Priority,
        patience: Duration,
    ) -> Admitted<'_> {
        transport::Unlimited.admit(class, priority, patience)
    }

    fn pauses(&self) -> Box<dyn transport::Pauses> {
        let soon = Duration::from_millis(5);
        let reads = RetryPolicy { first: soon, longest: soon, ..BROKER_READS };
        Box::new(Waiting(reads.pauses()))
    }
}

/// A call of the broker that the governor let through.
struct Leaving(Permit);

impl Leave for Leaving {
    fn ended(self: Box<Self>, heard: &Heard) {
        self.0.done(&reply_of(heard));
    }
}

/// The pauses of one read.
struct Waiting(Pauses);

impl transport::Pauses for Waiting {
    fn next(&mut self, elapsed: Duration, asked: Duration) -> Option<Duration> {
        self.0.next(elapsed, (!asked.is_zero()).then_some(asked))
    }
}

/// The budget that the broker counts a class in.
const fn api_of(class: Class) -> &'static str {
    match class {
        Class::Login => LOGIN,
        Class::Account => ACCOUNT,
        Class::MarketData => MARKET,
    }
}

const fn rank_of(priority: transport::Priority) -> Priority {
    match priority {
        transport::Priority::Safety => Priority::Safety,
        transport::Priority::Decision => Priority::Decision,
        transport::Priority::Background => Priority::Research,
    }
}

/// What the governor is told of a call that has ended.
fn reply_of(heard: &Heard) -> Reply {
    let outcome = match heard.ending {
        Ending::Answered => Outcome::Answered,
        Ending::Limited => Outcome::Limited,
        Ending::Failed => Outcome::Failed,
    };
    let readings = &heard.readings;
    Reply {
        outcome,
        remaining: readings.remaining.map(|left| u32::try_from(left).unwrap_or(u32::MAX)),
        reset_in: readings.reset_in(heard.now),
        retry_after: readings.retry_after,
    }
}

#[cfg(test)]
mod tests;
