//! Seeded draws: one stream for each thing that has a fate of its own.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};

/// Separates this use of the hash function from every other.
const DOMAIN: &str = "tradebot 2026-11 simulator stream";

/// A stream of draws that depends on the seed and on whose stream it is, and on nothing else.
#[derive(Debug, Clone)]
pub(crate) struct Chance(Xoshiro256PlusPlus);

impl Chance {
    /// The stream of `owner` in the world of `seed`.
    pub(crate) fn new(seed: u64, owner: &str) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key(DOMAIN);
        hasher.update(&seed.to_le_bytes());
        hasher.update(owner.as_bytes());
        Self(Xoshiro256PlusPlus::from_seed(*hasher.finalize().as_bytes()))
    }

    /// Uniform in the open interval (0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        let bits = self.0.next_u64() >> 11;
        (bits as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// True with probability `p`.
    pub(crate) fn happens(&mut self, p: f64) -> bool {
        self.uniform() < p
    }

    /// One of `0..n`, each as likely as the others (to within n in 2^32).
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        let scaled = (self.0.next_u64() >> 32) * u64::from(n);
        u32::try_from(scaled >> 32).expect("32 bits are left")
    }

    /// Two independent standard normal draws (Box and Muller 1958).
    pub(crate) fn normals(&mut self) -> (f64, f64) {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        let (sin, cos) = (std::f64::consts::TAU * self.uniform()).sin_cos();
        (radius * cos, radius * sin)
    }

    /// One standard normal draw.
    pub(crate) fn normal(&mut self) -> f64 {
        self.normals().0
    }

    /// What a normal draw is to be multiplied with to become Student's t with `2 * pairs` degrees
    /// of freedom and unit variance: the root of (v - 2) / chi-squared.
    ///
    /// One factor for both halves of a day makes their sum a t as well.
    pub(crate) fn tail(&mut self, pairs: u32) -> f64 {
        let product: f64 = (0..pairs).map(|_| self.uniform()).product();
        let chi_squared = -2.0 * product.ln();
        ((2.0 * f64::from(pairs) - 2.0) / chi_squared).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ_by_seed_and_owner() {
        let first = |seed, owner| Chance::new(seed, owner).uniform();
        assert_eq!(first(1, "market"), first(1, "market"));
        assert_ne!(first(1, "market"), first(2, "market"));
        assert_ne!(first(1, "market"), first(1, "SYN00001"));
    }

    #[test]
    fn a_stretched_normal_has_unit_variance_and_the_tails_of_its_t() {
        let mut chance = Chance::new(7, "t");
        let n = 400_000;
        let draws: Vec<f64> = (0..n).map(|_| chance.normal() * chance.tail(5)).collect();
        let moment = |k: i32| draws.iter().map(|x| x.powi(k)).sum::<f64>() / f64::from(n);
        assert!(moment(1).abs() < 0.005, "{}", moment(1));
        assert!((moment(2) - 1.0).abs() < 0.015, "{}", moment(2));
        // Kurtosis of t with 10 degrees of freedom: 3 + 6 / (10 - 4) = 4.
        assert!((moment(4) - 4.0).abs() < 0.3, "{}", moment(4));
    }
}
