//! Learning from the past only, again and again.

use std::ops::Range;

use super::{Purging, Split, SplitError};

/// How much of the past is learned from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// All of it.
    Expanding,
    /// The last so many rows of those that are not purged, at least 1; all while there are fewer.
    Rolling(usize),
}

/// An iterator over refits: what each learns from, and the rows until the next refit, or the end,
/// which it is tested on. Every row from the first refit on is tested once.
///
/// Nothing follows a test in what is learned, so the embargo of the purging widens the gap before
/// the test instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalkForward {
    rows: usize,
    refits: Vec<usize>,
    window: Window,
    purging: Purging,
    next: usize,
}

impl WalkForward {
    /// Refits at row `first` and every `step` rows after it.
    ///
    /// # Errors
    /// [`SplitError`] for a step of 0 or a first row beyond the last, with nothing to learn from
    /// before the first refit, and for label ends of another number of rows.
    pub fn every(
        rows: usize,
        first: usize,
        step: usize,
        window: Window,
        purging: Purging,
    ) -> Result<Self, SplitError> {
        if step == 0 {
            return Err(SplitError::Refits { number: 1, rows });
        }
        Self::at(rows, (first..rows).step_by(step).collect(), window, purging)
    }

    /// Refits at these rows, such as the first session of each year.
    ///
    /// # Errors
    /// [`SplitError`] for no refits, refits that do not ascend or lie beyond the last row, with
    /// nothing to learn from before the first one, and for label ends of another number of rows.
    pub fn at(
        rows: usize,
        refits: Vec<usize>,
        window: Window,
        purging: Purging,
    ) -> Result<Self, SplitError> {
        purging.check(rows)?;
        let late = |number: &usize| {
            refits[*number] >= rows || *number > 0 && refits[*number] <= refits[*number - 1]
        };
        if let Some(number) = (0..refits.len()).find(late) {
            return Err(SplitError::Refits { number, rows });
        }
        let Some(test) = refits.first().copied() else {
            return Err(SplitError::Refits { number: 0, rows });
        };
        let splits = Self { rows, refits, window, purging, next: 0 };
        if splits.learned(test).is_empty() {
            return Err(SplitError::NothingToLearn { test });
        }
        Ok(splits)
    }

    /// Rows to learn from for a test that begins at `test`.
    fn learned(&self, test: usize) -> Vec<Range<usize>> {
        let mut all = self.purging.before(test);
        if let Window::Rolling(most) = self.window {
            let known: usize = all.iter().map(ExactSizeIterator::len).sum();
            let mut surplus = known.saturating_sub(most);
            for range in &mut all {
                let dropped = surplus.min(range.len());
                range.start += dropped;
                surplus -= dropped;
            }
            all.retain(|range| !range.is_empty());
        }
        all
    }
}

impl Iterator for WalkForward {
    type Item = Split;

    fn next(&mut self) -> Option<Split> {
        let test = *self.refits.get(self.next)?;
        self.next += 1;
        let until = self.refits.get(self.next).copied().unwrap_or(self.rows);
        // A list with one range in it, which is what a walk forward tests.
        let tested = std::iter::once(test..until).collect();
        Some(Split { train: self.learned(test), test: tested })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.refits.len() - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for WalkForward {}
