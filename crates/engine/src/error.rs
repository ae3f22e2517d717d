//! What stops a whole cycle. One bad symbol never does: it leaves the batch with a named reason.

use tradebot_domain::{Moment, OutOfRange, Symbol};
use tradebot_journal::LedgerError;

/// Why the loop stopped.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The journal refused; nothing may be done that is not on record.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A configuration that no run may start with.
    #[error("configuration: {0}")]
    Config(String),
    /// The broker refused in a way that is no verdict on one order.
    #[error("broker, session {session}: {detail}")]
    Broker {
        /// The session.
        session: Moment,
        /// What it said.
        detail: String,
    },
    /// A number that cannot be, after the gate admitted it: a bug, so the loop stops.
    #[error("{symbol}, session {session}: {source}")]
    Impossible {
        /// The symbol.
        symbol: Symbol,
        /// The session.
        session: Moment,
        /// Which number.
        #[source]
        source: OutOfRange,
    },
    /// Outcomes that do not fit what was forecast: a bug, so the loop stops.
    #[error("learning, session {session}: {detail}")]
    Learning {
        /// The session.
        session: Moment,
        /// What did not fit.
        detail: String,
    },
    /// What was learned from could not be set aside, or not read back.
    #[error("the past to learn from again: {0}")]
    Scratch(#[from] std::io::Error),
    /// A model could not be fitted or read back.
    #[error("member {member}, session {session}: {detail}")]
    Model {
        /// The member.
        member: String,
        /// The session.
        session: Moment,
        /// What went wrong.
        detail: String,
    },
    /// Sessions must come in order.
    #[error("session {found} came after {previous}: the feed is out of order")]
    OutOfOrder {
        /// Last session processed.
        previous: Moment,
        /// The one that came.
        found: Moment,
    },
}
