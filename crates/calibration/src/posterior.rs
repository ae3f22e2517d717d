//! A belief about a chance: the Beta distribution.

mod quantile;

use serde::{Deserialize, Serialize};
use statrs::function::beta::beta_reg;

/// A Beta distribution, usually `a` pseudo-wins and `b` pseudo-losses.
///
/// - **Range:** both above 0 and finite, or everything but the fields is NaN.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BetaPosterior {
    /// Wins, the prior's included.
    pub a: f64,
    /// Losses, the prior's included.
    pub b: f64,
}

impl BetaPosterior {
    /// The root of every hierarchy: one half, worth four observations.
    pub const ROOT: Self = Self { a: 2.0, b: 2.0 };

    /// A belief of this mean that is worth `strength` observations.
    pub fn centred(mean: f64, strength: f64) -> Self {
        Self { a: strength * mean, b: strength * (1.0 - mean) }
    }

    /// The belief with this mean and variance, by matching moments.
    ///
    /// - **Edges:** a variance that no Beta of this mean reaches (`mean (1 - mean)` or more) is
    ///   taken as nearly that; a variance of 0 as nearly 0.
    pub fn with_moments(mean: f64, variance: f64) -> Self {
        let strength = (mean * (1.0 - mean) / variance - 1.0).clamp(1e-3, 1e9);
        Self::centred(mean, strength)
    }

    /// The belief after `wins` and `losses` more (fractions allowed).
    #[must_use]
    pub fn updated(self, wins: f64, losses: f64) -> Self {
        Self { a: self.a + wins, b: self.b + losses }
    }

    /// Mean chance.
    pub fn mean(&self) -> f64 {
        self.a / self.n()
    }

    /// Variance of the chance.
    pub fn variance(&self) -> f64 {
        let n = self.n();
        self.a * self.b / (n * n * (n + 1.0))
    }

    /// Observations the belief is worth, the prior's included: `a + b`.
    pub fn n(&self) -> f64 {
        self.a + self.b
    }

    /// Probability that the chance is at most `x`; `x` outside `0..=1` is brought to its border.
    pub fn cdf(&self, x: f64) -> f64 {
        if !self.is_valid() || x.is_nan() {
            return f64::NAN;
        }
        beta_reg(self.a, self.b, x.clamp(0.0, 1.0))
    }

    /// The chance that is not exceeded with probability `q`, right to 1e-8.
    ///
    /// - **Edges:** 0 for `q <= 0`, 1 for `q >= 1`, NaN for NaN.
    /// - **Cost:** two or three evaluations of the incomplete beta function.
    pub fn quantile(&self, q: f64) -> f64 {
        if !self.is_valid() || q.is_nan() {
            return f64::NAN;
        }
        quantile::solve(self, q)
    }

    /// The quantiles at `q` and `1 - q`.
    pub fn interval(&self, q: f64) -> (f64, f64) {
        (self.quantile(q), self.quantile(1.0 - q))
    }

    fn is_valid(&self) -> bool {
        self.a > 0.0 && self.b > 0.0 && self.a.is_finite() && self.b.is_finite()
    }
}

#[cfg(test)]
mod tests;
