//! Sums over stretches in constant time.

use super::Stretch;

/// Running sums of several columns, so that a stretch costs two look-ups however long it is.
#[derive(Debug, Clone, PartialEq)]
pub struct RunningSums {
    columns: usize,
    /// `[observations + 1 x columns]`, the first row 0.
    sums: Vec<f64>,
}

impl RunningSums {
    /// Of no observations yet.
    pub fn new(columns: usize) -> Self {
        Self { columns, sums: vec![0.0; columns] }
    }

    /// Takes the next observation, one value per column.
    pub fn push(&mut self, row: &[f64]) {
        let last = self.sums.len() - self.columns;
        self.sums.extend_from_within(last..);
        let new = &mut self.sums[last + self.columns..];
        new.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }

    /// Observations taken.
    pub fn observations(&self) -> usize {
        self.sums.len() / self.columns - 1
    }

    /// Sums over all observations.
    pub fn total(&self) -> &[f64] {
        self.row(self.observations())
    }

    /// Sums over stretches of a history of this length, one per column.
    pub fn over(&self, stretches: &[Stretch]) -> Vec<f64> {
        let mut sums = vec![0.0; self.columns];
        for stretch in stretches {
            let until = stretch.start + stretch.length;
            match until.checked_sub(self.observations()) {
                None => self.add(&mut sums, stretch.start, until),
                Some(beyond) => {
                    self.add(&mut sums, stretch.start, self.observations());
                    self.add(&mut sums, 0, beyond);
                }
            }
        }
        sums
    }

    fn add(&self, sums: &mut [f64], from: usize, until: usize) {
        let (from, until) = (self.row(from), self.row(until));
        for ((sum, until), from) in sums.iter_mut().zip(until).zip(from) {
            *sum += until - from;
        }
    }

    fn row(&self, index: usize) -> &[f64] {
        &self.sums[index * self.columns..(index + 1) * self.columns]
    }
}
