//! Tests of the module `forest`.

use super::*;
use crate::testing::{Example, set_of, world};
use proptest::prelude::*;

fn trees(examples: &[Example], seed: u64) -> Forest {
    Forest::fit(&set_of(examples), seed)
}

#[test]
fn as_many_draws_as_the_examples_are_worth() {
    let with_weight = |n, weight| {
        let mut examples = world(n, 1, 0.0, 1);
        for e in &mut examples {
            e.weight = weight;
        }
        draws_per_tree(&set_of(&examples))
    };
    assert_eq!(with_weight(1_000, 1.0), 1_000);
    assert_eq!(with_weight(1_000, 0.25), 250);
    assert_eq!(with_weight(1_000, 0.01), DRAWS_MIN);
    assert_eq!(with_weight(30, 0.5), 30);
    assert_eq!(with_weight(30, 8.0), 30, "never more than there are examples");
}

#[test]
fn what_needs_two_features_at_once_is_found() {
    // A win where both features have one sign: no line tells that.
    let mut examples = world(3_000, 2, 0.0, 12);
    for e in &mut examples {
        e.won = e.features[0] * e.features[1] > 0.0;
    }
    let forest = trees(&examples[..2_000], 3);
    let wrong = examples[2_000..].iter().filter(|e| (forest.score(&e.input()) > 0.5) != e.won);
    assert!(wrong.count() < 100, "of 1,000");
}

#[test]
fn trees_differ_and_so_do_seeds() {
    let examples = world(500, 4, 0.3, 2);
    let forest = trees(&examples, 3);
    assert_ne!(forest.trees[0], forest.trees[1]);
    assert_ne!(forest, trees(&examples, 4));
}

#[test]
fn splits_name_the_columns_that_matter() {
    let forest = trees(&world(2_000, 6, 0.45, 9), 3);
    let leanings = forest.leanings();
    assert_eq!(leanings[0].0, "feature 0");
    assert_eq!(leanings.len(), 11);
    assert!((leanings.iter().map(|l| l.1).sum::<f64>() - 1.0).abs() < 1e-12);
}

/// Branches as they may stand in forged bytes.
fn tree_bytes(nodes: &[(u16, u8, u16)]) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.u16(u16::try_from(nodes.len()).unwrap());
    for (column, bin, right) in nodes {
        writer.u16(*column);
        if *column == u16::MAX {
            writer.f32(0.5);
        } else {
            writer.u8(*bin);
            writer.u16(*right);
        }
    }
    writer.finish()
}

#[test]
fn a_tree_whose_branches_lead_back_or_nowhere_is_refused() {
    let (bins, _) = Bins::of(&set_of(&world(200, 1, 0.0, 1)));
    let leaf = (u16::MAX, 0, 0);
    let read = |nodes: &[(u16, u8, u16)]| Tree::read(&mut Reader::new(&tree_bytes(nodes)), &bins);
    assert!(read(&[(0, 3, 2), leaf, leaf]).is_ok());
    assert!(read(&[leaf]).is_ok());
    assert!(read(&[]).is_err(), "no nodes");
    assert!(read(&[(0, 3, 0), leaf, leaf]).is_err(), "back to itself");
    assert!(read(&[(0, 3, 1), leaf, leaf]).is_err(), "both branches are one");
    assert!(read(&[(0, 3, 3), leaf, leaf]).is_err(), "beyond the end");
    assert!(read(&[leaf, (0, 3, 2)]).is_err(), "a split at the end");
    assert!(read(&[(0, 63, 2), leaf, leaf]).is_err(), "no such bin");
    assert!(read(&[(6, 0, 2), leaf, leaf]).is_err(), "no such column");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn every_score_lies_between_the_leaves(n in 1_usize..300, seed: u64, x in -9.0_f64..9.0) {
        let forest = trees(&world(n, 2, 0.3, seed), seed);
        let leaves: Vec<f64> = forest
            .trees
            .iter()
            .flat_map(|tree| &tree.0)
            .filter_map(|node| match node {
                Node::Leaf { value } => Some(f64::from(*value)),
                Node::Split { .. } => None,
            })
            .collect();
        let low = leaves.iter().copied().fold(1.0, f64::min);
        let high = leaves.iter().copied().fold(0.0, f64::max);
        let score = forest.score(&Input { features: &[x, -x], row: Regime::Transition });
        prop_assert!(low - 1e-12 <= score && score <= high + 1e-12);
    }
}
