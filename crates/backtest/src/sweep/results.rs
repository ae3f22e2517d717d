//! The table of a sweep: the best, what is around it, and ways to keep it.
//!
//! Trials stand in the order in which they were chosen. All figures are of the sample that was
//! searched.

mod columns;
mod file;
mod heat_map;
mod neighbourhood;
mod parquet_file;

use std::sync::Arc;

use serde::Serialize;

use super::space::Space;
use super::trial::{Measure, Trial, TrialResult, TrialState};
use crate::performance::SESSIONS_PER_YEAR;
use crate::sharpe::deflated_benchmark;
use crate::summary::standard_deviation;

pub use columns::{Cells, Column};
pub use file::{Damaged, FileError, ReadBack, Writer, read};
pub use heat_map::{Aggregate, HeatMap};
pub use neighbourhood::{Neighbourhood, Within};

/// Columns of a table beside the parameters; no axis may have one of these names.
pub const FIXED_COLUMNS: [&str; 11] = [
    "trial",
    "digest",
    "state",
    "final_equity",
    "total_return",
    "cagr",
    "sharpe",
    "max_drawdown",
    "fills",
    "trades",
    "error",
];

/// Trials of a sweep over one space.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub(super) names: Arc<[String]>,
    pub(super) trials: Vec<Trial>,
}

/// How many trials came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Evaluated.
    pub done: usize,
    /// Ended in an error.
    pub failed: usize,
    /// Not evaluated.
    pub pending: usize,
}

/// The best trial, with what it takes to distrust it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Best<'a> {
    /// The trial.
    pub trial: &'a Trial,
    /// Its figure.
    pub value: f64,
    /// Always true: it was chosen on the sample that its figures are measured on.
    pub in_sample: bool,
    /// Trials that it is the best of.
    pub of: usize,
    /// The Sharpe ratio per year that the best of as many trials is expected to show when none has
    /// merit, but ratios scatter as they do here; compare with the best trial's own. It takes trials
    /// as independent, which neighbours in a grid are not, so that it is too high for them. `None`
    /// where ratios do not scatter.
    pub sharpe_by_luck: Option<f64>,
}

impl Table {
    pub(super) fn new(space: &Space) -> Self {
        Self { names: Arc::clone(space.names()), trials: Vec::new() }
    }

    /// All trials, in the order in which they were chosen.
    pub fn trials(&self) -> &[Trial] {
        &self.trials
    }

    /// Names of the parameters.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How many trials came to what.
    pub fn count(&self) -> Count {
        self.trials.iter().fold(Count::default(), |mut count, trial| {
            match trial.state {
                TrialState::Done(_) => count.done += 1,
                TrialState::Failed(_) => count.failed += 1,
                TrialState::Pending => count.pending += 1,
            }
            count
        })
    }

    /// Trials that have the figure, with it.
    pub(super) fn measured(&self, by: Measure) -> impl Iterator<Item = (&Trial, f64)> {
        self.trials.iter().filter_map(move |trial| Some((trial, by.of(trial.result()?)?)))
    }

    /// All trials, the best first; those without the figure at the end. Equal ones stay in order.
    pub fn sorted(&self, by: Measure) -> Vec<&Trial> {
        let figure = |trial: &Trial| {
            trial.result().and_then(|result| by.of(result)).unwrap_or(f64::NEG_INFINITY)
        };
        let mut sorted: Vec<&Trial> = self.trials.iter().collect();
        sorted.sort_by(|a, b| figure(b).total_cmp(&figure(a)));
        sorted
    }

    /// The best trial; the first of several. `None` when no trial has the figure.
    pub fn best(&self, by: Measure) -> Option<Best<'_>> {
        let better = |best: Option<(_, f64)>, one: (_, f64)| match best {
            Some(best) if best.1 >= one.1 => Some(best),
            _ => Some(one),
        };
        let (trial, value) = self.measured(by).fold(None, better)?;
        let of = self.measured(by).count();
        Some(Best { trial, value, in_sample: true, of, sharpe_by_luck: self.sharpe_by_luck() })
    }

    fn sharpe_by_luck(&self) -> Option<f64> {
        let ratios: Vec<f64> = self.measured(Measure::Sharpe).map(|(_, ratio)| ratio).collect();
        let deviation = standard_deviation(&ratios)? / SESSIONS_PER_YEAR.sqrt();
        let trials = u32::try_from(ratios.len()).unwrap_or(u32::MAX);
        Some(deflated_benchmark(trials, deviation * deviation) * SESSIONS_PER_YEAR.sqrt())
    }

    /// Trials that have daily returns, with them: the matrix that tests of overfitting take, one
    /// series per trial.
    pub fn daily_returns(&self) -> Vec<(&Trial, &[f64])> {
        let returns = |result: &'_ TrialResult| -> bool { result.daily_returns.is_some() };
        self.trials
            .iter()
            .filter(|trial| trial.result().is_some_and(returns))
            .filter_map(|trial| Some((trial, trial.result()?.daily_returns.as_deref()?)))
            .collect()
    }
}

#[cfg(test)]
mod tests;
