//! Derivatives of the logistic loss in fixed point, so that their sums are exact.

use crate::regression::sigmoid;
use crate::table::Examples;

/// A derivative of 1 at the largest weight. Sums over fewer than 2^31 examples fit in 63 bits.
const ONE: f64 = (1_u64 << 32) as f64;
/// A leaf moves the log odds by no more than this: beyond it they are certainty in an f64.
pub(super) const LEAF_MAX: f32 = 40.0;

/// First and second derivative of the loss, or sums of them, in fixed point.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Slope {
    g: i64,
    h: i64,
}

impl Slope {
    #[inline]
    pub(super) const fn plus(self, other: Self) -> Self {
        Self { g: self.g.wrapping_add(other.g), h: self.h.wrapping_add(other.h) }
    }

    /// Of a part of this one.
    #[inline]
    pub(super) const fn less(self, part: Self) -> Self {
        Self { g: self.g.wrapping_sub(part.g), h: self.h.wrapping_sub(part.h) }
    }
}

/// Derivatives of every example, and what they are counted in.
pub(super) struct Slopes {
    each: Vec<Slope>,
    /// Weight of an example as a share of the largest weight.
    shares: Vec<f64>,
    unit: Unit,
}

/// What one step of the fixed point is worth.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unit(f64);

impl Slopes {
    pub(super) fn new(examples: &Examples<'_>) -> Self {
        let n = examples.len();
        let largest = (0..n).map(|i| examples.weight(i)).fold(0.0, f64::max);
        Self {
            each: vec![Slope::default(); n],
            shares: (0..n).map(|i| examples.weight(i) / largest).collect(),
            unit: Unit(largest / ONE),
        }
    }

    /// Derivatives where the log odds stand now.
    pub(super) fn update(&mut self, examples: &Examples<'_>, log_odds: &[f64]) {
        let known = log_odds.iter().zip(examples.won()).zip(&self.shares);
        for (slope, ((log_odds, won), share)) in self.each.iter_mut().zip(known) {
            let p = sigmoid(*log_odds);
            let miss = if *won { p - 1.0 } else { p };
            *slope = Slope { g: fixed(miss * share), h: fixed(p * (1.0 - p) * share) };
        }
    }

    pub(super) fn of(&self, example: usize) -> Slope {
        self.each[example]
    }

    pub(super) fn unit(&self) -> Unit {
        self.unit
    }
}

/// The nearest step; ties away from zero, the same for both signs.
#[expect(clippy::cast_possible_truncation, reason = "at most 1 in size")]
fn fixed(x: f64) -> i64 {
    (x * ONE).round() as i64
}

impl Unit {
    /// Sum of second derivatives.
    pub(super) fn weight(self, slope: Slope) -> f64 {
        slope.h as f64 * self.0
    }

    /// G^2 / (H + l2): twice what the best single correction gains in log likelihood.
    #[inline]
    pub(super) fn score(self, slope: Slope, l2: f64) -> f64 {
        let (g, h) = (slope.g as f64 * self.0, slope.h as f64 * self.0);
        let curve = h + l2;
        if curve > 0.0 { g * g / curve } else { 0.0 }
    }

    /// The best single correction, - G / (H + l2), times the rate.
    #[expect(clippy::cast_possible_truncation, reason = "a stored leaf has 24 bits")]
    pub(super) fn leaf(self, slope: Slope, l2: f64, rate: f64) -> f32 {
        let curve = slope.h as f64 * self.0 + l2;
        let step = if curve > 0.0 { -(slope.g as f64 * self.0) / curve } else { 0.0 };
        ((rate * step) as f32).clamp(-LEAF_MAX, LEAF_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Table;

    #[test]
    fn derivatives_are_those_of_the_logistic_loss() {
        let x = Table::new(&[0.0; 4], 1).unwrap();
        let examples = Examples::new(x, &[true, false, true, false]).unwrap();
        let weights = [2.0, 2.0, 0.5, 1.0];
        let examples = examples.weighted(&weights).unwrap();
        let mut slopes = Slopes::new(&examples);
        let log_odds = [0.0, 1.0, -2.0, 0.5];
        slopes.update(&examples, &log_odds);
        let loss = |i: usize, f: f64| {
            let p = 1.0 / (1.0 + (-f).exp());
            -weights[i] * if examples.won()[i] { p.ln() } else { (1.0 - p).ln() }
        };
        for (i, f) in log_odds.into_iter().enumerate() {
            let (step, slope) = (1e-4, slopes.of(i));
            let g = (loss(i, f + step) - loss(i, f - step)) / (2.0 * step);
            let h = (loss(i, f + step) - 2.0 * loss(i, f) + loss(i, f - step)) / (step * step);
            let unit = slopes.unit();
            let against = f64::from(unit.leaf(Slope { h: 0, ..slope }, 1.0, 1.0));
            assert!((against + g).abs() < 1e-6);
            assert!((unit.weight(slope) - h).abs() < 1e-6);
        }
    }

    #[test]
    fn a_leaf_without_curvature_says_nothing_and_a_steep_one_is_held() {
        let unit = Unit(1.0 / ONE);
        let flat = Slope { g: fixed(0.5), h: 0 };
        assert_eq!((unit.leaf(flat, 0.0, 1.0), unit.score(flat, 0.0)), (0.0, 0.0));
        let steep = Slope { g: fixed(-1.0), h: 1 };
        assert_eq!(unit.leaf(steep, 0.0, 1.0), LEAF_MAX);
    }
}
