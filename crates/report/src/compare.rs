//! Runs side by side: one page about what differs, and whether it differs by more than chance.
//!
//! The first run is what the others are compared with. Everything is measured between the latest
//! first close and the earliest last close of the runs, so that none had more history than another.

mod side;
mod told;
mod runs;
mod courses;
mod figures;
mod settings;
mod trades;

use tradebot_backtest::RunResult;

use crate::ReportError;
use crate::format::counted;
use crate::markup::{Markup, element};
use crate::page::Page;
use crate::sections::Section;

use side::Compared;

/// The page.
///
/// # Errors
/// [`ReportError::Figure`] when a figure could not be drawn.
pub(crate) fn page(runs: &[RunResult]) -> Result<String, ReportError> {
    let of = Compared::of(runs);
    let section = |id, title, body| Section { id, title, body };
    let page = Page {
        title: "Runs side by side · tradebot report".to_owned(),
        heading: format!("{} side by side", counted(runs.len(), "run", "runs")),
        lead: lead(&of),
        tone: "finding-open",
        first: ("#told", "Skip to what can be told"),
        sections: vec![
            section("told", "What can be told", told::body(&of)),
            section("runs", "The runs", runs::body(&of)),
            section("courses", "Equity and drawdown", courses::body(&of)?),
            section("figures", "Key figures", figures::body(&of)),
            section("settings", "What was set differently", settings::body(&of)),
            section("trades", "Trades in common", trades::body(&of)),
        ],
        foot: String::new(),
    };
    Ok(page.into_html())
}

fn lead(of: &Compared<'_>) -> Markup {
    let text = match (of.sides.len(), of.window) {
        (0, _) => "No run was given.".to_owned(),
        (1, _) => "Only one run was given: there is nothing to compare it with.".to_owned(),
        (_, Some((from, to))) => {
            format!("{from} to {to}: the sessions that all of them have. A is the first run given.")
        }
        (_, None) => "The runs have no two sessions in common: each is measured over its own, and \
                      differences between them are differences between times."
            .to_owned(),
    };
    element("p", &[("class", "what")], text)
}

/// A sentence in place of a section that has nothing to show.
fn none(text: &str) -> Markup {
    element("p", &[("class", "none")], text)
}

#[cfg(test)]
mod tests;
