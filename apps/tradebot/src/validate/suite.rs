//! All checks in the order of phases, and measuring them.

use std::time::Instant;

use crate::validate::check::Check;
use crate::validate::evidence::Evidence;
use crate::validate::outcome::{CheckResult, Outcome};
use crate::validate::{
    phase_00_baseline, phase_00_identity, phase_01_observability, phase_02_budgets,
    phase_03_quality, phase_04_calibration, phase_05_ensemble, phase_06_account, phase_06_sizing,
    phase_07_regime, phase_08_dashboard, phase_09_gpu, phase_10_automation, phase_11_safety,
    phase_12_documentation, phase_13_14_later,
};

/// Every check there is.
pub fn all() -> impl Iterator<Item = &'static Check> {
    [
        phase_00_baseline::CHECKS,
        phase_00_identity::CHECKS,
        phase_01_observability::CHECKS,
        phase_02_budgets::CHECKS,
        phase_03_quality::CHECKS,
        phase_04_calibration::CHECKS,
        phase_05_ensemble::CHECKS,
        phase_06_sizing::CHECKS,
        phase_06_account::CHECKS,
        phase_07_regime::CHECKS,
        phase_08_dashboard::CHECKS,
        phase_09_gpu::CHECKS,
        phase_10_automation::CHECKS,
        phase_11_safety::CHECKS,
        phase_12_documentation::CHECKS,
        phase_13_14_later::CHECKS,
    ]
    .into_iter()
    .flatten()
}

/// The checks that can be measured here: those about the sources need the sources, those about
/// memory a system that tells it.
pub fn of(evidence: &Evidence) -> impl Iterator<Item = &'static Check> {
    let in_repository = evidence.repository.is_some();
    let memory_told = evidence.speed.peak_bytes.is_some();
    all().filter(move |check| {
        (in_repository || !check.id.contains("-repository-"))
            && (memory_told || !check.id.ends_with("memory"))
    })
}

/// Measures every check.
pub fn measure(evidence: &Evidence, timing_gates: bool) -> Outcome {
    let rows = of(evidence).map(|check| measure_one(check, evidence, timing_gates)).collect();
    Outcome::of(evidence.profile, rows, evidence.gathered_in_s)
}

/// Measures one check.
pub fn measure_one(check: &Check, evidence: &Evidence, timing_gates: bool) -> CheckResult {
    let begun = now();
    let measured = check.measure.map(|measure| measure(evidence));
    CheckResult::of(check, measured, timing_gates, begun.elapsed().as_secs_f64())
}

#[expect(clippy::disallowed_methods, reason = "how long a check took is shown to people")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::validate::check::Gating;

    #[test]
    fn every_phase_has_a_row_and_more_than_fifty_are_measured() {
        let phases: BTreeSet<u8> = all().map(|c| c.phase).collect();
        assert_eq!(phases, (0..=14).collect());
        let measured = all().filter(|c| c.measure.is_some()).count();
        assert!(measured >= 51, "{measured}");
    }

    #[test]
    fn names_are_unique_and_begin_with_their_phase() {
        let mut seen = BTreeSet::new();
        for check in all() {
            assert!(seen.insert(check.id), "{} stands twice", check.id);
            assert!(check.id.starts_with(&format!("p{:02}-", check.phase)), "{}", check.id);
            assert!(check.promise.len() <= 60, "{}: {}", check.id, check.promise.len());
        }
    }

    #[test]
    fn what_is_not_built_never_gates() {
        assert!(all().all(|c| c.measure.is_some() || c.gating == Gating::Never));
    }
}
