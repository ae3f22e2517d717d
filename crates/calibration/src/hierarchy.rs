//! Beta cells under chains of keys, each centred on the one above.
//!
//! The caller decides what the levels are: (member, bin) then (member, regime, bin), or all rows,
//! then row, then (member, row, bin). An event is counted in every cell of its chain; a belief is
//! read by walking the chain down, each cell's counts added to a prior of `strength`
//! observations at the mean of the cell above; the first level starts from the root.

use serde::{Deserialize, Serialize};

use crate::decay::Decay;
use crate::posterior::BetaPosterior;

/// Decayed counts of one key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct BetaCell {
    /// Wins, as of `step`.
    pub wins: f64,
    /// Losses, as of `step`.
    pub losses: f64,
    /// The step up to which decay has been applied.
    pub step: u64,
}

impl BetaCell {
    /// The cell with its counts decayed to `step`, which is not before its own.
    #[must_use]
    pub fn at(&self, step: u64, decay: Decay) -> Self {
        let factor = decay.over(step - self.step);
        Self { wins: self.wins * factor, losses: self.losses * factor, step }
    }

    /// Wins and losses.
    pub fn n(&self) -> f64 {
        self.wins + self.losses
    }
}

/// A prequential calibrator over keys of any type.
///
/// - **Order:** [`forget`](Self::forget) first, then [`observe`](Self::observe), so that what has
///   just been observed counts in full. Forget once per outcome or once per session, as the
///   half-life is meant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HierarchicalBeta<K> {
    root: BetaPosterior,
    strength: f64,
    decay: Decay,
    step: u64,
    /// Sorted by key. A vector rather than a map: it is written to JSON whatever the key is.
    cells: Vec<(K, BetaCell)>,
}

impl<K: Ord + Clone> HierarchicalBeta<K> {
    /// No history. `strength` > 0 is what the mean of a cell is worth one level below, in
    /// observations.
    ///
    /// For an event with a known base rate `c`, a root of `Beta(4 c, 4 (1 - c))` is as strong as
    /// `Beta(2, 2)` and does not pull towards one half.
    pub const fn new(root: BetaPosterior, strength: f64, decay: Decay) -> Self {
        Self { root, strength, decay, step: 0, cells: Vec::new() }
    }

    /// One step of decay for every cell; they pay when they are next read or touched.
    pub const fn forget(&mut self) {
        self.step += 1;
    }

    /// Counts an outcome of this weight in every cell of the chain.
    pub fn observe(&mut self, chain: &[K], won: bool, weight: f64) {
        for key in chain {
            let (step, decay) = (self.step, self.decay);
            let cell = self.cell_mut(key);
            *cell = cell.at(step, decay);
            *(if won { &mut cell.wins } else { &mut cell.losses }) += weight;
        }
    }

    /// The belief about the last key of the chain; the root for an empty chain.
    ///
    /// A key without history adds nothing and passes the mean above it on, at `strength`.
    pub fn posterior(&self, chain: &[K]) -> BetaPosterior {
        let mut belief = self.root;
        for (level, key) in chain.iter().enumerate() {
            let prior = if level == 0 {
                belief
            } else {
                BetaPosterior::centred(belief.mean(), self.strength)
            };
            let cell = self.cell(key);
            belief = prior.updated(cell.wins, cell.losses);
        }
        belief
    }

    /// The key's own counts, decayed to now; zeros when it has none.
    pub fn cell(&self, key: &K) -> BetaCell {
        match self.cells.binary_search_by(|(k, _)| k.cmp(key)) {
            Ok(at) => self.cells[at].1.at(self.step, self.decay),
            Err(_) => BetaCell { step: self.step, ..BetaCell::default() },
        }
    }

    /// Keys with history in order, with their counts decayed to now.
    pub fn cells(&self) -> impl Iterator<Item = (&K, BetaCell)> {
        self.cells.iter().map(|(k, cell)| (k, cell.at(self.step, self.decay)))
    }

    /// Steps of decay so far.
    pub const fn step(&self) -> u64 {
        self.step
    }

    /// Keys and counts as they are stored, decay still owed: what a digest is taken of.
    pub(crate) fn stored(&self) -> &[(K, BetaCell)] {
        &self.cells
    }

    fn cell_mut(&mut self, key: &K) -> &mut BetaCell {
        let at = match self.cells.binary_search_by(|(k, _)| k.cmp(key)) {
            Ok(at) => at,
            Err(at) => {
                self.cells.insert(at, (key.clone(), BetaCell::default()));
                at
            }
        };
        &mut self.cells[at].1
    }
}

#[cfg(test)]
mod tests;
