//! What is worth keeping of a run beside its journal: durations of phases and the bars seen.
//!
//! Neither is part of the chain (clocks differ from run to run), but both are written in the same
//! transactions, so that a crash loses no more of them than of the run.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

use tradebot_domain::{Bar, Feed, Moment, SessionData, Symbol, Timestamp};
use tradebot_engine::Phase;
use tradebot_journal::{Event, Ledger, LedgerError};
use tradebot_storage::{InputFinding, SessionInput, SqliteLedger, Store, StoreError};

use crate::live::usage::UsageRecorder;
use crate::metering;

/// Durations of one session's phases, nanoseconds.
pub type PhaseTimes = (Moment, Vec<(&'static str, u64)>);

/// Notes that wait for the next commit, shared by feed, observer and ledger of one run.
#[derive(Debug, Clone, Default)]
pub struct Notes(Rc<RefCell<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    phases: Vec<PhaseTimes>,
    bars: Vec<(Symbol, Bar)>,
}

impl Notes {
    /// Durations of a session that is over.
    pub fn phases(&self, times: PhaseTimes) {
        self.0.borrow_mut().phases.push(times);
    }

    /// Bars that were handed to the engine.
    pub fn bars(&self, bars: &[(Symbol, Bar)]) {
        self.0.borrow_mut().bars.extend_from_slice(bars);
    }
}

/// Times the phases of cycles and notes them.
#[derive(Debug)]
pub struct PhaseTimer {
    current: Option<(Phase, Instant)>,
    spent: [u64; 8],
    notes: Notes,
}

impl PhaseTimer {
    /// Writes into `notes`.
    pub const fn new(notes: Notes) -> Self {
        Self { current: None, spent: [0; 8], notes }
    }

    /// A phase begins, and the one before it ends.
    pub fn enter(&mut self, phase: Phase) {
        let at = now();
        self.close(at);
        self.current = Some((phase, at));
    }

    /// The session is over.
    pub fn session_done(&mut self, session: Moment) {
        self.close(now());
        let spent = std::mem::take(&mut self.spent);
        let phases = Phase::ALL.iter().map(|p| (p.name(), spent[*p as usize])).collect();
        self.notes.phases((session, phases));
    }

    fn close(&mut self, at: Instant) {
        if let Some((phase, since)) = self.current.take() {
            let nanos = u64::try_from(at.duration_since(since).as_nanos()).unwrap_or(u64::MAX);
            self.spent[phase as usize] += nanos;
        }
    }
}

/// A feed that notes the bars it hands out.
pub struct NotedFeed<F> {
    feed: F,
    notes: Notes,
}

impl<F: Feed> NotedFeed<F> {
    /// Notes what `feed` hands out.
    pub const fn new(feed: F, notes: Notes) -> Self {
        Self { feed, notes }
    }
}

impl<F: Feed> Feed for NotedFeed<F> {
    fn next_session(&mut self) -> Option<SessionData> {
        let session = self.feed.next_session()?;
        self.notes.bars(&session.bars);
        Some(session)
    }
}

/// The durable ledger of a run with its notes.
pub struct Recorder {
    ledger: SqliteLedger,
    source: String,
    notes: Notes,
}

impl Recorder {
    /// Writes notes with the commits of `ledger`; `source` is where the bars come from.
    pub const fn new(ledger: SqliteLedger, source: String, notes: Notes) -> Self {
        Self { ledger, source, notes }
    }

    fn write_notes(&mut self) -> Result<(), StoreError> {
        let Waiting { phases, bars } = std::mem::take(&mut *self.notes.0.borrow_mut());
        for (session, times) in phases {
            metering::phases(&times);
            self.ledger.record_phases(session, &times)?;
        }
        self.ledger.record_bars(&self.source, &bars)
    }

    /// Keeps a line of the log in the database.
    ///
    /// # Errors
    /// [`StoreError`]; the ledger stops.
    pub fn log(&mut self, level: &str, message: &str, at: Timestamp) -> Result<(), StoreError> {
        self.ledger.log(level, "tradebot", message, "{}", at)
    }

    /// Keeps what a session was given, durably before it is used.
    ///
    /// # Errors
    /// [`StoreError`]; the ledger stops.
    pub fn keep_input(&mut self, input: &SessionInput) -> Result<(), StoreError> {
        self.ledger.keep_input(input)
    }

    /// Keeps what was called of interfaces, so that the next process counts it too.
    ///
    /// # Errors
    /// [`StoreError`]; what was not written is tried again with the next call.
    pub fn keep_usage(&self, usage: &mut UsageRecorder) -> Result<(), StoreError> {
        usage.flush(self.ledger.store()).map(drop)
    }

    /// Keeps what looked wrong about live data.
    ///
    /// # Errors
    /// [`StoreError`]; the ledger stops.
    pub fn keep_finding(&mut self, finding: &InputFinding) -> Result<(), StoreError> {
        self.ledger.keep_finding(finding)
    }

    /// Remembers the head of the chain apart from the database, durably.
    ///
    /// # Errors
    /// [`StoreError`]; the ledger stops.
    pub fn anchor(&mut self) -> Result<(), StoreError> {
        self.write_notes()?;
        self.ledger.anchor()
    }

    /// Writes what is left and ends the run's ledger.
    ///
    /// # Errors
    /// [`StoreError`]; what was committed before stays.
    pub fn close(mut self, now: Timestamp) -> Result<Store, StoreError> {
        self.write_notes()?;
        self.ledger.close(now)
    }
}

impl Ledger for Recorder {
    fn append(&mut self, event: &Event) -> Result<(), LedgerError> {
        metering::event(event);
        self.ledger.append(event)
    }

    fn commit(&mut self, force: bool) -> Result<(), LedgerError> {
        self.write_notes().map_err(|e| LedgerError::Store(Box::new(e)))?;
        let before = self.ledger.durable_entries();
        let begun = now();
        self.ledger.commit(force)?;
        if self.ledger.durable_entries() > before {
            metering::commit(begun.elapsed());
        }
        Ok(())
    }

    fn artefact(&mut self, training_digest: &str) -> Option<Vec<u8>> {
        self.ledger.artefact(training_digest)
    }

    fn digest(&self) -> String {
        self.ledger.digest()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a commit takes is measured, not decided on"
)]
fn now() -> Instant {
    Instant::now()
}
