//! Columns that go in and come out together.

use std::ops::Range;

use super::check::length;
use super::directional::Pair;
use crate::parameter::ParameterError;

/// Columns that cannot be worked on.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum BatchError {
    /// A column has not as many cells as there are values.
    #[error("column {column} has {got} cells, not {expected}")]
    Length {
        /// Which column.
        column: &'static str,
        /// Cells it should have.
        expected: usize,
        /// Cells it has.
        got: usize,
    },
    /// A number the indicator cannot be built with.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
}

/// Prices of bars by columns, oldest first, all of one length.
#[derive(Debug, Clone, Copy)]
pub struct PriceColumns<'a> {
    /// Highs.
    pub high: &'a [f64],
    /// Lows.
    pub low: &'a [f64],
    /// Closes.
    pub close: &'a [f64],
}

impl PriceColumns<'_> {
    /// The columns have the length of the closes.
    pub(super) fn check(&self) -> Result<(), BatchError> {
        length("high", self.high, self.close.len())?;
        length("low", self.low, self.close.len())
    }

    /// So has this one.
    pub(super) fn check_with(&self, column: &'static str, out: &[f64]) -> Result<(), BatchError> {
        self.check()?;
        length(column, out, self.close.len())
    }

    /// Each bar of `bars` with the one before it; `bars` begins at 1 or later.
    #[inline]
    pub(super) fn pairs(&self, bars: Range<usize>) -> impl Iterator<Item = Pair> {
        let before = bars.start - 1..bars.end - 1;
        let now = self.high[bars.clone()].iter().zip(&self.low[bars]);
        let before = self.high[before.clone()]
            .iter()
            .zip(&self.low[before.clone()])
            .zip(&self.close[before]);
        now.zip(before).map(|((high, low), ((high_before, low_before), close_before))| Pair {
            high: *high,
            low: *low,
            high_before: *high_before,
            low_before: *low_before,
            close_before: *close_before,
        })
    }
}

/// Where [`bollinger`](super::bollinger) writes; all in the units of its input.
#[derive(Debug)]
pub struct BollingerColumns<'a> {
    /// Mean + k deviations.
    pub upper: &'a mut [f64],
    /// Mean.
    pub middle: &'a mut [f64],
    /// Mean - k deviations.
    pub lower: &'a mut [f64],
}

impl BollingerColumns<'_> {
    pub(super) fn check(&self, expected: usize) -> Result<(), BatchError> {
        length("upper", self.upper, expected)?;
        length("middle", self.middle, expected)?;
        length("lower", self.lower, expected)
    }

    /// The cells of a range.
    #[inline]
    pub(super) fn cells(&mut self, range: Range<usize>) -> [&mut [f64]; 3] {
        self.all().map(|column| &mut column[range.clone()])
    }

    /// Upper, middle, lower.
    pub(super) const fn all(&mut self) -> [&mut [f64]; 3] {
        [&mut *self.upper, &mut *self.middle, &mut *self.lower]
    }
}

/// Where [`macd`](super::macd) writes; all in the units of its input.
#[derive(Debug)]
pub struct MacdColumns<'a> {
    /// Fast mean - slow mean.
    pub line: &'a mut [f64],
    /// Exponential mean of `line`.
    pub signal: &'a mut [f64],
    /// `line` - `signal`.
    pub histogram: &'a mut [f64],
}

impl MacdColumns<'_> {
    pub(super) fn check(&self, expected: usize) -> Result<(), BatchError> {
        length("line", self.line, expected)?;
        length("signal", self.signal, expected)?;
        length("histogram", self.histogram, expected)
    }

    /// The cells of a range.
    #[inline]
    pub(super) fn cells(&mut self, range: Range<usize>) -> impl Iterator<Item = [&mut f64; 3]> {
        let [line, signal, histogram] = self.all().map(|column| &mut column[range.clone()]);
        let cells = line.iter_mut().zip(signal).zip(histogram);
        cells.map(|((line, signal), histogram)| [line, signal, histogram])
    }

    /// Line, signal, histogram.
    pub(super) const fn all(&mut self) -> [&mut [f64]; 3] {
        [&mut *self.line, &mut *self.signal, &mut *self.histogram]
    }
}
