//! How much of an outcome is its own: weights for labels that overlap in time.

use serde::{Deserialize, Serialize};

/// Bars that a label is made of, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// The bar of the entry.
    pub first: usize,
    /// The bar of the exit, not before `first`.
    pub last: usize,
}

impl Interval {
    /// The two share a bar: one of them must not train what is tested on the other.
    pub const fn overlaps(&self, other: &Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

/// Labels that are made of each bar, for bars `0..bars`.
///
/// Parts of an interval beyond the last bar, and intervals that end before they begin, count
/// nowhere.
///
/// **Source:** Lopez de Prado (2018), ch. 4.3.
pub fn concurrency(intervals: &[Interval], bars: usize) -> Vec<u32> {
    let mut counts = vec![0; bars];
    for interval in intervals {
        for count in held(interval, &mut counts) {
            *count += 1;
        }
    }
    counts
}

/// Average uniqueness of each label: the mean over its bars of one over the labels made of that
/// bar, in (0, 1]; 0 for an interval without a bar.
///
/// The sum over labels is the number of independent outcomes that overlapping ones are worth.
///
/// **Source:** Lopez de Prado (2018), ch. 4.4.
pub fn uniqueness(intervals: &[Interval], bars: usize) -> Vec<f64> {
    let counts = concurrency(intervals, bars);
    let of = |interval: &Interval| {
        let counts = counts
            .get(interval.first..bars.min(interval.last.saturating_add(1)))
            .unwrap_or_default();
        let shares: f64 = counts.iter().map(|count| 1.0 / f64::from(*count)).sum();
        if counts.is_empty() { 0.0 } else { shares / counts.len() as f64 }
    };
    intervals.iter().map(of).collect()
}

fn held<'a>(interval: &Interval, counts: &'a mut [u32]) -> &'a mut [u32] {
    let end = counts.len().min(interval.last.saturating_add(1));
    counts.get_mut(interval.first..end).unwrap_or_default()
}
