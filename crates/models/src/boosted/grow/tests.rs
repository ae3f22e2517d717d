//! Tests of the module `grow`.

use super::*;
use crate::table::{Examples, Table};
use proptest::prelude::*;

fn stump() -> BoostedConfig {
    BoostedConfig {
        rounds: 1,
        learning_rate: 1.0,
        depth: 1,
        min_child_weight: 0.0,
        l2: 1.0,
        bins: 64,
        ..BoostedConfig::default()
    }
}

/// A tree at even odds.
fn tree_of(config: &BoostedConfig, examples: &Examples<'_>) -> Tree {
    let (bins, binned) = Bins::of_table(examples.x(), usize::from(config.bins));
    let mut slopes = Slopes::new(examples);
    slopes.update(examples, &vec![0.0; examples.len()]);
    Grower::new(config, binned, &bins).grow(&slopes, &bins, &mut Chance::new(config.seed, 0))
}

/// Best gain by its definition: every column and distinct value, sums in floating point.
fn naive_score(config: &BoostedConfig, examples: &Examples<'_>) -> f64 {
    let score = |(g, h): (f64, f64)| if h > 0.0 { g * g / (h + config.l2) } else { 0.0 };
    let slopes = |keep: &dyn Fn(usize) -> bool| {
        (0..examples.len()).filter(|i| keep(*i)).fold((0.0, 0.0), |(g, h), i| {
            let miss = 0.5 - f64::from(u8::from(examples.won()[i]));
            (g + examples.weight(i) * miss, h + examples.weight(i) * 0.25)
        })
    };
    let mut best = score(slopes(&|_| true));
    for column in 0..examples.x().columns() {
        for threshold in examples.x().column(column) {
            let left = slopes(&|i| examples.x().row(i)[column] <= threshold);
            let right = slopes(&|i| examples.x().row(i)[column] > threshold);
            if left.1.min(right.1) > 0.0 && left.1.min(right.1) >= config.min_child_weight {
                best = best.max(score(left) + score(right));
            }
        }
    }
    best
}

/// What the leaves of a tree reach, from their definition.
fn score_of(config: &BoostedConfig, examples: &Examples<'_>, tree: &Tree) -> f64 {
    let mut sums = std::collections::BTreeMap::<usize, (f64, f64)>::new();
    for i in 0..examples.len() {
        let mut at = 0;
        while let Node::Split { column, right, threshold, .. } = tree.0[at] {
            let left = examples.x().row(i)[usize::from(column)] <= threshold;
            at = if left { at + 1 } else { usize::from(right) };
        }
        let miss = 0.5 - f64::from(u8::from(examples.won()[i]));
        let sum = sums.entry(at).or_default();
        sum.0 += examples.weight(i) * miss;
        sum.1 += examples.weight(i) * 0.25;
    }
    for (at, (g, h)) in &sums {
        let Node::Leaf { value } = tree.0[*at] else { panic!("a walk ends at a leaf") };
        let expected = -g / (h + config.l2);
        assert!((f64::from(value) - expected).abs() < 1e-6, "{expected} {value}");
    }
    sums.values().map(|(g, h)| g * g / (h + config.l2)).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn with_as_many_bins_as_values_the_split_has_the_largest_gain_there_is(
        cells in prop::collection::vec((0_u8..30, 0_u8..30, any::<bool>(), 0.05_f64..2.0), 2..120),
        min_child_weight in prop_oneof![Just(0.0), 0.2_f64..4.0],
    ) {
        let values: Vec<f64> =
            cells.iter().flat_map(|(a, b, ..)| [f64::from(*a) * 0.37, -f64::from(*b)]).collect();
        let won: Vec<bool> = cells.iter().map(|c| c.2).collect();
        let weights: Vec<f64> = cells.iter().map(|c| c.3).collect();
        let examples = Examples::new(Table::new(&values, 2).unwrap(), &won).unwrap();
        let examples = examples.weighted(&weights).unwrap();
        let config = BoostedConfig { min_child_weight, ..stump() };
        let tree = tree_of(&config, &examples);
        let (best, found) = (naive_score(&config, &examples), score_of(&config, &examples, &tree));
        prop_assert!((best - found).abs() < 1e-6, "{} {}", best, found);
    }

    #[test]
    fn every_example_reaches_the_leaf_that_counted_it_however_deep(
        n in 30_usize..200, seed: u64, depth in 1_u8..6,
    ) {
        let plain = crate::testing::Plain::world(n, 3, 0.4, seed);
        let config = BoostedConfig { depth, l2: 0.5, ..stump() };
        let tree = tree_of(&config, &plain.examples());
        prop_assert!(tree.depth() <= usize::from(depth));
        // Checks every leaf against the sums of the examples that walk to it.
        score_of(&config, &plain.examples(), &tree);
    }
}

#[test]
fn a_sample_has_its_size_its_order_and_no_doubles() {
    let plain = crate::testing::Plain::world(500, 7, 0.3, 3);
    let config = BoostedConfig { row_share: 0.3, column_share: 0.5, ..stump() };
    let (bins, binned) = Bins::of_table(plain.x(), 64);
    let mut slopes = Slopes::new(&plain.examples());
    slopes.update(&plain.examples(), &vec![0.0; 500]);
    let mut grower = Grower::new(&config, binned, &bins);
    let mut times = [0_u32; 500];
    for stream in 0..200 {
        let mut chance = Chance::new(1, stream);
        grower.draw_rows(&slopes, &mut chance);
        grower.draw_columns(&mut chance);
        assert_eq!((grower.drawn.len(), grower.chosen.len()), (150, 4));
        assert!(grower.drawn.is_sorted_by(|a, b| a.example < b.example));
        assert!(grower.chosen.is_sorted_by(|a, b| a.index < b.index));
        for one in &grower.drawn {
            times[one.example as usize] += 1;
        }
    }
    // 60 of 200 expected of each, with a spread of 6.5.
    assert!(times.iter().all(|t| (30..=90).contains(t)), "{times:?}");
}
