//! How long the phases of a cycle took.

use super::{Subject, bar};
use crate::format::{count, number, percent};
use crate::markup::Markup;
use crate::table::{Table, figure, words};

pub(super) fn body(of: Subject<'_>) -> Markup {
    let timings = &of.result.timings;
    let all: f64 = timings.iter().map(|t| t.total_ms).sum();
    let mut table = Table::new(
        "Durations of the phases of a cycle, milliseconds",
        vec![
            words("Phase"),
            figure("Cycles"),
            figure("Median"),
            figure("95 % quantile"),
            figure("Sum"),
            words("Share"),
        ],
    );
    for t in timings {
        let share = if all > 0.0 { t.total_ms / all } else { 0.0 };
        table.row(vec![
            words(t.phase.as_str()),
            figure(count(t.cycles)),
            figure(number(t.p50_ms, 3)),
            figure(number(t.p95_ms, 3)),
            figure(number(t.total_ms, 1)),
            words(bar(share, percent(share, 1))),
        ]);
    }
    table.or("Nothing was timed.")
}
