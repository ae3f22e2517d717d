//! The straight line through the recent past.

use super::window::Window;
use crate::period::Period;

/// Least-squares slope per bar of the last n values, first with value n.
///
/// Summed afresh each time, in order, so that a flat series has a slope of exactly zero.
///
/// **Cost:** one pass over the window per value. It runs once a session, on the index.
#[derive(Debug, Clone)]
pub struct Slope {
    period: Period,
    window: Window,
}

impl Slope {
    /// A line through `period` values, at least 2 of which make one; a single value has slope 0.
    pub fn new(period: Period) -> Self {
        Self { period, window: Window::new(period) }
    }

    /// Takes the next value.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            return None;
        }
        self.window.push(value);
        self.window.is_full().then(|| self.slope(value))
    }

    /// Values are taken relative to the latest, `origin`, which changes no slope and keeps a
    /// constant series at exact zeros.
    fn slope(&self, origin: f64) -> f64 {
        let centre = (self.period.to_f64() - 1.0) / 2.0;
        let (mut product, mut square) = (0.0, 0.0);
        for (bar, value) in self.window.iter().enumerate() {
            let distance = bar as f64 - centre;
            product += distance * (value - origin);
            square += distance * distance;
        }
        if square > 0.0 { product / square } else { 0.0 }
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
    fn the_slope_of_a_line_is_its_step_and_of_a_constant_exactly_zero() {
        let mut line = Slope::new(Period::of::<20>());
        let step = (0..50).filter_map(|i| line.update(7.0 - 0.25 * f64::from(i))).last().unwrap();
        assert!((step + 0.25).abs() < 1e-12, "{step}");
        let flat = (0..50).filter_map(|_| line.update(0.1)).last().unwrap();
        assert_eq!(flat, 0.0);
    }
}
