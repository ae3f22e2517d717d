//! Binary trees on bins: the shape that the forest and the boosted trees share.

use std::ops::RangeInclusive;

use crate::bins::Bins;
use crate::bytes::{Reader, Writer};
use crate::table::Table;

/// Deepest tree: its nodes are counted in 16 bits.
pub(crate) const DEPTH_MAX: u8 = 14;
/// Rows that walk down a tree side by side, so that one waits for memory while others go on.
const ABREAST: usize = 8;

/// Nodes in preorder: a split's left branch follows it, its right branch is said.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tree(pub(crate) Vec<Node>);

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Node {
    /// Values up to the threshold (upper edge of `bin`) go left.
    Split { column: u16, right: u16, bin: u8, threshold: f64 },
    /// What the tree says.
    Leaf { value: f32 },
}

impl Tree {
    /// The leaf of one row, whose values `column` hands out.
    #[inline]
    pub(crate) fn leaf_of(&self, value: impl Fn(usize) -> f64) -> f32 {
        let mut at = 0;
        loop {
            match self.0[at] {
                Node::Leaf { value } => return value,
                Node::Split { column, right, threshold, .. } => {
                    let left = value(usize::from(column)) <= threshold;
                    at = if left { at + 1 } else { usize::from(right) };
                }
            }
        }
    }

    /// Adds the leaf of every row of a table to its sum.
    pub(crate) fn add_leaves(&self, x: Table<'_>, steps: &mut Vec<Step>, sums: &mut [f64]) {
        steps.clear();
        steps.extend((0..=u16::MAX).zip(&self.0).map(|(at, node)| Step::of(at, *node)));
        let depth = self.depth();
        let columns = x.columns();
        for (rows, sums) in x.values().chunks(ABREAST * columns).zip(sums.chunks_mut(ABREAST)) {
            let mut at = [0_u16; ABREAST];
            for _ in 0..depth {
                for (at, row) in at.iter_mut().zip(rows.chunks_exact(columns)) {
                    let step = &steps[usize::from(*at)];
                    let left = row[usize::from(step.column)] <= step.threshold;
                    *at = if left { step.left } else { step.right };
                }
            }
            for (sum, at) in sums.iter_mut().zip(at) {
                *sum += f64::from(steps[usize::from(at)].value);
            }
        }
    }

    /// Splits on the longest path. Branches lead forward, so one pass will do even where forged
    /// bytes let two branches meet.
    pub(crate) fn depth(&self) -> usize {
        let mut depths = vec![0; self.0.len()];
        for (at, node) in self.0.iter().enumerate() {
            if let Node::Split { right, .. } = node {
                for next in [at + 1, usize::from(*right)] {
                    depths[next] = depths[next].max(depths[at] + 1);
                }
            }
        }
        depths.into_iter().max().unwrap_or(0)
    }

    /// Counts its splits into `splits`, one count per column.
    pub(crate) fn count_splits(&self, splits: &mut [u32]) {
        for node in &self.0 {
            if let Node::Split { column, .. } = node {
                splits[usize::from(*column)] += 1;
            }
        }
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
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
    /// What leaves say lies in `leaves`.
    pub(crate) fn read(
        reader: &mut Reader<'_>,
        bins: &Bins,
        leaves: &RangeInclusive<f32>,
    ) -> Result<Self, String> {
        let count = reader.u16()?;
        let mut nodes = Vec::with_capacity(usize::from(count));
        for at in 0..count {
            let column = reader.u16()?;
            if column == u16::MAX {
                nodes.push(Node::Leaf { value: reader.f32_in(leaves)? });
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

/// A node as a walk without branches needs it: a leaf leads to itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    threshold: f64,
    value: f32,
    column: u16,
    left: u16,
    right: u16,
}

impl Step {
    fn of(at: u16, node: Node) -> Self {
        match node {
            Node::Leaf { value } => Self { threshold: 0.0, value, column: 0, left: at, right: at },
            Node::Split { column, right, threshold, .. } => {
                Self { threshold, value: 0.0, column, left: at + 1, right }
            }
        }
    }
}

/// Columns by their share of all splits; 0 everywhere when there is no split.
pub(crate) fn split_shares(trees: &[Tree], columns: usize) -> Vec<f64> {
    let mut splits = vec![0_u32; columns];
    for tree in trees {
        tree.count_splits(&mut splits);
    }
    let all = f64::from(splits.iter().sum::<u32>().max(1));
    splits.into_iter().map(|n| f64::from(n) / all).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bins() -> Bins {
        let values: Vec<f64> = (0..64).map(f64::from).collect();
        Bins::of_table(Table::new(&values, 1).unwrap(), 64).0
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
        let bins = bins();
        let leaf = (u16::MAX, 0, 0);
        let read = |nodes: &[(u16, u8, u16)]| {
            Tree::read(&mut Reader::new(&tree_bytes(nodes)), &bins, &(0.0..=1.0))
        };
        assert!(read(&[(0, 3, 2), leaf, leaf]).is_ok());
        assert!(read(&[leaf]).is_ok());
        assert!(read(&[]).is_err(), "no nodes");
        assert!(read(&[(0, 3, 0), leaf, leaf]).is_err(), "back to itself");
        assert!(read(&[(0, 3, 1), leaf, leaf]).is_err(), "both branches are one");
        assert!(read(&[(0, 3, 3), leaf, leaf]).is_err(), "beyond the end");
        assert!(read(&[leaf, (0, 3, 2)]).is_err(), "a split at the end");
        assert!(read(&[(0, 63, 2), leaf, leaf]).is_err(), "no such bin");
        assert!(read(&[(1, 0, 2), leaf, leaf]).is_err(), "no such column");
    }

    /// A tree with a leaf at every end, of any shape up to the depth.
    fn any_tree(seed: u64, depth: u32) -> Tree {
        fn grow(nodes: &mut Vec<Node>, bits: &mut u64, depth: u32, columns: u16) {
            *bits = bits
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let high = *bits >> 33;
            let at = nodes.len();
            if depth == 0 || high.is_multiple_of(4) {
                nodes.push(Node::Leaf { value: f32::from((high % 1_000) as u16) });
                return;
            }
            let column = u16::try_from(high % u64::from(columns)).unwrap();
            let threshold = (high % 100) as f64 / 50.0 - 1.0;
            nodes.push(Node::Leaf { value: 0.0 });
            grow(nodes, bits, depth - 1, columns);
            let right = u16::try_from(nodes.len()).unwrap();
            nodes[at] = Node::Split { column, right, bin: 0, threshold };
            grow(nodes, bits, depth - 1, columns);
        }
        let (mut nodes, mut bits) = (Vec::new(), seed);
        grow(&mut nodes, &mut bits, depth, 3);
        Tree(nodes)
    }

    proptest! {
        #[test]
        fn many_rows_at_once_reach_the_leaves_that_each_reaches_alone(
            seed: u64, depth in 0_u32..8,
            values in prop::collection::vec(-1.2_f64..1.2, 0..90),
        ) {
            let tree = any_tree(seed, depth);
            prop_assert!(tree.depth() <= depth as usize);
            let values = &values[..values.len() / 3 * 3];
            let x = Table::new(values, 3).unwrap();
            let mut sums = vec![1.0; x.rows()];
            tree.add_leaves(x, &mut Vec::new(), &mut sums);
            for (i, sum) in sums.iter().enumerate() {
                prop_assert_eq!(*sum, 1.0 + f64::from(tree.leaf_of(|c| x.row(i)[c])));
            }
        }
    }
}
