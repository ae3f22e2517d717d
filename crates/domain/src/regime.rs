//! The five market regimes, which are also the five rows of the policy.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Which weather it is, and so which row of the policy asks the question of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Regime {
    /// A confirmed trend, volatility calm or normal.
    TrendingLowVol,
    /// A confirmed trend, volatility stressed or in crisis.
    TrendingHighVol,
    /// No trend, volatility calm or normal.
    ChoppyLowVol,
    /// No trend, volatility stressed or in crisis.
    ChoppyHighVol,
    /// A new trend state that is not confirmed yet.
    Transition,
}

impl Regime {
    /// All regimes in the order of the policy table.
    pub const ALL: [Self; 5] = [
        Self::TrendingLowVol,
        Self::TrendingHighVol,
        Self::ChoppyLowVol,
        Self::ChoppyHighVol,
        Self::Transition,
    ];

    /// Position in [`Regime::ALL`], 0 to 4.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name as it stands in policies and reports, e.g. `TRENDING_LOW_VOL`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TrendingLowVol => "TRENDING_LOW_VOL",
            Self::TrendingHighVol => "TRENDING_HIGH_VOL",
            Self::ChoppyLowVol => "CHOPPY_LOW_VOL",
            Self::ChoppyHighVol => "CHOPPY_HIGH_VOL",
            Self::Transition => "TRANSITION",
        }
    }

    /// The regime of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.name() == name)
    }
}

impl fmt::Display for Regime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_json_agree_and_indices_follow_the_table() {
        for (i, r) in Regime::ALL.into_iter().enumerate() {
            assert_eq!(r.index(), i);
            assert_eq!(serde_json::to_string(&r).unwrap(), format!("\"{}\"", r.name()));
            assert_eq!(Regime::from_name(r.name()), Some(r));
        }
    }
}
