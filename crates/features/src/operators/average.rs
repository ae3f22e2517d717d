//! Means: simple, exponential, Wilder's.

use ta::Next as _;
use ta::indicators::{ExponentialMovingAverage, SimpleMovingAverage};

use super::memory::{kept_by_exponential, kept_by_wilder, steps_to_forget};
use crate::period::Period;

/// How wrong the mean of n prices is for an exponential mean that lasts: a share of the price.
const SEED_ERROR: f64 = 0.6;
/// How wrong the mean of n true ranges is for Wilder's: a share of the range.
const RANGE_SEED_ERROR: f64 = 15.0;

/// Simple moving average: mean of the last n values, first with value n.
#[derive(Debug, Clone)]
pub struct Sma {
    period: Period,
    seen: usize,
    mean: SimpleMovingAverage,
}

impl Sma {
    /// A mean over `period` values.
    pub fn new(period: Period) -> Self {
        let mean = SimpleMovingAverage::new(period.get()).expect("a period is at least 1");
        Self { period, seen: 0, mean }
    }

    /// Takes the next value.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            return None;
        }
        self.seen = self.period.get().min(self.seen + 1);
        let mean = self.mean.next(value);
        (self.seen == self.period.get()).then_some(mean)
    }

    /// Values without an answer: n - 1.
    pub const fn warm_up(&self) -> usize {
        self.period.get() - 1
    }

    /// Settled with the first answer: value n.
    pub const fn settling(&self) -> usize {
        self.warm_up() + 1
    }
}

/// The sum of the first n values, then their mean: what seeds a recursion.
#[derive(Debug, Clone)]
struct Seed {
    period: Period,
    seen: usize,
    sum: f64,
}

impl Seed {
    const fn new(period: Period) -> Self {
        Self { period, seen: 0, sum: 0.0 }
    }

    const fn is_done(&self) -> bool {
        self.seen == self.period.get()
    }

    /// The mean, with the value that completes it.
    fn update(&mut self, value: f64) -> Option<f64> {
        self.seen += 1;
        self.sum += value;
        self.is_done().then(|| self.sum / self.period.to_f64())
    }
}

/// Exponential moving average with k = 2 / (n + 1), seeded by the mean of the first n values.
///
/// The seed is TA-Lib's; `ta` alone would start from the first value and differ for some 300 bars.
#[derive(Debug, Clone)]
pub struct Ema {
    seed: Seed,
    mean: ExponentialMovingAverage,
}

impl Ema {
    /// A mean with k = 2 / (`period` + 1).
    pub fn new(period: Period) -> Self {
        let mean = ExponentialMovingAverage::new(period.get()).expect("a period is at least 1");
        Self { seed: Seed::new(period), mean }
    }

    /// Takes the next value.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            return None;
        }
        if self.seed.is_done() {
            return Some(self.mean.next(value));
        }
        self.seed.update(value).map(|seed| self.mean.next(seed))
    }

    /// Values without an answer: n - 1.
    pub const fn warm_up(&self) -> usize {
        self.seed.period.get() - 1
    }

    /// The value, counted from 1, with which it has settled, on prices.
    pub fn settling(&self) -> usize {
        let kept = kept_by_exponential(self.seed.period.to_f64());
        self.warm_up() + 1 + steps_to_forget(SEED_ERROR, kept)
    }
}

/// Wilder's smoothing: seeded by the mean of the first n values, then (S (n - 1) + x) / n.
///
/// **Source:** Wilder, *New Concepts in Technical Trading Systems*, 1978.
#[derive(Debug, Clone)]
pub struct Wilder {
    seed: Seed,
    mean: f64,
}

impl Wilder {
    /// Smoothing with 1 / `period`.
    pub const fn new(period: Period) -> Self {
        Self { seed: Seed::new(period), mean: 0.0 }
    }

    /// Takes the next value.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            return None;
        }
        if self.seed.is_done() {
            let n = self.seed.period.to_f64();
            self.mean = (self.mean * (n - 1.0) + value) / n;
        } else {
            self.mean = self.seed.update(value)?;
        }
        Some(self.mean)
    }

    /// The latest answer again.
    pub fn value(&self) -> Option<f64> {
        self.seed.is_done().then_some(self.mean)
    }

    /// Values without an answer: n - 1.
    pub const fn warm_up(&self) -> usize {
        self.seed.period.get() - 1
    }

    /// The value, counted from 1, with which it has settled, on the ranges of bars.
    pub fn settling(&self) -> usize {
        let kept = kept_by_wilder(self.seed.period.to_f64());
        self.warm_up() + 1 + steps_to_forget(RANGE_SEED_ERROR, kept)
    }
}
