//! What was learned, and the same learned again from the rows of the database.

use std::path::Path;

use tradebot_calibration::{Learner, LearnerConfig, ResolvedOutcome};
use tradebot_domain::Regime;
use tradebot_engine::{Engine, LearnedSession};
use tradebot_policy::Policy;

use crate::exit::Failure;
use crate::reading;
use crate::validate::evidence::records::RunRecords;

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
    /// Digest of a fresh learner that was fed with the database's rows.
    pub from_rows: String,
    /// What scores of 0.1, 0.5 and 0.9 mean to a learner without history.
    pub without_history: Vec<f64>,
}

impl LearningFacts {
    /// Feeds a fresh learner from the database.
    ///
    /// # Errors
    /// When rows cannot be read, or do not fit.
    pub fn gather(
        home: &Path,
        run: &RunRecords,
        at_the_end: State,
        warm: State,
    ) -> Result<Self, Failure> {
        let members = &run.info.start.members;
        let multiples = Policy::bundled().r_multiples();
        let fresh = || Learner::new(LearnerConfig::default(), members, multiples);
        let mut learner = fresh();
        for session in reading::learned_sessions(home, &run.info.id)? {
            if session.alarm {
                learner.forget_more();
            }
            learner.learn_session(session.symbols, &outcomes(&session))?;
        }
        let believed = |raw| fresh().calibrate(0, Regime::TrendingLowVol, raw).map(|c| c.mean);
        Ok(Self {
            at_the_end,
            warm,
            from_rows: learner.state_digest(),
            without_history: [0.1, 0.5, 0.9].map(believed).into_iter().collect::<Result<_, _>>()?,
        })
    }
}

fn outcomes(session: &LearnedSession) -> Vec<ResolvedOutcome> {
    let known = session.outcomes.iter().filter_map(|o| Some((o, o.record.won?)));
    known
        .map(|(o, won)| ResolvedOutcome {
            row: o.record.row,
            raw: o.forecast.raw.clone(),
            won,
            uniqueness: o.record.uniqueness,
            net_r: o.record.net_r,
        })
        .collect()
}
