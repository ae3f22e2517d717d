//! Sums of every block, so that no split looks at sessions again.

use crate::overfit::Panel;

/// Sums and sums of squares per strategy, of each block and of all blocks from each one on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Blocks {
    pub(super) strategies: usize,
    /// Sessions of each block; the first ones have one more where they do not divide.
    pub(super) sessions: Vec<usize>,
    /// Per block: sums of all strategies, then sums of squares of all strategies.
    sums: Vec<f64>,
    /// The same of a block and all after it; a last row of 0.
    rests: Vec<f64>,
}

impl Blocks {
    /// Cuts a panel into `count` blocks, at most as many as it has sessions.
    pub(super) fn of(panel: &Panel, count: usize) -> Self {
        let width = 2 * panel.strategies();
        let (least, longer) = (panel.sessions() / count, panel.sessions() % count);
        let sessions: Vec<usize> = (0..count).map(|b| least + usize::from(b < longer)).collect();
        let mut sums = vec![0.0; count * width];
        let mut start = 0;
        for (block, sessions) in sums.chunks_exact_mut(width).zip(&sessions) {
            add_up(panel.part(start..start + sessions), block);
            start += sessions;
        }
        let mut rests = vec![0.0; (count + 1) * width];
        for block in (0..count).rev() {
            for k in 0..width {
                let rest = rests[(block + 1) * width + k] + sums[block * width + k];
                rests[block * width + k] = rest;
            }
        }
        Self { strategies: panel.strategies(), sessions, sums, rests }
    }

    pub(super) fn count(&self) -> usize {
        self.sessions.len()
    }

    /// Sums and sums of squares of a block.
    pub(super) fn block(&self, block: usize) -> &[f64] {
        row(&self.sums, block, self.strategies)
    }

    /// Sums and sums of squares of all blocks from `block` on; 0 after the last.
    pub(super) fn rest(&self, block: usize) -> &[f64] {
        row(&self.rests, block, self.strategies)
    }
}

fn row(rows: &[f64], at: usize, strategies: usize) -> &[f64] {
    &rows[at * 2 * strategies..(at + 1) * 2 * strategies]
}

/// Adds sessions up into sums, then sums of squares.
fn add_up(sessions: &[f64], into: &mut [f64]) {
    let (sums, squares) = into.split_at_mut(into.len() / 2);
    for row in sessions.chunks_exact(sums.len()) {
        for ((sum, square), value) in sums.iter_mut().zip(squares.iter_mut()).zip(row) {
            *sum += value;
            *square += value * value;
        }
    }
}
