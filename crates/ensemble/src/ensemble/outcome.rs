//! What a session teaches: outcomes, with what was said of them before.

use serde::{Deserialize, Serialize};

/// An outcome that became known in the session being learned, with what was said of it before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoredOutcome {
    /// Calibrated probability of each member as issued; `None` where it abstained.
    pub means: Vec<Option<f64>>,
    /// Raw score of each member as issued.
    pub raw: Vec<Option<f64>>,
    /// The consensus as issued.
    pub consensus: f64,
    /// Unweighted mean of the members as issued.
    pub equal_weight: f64,
    /// Base rate of the row as it was known then: what skill is measured against.
    pub row_rate: f64,
    /// The bracket ended with a profit after costs.
    pub won: bool,
    /// Mean over its life of 1 / brackets open on the symbol, in (0, 1].
    pub uniqueness: f64,
}

/// An outcome that cannot be learned from. State is unchanged whenever one is returned.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum LearnError {
    /// Opinions of another number of members.
    #[error("an outcome carries {means} means and {raw} raw scores for {members} members")]
    Shape {
        /// Calibrated probabilities found.
        means: usize,
        /// Raw scores found.
        raw: usize,
        /// Members known.
        members: usize,
    },
    /// A probability that is NaN or outside `0..=1`.
    #[error("{what} {value} is not in 0..=1")]
    Probability {
        /// Which one.
        what: &'static str,
        /// The value found.
        value: f64,
    },
    /// A uniqueness that is NaN or outside `(0, 1]`.
    #[error("uniqueness {value} is not in (0, 1]")]
    Uniqueness {
        /// The value found.
        value: f64,
    },
}

impl ScoredOutcome {
    /// The outcome as a number.
    pub(super) fn y(&self) -> f64 {
        f64::from(u8::from(self.won))
    }

    /// How much better the consensus was than the row rate, in squared error.
    pub(super) fn advantage(&self) -> f64 {
        let y = self.y();
        (self.row_rate - y).powi(2) - (self.consensus - y).powi(2)
    }

    /// The first fault, for an ensemble of so many members.
    pub(super) fn check(&self, members: usize) -> Result<(), LearnError> {
        let (means, raw) = (self.means.len(), self.raw.len());
        if means != members || raw != members {
            return Err(LearnError::Shape { means, raw, members });
        }
        if !(self.uniqueness > 0.0 && self.uniqueness <= 1.0) {
            return Err(LearnError::Uniqueness { value: self.uniqueness });
        }
        let said = [
            ("consensus", self.consensus),
            ("equal-weight mean", self.equal_weight),
            ("row rate", self.row_rate),
        ];
        let means = self.means.iter().flatten().map(|p| ("calibrated mean", *p));
        let raw = self.raw.iter().flatten().map(|p| ("raw score", *p));
        match said.into_iter().chain(means).chain(raw).find(|(_, p)| !(0.0..=1.0).contains(p)) {
            Some((what, value)) => Err(LearnError::Probability { what, value }),
            None => Ok(()),
        }
    }
}
