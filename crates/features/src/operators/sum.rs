//! The sum of a window that stays exact.

use super::blocks::Blocks;
use crate::period::Period;

/// Sum of the last n values, first with value n. Never subtracts, so that a value that is out of
/// the window has left no rounding behind.
///
/// **Cost:** constant time, amortised: one pass over the window after each n values.
#[derive(Debug, Clone)]
pub struct RollingSum {
    window: Blocks<f64>,
}

impl RollingSum {
    /// The sum of `period` values.
    pub fn new(period: Period) -> Self {
        Self { window: Blocks::new(period) }
    }

    /// Takes the next value.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            return None;
        }
        self.window.update(value)
    }

    /// Takes the next value; gives the mean in the place of the sum.
    pub fn update_mean(&mut self, value: f64) -> Option<f64> {
        let count = self.window.period() as f64;
        self.update(value).map(|sum| sum / count)
    }

    /// Values without an answer: n - 1.
    pub const fn warm_up(&self) -> usize {
        self.window.period() - 1
    }

    /// Settled with the first answer: value n.
    pub const fn settling(&self) -> usize {
        self.warm_up() + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_huge_value_leaves_no_trace_once_it_is_out_of_the_window() {
        let mut sum = RollingSum::new(Period::of::<3>());
        let got = [1e30, 0.5, 0.25, 0.125, 4.0].map(|value| sum.update(value));
        assert_eq!(got[3..], [Some(0.875), Some(4.375)]);
    }

    proptest! {
        #[test]
        fn the_sum_is_that_of_a_plain_loop(values in prop::collection::vec(-9_i32..10, 1..60), n in 1_usize..9) {
            let mut sum = RollingSum::new(Period::new(n).unwrap());
            for end in 1..=values.len() {
                let window = end.checked_sub(n).map(|start| &values[start..end]);
                let plain = window.map(|w| f64::from(w.iter().sum::<i32>()));
                prop_assert_eq!(sum.update(f64::from(values[end - 1])), plain);
            }
        }
    }
}
