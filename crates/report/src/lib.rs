//! Self-contained HTML reports with figures, from results.
//!
//! [`render`] makes one file of a run and its assessment, [`compare()`] one of several runs side by
//! side, [`sweep()`] one of a search over settings: no script, no font, nothing to load, so that it
//! can be mailed, archived and opened in twenty years. They read on a telephone and on a wall, on
//! light and dark screens, by eye and by ear, and without telling red from green. The same input
//! gives the same bytes.
//!
//! One module per section of a page, in the order of the page. Beneath them are figures (plotters,
//! inlined as SVG) and markup that cannot be unescaped or unbalanced.
//!
//! ```
//! use tradebot_report::{Sweep, SweepAxis, SweepCell, SweepPanel, sweep};
//!
//! let axis = |name: &str, values: [&str; 2]| SweepAxis {
//!     name: name.to_owned(),
//!     values: values.map(str::to_owned).to_vec(),
//! };
//! let html = sweep(&Sweep {
//!     title: "brackets".to_owned(),
//!     metric: "Sharpe ratio a year".to_owned(),
//!     decimals: 2,
//!     higher_is_better: true,
//!     neutral: Some(0.0),
//!     rows: axis("stop, ATR", ["2.0", "3.0"]),
//!     columns: axis("target, ATR", ["3.0", "4.5"]),
//!     panels: vec![SweepPanel {
//!         cells: vec![vec![Some(0.4), Some(0.6)], vec![Some(-0.1), None]],
//!         ..SweepPanel::default()
//!     }],
//!     best: Some(SweepCell { panel: 0, row: 0, column: 1 }),
//!     ..Sweep::default()
//! })?;
//! assert!(html.contains("stop, ATR = 2.0; target, ATR = 4.5"));
//! # Ok::<(), tradebot_report::ReportError>(())
//! ```
//!
//! **Does not know:** how results arose.
//!
//! **Read next:** `apps/tradebot`, which writes the file.

mod markup;
mod format;
mod table;
mod figure;
mod measure;
mod sections;
mod page;
mod compare;
mod sweep;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::error::Error;

pub use crate::sweep::{Sweep, SweepAxis, SweepCell, SweepFinding, SweepPanel, SweepVerdict};

use tradebot_backtest::{Assessment, RunResult};

/// The style sheet that goes into every page.
const STYLE: &str = include_str!("style.css");

/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The drawing backend failed, which only a bug here makes it do: it writes to memory.
    #[error("figure `{figure}` could not be drawn: {source}")]
    Figure {
        /// Title of the figure.
        figure: String,
        /// What the backend says.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A panel of a sweep is not as large as its axes say.
    #[error(
        "panel {panel} of the sweep should be {} x {} cells and is {} x {}",
        expected.0, expected.1, found.0, found.1
    )]
    SweepShape {
        /// Place of the panel.
        panel: usize,
        /// Values of the rows and of the columns.
        expected: (usize, usize),
        /// Rows of the panel, and cells of the first row that is wrong.
        found: (usize, usize),
    },
    /// The best cell of a sweep is missing.
    #[error(
        "the best cell of the sweep (panel {}, row {}, column {}) is not there or has no figure",
        best.panel, best.row, best.column
    )]
    SweepBest {
        /// Where it should be.
        best: SweepCell,
    },
}

/// One HTML file about a run.
///
/// - `assessment`: of the same run, from `tradebot_backtest::assess`.
/// - **Edges:** works for a run that is empty, unfinished, of one session or without trades; what
///   is not known is said to be so.
///
/// # Errors
/// [`ReportError::Figure`] when a figure could not be drawn.
pub fn render(result: &RunResult, assessment: &Assessment) -> Result<String, ReportError> {
    page::page(result, assessment)
}

/// One HTML file about several runs side by side: equity from a common start, key figures with
/// their differences, whether returns differ by more than chance, what was set differently, and
/// which trades they share.
///
/// - `runs`: the first is what the others are compared with. Everything is measured between the
///   latest first close and the earliest last close.
/// - **Edges:** works for no run, one, equal ones, and runs without sessions in common; what cannot
///   be compared is said to be so.
/// - **Cost:** 4,000 resampled histories per further run.
///
/// # Errors
/// [`ReportError::Figure`] when a figure could not be drawn.
pub fn compare(runs: &[RunResult]) -> Result<String, ReportError> {
    compare::page(runs)
}

/// One HTML file about a sweep over settings: maps of the figure with the verdict beside them, and
/// the same as tables.
///
/// - **Edges:** works without panels or figures; missing cells are shown as missing.
///
/// # Errors
/// [`ReportError::SweepShape`] when a panel is not as large as the axes, [`ReportError::SweepBest`]
/// when the best cell has no figure, [`ReportError::Figure`] when a figure could not be drawn.
pub fn sweep(of: &Sweep) -> Result<String, ReportError> {
    sweep::page(of)
}
