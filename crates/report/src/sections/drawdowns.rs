//! The deepest drawdowns one by one.

use super::Subject;
use crate::format::{UNDEFINED, count, or_dash, percent};
use crate::markup::{Markup, element, note};
use crate::measure::episodes::{Episode, deepest};
use crate::table::{Cell, Table, figure, words};

/// Drawdowns listed.
const SHOWN: usize = 10;

pub(super) fn body(of: Subject<'_>) -> Markup {
    let returns = of.result.returns();
    if returns.is_empty() {
        return element("p", &[("class", "none")], "Fewer than two closes: nothing could fall.");
    }
    let episodes = deepest(&returns, SHOWN);
    let caption = match episodes.len() {
        1 => "The only drawdown; lengths in sessions".to_owned(),
        n => format!("The {n} deepest drawdowns, the deepest first; lengths in sessions"),
    };
    let mut table = Table::new(
        caption,
        vec![
            figure("Rank"),
            figure("Depth"),
            words("Peak"),
            words("Lowest"),
            words("Back at the peak"),
            figure("Down"),
            figure("Back up"),
            figure("Whole length"),
        ],
    );
    for (rank, episode) in episodes.iter().enumerate() {
        table.row(row(of, rank + 1, episode, returns.len()));
    }
    if table.is_empty() {
        return table.or("Equity never closed below an earlier close: there was no drawdown.");
    }
    Markup::from(table).and(note(
        "Peaks are never forgotten here: a drawdown lasts until equity closes at or above the peak \
         it fell from. One that is not over is as long as the run has lasted since.",
    ))
}

fn row(of: Subject<'_>, rank: usize, episode: &Episode, last: usize) -> Vec<Cell> {
    let session = |close: usize| {
        let found = of.result.snapshots.get(close);
        found.map_or_else(|| UNDEFINED.to_owned(), |s| s.session.to_string())
    };
    let back = episode.back.map_or_else(|| "not yet".to_owned(), session);
    vec![
        figure(rank.to_string()),
        figure(percent(episode.depth, 2)),
        words(session(episode.peak)),
        words(session(episode.trough)),
        words(back),
        figure(count(episode.trough - episode.peak)),
        figure(or_dash(episode.back, |back| count(back - episode.trough))),
        figure(count(episode.back.unwrap_or(last) - episode.peak)),
    ]
}
