//! The inverse of the regularised incomplete beta function.
//!
//! Halley's iteration from Carter's approximation, inside a bracket that bisection falls back on.
//! The inverse that comes with `statrs` (algorithms AS 64 and AS 109) agrees to 5e-11 and was
//! measured at twice the time; the incomplete beta function, which is most of that, is the
//! library's.
//!
//! **Source:** Carter, Biometrika 34 (1947), also Abramowitz and Stegun 26.5.22, for the start.

use statrs::function::beta::{beta_reg, ln_beta};
use statrs::function::erf::erfc_inv;

use super::BetaPosterior;

/// Enough for bisection alone to reach the last bit from any bracket inside `(0, 1)`.
const ITERATIONS_MAX: u32 = 1_100;

/// Solves `cdf(x) = q` for a valid posterior.
pub(super) fn solve(of: &BetaPosterior, q: f64) -> f64 {
    if q <= 0.0 {
        return 0.0;
    }
    if q >= 1.0 {
        return 1.0;
    }
    let &BetaPosterior { a, b } = of;
    let ln_norm = ln_beta(a, b);
    let sd = of.variance().sqrt();
    // Halley triples the number of right digits, so a move of 1e-3 in the scale of the curve
    // leaves about 1e-9 of it, 1e-10 in x. With a or b below 1 the density has a pole and no such
    // scale.
    let regular = a > 1.0 && b > 1.0;
    let close =
        |x: f64| if regular { 1e-3 * sd.min(x).min(1.0 - x) } else { 1e-9 * x.min(1.0 - x) };
    let (mut low, mut high) = (0.0, 1.0);
    let mut x = start(a, b, q);
    for _ in 0..ITERATIONS_MAX {
        let error = beta_reg(a, b, x) - q;
        if error == 0.0 {
            return x;
        }
        if error > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let next = x - halley_step(a, b, x, error, ln_norm);
        let inside = next > low && next < high;
        let next = if inside { next } else { low + 0.5 * (high - low) };
        let moved = (next - x).abs();
        x = next;
        if high - low <= f64::EPSILON * high || (inside && moved <= close(x)) {
            break;
        }
    }
    x
}

/// The move that Halley's iteration takes from `x`, where the cdf is `error` too high.
fn halley_step(a: f64, b: f64, x: f64, error: f64, ln_norm: f64) -> f64 {
    let density = ((a - 1.0) * x.ln() + (b - 1.0) * (-x).ln_1p() - ln_norm).exp();
    let newton = error / density;
    // Derivative of the log density; the correction is kept from turning the step round.
    let bend = (a - 1.0) / x - (b - 1.0) / (1.0 - x);
    newton / (1.0 - 0.5 * (newton * bend).clamp(-1.0, 1.0))
}

/// A first guess, for a and b above 1 mostly within a hundredth of a standard deviation.
fn start(a: f64, b: f64, q: f64) -> f64 {
    if a <= 1.0 || b <= 1.0 {
        return (a / (a + b)).clamp(1e-3, 1.0 - 1e-3);
    }
    let z = -std::f64::consts::SQRT_2 * erfc_inv(2.0 * q);
    let (s, t) = (1.0 / (2.0 * a - 1.0), 1.0 / (2.0 * b - 1.0));
    let h = 2.0 / (s + t);
    let r = (z * z - 3.0) / 6.0;
    let w = z * (h + r).max(0.0).sqrt() / h - (s - t) * (r + 5.0 / 6.0 - 2.0 / (3.0 * h));
    let odds = (b / a) * (-2.0 * w).exp();
    (1.0 / (1.0 + odds)).clamp(1e-12, 1.0 - 1e-12)
}
