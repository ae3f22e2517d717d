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
    /// The session is over.
    fn session_done(&mut self, snapshot: &SnapshotRecord);
}

/// An observer that does not look.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn enter(&mut self, _phase: Phase) {}
    fn session_done(&mut self, _snapshot: &SnapshotRecord) {}
}
