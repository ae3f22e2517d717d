//! The last entries of a run.

use tradebot_journal::Event;

use super::line;
use crate::commands::page::Page;
use crate::exit::Failure;
use crate::output;
use crate::reading::Found;
use crate::settings;

/// Kinds of entries in the order in which a session produces them.
pub(super) const KINDS: [&str; 14] = [
    "run_started",
    "action_applied",
    "order",
    "fill",
    "trade_closed",
    "outcome",
    "learned",
    "model_fitted",
    "regime",
    "decision",
    "intent",
    "risk",
    "snapshot",
    "run_finished",
];

/// Pages of the search for the end are at least so long.
const PAGE_MIN: u64 = 256;

/// Prints the last entries, the newest last.
///
/// # Errors
/// A usage failure for a kind that is none; when the database cannot be read.
pub(super) fn run(found: &Found, lines: usize, kind: Option<&str>) -> Result<(), Failure> {
    if let Some(kind) = kind.filter(|k| !KINDS.contains(k)) {
        let hint = settings::closest(kind, KINDS.into_iter())
            .map_or_else(String::new, |k| format!("; did you mean `{k}`?"));
        return Err(Failure::usage(format!(
            "`{kind}` is no kind of entry{hint} Kinds are {}",
            KINDS.join(", ")
        )));
    }
    let events = last(found, kind, lines)?;
    if events.is_empty() {
        let what = kind.unwrap_or("entry");
        return output::line(&format!("{} has no {what} on record yet", found.info.id));
    }
    let mut page = Page::new();
    let row = |(seq, event): &(u64, Event)| {
        let session = event.session().map_or_else(String::new, |s| s.to_string());
        vec![seq.to_string(), session, event.kind().to_owned(), line::words(event)]
    };
    page.rows("><<~", &events.iter().map(row).collect::<Vec<_>>());
    output::line(&page.text())
}

/// The last `wanted` events of a run: pages from behind, each four times as long as the one
/// before, until enough are found or the run's first entry is reached.
fn last(found: &Found, kind: Option<&str>, wanted: usize) -> Result<Vec<(u64, Event)>, Failure> {
    let (reader, info) = (&found.reader, &found.info);
    let end = end(found)?;
    let mut length = (wanted as u64).max(PAGE_MIN);
    loop {
        let from = end.saturating_sub(length).max(info.first_seq);
        let mut events = reader.events(info.key, kind, from, u32::MAX)?;
        if events.len() >= wanted || from == info.first_seq {
            events.drain(..events.len().saturating_sub(wanted));
            return Ok(events);
        }
        length = length.saturating_mul(4);
    }
}

/// One past the sequence of the run's last entry: first a bound by doubling, then halves.
fn end(found: &Found) -> Result<u64, Failure> {
    let (reader, info) = (&found.reader, &found.info);
    let there = |seq: u64| -> Result<bool, Failure> {
        Ok(!reader.events(info.key, None, seq, 1)?.is_empty())
    };
    let mut known = info.first_seq;
    if !there(known)? {
        return Ok(known);
    }
    let mut step = PAGE_MIN;
    while there(known + step)? {
        known += step;
        step *= 2;
    }
    let mut beyond = known + step;
    while beyond - known > 1 {
        let middle = known.midpoint(beyond);
        if there(middle)? {
            known = middle;
        } else {
            beyond = middle;
        }
    }
    Ok(beyond)
}
