//! The purest split of a column, from a histogram of counts.

use crate::bins::BINS_MAX;

/// Draws, and the wins among them, in one word: draws in the lower half, wins in the upper one,
/// so that one addition counts both. Halves never overflow: there are fewer than 2^31 examples
/// and no more draws than examples.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally(u64);

impl Tally {
    pub(super) const fn new(draws: u32, wins: u32) -> Self {
        Self(draws as u64 | (wins as u64) << 32)
    }

    #[expect(clippy::cast_possible_truncation, reason = "the lower half")]
    pub(super) const fn draws(self) -> u32 {
        self.0 as u32
    }

    pub(super) const fn wins(self) -> u32 {
        (self.0 >> 32) as u32
    }

    pub(super) const fn plus(self, other: Self) -> Self {
        Self(self.0.wrapping_add(other.0))
    }

    /// Of a part of this one.
    pub(super) const fn less(self, part: Self) -> Self {
        Self(self.0.wrapping_sub(part.0))
    }

    /// wins^2 / draws: the Gini impurity of a side is draws - wins^2 / draws - losses^2 / draws,
    /// and since wins and losses add up to the draws, the largest sum of this over both sides is
    /// the least impurity. NaN without draws, which compares as worse than anything.
    pub(super) fn purity(self) -> f64 {
        #[expect(clippy::cast_possible_wrap, reason = "fewer than 2^31")]
        let (draws, wins) = (f64::from(self.draws() as i32), f64::from(self.wins() as i32));
        wins * wins / draws
    }
}

/// Draws and wins per bin of a column, and room for what comes of them. Made once per thread.
#[derive(Debug, Clone)]
pub(super) struct Histogram {
    bins: [Tally; BINS_MAX],
    purity: [f64; BINS_MAX],
}

/// Where to cut a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cut {
    /// Bins up to this one go left.
    pub(super) bin: u8,
    /// What goes left.
    pub(super) left: Tally,
    /// Purity after the cut: sum over the sides of wins^2 / draws.
    pub(super) purity: f64,
}

impl Histogram {
    pub(super) const fn new() -> Self {
        Self { bins: [Tally::new(0, 0); BINS_MAX], purity: [0.0; BINS_MAX] }
    }

    /// Counts examples into the bins of a column that has `count` of them.
    pub(super) fn fill(&mut self, column: &[u8], count: usize, drawn: &[u32], tallies: &[Tally]) {
        self.bins[..count].fill(Tally::default());
        for (example, tally) in drawn.iter().zip(tallies) {
            let bin = &mut self.bins[usize::from(column[*example as usize])];
            *bin = bin.plus(*tally);
        }
    }

    /// The purest cut that leaves `min_leaf` draws or more on either side and is purer than
    /// `purity`; the lowest of equals.
    ///
    /// Two passes without branches: sums from the left, then purities.
    pub(super) fn best(
        &mut self,
        count: usize,
        all: Tally,
        min_leaf: u32,
        purity: f64,
    ) -> Option<Cut> {
        let sums = &mut self.bins[..count - 1];
        let mut left = Tally::default();
        for sum in &mut *sums {
            left = left.plus(*sum);
            *sum = left;
        }
        let purities = &mut self.purity[..sums.len()];
        let mut best = 0.0_f64.to_bits();
        for (reached, left) in purities.iter_mut().zip(&*sums) {
            *reached = purity_of(*left, all, min_leaf);
            // Floats that are not negative are ordered as their bits are, and integers compare
            // in a third of the time.
            best = best.max(reached.to_bits());
        }
        let best = f64::from_bits(best);
        if best <= purity {
            return None;
        }
        let bin = purities.iter().position(|reached| *reached >= best)?;
        let left = sums[bin];
        Some(Cut { bin: u8::try_from(bin).expect("fewer than 256 bins"), left, purity: best })
    }
}

/// Sum over both sides, or 0 where a side is too small.
#[inline]
fn purity_of(left: Tally, all: Tally, min_leaf: u32) -> f64 {
    let right = all.less(left);
    let reached = left.purity() + right.purity();
    let large = (left.draws() >= min_leaf) & (right.draws() >= min_leaf);
    if large { reached } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_word_counts_draws_and_wins_apart() {
        let a = Tally::new(5, 2).plus(Tally::new(u32::MAX >> 1, 1));
        assert_eq!((a.draws(), a.wins()), ((u32::MAX >> 1) + 5, 3));
        let b = a.less(Tally::new(5, 2));
        assert_eq!((b.draws(), b.wins()), (u32::MAX >> 1, 1));
        assert!(Tally::default().purity().is_nan());
    }

    /// The best cut as the definition says it, one bin after the other.
    fn plain(bins: &[Tally], min_leaf: u32, purity: f64) -> Option<(usize, f64)> {
        let all = bins.iter().fold(Tally::default(), |sum, t| sum.plus(*t));
        let mut best = None;
        let mut reached = purity;
        for cut in 1..bins.len() {
            let left = bins[..cut].iter().fold(Tally::default(), |sum, t| sum.plus(*t));
            let right = all.less(left);
            if left.draws() < min_leaf || right.draws() < min_leaf {
                continue;
            }
            if left.purity() + right.purity() > reached {
                reached = left.purity() + right.purity();
                best = Some((cut - 1, reached));
            }
        }
        best
    }

    proptest! {
        #[test]
        fn the_best_cut_is_the_first_of_the_purest(
            counts in prop::collection::vec((0_u32..6, 0_u32..6), 2..=256),
            min_leaf in 1_u32..9, purity in 0.0_f64..40.0,
        ) {
            let bins: Vec<Tally> = counts.iter().map(|(l, w)| Tally::new(l + w, *w)).collect();
            let all = bins.iter().fold(Tally::default(), |sum, t| sum.plus(*t));
            let mut histogram = Histogram::new();
            histogram.bins[..bins.len()].copy_from_slice(&bins);
            let found = histogram.best(bins.len(), all, min_leaf, purity);
            let expected = plain(&bins, min_leaf, purity);
            prop_assert_eq!(found.map(|c| (usize::from(c.bin), c.purity)), expected);
            if let Some(cut) = found {
                let left = &bins[..=usize::from(cut.bin)];
                prop_assert_eq!(cut.left, left.iter().fold(Tally::default(), |s, t| s.plus(*t)));
            }
        }
    }
}
