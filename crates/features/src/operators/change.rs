//! Change against a bar in the past.

use ta::Next as _;
use ta::indicators::RateOfChange;

use super::window::Window;
use crate::period::Period;

/// Rate of change in percent: 100 (x / x\[n ago\] - 1), first with value n + 1.
#[derive(Debug, Clone)]
pub struct Roc {
    period: Period,
    seen: usize,
    change: RateOfChange,
}

impl Roc {
    /// Change over `period` bars.
    pub fn new(period: Period) -> Self {
        let change = RateOfChange::new(period.get()).expect("a period is at least 1");
        Self { period, seen: 0, change }
    }

    /// Takes the next value, which must not be zero.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() || value == 0.0 {
            return None;
        }
        self.seen = (self.period.get() + 1).min(self.seen + 1);
        let change = self.change.next(value);
        (self.seen > self.period.get()).then_some(change)
    }

    /// Values without an answer: n.
    pub const fn warm_up(&self) -> usize {
        self.period.get()
    }

    /// Settled with the first answer: value n + 1.
    pub const fn settling(&self) -> usize {
        self.warm_up() + 1
    }
}

/// Log return: ln(x / x\[n ago\]), first with value n + 1.
#[derive(Debug, Clone)]
pub struct LogReturn {
    period: Period,
    logarithms: Window,
}

impl LogReturn {
    /// Return over `period` bars.
    pub fn new(period: Period) -> Self {
        Self { period, logarithms: Window::new(period) }
    }

    /// Takes the next value, which must be above zero.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() || value <= 0.0 {
            return None;
        }
        let logarithm = value.ln();
        self.logarithms.push(logarithm).map(|before| logarithm - before)
    }

    /// Values without an answer: n.
    pub const fn warm_up(&self) -> usize {
        self.period.get()
    }

    /// Settled with the first answer: value n + 1.
    pub const fn settling(&self) -> usize {
        self.warm_up() + 1
    }
}
