//! One tree from its draws.

use super::bins::{BINS, Bins};
use super::{Node, Tree};
use crate::chance::{Chance, Urn};
use crate::training::TrainingSet;

/// Splits from the root to a leaf, at most.
pub(super) const DEPTH: u32 = 6;
/// Fewest draws in a leaf.
pub(super) const LEAF_DRAWS: u32 = 20;
/// A leaf counts so many draws at the base rate beside its own.
pub(super) const LEAF_STRENGTH: f64 = 20.0;

/// What all trees of a forest grow on.
pub(super) struct Soil<'a> {
    bins: &'a Bins,
    binned: &'a [Vec<u8>],
    won: &'a [bool],
    /// Columns with more than one bin.
    columns: Vec<u16>,
    base_rate: f64,
}

/// An example a tree drew, with how often.
#[derive(Debug, Clone, Copy)]
struct Drawn {
    example: u32,
    tally: Tally,
}

/// Draws, and the wins among them.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Tally {
    draws: u32,
    wins: u32,
}

#[derive(Debug, Clone, Copy)]
struct Split {
    column: u16,
    bin: u8,
    /// Purity after the split: sum over the sides of wins^2 / draws.
    purity: f64,
}

impl<'a> Soil<'a> {
    pub(super) fn new(set: &'a TrainingSet, bins: &'a Bins, binned: &'a [Vec<u8>]) -> Self {
        let many = |column: &u16| bins.count(usize::from(*column)) > 1;
        let all = u16::try_from(bins.columns()).expect("columns are few");
        let columns = (0..all).filter(many).collect();
        Self { bins, binned, won: &set.won, columns, base_rate: set.base_rate() }
    }

    /// A tree from `draws` draws. All chance comes from the tree's own stream.
    pub(super) fn grow(&self, urn: &Urn, draws: usize, mut chance: Chance) -> Tree {
        let mut drawn = self.draw(urn, draws, &mut chance);
        let mut sapling =
            Sapling { soil: self, chance, columns: self.columns.clone(), nodes: Vec::new() };
        sapling.branch(&mut drawn, 0);
        Tree(sapling.nodes)
    }

    /// The examples drawn, in their own order.
    fn draw(&self, urn: &Urn, draws: usize, chance: &mut Chance) -> Vec<Drawn> {
        let mut counts = vec![0_u32; self.won.len()];
        for _ in 0..draws {
            counts[urn.draw(chance)] += 1;
        }
        let drawn = counts.iter().zip(self.won).zip(0_u32..).filter(|((count, _), _)| **count > 0);
        drawn
            .map(|((count, won), example)| {
                let wins = if *won { *count } else { 0 };
                Drawn { example, tally: Tally { draws: *count, wins } }
            })
            .collect()
    }
}

/// A tree on its way.
struct Sapling<'a> {
    soil: &'a Soil<'a>,
    chance: Chance,
    /// The soil's columns in an order that every node shuffles on.
    columns: Vec<u16>,
    nodes: Vec<Node>,
}

impl Sapling<'_> {
    /// Appends the branch that holds these draws.
    fn branch(&mut self, drawn: &mut [Drawn], depth: u32) {
        let tally = drawn.iter().fold(Tally::default(), |sum, d| sum.plus(d.tally));
        let split = if depth < DEPTH { self.best_split(drawn, tally) } else { None };
        let Some(Split { column, bin, .. }) = split else {
            self.nodes.push(Node::Leaf { value: self.soil.leaf_value(tally) });
            return;
        };
        let binned = &self.soil.binned[usize::from(column)];
        let middle = partition(drawn, |d| binned[d.example as usize] <= bin);
        let threshold =
            self.soil.bins.edge(usize::from(column), bin).expect("a split lies between two bins");
        let at = self.nodes.len();
        self.nodes.push(Node::Split { column, right: 0, bin, threshold });
        let (left, right) = drawn.split_at_mut(middle);
        self.branch(left, depth + 1);
        let next = u16::try_from(self.nodes.len()).expect("a tree of bounded depth is small");
        self.nodes[at] = Node::Split { column, right: next, bin, threshold };
        self.branch(right, depth + 1);
    }

    /// The purest split over a fresh choice of columns; the first of equals.
    fn best_split(&mut self, drawn: &[Drawn], tally: Tally) -> Option<Split> {
        if tally.draws < 2 * LEAF_DRAWS || tally.wins == 0 || tally.wins == tally.draws {
            return None;
        }
        let mut best: Option<Split> = None;
        // What is gained must be more than the rounding of the sums.
        let mut purity = tally.purity() * (1.0 + 1e-12);
        for k in 0..self.columns.len().isqrt() {
            let pick = k + self.chance.below(self.columns.len() - k);
            self.columns.swap(k, pick);
            let column = self.columns[k];
            if let Some(split) = self.soil.best_bin(column, drawn, tally, purity) {
                purity = split.purity;
                best = Some(split);
            }
        }
        best
    }
}

impl Soil<'_> {
    /// The purest split of a column that is purer than `purity`; the lowest of equals.
    fn best_bin(&self, column: u16, drawn: &[Drawn], all: Tally, purity: f64) -> Option<Split> {
        let binned = &self.binned[usize::from(column)];
        let mut histogram = [Tally::default(); BINS];
        for d in drawn {
            let bin = &mut histogram[usize::from(binned[d.example as usize])];
            *bin = bin.plus(d.tally);
        }
        let mut best: Option<Split> = None;
        let mut left = Tally::default();
        let last = self.bins.count(usize::from(column)) - 1;
        for (bin, tally) in (0_u8..).zip(&histogram[..last]) {
            left = left.plus(*tally);
            let right = Tally { draws: all.draws - left.draws, wins: all.wins - left.wins };
            if left.draws < LEAF_DRAWS {
                continue;
            }
            if right.draws < LEAF_DRAWS {
                break;
            }
            let reached = left.purity() + right.purity();
            if reached > best.map_or(purity, |b| b.purity) {
                best = Some(Split { column, bin, purity: reached });
            }
        }
        best
    }

    /// Share of wins with [`LEAF_STRENGTH`] draws at the base rate added.
    #[expect(clippy::cast_possible_truncation, reason = "a stored leaf has 24 bits")]
    fn leaf_value(&self, tally: Tally) -> f32 {
        let wins = f64::from(tally.wins) + LEAF_STRENGTH * self.base_rate;
        (wins / (f64::from(tally.draws) + LEAF_STRENGTH)) as f32
    }
}

