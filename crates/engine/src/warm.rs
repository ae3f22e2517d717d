//! Beginning with the learned state of a finished run.

use tradebot_domain::Date;
use tradebot_journal::OutcomeRecord;

use crate::shadow::Forecast;

/// One outcome of an earlier run with what had been forecast, as its journal holds it.
#[derive(Debug, Clone)]
pub struct LearnedOutcome {
    /// The outcome.
    pub record: OutcomeRecord,
    /// What was forecast.
    pub forecast: Forecast,
    /// Features of the decision, in the order of the feature set.
    pub features: Vec<f64>,
}

/// The outcomes of one session of an earlier run.
#[derive(Debug, Clone)]
pub struct LearnedSession {
    /// The session in which they became known.
    pub session: Date,
    /// Symbols with a bar in that session.
    pub symbols: u32,
    /// The session before had rung the alarm of change points.
    pub alarm: bool,
    /// The outcomes, in the order in which the run learned them.
    pub outcomes: Vec<LearnedOutcome>,
}
