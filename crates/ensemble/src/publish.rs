//! The weights that are used: those learned, held above a floor and moved in small steps.

use serde::{Deserialize, Serialize};

/// Published weights and how far they may move.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PublishedWeights {
    floor: f64,
    step_max: f64,
    weights: Vec<f64>,
}

impl PublishedWeights {
    /// Equal weights. `floor` in `0..=1 / members`, `step_max` > 0.
    pub fn new(members: usize, floor: f64, step_max: f64) -> Self {
        Self { floor, step_max, weights: vec![1.0 / members as f64; members] }
    }

    /// Moves towards learned weights that sum to 1: in a straight line, as far as no weight
    /// changes by more than the step, so that they still sum to 1 on the way.
    pub fn approach(&mut self, learned: &[f64]) {
        let spread = 1.0 - self.floor * self.weights.len() as f64;
        let change: Vec<f64> = self
            .weights
            .iter()
            .zip(learned)
            .map(|(now, learned)| self.floor + spread * learned - now)
            .collect();
        let largest = change.iter().fold(0.0_f64, |most, change| most.max(change.abs()));
        let share = if largest > self.step_max { self.step_max / largest } else { 1.0 };
        for (weight, change) in self.weights.iter_mut().zip(change) {
            *weight += share * change;
        }
    }

    /// Each member's weight; they sum to 1.
    pub fn get(&self) -> &[f64] {
        &self.weights
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_sudden_favourite_is_reached_in_steps_and_the_others_keep_the_floor() {
        let mut published = PublishedWeights::new(4, 0.01, 0.10);
        published.approach(&[1.0, 0.0, 0.0, 0.0]);
        assert!((published.get()[0] - 0.35).abs() < 1e-12, "{:?}", published.get());
        for _ in 0..20 {
            published.approach(&[1.0, 0.0, 0.0, 0.0]);
        }
        for (weight, expected) in published.get().iter().zip([0.97, 0.01, 0.01, 0.01]) {
            assert!((weight - expected).abs() < 1e-12, "{:?}", published.get());
        }
    }

    proptest! {
        #[test]
        fn floor_step_and_sum_hold_whatever_is_learned(
            targets in prop::collection::vec([0.0_f64..1.0, 0.0_f64..1.0, 0.0_f64..1.0], 1..60),
        ) {
            let mut published = PublishedWeights::new(3, 0.05, 0.1);
            for target in targets {
                let sum: f64 = target.iter().sum::<f64>() + 1e-9;
                let learned = target.map(|w| (w + 1e-9 / 3.0) / sum);
                let before = published.get().to_vec();
                published.approach(&learned);
                for (now, before) in published.get().iter().zip(before) {
                    prop_assert!(*now >= 0.05 - 1e-12 && (now - before).abs() <= 0.1 + 1e-12);
                }
                prop_assert!((published.get().iter().sum::<f64>() - 1.0).abs() < 1e-12);
            }
        }
    }
}
