//! Bar sources, the bundled history and the user's catalogue of imported files.
//!
//! How it works:
//! 1. [`History::bundled`] decodes the files compiled into the program; [`Catalogue`] keeps what
//!    its user imported, and [`History::from_catalogue`] reads it back.
//! 2. [`actions`] turns adjusted closes and factor tables into splits and dividends with their
//!    ex-dates. Bars stay raw; nothing is adjusted by what came later.
//! 3. [`aggregate()`] makes longer bars of imported one-minute bars, within their session.
//! 4. [`Replay`] hands a history out one bar's end at a time, in the order of the exchange calendar.
//! 5. [`source`] asks elsewhere: many sources behind one trait, over one guarded way out.
//!
//! **Does not know:** the strategy, or what any of it is for.
//!
//! **Read next:** `tradebot-engine`, which is fed by a `Replay` through the `Feed` port.

pub mod budget;
pub mod cache;
pub mod error;
pub mod actions;
pub mod finer;
pub mod history;
pub mod aggregate;
mod bundled;
mod sessions;
pub mod replay;
pub mod retry;
pub mod import;
pub mod catalogue;
pub mod source;
mod missing;

pub use aggregate::{Aggregator, aggregate};
pub use bundled::bundled_index;
pub use catalogue::{
    Catalogue, Decision, Entry, FetchReport, GapSpan, Inspection, Kept, Listing, Mending, Offer,
    Provenance,
};
pub use error::DataError;
pub use finer::FinerHistory;
pub use history::{History, Series};
pub use import::{
    ActionSource, Blocker, ColumnMapping, FileReport, ImportOptions, ImportReport, OnConflict,
    Outcome, Role, RowIssue, Stamp, SymbolReport,
};
pub use missing::{MissingSpan, last_finished, missing_spans, sessions_before};
pub use replay::Replay;
pub use tradebot_domain::{Feed, SessionData};
