//! The gate's thresholds.

use serde::{Deserialize, Serialize};

/// What a bar is measured against.
///
/// Values without a source are judgements, tried on thirteen years of five US stocks, where they
/// refuse one bar in twelve thousand.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GateConfig {
    /// Lowest price taken for one, currency per share, > 0.
    pub price_min: f64,
    /// Highest price taken for one, currency per share.
    pub price_max: f64,
    /// Largest volume taken for one, shares.
    pub volume_max: f64,
    /// How far high and low may cut into the body of a bar: a fraction of price, room for rounding.
    pub ohlc_tolerance: f64,
    /// A move is an outlier beyond this many standard deviations of the symbol's own log returns ...
    pub outlier_sigma: f64,
    /// ... and at least this large, as an absolute log return.
    pub outlier_return_min: f64,
    /// An outlier at least this large refuses the bar for its cycle, as an absolute log return.
    pub outlier_return_refuses: f64,
    /// Log returns that the standard deviation is taken over.
    pub return_window: usize,
    /// Until that many returns are known, `sigma_unknown` stands in for the standard deviation.
    pub return_window_min: usize,
    /// Daily standard deviation assumed of a symbol without a past.
    pub sigma_unknown: f64,
    /// The standard deviation is never taken to be less than this.
    pub sigma_min: f64,
    /// How near a move over the open must come to a simple ratio (1:2, 1:3 ...) to be suspected of
    /// being a split, as a fraction. 0 suspects none.
    pub split_tolerance: f64,
    /// Equal bars in a row from which a note is made.
    pub constant_notes: u32,
    /// Equal bars in a row from which they are refused: the price stands still.
    pub constant_refuses: u32,
    /// A first bar after more missing sessions than this is refused for its cycle.
    pub gap_tolerance: u32,
    /// Volume is expected: true of shares; indices have none.
    pub volume_expected: bool,
    /// A bar without expected volume is refused, else noted: nobody traded at its prices.
    pub zero_volume_refuses: bool,
    /// Missing sessions in one place from which a series is suspected of being two instruments.
    pub identity_gap: u32,
    /// A bar that scores lower than this is refused, whatever it was noted for. In `0.0..=1.0`.
    pub min_score: f64,
}

impl Default for GateConfig {
    fn default() -> Self {
        Self {
            price_min: 0.0001,
            price_max: 10_000_000.0,
            volume_max: 1e13,
            ohlc_tolerance: 1e-6,
            outlier_sigma: 8.0,
            outlier_return_min: 0.05,
            outlier_return_refuses: 0.25,
            return_window: 60,
            return_window_min: 20,
            sigma_unknown: 0.05,
            sigma_min: 0.002,
            split_tolerance: 0.04,
            constant_notes: 3,
            constant_refuses: 5,
            gap_tolerance: 5,
            volume_expected: true,
            zero_volume_refuses: true,
            identity_gap: 126,
            min_score: 0.60,
        }
    }
}

/// A threshold that makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("quality gate: {key} = {value} is not in {min}..={max}")]
pub struct GateConfigError {
    /// Key in the configuration.
    pub key: &'static str,
    /// Its value, may be NaN.
    pub value: f64,
    /// Lowest allowed.
    pub min: f64,
    /// Highest allowed.
    pub max: f64,
}

impl GateConfig {
    /// The same thresholds for an index: it has no volume and is never split.
    #[must_use]
    pub fn for_index(self) -> Self {
        Self { volume_expected: false, split_tolerance: 0.0, ..self }
    }

    /// The same thresholds for bars shorter than a session: within one a price may stand still for
    /// half an hour of minutes. Gaps count bars; the night is none.
    #[must_use]
    pub fn for_intraday(self) -> Self {
        Self { constant_notes: 15, constant_refuses: 30, ..self }
    }

    /// # Errors
    /// [`GateConfigError`] for the first threshold outside its range, NaN included.
    pub fn validate(&self) -> Result<(), GateConfigError> {
        let ranges = [
            ("price_min", self.price_min, f64::MIN_POSITIVE, 1.0),
            ("price_max", self.price_max, 1.0, 1e12),
            ("volume_max", self.volume_max, 1.0, 1e18),
            ("ohlc_tolerance", self.ohlc_tolerance, 0.0, 0.01),
            ("outlier_sigma", self.outlier_sigma, 3.0, 100.0),
            ("outlier_return_min", self.outlier_return_min, 0.0, 1.0),
            ("outlier_return_refuses", self.outlier_return_refuses, self.outlier_return_min, 10.0),
            ("return_window", self.return_window as f64, 10.0, 1_000.0),
            ("return_window_min", self.return_window_min as f64, 2.0, self.return_window as f64),
            ("sigma_unknown", self.sigma_unknown, self.sigma_min, 1.0),
            ("sigma_min", self.sigma_min, f64::MIN_POSITIVE, 1.0),
            ("split_tolerance", self.split_tolerance, 0.0, 0.2),
            ("constant_notes", f64::from(self.constant_notes), 2.0, 1_000.0),
            ("constant_refuses", f64::from(self.constant_refuses), 2.0, 1_000.0),
            ("gap_tolerance", f64::from(self.gap_tolerance), 0.0, 250.0),
            ("identity_gap", f64::from(self.identity_gap), 1.0, 10_000.0),
            ("min_score", self.min_score, 0.0, 1.0),
        ];
        ranges.into_iter().try_for_each(|(key, value, min, max)| {
            if (min..=max).contains(&value) {
                Ok(())
            } else {
                Err(GateConfigError { key, value, min, max })
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid_and_nan_is_not() {
        GateConfig::default().validate().unwrap();
        let nan = GateConfig { outlier_sigma: f64::NAN, ..GateConfig::default() };
        assert_eq!(nan.validate().unwrap_err().key, "outlier_sigma");
        let crossed = GateConfig { price_max: 0.5, ..GateConfig::default() };
        assert_eq!(
            crossed.validate().unwrap_err().to_string(),
            "quality gate: price_max = 0.5 is not in 1..=1000000000000"
        );
    }
}
