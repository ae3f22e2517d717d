//! A regression on acts and their outcomes, held back as strongly as the outcomes themselves say.

use super::input::{COLUMNS, INDICATORS_FROM, MetaInput};
use crate::error::FitError;
use crate::ridge::{Fitted, Line, Prior, logistic};
use crate::table::{Examples, Table};

/// Precisions of the normal prior to choose from, against one unit of likelihood per independent
/// outcome: standard deviations of 0.2, 0.1, 0.05, 0.02 and next to nothing.
pub(super) const PRECISIONS: [f64; 5] = [25.0, 100.0, 400.0, 2_500.0, 1e6];

/// What was learned, and under which prior.
pub(super) struct Learned {
    pub(super) line: Line,
    pub(super) precision: f64,
}

/// Of the priors the one with the greatest evidence. Each lesson is what was seen, whether it won
/// and its weight; `start` is the last fit.
pub(super) fn learn<'a>(
    lessons: impl Iterator<Item = (&'a MetaInput, bool, f64)>,
    start: Option<&Line>,
) -> Result<Learned, FitError> {
    let (mut values, mut won, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    for (input, is_won, weight) in lessons {
        values.extend(input.columns());
        won.push(is_won);
        weights.push(weight);
    }
    let examples = Examples::new(Table::new(&values, COLUMNS)?, &won)?.weighted(&weights)?;
    let mut best: Option<(f64, Fitted)> = None;
    for precision in PRECISIONS {
        let prior = Prior { precision, indicators_from: INDICATORS_FROM };
        let fitted = logistic(&examples, prior, start)?;
        if best.as_ref().is_none_or(|(_, best)| fitted.evidence > best.evidence) {
            best = Some((precision, fitted));
        }
    }
    best.map(|(precision, best)| Learned { line: best.line, precision }).ok_or(FitError::NoExamples)
}
