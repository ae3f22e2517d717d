//! The port through which orders leave.

use tradebot_domain::Symbol;

use crate::event::BrokerEvent;
use crate::intent::{Intent, Journaled};

/// A place that takes bracketed orders.
pub trait Broker {
    /// Sends the entry of an intent, its stop and target attached. What the venue refuses is no
    /// error: it comes back as an order in the state `rejected`, with the reason.
    ///
    /// # Errors
    /// [`SendError`], after which the caller must not send the same intent again.
    fn submit(&mut self, intent: Journaled<Intent>) -> Result<Vec<BrokerEvent>, SendError>;

    /// Cancels a waiting entry of the symbol at once, and sells an open position of it at the next
    /// open.
    fn flatten_at_next_open(&mut self, symbol: Symbol) -> Vec<BrokerEvent>;

    /// The consensus turned against an open position of the symbol: it is sold at the next open if
    /// its management says so, and nothing happens otherwise.
    fn exit_on_reversal(&mut self, symbol: Symbol) -> Vec<BrokerEvent>;
}

/// Why it is not known, or must not be tried, what becomes of an intent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The intent was sent before.
    #[error("intent {intent_id} was sent before; an intent is sent at most once")]
    Duplicate {
        /// Which one.
        intent_id: String,
    },
    /// No answer: the order may or may not exist.
    #[error("no answer to intent {intent_id}: {detail}; it may or may not be at the broker")]
    Unknown {
        /// Which one.
        intent_id: String,
        /// What was seen.
        detail: String,
    },
}
