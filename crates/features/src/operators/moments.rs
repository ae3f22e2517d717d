//! Mean and spread of a window that stay exact.

use super::blocks::{Blocks, Summary};
use crate::period::Period;

/// Count, mean and sum of squared distances from the mean of some values.
///
/// Joining two adds only what is not negative, so nothing cancels, and equal values have a spread
/// of exactly zero.
///
/// **Source:** Chan, Golub and LeVeque, *The American Statistician* 37, 1983.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moments {
    count: f64,
    pub(super) mean: f64,
    /// Sum of (x - mean)^2.
    squares: f64,
}

impl Summary for Moments {
    fn of(value: f64) -> Self {
        Self { count: 1.0, mean: value, squares: 0.0 }
    }

    fn join(self, later: Self) -> Self {
        let count = self.count + later.count;
        let apart = later.mean - self.mean;
        let share = later.count / count;
        Self {
            count,
            mean: self.mean + apart * share,
            squares: self.squares + later.squares + apart * apart * self.count * share,
        }
    }
}

impl Moments {
    /// Deviation with denominator n.
    pub(super) fn deviation(&self) -> f64 {
        (self.squares / self.count).sqrt()
    }

    /// Variance with denominator n - 1, of at least two values.
    pub(super) fn sample_variance(&self) -> f64 {
        self.squares / (self.count - 1.0)
    }
}

/// The moments of the last n values, first with value n; a value that is not finite is skipped.
#[derive(Debug, Clone)]
pub(super) struct RollingMoments {
    window: Blocks<Moments>,
}

impl RollingMoments {
    pub(super) fn new(period: Period) -> Self {
        Self { window: Blocks::new(period) }
    }

    pub(super) fn update(&mut self, value: f64) -> Option<Moments> {
        if !value.is_finite() {
            return None;
        }
        self.window.update(value)
    }

    /// Values without an answer: n - 1.
    pub(super) const fn warm_up(&self) -> usize {
        self.window.period() - 1
    }
}
