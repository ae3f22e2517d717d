//! Seeded draws for the restarts of a fit: the only randomness there is.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};

/// A stream of random numbers, the same for the same seed and stream on any machine.
#[derive(Debug)]
pub(crate) struct Chance(Xoshiro256PlusPlus);

impl Chance {
    /// Streams of one seed are unrelated: one per restart, however many restarts there are.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        // An odd multiplier maps streams to distinct states; seeding mixes the bits.
        let mixed = seed ^ stream.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Self(Xoshiro256PlusPlus::seed_from_u64(mixed))
    }

    /// Uniform in `low..high`, in steps of 2^-53 of the distance.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
        low + (high - low) * ((self.0.next_u64() >> 11) as f64 * STEP)
    }

    /// Uniform in `0..bound` by the upper half of a product; its bias is below `bound` / 2^64.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let product = u128::from(self.0.next_u64()) * bound as u128;
        usize::try_from(product >> 64).expect("less than the bound")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_of_a_seed_differ_and_repeat() {
        let first = |seed, stream| Chance::new(seed, stream).between(0.0, 1.0);
        assert_eq!(first(7, 0), first(7, 0));
        assert_ne!(first(7, 0), first(7, 1));
        assert_ne!(first(7, 0), first(8, 0));
    }

    #[test]
    fn draws_stay_within_their_bounds_and_reach_all_of_them() {
        let mut chance = Chance::new(3, 1);
        let mut counts = [0_u32; 4];
        for _ in 0..4_000 {
            assert!((-2.0..5.0).contains(&chance.between(-2.0, 5.0)));
            counts[chance.below(4)] += 1;
        }
        assert!(counts.iter().all(|count| (900..1_100).contains(count)), "{counts:?}");
    }
}
