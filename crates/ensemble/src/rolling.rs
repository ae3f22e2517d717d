//! Weights from the mean Brier score of the last so many outcomes: simpler, without guarantee.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// The losses of the last `window` outcomes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RollingBrier {
    experts: usize,
    window: usize,
    losses: VecDeque<Vec<f64>>,
}

impl RollingBrier {
    /// No outcomes yet. `window` at least 1.
    pub fn new(experts: usize, window: usize) -> Self {
        Self { experts, window: window.max(1), losses: VecDeque::new() }
    }

    /// Takes one outcome; one probability per expert.
    pub fn update(&mut self, p: &[f64], won: bool) {
        let y = f64::from(u8::from(won));
        if self.losses.len() == self.window {
            self.losses.pop_front();
        }
        self.losses.push_back(p.iter().map(|p| (p - y) * (p - y)).collect());
    }

    /// Mean Brier score per expert; `None` before the first outcome.
    pub fn means(&self) -> Option<Vec<f64>> {
        let n = self.losses.len() as f64;
        let mean = |k: usize| self.losses.iter().map(|losses| losses[k]).sum::<f64>() / n;
        (!self.losses.is_empty()).then(|| (0..self.experts).map(mean).collect())
    }

    /// Weights proportional to `exp(-eta mean)`; equal before the first outcome.
    pub fn softmax(&self, eta: f64) -> Vec<f64> {
        self.weights(|lowest, mean| (eta * (lowest - mean)).exp())
    }

    /// Weights proportional to `1 / mean`; equal before the first outcome, and all to the
    /// faultless when there are any.
    pub fn inverse(&self) -> Vec<f64> {
        self.weights(|lowest, mean| match lowest {
            0.0 => f64::from(u8::from(mean == 0.0)),
            _ => lowest / mean,
        })
    }

    /// Normalised values of a function of the lowest mean and each mean.
    fn weights(&self, merit: impl Fn(f64, f64) -> f64) -> Vec<f64> {
        let Some(means) = self.means() else {
            return vec![1.0 / self.experts as f64; self.experts];
        };
        let lowest = means.iter().copied().fold(f64::INFINITY, f64::min);
        let merits: Vec<f64> = means.iter().map(|&mean| merit(lowest, mean)).collect();
        let total: f64 = merits.iter().sum();
        merits.iter().map(|merit| merit / total).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_the_first_outcome_weights_are_equal() {
        let rolling = RollingBrier::new(4, 60);
        assert_eq!(rolling.means(), None);
        assert_eq!((rolling.softmax(50.0), rolling.inverse()), (vec![0.25; 4], vec![0.25; 4]));
    }

    #[test]
    fn what_left_the_window_is_forgotten() {
        let mut rolling = RollingBrier::new(2, 3);
        rolling.update(&[0.0, 1.0], true);
        for _ in 0..3 {
            rolling.update(&[1.0, 0.5], true);
        }
        assert_eq!(rolling.means(), Some(vec![0.0, 0.25]));
        assert_eq!(rolling.inverse(), [1.0, 0.0]);
    }
}
