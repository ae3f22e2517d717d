//! Placebos earn drift less costs, and only knowledge beats them.

use proptest::prelude::*;

use super::*;
use crate::testing::noise;

/// Outcomes of holding five sessions from each session on.
fn held(returns: &[f64]) -> Vec<Option<EntryOutcome>> {
    let hold = |t: usize| {
        let window = returns.get(t + 1..t + 6)?;
        Some(EntryOutcome { gross: window.iter().sum(), sessions: 5 })
    };
    (0..returns.len()).map(hold).collect()
}

const COST: f64 = 0.002;

/// The leakage test of every backtest: random entries with the same exits lose the costs.
#[test]
fn entries_at_random_lose_their_costs_where_there_is_no_drift() {
    let mut off = Vec::new();
    for seed in 0..40 {
        let outcomes = held(&noise(600, 0.0, 0.01, seed));
        let taken: Vec<usize> = (0..100).map(|i| i * 5).collect();
        let placebo = random_entries(&outcomes, &taken, COST, 100, seed).unwrap();
        off.push(placebo.expected + COST);
    }
    let error = crate::summary::standard_deviation(&off).unwrap() / 40.0_f64.sqrt();
    let mean = mean(&off).unwrap();
    assert!(mean.abs() < 3.0 * error && error < 5e-4, "{mean} +- {error}");
}

#[test]
fn drift_is_what_an_entry_at_random_earns() {
    let outcomes = held(&[0.001; 300]);
    let placebo = random_entries(&outcomes, &[3, 50, 120], COST, 200, 1).unwrap();
    assert!((placebo.expected - (0.005 - COST)).abs() < 1e-12);
    assert!((placebo.actual - placebo.expected).abs() < 1e-12 && placebo.p_value > 0.99);
}

#[test]
fn entries_that_know_are_beyond_all_placebos() {
    let returns = noise(800, 0.0, 0.01, 3);
    let outcomes = held(&returns);
    let taken: Vec<usize> = (0..790)
        .step_by(5)
        .filter(|t| outcomes[*t].is_some_and(|outcome| outcome.gross > 0.0))
        .collect();
    let placebo = random_entries(&outcomes, &taken, COST, 400, 5).unwrap();
    assert_eq!((placebo.p_value, placebo.placebos), (1.0 / 401.0, 400));
    assert_eq!(placebo, random_entries(&outcomes, &taken, COST, 400, 5).unwrap());
    // And those that know nothing are somewhere among them.
    let blind: Vec<usize> = (0..790).step_by(11).collect();
    let placebo = random_entries(&outcomes, &blind, COST, 400, 5).unwrap();
    assert!(placebo.interval.unwrap().contains(placebo.actual), "{placebo:?}");
}

#[test]
fn no_more_is_open_at_once_than_the_strategy_had() {
    // One position at a time fills the history exactly: a placebo finds less room, never more.
    let outcomes: Vec<Option<EntryOutcome>> =
        (0..50).map(|_| Some(EntryOutcome { gross: 1.0, sessions: 5 })).collect();
    let one_at_a_time: Vec<usize> = (0..10).map(|i| 5 * i).collect();
    let all = random_entries(&outcomes, &one_at_a_time, 0.0, 50, 2).unwrap();
    assert_eq!((all.actual, all.expected), (1.0, 1.0));
}

#[test]
fn entries_that_could_not_be_made_are_refused() {
    let mut outcomes = held(&noise(60, 0.0, 0.01, 1));
    outcomes[7] = None;
    let refused = |taken: &[usize], replications: usize| {
        random_entries(&outcomes, taken, COST, replications, 1).unwrap_err()
    };
    assert_eq!(refused(&[7], 10), PlaceboError::Entry { trade: 0, session: 7 });
    assert_eq!(refused(&[1, 1], 10), PlaceboError::Entry { trade: 1, session: 1 });
    assert_eq!(refused(&[1, 60], 10), PlaceboError::Entry { trade: 1, session: 60 });
    assert_eq!(refused(&[], 10), PlaceboError::Nothing { trades: 0, replications: 10 });
    assert_eq!(refused(&[1], 0), PlaceboError::Nothing { trades: 1, replications: 0 });
}

#[test]
fn a_position_that_knows_the_return_is_beyond_its_rotations() {
    let returns = noise(500, 0.0005, 0.01, 8);
    let knows: Vec<f64> = returns.iter().map(|r| if *r > 0.0 { 1.0 } else { 0.0 }).collect();
    let placebo = rotations(&knows, &[], &returns, 1_000, 1).unwrap();
    assert_eq!((placebo.placebos, placebo.p_value), (499, 1.0 / 500.0));
    // The same exposure without knowledge: the drift is in the placebos too.
    let blind: Vec<f64> = knows.iter().rev().copied().collect();
    let placebo = rotations(&blind, &[], &returns, 1_000, 1).unwrap();
    assert!(placebo.interval.unwrap().contains(placebo.actual), "{placebo:?}");
}

#[test]
fn costs_stay_with_their_positions() {
    let returns = noise(400, 0.0, 0.01, 2);
    let positions: Vec<f64> = (0..400).map(|t| f64::from(u8::from(t / 10 % 2 == 0))).collect();
    let costs: Vec<f64> = (0..400).map(|t| if t % 10 == 0 { 0.001 } else { 0.0 }).collect();
    let free = rotations(&positions, &[], &returns, 100, 4).unwrap();
    let paid = rotations(&positions, &costs, &returns, 100, 4).unwrap();
    // 0.04 in 400 sessions at a volatility of about 0.007: a ratio lower by about 0.22.
    assert!((free.expected - paid.expected - 0.22).abs() < 0.05, "{free:?} {paid:?}");
    assert_eq!(paid.placebos, 100);
}

#[test]
fn what_does_not_pair_up_is_not_turned() {
    let lengths = |found: usize| PlaceboError::Lengths { found, expected: 3 };
    let returns = [0.01, -0.01, 0.02];
    assert_eq!(rotations(&[1.0; 2], &[], &returns, 9, 1), Err(lengths(2)));
    assert_eq!(rotations(&[1.0; 3], &[0.0], &returns, 9, 1), Err(lengths(1)));
    let nothing = PlaceboError::Nothing { trades: 0, replications: 9 };
    assert_eq!(rotations(&[0.0; 3], &[], &returns, 9, 1), Err(nothing));
    assert_eq!(rotations(&[], &[], &[], 9, 1), Err(nothing));
}

proptest! {
    #[test]
    fn a_chance_is_never_0_and_never_above_1(
        returns in prop::collection::vec(-0.05_f64..0.05, 30..80), seed: u64,
    ) {
        let positions: Vec<f64> = returns.iter().map(|r| f64::from(u8::from(*r > 0.01))).collect();
        if let Ok(placebo) = rotations(&positions, &[], &returns, 40, seed) {
            prop_assert!(placebo.p_value > 0.0 && placebo.p_value <= 1.0);
        }
    }
}
