//! Outcomes that arrive only after further forecasts were issued.
//!
//! The guarantees of the Aggregating Algorithm are for outcomes that are known before the next
//! forecast. When a forecast is h rounds old before its outcome is known, h copies of the
//! algorithm restore them, each seeing a game without delay of its own; their regrets add up:
//!
//! | delays | type | regret against any expert |
//! |---|---|---|
//! | at most h rounds, h known | [`Interleaved`]: copy t mod h serves round t | h ln(K) / eta |
//! | irregular | [`FreeCopies`]: any copy that waits for nothing | c ln(K) / eta |
//!
//! where c is the number of copies made, 1 + the most forecasts that were ever outstanding when
//! another was issued. With a fixed delay of h both are the same thing.
//!
//! **Irregular delays.** [`Interleaved`] keeps its guarantee as long as no outcome takes more
//! than h rounds, in whatever order they arrive: a copy's outcome is known before its next turn.
//! One that takes longer leaves its copy without a lesson at its turn. That is refused
//! ([`CopyError::Waiting`]) and not papered over, since a copy that forecasts again before it has
//! learned is outside of every guarantee. [`FreeCopies`] needs no h, cannot be late, and makes no
//! more copies than the delays that happened needed.
//!
//! The price is speed: every copy learns from its own outcomes alone, one in h. On streams that
//! nobody rigs, a single algorithm that learns each outcome as it arrives is usually better and
//! has no guarantee.
//!
//! Copies are of anything that can be cloned: [`AggregatingAlgorithm`](crate::AggregatingAlgorithm),
//! [`RegimeAware`](crate::RegimeAware) or a forecaster from elsewhere.
//!
//! **Source:** Weinberger and Ordentlich, IEEE Transactions on Information Theory 48 (2002), for
//! fixed delays; Joulani, Gyorgy and Szepesvari, ICML 2013, for the pool of copies (their BOLD).

mod interleaved;
mod free_copies;

pub use free_copies::FreeCopies;
pub use interleaved::Interleaved;

/// A copy that was asked for out of turn. State is unchanged whenever one is returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CopyError {
    /// The copy whose turn it is still waits for an earlier outcome.
    #[error("round {round} is the turn of a copy that waits for the outcome of round {earlier}")]
    Waiting {
        /// The round asked for.
        round: u64,
        /// The round whose outcome has not arrived.
        earlier: u64,
    },
    /// An outcome of a round that was not issued, or whose outcome was learned already.
    #[error("round {round} waits for no outcome")]
    NotIssued {
        /// The round asked for.
        round: u64,
    },
    /// An outcome for a copy that waits for none.
    #[error("copy {copy} waits for no outcome")]
    Free {
        /// The copy asked for.
        copy: usize,
    },
}
