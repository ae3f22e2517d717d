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

/// The best bound of this kind on the chance that wealth ever falls below `alpha` of its start
/// when the fraction `f` is bet again and again: alpha^lambda with the lambda > 0 that solves
/// p (1 + W f)^-lambda + (1 - p) (1 - L f)^-lambda = 1.
///
/// - **Units:** as [`kelly_fraction`]; `alpha` in (0, 1).
/// - **Range:** 0 when nothing is bet or nothing can be lost; 1, no bound, when the bet does not
///   grow, a loss takes everything, or an input makes no sense.
///
/// **Source:** Busseti, Ryu, Boyd (2016), section 3; lambda is the adjustment coefficient of
/// Lundberg's inequality in ruin theory.
pub fn ruin_bound(p: f64, mean_win: f64, mean_loss: f64, f: f64, alpha: f64) -> f64 {
    let sensible = (0.0..=1.0).contains(&p)
        && mean_win > 0.0
        && mean_loss > 0.0
        && alpha > 0.0
        && alpha < 1.0
        && !f.is_nan();
    if !sensible || f * mean_loss >= 1.0 && p < 1.0 {
        return 1.0;
    }
    if f <= 0.0 || p >= 1.0 {
        return 0.0;
    }
    // From here on the loss alone, (1 - p) (1 - L f)^-lambda, is above 1.
    let top = (1.0 - p).ln() / (-mean_loss * f).ln_1p();
    let lambda = largest_within(top, |lambda| {
        excess(p, mean_win * f, lambda) + excess(1.0 - p, -mean_loss * f, lambda) <= 0.0
    });
    alpha.powf(lambda)
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
