//! Tests of the module `grow`.

use super::super::config::{ColumnsPerSplit, Draws};
use super::*;
use crate::table::{Examples, Table};
use proptest::prelude::*;

fn config() -> ForestConfig {
    ForestConfig { trees: 1, leaf_strength: 20.0, seed: 5, ..ForestConfig::default() }
}

/// Runs `then` with the soil of some examples.
fn on_soil<T>(config: &ForestConfig, examples: &Examples<'_>, then: impl Fn(&Soil<'_>) -> T) -> T {
    let (bins, binned) = Bins::of_table(examples.x(), usize::from(config.bins));
    then(&Soil {
        bins: &bins,
        binned: &binned,
        won: examples.won(),
        columns: bins.telling(),
        base_rate: examples.base_rate(),
        config,
    })
}

fn tree_of(config: &ForestConfig, examples: &Examples<'_>) -> Vec<Node> {
    let bag = Bag::new(config.draws, examples);
    on_soil(config, examples, |soil| Sapling::new(soil).grow(&bag, Chance::new(config.seed, 0)).0)
}

#[test]
fn a_step_is_found_where_it_is() {
    // Wins where the only column is one half or more; an edge of bins lies there.
    let values: Vec<f64> = (0..640).map(|i| f64::from(i) / 640.0).collect();
    let won: Vec<bool> = values.iter().map(|x| *x >= 0.5).collect();
    let x = Table::new(&values, 1).unwrap();
    let nodes = tree_of(&config(), &Examples::new(x, &won).unwrap());
    assert_eq!(nodes.len(), 3, "pure sides are not split on");
    let Node::Split { column: 0, threshold, right: 2, .. } = nodes[0] else { panic!("{nodes:?}") };
    assert!((threshold - 0.5).abs() < 1e-3, "{threshold}");
    let (Node::Leaf { value: low }, Node::Leaf { value: high }) = (nodes[1], nodes[2]) else {
        panic!("{nodes:?}")
    };
    assert!(low < 0.1 && high > 0.9, "{low} {high}");
}

#[test]
fn leaves_are_shrunk_towards_the_base_rate() {
    let x = Table::new(&[1.0, 2.0, 3.0, 4.0], 1).unwrap();
    let examples = Examples::new(x, &[true, false, false, false]).unwrap();
    on_soil(&config(), &examples, |soil| {
        let value = |draws, wins| f64::from(soil.leaf_value(Tally::new(draws, wins)));
        assert!((value(0, 0) - 0.25).abs() < 1e-7, "no draws: the base rate");
        assert!((value(20, 20) - 25.0 / 40.0).abs() < 1e-7);
    });
    let plain = ForestConfig { leaf_strength: 0.0, ..config() };
    on_soil(&plain, &examples, |soil| assert_eq!(soil.leaf_value(Tally::new(8, 2)), 0.25));
}

fn depth(nodes: &[Node]) -> usize {
    Tree(nodes.to_vec()).depth()
}

#[test]
fn no_leaf_is_smaller_than_allowed_and_no_path_is_longer() {
    // Alternating labels: nothing to find, but much to overfit.
    let values: Vec<f64> =
        (0..2_000_u32).map(|i| f64::from(i.wrapping_mul(2_654_435_761) >> 8)).collect();
    let won: Vec<bool> = (0..2_000).map(|i| i % 2 == 0).collect();
    let examples = Examples::new(Table::new(&values, 1).unwrap(), &won).unwrap();
    for config in [config(), ForestConfig { depth: 3, min_leaf: 100, bins: 256, ..config() }] {
        let nodes = tree_of(&config, &examples);
        assert!(nodes.len() > 3 && depth(&nodes) <= usize::from(config.depth));
        let mut counts = vec![0; 2_000];
        Bag::new(config.draws, &examples).draw(&mut Chance::new(config.seed, 0), &mut counts);
        let mut in_leaf = std::collections::BTreeMap::new();
        for (count, x) in counts.iter().zip(&values) {
            let mut at = 0;
            while let Node::Split { threshold, right, .. } = nodes[at] {
                at = if *x <= threshold { at + 1 } else { usize::from(right) };
            }
            *in_leaf.entry(at).or_insert(0) += count;
        }
        assert_eq!(in_leaf.values().sum::<u32>(), 2_000);
        assert!(in_leaf.values().all(|draws| *draws >= config.min_leaf), "{in_leaf:?}");
    }
    assert_eq!(tree_of(&ForestConfig { depth: 0, ..config() }, &examples).len(), 1);
}

#[test]
fn parting_keeps_everything_and_the_order_of_each_side() {
    let mut drawn = Drawn::default();
    let won = [true, false, true, false, true, false, true, false, true];
    let all = drawn.gather(&[1, 2, 0, 1, 1, 3, 1, 1, 1], &won);
    assert_eq!((all.draws(), all.wins()), (11, 4));
    assert_eq!(drawn.examples, [0, 1, 3, 4, 5, 6, 7, 8]);
    let middle = drawn.part(1, 8, |example| example % 3 == 0);
    assert_eq!((middle, drawn.examples.as_slice()), (3, &[0, 3, 6, 1, 4, 5, 7, 8][..]));
    let draws: Vec<u32> = drawn.tallies.iter().map(|t| t.draws()).collect();
    assert_eq!(draws, [1, 1, 1, 2, 1, 3, 1, 1]);
}

