//! One tree from the derivatives.

use super::config::BoostedConfig;
use super::fixed::{Slope, Slopes, Unit};
use crate::bins::{Binned, Bins};
use crate::chance::Chance;
use crate::tree::{Node, Tree};

/// Grows trees on the same examples; its memory is used again for the next one.
pub(super) struct Grower<'a> {
    config: &'a BoostedConfig,
    binned: Binned,
    /// Columns that vary.
    columns: Vec<Column>,
    rows: usize,
    /// Columns of this tree, and their cells in a histogram.
    chosen: Vec<Column>,
    drawn: Vec<Drawn>,
    spare: Vec<Drawn>,
    /// Histograms that are free.
    free: Vec<Vec<Slope>>,
    nodes: Vec<Node>,
}

/// A column and where its cells lie in a histogram.
#[derive(Debug, Clone, Copy)]
struct Column {
    index: u16,
    bins: usize,
    from: usize,
}

/// An example of this tree.
#[derive(Debug, Clone, Copy, Default)]
struct Drawn {
    example: u32,
    slope: Slope,
}

/// Where to part a node.
#[derive(Debug, Clone, Copy)]
struct Split {
    column: u16,
    bin: u8,
    left: Slope,
}

/// A node: where its examples lie, what they add up to, and their histogram when it may split.
struct Plot {
    from: usize,
    to: usize,
    sum: Slope,
    depth: u8,
    histogram: Option<Vec<Slope>>,
}

impl<'a> Grower<'a> {
    pub(super) fn new(config: &'a BoostedConfig, binned: Binned, bins: &Bins) -> Self {
        let column = |index| Column { index, bins: bins.count(usize::from(index)), from: 0 };
        Self {
            config,
            rows: binned.rows(),
            binned,
            columns: bins.telling().into_iter().map(column).collect(),
            chosen: Vec::new(),
            drawn: Vec::new(),
            spare: Vec::new(),
            free: Vec::new(),
            nodes: Vec::new(),
        }
    }

    /// A tree that follows the derivatives downhill.
    pub(super) fn grow(&mut self, slopes: &Slopes, bins: &Bins, chance: &mut Chance) -> Tree {
        self.draw_rows(slopes, chance);
        self.draw_columns(chance);
        self.nodes.clear();
        let sum = self.drawn.iter().fold(Slope::default(), |sum, d| sum.plus(d.slope));
        let to = self.drawn.len();
        let histogram = Some(self.histogram(0, to));
        let root = Plot { from: 0, to, sum, depth: 0, histogram };
        self.branch(root, bins, slopes.unit());
        Tree(self.nodes.clone())
    }

    /// So many rows, each as likely as another, in their own order.
    ///
    /// **Source:** selection sampling, Knuth, The Art of Computer Programming, volume 2, 3.4.2.
    fn draw_rows(&mut self, slopes: &Slopes, chance: &mut Chance) {
        let wanted = share_of(self.rows, self.config.row_share);
        self.drawn.clear();
        for i in 0..self.rows {
            let (missing, left) = (wanted - self.drawn.len(), self.rows - i);
            if missing == left || (missing as f64) > chance.unit() * left as f64 {
                let example = u32::try_from(i).expect("rows are fewer than 2^31");
                self.drawn.push(Drawn { example, slope: slopes.of(i) });
            }
        }
        self.spare.resize(self.drawn.len(), Drawn::default());
    }

    /// So many columns, in their own order.
    fn draw_columns(&mut self, chance: &mut Chance) {
        let wanted = share_of(self.columns.len(), self.config.column_share);
        let mut chosen = self.columns.clone();
        for k in 0..wanted.min(chosen.len()) {
            let pick = k + chance.below(chosen.len() - k);
            chosen.swap(k, pick);
        }
        chosen.truncate(wanted);
        chosen.sort_unstable_by_key(|c| c.index);
        let mut from = 0;
        for column in &mut chosen {
            column.from = from;
            from += column.bins;
        }
        self.chosen = chosen;
        self.free.clear();
    }

