//! Beginning with the learned state of a run on record.

use tradebot_domain::Moment;
use tradebot_journal::{CandidatesRecord, LearnedRecord, OutcomeRecord};

use crate::adapting::Adapting;
use crate::learning::Learning;
use crate::shadow::{Forecast, Resolved};

pub use question::{Asked, Recalled};

pub(crate) mod question;

/// One outcome of an earlier run with what had been asked and forecast, as its journal holds it.
#[derive(Debug, Clone)]
pub struct LearnedOutcome {
    /// The outcome.
    pub record: OutcomeRecord,
    /// What was forecast.
    pub forecast: Forecast,
    /// Features of the decision, in the order of the feature set.
    pub features: Vec<f64>,
    /// What was asked; none where that is not on record: then it counts as the row's own question.
    pub asked: Option<Asked>,
}

/// What one session of an earlier run brought to light.
#[derive(Debug, Clone)]
pub struct LearnedSession {
    /// The session.
    pub session: Moment,
    /// Symbols with a bar in that session.
    pub symbols: u32,
    /// The session before had rung the alarm of change points.
    pub alarm: bool,
    /// The outcomes, in the order in which the run learned them.
    pub outcomes: Vec<LearnedOutcome>,
    /// Decisions that had now ended under every R-multiple, by row, session and symbol.
    pub candidates: Vec<CandidatesRecord>,
}

impl LearnedSession {
    /// The outcomes with what was forecast.
    pub fn resolved(&self) -> Vec<Resolved> {
        self.outcomes
            .iter()
            .map(|o| Resolved { record: o.record.clone(), forecast: o.forecast.clone() })
            .collect()
    }
}

/// What an engine would know after sessions on record, without touching it.
#[derive(Clone)]
pub struct Recollection {
    adapting: Adapting,
    learning: Learning,
}

impl Recollection {
    pub(crate) const fn new(adapting: Adapting, learning: Learning) -> Self {
        Self { adapting, learning }
    }

    /// The learned state.
    pub const fn learning(&self) -> &Learning {
        &self.learning
    }

    /// Takes the next session; what it taught as the run recorded it, `None` when it taught nothing.
    ///
    /// # Errors
    /// The text of a refusal: outcomes that do not fit the members.
    pub fn take(&mut self, session: &LearnedSession) -> Result<Option<LearnedRecord>, String> {
        let taught = self.adapting.recall(session).map_err(|e| e.to_string())?;
        self.adapting.teach(&mut self.learning, &taught)?;
        Ok(self.learning.record(session.session, &taught.outcomes))
    }
}
