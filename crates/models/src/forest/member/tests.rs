//! Tests of the module `member`.

use super::*;
use crate::testing::{Example, set_of, world};
use crate::tree::Node;
use proptest::prelude::*;

fn forest_of(examples: &[Example], seed: u64) -> Forest {
    Forest::of_set(&set_of(examples), seed)
}

#[test]
fn what_needs_two_features_at_once_is_found() {
    // A win where both features have one sign: no line tells that.
    let mut examples = world(3_000, 2, 0.0, 12);
    for e in &mut examples {
        e.won = e.features[0] * e.features[1] > 0.0;
    }
    let forest = forest_of(&examples[..2_000], 3);
    let wrong = examples[2_000..].iter().filter(|e| (forest.score(&e.input()) > 0.5) != e.won);
    assert!(wrong.count() < 100, "of 1,000");
}

#[test]
fn trees_differ_and_so_do_seeds() {
    let examples = world(500, 4, 0.3, 2);
    let forest = forest_of(&examples, 3);
    assert_ne!(forest.trees[0], forest.trees[1]);
    assert_ne!(forest, forest_of(&examples, 4));
}

#[test]
fn splits_name_the_columns_that_matter() {
    let forest = forest_of(&world(2_000, 6, 0.45, 9), 3);
    let leanings = forest.leanings();
    assert_eq!(leanings[0].0, "feature 0");
    assert_eq!(leanings.len(), 11);
    assert!((leanings.iter().map(|l| l.1).sum::<f64>() - 1.0).abs() < 1e-12);
}

#[test]
fn the_recipe_names_every_parameter() {
    let text = recipe();
    let ForestConfig { trees, depth, min_leaf, bins, leaf_strength, .. } = config(1);
    for part in [
        format!("{trees} trees"),
        format!("depth {depth}"),
        format!("{bins} bins"),
        format!("leaves of {min_leaf} draws"),
        format!("shrunk by {leaf_strength}"),
        format!("at least {DRAWS_MIN}"),
    ] {
        assert!(text.contains(&part), "`{part}` is not in `{text}`");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn every_score_lies_between_the_leaves(n in 1_usize..300, seed: u64, x in -9.0_f64..9.0) {
        let forest = forest_of(&world(n, 2, 0.3, seed), seed);
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
