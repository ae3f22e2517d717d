//! Limits that were reached.

use std::collections::BTreeMap;

use super::Subject;
use crate::format::{count, listed, number, words as in_words};
use crate::markup::{Markup, details};
use crate::table::{Table, figure, words};

/// Events shown one by one.
const SHOWN: usize = 100;

pub(super) fn body(of: Subject<'_>) -> Markup {
    let events = &of.result.risk_events;
    let mut kinds: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, event) in events.iter().enumerate() {
        kinds.entry(&event.event).or_default().push(index);
    }
    let head = vec![words("Event"), figure("Times"), words("First"), words("Last")];
    let mut summary = Table::new("Limits reached, by kind", head);
    for (kind, indices) in &kinds {
        let session = |index: Option<&usize>| {
            index.and_then(|i| events.get(*i)).map_or_else(String::new, |e| e.session.to_string())
        };
        summary.row(vec![
            words(in_words(kind)),
            figure(count(indices.len())),
            words(session(indices.first())),
            words(session(indices.last())),
        ]);
    }
    let mut body = summary.or("No limit was reached.");
    if !events.is_empty() {
        body.push(one_by_one(of));
    }
    body
}

fn one_by_one(of: Subject<'_>) -> Markup {
    let events = &of.result.risk_events;
    let last = &events[events.len().saturating_sub(SHOWN)..];
    let title = listed(last.len(), events.len(), "event", "events");
    let mut table = Table::new(
        title.clone() + ", the latest first",
        vec![
            words("Session"),
            words("Event"),
            words("Symbol"),
            figure("Reading"),
            figure("Limit"),
            words("In words"),
        ],
    );
    for event in last.iter().rev() {
        let symbol = event.symbol.map_or_else(String::new, |s| s.to_string());
        table.row(vec![
            words(event.session.to_string()),
            words(in_words(&event.event)),
            words(symbol),
            figure(number(event.value, 4)),
            figure(number(event.limit, 4)),
            words(event.detail.as_str()),
        ]);
    }
    details(title, table)
}
