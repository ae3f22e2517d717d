//! Thresholds of the rule.

use serde::{Deserialize, Serialize};

/// All thresholds. Defaults were chosen on the S&P 500 and the VIX of 1990 to 2022.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RegimeConfig {
    /// VIX points at and above which severity is at least 1, 2, 3.
    pub vix_up: [f64; 3],
    /// VIX points below which severity 1, 2, 3 ends, after the dwell.
    pub vix_down: [f64; 3],
    /// ATR percentiles at and above which severity is at least 1, 2. Range alone makes no crisis.
    pub atr_up: [f64; 2],
    /// ATR percentiles below which severity 1, 2 ends, after the dwell.
    pub atr_down: [f64; 2],
    /// Sessions in a row that must read lower before severity falls; at least 1.
    pub dwell_sessions: u32,
    /// ADX at and above which the market is trending.
    pub trend_enter: f64,
    /// ADX below which it no longer is.
    pub trend_leave: f64,
    /// Session of a new trend state with which it is confirmed, the first included; at least 1.
    pub confirm_sessions: u32,
    /// ADX that counts as full strength.
    pub strength_full: f64,
    /// Distance from a VIX threshold, in points, that counts as safe.
    pub vix_margin: f64,
    /// Distance from a threshold of the ATR percentile that counts as safe.
    pub atr_margin: f64,
    /// Distance of ADX from the middle of its two thresholds that counts as safe.
    pub adx_margin: f64,
    /// Sessions within which a change counts for the transition probability; at least 1.
    pub horizon_sessions: u32,
}

impl Default for RegimeConfig {
    fn default() -> Self {
        Self {
            vix_up: [16.0, 25.0, 35.0],
            vix_down: [14.0, 22.0, 30.0],
            atr_up: [0.60, 0.85],
            atr_down: [0.50, 0.75],
            dwell_sessions: 5,
            trend_enter: 25.0,
            trend_leave: 20.0,
            confirm_sessions: 5,
            strength_full: 50.0,
            vix_margin: 5.0,
            atr_margin: 0.15,
            adx_margin: 7.5,
            horizon_sessions: 5,
        }
    }
}

/// Why thresholds make no rule.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// Not a number, or not above zero.
    #[error("{name} is {value}; it must be a number above 0")]
    NotPositive {
        /// The key.
        name: &'static str,
        /// What was found.
        value: f64,
    },
    /// Beyond the scale of its feature, so that it would never be reached.
    #[error("{name} is {value}; it must be at most {most}")]
    TooLarge {
        /// The key.
        name: &'static str,
        /// What was found.
        value: f64,
        /// The end of the scale.
        most: f64,
    },
    /// Levels of one feature must rise.
    #[error("{name} is {values:?}; each level must lie above the one before")]
    NotRising {
        /// The key.
        name: &'static str,
        /// What was found.
        values: Vec<f64>,
    },
    /// A way down above the way up would flip every session.
    #[error("{name}: the way down, {down}, lies above the way up, {up}")]
    Crossed {
        /// The axis.
        name: &'static str,
        /// Threshold of the way down.
        down: f64,
        /// Threshold of the way up.
        up: f64,
    },
}

impl RegimeConfig {
    /// # Errors
    /// The first [`ConfigError`] found. The detector works with any thresholds, but these would
    /// not mean what they say.
    pub fn validate(&self) -> Result<(), ConfigError> {
        for (name, levels, most) in [
            ("vix_up", &self.vix_up[..], f64::MAX),
            ("vix_down", &self.vix_down[..], f64::MAX),
            ("atr_up", &self.atr_up[..], 1.0),
            ("atr_down", &self.atr_down[..], 1.0),
        ] {
            levels.iter().try_for_each(|level| positive(name, *level))?;
            levels.iter().try_for_each(|level| at_most(name, *level, most))?;
            if !levels.is_sorted_by(|a, b| a < b) {
                return Err(ConfigError::NotRising { name, values: levels.to_vec() });
            }
        }
        self.validate_scalars()?;
        at_most("trend_enter", self.trend_enter, 100.0)?;
        at_most("trend_leave", self.trend_leave, 100.0)?;
        let vix = self.vix_down.iter().zip(&self.vix_up).map(|(down, up)| ("vix", *down, *up));
        let atr = self.atr_down.iter().zip(&self.atr_up).map(|(down, up)| ("atr", *down, *up));
        let trend = [("trend", self.trend_leave, self.trend_enter)];
        match vix.chain(atr).chain(trend).find(|(_, down, up)| down > up) {
            Some((name, down, up)) => Err(ConfigError::Crossed { name, down, up }),
            None => Ok(()),
        }
    }

    fn validate_scalars(&self) -> Result<(), ConfigError> {
        [
            ("trend_enter", self.trend_enter),
            ("trend_leave", self.trend_leave),
            ("strength_full", self.strength_full),
            ("vix_margin", self.vix_margin),
            ("atr_margin", self.atr_margin),
            ("adx_margin", self.adx_margin),
            ("dwell_sessions", f64::from(self.dwell_sessions)),
            ("confirm_sessions", f64::from(self.confirm_sessions)),
            ("horizon_sessions", f64::from(self.horizon_sessions)),
        ]
        .into_iter()
        .try_for_each(|(name, value)| positive(name, value))
    }
}

fn positive(name: &'static str, value: f64) -> Result<(), ConfigError> {
    if value.is_finite() && value > 0.0 {
        Ok(())
    } else {
        Err(ConfigError::NotPositive { name, value })
    }
}

fn at_most(name: &'static str, value: f64, most: f64) -> Result<(), ConfigError> {
    if value <= most { Ok(()) } else { Err(ConfigError::TooLarge { name, value, most }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_a_rule() {
        assert_eq!(RegimeConfig::default().validate(), Ok(()));
    }

    #[test]
    fn thresholds_that_contradict_each_other_are_named() {
        let base = RegimeConfig::default();
        let check = |config: RegimeConfig, text: &str| {
            assert_eq!(config.validate().unwrap_err().to_string(), text);
        };
        check(
            RegimeConfig { vix_up: [16.0, 25.0, 25.0], ..base },
            "vix_up is [16.0, 25.0, 25.0]; each level must lie above the one before",
        );
        check(
            RegimeConfig { atr_down: [0.5, 0.9], ..base },
            "atr: the way down, 0.9, lies above the way up, 0.85",
        );
        check(
            RegimeConfig { trend_leave: 26.0, ..base },
            "trend: the way down, 26, lies above the way up, 25",
        );
        check(
            RegimeConfig { dwell_sessions: 0, ..base },
            "dwell_sessions is 0; it must be a number above 0",
        );
        check(
            RegimeConfig { adx_margin: f64::NAN, ..base },
            "adx_margin is NaN; it must be a number above 0",
        );
    }
    #[test]
    fn thresholds_beyond_the_scale_of_their_feature_are_named() {
        let base = RegimeConfig::default();
        let check = |config: RegimeConfig, text: &str| {
            assert_eq!(config.validate().unwrap_err().to_string(), text);
        };
        check(RegimeConfig { atr_up: [60.0, 85.0], ..base }, "atr_up is 60; it must be at most 1");
        check(
            RegimeConfig { trend_enter: 125.0, ..base },
            "trend_enter is 125; it must be at most 100",
        );
        check(
            RegimeConfig { vix_down: [-1.0, 22.0, 30.0], ..base },
            "vix_down is -1; it must be a number above 0",
        );
    }
}
