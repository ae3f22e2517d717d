//! Which rows know something of a test.

use std::ops::Range;

use super::{SplitError, ranges};

/// Which rows beside a test may be learned from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purging {
    reach: Reach,
    embargo: usize,
}

/// How far labels reach ahead of their rows.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reach {
    /// So many rows, all of them.
    Rows(usize),
    /// To this row, each.
    Ends(Vec<usize>),
}

impl Purging {
    /// Drops `purge` rows before every test and `purge + embargo` rows after it, for labels that
    /// reach `horizon` rows ahead: a label of row t is known after row t + horizon.
    ///
    /// # Errors
    /// [`SplitError::PurgeTooShort`] for a purge below the horizon.
    pub fn rows(purge: usize, embargo: usize, horizon: usize) -> Result<Self, SplitError> {
        if purge < horizon {
            return Err(SplitError::PurgeTooShort { purge, horizon });
        }
        Ok(Self { reach: Reach::Rows(purge), embargo })
    }

    /// Drops every row whose own label reaches into a test or that lies in the reach of a label of
    /// the test, and `embargo` rows more after that. `ends` holds, per row, the last row that its
    /// label is made of: the row of the exit, say. Labels of one length h give the same splits as
    /// `rows(h, embargo, h)`.
    ///
    /// # Errors
    /// [`SplitError::LabelBeforeRow`] for a label that ends before its row.
    pub fn label_ends(ends: Vec<usize>, embargo: usize) -> Result<Self, SplitError> {
        match ends.iter().enumerate().find(|(row, end)| *end < row) {
            Some((row, end)) => Err(SplitError::LabelBeforeRow { row, end: *end }),
            None => Ok(Self { reach: Reach::Ends(ends), embargo }),
        }
    }

    /// As [`Self::rows`] with whatever purge, however far labels reach: results **leak** when that
    /// is further. For showing what a leak does.
    pub fn leaking(purge: usize, embargo: usize) -> Self {
        Self { reach: Reach::Rows(purge), embargo }
    }

    /// Rows with which nothing is wrong: neither tested nor, as far as this says, aware of a test.
    pub(super) fn beside(&self, tests: &[Range<usize>], rows: usize) -> Vec<Range<usize>> {
        let aware = |row: usize| {
            tests.iter().any(|test| self.end(row) >= test.start && row < self.clear(test))
        };
        ranges(rows, |row| !aware(row))
    }

    /// Rows below `row` whose labels are known, with the embargo as a further gap, before it.
    pub(super) fn before(&self, row: usize) -> Vec<Range<usize>> {
        let border = row.saturating_sub(self.embargo);
        ranges(border, |row| self.end(row) < border)
    }

    /// Refuses label ends for another number of rows.
    pub(super) fn check(&self, rows: usize) -> Result<(), SplitError> {
        match &self.reach {
            Reach::Ends(ends) if ends.len() != rows => {
                Err(SplitError::LabelsMissing { labels: ends.len(), rows })
            }
            _ => Ok(()),
        }
    }

    /// Last row that the label of a row is made of.
    fn end(&self, row: usize) -> usize {
        match &self.reach {
            Reach::Rows(ahead) => row + ahead,
            Reach::Ends(ends) => ends[row],
        }
    }

    /// First row after a test that no label of it reaches, the embargo over.
    fn clear(&self, test: &Range<usize>) -> usize {
        let last = match &self.reach {
            Reach::Rows(ahead) => test.end + ahead,
            Reach::Ends(ends) => ends[test.clone()].iter().max().map_or(test.end, |end| end + 1),
        };
        last.saturating_add(self.embargo)
    }
}
