//! The acceptance suite is itself tested: every check passes on what the program really does, and
//! fails when its fault is planted. A check that cannot fail says nothing.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::OnceLock;

use tradebot_app::cli::Profile;
use tradebot_app::validate::check::Gating;
use tradebot_app::validate::evidence::Setup;
use tradebot_app::validate::{Evidence, State, suite};

mod plants;

/// What a plant does to the evidence, and the check that must see it.
pub(crate) type Plant = (&'static str, fn(&mut Evidence));

/// Gathered once: it runs the program several times.
fn evidence() -> &'static Evidence {
    static EVIDENCE: OnceLock<Evidence> = OnceLock::new();
    EVIDENCE.get_or_init(|| {
        let program = PathBuf::from(env!("CARGO_BIN_EXE_tradebot"));
        let setup = Setup { program, profile: Profile::Quick };
        Evidence::gather(&setup, &|_| ()).unwrap()
    })
}

#[test]
fn every_gating_promise_is_kept() {
    let outcome = suite::measure(evidence(), false);
    let failed: Vec<_> =
        outcome.checks.iter().filter(|c| c.gating && c.state == State::Fail).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(outcome.passed());
}

#[test]
fn every_check_has_a_plant_and_every_plant_a_check() {
    let built: BTreeSet<_> = suite::all().filter(|c| c.measure.is_some()).map(|c| c.id).collect();
    let planted: BTreeSet<_> = plants::all().map(|(id, _)| *id).collect();
    let without: Vec<_> = built.difference(&planted).collect();
    let strangers: Vec<_> = planted.difference(&built).collect();
    assert!(without.is_empty() && strangers.is_empty(), "{without:?} {strangers:?}");
}

#[test]
fn every_planted_fault_is_found() {
    let mut missed = Vec::new();
    for (id, plant) in plants::all() {
        let check = suite::all().find(|c| c.id == *id).unwrap();
        let clean = suite::measure_one(check, evidence(), true);
        // A busy machine may miss a bound on time without any plant.
        if clean.state != State::Pass && check.gating != Gating::Timing {
            missed.push(format!("{id} fails without a plant: {clean:?}"));
        }
        let mut spoiled = evidence().clone();
        plant(&mut spoiled);
        let row = suite::measure_one(check, &spoiled, true);
        let gates = row.gating || check.gating == Gating::Never;
        if row.state != State::Fail || !gates {
            missed.push(format!("{id}: {} {}", row.measured_text(), row.bound));
        }
    }
    assert!(missed.is_empty(), "planted and not found: {missed:#?}");
}
