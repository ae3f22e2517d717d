//! Moving average convergence divergence.

use ta::Next as _;
use ta::indicators::ExponentialMovingAverage;

use super::average::{Ema, Sma};
use super::memory::{kept_by_exponential, steps_to_forget};
use crate::period::Period;

/// How wrong the first line is: a share of the typical one, for means far apart.
const SEED_ERROR: f64 = 5.0;

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

    /// The value, counted from 1, with which line, signal and histogram have settled, on prices.
    pub fn settling(&self) -> usize {
        if self.fast_seed.warm_up() == self.slow.warm_up() {
            return self.warm_up() + 1; // the line is zero
        }
        let [fast, slow, signal] =
            [self.fast_seed.warm_up(), self.slow.warm_up(), self.signal.warm_up()]
                .map(|warm_up| warm_up as f64 + 1.0);
        let (by_slow, by_signal) = (kept_by_exponential(slow), kept_by_exponential(signal));
        let kept = by_slow.max(by_signal);
        let error = SEED_ERROR * slow / (slow - fast);
        // The signal smooths an error that itself fades; the closer the two rates, the longer.
        let fading = steps_to_forget(error, kept) as f64;
        let echo = (1.0 - by_signal) * (by_slow - by_signal).abs().recip().min(fading);
        self.warm_up() + 1 + steps_to_forget(error * (1.0 + echo), kept)
    }
}
