//! The record of sizing, step by step.

use tradebot_journal::SizingStep;

/// A size on its way, and how it came to be what it is.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    fraction: f64,
    records: Vec<SizingStep>,
}

impl Steps {
    /// Fraction of equity at risk now.
    pub(crate) const fn fraction(&self) -> f64 {
        self.fraction
    }

    /// The last step that made the size smaller, or the first step.
    pub(crate) fn bound_by(&self) -> &str {
        let shrinking = self.records.iter().rev().find(|s| s.after < s.before);
        shrinking.or(self.records.first()).map_or("", |s| s.step.as_str())
    }

    /// Moves on to `after`.
    pub(crate) fn set(&mut self, step: &str, after: f64, note: String) {
        let before = self.fraction;
        self.records.push(SizingStep { step: step.to_owned(), before, after, note });
        self.fraction = after;
    }

    /// Multiplies by `factor`.
    pub(crate) fn multiply(&mut self, step: &str, factor: f64, note: String) {
        self.set(step, self.fraction * factor, note);
    }

    /// Lowers to `cap` if it is above; never raises, and NaN allows nothing.
    pub(crate) fn cap(&mut self, step: &str, cap: f64, note: String) {
        let cap = if cap.is_nan() { 0.0 } else { cap.max(0.0) };
        self.set(step, self.fraction.min(cap), note);
    }

    /// The records.
    pub(crate) fn into_records(self) -> Vec<SizingStep> {
        self.records
    }
}
