//! Seeded chance, and wealth that is exposed to it.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};

/// Uniform and normal numbers from a seed.
pub(crate) struct Chance(Xoshiro256PlusPlus);

impl Chance {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// In [0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * 0.5_f64.powi(53)
    }

    /// Standard normal, by Box and Muller.
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

/// A bet of one period: what wealth is multiplied by, and how often.
pub(crate) struct Bet {
    cumulative: Vec<f64>,
    factors: Vec<f64>,
}

impl Bet {
    pub(crate) fn new(outcomes: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let mut sum = 0.0;
        let add = |(probability, factor): (f64, f64)| {
            sum += probability;
            (sum, factor)
        };
        let (cumulative, factors) = outcomes.into_iter().map(add).unzip();
        Self { cumulative, factors }
    }

    /// A win of `win` or a loss of `loss` per unit, `f` units staked.
    pub(crate) fn binary(p: f64, win: f64, loss: f64, f: f64) -> Self {
        Self::new([(p, 1.0 + win * f), (1.0 - p, 1.0 - loss * f)])
    }

    fn factor(&self, uniform: f64) -> f64 {
        let at = self.cumulative.partition_point(|sum| *sum <= uniform);
        self.factors[at.min(self.factors.len() - 1)]
    }

    /// Share of `paths` on which wealth is below `alpha` of its start within so many `periods`.
    pub(crate) fn share_below(&self, alpha: f64, paths: u32, periods: u32) -> f64 {
        let mut chance = Chance::seeded(20_160_306);
        let mut below = 0_u32;
        for _ in 0..paths {
            let mut wealth = 1.0;
            // Every path takes all its draws, so that bets compared see the same luck.
            let mut fell = false;
            for _ in 0..periods {
                wealth *= self.factor(chance.uniform());
                fell |= wealth < alpha;
            }
            below += u32::from(fell);
        }
        f64::from(below) / f64::from(paths)
    }
}

/// Standard error of a share that is really `beta`.
pub(crate) fn standard_error(beta: f64, paths: u32) -> f64 {
    (beta * (1.0 - beta) / f64::from(paths)).sqrt()
}
