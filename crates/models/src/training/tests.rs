//! Tests of the module `training`.

use super::*;
use crate::fit;

fn day(d: i8) -> Date {
    Date::constant(2010, 3, d)
}

type Example = (Date, [f64; 2], Regime, bool, f64);

fn two_examples() -> TrainingSet {
    let mut set = TrainingSet::new(2);
    set.push(day(9), &[0.1, 0.2], Regime::Transition, true, 0.25);
    set.push(day(4), &[0.3, 0.4], Regime::ChoppyLowVol, false, 0.75);
    set
}

#[test]
fn what_is_kept_is_the_set_that_it_alone_would_have_made() {
    let push = |set: &mut TrainingSet, i: i8| {
        let session = Date::constant(2011, 3, i);
        let row = Regime::ALL[usize::from(i.unsigned_abs()) % 5];
        set.push(session, &[f64::from(i), 0.5], row, i % 2 == 0, 1.0 / f64::from(i));
    };
    let (mut set, mut others) = (TrainingSet::new(2), TrainingSet::new(2));
    (1..20).for_each(|i| push(&mut set, i));
    (1..20).filter(|i| i % 3 != 0).for_each(|i| push(&mut others, i));
    let set = set.keeping(|place| (place + 1) % 3 != 0);
    let said = |set: &TrainingSet| {
        let range = (set.first_session(), set.last_session());
        let sums = (set.base_rate().to_bits(), set.effective_len().to_bits());
        (set.len(), range, sums, set.digest(LearnedKind::Forest, 1))
    };
    assert_eq!(said(&set), said(&others));
    assert_eq!(said(&set.keeping(|_| false)), said(&TrainingSet::new(2)));
}

#[test]
fn sessions_rate_and_effective_size_follow_what_was_pushed() {
    let set = two_examples();
    assert_eq!((set.len(), set.is_empty()), (2, false));
    assert_eq!((set.first_session(), set.last_session()), (Some(day(4)), Some(day(9))));
    assert_eq!(set.base_rate(), 0.25, "a win of weight 1/4 against a loss of weight 3/4");
    assert_eq!(set.effective_len(), 1.0);
    assert_eq!(set.example(1), [0.3, 0.4]);
}

#[test]
fn an_empty_set_has_no_sessions_and_cannot_be_fitted() {
    let set = TrainingSet::new(2);
    assert_eq!((set.first_session(), set.base_rate()), (None, 0.5));
    for kind in LearnedKind::ALL {
        assert_eq!(fit(kind, &set, 1).err(), Some(FitError::NoExamples));
    }
}

#[test]
fn the_digest_changes_with_every_part_of_a_fit() {
    let base = two_examples();
    let digest = base.digest(LearnedKind::Forest, 7);
    assert_eq!(digest, two_examples().digest(LearnedKind::Forest, 7));
    assert_ne!(digest, base.digest(LearnedKind::Logistic, 7));
    assert_ne!(digest, base.digest(LearnedKind::Forest, 8));
    assert_ne!(digest, two_examples().with_horizon(31).digest(LearnedKind::Forest, 7));
    assert_eq!(digest, two_examples().with_horizon(30).digest(LearnedKind::Forest, 7));
    let third: Example = (day(10), [0.5, 0.6], Regime::Transition, true, 0.5);
    let variants: [Example; 6] = [
        third,
        (day(11), third.1, third.2, third.3, third.4),
        (third.0, [0.5, 0.7], third.2, third.3, third.4),
        (third.0, third.1, Regime::ChoppyHighVol, third.3, third.4),
        (third.0, third.1, third.2, false, third.4),
        (third.0, third.1, third.2, third.3, 0.4),
    ];
    let mut seen = std::collections::BTreeSet::from([digest]);
    for (session, features, row, won, weight) in variants {
        let mut set = base.clone();
        set.push(session, &features, row, won, weight);
        assert!(seen.insert(set.digest(LearnedKind::Forest, 7)), "{session} {row} {won}");
    }
}

#[test]
fn an_example_that_is_not_finite_is_refused_by_name_and_number() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut set = two_examples();
        set.push(day(10), &[0.0, bad], Regime::Transition, true, 0.5);
        set.push(day(11), &[0.0, 0.0], Regime::Transition, true, 0.5);
        for kind in LearnedKind::ALL {
            let refused = fit(kind, &set, 1).err().unwrap();
            assert_eq!(refused.to_string(), format!("example 2: feature `feature 1` is {bad}"));
        }
    }
}

#[test]
fn a_weight_that_is_no_weight_and_a_wrong_count_are_refused() {
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let mut set = two_examples();
        set.push(day(10), &[0.0, 0.0], Regime::Transition, true, bad);
        assert!(matches!(
            fit(LearnedKind::Forest, &set, 1).err(),
            Some(FitError::Weight { example: 2, .. })
        ));
    }
    let mut set = two_examples();
    set.push(day(10), &[0.0], Regime::Transition, true, 1.0);
    let refused = fit(LearnedKind::NaiveBayes, &set, 1).err();
    assert_eq!(refused, Some(FitError::WrongCount { example: 2, expected: 2, found: 1 }));
}
