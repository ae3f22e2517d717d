//! What was learned, and the same learned again from the rows of the database.

use std::path::Path;

use tradebot_calibration::{Learner, LearnerConfig};
use tradebot_domain::Regime;
use tradebot_engine::Engine;
use tradebot_policy::Policy;

use crate::exit::Failure;
use crate::reading;
use crate::validate::evidence::records::RunRecords;
use crate::validate::evidence::scenario::Scenario;

/// The learned state of an engine.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Digest over every bit of calibration and row rates.
    pub calibration: String,
    /// Published weights of members.
    pub weights: Vec<f64>,
}

impl State {
    /// The state of an engine now.
    pub fn of(engine: &Engine) -> Self {
        let learning = engine.learning();
        Self {
            calibration: learning.learner.state_digest(),
            weights: learning.ensemble.weights().to_vec(),
        }
    }
}

/// Learned states that must agree, and what is believed before anything is learned.
#[derive(Debug, Clone)]
pub struct LearningFacts {
    /// The engine at the end of the run.
    pub at_the_end: State,
    /// An engine that was started warm from the run's database.
    pub warm: State,
    /// Digest of an engine's learned state after the database's rows.
    pub from_rows: String,
    /// What scores of 0.1, 0.5 and 0.9 mean to a learner without history.
    pub without_history: Vec<f64>,
}

impl LearningFacts {
    /// Takes an engine that knows nothing through the database's rows.
    ///
    /// # Errors
    /// When rows cannot be read, or do not fit.
    pub fn gather(
        scenario: &Scenario,
        home: &Path,
        run: &RunRecords,
        (at_the_end, warm): (State, State),
    ) -> Result<Self, Failure> {
        let mut recollection = Engine::new(scenario.config()?)?.recollection();
        for session in reading::learned_sessions(home, &run.info.id)? {
            recollection.take(&session).map_err(Failure::work)?;
        }
        let members = &run.info.start.members;
        let multiples = Policy::bundled().r_multiples();
        let fresh = Learner::new(LearnerConfig::default(), members, multiples);
        let believed = |raw| fresh.calibrate(0, Regime::TrendingLowVol, raw).map(|c| c.mean);
        Ok(Self {
            at_the_end,
            warm,
            from_rows: recollection.learning().learner.state_digest(),
            without_history: [0.1, 0.5, 0.9].map(believed).into_iter().collect::<Result<_, _>>()?,
        })
    }
}
