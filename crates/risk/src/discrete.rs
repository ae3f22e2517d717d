//! Kelly leverage over several outcomes: target, stop, time-out, gap.

use crate::constrained::{excess, largest_within};

/// One way a position can end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Its probability; those of all outcomes sum to 1.
    pub probability: f64,
    /// Return on notional, after costs: -0.04 loses 4 %.
    pub outcome: f64,
}

/// Kelly leverage: the notional over wealth at which sum of pi r / (1 + f r) is zero.
///
/// - **Range:** 0 without an edge; below 1 / (largest loss).
/// - **Edges:** 0 when no outcome loses (no finite answer), there are none, or an input makes no
///   sense.
///
/// **Source:** the first-order condition of E ln(1 + f r); Thorp (2006).
pub fn kelly_leverage(outcomes: &[Outcome]) -> f64 {
    let Some(top) = ruin_leverage(outcomes) else { return 0.0 };
    // The slope falls: without an edge at zero there is none anywhere.
    if slope(outcomes, 0.0) <= 0.0 {
        return 0.0;
    }
    largest_within(top * (1.0 - 1e-9), |f| slope(outcomes, f) >= 0.0)
}

/// Expected log growth at leverage `f`.
pub fn growth(outcomes: &[Outcome], f: f64) -> f64 {
    outcomes.iter().map(|o| o.probability * (f * o.outcome).ln_1p()).sum()
}

/// The largest leverage, at most Kelly's, with P(wealth ever falls to `alpha`) < `beta`.
///
/// **Source:** Busseti, Ryu, Boyd (2016); see [`crate::risk_constrained`].
pub fn risk_constrained_leverage(outcomes: &[Outcome], alpha: f64, beta: f64) -> f64 {
    let kelly = kelly_leverage(outcomes);
    let lambda = beta.ln() / alpha.ln();
    let sensible = kelly > 0.0 && lambda > 0.0 && lambda.is_finite();
    if !sensible {
        return 0.0;
    }
    largest_within(kelly, |f| {
        let terms = outcomes.iter().map(|o| excess(o.probability, f * o.outcome, lambda));
        terms.sum::<f64>() <= 0.0
    })
}

/// Derivative of [`growth`] by `f`; it falls with `f`.
fn slope(outcomes: &[Outcome], f: f64) -> f64 {
    outcomes.iter().map(|o| o.probability * o.outcome / (1.0 + f * o.outcome)).sum()
}

/// Leverage at which the worst outcome takes everything; none when nothing loses or an input is
/// not a number.
fn ruin_leverage(outcomes: &[Outcome]) -> Option<f64> {
    let usable = outcomes
        .iter()
        .all(|o| o.outcome.is_finite() && o.probability >= 0.0 && o.probability.is_finite());
    let worst =
        outcomes.iter().filter(|o| o.probability > 0.0).fold(0.0, |w: f64, o| w.min(o.outcome));
    (usable && worst < 0.0).then(|| -1.0 / worst)
}
