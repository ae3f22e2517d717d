//! What a win and a loss of a row are worth, in units of planned risk.

use serde::{Deserialize, Serialize};

use crate::decay::Decay;

/// Mean win W and mean loss L of one policy row.
///
/// Both are means weighted by uniqueness and decay, begun with four pseudo-outcomes each: four
/// wins of R and four losses of 1. Like the root Beta(2,2) the pseudo-outcomes do not decay, so a
/// row that has not been seen for years drifts back to its plan:
///
/// W = (4 R + sum u d r) / (4 + sum u d) over wins of net result r; L likewise over losses of
/// `-r`, with 4 x 1 at its start. A result of exactly 0 is a loss of size 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Payoff {
    pub(super) r_multiple: f64,
    pub(super) prior_outcomes: f64,
    decay: Decay,
    pub(super) wins: Tally,
    pub(super) losses: Tally,
    /// The session up to which decay has been applied.
    pub(super) step: u64,
}

/// A decayed sum of sizes and of their weights.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Tally {
    pub(super) size: f64,
    pub(super) weight: f64,
}

impl Tally {
    fn scaled(self, factor: f64) -> Self {
        Self { size: self.size * factor, weight: self.weight * factor }
    }

    fn mean_from(self, prior: f64, prior_weight: f64) -> f64 {
        (prior_weight * prior + self.size) / (prior_weight + self.weight)
    }
}

impl Payoff {
    /// No history: W = `r_multiple`, L = 1.
    pub(super) fn new(r_multiple: f64, prior_outcomes: f64, decay: Decay) -> Self {
        let none = Tally::default();
        Self { r_multiple, prior_outcomes, decay, wins: none, losses: none, step: 0 }
    }

    /// Counts a net result of this weight in session `step`.
    pub(super) fn observe(&mut self, step: u64, net_r: f64, weight: f64) {
        let factor = self.decay.over(step - self.step);
        self.wins = self.wins.scaled(factor);
        self.losses = self.losses.scaled(factor);
        self.step = step;
        let tally = if net_r > 0.0 { &mut self.wins } else { &mut self.losses };
        tally.size += weight * net_r.abs();
        tally.weight += weight;
    }

    /// Mean win and mean loss as of session `step`, both positive.
    pub(super) fn means(&self, step: u64) -> (f64, f64) {
        let factor = self.decay.over(step - self.step);
        (
            self.wins.scaled(factor).mean_from(self.r_multiple, self.prior_outcomes),
            self.losses.scaled(factor).mean_from(1.0, self.prior_outcomes),
        )
    }
}
