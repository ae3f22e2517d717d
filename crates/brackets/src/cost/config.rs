//! Ranges of configured values, and what is said about one outside them.

use std::fmt::Display;

/// A configured value outside its range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {value} is not {allowed}")]
pub struct ConfigError {
    /// Where it stands, as a path of keys, e.g. `costs.commission.rows[1].terms.rate`.
    pub at: String,
    /// The value found.
    pub value: String,
    /// The range, in words.
    pub allowed: String,
}

impl ConfigError {
    pub(crate) fn new(
        at: impl Into<String>,
        value: impl Display,
        allowed: impl Into<String>,
    ) -> Self {
        Self { at: at.into(), value: value.to_string(), allowed: allowed.into() }
    }

    /// The same error one level up: `parent.at`, or `parent[i]` for the elements of a list.
    #[must_use]
    pub(crate) fn within(self, parent: &str) -> Self {
        let joint = if self.at.starts_with('[') { "" } else { "." };
        Self { at: format!("{parent}{joint}{}", self.at), ..self }
    }
}

/// A number from `least` to `most`, both included; NaN is in no range.
pub(crate) fn in_range(at: &str, value: f64, (least, most): (f64, f64)) -> Result<(), ConfigError> {
    if (least..=most).contains(&value) {
        Ok(())
    } else {
        Err(ConfigError::new(at, value, format!("from {least} to {most}")))
    }
}

/// A least charge that is not above the greatest one.
pub(crate) fn in_order(min: f64, max: Option<f64>) -> Result<(), ConfigError> {
    match max {
        Some(max) if max < min => Err(ConfigError::new("max", max, format!("at least {min}"))),
        _ => Ok(()),
    }
}
