//! The same trading without the knowledge: what is left of a result when only its timing goes.
//!
//! A strategy earns by what it holds (the drift of the market), how much, by its exits, and by
//! knowing when. A placebo keeps all but the last:
//!
//! | what is kept | what is drawn | function |
//! |---|---|---|
//! | exits, costs, number of trades, most open at once | the entries | [`random_entries`] |
//! | every position and its cost, in order | where in history they begin | [`rotations`] |
//!
//! Without drift a placebo earns its costs, negative; with drift it earns the drift of being
//! invested as much, less its costs. Only what a strategy earns beyond its placebos is knowledge.
//!
//! **Source:** Aronson (2006), Evidence-Based Technical Analysis, chapter 5, for permuting rules
//! against the market; Phipson and Smyth, "Permutation P-values Should Never Be Zero", Statistical
//! Applications in Genetics and Molecular Biology 9 (2010), for the one that is added.

mod random_entry;
mod rotation;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use random_entry::{EntryOutcome, random_entries};
pub use rotation::rotations;

use crate::summary::{Interval, mean};

/// A result beside those of its placebos, in the unit of the result.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Placebo {
    /// What was really earned.
    pub actual: f64,
    /// Mean of the placebos.
    pub expected: f64,
    /// Middle 90 % of them; `None` for fewer than 20.
    pub interval: Option<Interval>,
    /// Placebos that have a result.
    pub placebos: usize,
    /// One more than the placebos that did as well or better, over one more than all: the chance of
    /// such a result without knowledge.
    pub p_value: f64,
}

impl Placebo {
    /// `None` without placebos; those that are not finite are left out.
    fn beside(actual: f64, placebos: &[f64]) -> Option<Self> {
        let known: Vec<f64> = placebos.iter().copied().filter(|p| p.is_finite()).collect();
        let as_good = known.iter().filter(|placebo| **placebo >= actual).count();
        Some(Self {
            actual,
            expected: mean(&known)?,
            interval: Interval::middle_90(&known),
            placebos: known.len(),
            p_value: (as_good + 1) as f64 / (known.len() + 1) as f64,
        })
    }
}

/// Why there is no placebo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PlaceboError {
    /// Series of different lengths.
    #[error("{found} values where there are {expected} sessions")]
    Lengths {
        /// Values given.
        found: usize,
        /// Sessions.
        expected: usize,
    },
    /// Nothing was traded, or there is nothing to draw.
    #[error("there is nothing to compare: {trades} trades or positions, {replications} placebos")]
    Nothing {
        /// Trades, or sessions with a position.
        trades: usize,
        /// Placebos asked for.
        replications: usize,
    },
    /// A trade in a session in which no entry was possible, or twice the same.
    #[error(
        "trade {trade} enters in session {session}, where no entry or no second one is possible"
    )]
    Entry {
        /// Position of the trade.
        trade: usize,
        /// Its session.
        session: usize,
    },
}

#[cfg(test)]
mod tests;
