//! What can be wrong with a bar, and how good one is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A data contract that a bar can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// A price or the volume is NaN or infinite.
    NonFinite,
    /// The high is below, or the low above, another price of the bar.
    OhlcInconsistent,
    /// A price of zero or less, or a negative volume.
    NonPositive,
    /// Sessions of the exchange without a bar.
    Gap,
    /// A second bar for a date already seen.
    Duplicate,
    /// A bar dated before one already seen, or after the session it is for.
    OutOfOrder,
    /// No bar for longer than a gap is tolerated, or an old bar in place of a new one.
    Stale,
    /// The same bar again and again.
    Constant,
    /// A move far outside the symbol's own.
    OutlierReturn,
    /// A jump like that of a split, without a split on record; or a split without its jump.
    SuspectedSplit,
    /// Nobody traded.
    ZeroVolume,
    /// A date on which the exchange was closed.
    OffCalendar,
    /// Prices in another currency than the instrument's.
    CurrencyMismatch,
    /// A bar of another instrument.
    SymbolMismatch,
    /// A price or volume beyond what any instrument has.
    OutOfRange,
    /// A series that seems to join two instruments which used one ticker.
    IdentityBreak,
}

impl Check {
    /// All checks.
    pub const ALL: [Self; 16] = [
        Self::NonFinite,
        Self::OhlcInconsistent,
        Self::NonPositive,
        Self::Gap,
        Self::Duplicate,
        Self::OutOfOrder,
        Self::Stale,
        Self::Constant,
        Self::OutlierReturn,
        Self::SuspectedSplit,
        Self::ZeroVolume,
        Self::OffCalendar,
        Self::CurrencyMismatch,
        Self::SymbolMismatch,
        Self::OutOfRange,
        Self::IdentityBreak,
    ];

    /// The name in records and reports, e.g. `ohlc_inconsistent`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NonFinite => "non_finite",
            Self::OhlcInconsistent => "ohlc_inconsistent",
            Self::NonPositive => "non_positive",
            Self::Gap => "gap",
            Self::Duplicate => "duplicate",
            Self::OutOfOrder => "out_of_order",
            Self::Stale => "stale",
            Self::Constant => "constant",
            Self::OutlierReturn => "outlier_return",
            Self::SuspectedSplit => "suspected_split",
            Self::ZeroVolume => "zero_volume",
            Self::OffCalendar => "off_calendar",
            Self::CurrencyMismatch => "currency_mismatch",
            Self::SymbolMismatch => "symbol_mismatch",
            Self::OutOfRange => "out_of_range",
            Self::IdentityBreak => "identity_break",
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A score in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// At least 0.90.
    Excellent,
    /// At least 0.80.
    Good,
    /// At least 0.70.
    Fair,
    /// At least 0.60.
    Poor,
    /// Below 0.60, or no score at all.
    Critical,
}

impl Level {
    /// The level of a score; NaN is critical.
    pub fn of(score: f64) -> Self {
        match score {
            s if s >= 0.90 => Self::Excellent,
            s if s >= 0.80 => Self::Good,
            s if s >= 0.70 => Self::Fair,
            s if s >= 0.60 => Self::Poor,
            _ => Self::Critical,
        }
    }

    /// The word in records and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Excellent => "excellent",
            Self::Good => "good",
            Self::Fair => "fair",
            Self::Poor => "poor",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_change_exactly_at_their_bounds() {
        for (score, level) in [
            (1.0, Level::Excellent),
            (0.90, Level::Excellent),
            (0.899, Level::Good),
            (0.80, Level::Good),
            (0.799, Level::Fair),
            (0.70, Level::Fair),
            (0.699, Level::Poor),
            (0.60, Level::Poor),
            (0.599, Level::Critical),
            (f64::NAN, Level::Critical),
        ] {
            assert_eq!(Level::of(score), level, "{score}");
        }
    }

    #[test]
    fn every_check_has_a_name_of_its_own() {
        let mut names = Check::ALL.map(Check::name).to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Check::ALL.len());
    }
}
