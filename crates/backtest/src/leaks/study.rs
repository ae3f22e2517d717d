//! A compact study of a world: features, labels, members, calibration and weights, stage by stage
//! from the same crates that the engine is made of, honest but for the plant in it.

mod view; // features and labels
mod learn; // members, calibration and weights

use std::collections::BTreeMap;

use tradebot_calibration::CalibrationError;
use tradebot_models::FitError;

use super::plant::Plant;
use super::world::World;

/// Sessions from one refit to the next.
pub const REFIT_SESSIONS: usize = 63;

/// What a value is, in the order in which a session computes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// A scaled feature, by its column.
    Feature(u16),
    /// How a bracket ended, in the session in which it became known.
    Label,
    /// The raw score of a member.
    Raw(u16),
    /// Its calibrated probability.
    Calibrated(u16),
    /// Its weight.
    Weight(u16),
    /// The pooled probability.
    Consensus,
}

/// Session, stock and part.
pub type Key = (usize, usize, Part);

/// A forecast with its outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// Session of the decision.
    pub session: usize,
    /// The pooled probability.
    pub p: f64,
    /// The base rate known at the decision.
    pub base: f64,
    /// What happened.
    pub won: bool,
}

/// Everything a study has computed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Study {
    /// The bits of every value.
    pub values: BTreeMap<Key, u64>,
    /// Forecasts whose outcome is known by the end of the world.
    pub forecasts: Vec<Forecast>,
    /// Names of the feature columns.
    pub columns: Vec<String>,
    /// Names of the members.
    pub members: Vec<String>,
    /// Features as they were used, by (session, stock): for tests of association.
    pub rows: BTreeMap<(usize, usize), Vec<f64>>,
    /// Log return of each stock from a session's close to the next one's.
    pub next_returns: BTreeMap<(usize, usize), f64>,
    /// Weights of the members at the end.
    pub final_weights: Vec<f64>,
}

/// Why a world cannot be studied.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// Too few sessions for a fit and some sessions after it.
    #[error("{found} sessions; at least {wanted} are needed to study leaks")]
    TooShort {
        /// Sessions of the world.
        found: usize,
        /// Sessions wanted.
        wanted: usize,
    },
    /// A member could not be fitted.
    #[error("a member cannot be fitted: {0}")]
    Fit(#[from] FitError),
    /// An outcome could not be learned.
    #[error("an outcome cannot be learned: {0}")]
    Calibration(#[from] CalibrationError),
}

/// Least sessions of a world: warm-up, some examples, a refit and a while after it.
pub const SESSIONS_MIN: usize = 252 + 4 * REFIT_SESSIONS;

impl Study {
    /// Studies a world from its first session to its last.
    ///
    /// - `plant`: the leak in it; `None` for the honest study.
    /// - `deal`: deals outcomes out at random among decisions, by this seed.
    ///
    /// # Errors
    /// [`StudyError`] when the world is too short, or a part refuses what it is given.
    pub fn run(world: &World, plant: Option<Plant>, deal: Option<u64>) -> Result<Self, StudyError> {
        let found = world.sessions().len();
        if found < SESSIONS_MIN {
            return Err(StudyError::TooShort { found, wanted: SESSIONS_MIN });
        }
        let seen = view::look(world, plant);
        let labels = view::labels(world, &seen, deal);
        let future_weights = match plant {
            Some(Plant::FutureWeights) => Some(learn::run(world, &seen, &labels, None, None)?),
            _ => None,
        };
        let weights = future_weights.as_ref().map(|study| study.final_weights.as_slice());
        learn::run(world, &seen, &labels, plant, weights)
    }
}
