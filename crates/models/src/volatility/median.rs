//! The median of the last year.

use tradebot_features::Period;
use tradebot_features::operators::Window;

/// Values that make a year.
pub(super) const YEAR: usize = 252;

/// Median of the last [`YEAR`] values, first with the last of them.
///
/// **Cost:** one binary search and one move within a sorted copy per value.
#[derive(Debug, Clone)]
pub(super) struct YearMedian {
    window: Window,
    /// The same values, ascending.
    sorted: Vec<f64>,
}

impl YearMedian {
    pub(super) fn new() -> Self {
        Self { window: Window::new(Period::of::<YEAR>()), sorted: Vec::with_capacity(YEAR) }
    }

    /// Takes a finite value.
    pub(super) fn push(&mut self, value: f64) {
        debug_assert!(value.is_finite(), "{value}");
        if let Some(old) = self.window.push(value) {
            let at = self.sorted.partition_point(|x| *x < old);
            self.sorted.remove(at);
        }
        let at = self.sorted.partition_point(|x| *x < value);
        self.sorted.insert(at, value);
    }

    /// Median of a full year.
    pub(super) fn value(&self) -> Option<f64> {
        self.window.is_full().then(|| self.so_far())?
    }

    /// Median of what there is of the last year.
    pub(super) fn so_far(&self) -> Option<f64> {
        let middle = self.sorted.len() / 2;
        let upper = *self.sorted.get(middle)?;
        if self.sorted.len() % 2 == 1 {
            return Some(upper);
        }
        Some(0.5 * (self.sorted[middle - 1] + upper))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_median_is_that_of_the_last_year_sorted(values in prop::collection::vec(-20_i32..20, 200..400)) {
            let mut median = YearMedian::new();
            for end in 1..=values.len() {
                median.push(f64::from(values[end - 1]));
                let mut last: Vec<i32> = values[end.saturating_sub(YEAR)..end].to_vec();
                last.sort_unstable();
                let middle = f64::from(last[(last.len() - 1) / 2] + last[last.len() / 2]) / 2.0;
                prop_assert_eq!(median.so_far(), Some(middle));
                prop_assert_eq!(median.value(), (end >= YEAR).then_some(middle));
            }
        }
    }
}
