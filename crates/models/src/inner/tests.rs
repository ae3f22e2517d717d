//! Tests of the module `inner`.

use proptest::prelude::*;

use super::*;
use crate::testing::{in_time, world};

#[test]
fn blocks_follow_one_another_to_the_end_and_learning_stops_a_horizon_before_them() {
    for (symbols, horizon) in [(1, 1), (3, 10), (5, 30)] {
        let set = in_time(&world(300 * symbols, 1, 0.3, 1), symbols).with_horizon(horizon);
        let folds = folds(&set);
        assert_eq!(folds.len(), 3);
        // Sessions are days here, numbered by their examples.
        let session = |i: usize| i / symbols;
        let mut from = 120;
        for fold in &folds {
            assert_eq!(session(fold.test[0]), from);
            from = session(*fold.test.last().unwrap()) + 1;
            let (last, first) = (session(*fold.train.last().unwrap()), session(fold.test[0]));
            assert_eq!(last + horizon as usize, first, "known by the close of the first session");
            assert_eq!(fold.train, (0..(last + 1) * symbols).collect::<Vec<_>>());
        }
        assert_eq!(from, 300);
    }
}

#[test]
fn examples_are_cut_by_session_in_whatever_order_they_were_pushed() {
    let examples = world(600, 1, 0.3, 1);
    let set = in_time(&examples, 2);
    let mut turned = TrainingSet::new(1);
    for (i, e) in examples.iter().enumerate().rev() {
        turned.push(set.sessions[i], &e.features, e.row, e.won, e.weight);
    }
    let sessions = |set: &TrainingSet, some: &[usize]| {
        let mut all: Vec<_> = some.iter().map(|i| set.sessions[*i]).collect();
        all.dedup();
        all
    };
    for (a, b) in folds(&set).iter().zip(folds(&turned)) {
        assert_eq!(sessions(&set, &a.train), sessions(&turned, &b.train));
        assert_eq!(sessions(&set, &a.test), sessions(&turned, &b.test));
    }
}

#[test]
fn a_short_set_or_one_that_begins_with_one_outcome_only_has_fewer_folds() {
    assert!(folds(&in_time(&world(150, 1, 0.3, 1), 1)).is_empty(), "blocks of 30 sessions");
    let mut examples = world(300, 1, 0.3, 1);
    examples[..140].iter_mut().for_each(|e| e.won = true);
    assert_eq!(folds(&in_time(&examples, 1)).len(), 2);
    assert!(folds(&in_time(&world(300, 1, 0.3, 1), 1).with_horizon(400)).is_empty());
}

#[test]
fn without_blocks_all_candidates_weigh_the_same() {
    let scores = Scores::of(&in_time(&world(20, 1, 0.3, 1), 1), 4, |_| unreachable!()).unwrap();
    assert_eq!((scores.losses.len(), scores.weights), (0, vec![0.25; 4]));
}

/// Ten symbols that say the same as one speak no louder.
#[test]
fn a_session_counts_as_one_outcome() {
    let weights = |symbols: usize| {
        let set = in_time(&world(300 * symbols, 1, 0.3, 1), symbols);
        let loss = |fold: &Fold| {
            let worth = fold.test.len() as f64;
            Ok(vec![0.69 * worth, 0.70 * worth])
        };
        Scores::of(&set, 2, loss).unwrap()
    };
    let (one, ten) = (weights(1), weights(10));
    assert!((one.weights[0] - ten.weights[0]).abs() < 1e-9, "{one:?} {ten:?}");
    assert_eq!((one.losses[0] * 1e6).round(), 690_000.0);
    // 180 sessions, 0.01 each: odds of e^1.8.
    assert!((one.weights[0] / one.weights[1] - 1.8_f64.exp()).abs() < 1e-6);
    let mean = one.geometric_mean(&[100.0, 1.0]);
    assert!((mean - 100.0_f64.powf(one.weights[0])).abs() < 1e-9, "{mean}");
}

proptest! {
    /// An outcome that was not known before a block has no part in what is learned for it.
    #[test]
    fn no_label_reaches_into_a_block(
        n in 1_usize..500, symbols in 1_usize..6, horizon in 0_u32..60
    ) {
        let set = in_time(&world(n, 1, 0.2, 3), symbols).with_horizon(horizon);
        for fold in folds(&set) {
            let first = fold.test[0] / symbols;
            for i in fold.train {
                prop_assert!(i / symbols + (horizon as usize).max(1) <= first);
            }
        }
    }
}
