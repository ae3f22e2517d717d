//! Why the meta-labeller refuses.

use tradebot_domain::{Date, Symbol};

/// Nothing is changed by a call that is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MetaError {
    /// A parameter is out of its range.
    #[error("{parameter} is {value}; it must be {range}")]
    Parameter {
        /// Its name.
        parameter: &'static str,
        /// What it was set to.
        value: f64,
        /// What is allowed, in words.
        range: &'static str,
    },
    /// A number of an input is out of its range.
    #[error("{what} is {value}, not in 0..=1")]
    Input {
        /// What the number is.
        what: &'static str,
        /// The value found; may be NaN.
        value: f64,
    },
    /// A decision or outcome of a session that has passed.
    #[error("session {session} comes too late: {last} has been learned")]
    OutOfOrder {
        /// The session given.
        session: Date,
        /// The last one learned.
        last: Date,
    },
    /// A decision acted on twice, with different inputs.
    #[error("{symbol} of {session} was acted on with another input")]
    ActedTwice {
        /// Session of the decision.
        session: Date,
        /// Its symbol.
        symbol: Symbol,
    },
    /// An outcome observed twice.
    #[error("{symbol} of {session} has its outcome already")]
    ObservedTwice {
        /// Session of the decision.
        session: Date,
        /// Its symbol.
        symbol: Symbol,
    },
    /// An outcome that no open act was waiting for.
    #[error("{symbol} of {decided} has no outcome to be known in {session}")]
    Unknown {
        /// Session of the decision.
        decided: Date,
        /// Its symbol.
        symbol: Symbol,
        /// The session being learned.
        session: Date,
    },
    /// A uniqueness that is none.
    #[error("uniqueness is {value}, not above 0 and at most 1")]
    Uniqueness {
        /// The value found; may be NaN.
        value: f64,
    },
    /// Stored bytes that are no gate of this format.
    #[error("the stored gate cannot be read: {detail}")]
    Bytes {
        /// What is wrong with them.
        detail: String,
    },
    /// A stored state whose parts do not belong together.
    #[error("the stored state contradicts itself: {detail}")]
    Stored {
        /// What is wrong with it.
        detail: &'static str,
    },
}
