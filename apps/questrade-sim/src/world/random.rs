//! What is drawn, all of it from the seed.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};

/// A stream of draws.
#[derive(Debug, Clone)]
pub(crate) struct Draws(Xoshiro256PlusPlus);

impl Draws {
    /// The stream of a seed for one purpose: a text and a number that set it apart from others.
    pub(crate) fn new(seed: u64, purpose: &str, number: u64) -> Self {
        // FNV-1a: short texts to well-spread numbers.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in purpose.bytes().chain(number.to_le_bytes()).chain(seed.to_le_bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Self(Xoshiro256PlusPlus::seed_from_u64(hash))
    }

    /// Below `n`, which is above zero.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        let wide = u128::from(self.0.next_u64()) * u128::from(n.max(1));
        u64::try_from(wide >> 64).expect("a product of two 64-bit numbers has 128 bits")
    }

    /// In 0..1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// About normal with mean 0 and deviation 1: twelve uniforms less six, the same bits on every
    /// machine.
    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).fold(-6.0, |sum, _| sum + self.unit())
    }

    /// So many letters and digits; with `awkward`, those of base 64 as well.
    pub(crate) fn text(&mut self, length: usize, awkward: bool) -> String {
        const PLAIN: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut text: String = (0..length)
            .map(|_| {
                let n = self.below(PLAIN.len() as u64);
                char::from(PLAIN[usize::try_from(n).expect("below 62")])
            })
            .collect();
        if awkward {
            text.replace_range(3..6, "+/=");
        }
        text
    }
}
