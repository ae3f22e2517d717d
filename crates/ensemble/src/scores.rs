//! Prequential Brier scores, weighted by uniqueness.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// What Beta(2,2) scores before it has seen anything: the value of a mean over nothing.
const NOTHING_SCORED: f64 = 0.25;

/// A weighted sum of squared errors and the sum of its weights.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Score {
    loss: f64,
    pub(crate) weight: f64,
}

impl Score {
    pub(crate) fn add(&mut self, p: f64, y: f64, weight: f64) {
        self.loss += weight * (p - y) * (p - y);
        self.weight += weight;
    }

    /// The mean; a quarter, as a constant one half scores, over nothing.
    pub(crate) fn mean(&self) -> f64 {
        if self.weight > 0.0 { self.loss / self.weight } else { NOTHING_SCORED }
    }

    fn plus(self, other: Self) -> Self {
        Self { loss: self.loss + other.loss, weight: self.weight + other.weight }
    }
}

/// Scores of one member.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct MemberScores {
    pub(crate) calibrated: Score,
    pub(crate) raw: Score,
    /// Calibrated, one entry per session with outcomes, the newest at the back.
    recent: VecDeque<Score>,
}

impl MemberScores {
    pub(crate) fn begin_session(&mut self, window: usize) {
        if self.recent.len() >= window {
            self.recent.pop_front();
        }
        self.recent.push_back(Score::default());
    }

    pub(crate) fn score_calibrated(&mut self, p: f64, y: f64, weight: f64) {
        self.calibrated.add(p, y, weight);
        if let Some(session) = self.recent.back_mut() {
            session.add(p, y, weight);
        }
    }

    /// Mean over the window, summed afresh so that nothing drifts.
    pub(crate) fn recent_mean(&self) -> f64 {
        self.recent.iter().fold(Score::default(), |sum, session| sum.plus(*session)).mean()
    }
}
