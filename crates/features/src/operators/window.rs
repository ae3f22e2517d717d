//! A memory of the last values.

use crate::period::Period;

/// The last `period` values, oldest overwritten first. Never grows.
#[derive(Debug, Clone)]
pub struct Window {
    values: Box<[f64]>,
    /// Where the next value goes; once full, also where the oldest one is.
    next: usize,
    held: usize,
}

impl Window {
    /// An empty memory of `period` values.
    pub fn new(period: Period) -> Self {
        Self { values: vec![0.0; period.get()].into_boxed_slice(), next: 0, held: 0 }
    }

    /// Stores a value; returns the one that had to go, if any.
    pub fn push(&mut self, value: f64) -> Option<f64> {
        let evicted = std::mem::replace(&mut self.values[self.next], value);
        let was_full = self.is_full();
        self.next = (self.next + 1) % self.values.len();
        if !was_full {
            self.held += 1;
        }
        was_full.then_some(evicted)
    }

    /// The value pushed `bars` before the latest one (0: the latest itself).
    pub fn ago(&self, bars: usize) -> Option<f64> {
        let length = self.values.len();
        (bars < self.held).then(|| self.values[(self.next + length - 1 - bars) % length])
    }

    /// All values held, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = f64> + '_ {
        let start = if self.is_full() { self.next } else { 0 };
        let (newer, older) = self.values[..self.held].split_at(start);
        older.iter().chain(newer).copied()
    }

    /// The values held in no particular order: for counts, where order is no matter.
    pub(crate) fn unordered(&self) -> &[f64] {
        &self.values[..self.held]
    }

    /// Every place is taken.
    pub const fn is_full(&self) -> bool {
        self.held == self.values.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_value_leaves_first_and_iteration_starts_with_it() {
        let mut window = Window::new(Period::of::<3>());
        assert_eq!([1.0, 2.0, 3.0].map(|v| window.push(v)), [None, None, None]);
        assert_eq!(window.push(4.0), Some(1.0));
        assert_eq!(window.iter().collect::<Vec<_>>(), [2.0, 3.0, 4.0]);
        assert_eq!([0, 1, 2, 3].map(|k| window.ago(k)), [Some(4.0), Some(3.0), Some(2.0), None]);
    }

    #[test]
    fn a_window_that_is_not_full_yields_only_what_it_holds() {
        let mut window = Window::new(Period::of::<3>());
        window.push(1.0);
        window.push(2.0);
        assert_eq!(window.iter().collect::<Vec<_>>(), [1.0, 2.0]);
        assert_eq!(window.ago(2), None);
    }
}
