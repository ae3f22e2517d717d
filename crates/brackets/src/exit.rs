//! How a bracket ends, and where it stands before that.

use serde::{Deserialize, Serialize};

/// Why a position is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExitKind {
    /// The stop traded: filled at the stop.
    Stop,
    /// A session opened at or beyond the stop: filled at the open.
    StopGap,
    /// The target traded: filled at the target.
    Target,
    /// A session opened at or beyond the target: filled at the open.
    TargetGap,
    /// The time limit: filled at the close of its session.
    Time,
    /// The consensus turned against the position: filled at the next open.
    Reversal,
    /// Data ended: the last close, left out of statistics.
    EndOfData,
}

impl ExitKind {
    /// Slippage is paid: everywhere but on a resting limit that traded at its own price.
    pub const fn pays_slippage(self) -> bool {
        !matches!(self, Self::Target)
    }

    /// The word in tables and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::StopGap => "stop_gap",
            Self::Target => "target",
            Self::TargetGap => "target_gap",
            Self::Time => "time",
            Self::Reversal => "reversal",
            Self::EndOfData => "end_of_data",
        }
    }
}

/// The end of a bracket.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Exit {
    /// Why.
    pub kind: ExitKind,
    /// Price before costs, currency per share of the exit session.
    pub price: f64,
    /// Stop and target were both inside the bar; [`crate::Ambiguity`] chose.
    pub ambiguous: bool,
    /// Sessions held, the entry's included.
    pub sessions: u32,
}

/// The part of a position that a partial exit sold before the bracket ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PartialFill {
    /// [`ExitKind::Target`] at its limit, [`ExitKind::TargetGap`] at an open beyond it.
    pub kind: ExitKind,
    /// Price before costs, in current share units.
    pub price: f64,
    /// Share of the position, of the shares held at the fill.
    pub share: f64,
    /// Sessions held until then, the entry's included.
    pub sessions: u32,
    /// Shares at the fill for each share at the entry.
    pub(crate) units: f64,
}

/// Where a walk stands after a bar.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// No bar yet: the entry is a limit on the next open.
    Waiting,
    /// The entry did not happen: no outcome, nothing learned.
    NotTaken {
        /// The open that was above the limit; none when the entry expired without a bar.
        open: Option<f64>,
    },
    /// Entered, not ended.
    Open,
    /// Ended.
    Closed(Exit),
}
