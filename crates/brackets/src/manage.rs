//! What may be done with a position between its entry and the end of its bracket.

use std::fmt;

use serde::{Deserialize, Serialize};
use tradebot_domain::{Decimal, Shares};

use crate::bracket::BracketError;

/// Options beside stop, target and time limit. All are off by default.
///
/// Each changes how a bracket can end, so each is a question of its own: what is learned under one
/// [`Management::variant`] says nothing about another and is never mixed with it.
///
/// - **Unit of R:** planned risk per share, from the entry limit to the stop, as everywhere.
/// - **Serialised:** an option that is off is left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Management {
    /// Leave at the next open when the consensus turns against the position.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exit_on_reversal: bool,
    /// Once a completed bar has reached the entry plus this many R, the stop rises to the entry
    /// plus the costs of both fills, from the next bar on. Above 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub break_even_at_r: Option<f64>,
    /// Sell a part at a nearer limit; the rest goes on with the bracket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partial_exit: Option<PartialExit>,
}

/// A part of the position with a nearer target.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartialExit {
    /// Distance of the limit from the entry price in R, > 0. Where that is not short of the
    /// target there is no partial exit: everything rests at the target.
    pub at_r: f64,
    /// Share of the position, strictly between 0 and 1.
    pub share: f64,
}

/// The name of one way to label: equal names, and only those, may learn from each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LabelVariant(String);

impl Management {
    /// Nothing but stop, target and time limit.
    pub const OFF: Self =
        Self { exit_on_reversal: false, break_even_at_r: None, partial_exit: None };

    /// No option is on.
    pub fn is_off(&self) -> bool {
        *self == Self::OFF
    }

    /// # Errors
    /// [`BracketError::Spec`] with the first option outside its range.
    pub fn validate(&self) -> Result<(), BracketError> {
        let above_zero = |what, value: f64| {
            if value.is_finite() && value > 0.0 {
                Ok(())
            } else {
                Err(BracketError::Spec { what, value, allowed: "finite and above 0" })
            }
        };
        if let Some(at_r) = self.break_even_at_r {
            above_zero("break-even distance", at_r)?;
        }
        let Some(PartialExit { at_r, share }) = self.partial_exit else { return Ok(()) };
        above_zero("partial exit's distance", at_r)?;
        if share > 0.0 && share < 1.0 {
            Ok(())
        } else {
            let (what, allowed) = ("partial exit's share", "above 0 and below 1");
            Err(BracketError::Spec { what, value: share, allowed })
        }
    }

    /// The variant of a bracket that is managed like this, trails by `trailing_atr`, and whose
    /// distances follow the forecast of volatility or do not.
    ///
    /// `plain` when everything is off, else e.g.
    /// `forecast+trailing=1.5+reversal+break_even=1+partial=0.5@1`.
    pub fn variant(&self, trailing_atr: Option<f64>, follows_forecast: bool) -> LabelVariant {
        let parts = [
            follows_forecast.then(|| "forecast".to_owned()),
            trailing_atr.map(|k| format!("trailing={k}")),
            self.exit_on_reversal.then(|| "reversal".to_owned()),
            self.break_even_at_r.map(|r| format!("break_even={r}")),
            self.partial_exit.map(|p| format!("partial={}@{}", p.share, p.at_r)),
        ];
        let on: Vec<String> = parts.into_iter().flatten().collect();
        LabelVariant(if on.is_empty() { "plain".to_owned() } else { on.join("+") })
    }
}

impl PartialExit {
    /// Whole shares of the part: rounded down, so that a share is always left for the target. A
    /// position of one share has no partial exit.
    pub fn of(&self, shares: Shares) -> Shares {
        // As a decimal 0.29 x 100 is 29; as binary fractions it would fall below.
        let share = Decimal::try_from(self.share).unwrap_or_default();
        let part = u64::try_from((share * Decimal::from(shares.0)).floor()).unwrap_or(0);
        Shares(part.min(shares.0.saturating_sub(1)))
    }
}

impl LabelVariant {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LabelVariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HALF: PartialExit = PartialExit { at_r: 1.0, share: 0.5 };

    fn all_on() -> Management {
        let (break_even_at_r, partial_exit) = (Some(1.0), Some(HALF));
        Management { exit_on_reversal: true, break_even_at_r, partial_exit }
    }

    #[test]
    fn every_combination_of_options_has_a_variant_of_its_own() {
        let mut seen = std::collections::BTreeSet::new();
        let trailing = [None, Some(1.5), Some(2.0)].into_iter();
        for (trailing, follows) in trailing.flat_map(|t| [(t, false), (t, true)]) {
            for exit_on_reversal in [false, true] {
                for break_even_at_r in [None, Some(0.5), Some(1.0)] {
                    for partial_exit in [None, Some(HALF), Some(PartialExit { at_r: 0.5, ..HALF })]
                    {
                        let m = Management { exit_on_reversal, break_even_at_r, partial_exit };
                        let variant = m.variant(trailing, follows);
                        assert!(seen.insert(variant), "{m:?} {trailing:?} {follows}");
                    }
                }
            }
        }
        assert_eq!(Management::OFF.variant(None, false).as_str(), "plain");
        let told = all_on().variant(Some(1.5), true).to_string();
        assert_eq!(told, "forecast+trailing=1.5+reversal+break_even=1+partial=0.5@1");
    }

    #[test]
    fn what_is_off_is_not_written_and_what_is_on_survives_json() {
        let text = |m: &Management| serde_json::to_string(m).unwrap();
        assert_eq!(text(&Management::OFF), "{}");
        assert_eq!(serde_json::from_str::<Management>("{}").unwrap(), Management::default());
        assert_eq!(serde_json::from_str::<Management>(&text(&all_on())).unwrap(), all_on());
        assert!(serde_json::from_str::<Management>(r#"{"trailing":1}"#).is_err());
    }

    #[test]
    fn options_outside_their_range_are_refused_by_name() {
        assert!(all_on().validate().is_ok() && Management::OFF.validate().is_ok());
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let m = Management { break_even_at_r: Some(bad), ..Management::OFF };
            assert!(m.validate().unwrap_err().to_string().contains("break-even"), "{bad}");
            let part = PartialExit { at_r: bad, ..HALF };
            let m = Management { partial_exit: Some(part), ..Management::OFF };
            assert!(m.validate().unwrap_err().to_string().contains("distance"), "{bad}");
        }
        for bad in [0.0, 1.0, -0.5, 1.5, f64::NAN] {
            let part = PartialExit { share: bad, ..HALF };
            let m = Management { partial_exit: Some(part), ..Management::OFF };
            assert!(m.validate().unwrap_err().to_string().contains("share"), "{bad}");
        }
    }

    #[test]
    fn the_part_is_whole_shares_rounded_down_and_one_share_has_none() {
        let of = |share, shares| PartialExit { at_r: 1.0, share }.of(Shares(shares)).0;
        assert_eq!([of(0.5, 0), of(0.5, 1), of(0.5, 2), of(0.5, 3)], [0, 0, 1, 1]);
        assert_eq!([of(0.29, 100), of(1.0 / 3.0, 9), of(0.9, 1)], [29, 2, 0]);
    }

    proptest! {
        #[test]
        fn a_part_never_takes_the_last_share(share in 0.001_f64..0.999, shares in 0_u64..1_000_000) {
            let part = PartialExit { at_r: 1.0, share }.of(Shares(shares)).0;
            prop_assert!(part == 0 || part < shares);
            prop_assert!((part as f64 - share * shares as f64).abs() <= 1.0 + 1e-6);
        }
    }
}
