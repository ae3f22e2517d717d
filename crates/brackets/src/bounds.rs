//! What is known of a result that daily bars leave open: it lies between two bounds.

use serde::{Deserialize, Serialize};
use tradebot_domain::{Bar, CorporateAction};

use crate::cost::CostModel;
use crate::exit::{Exit, Progress};
use crate::rules::Ambiguity;
use crate::walk::Walk;
use crate::walk::fine::{FineError, FineRules, FineStep};

/// A result with every ambiguous bar taken for the stop, and with every one taken for the target.
///
/// Only the order of stop and target inside a bar is bounded: whether a resting target that was
/// merely touched is filled is [`crate::FillRules::trade_through`]'s matter.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds<T> {
    /// The stop came first.
    pub pessimistic: T,
    /// The target came first.
    pub optimistic: T,
}

impl<T> Bounds<T> {
    /// Both bounds put through `f`.
    pub fn map<U>(self, f: impl Fn(T) -> U) -> Bounds<U> {
        Bounds { pessimistic: f(self.pessimistic), optimistic: f(self.optimistic) }
    }

    fn each<U>(&mut self, mut f: impl FnMut(&mut T) -> U) -> Bounds<U> {
        Bounds { pessimistic: f(&mut self.pessimistic), optimistic: f(&mut self.optimistic) }
    }
}

impl Bounds<f64> {
    /// How far apart they are, >= 0: what the order of events inside bars could change.
    pub fn width(&self) -> f64 {
        self.optimistic - self.pessimistic
    }

    /// `value` is not outside, give or take `slack` for rounding.
    pub fn hold(&self, value: f64, slack: f64) -> bool {
        self.pessimistic - slack <= value && value <= self.optimistic + slack
    }
}

/// One bracket walked both ways: the same calls as [`Walk`]'s, each to both.
impl Bounds<Walk> {
    /// Both ways of walking `walk`, whatever its own rule is.
    pub fn around(walk: &Walk) -> Self {
        let choosing = |ambiguity| walk.choosing(ambiguity);
        Self { pessimistic: choosing(Ambiguity::Stop), optimistic: choosing(Ambiguity::Target) }
    }

    /// [`Walk::apply_action`].
    pub fn apply_action(&mut self, action: &CorporateAction) {
        self.each(|walk| walk.apply_action(action));
    }

    /// [`Walk::step`].
    pub fn step(&mut self, bar: &Bar) -> Bounds<Progress> {
        self.each(|walk| walk.step(bar))
    }

    /// [`Walk::step_fine`]: where finer bars tell what happened, both bounds are what happened.
    ///
    /// # Errors
    /// As there; neither walk has moved then.
    pub fn step_fine(
        &mut self,
        coarse: &Bar,
        fine: &[Bar],
        rules: FineRules,
    ) -> Result<Bounds<FineStep>, FineError> {
        let mut both = *self;
        let Bounds { pessimistic, optimistic } = both.each(|w| w.step_fine(coarse, fine, rules));
        let steps = Bounds { pessimistic: pessimistic?, optimistic: optimistic? };
        *self = both;
        Ok(steps)
    }

    /// [`Walk::on_reversal`].
    pub fn on_reversal(&mut self) -> Bounds<bool> {
        self.each(Walk::on_reversal)
    }

    /// [`Walk::expire`].
    pub fn expire(&mut self) -> Bounds<Progress> {
        self.each(Walk::expire)
    }

    /// [`Walk::end_of_data`].
    pub fn end_of_data(&mut self, last_close: f64) -> Bounds<Option<Exit>> {
        self.each(|walk| walk.end_of_data(last_close))
    }

    /// [`Walk::net_r`] of both, once both have ended; a bracket ends in the same session either way.
    pub fn net_r(&self, costs: &CostModel) -> Option<Bounds<f64>> {
        let of = |walk: &Walk| walk.exit().map(|exit| walk.net_r(&exit, costs));
        let (pessimistic, optimistic) = (of(&self.pessimistic)?, of(&self.optimistic)?);
        Some(Bounds { pessimistic, optimistic })
    }
}

#[cfg(test)]
mod tests;
