//! What a set of labels is made of, and how much of it hangs on assumptions about fills.

use serde::{Deserialize, Serialize};
use tradebot_domain::Bar;

use super::{Label, LabelError, LabelSpec, Signal, labels, uniqueness};
use crate::cost::CostModel;
use crate::exit::ExitKind;
use crate::rules::FillRules;

/// Counts and means of a set of labels. Means are over labels with a value and 0 without one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct LabelSummary {
    /// Labels with a value.
    pub labels: usize,
    /// Ended at the target, gaps included.
    pub targets: usize,
    /// Ended at the stop, gaps included.
    pub stops: usize,
    /// Ended by time.
    pub time_outs: usize,
    /// The series ended first; counted nowhere else.
    pub end_of_data: usize,
    /// Stop and target were inside one bar and a rule chose.
    pub ambiguous: usize,
    /// `ambiguous` over `labels`: how often daily bars do not tell what happened.
    pub ambiguity_rate: f64,
    /// Share that paid after costs (meta-label 1).
    pub paid: f64,
    /// Mean net return on the entry price.
    pub mean_net_return: f64,
    /// Mean net result in units of planned risk.
    pub mean_net_r: f64,
    /// Mean average uniqueness: independent outcomes per label.
    pub mean_uniqueness: f64,
}

/// The same signals labelled with targets that fill when touched, and with targets that fill only
/// when the price trades through them: the truth of a resting limit lies between.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FillSensitivity {
    /// A touched target is filled.
    pub touch: LabelSummary,
    /// A target fills only when the bar trades beyond it.
    pub trade_through: LabelSummary,
    /// Labels whose end differs.
    pub changed: usize,
}

impl LabelSummary {
    /// Sums up labels of one series.
    pub fn of(labels: &[Label]) -> Self {
        let known: Vec<&Label> = labels.iter().filter(|label| label.value.is_some()).collect();
        let count = |keep: &dyn Fn(&Label) -> bool| known.iter().filter(|l| keep(l)).count();
        let mean = |value: &dyn Fn(&Label) -> f64| {
            let sum: f64 = known.iter().map(|l| value(l)).sum();
            if known.is_empty() { 0.0 } else { sum / known.len() as f64 }
        };
        let intervals: Vec<_> = known.iter().map(|label| label.interval).collect();
        let bars = intervals.iter().map(|interval| interval.last + 1).max().unwrap_or(0);
        let weights: f64 = uniqueness(&intervals, bars).iter().sum();
        Self {
            labels: known.len(),
            targets: count(&|l| matches!(l.exit.kind, ExitKind::Target | ExitKind::TargetGap)),
            stops: count(&|l| matches!(l.exit.kind, ExitKind::Stop | ExitKind::StopGap)),
            time_outs: count(&|l| l.exit.kind == ExitKind::Time),
            end_of_data: labels.len() - known.len(),
            ambiguous: count(&|l| l.exit.ambiguous),
            ambiguity_rate: mean(&|l| f64::from(u8::from(l.exit.ambiguous))),
            paid: mean(&|l| f64::from(u8::from(l.net_return > 0.0))),
            mean_net_return: mean(&|l| l.net_return),
            mean_net_r: mean(&|l| l.net_r),
            mean_uniqueness: if known.is_empty() { 0.0 } else { weights / known.len() as f64 },
        }
    }
}

impl FillSensitivity {
    /// Labels the signals twice; what `spec.rules` says about targets does not matter.
    ///
    /// # Errors
    /// As [`labels`].
    pub fn of(
        bars: &[Bar],
        signals: &[Signal],
        spec: &LabelSpec,
        costs: &CostModel,
    ) -> Result<Self, LabelError> {
        let under = |trade_through| {
            let rules = FillRules { trade_through, ..spec.rules };
            labels(bars, signals, &LabelSpec { rules, ..*spec }, costs)
        };
        let (touch, through) = (under(false)?, under(true)?);
        let differ = |(a, b): &(&Label, &Label)| a.exit != b.exit;
        Ok(Self {
            touch: LabelSummary::of(&touch),
            trade_through: LabelSummary::of(&through),
            changed: touch.iter().zip(&through).filter(differ).count(),
        })
    }
}
