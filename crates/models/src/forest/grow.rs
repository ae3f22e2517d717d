//! One tree from its draws.

use super::config::ForestConfig;
use super::draws::Bag;
use super::split::{Cut, Histogram, Tally};
use crate::bins::{Binned, Bins};
use crate::chance::Chance;
use crate::tree::{Node, Tree};

/// What all trees of a forest grow on.
pub(super) struct Soil<'a> {
    pub(super) bins: &'a Bins,
    pub(super) binned: &'a Binned,
    pub(super) won: &'a [bool],
    /// Columns with more than one bin.
    pub(super) columns: Vec<u16>,
    pub(super) base_rate: f64,
    pub(super) config: &'a ForestConfig,
}

/// A tree on its way. Its memory is used again for the next one: nothing is allocated per node.
pub(super) struct Sapling<'a> {
    soil: &'a Soil<'a>,
    chance: Chance,
    /// The soil's columns in an order that every node shuffles on.
    columns: Vec<u16>,
    /// How many of them a node looks at.
    picks: usize,
    counts: Vec<u32>,
    drawn: Drawn,
    histogram: Histogram,
    nodes: Vec<Node>,
}

/// The examples drawn, a node's in one piece, with what each counts.
#[derive(Debug, Default)]
struct Drawn {
    examples: Vec<u32>,
    tallies: Vec<Tally>,
    /// Where those that go right wait while a node is parted.
    spare: Vec<(u32, Tally)>,
}

/// A column and where to cut it.
#[derive(Debug, Clone, Copy)]
struct Split {
    column: u16,
    cut: Cut,
}

/// Draws of a node: where they lie and what they add up to.
#[derive(Debug, Clone, Copy)]
struct Plot {
    from: usize,
    to: usize,
    tally: Tally,
    depth: u8,
}

impl<'a> Sapling<'a> {
    pub(super) fn new(soil: &'a Soil<'a>) -> Self {
        Self {
            soil,
            chance: Chance::new(0, 0),
            columns: Vec::new(),
            picks: soil.config.columns_per_split.of(soil.columns.len()),
            counts: vec![0; soil.won.len()],
            drawn: Drawn::default(),
            histogram: Histogram::new(),
            nodes: Vec::new(),
        }
    }

    /// A tree from the bag. All chance comes from the tree's own stream.
    pub(super) fn grow(&mut self, bag: &Bag, chance: Chance) -> Tree {
        self.chance = chance;
        self.columns.clone_from(&self.soil.columns);
        self.nodes.clear();
        bag.draw(&mut self.chance, &mut self.counts);
        let tally = self.drawn.gather(&self.counts, self.soil.won);
        let to = self.drawn.examples.len();
        self.branch(Plot { from: 0, to, tally, depth: 0 });
        Tree(self.nodes.clone())
    }

    /// Appends the branch that holds these draws.
    fn branch(&mut self, plot: Plot) {
        let Some(Split { column, cut }) = self.best_split(&plot) else {
            self.nodes.push(Node::Leaf { value: self.soil.leaf_value(plot.tally) });
            return;
        };
        let (left, right) = self.part(&plot, column, cut);
        let threshold = self.soil.bins.edge(usize::from(column), cut.bin);
        let threshold = threshold.expect("a split lies between two bins");
        let at = self.nodes.len();
        self.nodes.push(Node::Split { column, right: 0, bin: cut.bin, threshold });
        self.branch(left);
        let next = u16::try_from(self.nodes.len()).expect("a tree of bounded depth is small");
        self.nodes[at] = Node::Split { column, right: next, bin: cut.bin, threshold };
        self.branch(right);
    }

    /// The purest split over a fresh choice of columns; the first of equals.
    fn best_split(&mut self, plot: &Plot) -> Option<Split> {
        if !self.soil.may_split(plot) {
            return None;
        }
        let drawn = &self.drawn.examples[plot.from..plot.to];
        let tallies = &self.drawn.tallies[plot.from..plot.to];
        let mut best: Option<Split> = None;
        // What is gained must be more than the rounding of the sums.
        let mut purity = plot.tally.purity() * (1.0 + 1e-12);
        for k in 0..self.picks {
            let pick = k + self.chance.below(self.columns.len() - k);
            self.columns.swap(k, pick);
            let column = self.columns[k];
            let (bins, count) = self.soil.column(column);
            self.histogram.fill(bins, count, drawn, tallies);
            let min_leaf = self.soil.config.min_leaf;
            if let Some(cut) = self.histogram.best(count, plot.tally, min_leaf, purity) {
                purity = cut.purity;
                best = Some(Split { column, cut });
            }
        }
        best
    }

