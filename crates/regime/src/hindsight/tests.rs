//! Tests of smoothing and the likeliest path against all paths.

use proptest::prelude::*;

use super::*;
use crate::hmm::enumeration::{models, paths, series, shares};

#[test]
fn nothing_to_look_at_gives_nothing() {
    let model = GaussianHmm::new(crate::hmm::HmmParameters {
        means: vec![0.0],
        sds: vec![1.0],
        transitions: vec![vec![1.0]],
        start: None,
    })
    .unwrap();
    assert!(smooth(&model, &[]).is_empty());
    assert!(viterbi(&model, &[]).is_empty());
}

proptest! {
    #[test]
    fn smoothing_equals_the_shares_of_all_paths(model in models(), values in series()) {
        let paths = paths(&model, &values);
        for (t, got) in smooth(&model, &values).iter().enumerate() {
            for (got, expected) in got.iter().zip(shares(&paths, t, model.states())) {
                prop_assert!((got - expected).abs() < 1e-10, "{t}: {got}, expected {expected}");
            }
        }
    }

    #[test]
    fn no_path_is_likelier_than_the_likeliest(model in models(), values in series()) {
        let found = viterbi(&model, &values);
        let paths = paths(&model, &values);
        let of_found = paths.iter().find(|(path, _)| *path == found).unwrap().1;
        let largest = paths.iter().map(|(_, joint)| *joint).fold(f64::NEG_INFINITY, f64::max);
        prop_assert!(of_found >= largest - 1e-9 * largest.abs().max(1.0), "{of_found}, {largest}");
    }

    #[test]
    fn the_last_smoothed_row_is_the_filtered_one(model in models(), values in series()) {
        let mut filter = Filter::new(model.clone());
        for x in &values {
            filter.update(*x);
        }
        let smoothed = smooth(&model, &values);
        for (got, expected) in smoothed[values.len() - 1].iter().zip(filter.probabilities()) {
            prop_assert!((got - expected).abs() < 1e-12);
        }
    }
}
