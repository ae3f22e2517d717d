//! Highest and lowest value of a window.

use std::collections::VecDeque;

use crate::period::Period;

/// Highest of the last n values, first with value n.
///
/// Keeps only candidates: values with none at least as high after them, so the front is always the
/// answer.
///
/// **Cost:** constant time, amortised; `ta` scans the window whenever the old extreme leaves it.
#[derive(Debug, Clone)]
pub struct RollingMax {
    period: Period,
    seen: u64,
    /// (position, value), positions rising, values falling; at most n of them.
    candidates: VecDeque<(u64, f64)>,
}

impl RollingMax {
    /// The maximum of `period` values.
    pub fn new(period: Period) -> Self {
        Self { period, seen: 0, candidates: VecDeque::with_capacity(period.get() + 1) }
    }

    /// Takes the next value.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            return None;
        }
        let length = self.period.get() as u64;
        while self.candidates.back().is_some_and(|(_, candidate)| *candidate <= value) {
            self.candidates.pop_back();
        }
        if self.candidates.front().is_some_and(|(position, _)| position + length <= self.seen) {
            self.candidates.pop_front();
        }
        self.candidates.push_back((self.seen, value));
        self.seen += 1;
        if self.seen < length {
            return None;
        }
        self.candidates.front().map(|(_, highest)| *highest)
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

/// Lowest of the last n values, first with value n. Cost as [`RollingMax`].
#[derive(Debug, Clone)]
pub struct RollingMin {
    of_negated: RollingMax,
}

impl RollingMin {
    /// The minimum of `period` values.
    pub fn new(period: Period) -> Self {
        Self { of_negated: RollingMax::new(period) }
    }

    /// Takes the next value.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        self.of_negated.update(-value).map(|highest| -highest)
    }

    /// Values without an answer: n - 1.
    pub const fn warm_up(&self) -> usize {
        self.of_negated.warm_up()
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

    proptest! {
        #[test]
        fn extremes_are_those_of_a_plain_scan(values in prop::collection::vec(-3_i32..4, 1..60), n in 1_usize..9) {
            let period = Period::new(n).unwrap();
            let (mut max, mut min) = (RollingMax::new(period), RollingMin::new(period));
            for end in 1..=values.len() {
                let value = f64::from(values[end - 1]);
                let window = end.checked_sub(n).map(|start| &values[start..end]);
                let scan = |pick: fn(&[i32]) -> i32| window.map(|w| f64::from(pick(w)));
                prop_assert_eq!(max.update(value), scan(|w| *w.iter().max().unwrap()));
                prop_assert_eq!(min.update(value), scan(|w| *w.iter().min().unwrap()));
            }
        }
    }
}
