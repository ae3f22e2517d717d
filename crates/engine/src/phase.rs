//! The eight phases of a cycle, and who wants to know when they begin.

use tradebot_journal::SnapshotRecord;

/// One timed phase of a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Bars and actions of the session arrive.
    Ingest,
    /// Quality gates.
    Gate,
    /// Features and regime.
    Features,
    /// Members and calibration.
    Opine,
    /// The ensemble.
    Consensus,
    /// Sizing and review.
    Risk,
    /// Intents and orders.
    Execute,
    /// Fills, outcomes, calibration, weights, refits.
    Learn,
}

impl Phase {
    /// All phases in the order of reports.
    pub const ALL: [Self; 8] = [
        Self::Ingest,
        Self::Gate,
        Self::Features,
        Self::Opine,
        Self::Consensus,
        Self::Risk,
        Self::Execute,
        Self::Learn,
    ];

    /// The word in tables and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Gate => "gate",
            Self::Features => "features",
            Self::Opine => "opine",
            Self::Consensus => "consensus",
            Self::Risk => "risk",
            Self::Execute => "execute",
            Self::Learn => "learn",
        }
    }
}

/// Told what the engine is doing. It may read clocks; the engine may not.
pub trait Observer {
    /// The phase that begins now; the one before it ends.
    fn enter(&mut self, phase: Phase);
    /// The session is over. Not told of runs in brief, which keep no snapshots.
    fn session_done(&mut self, snapshot: &SnapshotRecord);
    /// Whether it wants to be told the phases of this cycle, asked before the first of them: an
    /// observer that reads a clock may look at one cycle in a thousand.
    fn watches(&mut self, cycle: u32) -> bool {
        let _ = cycle;
        true
    }
}

/// The phases of one cycle, for an observer that may look away.
pub(crate) struct Phases<'a> {
    observer: &'a mut dyn Observer,
    watched: bool,
}

impl<'a> Phases<'a> {
    pub(crate) fn of(observer: &'a mut dyn Observer, cycle: u32) -> Self {
        let watched = observer.watches(cycle);
        Self { observer, watched }
    }

    /// Somebody wants to know when the phases of this cycle begin.
    #[inline]
    pub(crate) const fn are_watched(&self) -> bool {
        self.watched
    }

    #[inline]
    pub(crate) fn enter(&mut self, phase: Phase) {
        if self.watched {
            self.observer.enter(phase);
        }
    }

    pub(crate) fn session_done(&mut self, snapshot: &SnapshotRecord) {
        self.observer.session_done(snapshot);
    }
}

/// An observer that does not look.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn enter(&mut self, _phase: Phase) {}
    fn session_done(&mut self, _snapshot: &SnapshotRecord) {}
    fn watches(&mut self, _cycle: u32) -> bool {
        false
    }
}
