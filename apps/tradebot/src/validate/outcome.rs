//! What the suite found: every row, readiness per phase, totals. The names are a contract.

use serde::Serialize;

use crate::validate::check::{Check, Gating, Measured, figure};

/// What phases are about, by number.
pub const PHASES: [&str; 15] = [
    "baseline",
    "observability",
    "API budgets and caching",
    "data contracts",
    "calibration",
    "ensemble",
    "sizing and brackets",
    "regimes and policy",
    "dashboard",
    "GPU and language models",
    "automation",
    "rollout and safety",
    "documentation and tests",
    "advanced models",
    "enterprise",
];

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Measured, and the bound is kept.
    Pass,
    /// Measured, and it is not; or there was nothing to measure.
    Fail,
    /// Promised, and nothing to measure yet.
    NotBuilt,
}

impl State {
    /// The word in tables and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotBuilt => "not_built",
        }
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckResult {
    /// Name of the check.
    pub id: &'static str,
    /// Phase, 0 to 14.
    pub phase: u8,
    /// What is promised.
    pub promise: &'static str,
    /// The number; null when nothing was measured.
    pub measured: Option<f64>,
    /// How many things were looked at.
    pub of: Option<usize>,
    /// The bound, in words.
    pub bound: String,
    /// Unit of the number.
    pub unit: &'static str,
    /// Where it stands.
    pub state: State,
    /// A failure of it fails the suite.
    pub gating: bool,
    /// The first fault, for people.
    pub detail: String,
    /// Time that measuring took, seconds; gathering the evidence is in the totals.
    pub elapsed_s: f64,
}

impl CheckResult {
    /// The row of a check that measured something, or of one that is not built.
    pub fn of(
        check: &Check,
        measured: Option<Measured>,
        timing_gates: bool,
        elapsed_s: f64,
    ) -> Self {
        let state = match &measured {
            None => State::NotBuilt,
            Some(m) if check.bound.holds(m.value) => State::Pass,
            Some(_) => State::Fail,
        };
        let gating = match check.gating {
            Gating::Always => true,
            Gating::Timing => timing_gates,
            Gating::Never => false,
        };
        let measured = measured.unwrap_or_else(|| Measured::nothing(""));
        Self {
            id: check.id,
            phase: check.phase,
            promise: check.promise,
            measured: Some(measured.value).filter(|v| v.is_finite()),
            of: measured.of,
            bound: check.bound.to_string(),
            unit: check.unit,
            state,
            gating,
            detail: measured.detail,
            elapsed_s,
        }
    }

    /// The number as people read it: `0 of 1090`, `0.25`, or nothing.
    pub fn measured_text(&self) -> String {
        match (self.state, self.measured, self.of) {
            (State::NotBuilt, ..) => "-".to_owned(),
            (_, Some(value), Some(of)) if self.unit == "faults" => {
                format!("{} of {of}", figure(value))
            }
            (_, Some(value), _) => figure(value),
            (_, None, _) => figure(f64::NAN),
        }
    }

    fn fails_the_suite(&self) -> bool {
        self.gating && self.state == State::Fail
    }
}

/// How far a phase is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Readiness {
    /// The phase, 0 to 14.
    pub phase: u8,
    /// What it is about.
    pub name: &'static str,
    /// Rows that gate.
    pub gating: usize,
    /// Of those, rows that pass.
    pub passed: usize,
    /// Rows that wait to be built, counted apart.
    pub not_built: usize,
    /// Passed over gating; null when nothing gates.
    pub ready: Option<f64>,
}

/// Everything added up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Totals {
    /// All rows.
    pub checks: usize,
    /// Rows that were measured.
    pub measured: usize,
    /// Measured and kept.
    pub passed: usize,
    /// Measured and not kept.
    pub failed: usize,
    /// Of those, the ones that fail the suite.
    pub failed_gating: usize,
    /// Not built yet.
    pub not_built: usize,
    /// Time that gathering evidence took, seconds.
    pub evidence_s: f64,
    /// Evidence and measuring, seconds.
    pub elapsed_s: f64,
}

/// What the suite found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// `quick` or `full`.
    pub profile: &'static str,
    /// All rows by phase.
    pub checks: Vec<CheckResult>,
    /// Every phase.
    pub readiness: Vec<Readiness>,
    /// All of it.
    pub totals: Totals,
}

impl Outcome {
    /// Adds up.
    pub fn of(profile: &'static str, checks: Vec<CheckResult>, evidence_s: f64) -> Self {
        let readiness = (0_u8..).zip(PHASES).map(|(n, name)| ready(n, name, &checks)).collect();
        let count = |state: State| checks.iter().filter(|c| c.state == state).count();
        let not_built = count(State::NotBuilt);
        let totals = Totals {
            checks: checks.len(),
            measured: checks.len() - not_built,
            passed: count(State::Pass),
            failed: count(State::Fail),
            failed_gating: checks.iter().filter(|c| c.fails_the_suite()).count(),
            not_built,
            evidence_s,
            elapsed_s: evidence_s + checks.iter().map(|c| c.elapsed_s).sum::<f64>(),
        };
        Self { profile, checks, readiness, totals }
    }

    /// No gating row fails.
    pub const fn passed(&self) -> bool {
        self.totals.failed_gating == 0
    }
}

fn ready(phase: u8, name: &'static str, checks: &[CheckResult]) -> Readiness {
    let of_phase = || checks.iter().filter(|c| c.phase == phase);
    let gating = of_phase().filter(|c| c.gating).count();
    let passed = of_phase().filter(|c| c.gating && c.state == State::Pass).count();
    Readiness {
        phase,
        name,
        gating,
        passed,
        not_built: of_phase().filter(|c| c.state == State::NotBuilt).count(),
        ready: (gating > 0).then(|| passed as f64 / gating as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::check::Bound;

    fn row(value: Option<f64>, gating: Gating, timing_gates: bool) -> CheckResult {
        let check = Check {
            gating,
            ..Check::not_built(("p03-x", 3), "something holds", (Bound::AtMost(1.0), "s"))
        };
        CheckResult::of(&check, value.map(Measured::value), timing_gates, 0.5)
    }

    #[test]
    fn only_a_gating_failure_fails_the_suite() {
        let passes = |row: CheckResult| Outcome::of("quick", vec![row], 0.0).passed();
        assert!(passes(row(Some(1.0), Gating::Always, true)));
        assert!(!passes(row(Some(2.0), Gating::Always, true)));
        assert!(!passes(row(Some(f64::NAN), Gating::Always, true)));
        assert!(passes(row(Some(2.0), Gating::Never, true)));
        assert!(!passes(row(Some(2.0), Gating::Timing, true)));
        assert!(passes(row(Some(2.0), Gating::Timing, false)));
        assert!(passes(row(None, Gating::Never, true)));
    }

    #[test]
    fn what_is_not_built_is_counted_apart_and_makes_nothing_ready() {
        let rows = vec![
            row(Some(1.0), Gating::Always, true),
            row(Some(2.0), Gating::Always, true),
            row(None, Gating::Never, true),
        ];
        let outcome = Outcome::of("quick", rows, 1.0);
        let phase = &outcome.readiness[3];
        assert_eq!((phase.gating, phase.passed, phase.not_built), (2, 1, 1));
        assert_eq!(phase.ready, Some(0.5));
        assert_eq!(outcome.readiness[8].ready, None);
        assert_eq!((outcome.totals.measured, outcome.totals.not_built), (2, 1));
        assert!((outcome.totals.elapsed_s - 2.5).abs() < 1e-12);
    }
}
