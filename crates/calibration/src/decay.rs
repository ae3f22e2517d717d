//! Exponential forgetting, applied when a number is read or touched instead of at every step.

use serde::{Deserialize, Serialize};

/// A factor per step that halves weights over a half-life.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Decay {
    factor: f64,
}

impl Decay {
    /// Nothing is forgotten.
    pub const NONE: Self = Self { factor: 1.0 };

    /// `0.5^(1 / half_life)` per step. `half_life` in steps, > 0; infinity forgets nothing.
    pub fn half_life(half_life: f64) -> Self {
        Self { factor: 0.5_f64.powf(1.0 / half_life) }
    }

    /// The factor of one step, in (0, 1].
    pub const fn factor(self) -> f64 {
        self.factor
    }

    /// The factor of `steps` steps.
    ///
    /// By repeated squaring, whose roundings are the same on every machine; `powi` promises no
    /// precision. Differs from `steps` single multiplications by a few units in the last place.
    pub fn over(self, steps: u64) -> f64 {
        let (mut left, mut base, mut product) = (steps, self.factor, 1.0);
        while left > 0 {
            if left & 1 == 1 {
                product *= base;
            }
            base *= base;
            left >>= 1;
        }
        product
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_life_halves() {
        let decay = Decay::half_life(1_250.0);
        assert!((decay.over(1_250) - 0.5).abs() < 1e-12);
        assert!((decay.over(2_500) - 0.25).abs() < 1e-12);
        assert_eq!(decay.over(0), 1.0);
    }

    #[test]
    fn many_steps_at_once_equal_one_after_another() {
        let decay = Decay::half_life(250.0);
        let mut eager = 1.0;
        for steps in 1..5_000 {
            eager *= decay.factor();
            let lazy = decay.over(steps);
            assert!((lazy / eager - 1.0).abs() < 1e-12, "{steps}: {lazy} {eager}");
        }
    }

    #[test]
    fn an_infinite_half_life_forgets_nothing() {
        assert_eq!(Decay::half_life(f64::INFINITY), Decay::NONE);
    }
}
