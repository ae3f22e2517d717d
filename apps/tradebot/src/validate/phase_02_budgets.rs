//! Phase 2, API budgets and caching. Only the classes of errors are built: what may be tried again.

use tradebot_broker_questrade::Retry;

use super::check::{Bound, Check, Measured};
use super::evidence::Evidence;

const FAULTS: (Bound, &str) = (Bound::Exactly(0.0), "faults");

/// The checks.
pub const CHECKS: &[Check] = &[
    Check::new(("p02-retry-classes", 2), "only passing troubles are tried again", FAULTS, retries),
    Check::not_built(("p02-budgets", 2), "one budget per interface for all callers", FAULTS),
    Check::not_built(("p02-backoff", 2), "backoff with jitter, Retry-After honoured", FAULTS),
    Check::not_built(("p02-caching", 2), "answers are kept for their time to live", FAULTS),
    Check::not_built(("p02-usage", 2), "usage is recorded per window", FAULTS),
];

/// The rate limit and failing servers pass by; an expired token is refreshed; nothing else is
/// repeated.
fn retries(e: &Evidence) -> Measured {
    let wanted = |code: i64| match code {
        1006 | 1008..=1011 | 1021 => Retry::ReadsLater,
        1014 | 1017 => Retry::AfterRefresh,
        _ => Retry::Never,
    };
    let wrong = e.edges.retries.iter().filter(|(code, retry)| *retry != wanted(*code));
    Measured::faults(e.edges.retries.len(), wrong.map(|(code, r)| format!("{code}: {r:?}")))
}
