//! Settings of the ensemble.

use serde::{Deserialize, Serialize};
use tradebot_calibration::ConfigError;

use super::experts::ExpertMaps;

/// Whether regimes have weights of their own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondLevel {
    /// One vector of weights serves all regimes.
    #[default]
    Off,
    /// Each regime has weights beside the global ones, and a second level weighs the two, as
    /// [`RegimeAware`](crate::RegimeAware) does.
    Regimes,
}

/// Settings of the [`Ensemble`](super::Ensemble).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnsembleConfig {
    /// Learning rate of the Aggregating Algorithm; at most 2, beyond which nothing is promised.
    pub eta: f64,
    /// Sessions over which a loss counts half.
    pub half_life_sessions: f64,
    /// Least published weight of a member, at most 1 / members.
    pub floor: f64,
    /// Most that a published weight moves per session.
    pub step_max: f64,
    /// Sessions with outcomes in the rolling Brier score.
    pub rolling_sessions: usize,
    /// Newey-West lags of the skill test, in sessions.
    pub skill_lag: usize,
    /// Sessions before skill can be shown.
    pub skill_sessions_min: u32,
    /// Weights per regime; not written when off, so that settings without it keep their digest.
    #[serde(default, skip_serializing_if = "is_default")]
    pub second_level: SecondLevel,
    /// Maps through which members enter a second time; who uses the ensemble makes these experts
    /// and counts them among the members. Not written when there are none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub experts: ExpertMaps,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Default for EnsembleConfig {
    fn default() -> Self {
        Self {
            eta: 2.0,
            half_life_sessions: 1_250.0,
            floor: 0.01,
            step_max: 0.10,
            rolling_sessions: 60,
            skill_lag: 30,
            skill_sessions_min: 250,
            second_level: SecondLevel::Off,
            experts: ExpertMaps::default(),
        }
    }
}

impl EnsembleConfig {
    /// Checks every setting for this many members.
    ///
    /// # Errors
    /// [`ConfigError`] names the first one outside its range.
    pub fn validate(&self, members: usize) -> Result<(), ConfigError> {
        let Self { eta, half_life_sessions, floor, step_max, rolling_sessions, .. } = *self;
        let highest = 1.0 / members as f64;
        let half_life = half_life_sessions;
        ConfigError::unless(eta > 0.0 && eta <= 2.0, "eta", eta, "above 0, at most 2")?;
        ConfigError::unless(half_life > 0.0, "half_life_sessions", half_life, "above 0")?;
        ConfigError::unless(floor >= 0.0 && floor <= highest, "floor", floor, "0 to 1 / members")?;
        ConfigError::unless(
            step_max > 0.0 && step_max <= 1.0,
            "step_max",
            step_max,
            "above 0, at most 1",
        )?;
        let rolling = rolling_sessions as f64;
        ConfigError::unless(rolling_sessions >= 1, "rolling_sessions", rolling, "1 or more")
    }
}
