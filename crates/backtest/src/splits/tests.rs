//! Nothing that is learned from knows the test.

use proptest::prelude::*;

use super::*;

fn plain() -> Purging {
    Purging::rows(0, 0, 0).unwrap()
}

#[test]
fn a_purge_below_the_horizon_needs_its_own_constructor() {
    let refused = Purging::rows(4, 10, 5).unwrap_err();
    assert_eq!(refused, SplitError::PurgeTooShort { purge: 4, horizon: 5 });
    assert_eq!(Purging::leaking(4, 10), Purging::rows(4, 10, 4).unwrap());
    assert!(Purging::rows(5, 0, 5).is_ok());
}

#[test]
fn refits_walk_forward_and_every_row_is_tested_once() {
    let purging = Purging::rows(10, 0, 10).unwrap();
    let walk = WalkForward::every(100, 40, 25, Window::Expanding, purging.clone()).unwrap();
    assert_eq!(walk.len(), 3);
    let splits: Vec<Split> = walk.collect();
    let borders: Vec<_> = splits.iter().map(|s| (s.train[0].clone(), s.test[0].clone())).collect();
    assert_eq!(borders, [(0..30, 40..65), (0..55, 65..90), (0..80, 90..100)]);
    let rolling = WalkForward::every(100, 40, 25, Window::Rolling(35), purging).unwrap();
    let trained: Vec<_> = rolling.map(|s| s.train[0].clone()).collect();
    assert_eq!(trained, [0..30, 20..55, 45..80]);
}

#[test]
fn refits_may_follow_the_calendar() {
    let walk = WalkForward::at(50, vec![10, 31, 40], Window::Expanding, plain()).unwrap();
    let tested: Vec<_> = walk.flat_map(|s| s.test).collect();
    assert_eq!(tested, [10..31, 31..40, 40..50]);
}

#[test]
fn the_embargo_widens_the_gap_of_a_walk_forward() {
    let purging = Purging::rows(3, 4, 3).unwrap();
    let walk = WalkForward::every(60, 30, 30, Window::Expanding, purging).unwrap();
    assert_eq!(walk.flat_map(|s| s.train).last(), Some(0..23));
}

#[test]
fn schedules_that_make_no_sense_are_refused() {
    let at = |refits: &[usize], purging: &Purging| {
        WalkForward::at(50, refits.to_vec(), Window::Expanding, purging.clone()).unwrap_err()
    };
    assert_eq!(at(&[], &plain()), SplitError::Refits { number: 0, rows: 50 });
    assert_eq!(at(&[10, 10], &plain()), SplitError::Refits { number: 1, rows: 50 });
    assert_eq!(at(&[10, 50], &plain()), SplitError::Refits { number: 1, rows: 50 });
    assert_eq!(at(&[0, 10], &plain()), SplitError::NothingToLearn { test: 0 });
    let purging = Purging::rows(10, 0, 10).unwrap();
    assert_eq!(at(&[10, 20], &purging), SplitError::NothingToLearn { test: 10 });
    let never = WalkForward::every(50, 10, 0, Window::Expanding, plain()).unwrap_err();
    assert_eq!(never, SplitError::Refits { number: 1, rows: 50 });
    let none = WalkForward::every(50, 10, 5, Window::Rolling(0), plain()).unwrap_err();
    assert_eq!(none, SplitError::NothingToLearn { test: 10 });
    let labels = Purging::label_ends(vec![0, 1, 2], 0).unwrap();
    assert_eq!(at(&[10], &labels), SplitError::LabelsMissing { labels: 3, rows: 50 });
    let backwards = Purging::label_ends(vec![3, 0], 0).unwrap_err();
    assert_eq!(backwards, SplitError::LabelBeforeRow { row: 1, end: 0 });
}

/// A row that closes early may stay though a later-closing one before it has to go.
#[test]
fn labels_of_different_length_are_purged_one_by_one() {
    let mut ends: Vec<usize> = (0..40).map(|row| row + 1).collect();
    ends[5] = 25;
    ends[18] = 20;
    let purging = Purging::label_ends(ends, 0).unwrap();
    let walk = WalkForward::every(40, 20, 20, Window::Expanding, purging.clone()).unwrap();
    let expected: [Vec<Range<usize>>; 1] = [vec![0..5, 6..18]];
    assert_eq!(walk.map(|s| s.train).collect::<Vec<_>>(), expected);
    // Rows 10 to 19 tested: row 18 is known at 20, so rows 20 is not clear of it.
    let folds = Combinatorial::new(40, 4, 1, purging).unwrap();
    let second = folds.iter().nth(1).unwrap();
    assert_eq!((second.test[0].clone(), second.train), (10..20, vec![0..5, 6..9, 21..40]));
}

#[test]
fn folds_that_make_no_sense_are_refused() {
    let refused = |rows: usize, folds: usize, tested: usize| {
        Combinatorial::new(rows, folds, tested, plain()).unwrap_err()
    };
    for (rows, folds, tested) in [(100, 6, 0), (100, 6, 6), (5, 6, 2), (100, 40, 20)] {
        let expected = SplitError::Folds { folds, tested, rows };
        assert_eq!(refused(rows, folds, tested), expected);
    }
    let purging = Purging::rows(10, 30, 10).unwrap();
    let left = Combinatorial::new(60, 3, 2, purging).unwrap_err();
    assert_eq!(left, SplitError::NothingToLearn { test: 0 });
}

