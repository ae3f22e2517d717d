//! The monthly question whether another R grows faster.

use serde::{Deserialize, Serialize};
use tradebot_domain::Moment;

use super::{AdaptiveR, Candidate, candidate_r};

/// What a review found and did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// The session after which the R applies.
    pub session: Moment,
    /// The row's own R.
    pub own_r: f64,
    /// R before.
    pub from_r: f64,
    /// R from now on, at most 0.1 from `from_r` and never outside 1 to 3.
    pub to_r: f64,
    /// The candidate with the highest growth; of equals the one nearest to `from_r`, then the
    /// lower.
    pub best_r: f64,
    /// Effective outcomes behind the comparison: the smaller number of the two.
    pub outcomes: f64,
    /// Growth of `best_r` less that of `from_r`, >= 0.
    pub gain: f64,
    /// Its standard error; none without outcomes.
    pub standard_error: Option<f64>,
    /// Why `to_r`.
    pub finding: Finding,
    /// All candidates, in ascending R.
    pub candidates: Vec<Candidate>,
}

/// Why an R was kept or moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// Kept: fewer effective outcomes than asked for.
    TooFew,
    /// Kept: no candidate grows faster.
    AtBest,
    /// Kept: one grows faster, but not by more than chance could give.
    NotClear,
    /// Moved by one step towards the best.
    Moved,
}

impl Finding {
    /// The word in tables and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooFew => "too_few",
            Self::AtBest => "at_best",
            Self::NotClear => "not_clear",
            Self::Moved => "moved",
        }
    }
}

impl AdaptiveR {
    /// Compares, records, and moves by at most one step.
    pub(super) fn review(&mut self, session: Moment) -> Review {
        let candidates = self.candidates();
        let (from, best) = (self.current, self.best(&candidates));
        let gain = candidates[best].growth - candidates[from].growth;
        let error = self.evidence.standard_error(
            (best, &candidates[best]),
            (from, &candidates[from]),
            &self.config,
        );
        let outcomes = candidates[best].n.min(candidates[from].n);
        let finding = if outcomes < self.config.outcomes_min {
            Finding::TooFew
        } else if best == from {
            Finding::AtBest
        } else if gain > self.config.margin * error {
            Finding::Moved
        } else {
            Finding::NotClear
        };
        if finding == Finding::Moved {
            self.current = if best > from { from + 1 } else { from - 1 };
        }
        Review {
            session,
            own_r: self.own_r(),
            from_r: candidate_r(from),
            to_r: self.r_multiple(),
            best_r: candidate_r(best),
            outcomes,
            gain,
            standard_error: error.is_finite().then_some(error),
            finding,
            candidates,
        }
    }

    fn best(&self, candidates: &[Candidate]) -> usize {
        let mut best = self.current;
        for (i, candidate) in candidates.iter().enumerate() {
            let ahead = candidate.growth - candidates[best].growth;
            let nearer = i.abs_diff(self.current) < best.abs_diff(self.current);
            if ahead > 0.0 || (ahead == 0.0 && nearer) {
                best = i;
            }
        }
        best
    }
}
