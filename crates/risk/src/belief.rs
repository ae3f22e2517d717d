//! What a size may be earned by.

use tradebot_journal::SizeBasis;
use tradebot_policy::{Limits, RowPolicy, UnskilledSize};

use crate::hold::Hold;

/// What calibration and ensemble say about one symbol, and what its row is known to pay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Belief {
    /// Consensus probability of a profit after costs.
    pub consensus_mean: f64,
    /// Its 20 % quantile.
    pub consensus_lo: f64,
    /// Base rate of the row.
    pub row_rate: f64,
    /// 20 % quantile of the base rate.
    pub row_lo: f64,
    /// Effective outcomes of the row.
    pub row_n: f64,
    /// Mean win of the row, units of planned risk, > 0.
    pub mean_win: f64,
    /// Mean loss of the row, units of planned risk, > 0.
    pub mean_loss: f64,
    /// The consensus has beaten the row's base rate out of sample.
    pub skill_shown: bool,
}

impl Belief {
    /// Probability at which the bracket neither earns nor costs: L / (W + L).
    pub fn break_even(&self) -> f64 {
        self.mean_loss / (self.mean_win + self.mean_loss)
    }

    /// The first number that cannot be used, named.
    fn unusable(&self) -> Option<Hold> {
        let probabilities = [
            ("consensus mean", self.consensus_mean),
            ("consensus lower bound", self.consensus_lo),
            ("row rate", self.row_rate),
            ("row rate's lower bound", self.row_lo),
        ];
        let bad_probability =
            probabilities.into_iter().find(|(_, value)| !(0.0..=1.0).contains(value));
        let positives = [("mean win", self.mean_win), ("mean loss", self.mean_loss)];
        let bad_positive =
            positives.into_iter().find(|(_, value)| !(*value > 0.0 && value.is_finite()));
        let bad_count =
            Some(("row outcomes", self.row_n)).filter(|(_, n)| !(*n >= 0.0 && n.is_finite()));
        bad_probability
            .or(bad_positive)
            .or(bad_count)
            .map(|(what, value)| Hold::Unusable { what, value })
    }
}

/// What the size is earned by, and the probability it is computed on.
///
/// - **Skill:** shown over all rows, and the consensus's lower bound beats break-even and its mean
///   beats break-even plus the row's edge: sized on the lower bound.
/// - **Drift:** no skill shown, but the lower bound of the row's own base rate beats break-even:
///   sized on the smaller of that bound and the consensus mean.
/// - **Explore:** neither, but the consensus mean beats break-even: a fixed small risk.
///
/// A row with fewer outcomes than `row_outcomes_min` is not known: exploration only.
///
/// # Errors
/// [`Hold`] when nothing earns a size, with the numbers that were too small.
pub fn basis(belief: &Belief, row: &RowPolicy, limits: &Limits) -> Result<(SizeBasis, f64), Hold> {
    if let Some(hold) = belief.unusable() {
        return Err(hold);
    }
    let break_even = belief.break_even();
    let mean = belief.consensus_mean;
    // Written so that NaN in a limit holds: what cannot be compared has not been beaten.
    let mean_beats = mean > break_even;
    if !mean_beats {
        return Err(Hold::BelowBreakEven { mean, break_even });
    }
    let row_known = belief.row_n >= limits.row_outcomes_min;
    let skill =
        belief.skill_shown && belief.consensus_lo > break_even && mean > break_even + row.edge;
    if row_known && skill {
        return Ok((SizeBasis::Skill, belief.consensus_lo));
    }
    let may_drift = limits.unskilled_size == UnskilledSize::Drift && !belief.skill_shown;
    if row_known && may_drift && belief.row_lo > break_even {
        return Ok((SizeBasis::Drift, belief.row_lo.min(mean)));
    }
    let may_explore = limits.unskilled_size != UnskilledSize::None && limits.explore_risk > 0.0;
    if may_explore {
        return Ok((SizeBasis::Explore, mean));
    }
    Err(not_earned(belief, row, limits, row_known))
}

/// Why nothing was earned: an unknown row is named before probabilities are compared.
fn not_earned(belief: &Belief, row: &RowPolicy, limits: &Limits, row_known: bool) -> Hold {
    if row_known {
        Hold::NotEarned {
            mean: belief.consensus_mean,
            lo: belief.consensus_lo,
            break_even: belief.break_even(),
            edge: row.edge,
            skill_shown: belief.skill_shown,
        }
    } else {
        Hold::RowUnknown { outcomes: belief.row_n, wanted: limits.row_outcomes_min }
    }
}
