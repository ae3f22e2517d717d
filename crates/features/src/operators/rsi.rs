//! Relative strength index.

use super::average::Wilder;
use super::memory::{kept_by_wilder, steps_to_forget};
use crate::period::Period;

/// How wrong the first answers are: a share of the index, large where gains or losses are rare.
const SEED_ERROR: f64 = 60.0;

/// Wilder's RSI: 100 x mean gain / (mean gain + mean loss), both in Wilder's smoothing.
///
/// **Range:** 0 to 100. A series that never moved gives 0, as TA-Lib does; ask
/// [`Rsi::has_moved`] where that must not look like a fall.
///
/// **Source:** Wilder 1978.
#[derive(Debug, Clone)]
pub struct Rsi {
    before: Option<f64>,
    gain: Wilder,
    loss: Wilder,
}

impl Rsi {
    /// Over `period` changes.
    pub const fn new(period: Period) -> Self {
        Self { before: None, gain: Wilder::new(period), loss: Wilder::new(period) }
    }

    /// Takes the next value.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            return None;
        }
        let change = value - self.before.replace(value)?;
        let gain = self.gain.update(change.max(0.0));
        let loss = self.loss.update((-change).max(0.0));
        let (gain, loss) = gain.zip(loss)?;
        Some(if gain + loss > 0.0 { 100.0 * gain / (gain + loss) } else { 0.0 })
    }

    /// Some change so far was not zero.
    pub fn has_moved(&self) -> bool {
        let moved = |side: &Wilder| side.value().is_some_and(|mean| mean > 0.0);
        moved(&self.gain) || moved(&self.loss)
    }

    /// Values without an answer: n.
    pub const fn warm_up(&self) -> usize {
        self.gain.warm_up() + 1
    }

    /// The value, counted from 1, with which it has settled, on prices.
    pub fn settling(&self) -> usize {
        let kept = kept_by_wilder(self.gain.warm_up() as f64 + 1.0);
        self.warm_up() + 1 + steps_to_forget(SEED_ERROR, kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_series_reads_zero_and_says_that_it_never_moved() {
        let mut rsi = Rsi::new(Period::of::<14>());
        let last = (0..30).filter_map(|_| rsi.update(5.0)).last();
        assert_eq!(last, Some(0.0));
        assert!(!rsi.has_moved());
        rsi.update(5.1);
        assert!(rsi.has_moved());
    }
}
