//! Events into tables: one file per kind of event, all in the transaction of the journal entry.
//!
//! A projection adds nothing that is not in the event. Its rows are narrow and refer to the entry
//! by `seq`; who needs the whole record reads the entry.

use rusqlite::Connection;
use tradebot_journal::Event;

mod run;
mod action;
mod order;
mod fill;
mod trade;
mod outcome;
mod learned;
mod fit;
mod regime;
mod decision;
mod intent;
mod risk;
mod snapshot;

/// Where an event stands.
pub(crate) struct At<'a> {
    /// The connection, in a transaction.
    pub(crate) conn: &'a Connection,
    /// Number of the run.
    pub(crate) run: i64,
    /// Its journal entry.
    pub(crate) seq: i64,
}

/// Writes the rows of an event.
pub(crate) fn event(at: &At<'_>, event: &Event) -> rusqlite::Result<()> {
    match event {
        // The run's row was made when it began; the ledger compares the two. Candidates and stretches of
        // equal cycles have no tables of their own: they are read from the journal as a whole.
        Event::RunStarted(_) | Event::Candidates(_) | Event::Idle(_) => Ok(()),
        Event::ActionApplied(r) => action::project(at, r),
        Event::Order(r) => order::project(at, r),
        Event::Fill(r) => fill::project(at, r),
        Event::TradeClosed(r) => trade::project(at, r),
        Event::Outcome(r) => outcome::project(at, r),
        Event::Learned(r) => learned::project(at, r),
        Event::ModelFitted(r) => fit::project(at, r),
        Event::Regime(r) => regime::project(at, r),
        Event::Decision(r) => decision::project(at, r),
        Event::Intent(r) => intent::project(at, r),
        Event::Risk(r) => risk::project(at, r),
        Event::Snapshot(r) => snapshot::project(at, r),
        Event::RunFinished(r) => run::finished(at, r),
    }
}

/// A count as SQLite's integer. None comes near 2^63; one that did would fail a CHECK, not wrap.
pub(crate) fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(-1)
}
