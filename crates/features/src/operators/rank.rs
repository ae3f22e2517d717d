//! Where the latest value stands among the recent ones.

use super::window::Window;
use crate::period::Period;

/// Mid-rank percentile: (count below + half the count equal, itself included) / n.
///
/// **Range:** 0.5 / n to 1 - 0.5 / n; 0.5 when all are equal.
///
/// **Cost:** one pass over the window per value.
#[derive(Debug, Clone)]
pub struct MidRankPercentile {
    period: Period,
    window: Window,
}

impl MidRankPercentile {
    /// The rank within the last `period` values.
    pub fn new(period: Period) -> Self {
        Self { period, window: Window::new(period) }
    }

    /// Takes the next value; an answer comes with value n.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            return None;
        }
        self.window.push(value);
        if !self.window.is_full() {
            return None;
        }
        // Twice the rank, so that counts stay whole numbers.
        let doubled: usize = self
            .window
            .unordered()
            .iter()
            .map(|other| usize::from(*other < value) + usize::from(*other <= value))
            .sum();
        Some(doubled as f64 / (2.0 * self.period.to_f64()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_their_rank() {
        let mut rank = MidRankPercentile::new(Period::of::<4>());
        assert_eq!([1.0, 2.0, 2.0].map(|v| rank.update(v)), [None; 3]);
        assert_eq!(rank.update(3.0), Some(3.5 / 4.0));
        assert_eq!(rank.update(2.0), Some(1.5 / 4.0)); // 2 2 3 2: none below, three equal
    }
}
