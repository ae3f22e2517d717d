//! What to learn from and what to test on, in order of time, with nothing of the test in between.
//!
//! A label of row t is made of the bars after t, as many as its horizon. A row whose label reaches
//! into the test has seen part of it and has to go: it is purged. What follows a test remembers it
//! through features that look back: it is embargoed.
//!
//! | scheme | for | type |
//! |---|---|---|
//! | walk-forward | the headline: learn from the past, as live trading does | [`WalkForward`] |
//! | combinatorial purged | many paths through one history, for a distribution | [`Combinatorial`] |
//!
//! Both take a [`Purging`], which cannot be made with a purge below the horizon of the labels but by
//! a constructor that says that it leaks.
//!
//! ```
//! use tradebot_backtest::splits::{Purging, WalkForward, Window};
//!
//! // 1,000 rows whose labels reach 5 rows ahead; a first fit after 500, refits every 250.
//! let purging = Purging::rows(5, 0, 5)?;
//! let splits = WalkForward::every(1_000, 500, 250, Window::Expanding, purging)?;
//! let borders: Vec<_> = splits.map(|s| (s.train[0].clone(), s.test[0].clone())).collect();
//! assert_eq!(borders, [(0..495, 500..750), (0..745, 750..1_000)]);
//! # Ok::<(), tradebot_backtest::splits::SplitError>(())
//! ```
//!
//! **Source:** Lopez de Prado (2018), Advances in Financial Machine Learning, chapters 7, 11 and 12.

mod purging;
mod walk_forward;
mod combinatorial;
mod paths;

use std::ops::Range;

use thiserror::Error;

pub use combinatorial::{Combinatorial, SPLITS_MAX};
pub use paths::PathSharpes;
pub use purging::Purging;
pub use walk_forward::{WalkForward, Window};

/// Rows to learn from and rows to test on, each in ascending ranges that do not touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Rows to learn from.
    pub train: Vec<Range<usize>>,
    /// Rows to test on.
    pub test: Vec<Range<usize>>,
}

impl Split {
    /// The rows to learn from, ascending.
    pub fn train_rows(&self) -> impl Iterator<Item = usize> {
        self.train.iter().cloned().flatten()
    }

    /// The rows to test on, ascending.
    pub fn test_rows(&self) -> impl Iterator<Item = usize> {
        self.test.iter().cloned().flatten()
    }
}

/// Why rows cannot be split like that.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SplitError {
    /// Labels at the end of the training rows would reach into the test.
    #[error("a purge of {purge} rows is shorter than the {horizon} rows that labels reach ahead")]
    PurgeTooShort {
        /// Rows purged.
        purge: usize,
        /// Rows that labels reach ahead.
        horizon: usize,
    },
    /// A label that is known before its row.
    #[error("the label of row {row} ends at row {end}, before it")]
    LabelBeforeRow {
        /// The row.
        row: usize,
        /// Last row that its label is made of.
        end: usize,
    },
    /// Not one label end per row.
    #[error("{labels} label ends for {rows} rows")]
    LabelsMissing {
        /// Label ends given.
        labels: usize,
        /// Rows.
        rows: usize,
    },
    /// Refits that do not ascend, or one beyond the last row, or none.
    #[error("refits have to ascend and lie below row {rows}; refit {number} does not")]
    Refits {
        /// Position of the offending refit; 0 also when there is none.
        number: usize,
        /// Rows.
        rows: usize,
    },
    /// A test before which, or beside which, nothing is left to learn from.
    #[error("nothing is left to learn from for the test that begins at row {test}")]
    NothingToLearn {
        /// First row of the test.
        test: usize,
    },
    /// Folds that do not make splits.
    #[error("{tested} of {folds} folds over {rows} rows do not make 1 to {SPLITS_MAX} splits")]
    Folds {
        /// Folds.
        folds: usize,
        /// Folds tested in each split.
        tested: usize,
        /// Rows.
        rows: usize,
    },
    /// Results that do not fit the tested rows.
    #[error("split {split} has {found} results where {expected} rows are tested")]
    Results {
        /// Index of the split, or the number of splits when results of a split are missing.
        split: usize,
        /// Results given.
        found: usize,
        /// Rows tested, or splits.
        expected: usize,
    },
}

/// Ranges of the rows for which `holds`, ascending and apart.
fn ranges(rows: usize, holds: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for row in (0..rows).filter(|row| holds(*row)) {
        match ranges.last_mut() {
            Some(last) if last.end == row => last.end += 1,
            _ => ranges.push(row..row + 1),
        }
    }
    ranges
}

#[cfg(test)]
mod tests;