    /// Appends the branch that holds these examples.
    fn branch(&mut self, mut plot: Plot, bins: &Bins, unit: Unit) {
        let Some(split) = self.best_split(&plot, unit) else {
            self.free.extend(plot.histogram.take());
            let Self { config, .. } = self;
            let value = unit.leaf(plot.sum, config.l2, config.learning_rate);
            self.nodes.push(Node::Leaf { value });
            return;
        };
        let Split { column, bin, .. } = split;
        let threshold = bins.edge(usize::from(column), bin).expect("a split lies between bins");
        let (left, right) = self.part(plot, split);
        let at = self.nodes.len();
        self.nodes.push(Node::Split { column, right: 0, bin, threshold });
        self.branch(left, bins, unit);
        let next = u16::try_from(self.nodes.len()).expect("a tree of bounded depth is small");
        self.nodes[at] = Node::Split { column, right: next, bin, threshold };
        self.branch(right, bins, unit);
    }

    /// The split of the largest gain; the first column and the lowest bin of equals.
    fn best_split(&self, plot: &Plot, unit: Unit) -> Option<Split> {
        let histogram = plot.histogram.as_ref()?;
        let BoostedConfig { l2, min_child_weight, min_gain, .. } = *self.config;
        let mut best: Option<Split> = None;
        // What is gained must be more than the rounding of the quotients.
        let mut score = unit.score(plot.sum, l2) * (1.0 + 1e-12) + 2.0 * min_gain;
        for Column { index: column, bins, from } in self.chosen.iter().copied() {
            let mut left = Slope::default();
            for (bin, slope) in (0..=u8::MAX).zip(&histogram[from..from + bins - 1]) {
                left = left.plus(*slope);
                let right = plot.sum.less(left);
                let (low, high) = (unit.weight(left), unit.weight(right));
                if low.min(high) < min_child_weight || low.min(high) <= 0.0 {
                    continue;
                }
                let reached = unit.score(left, l2) + unit.score(right, l2);
                if reached > score {
                    score = reached;
                    best = Some(Split { column, bin, left });
                }
            }
        }
        best
    }

    /// The two sides of a split. The smaller one's histogram is counted, the larger one's is what
    /// is left of their parent's.
    fn part(&mut self, plot: Plot, split: Split) -> (Plot, Plot) {
        let middle = self.part_rows(plot.from, plot.to, split);
        let depth = plot.depth + 1;
        let (mut low, mut high) = (None, None);
        match plot.histogram {
            Some(mut rest) if depth < self.config.depth => {
                let left_is_smaller = middle - plot.from <= plot.to - middle;
                let (from, to) =
                    if left_is_smaller { (plot.from, middle) } else { (middle, plot.to) };
                let smaller = self.histogram(from, to);
                for (rest, part) in rest.iter_mut().zip(&smaller) {
                    *rest = rest.less(*part);
                }
                (low, high) = (Some(smaller), Some(rest));
                if !left_is_smaller {
                    std::mem::swap(&mut low, &mut high);
                }
            }
            histogram => self.free.extend(histogram),
        }
        let right = plot.sum.less(split.left);
        (
            Plot { from: plot.from, to: middle, sum: split.left, depth, histogram: low },
            Plot { from: middle, to: plot.to, sum: right, depth, histogram: high },
        )
    }

    /// Brings the examples that go left to the front, all in their order; where the right begins.
    fn part_rows(&mut self, from: usize, to: usize, split: Split) -> usize {
        let bins = self.binned.column(usize::from(split.column));
        let (drawn, spare) = (&mut self.drawn[from..to], &mut self.spare[..to - from]);
        let (mut left, mut right) = (0, 0);
        for i in 0..drawn.len() {
            let one = drawn[i];
            drawn[left] = one;
            spare[right] = one;
            let goes_left = usize::from(bins[one.example as usize] <= split.bin);
            left += goes_left;
            right += 1 - goes_left;
        }
        drawn[left..].copy_from_slice(&spare[..right]);
        from + left
    }

    /// Sums of the derivatives per bin of every chosen column.
    fn histogram(&mut self, from: usize, to: usize) -> Vec<Slope> {
        let cells = self.chosen.last().map_or(0, |c| c.from + c.bins);
        let mut histogram = self.free.pop().unwrap_or_default();
        histogram.clear();
        histogram.resize(cells, Slope::default());
        for column in &self.chosen {
            let bins = self.binned.column(usize::from(column.index));
            let cells = &mut histogram[column.from..column.from + column.bins];
            for one in &self.drawn[from..to] {
                let cell = &mut cells[usize::from(bins[one.example as usize])];
                *cell = cell.plus(one.slope);
            }
        }
        histogram
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count")]
fn share_of(count: usize, share: f64) -> usize {
    ((share * count as f64).round() as usize).clamp(1.min(count), count)
}

#[cfg(test)]
mod tests;
