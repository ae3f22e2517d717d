//! Phase 10, automation: what runs by itself, and that no secret comes out.

use super::check::{Bound, Check, Measured};
use super::evidence::Evidence;
use super::evidence::program::CANARY;
use super::evidence::repository::Repository;

const FAULTS: (Bound, &str) = (Bound::Exactly(0.0), "faults");

/// The checks.
pub const CHECKS: &[Check] = &[
    Check::new(("p10-secrets-log", 10), "no secret in a log line", FAULTS, |e| {
        leaks(&e.telemetry.secret_lines)
    }),
    Check::new(("p10-secrets-print", 10), "no secret in what is printed of it", FAULTS, |e| {
        leaks(&e.telemetry.secret_prints)
    }),
    Check::new(("p10-canary", 10), "a secret around the program stays there", FAULTS, |e| {
        Measured::faults(e.program.canary_searched, e.program.canary_in.clone())
    }),
    Check::new(
        ("p10-repository-triggers", 10),
        "workflows run on push, review and schedule",
        FAULTS,
        triggers,
    ),
    Check::not_built(("p10-hooks", 10), "hooks scan for secrets before a commit", FAULTS),
    Check::not_built(("p10-benchmarks", 10), "benchmarks run and are compared", FAULTS),
    Check::not_built(("p10-keys", 10), "API keys are kept and checked", FAULTS),
];

fn leaks(lines: &[String]) -> Measured {
    Measured::faults(lines.len(), lines.iter().filter(|l| l.contains(CANARY)).cloned())
}

fn triggers(e: &Evidence) -> Measured {
    let known: &[String] = e.repository.as_ref().map_or(&[], |r: &Repository| &r.triggers);
    let wanted = ["push", "pull_request", "schedule"];
    let missing = wanted.iter().filter(|w| !known.iter().any(|k| k == *w));
    Measured::faults(wanted.len(), missing.map(|w| format!("no workflow runs on {w}")))
}
