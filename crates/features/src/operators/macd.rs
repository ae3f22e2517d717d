//! Moving average convergence divergence.

use ta::Next as _;
use ta::indicators::ExponentialMovingAverage;

use super::average::{Ema, Sma};
use crate::period::Period;

/// Difference of a fast and a slow exponential mean, and its own exponential mean.
///
/// As TA-Lib has it: both means are seeded with bar `slow` (the fast one by the simple mean of the
/// last `fast` values then), the signal by the mean of the first `signal` differences, and nothing
/// is reported before the signal.
#[derive(Debug, Clone)]
pub struct Macd {
    /// Runs beside the slow mean until that is seeded; then seeds the fast one.
    fast_seed: Sma,
    fast: ExponentialMovingAverage,
    slow: Ema,
    slow_is_seeded: bool,
    signal: Ema,
}

/// What [`Macd`] says of a bar; all in the units of its input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MacdReading {
    /// Fast mean - slow mean.
    pub line: f64,
    /// Exponential mean of `line`.
    pub signal: f64,
    /// `line` - `signal`.
    pub histogram: f64,
}

impl Macd {
    /// The usual periods are 12, 26 and 9. A `fast` above `slow` is exchanged with it.
    pub fn new(fast: Period, slow: Period, signal: Period) -> Self {
        let (fast, slow) = (fast.min(slow), fast.max(slow));
        Self {
            fast_seed: Sma::new(fast),
            fast: ExponentialMovingAverage::new(fast.get()).expect("a period is at least 1"),
            slow: Ema::new(slow),
            slow_is_seeded: false,
            signal: Ema::new(signal),
        }
    }

    /// Takes the next value.
    pub fn update(&mut self, value: f64) -> Option<MacdReading> {
        if !value.is_finite() {
            return None;
        }
        let fast = if self.slow_is_seeded { Some(value) } else { self.fast_seed.update(value) };
        let slow = self.slow.update(value)?;
        self.slow_is_seeded = true;
        let line = self.fast.next(fast?) - slow;
        let signal = self.signal.update(line)?;
        Some(MacdReading { line, signal, histogram: line - signal })
    }

    /// Values without an answer: slow + signal - 2.
    pub const fn warm_up(&self) -> usize {
        self.slow.warm_up() + self.signal.warm_up()
    }
}