    /// The two sides of a split, the left one's draws before the right one's. Where neither will
    /// be split again their order is left as it is.
    fn part(&mut self, plot: &Plot, column: u16, cut: Cut) -> (Plot, Plot) {
        let depth = plot.depth + 1;
        let mut left = Plot { tally: cut.left, depth, ..*plot };
        let mut right = Plot { tally: plot.tally.less(cut.left), depth, ..*plot };
        if self.soil.may_split(&left) || self.soil.may_split(&right) {
            let (bins, _) = self.soil.column(column);
            let middle = self.drawn.part(plot.from, plot.to, |e| bins[e as usize] <= cut.bin);
            left.to = middle;
            right.from = middle;
        }
        (left, right)
    }
}

impl Soil<'_> {
    fn may_split(&self, plot: &Plot) -> bool {
        let (draws, wins) = (plot.tally.draws(), plot.tally.wins());
        plot.depth < self.config.depth
            && draws >= self.config.min_leaf.saturating_mul(2)
            && wins > 0
            && wins < draws
    }

    /// Bins of a column, and how many there are.
    fn column(&self, column: u16) -> (&[u8], usize) {
        let column = usize::from(column);
        (self.binned.column(column), self.bins.count(column))
    }

    /// Share of wins with `leaf_strength` draws at the base rate added.
    #[expect(clippy::cast_possible_truncation, reason = "a stored leaf has 24 bits")]
    fn leaf_value(&self, tally: Tally) -> f32 {
        let strength = self.config.leaf_strength;
        let wins = f64::from(tally.wins()) + strength * self.base_rate;
        (wins / (f64::from(tally.draws()) + strength)) as f32
    }
}

impl Drawn {
    /// Takes those examples that were drawn, in their own order; what they add up to.
    ///
    /// Every example is written and only those that were drawn are kept: a third of them was
    /// not, at random, and a branch on that is guessed wrong too often.
    fn gather(&mut self, counts: &[u32], won: &[bool]) -> Tally {
        self.examples.resize(counts.len(), 0);
        self.tallies.resize(counts.len(), Tally::default());
        self.spare.resize(counts.len(), (0, Tally::default()));
        let (mut all, mut kept) = (Tally::default(), 0);
        for ((count, won), example) in counts.iter().zip(won).zip(0_u32..) {
            let tally = Tally::new(*count, *count * u32::from(*won));
            all = all.plus(tally);
            self.examples[kept] = example;
            self.tallies[kept] = tally;
            kept += usize::from(*count > 0);
        }
        self.examples.truncate(kept);
        self.tallies.truncate(kept);
        all
    }

    /// Brings those that go left to the front, all in their order; where the right begins.
    ///
    /// Every example is written to both sides and one of the two steps on, so that no branch has
    /// to be guessed.
    fn part(&mut self, from: usize, to: usize, goes_left: impl Fn(u32) -> bool) -> usize {
        let examples = &mut self.examples[from..to];
        let tallies = &mut self.tallies[from..to];
        let spare = &mut self.spare[..to - from];
        let (mut left, mut right) = (0, 0);
        for i in 0..examples.len() {
            let (example, tally) = (examples[i], tallies[i]);
            examples[left] = example;
            tallies[left] = tally;
            spare[right] = (example, tally);
            let goes_left = usize::from(goes_left(example));
            left += goes_left;
            right += 1 - goes_left;
        }
        for ((example, tally), moved) in
            examples[left..].iter_mut().zip(&mut tallies[left..]).zip(&spare[..right])
        {
            (*example, *tally) = *moved;
        }
        from + left
    }
}

#[cfg(test)]
mod tests;
