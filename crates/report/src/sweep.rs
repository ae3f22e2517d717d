//! A sweep over settings: a heat map of a figure, with the verdict on overfitting beside it.
//!
//! The best of many attempts looks good by chance alone, so no cell is shown without how many were
//! tried and what is left of the best one when the search is paid for.

mod maps;
mod judged;

use crate::ReportError;
use crate::format::{count, counted};
use crate::markup::{Markup, element};
use crate::page::Page;
use crate::sections::Section;

/// One dimension of a sweep.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SweepAxis {
    /// Name of the parameter, with its unit; empty when there is only one value.
    pub name: String,
    /// Its values in order, as they are to be written.
    pub values: Vec<String>,
}

/// One map: two parameters vary, all others stand still.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SweepPanel {
    /// Parameters that stand still here and their values; empty when all vary on the axes.
    pub fixed: Vec<(String, String)>,
    /// The figure, `[values of rows x values of columns]`; `None` where it is missing (not run,
    /// failed or not defined). Values that are not finite count as missing.
    pub cells: Vec<Vec<Option<f64>>>,
}

/// Where a cell stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SweepCell {
    /// Place of the panel.
    pub panel: usize,
    /// Place of the row's value.
    pub row: usize,
    /// Place of the column's value.
    pub column: usize,
}

/// Whether the best cell may be believed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SweepFinding {
    /// Better than luck by all tests.
    Holds,
    /// No better than the best of as many attempts without merit.
    DoesNotHold,
    /// Neither is shown, or nothing was tested.
    #[default]
    Undecided,
}

/// What is left of the best cell when the search is paid for. Probabilities are fractions; `None`
/// is not known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SweepVerdict {
    /// In one word.
    pub finding: SweepFinding,
    /// In one sentence.
    pub headline: String,
    /// Further sentences.
    pub points: Vec<String>,
    /// Attempts made, those not shown included.
    pub trials: u32,
    /// Probability of backtest overfitting: how often the best on one half of history is below the
    /// median on the other (Bailey et al., Journal of Computational Finance 20, 2017).
    pub overfitting: Option<f64>,
    /// Deflated Sharpe ratio: probability that the true ratio of the best is above what the best of
    /// as many attempts without merit shows (Bailey and López de Prado, Journal of Portfolio
    /// Management 40, 2014).
    pub deflated_sharpe: Option<f64>,
    /// P-value of the best being better than the benchmark (Hansen, Journal of Business and
    /// Economic Statistics 23, 2005).
    pub superior_p_value: Option<f64>,
    /// The figure of the best cell on sessions that the choice has not seen.
    pub out_of_sample: Option<f64>,
}

/// A sweep as it is shown. How its figures arose is not known here.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sweep {
    /// What was swept, for the heading.
    pub title: String,
    /// The history it ran on and the like, a line under the heading; may be empty.
    pub description: String,
    /// Name of the figure in the cells, with its unit: `Sharpe ratio a year`.
    pub metric: String,
    /// Decimals of the figure.
    pub decimals: usize,
    /// A higher figure is better.
    pub higher_is_better: bool,
    /// The figure of no merit (0 of a Sharpe ratio, 1 of a profit factor), which gets the neutral
    /// colour; without one the worst cell does.
    pub neutral: Option<f64>,
    /// The parameter of the rows.
    pub rows: SweepAxis,
    /// The parameter of the columns.
    pub columns: SweepAxis,
    /// The maps, one for every combination of other parameters.
    pub panels: Vec<SweepPanel>,
    /// The best cell in sample.
    pub best: Option<SweepCell>,
    /// The verdict.
    pub verdict: SweepVerdict,
}

impl Sweep {
    /// The figure of a cell; `None` when it is missing or there is no such cell.
    pub fn value(&self, at: SweepCell) -> Option<f64> {
        let row = self.panels.get(at.panel)?.cells.get(at.row)?;
        (*row.get(at.column)?).filter(|v| v.is_finite())
    }

    /// All figures there are, in order of panels, rows and columns.
    pub fn values(&self) -> impl Iterator<Item = f64> {
        let cells = self.panels.iter().flat_map(|p| p.cells.iter().flatten());
        cells.filter_map(|v| *v).filter(|v| v.is_finite())
    }

    /// Cells, missing ones included.
    fn cells(&self) -> usize {
        self.panels.len() * self.rows.values.len() * self.columns.values.len()
    }

    /// Every panel must be as large as the axes say, and the best cell must be there.
    fn check(&self) -> Result<(), ReportError> {
        let expected = (self.rows.values.len(), self.columns.values.len());
        for (panel, of) in self.panels.iter().enumerate() {
            let rows = of.cells.len();
            let wrong = of.cells.iter().map(Vec::len).find(|columns| *columns != expected.1);
            if rows != expected.0 || wrong.is_some() {
                let found = (rows, wrong.unwrap_or(expected.1));
                return Err(ReportError::SweepShape { panel, expected, found });
            }
        }
        match self.best.filter(|best| self.value(*best).is_none()) {
            Some(best) => Err(ReportError::SweepBest { best }),
            None => Ok(()),
        }
    }
}

/// The page.
///
/// # Errors
/// As [`crate::sweep`].
pub(crate) fn page(of: &Sweep) -> Result<String, ReportError> {
    of.check()?;
    let section = |id, title, body| Section { id, title, body };
    let page = Page {
        title: format!("{} · tradebot sweep", of.title),
        heading: format!("Sweep: {}", of.title),
        lead: lead(of),
        tone: judged::tone(of.verdict.finding),
        first: ("#verdict", "Skip to the verdict"),
        sections: vec![
            section("verdict", "The map and its verdict", maps::with_verdict(of)?),
            section("table", "The same as a table", maps::tables(of)),
            section("meaning", "What the numbers mean", judged::glossary()),
        ],
        foot: String::new(),
    };
    Ok(page.into_html())
}

fn lead(of: &Sweep) -> Markup {
    let (shown, all) = (of.values().count(), of.cells());
    let missing = match all - shown {
        0 => String::new(),
        n => format!(", {} missing", count(n)),
    };
    let line = format!("{} of {}{missing}", of.metric, counted(all, "setting", "settings"));
    let mut lead = element("p", &[("class", "what")], line);
    if !of.description.is_empty() {
        lead.push(element("p", &[("class", "what")], of.description.as_str()));
    }
    lead
}

#[cfg(test)]
mod tests;
