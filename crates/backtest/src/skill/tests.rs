//! Planted skill is found, missing skill is not, and nothing is counted twice.

use super::*;
use crate::testing::{date, forecasts};

fn members() -> Vec<MemberId> {
    ["trend", "forest"].map(|name| MemberId::new(name).unwrap()).to_vec()
}

fn assessed(forecasts: &[ScoredForecast]) -> SkillAssessment {
    assess_skill(forecasts, &members(), 400, 5)
}

#[test]
fn without_forecasts_nobody_is_judged() {
    let none = assessed(&[]);
    assert!(none.members.is_empty() && none.consensus.is_none() && none.equal_weight.is_none());
    assert_eq!((none.sessions, none.block_length), (0, None));
    assert!(none.by_row.is_empty());
}

#[test]
fn one_session_is_scored_without_intervals() {
    let one = assessed(&forecasts(1, 0.3, 1.0, 1));
    let consensus = one.consensus.unwrap();
    assert_eq!((consensus.forecasts, consensus.sessions), (4, 1));
    assert_eq!((consensus.effective, consensus.brier_skill_interval), (2.0, None));
    assert!(!consensus.shown);
}

/// A constant better than nothing: the base rate itself.
#[test]
fn the_row_rate_has_no_skill_over_itself() {
    let mut same = forecasts(300, 0.2, 1.0, 2);
    for f in &mut same {
        f.consensus = f.row_rate;
    }
    let consensus = assessed(&same).consensus.unwrap();
    assert_eq!(consensus.brier_skill, Some(0.0));
    assert!(consensus.brier_skill_interval.unwrap().contains(0.0));
    assert!(!consensus.shown);
}

#[test]
fn forecasts_without_skill_have_an_interval_with_zero_in_it() {
    let claimed = (1..=20)
        .filter(|seed| {
            let consensus = assessed(&forecasts(400, 0.0, 0.0, *seed)).consensus.unwrap();
            consensus.brier_skill_interval.unwrap().lo > 0.0 || consensus.shown
        })
        .count();
    // One in twenty would be chance.
    assert!(claimed <= 2, "{claimed} of 20 runs without skill claim some");
    let one = assessed(&forecasts(400, 0.0, 0.0, 3)).consensus.unwrap();
    assert!(one.brier_skill_interval.unwrap().contains(0.0), "{one:?}");
}

#[test]
fn planted_skill_is_shown_once_there_are_enough_sessions() {
    let consensus = assessed(&forecasts(400, 0.4, 1.0, 4)).consensus.unwrap();
    assert!(consensus.shown, "{consensus:?}");
    // The variance of a chance that moves by 0.4 about one half, over a quarter.
    let expected = 4.0 * 0.4 * 0.4 / 3.0;
    assert!(consensus.brier_skill_interval.unwrap().contains(expected), "{consensus:?}");
    assert!(consensus.accuracy_interval.unwrap().lo > consensus.majority);
    assert!(consensus.calibration.iter().filter(|row| row.consistent).count() >= 9);
    assert!(!assessed(&forecasts(249, 0.4, 1.0, 4)).consensus.unwrap().shown);
}

#[test]
fn contrary_forecasts_are_worse_than_the_row_rate() {
    let mut contrary = forecasts(300, 0.4, 1.0, 6);
    for f in &mut contrary {
        f.consensus = 1.0 - f.consensus;
    }
    let consensus = assessed(&contrary).consensus.unwrap();
    assert!(consensus.brier_skill_interval.unwrap().hi < 0.0);
    assert!(consensus.auc.unwrap() < 0.5);
    assert!(consensus.calibration.iter().any(|row| !row.consistent));
}

/// A forecast that stands twice with half the weight each is the same as once.
#[test]
fn uniqueness_weighs_every_outcome() {
    let once = forecasts(200, 0.3, 1.0, 7);
    let twice: Vec<ScoredForecast> = once
        .iter()
        .flat_map(|f| [f.clone(), f.clone()])
        .map(|f| ScoredForecast { uniqueness: f.uniqueness / 2.0, ..f })
        .collect();
    let (once, twice) = (assessed(&once).consensus.unwrap(), assessed(&twice).consensus.unwrap());
    assert_eq!(twice.forecasts, 2 * once.forecasts);
    for (a, b) in [
        (once.effective, twice.effective),
        (once.accuracy, twice.accuracy),
        (once.brier, twice.brier),
        (once.calibration_error, twice.calibration_error),
        (once.brier_skill_interval.unwrap().lo, twice.brier_skill_interval.unwrap().lo),
        (once.calibration[5].interval.hi, twice.calibration[5].interval.hi),
    ] {
        assert!((a - b).abs() < 1e-9, "{a} {b}");
    }
}

#[test]
fn abstentions_and_what_is_no_probability_are_left_out() {
    let mut some = forecasts(60, 0.2, 1.0, 8);
    some.iter_mut().take(100).for_each(|f| f.members[1] = None);
    some[150].members[1] = Some(f64::NAN);
    some[151].uniqueness = 0.0;
    let all = assessed(&some);
    assert_eq!(all.members[0].forecasts, 239);
    assert_eq!(all.members[1].forecasts, 138);
    assert_eq!(all.members[0].raw_brier, Some(all.members[0].brier));
    assert_eq!(all.members[1].raw_brier, None);
    for f in &mut some {
        f.members[1] = None;
    }
    assert_eq!(assessed(&some).members.len(), 1);
}

#[test]
fn stretches_are_not_shorter_than_outcomes_live() {
    let mut long = forecasts(300, 0.0, 0.0, 9);
    for f in &mut long {
        f.resolved =
            date((f.issued.date() - date(0).date()).get_days().unsigned_abs() as usize + 25);
    }
    assert!(assessed(&long).block_length.unwrap() >= 25.0);
}

#[test]
fn rows_add_up_to_the_consensus() {
    let all = assessed(&forecasts(300, 0.3, 1.0, 10));
    let consensus = all.consensus.unwrap();
    assert_eq!(all.by_row.len(), 5);
    assert_eq!(all.by_row.values().map(|r| r.forecasts).sum::<usize>(), consensus.forecasts);
    let effective: f64 = all.by_row.values().map(|r| r.effective).sum();
    assert!((effective - consensus.effective).abs() < 1e-9);
    assert!(all.consensus_over_equal_weight.unwrap().contains(0.0));
}

#[test]
fn draws_are_the_same_on_one_thread_and_two() {
    let some = forecasts(200, 0.2, 0.5, 11);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| assessed(&some))
    };
    assert_eq!(on(1), on(2));
}
