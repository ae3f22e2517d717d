//! Settings of the learner.

use serde::{Deserialize, Serialize};

use crate::error::ConfigError;

/// Settings of the [`Learner`](super::Learner).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LearnerConfig {
    /// Equal-width bins of the raw score, at least 1.
    pub bins: usize,
    /// What the mean of a level is worth in the level below, in observations.
    pub strength: f64,
    /// Sessions over which an outcome loses half its weight.
    pub half_life_sessions: f64,
    /// Level of the lower bound; the upper one is `1 - quantile`. In (0, 0.5).
    pub quantile: f64,
    /// Share of a symbol's movement that it has in common with others, 0 to 1.
    pub shared_movement: f64,
    /// What the prior of a row's mean win and mean loss is worth, in outcomes each.
    pub prior_outcomes: f64,
}

impl Default for LearnerConfig {
    fn default() -> Self {
        Self {
            bins: 10,
            strength: 20.0,
            half_life_sessions: 1_250.0,
            quantile: 0.20,
            shared_movement: 0.3,
            prior_outcomes: 4.0,
        }
    }
}

impl LearnerConfig {
    /// Checks every setting.
    ///
    /// # Errors
    /// [`ConfigError`] names the first one outside its range.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let above_zero = "above 0";
        let Self { bins, strength, half_life_sessions, quantile, shared_movement, prior_outcomes } =
            *self;
        ConfigError::unless(bins >= 1, "bins", bins as f64, "1 or more")?;
        ConfigError::unless(strength > 0.0, "strength", strength, above_zero)?;
        ConfigError::unless(
            half_life_sessions > 0.0,
            "half_life_sessions",
            half_life_sessions,
            above_zero,
        )?;
        ConfigError::unless(
            quantile > 0.0 && quantile < 0.5,
            "quantile",
            quantile,
            "between 0 and 0.5",
        )?;
        ConfigError::unless(
            (0.0..=1.0).contains(&shared_movement),
            "shared_movement",
            shared_movement,
            "0 to 1",
        )?;
        ConfigError::unless(prior_outcomes > 0.0, "prior_outcomes", prior_outcomes, above_zero)
    }
}