impl Tally {
    fn plus(self, other: Self) -> Self {
        Self { draws: self.draws + other.draws, wins: self.wins + other.wins }
    }

    /// wins^2 / draws: the Gini impurity of a side is draws - wins^2 / draws - losses^2 / draws,
    /// and since wins and losses add up to the draws, the largest sum of this over both sides is
    /// the least impurity.
    fn purity(self) -> f64 {
        f64::from(self.wins) * f64::from(self.wins) / f64::from(self.draws)
    }
}

/// Brings those that go left to the front; their number.
fn partition(drawn: &mut [Drawn], goes_left: impl Fn(&Drawn) -> bool) -> usize {
    let mut middle = 0;
    for i in 0..drawn.len() {
        if goes_left(&drawn[i]) {
            drawn.swap(i, middle);
            middle += 1;
        }
    }
    middle
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradebot_domain::{Date, Regime};

    fn tree_of(set: &TrainingSet, seed: u64) -> Tree {
        let (bins, binned) = Bins::of(set);
        let soil = Soil::new(set, &bins, &binned);
        soil.grow(&Urn::new(&set.weights), set.len(), Chance::new(seed, 0))
    }

    /// Wins where the only feature is one half or more; an edge of bins lies there.
    fn step(n: u32) -> TrainingSet {
        let mut set = TrainingSet::new(1);
        for i in 0..n {
            let x = f64::from(i) / f64::from(n);
            set.push(Date::constant(2010, 1, 4), &[x], Regime::Transition, x >= 0.5, 1.0);
        }
        set
    }

    #[test]
    fn a_step_is_found_where_it_is() {
        let Tree(nodes) = tree_of(&step(640), 5);
        assert_eq!(nodes.len(), 3, "pure sides are not split on");
        let Node::Split { column: 0, threshold, right: 2, .. } = nodes[0] else {
            panic!("{nodes:?}")
        };
        assert!((threshold - 0.5).abs() < 1e-3, "{threshold}");
        let (Node::Leaf { value: low }, Node::Leaf { value: high }) = (nodes[1], nodes[2]) else {
            panic!("{nodes:?}")
        };
        assert!(low < 0.1 && high > 0.9, "{low} {high}");
    }

    #[test]
    fn leaves_are_shrunk_towards_the_base_rate() {
        let set = step(640);
        let (bins, binned) = Bins::of(&set);
        let soil = Soil::new(&set, &bins, &binned);
        let empty = soil.leaf_value(Tally::default());
        assert!((f64::from(empty) - set.base_rate()).abs() < 1e-7, "no draws: the base rate");
        let wins = soil.leaf_value(Tally { draws: 20, wins: 20 });
        let expected = (20.0 + 20.0 * set.base_rate()) / 40.0;
        assert!((f64::from(wins) - expected).abs() < 1e-7, "{wins}");
    }

    #[test]
    fn no_leaf_is_smaller_than_allowed_and_no_path_is_longer() {
        fn depth(nodes: &[Node], at: usize) -> u32 {
            match nodes[at] {
                Node::Leaf { .. } => 0,
                Node::Split { right, .. } => {
                    1 + depth(nodes, at + 1).max(depth(nodes, usize::from(right)))
                }
            }
        }
        // Alternating labels: nothing to find, but much to overfit.
        let mut set = TrainingSet::new(1);
        for i in 0..2_000_u32 {
            let x = f64::from(i.wrapping_mul(2_654_435_761) >> 8);
            set.push(Date::constant(2010, 1, 4), &[x], Regime::Transition, i % 2 == 0, 1.0);
        }
        let Tree(nodes) = tree_of(&set, 1);
        assert!(nodes.len() > 3 && depth(&nodes, 0) <= DEPTH);
        let (bins, binned) = Bins::of(&set);
        let soil = Soil::new(&set, &bins, &binned);
        let mut in_leaf = std::collections::BTreeMap::new();
        for d in soil.draw(&Urn::new(&set.weights), set.len(), &mut Chance::new(1, 0)) {
            let mut at = 0;
            while let Node::Split { bin, right, .. } = nodes[at] {
                let left = binned[0][d.example as usize] <= bin;
                at = if left { at + 1 } else { usize::from(right) };
            }
            *in_leaf.entry(at).or_insert(0) += d.tally.draws;
        }
        assert_eq!(in_leaf.values().sum::<u32>(), 2_000);
        assert!(in_leaf.values().all(|draws| *draws >= LEAF_DRAWS), "{in_leaf:?}");
    }

    #[test]
    fn a_partition_keeps_everything() {
        let mut drawn: Vec<Drawn> =
            (0..9).map(|example| Drawn { example, tally: Tally { draws: 1, wins: 0 } }).collect();
        let middle = partition(&mut drawn, |d| d.example % 3 == 0);
        assert_eq!(middle, 3);
        let (left, right) = drawn.split_at(middle);
        assert!(left.iter().all(|d| d.example % 3 == 0));
        assert!(right.iter().all(|d| d.example % 3 != 0));
    }
}
