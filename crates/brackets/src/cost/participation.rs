//! How much of a session's volume an order may be.

use serde::{Deserialize, Serialize};
use tradebot_domain::{Decimal, Shares};

use super::config::{ConfigError, in_range};

/// A cap on an order as a share of what usually trades. What is above it is cancelled, and is
/// never filled: a backtest that buys a tenth of a day's volume at the open buys from no one.
///
/// For entries. What leaves a position is not cancelled for being large: it has to leave, and pays
/// the impact of its size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Participation {
    /// Largest order as a share of the median volume, above 0 and at most 1; 0.01 to 0.05 is usual.
    pub max_share: f64,
    /// Sessions that the median is over, 1 to 260.
    #[serde(default = "twenty")]
    pub sessions: usize,
}

/// What becomes of an order under the cap. Both together are what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allotment {
    /// Filled.
    pub filled: Shares,
    /// Cancelled.
    pub cancelled: Shares,
}

/// Why a volume is not known.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum VolumeError {
    /// Too short a history: what usually trades is not known.
    #[error("the median volume takes {needed} sessions; there are {found}")]
    TooFew {
        /// Sessions needed.
        needed: usize,
        /// Sessions given.
        found: usize,
    },
    /// A volume that is none.
    #[error("volume {value} at index {index} is not finite and at least 0")]
    Volume {
        /// Its index in what was given.
        index: usize,
        /// The value found.
        value: f64,
    },
}

const fn twenty() -> usize {
    20
}

impl Participation {
    /// Median shares traded over the last sessions of `volumes`; the mean of the middle two when
    /// their number is even.
    ///
    /// - **volumes:** one per session, oldest first, in current share units; only sessions that were
    ///   over when the order was sent, so never the one that fills it.
    ///
    /// # Errors
    /// [`VolumeError`] when there are too few, or one of those used is no volume.
    pub fn median_volume(&self, volumes: &[f64]) -> Result<f64, VolumeError> {
        let (needed, found) = (self.sessions.max(1), volumes.len());
        let first = found.checked_sub(needed).ok_or(VolumeError::TooFew { needed, found })?;
        let bad = |value: &f64| !(value.is_finite() && *value >= 0.0);
        let mut last = volumes[first..].to_vec();
        if let Some(index) = last.iter().position(bad) {
            return Err(VolumeError::Volume { index: first + index, value: last[index] });
        }
        last.sort_by(f64::total_cmp);
        Ok(f64::midpoint(last[(needed - 1) / 2], last[needed / 2]))
    }

    /// Whole shares of the largest order, given the median: rounded down.
    pub fn most(&self, median_volume: f64) -> Shares {
        // In decimals 0.29 x 100 is 29; in binary fractions it would fall below.
        let share = Decimal::try_from(self.max_share).unwrap_or_default();
        let product = Decimal::try_from(median_volume).ok().and_then(|m| m.checked_mul(share));
        Shares(product.and_then(|most| u64::try_from(most.floor()).ok()).unwrap_or(0))
    }

    /// What becomes of an order for `desired` shares where `median_volume` usually trades.
    pub fn allot(&self, desired: Shares, median_volume: f64) -> Allotment {
        let filled = desired.min(self.most(median_volume));
        Allotment { filled, cancelled: Shares(desired.0 - filled.0) }
    }

    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        if !(self.max_share > 0.0 && self.max_share <= 1.0) {
            return Err(ConfigError::new("max_share", self.max_share, "above 0 and at most 1"));
        }
        in_range("sessions", self.sessions as f64, (1.0, 260.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CAP: Participation = Participation { max_share: 0.05, sessions: 4 };

    #[test]
    fn the_median_is_over_the_last_sessions_and_one_busy_day_does_not_move_it() {
        let median = |volumes: &[f64]| CAP.median_volume(volumes).unwrap();
        assert_eq!(median(&[9e9, 100.0, 300.0, 200.0, 1e8]), 250.0);
        assert_eq!(Participation { sessions: 3, ..CAP }.median_volume(&[3.0, 1.0, 2.0]), Ok(2.0));
    }

    #[test]
    fn a_short_history_and_broken_volumes_are_refused() {
        let short = CAP.median_volume(&[1.0, 2.0, 3.0]);
        assert_eq!(short, Err(VolumeError::TooFew { needed: 4, found: 3 }));
        let broken = CAP.median_volume(&[1.0, 2.0, f64::NAN, 4.0, 5.0]).unwrap_err();
        assert!(broken.to_string().contains("index 2"), "{broken}");
        assert_eq!(CAP.median_volume(&[f64::NAN, 1.0, 2.0, 3.0, 4.0]), Ok(2.5), "not used");
    }

    #[test]
    fn no_volume_fills_nothing_and_a_cap_is_rounded_down() {
        assert_eq!(CAP.allot(Shares(10), 0.0).filled, Shares(0));
        assert_eq!(Participation { max_share: 0.29, sessions: 1 }.most(100.0), Shares(29));
        assert_eq!(CAP.most(119.0), Shares(5));
        assert_eq!(CAP.most(f64::NAN), Shares(0));
    }

    #[test]
    fn a_cap_outside_its_range_is_refused() {
        for max_share in [0.0, -0.1, 1.01, f64::NAN] {
            let error = Participation { max_share, ..CAP }.validate().unwrap_err();
            assert_eq!(error.at, "max_share", "{max_share}");
        }
        assert_eq!(Participation { sessions: 0, ..CAP }.validate().unwrap_err().at, "sessions");
        assert_eq!(CAP.validate(), Ok(()));
    }

    proptest! {
        #[test]
        fn filled_and_cancelled_are_the_order_and_the_cap_holds(
            desired in 0_u64..1_000_000, median in 0.0_f64..1e7, max_share in 0.001_f64..=1.0,
        ) {
            let cap = Participation { max_share, sessions: 20 };
            let Allotment { filled, cancelled } = cap.allot(Shares(desired), median);
            prop_assert_eq!(filled.0 + cancelled.0, desired);
            prop_assert!(filled.to_f64() <= max_share * median * (1.0 + 1e-12));
            prop_assert!(cancelled.0 == 0 || filled.to_f64() + 1.0 > max_share * median * (1.0 - 1e-12));
        }
    }
}
