//! Phase 11, rollout and safety: the service levels that can be measured without a market.

use super::check::{Bound, Check, Measured};
use super::evidence::Evidence;
use super::measures::quantile;

const FAULTS: (Bound, &str) = (Bound::Exactly(0.0), "faults");
const MEGABYTE: f64 = 1e6;

/// The checks.
pub const CHECKS: &[Check] = &[
    Check::new(
        ("p11-wide-cycle", 11),
        "a cycle over 1,200 symbols, p95",
        (Bound::AtMost(2.0), "s"),
        wide_cycle,
    )
    .timing(),
    Check::new(
        ("p11-bar-to-intent", 11),
        "one symbol from bar to durable record, p99",
        (Bound::AtMost(0.020), "s"),
        |e| quantile(&e.speed.single_cycles, 0.99),
    )
    .timing(),
    Check::new(("p11-commit", 11), "a durable commit, p95", (Bound::AtMost(0.015), "s"), |e| {
        quantile(&e.speed.commits, 0.95)
    })
    .timing(),
    Check::new(
        ("p11-memory", 11),
        "peak memory at 1,200 symbols",
        (Bound::AtMost(200.0), "MB"),
        memory,
    ),
    Check::new(
        ("p11-demo-memory", 11),
        "peak memory of the demo",
        (Bound::AtMost(200.0), "MB"),
        |e| number(&e.program.summary["peak_rss_mb"]),
    ),
    Check::new(
        ("p11-first-cycle", 11),
        "start of the program to the first decision",
        (Bound::AtMost(5.0), "s"),
        |e| number(&e.program.summary["first_cycle_s"]),
    )
    .timing(),
    Check::not_built(("p11-flags", 11), "feature flags roll out and back", FAULTS),
    Check::not_built(("p11-budgets", 11), "error budgets of service levels", FAULTS),
    Check::not_built(("p11-kill-switch", 11), "a kill switch that holds", FAULTS),
    Check::not_built(("p11-live-locked", 11), "live mode proves its rights first", FAULTS),
];

fn wide_cycle(e: &Evidence) -> Measured {
    if e.speed.wide_opinions == 0 {
        return Measured::nothing("no symbol of the wide market was asked about");
    }
    quantile(&e.speed.wide_cycles, 0.95)
}

/// Where the system does not tell, the suite leaves this row out; asked all the same, it fails.
fn memory(e: &Evidence) -> Measured {
    let Some(bytes) = e.speed.peak_bytes else {
        return Measured::nothing("this system does not tell");
    };
    Measured::over(bytes as f64 / MEGABYTE, e.speed.wide_symbols)
}

fn number(value: &serde_json::Value) -> Measured {
    value.as_f64().map_or_else(|| Measured::nothing("not told"), Measured::value)
}
