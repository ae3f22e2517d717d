//! What is asked, and how often the answer is learned anew.

use serde::{Deserialize, Serialize};

use super::measures::MONTH;
use super::median::YEAR;

/// Parameters of a [`VolatilityForecaster`](super::VolatilityForecaster).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct VolatilityConfig {
    /// Sessions looked ahead, 1 to 63.
    pub horizon: usize,
    /// Absolute log return that makes a move large, above 0 and below 1.
    pub large_move: f64,
    /// Sessions between refits, at least 1.
    pub refit_every: usize,
    /// Resolved examples before the first fit, at least [`VolatilityConfig::EXAMPLES_LEAST`].
    pub examples_min: usize,
}

impl Default for VolatilityConfig {
    /// A week ahead, moves of 2 %, learned anew each month, after half a year of examples.
    fn default() -> Self {
        Self { horizon: 5, large_move: 0.02, refit_every: 21, examples_min: 126 }
    }
}

/// A parameter outside its range.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{parameter} is {value}; it must be {range}")]
pub struct VolatilityConfigError {
    /// Its name.
    pub parameter: &'static str,
    /// What was asked for; may be NaN.
    pub value: f64,
    /// What is allowed, in words.
    pub range: &'static str,
}

impl VolatilityConfig {
    /// A quarter of a year: further ahead, examples overlap so much that there are too few.
    pub const HORIZON_MAX: usize = 63;
    /// Fewer examples than this are no basis for eight coefficients, whatever the prior.
    pub const EXAMPLES_LEAST: usize = 30;

    /// Bars without a forecast, the first one included.
    pub const fn warm_up(&self) -> usize {
        // One bar for the first return, `horizon` for the first stretch, a year of stretches.
        let year = 1 + self.horizon + YEAR - 1;
        let month = 1 + MONTH;
        let first = if year > month { year } else { month };
        // The first example is made with bar `first` and resolved `horizon` bars later.
        first + self.horizon + self.examples_min - 2
    }

    /// # Errors
    /// [`VolatilityConfigError`] naming the first parameter that is out of its range.
    pub fn check(&self) -> Result<(), VolatilityConfigError> {
        let refuse =
            |parameter, value, range| Err(VolatilityConfigError { parameter, value, range });
        if !(1..=Self::HORIZON_MAX).contains(&self.horizon) {
            return refuse("horizon", self.horizon as f64, "in 1..=63 sessions");
        }
        if !(self.large_move > 0.0 && self.large_move < 1.0) {
            return refuse("large_move", self.large_move, "above 0 and below 1");
        }
        if self.refit_every == 0 {
            return refuse("refit_every", 0.0, "at least 1 session");
        }
        if self.examples_min < Self::EXAMPLES_LEAST {
            return refuse("examples_min", self.examples_min as f64, "at least 30");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_out_of_its_range_is_named() {
        let good = VolatilityConfig::default();
        assert_eq!(good.check(), Ok(()));
        for (bad, words) in [
            (
                VolatilityConfig { horizon: 0, ..good },
                "horizon is 0; it must be in 1..=63 sessions",
            ),
            (
                VolatilityConfig { horizon: 64, ..good },
                "horizon is 64; it must be in 1..=63 sessions",
            ),
            (
                VolatilityConfig { large_move: f64::NAN, ..good },
                "large_move is NaN; it must be above 0 and below 1",
            ),
            (
                VolatilityConfig { refit_every: 0, ..good },
                "refit_every is 0; it must be at least 1 session",
            ),
            (
                VolatilityConfig { examples_min: 29, ..good },
                "examples_min is 29; it must be at least 30",
            ),
        ] {
            assert_eq!(bad.check().unwrap_err().to_string(), words);
        }
    }
}
