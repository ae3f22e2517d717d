//! What is compared.

use super::none;
use super::side::Compared;
use crate::figure::Ink;
use crate::format::{UNDEFINED, count};
use crate::markup::{Markup, element};
use crate::table::{Table, figure, words};

pub(super) fn body(of: &Compared<'_>) -> Markup {
    if of.sides.is_empty() {
        return none("No run was given.");
    }
    let mut table = Table::new(
        "Runs in the order given; A is what the others are compared with",
        vec![
            words("Run"),
            words("Name"),
            words("Mode"),
            words("First close"),
            words("Last close"),
            figure("Sessions"),
            figure("Compared"),
            figure("Symbols"),
            words("Ended"),
        ],
    );
    for (place, side) in of.sides.iter().enumerate() {
        let run = side.run;
        let session = |s: Option<&tradebot_journal::SnapshotRecord>| {
            s.map_or_else(|| UNDEFINED.to_owned(), |s| s.session.to_string())
        };
        let style = format!("background:{}", Ink::Member(place).variable());
        let swatch = element("span", &[("class", "swatch inline"), ("style", &style)], "");
        table.row(vec![
            words(swatch.and(side.letter.as_str())),
            words(run.run_id.as_str()),
            words(run.mode.as_str()),
            words(session(run.snapshots.first())),
            words(session(run.snapshots.last())),
            figure(count(run.snapshots.len())),
            figure(count(side.snapshots.len())),
            figure(count(run.started.symbols.len())),
            words(if run.finished.is_some() { "by itself" } else { "not yet" }),
        ]);
    }
    table.into()
}