/// The best split by its definition: every column, every distinct value, on the values as they
/// are. Returns column, threshold as the largest value on the left, and purity.
fn naive(examples: &Examples<'_>, min_leaf: usize) -> Option<(usize, f64, f64)> {
    let won = examples.won();
    let wins = won.iter().filter(|w| **w).count();
    let purity = |wins: usize, n: usize| (wins * wins) as f64 / n as f64;
    let mut best: Option<(usize, f64, f64)> = None;
    for column in 0..examples.x().columns() {
        let mut order: Vec<(f64, bool)> =
            examples.x().column(column).zip(won.iter().copied()).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut left_wins = 0;
        for i in 0..order.len() - 1 {
            left_wins += usize::from(order[i].1);
            let (left, right) = (i + 1, order.len() - i - 1);
            if order[i].0 == order[i + 1].0 || left < min_leaf || right < min_leaf {
                continue;
            }
            let reached = purity(left_wins, left) + purity(wins - left_wins, right);
            let at_least = purity(wins, order.len()) * (1.0 + 1e-12);
            if reached > best.map_or(at_least, |b| b.2) {
                best = Some((column, order[i].0, reached));
            }
        }
    }
    best
}

/// Purity of a split on the values themselves.
fn purity_of(examples: &Examples<'_>, column: usize, threshold: f64) -> f64 {
    let side = |left: bool| {
        let on = examples
            .x()
            .column(column)
            .zip(examples.won())
            .filter(|(x, _)| (*x <= threshold) == left);
        let (n, wins) =
            on.fold((0.0, 0.0), |(n, w), (_, won)| (n + 1.0, w + f64::from(u8::from(*won))));
        wins * wins / n
    };
    side(true) + side(false)
}

fn stump(bins: u16, min_leaf: u32) -> ForestConfig {
    ForestConfig {
        trees: 1,
        depth: 1,
        min_leaf,
        bins,
        columns_per_split: ColumnsPerSplit::All,
        draws: Draws::Once,
        leaf_strength: 0.0,
        seed: 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn with_as_many_bins_as_values_the_split_is_the_best_there_is(
        cells in prop::collection::vec((0_u8..40, 0_u8..40, 0_u8..3, any::<bool>()), 2..150),
        min_leaf in 1_u32..8,
    ) {
        let values: Vec<f64> = cells
            .iter()
            .flat_map(|(a, b, c, _)| [f64::from(*a) * 0.37, -f64::from(*b), f64::from(*c)])
            .collect();
        let won: Vec<bool> = cells.iter().map(|cell| cell.3).collect();
        let examples = Examples::new(Table::new(&values, 3).unwrap(), &won).unwrap();
        let nodes = tree_of(&stump(40, min_leaf), &examples);
        match (naive(&examples, min_leaf as usize), nodes[0]) {
            (None, Node::Leaf { .. }) => {}
            (Some((_, _, purity)), Node::Split { column, threshold, .. }) => {
                // Equal purities may be reached by other columns, and in another order of sums.
                let found = purity_of(&examples, usize::from(column), threshold);
                prop_assert!((found - purity).abs() < 1e-9, "{} {}", found, purity);
            }
            (naive, node) => prop_assert!(false, "{:?} {:?}", naive, node),
        }
    }

    /// Purity w^2 / k is convex in (w, k), so moving m examples from a side with share q of wins
    /// to one with share p, a of them wins, changes the sum by 2 a (p - q) - m (p^2 - q^2) or
    /// more. That is least at a = 0 or a = m and never below -m. Values differ here, so the
    /// nearest edge lies within a bin of the best cut, and no more is lost than a bin holds.
    #[test]
    fn with_fewer_bins_than_values_no_more_is_lost_than_a_bin_s_worth(
        order in prop::collection::vec((any::<u32>(), any::<bool>()), 64..600),
        bins in 8_u16..64,
    ) {
        let values: Vec<f64> = order.iter().zip(0_u32..).map(|((x, _), i)| f64::from(*x) + f64::from(i) * 1e-4).collect();
        let won: Vec<bool> = order.iter().map(|o| o.1).collect();
        let examples = Examples::new(Table::new(&values, 1).unwrap(), &won).unwrap();
        let Some((_, _, best)) = naive(&examples, 1) else { return Ok(()) };
        let nodes = tree_of(&stump(bins, 1), &examples);
        let wins = won.iter().filter(|w| **w).count() as f64;
        let found = match nodes[0] {
            Node::Split { column, threshold, .. } => purity_of(&examples, usize::from(column), threshold),
            Node::Leaf { .. } => wins * wins / won.len() as f64,
        };
        let in_a_bin = (won.len() as f64 / f64::from(bins)).ceil();
        prop_assert!(found <= best + 1e-9);
        prop_assert!(found >= best - in_a_bin, "{} of {}, bins of {}", found, best, in_a_bin);
    }
}
