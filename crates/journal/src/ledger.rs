//! The port through which the engine writes, and a ledger in memory.

use tradebot_domain::Moment;

use crate::brief::{Brief, Detail};
use crate::chain::Chain;
use crate::digest::RunDigest;
use crate::event::Event;

/// Why an event could not be recorded. Each one stops the loop: nothing may be done that is not
/// on record.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// A replayed event differs from the one recorded before the interruption.
    #[error(
        "replay diverged from the journal at entry {seq} ({kind}): recorded {recorded}, replayed {replayed}"
    )]
    Diverged {
        /// Which entry.
        seq: u64,
        /// Its kind.
        kind: String,
        /// Hash on record.
        recorded: String,
        /// Hash of the replayed event.
        replayed: String,
    },
    /// The store refused: full disk, lost file, locked file.
    #[error("the journal cannot be written: {0}")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An event that cannot be written as JSON (a bug).
    #[error("event cannot be encoded: {0}")]
    Encode(#[from] serde_json::Error),
}

/// Where events go. Order is the order of calls.
pub trait Ledger {
    /// Records an event. It may be buffered until [`Ledger::commit`].
    ///
    /// # Errors
    /// [`LedgerError`]; the caller stops.
    fn append(&mut self, event: &Event) -> Result<(), LedgerError>;

    /// Marks the end of a cycle, and makes everything appended so far durable when `force` is
    /// set or the group of cycles is full.
    ///
    /// # Errors
    /// [`LedgerError`]; the caller stops.
    fn commit(&mut self, force: bool) -> Result<(), LedgerError>;

    /// The stored artefact of a fit with this training digest, if there is one.
    fn artefact(&mut self, training_digest: &str) -> Option<Vec<u8>>;

    /// Digest of the run so far (hex).
    fn digest(&self) -> String;

    /// How much of a run it takes. It says the same all its life. Runs of a rule strategy follow
    /// it; the ensemble's come as events to every ledger, but for intents.
    fn detail(&self) -> Detail {
        Detail::Full
    }

    /// Records a line of a run in brief. Order is the order of calls, among events too. Only a
    /// ledger of [`Detail::Brief`] is ever told.
    ///
    /// # Errors
    /// [`LedgerError`]; the caller stops.
    fn note(&mut self, line: &Brief) -> Result<(), LedgerError> {
        let _ = line;
        Ok(())
    }

    /// The equity at a close, for analysis. Only a ledger of [`Detail::Brief`] is ever told; the
    /// others get snapshots.
    fn mark(&mut self, session: Moment, equity: f64) {
        let _ = (session, equity);
    }
}

/// A ledger that keeps everything in memory: sweeps, tests and examples.
#[derive(Debug, Default)]
pub struct MemoryLedger {
    /// All events so far.
    pub events: Vec<Event>,
    chain: Chain,
    digest: RunDigest,
}

impl MemoryLedger {
    /// The head of the chain over `events`.
    pub const fn chain(&self) -> Chain {
        self.chain
    }
}

impl Ledger for MemoryLedger {
    fn append(&mut self, event: &Event) -> Result<(), LedgerError> {
        let body = serde_json::to_vec(event)?;
        self.chain.push(event.kind(), &body);
        self.digest.update(event, &body);
        self.events.push(event.clone());
        Ok(())
    }

    fn commit(&mut self, _force: bool) -> Result<(), LedgerError> {
        Ok(())
    }

    fn artefact(&mut self, training_digest: &str) -> Option<Vec<u8>> {
        self.events.iter().find_map(|e| match e {
            Event::ModelFitted(fit) if fit.training_digest == training_digest => {
                Some(fit.artefact.clone())
            }
            _ => None,
        })
    }

    fn digest(&self) -> String {
        self.digest.hex()
    }
}
