//! Phase 2, API budgets and caching.

use tradebot_broker_questrade::Retry;
use tradebot_market_data::budget::Priority;

use super::check::{Bound, Check, Measured};
use super::evidence::Evidence;

const FAULTS: (Bound, &str) = (Bound::Exactly(0.0), "faults");

/// The checks.
pub const CHECKS: &[Check] = &[
    Check::new(("p02-retry-classes", 2), "only passing troubles are tried again", FAULTS, retries),
    Check::new(("p02-budgets", 2), "one budget per interface for all callers", FAULTS, budgets),
    Check::new(
        ("p02-reserve", 2),
        "a part of each hour is left to safety calls",
        (Bound::AtLeast(0.3), "share"),
        |e| Measured::value(e.budgets.reserve),
    ),
    Check::new(
        ("p02-order-path", 2),
        "a safety call does not wait behind research",
        FAULTS,
        order_path,
    ),
    Check::new(("p02-backoff", 2), "backoff with jitter, Retry-After honoured", FAULTS, backoff),
    Check::new(
        ("p02-caching", 2),
        "answers are kept for their time to live",
        (Bound::AtLeast(0.9), "share"),
        caching,
    ),
    Check::new(("p02-usage", 2), "usage is recorded per window", FAULTS, usage),
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

/// A session in which research wants everything: the server refuses nothing, and nobody starves.
fn budgets(e: &Evidence) -> Measured {
    let facts = &e.budgets;
    let mut faults = Vec::new();
    if facts.refused > 0 {
        faults.push(format!("{} calls were over the server's limit", facts.refused));
    }
    for priority in Priority::ALL {
        if facts.left.get(&priority).is_none_or(|calls| *calls == 0) {
            faults.push(format!("no call of {} left", priority.name()));
        }
    }
    let calls: u32 = facts.left.values().sum();
    Measured::faults(calls as usize, faults)
}

fn order_path(e: &Evidence) -> Measured {
    let safety = e.budgets.left.get(&Priority::Safety).copied().unwrap_or(0) as usize;
    let fault = format!("{} times", e.budgets.behind_research);
    Measured::faults(safety, (e.budgets.behind_research > 0).then_some(fault))
}

/// Three pauses, each twice the one before; a server's own is kept; what is final ends at once.
fn backoff(e: &Evidence) -> Measured {
    let facts = &e.budgets;
    let mut faults = Vec::new();
    if facts.pauses != [0.5, 1.0, 2.0] {
        faults.push(format!("pauses of {:?} s", facts.pauses));
    }
    if facts.retry_after != 20.0 {
        faults.push(format!("asked to wait 20 s, waited {} s", facts.retry_after));
    }
    if facts.final_tries != 1 {
        faults.push(format!("{} tries of what fails for good", facts.final_tries));
    }
    Measured::faults(3, faults)
}

fn caching(e: &Evidence) -> Measured {
    let facts = &e.budgets;
    if facts.stale > 0 {
        return Measured::nothing(format!("{} answers were older than they may be", facts.stale));
    }
    let asked = facts.hits.hits + facts.hits.misses + facts.hits.joined;
    Measured::over(facts.hits.ratio(), usize::try_from(asked).unwrap_or(usize::MAX))
}

/// What was counted is what was written, and every call is in it once.
fn usage(e: &Evidence) -> Measured {
    let (counted, read) = &e.budgets.usage;
    let mut faults = Vec::new();
    if counted != read {
        faults.push(format!("{} rows were counted, {} read back", counted.len(), read.len()));
    }
    let calls: u64 = read.iter().map(|row| row.calls).sum();
    if calls != 150 {
        faults.push(format!("150 calls left, {calls} are on record"));
    }
    Measured::faults(read.len(), faults)
}
