//! Which combinations make sense.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Parameters;

/// `factor x left < right`, or `<=`, between two axes of numbers.
///
/// Written `fast < slow`, `fast <= slow` or `2 * fast <= slow`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Constraint {
    /// What the left value is multiplied by.
    pub factor: f64,
    /// The axis that has to be lower.
    pub left: String,
    /// Whether both sides may be equal.
    pub or_equal: bool,
    /// The axis that has to be higher.
    pub right: String,
}

/// A text that is no constraint.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{text:?} is no constraint: try `fast < slow`, `fast <= slow` or `2 * fast <= slow`")]
pub struct ConstraintError {
    /// The text.
    pub text: String,
}

impl Constraint {
    /// `left < right`.
    pub fn below(left: &str, right: &str) -> Self {
        let (left, right) = (left.to_owned(), right.to_owned());
        Self { factor: 1.0, left, or_equal: false, right }
    }

    /// Whether a point meets it; one without these numbers does not.
    pub fn is_met_by(&self, point: &Parameters) -> bool {
        let (Some(left), Some(right)) = (point.number(&self.left), point.number(&self.right))
        else {
            return false;
        };
        let left = self.factor * left;
        left < right || (self.or_equal && left == right)
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.factor != 1.0 {
            write!(f, "{} * ", self.factor)?;
        }
        let relation = if self.or_equal { "<=" } else { "<" };
        write!(f, "{} {relation} {}", self.left, self.right)
    }
}

impl FromStr for Constraint {
    type Err = ConstraintError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ConstraintError { text: text.to_owned() };
        let words: Vec<&str> = text.split_whitespace().collect();
        let (factor, rest) = match words.as_slice() {
            [factor, "*", rest @ ..] => (factor.parse().map_err(|_| error())?, rest),
            rest => (1.0, rest),
        };
        let [left, relation @ ("<" | "<="), right] = rest else { return Err(error()) };
        if !f64::is_finite(factor) {
            return Err(error());
        }
        let (left, right) = ((*left).to_owned(), (*right).to_owned());
        Ok(Self { factor, left, or_equal: *relation == "<=", right })
    }
}
