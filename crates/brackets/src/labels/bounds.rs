//! The labels of the same signals with every doubtful bar resolved against them, and for them.

use tradebot_domain::Bar;

use super::{Label, LabelError, LabelSpec, LabelSummary, Signal, labels};
use crate::bounds::Bounds;
use crate::cost::CostModel;
use crate::rules::{Ambiguity, FillRules};

impl Bounds<Vec<Label>> {
    /// Labels the signals twice; what `spec.rules` says about ambiguity does not matter.
    ///
    /// - **Output:** two lists of the same signals in the same order; a label ends on the same bar in
    ///   both, and its net R in the pessimistic list is not above the one in the optimistic list.
    ///
    /// # Errors
    /// As [`labels`].
    pub fn of(
        bars: &[Bar],
        signals: &[Signal],
        spec: &LabelSpec,
        costs: &CostModel,
    ) -> Result<Self, LabelError> {
        let under = |ambiguity| {
            let rules = FillRules { ambiguity, ..spec.rules };
            labels(bars, signals, &LabelSpec { rules, ..*spec }, costs)
        };
        Ok(Self { pessimistic: under(Ambiguity::Stop)?, optimistic: under(Ambiguity::Target)? })
    }

    /// Net R of every label, both bounds of it.
    pub fn net_r(&self) -> Vec<Bounds<f64>> {
        let both = self.pessimistic.iter().zip(&self.optimistic);
        let pair = |(pessimistic, optimistic): (&Label, &Label)| Bounds {
            pessimistic: pessimistic.net_r,
            optimistic: optimistic.net_r,
        };
        both.map(pair).collect()
    }

    /// Counts and means of both, e.g. the bounds of mean net R.
    pub fn summary(&self) -> Bounds<LabelSummary> {
        Bounds {
            pessimistic: LabelSummary::of(&self.pessimistic),
            optimistic: LabelSummary::of(&self.optimistic),
        }
    }
}
