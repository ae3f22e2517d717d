//! The SQLite side of every port: one database file per mode, its journal, tables and queries.
//!
//! A [`Store`] is the one writer of a file and holds its lock; [`Store::begin_run`] starts a run or
//! continues one that a crash cut off, and [`SqliteLedger`] records its events. Each event goes
//! into the hash chain of the journal and, in the same transaction, into the tables that are easy
//! to query: tables are projections, the journal is what happened. A [`Reader`] has a connection
//! of its own and may read while the writer writes.
//!
//! Writes are grouped: [`tradebot_journal::Ledger::commit`] ends a cycle, and every so many cycles
//! (or when forced) the group is made durable with one `fsync`. After a crash the run is computed
//! again from its beginning, each event is compared with the one on record, and writing goes on
//! where the record ends. A replay that differs stops at the first difference.
//!
//! **Does not know:** decisions. It keeps them; why they were made is none of its business.
//!
//! **Read next:** `migrations/` for the tables, then [`ledger`].

pub mod mode;
pub mod error;
pub mod store;
pub mod ledger;
pub mod operations;
pub mod tickets;
pub mod inputs;
pub mod reader;
pub mod verify;
pub mod facts;

mod accounts;
mod anchors;
mod connection;
mod lock;
mod project;
mod schema;
mod scratch;
mod trials;

pub use accounts::SeenAccount;
pub use error::StoreError;
pub use facts::FactStore;
pub use inputs::{InputFinding, SessionInput};
pub use ledger::SqliteLedger;
pub use mode::Mode;
pub use operations::{ApiCheck, ApiUsage};
pub use reader::{
    DecisionFilter, DecisionLine, EquityPoint, LogLine, PhaseStats, Reader, ResolvedRow, RunInfo,
    RunStatus, StoredOpinion, StoredQuestion, TableCount,
};
pub use scratch::ScratchFile;
pub use store::{RunHandle, RunKey, Store};
pub use tickets::{Appended, TicketLog};
pub use trials::{DistinctTrial, Trial, TrialKind};
pub use verify::VerifyReport;
