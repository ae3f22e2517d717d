//! A forest of histogram trees, grown the same on any number of threads.
//!
//! - **Bagging:** each tree draws examples with replacement in proportion to uniqueness, and as
//!   many as the examples are worth (the sum of their uniqueness): overlapping outcomes are not
//!   independent ones, and a full bootstrap of them would make all trees alike.
//! - **Splits:** on quantile bins of the training data, over a fresh random choice of
//!   sqrt(columns) at every node, by Gini impurity. Counts are integers, so nothing depends on
//!   the order of sums.
//! - **Leaves:** share of wins, shrunk towards the base rate of the training set.
//! - **Score:** mean over the trees.
//!
//! **Source:** Breiman (2001), Random Forests, Machine Learning 45; draws by uniqueness:
//! Lopez de Prado (2018), Advances in Financial Machine Learning, sections 4.5 and 6.4.

mod bins; // values to bins
mod grow; // one tree from its draws

use rayon::prelude::*;
use tradebot_domain::Regime;

use crate::bytes::{Reader, Writer};
use crate::chance::{Chance, Urn};
use crate::input::{Input, column_name};
use crate::training::TrainingSet;
use bins::{BINS, Bins};
use grow::{DEPTH, LEAF_DRAWS, LEAF_STRENGTH, Soil};

const TREES: u16 = 60;
/// At least so many draws per tree, as far as there are examples.
const DRAWS_MIN: usize = 100;

/// Method and parameters in one line.
pub(crate) fn recipe() -> String {
    format!(
        "forest 1: {TREES} trees, depth {DEPTH}, sqrt of the columns per split, {BINS} bins, \
         leaves of {LEAF_DRAWS} draws or more shrunk by {LEAF_STRENGTH}, as many draws as the \
         examples are worth, at least {DRAWS_MIN}"
    )
}

/// Trees and the bins they split on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Forest {
    bins: Bins,
    trees: Vec<Tree>,
}

/// Nodes in preorder: a split's left branch follows it, its right branch is said.
#[derive(Debug, Clone, PartialEq)]
struct Tree(Vec<Node>);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Node {
    /// Values up to the threshold (upper edge of `bin`) go left.
    Split { column: u16, right: u16, bin: u8, threshold: f64 },
    /// Smoothed share of wins.
    Leaf { value: f32 },
}

impl Forest {
    pub(crate) fn fit(set: &TrainingSet, seed: u64) -> Self {
        let (bins, binned) = Bins::of(set);
        let soil = Soil::new(set, &bins, &binned);
        let urn = Urn::new(&set.weights);
        let draws = draws_per_tree(set);
        let trees = (0..TREES)
            .into_par_iter()
            .map(|tree| soil.grow(&urn, draws, Chance::new(seed, u64::from(tree))))
            .collect();
        Self { bins, trees }
    }

    /// In `0.0..=1.0` for a checked input.
    pub(crate) fn score(&self, input: &Input<'_>) -> f64 {
        let sum = self.trees.iter().fold(0.0, |sum, tree| sum + f64::from(tree.leaf_of(input)));
        sum / self.trees.len() as f64
    }

    /// Columns by their share of all splits, the commonest first.
    pub(crate) fn leanings(&self) -> Vec<(String, f64)> {
        let columns = self.bins.columns();
        let mut counts = vec![0_u32; columns];
        for node in self.trees.iter().flat_map(|tree| &tree.0) {
            if let Node::Split { column, .. } = node {
                counts[usize::from(*column)] += 1;
            }
        }
        let all = f64::from(counts.iter().sum::<u32>().max(1));
        let name = |column| column_name(column, columns - Regime::ALL.len());
        let mut shares: Vec<_> =
            counts.iter().enumerate().map(|(c, n)| (name(c), f64::from(*n) / all)).collect();
        shares.sort_by(|a, b| b.1.total_cmp(&a.1));
        shares
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        self.bins.write(writer);
        writer.u16(u16::try_from(self.trees.len()).expect("made from a u16"));
        for tree in &self.trees {
            tree.write(writer);
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>, feature_count: usize) -> Result<Self, String> {
        let bins = Bins::read(reader, feature_count + Regime::ALL.len())?;
        let count = reader.u16()?;
        if count == 0 {
            return Err("it has no trees".to_owned());
        }
        let trees = (0..count).map(|_| Tree::read(reader, &bins)).collect::<Result<_, _>>()?;
        Ok(Self { bins, trees })
    }
}

impl Tree {
    fn leaf_of(&self, input: &Input<'_>) -> f32 {
        let mut at = 0;
        loop {
            match self.0[at] {
                Node::Leaf { value } => return value,
                Node::Split { column, right, threshold, .. } => {
                    let left = input.column(usize::from(column)) <= threshold;
                    at = if left { at + 1 } else { usize::from(right) };
                }
            }
        }
    }

    fn write(&self, writer: &mut Writer) {
        writer.u16(u16::try_from(self.0.len()).expect("a tree of bounded depth is small"));
        for node in &self.0 {
            match node {
                Node::Leaf { value } => {
                    writer.u16(u16::MAX);
                    writer.f32(*value);
                }
                Node::Split { column, right, bin, .. } => {
                    writer.u16(*column);
                    writer.u8(*bin);
                    writer.u16(*right);
                }
            }
        }
    }

    /// Every branch leads forward and inside, so that a walk ends at a leaf whatever was stored.
    fn read(reader: &mut Reader<'_>, bins: &Bins) -> Result<Self, String> {
        let count = reader.u16()?;
        let mut nodes = Vec::with_capacity(usize::from(count));
        for at in 0..count {
            let column = reader.u16()?;
            if column == u16::MAX {
                nodes.push(Node::Leaf { value: reader.unit_f32()? });
                continue;
            }
            let (bin, right) = (reader.u8()?, reader.u16()?);
            let threshold = bins.edge(usize::from(column), bin).ok_or("it splits on no bin")?;
            // The left branch is at + 1 < right, so the right bound holds for both.
            if right <= at + 1 || right >= count {
                return Err("a branch leads nowhere".to_owned());
            }
            nodes.push(Node::Split { column, right, bin, threshold });
        }
        if nodes.is_empty() { Err("a tree has no nodes".to_owned()) } else { Ok(Self(nodes)) }
    }
}

/// As many as the examples are worth.
fn draws_per_tree(set: &TrainingSet) -> usize {
    let n = set.len();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive sum")]
    let worth = set.effective_len().round() as usize;
    worth.clamp(DRAWS_MIN.min(n), n)
}

#[cfg(test)]
mod tests;
