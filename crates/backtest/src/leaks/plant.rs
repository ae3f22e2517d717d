//! Twelve ways of knowing the future, each as it has happened to somebody.

use std::fmt;

use serde::Serialize;

/// One leak, planted into an otherwise honest study.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Plant {
    /// A feature holds the return of the next session.
    TomorrowsReturn,
    /// Members learn from outcomes that were not known at their fit.
    UnpurgedLabel,
    /// Features are scaled by the mean and deviation of the whole history.
    ScalerOnAllData,
    /// Only stocks that are still there at the end are looked at.
    Survivorship,
    /// Prices are those that were corrected later.
    RestatedHistory,
    /// The state of a hidden Markov model is smoothed over the whole history.
    HmmSmoothing,
    /// An outcome calibrates the forecast that it will score.
    CalibratedOnScored,
    /// Weights follow outcomes one session after the forecast, resolved or not.
    UnresolvedWeights,
    /// The VIX close of the session is used at 16:00; it prints at 16:15.
    VixTooEarly,
    /// A dividend is known before its ex-date.
    DividendTooEarly,
    /// A member is fitted through the month that it is tested on.
    FitThroughTest,
    /// Weights are those that the whole history will have taught.
    FutureWeights,
}

impl Plant {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::TomorrowsReturn,
        Self::UnpurgedLabel,
        Self::ScalerOnAllData,
        Self::Survivorship,
        Self::RestatedHistory,
        Self::HmmSmoothing,
        Self::CalibratedOnScored,
        Self::UnresolvedWeights,
        Self::VixTooEarly,
        Self::DividendTooEarly,
        Self::FitThroughTest,
        Self::FutureWeights,
    ];

    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TomorrowsReturn => "a feature with tomorrow's return",
            Self::UnpurgedLabel => "an unpurged label",
            Self::ScalerOnAllData => "a scaler fitted on all data",
            Self::Survivorship => "a survivorship filter",
            Self::RestatedHistory => "restated history",
            Self::HmmSmoothing => "a smoothed hidden Markov model",
            Self::CalibratedOnScored => "calibration on the scored outcome",
            Self::UnresolvedWeights => "weights from unresolved outcomes",
            Self::VixTooEarly => "the VIX close before 16:15",
            Self::DividendTooEarly => "a dividend known early",
            Self::FitThroughTest => "a model fitted through the test month",
            Self::FutureWeights => "an ensemble weight from the future",
        }
    }
}

impl fmt::Display for Plant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
