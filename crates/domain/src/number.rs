//! Numbers of the analysis side that carry their meaning.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A value outside the range of its type.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{what}: {value} is not in {min}..={max}")]
pub struct OutOfRange {
    /// What the value was meant to be.
    pub what: &'static str,
    /// The value found; may be NaN.
    pub value: f64,
    /// Lowest allowed.
    pub min: f64,
    /// Highest allowed.
    pub max: f64,
}

/// Chance that the bracket in question ends with a profit after costs.
///
/// No unit; in `0.0..=1.0`; never NaN.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Probability(f64);

impl Probability {
    /// # Errors
    /// [`OutOfRange`] when `value` is NaN or outside `0.0..=1.0`.
    pub fn new(value: f64) -> Result<Self, OutOfRange> {
        if (0.0..=1.0).contains(&value) {
            Ok(Self(value))
        } else {
            Err(OutOfRange { what: "probability", value, min: 0.0, max: 1.0 })
        }
    }

    /// The number.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Probability {
    type Error = OutOfRange;
    fn try_from(value: f64) -> Result<Self, OutOfRange> {
        Self::new(value)
    }
}

impl From<Probability> for f64 {
    fn from(p: Probability) -> Self {
        p.0
    }
}

impl fmt::Display for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_is_never_nan_nor_outside_the_unit_interval() {
        for bad in [f64::NAN, -0.001, 1.001, f64::INFINITY] {
            assert!(Probability::new(bad).is_err(), "{bad}");
        }
        assert_eq!(Probability::new(0.0).unwrap().get(), 0.0);
        assert_eq!(Probability::new(1.0).unwrap().get(), 1.0);
        assert!(serde_json::from_str::<Probability>("1.5").is_err());
    }
}
