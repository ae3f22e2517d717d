//! Three views of the future, fitted to what became of the past.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use tradebot_features::operators::ewma::SESSIONS_PER_YEAR;

use super::VolatilityView;
use super::config::VolatilityConfig;
use super::measures::{COLUMNS, EWMA, HAR, Observed, Outcome};
use crate::error::FitError;
use crate::regression::sigmoid;
use crate::ridge::{Line, Prior, linear, logistic};
use crate::table::{Examples, Table};

/// A normal prior of standard deviation 1/2 on the effect of one standard deviation of a column,
/// against one unit of likelihood per independent outcome. A guess, and not a delicate one: from
/// a quarter to five times of it the scores hardly differ.
const PRIOR: Prior = Prior { precision: 4.0, indicators_from: COLUMNS };

/// Resolved examples, in their order.
#[derive(Debug, Clone)]
pub(super) struct Lessons {
    /// Of each example: neighbours share all sessions but one.
    weight: f64,
    seen: Vec<Observed>,
    is_above: Vec<bool>,
    is_large: Vec<bool>,
    variance_log: Vec<f64>,
}

impl Lessons {
    pub(super) fn new(config: &VolatilityConfig) -> Self {
        Self {
            weight: 1.0 / config.horizon as f64,
            seen: Vec::new(),
            is_above: Vec::new(),
            is_large: Vec::new(),
            variance_log: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.seen.len()
    }

    pub(super) fn push(&mut self, example: Observed, outcome: Outcome) {
        self.seen.push(example);
        self.is_above.push(outcome.is_above);
        self.is_large.push(outcome.is_large);
        self.variance_log.push(outcome.variance_log);
    }

    /// Some columns of all examples, row-major.
    fn table(&self, of: fn(&Observed) -> [f64; COLUMNS], columns: &Range<usize>) -> Vec<f64> {
        self.seen
            .iter()
            .flat_map(|seen| of(seen).into_iter().take(columns.end).skip(columns.start))
            .collect()
    }
}

/// The view of one set of columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Model {
    /// First column and the one after the last.
    columns: Range<usize>,
    above: Line,
    large: Line,
    /// Logarithm of variance per session.
    variance: Line,
    /// Variance of what that line leaves.
    left: f64,
}

impl Model {
    fn fit(
        lessons: &Lessons,
        columns: Range<usize>,
        last: Option<&Self>,
    ) -> Result<Self, FitError> {
        let plain = lessons.table(|seen| seen.columns, &columns);
        let relative = lessons.table(Observed::against_median, &columns);
        let weights = vec![lessons.weight; lessons.len()];
        let answer = |values: &[f64], won: &[bool], start: Option<&Line>| {
            let x = Table::new(values, columns.len())?;
            let examples = Examples::new(x, won)?.weighted(&weights)?;
            logistic(&examples, PRIOR, start).map(|fitted| fitted.line)
        };
        let above = answer(&relative, &lessons.is_above, last.map(|l| &l.above))?;
        let large = answer(&plain, &lessons.is_large, last.map(|l| &l.large))?;
        let x = Table::new(&plain, columns.len())?;
        let (variance, left) = linear(x, &lessons.variance_log, &weights, PRIOR)?;
        Ok(Self { columns, above, large, variance, left })
    }

    pub(super) fn view(&self, observed: &Observed) -> VolatilityView {
        let plain = &observed.columns[self.columns.clone()];
        let relative = &observed.against_median()[self.columns.clone()];
        // The mean of a variance whose logarithm is normal lies half its variance above the median
        // (realised variance is close to that: Andersen, Bollerslev, Diebold and Labys 2003).
        let variance = (self.variance.at(plain) + 0.5 * self.left).exp();
        VolatilityView {
            p_above_median: sigmoid(self.above.at(relative)),
            p_large_move: sigmoid(self.large.at(plain)),
            volatility: (SESSIONS_PER_YEAR * variance).sqrt(),
        }
    }

    fn is_sound(&self, columns: &Range<usize>) -> bool {
        let lines = [&self.above, &self.large, &self.variance];
        self.columns == *columns
            && lines.iter().all(|line| line.is_sound(columns.len()))
            && self.left.is_finite()
            && self.left >= 0.0
    }
}

/// The forecaster's own model and its two baselines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Models {
    /// Resolved examples they were fitted to.
    pub(super) examples: usize,
    pub(super) own: Model,
    pub(super) ewma: Model,
    pub(super) har: Model,
}

const OWN: Range<usize> = 0..COLUMNS;

impl Models {
    /// Fits all, each from where the last fit ended.
    pub(super) fn fit(lessons: &Lessons, last: Option<&Self>) -> Result<Self, FitError> {
        Ok(Self {
            examples: lessons.len(),
            own: Model::fit(lessons, OWN, last.map(|l| &l.own))?,
            ewma: Model::fit(lessons, EWMA, last.map(|l| &l.ewma))?,
            har: Model::fit(lessons, HAR, last.map(|l| &l.har))?,
        })
    }

    /// Everything in them can be used.
    pub(super) fn is_sound(&self) -> bool {
        self.own.is_sound(&OWN) && self.ewma.is_sound(&EWMA) && self.har.is_sound(&HAR)
    }
}