#[test]
fn the_last_fold_takes_what_is_left_over() {
    let folds = Combinatorial::new(23, 4, 2, plain()).unwrap();
    let all: Vec<_> = (0..4).map(|fold| folds.fold(fold)).collect();
    assert_eq!(all, [0..5, 5..10, 10..15, 15..23]);
}

#[test]
fn paths_go_through_all_of_history_and_use_every_test_once() {
    let folds = Combinatorial::new(120, 6, 2, plain()).unwrap();
    assert_eq!((folds.splits(), folds.paths().len()), (15, 5));
    // Results that say which split and row they are of.
    let results: Vec<Vec<f64>> = folds
        .iter()
        .enumerate()
        .map(|(split, s)| s.test_rows().map(|row| (1_000 * split + row) as f64).collect())
        .collect();
    let paths = folds.along_paths(&results).unwrap();
    let mut seen: Vec<u64> = Vec::new();
    for path in &paths {
        assert_eq!(path.len(), 120);
        for (row, value) in path.iter().enumerate() {
            assert_eq!(value % 1_000.0, row as f64);
            seen.push(value.to_bits());
        }
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 15 * 40);
    assert_eq!(folds.paths()[0], [0, 0, 1, 2, 3, 4]);
}

#[test]
fn results_that_do_not_fit_are_refused() {
    let folds = Combinatorial::new(12, 3, 1, plain()).unwrap();
    let mut results = vec![vec![0.0; 4]; 3];
    results[1].pop();
    let refused = folds.along_paths(&results).unwrap_err();
    assert_eq!(refused, SplitError::Results { split: 1, found: 3, expected: 4 });
    let refused = folds.along_paths(&results[..2]).unwrap_err();
    assert_eq!(refused, SplitError::Results { split: 3, found: 2, expected: 3 });
}

#[test]
fn paths_are_told_as_a_distribution() {
    let up: Vec<f64> = (0..100).map(|t| if t % 2 == 0 { 0.02 } else { -0.01 }).collect();
    let down: Vec<f64> = up.iter().map(|r| -r).collect();
    let got = PathSharpes::of(&[up.clone(), down, up, vec![0.0; 100]]);
    assert_eq!((got.ratios[3], got.share_not_above_zero), (None, Some(0.5)));
    assert!(got.least.unwrap() < 0.0 && got.median == got.greatest && got.mean < got.median);
    let none = PathSharpes::of(&[]);
    assert_eq!((none.mean, none.share_not_above_zero), (None, None));
}

proptest! {
    /// No label of a training row overlaps a label of a test row, the embargo included, and no row
    /// is left out without a reason.
    #[test]
    fn no_label_that_is_learned_reaches_into_a_test(
        spans in prop::collection::vec(0_usize..12, 60..120), embargo in 0_usize..5,
        folds in 3_usize..7,
    ) {
        let rows = spans.len();
        let ends: Vec<usize> = spans.iter().enumerate().map(|(row, span)| row + span).collect();
        let purging = Purging::label_ends(ends.clone(), embargo).unwrap();
        let Ok(all) = Combinatorial::new(rows, folds, 2, purging.clone()) else { return Ok(()) };
        for split in all.iter() {
            let clear = |row: usize| split.test_rows().all(|test| {
                let before = ends[row] < test && row < test;
                before || row > ends[test] + embargo
            });
            let train: Vec<usize> = split.train_rows().collect();
            prop_assert!(train.iter().all(|row| clear(*row)));
            // A row that is left out is tested, or seen by the block that is tested.
            let blocked = |row: usize| split.test.iter().any(|block| {
                let last = ends[block.clone()].iter().max().unwrap() + embargo;
                ends[row] >= block.start && row <= last
            });
            prop_assert!((0..rows).all(|row| train.contains(&row) != blocked(row)));
        }
        let Ok(walk) = WalkForward::every(rows, 30, 10, Window::Rolling(20), purging) else {
            return Ok(())
        };
        for split in walk {
            let test = split.test[0].start;
            prop_assert!(split.train_rows().all(|row| ends[row] + embargo < test));
            prop_assert!(split.train_rows().count() <= 20);
        }
    }

    #[test]
    fn labels_of_one_length_are_purged_like_rows(
        rows in 40_usize..100, horizon in 0_usize..6, embargo in 0_usize..4,
    ) {
        let ends = (0..rows).map(|row| row + horizon).collect();
        let (by_ends, by_rows) = (
            Purging::label_ends(ends, embargo).unwrap(),
            Purging::rows(horizon, embargo, horizon).unwrap(),
        );
        let folds = |purging| Combinatorial::new(rows, 4, 2, purging).map(|c| c.iter().collect());
        let (one, other): (Result<Vec<Split>, _>, Result<Vec<Split>, _>) =
            (folds(by_ends.clone()), folds(by_rows.clone()));
        prop_assert_eq!(one, other);
        let walk = |purging| {
            WalkForward::every(rows, 20, 7, Window::Expanding, purging).map(Iterator::collect)
        };
        let (one, other): (Result<Vec<Split>, _>, Result<Vec<Split>, _>) =
            (walk(by_ends), walk(by_rows));
        prop_assert_eq!(one, other);
    }
}
