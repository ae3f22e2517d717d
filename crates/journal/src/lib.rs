//! What was seen, decided and done: event records, their hash chain, and the [`Ledger`] port.
//!
//! The engine emits [`Event`]s, in order, and nothing else about a run is authoritative: tables,
//! reports and digests are projections of them. An event holds no clock reading and nothing that
//! depends on threads, so that a replay of the same inputs writes the same bytes; that is what
//! recovery and the digest of a run rest on.
//!
//! **Does not know:** SQL.
//!
//! **Read next:** `tradebot-storage` for the durable side, `tradebot-engine` for who writes.

pub mod event;
pub mod chain;
pub mod digest;
pub mod brief;
pub mod ledger;
pub mod scratch;
pub mod sweep;
pub mod ticket;

pub use brief::{Brief, BriefFill, Detail};
pub use chain::{BrokenChain, Chain, GENESIS, Hash};
pub use digest::RunDigest;
pub use event::*;
pub use ledger::{Ledger, LedgerError, MemoryLedger};
pub use scratch::Scratch;
pub use sweep::SweepLedger;
pub use ticket::{
    TicketChange, TicketEntry, TicketFill, TicketKind, TicketLife, TicketMatch, TicketOrder,
    TicketPlan, TicketRecord, TicketSide, TicketState, Urgency,
};
