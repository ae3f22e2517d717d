//! Seeded draws.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};

/// A seeded source of draws.
#[derive(Debug, Clone)]
pub struct Chance(Xoshiro256PlusPlus);

impl Chance {
    /// The source of one numbered piece of work under a seed, independent of all others.
    pub fn numbered(seed: u64, number: u64) -> Self {
        // Through the generator once, so that neighbouring seeds do not share their pieces.
        let base = Xoshiro256PlusPlus::seed_from_u64(seed).next_u64();
        Self(Xoshiro256PlusPlus::seed_from_u64(base.wrapping_add(number)))
    }

    /// Uniform on [0, 1) in steps of 2^-53.
    pub fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * (0.5_f64).powi(53)
    }

    /// Uniform on `0..limit`; `limit` at least 1. The bias is below `limit` / 2^64.
    pub fn below(&mut self, limit: usize) -> usize {
        let wide = u128::from(self.0.next_u64()) * limit as u128;
        usize::try_from(wide >> 64).expect("the high half is below the limit")
    }

    /// Draws a length from `lengths`.
    pub fn geometric(&mut self, lengths: Geometric) -> usize {
        let steps = (1.0 - self.uniform()).ln() / lengths.ln_going_on;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "floor of a number from 0 up; saturates"
        )]
        (steps as usize).saturating_add(1)
    }

    /// Puts values into random order.
    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            values.swap(last, self.below(last + 1));
        }
    }
}

/// The geometric distribution on 1, 2, ...
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Geometric {
    /// Logarithm of the chance to go on; minus infinity when every length is 1.
    ln_going_on: f64,
}

impl Geometric {
    /// With this mean; below 1 counts as 1.
    pub fn with_mean(mean: f64) -> Self {
        Self { ln_going_on: (1.0 - 1.0 / mean.max(1.0)).ln() }
    }
}
