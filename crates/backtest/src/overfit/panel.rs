//! Returns of several strategies on the same sessions.

use thiserror::Error;

/// Returns of every strategy that was tried, `[sessions x strategies]`, simple, per session and
/// after costs. All are finite; there is at least one session and one strategy.
///
/// A strategy that never traded has returns of 0 and stays in: it was tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    strategies: usize,
    /// One session after the other.
    values: Vec<f64>,
}

/// Why values are not a panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PanelError {
    /// No session or no strategy.
    #[error("a panel needs sessions and strategies; there are {values} values of {strategies}")]
    Empty {
        /// Values given.
        values: usize,
        /// Strategies given.
        strategies: usize,
    },
    /// The strategies do not have the same sessions.
    #[error("strategy {strategy} has {found} sessions where the first has {expected}")]
    Ragged {
        /// Index of the strategy.
        strategy: usize,
        /// Its sessions.
        found: usize,
        /// Those of the first.
        expected: usize,
    },
    /// The values do not fill the last session.
    #[error("{values} values cannot be sessions of {strategies} strategies each")]
    Partial {
        /// Values given.
        values: usize,
        /// Strategies given.
        strategies: usize,
    },
    /// A return that is not a number or infinite.
    #[error("the return of strategy {strategy} in session {session} is not finite")]
    NotFinite {
        /// Index of the session.
        session: usize,
        /// Index of the strategy.
        strategy: usize,
    },
}

impl Panel {
    /// From values session by session, all strategies of a session together.
    ///
    /// # Errors
    /// [`PanelError`] without values, when the last session is cut short, or for a value that is
    /// not finite.
    pub fn from_rows(values: Vec<f64>, strategies: usize) -> Result<Self, PanelError> {
        if values.is_empty() || strategies == 0 {
            return Err(PanelError::Empty { values: values.len(), strategies });
        }
        if !values.len().is_multiple_of(strategies) {
            return Err(PanelError::Partial { values: values.len(), strategies });
        }
        if let Some(at) = values.iter().position(|v| !v.is_finite()) {
            let (session, strategy) = (at / strategies, at % strategies);
            return Err(PanelError::NotFinite { session, strategy });
        }
        Ok(Self { strategies, values })
    }

    /// From one series per strategy, all on the same sessions.
    ///
    /// # Errors
    /// [`PanelError`] without values, for series of different lengths, or for a value that is not
    /// finite.
    pub fn from_columns(columns: &[Vec<f64>]) -> Result<Self, PanelError> {
        let expected = columns.first().map_or(0, Vec::len);
        if let Some(strategy) = columns.iter().position(|c| c.len() != expected) {
            return Err(PanelError::Ragged { strategy, found: columns[strategy].len(), expected });
        }
        let values = (0..expected).flat_map(|t| columns.iter().map(move |c| c[t])).collect();
        Self::from_rows(values, columns.len())
    }

    /// Sessions.
    pub fn sessions(&self) -> usize {
        self.values.len() / self.strategies
    }

    /// Strategies.
    pub fn strategies(&self) -> usize {
        self.strategies
    }

    /// Sessions in order, each with the returns of all strategies.
    pub fn rows(&self) -> std::slice::ChunksExact<'_, f64> {
        self.values.chunks_exact(self.strategies)
    }

    /// The series of one strategy, whose index is below [`Self::strategies`].
    pub fn column(&self, strategy: usize) -> Vec<f64> {
        self.rows().map(|row| row[strategy]).collect()
    }

    /// Values of the sessions `range`, in order.
    pub(super) fn part(&self, range: std::ops::Range<usize>) -> &[f64] {
        &self.values[range.start * self.strategies..range.end * self.strategies]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_and_rows_make_the_same_panel() {
        let columns = [vec![1.0, 2.0, 3.0], vec![4.0, 5.0, 6.0]];
        let panel = Panel::from_columns(&columns).unwrap();
        assert_eq!(panel, Panel::from_rows(vec![1.0, 4.0, 2.0, 5.0, 3.0, 6.0], 2).unwrap());
        assert_eq!((panel.sessions(), panel.strategies()), (3, 2));
        assert_eq!([panel.column(0), panel.column(1)], columns);
        assert_eq!(panel.part(1..2), [2.0, 5.0]);
    }

    #[test]
    fn what_is_no_panel_is_refused_with_its_place() {
        let refused = |columns: &[Vec<f64>]| Panel::from_columns(columns).unwrap_err();
        assert_eq!(refused(&[]), PanelError::Empty { values: 0, strategies: 0 });
        assert_eq!(refused(&[Vec::new()]), PanelError::Empty { values: 0, strategies: 1 });
        let ragged = refused(&[vec![0.0; 3], vec![0.0; 2]]);
        assert_eq!(ragged, PanelError::Ragged { strategy: 1, found: 2, expected: 3 });
        let holes = refused(&[vec![0.0; 3], vec![0.0, f64::NAN, 0.0]]);
        assert_eq!(holes, PanelError::NotFinite { session: 1, strategy: 1 });
        let partial = Panel::from_rows(vec![0.0; 5], 2).unwrap_err();
        assert_eq!(partial, PanelError::Partial { values: 5, strategies: 2 });
    }
}
