//! Kelly bets under a bound on the chance of a deep drawdown.

use crate::kelly::kelly_fraction;

/// Halvings of the search interval; 60 reach the resolution of an `f64` from any start.
const HALVINGS: u32 = 80;

/// The largest fraction, at most Kelly's, whose drawdown bound holds: P(wealth ever falls to
/// `alpha` of its start) < `beta`, by p (1 + W f)^-lambda + (1 - p) (1 - L f)^-lambda <= 1 with
/// lambda = ln beta / ln alpha.
///
/// - **Units:** as [`kelly_fraction`]; `alpha` and `beta` in (0, 1).
/// - **Edges:** 0 when the bet has no edge, or an input makes no sense.
///
/// **Source:** Busseti, Ryu, Boyd, "Risk-Constrained Kelly Gambling" (2016), arXiv 1603.06183.
pub fn risk_constrained(p: f64, mean_win: f64, mean_loss: f64, alpha: f64, beta: f64) -> f64 {
    let kelly = kelly_fraction(p, mean_win, mean_loss);
    let lambda = beta.ln() / alpha.ln();
    // Written so that NaN in any input ends here.
    let sensible = kelly > 0.0 && kelly.is_finite() && lambda > 0.0 && lambda.is_finite();
    if !sensible {
        return 0.0;
    }
    largest_within(kelly, |f| {
        excess(p, mean_win * f, lambda) + excess(1.0 - p, -mean_loss * f, lambda) <= 0.0
    })
}

/// weight x ((1 + x)^-lambda - 1), without cancellation for small x.
pub(crate) fn excess(weight: f64, x: f64, lambda: f64) -> f64 {
    if weight == 0.0 {
        0.0
    } else if x <= -1.0 {
        f64::INFINITY
    } else {
        weight * (-lambda * x.ln_1p()).exp_m1()
    }
}

/// The largest `f` in (0, `top`] for which `holds`, given that it holds from just above zero up
/// to some point and nowhere beyond (the bound is convex in `f` and met with equality at 0).
pub(crate) fn largest_within(top: f64, holds: impl Fn(f64) -> bool) -> f64 {
    if holds(top) {
        return top;
    }
    let (mut good, mut bad) = (0.0, top);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (good + bad);
        if holds(middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    good
}
