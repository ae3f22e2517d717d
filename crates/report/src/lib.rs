//! Self-contained HTML reports with figures, from results.
//!
//! [`render`] makes one file of a run and its assessment: no script, no font, nothing to load, so
//! that it can be mailed, archived and opened in twenty years. It reads on a telephone and on a
//! wall, on light and dark screens, by eye and by ear. The same run gives the same bytes.
//!
//! One module per section of the page, in the order of the page. Beneath them are
//! figures (plotters, inlined as SVG) and markup that cannot be unescaped or unbalanced.
//!
//! **Does not know:** how results arose.
//!
//! **Read next:** `apps/tradebot`, which writes the file.

mod markup;
mod format;
mod table;
mod figure;
mod sections;
mod page;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::error::Error;

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
