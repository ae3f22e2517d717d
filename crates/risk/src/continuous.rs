//! Kelly in continuous time, for returns with a mean and a variance.
//!
//! All of it is the diffusion limit: gaps and discrete bets do worse.

/// Kelly leverage (mu - r) / sigma^2 for excess drift and volatility per year.
///
/// - **Range:** negative when the drift is below the rate: then hold cash.
/// - **Edges:** 0 for a `sigma` that is not above zero, and for NaN: what has no risk has no finite
///   answer.
///
/// **Source:** Merton (1969); Thorp (2006).
pub fn kelly_leverage(mu: f64, rate: f64, sigma: f64) -> f64 {
    let leverage = (mu - rate) / (sigma * sigma);
    if sigma > 0.0 && leverage.is_finite() { leverage } else { 0.0 }
}

/// Growth rate at the Kelly leverage: r + (mu - r)^2 / (2 sigma^2).
pub fn growth_rate(mu: f64, rate: f64, sigma: f64) -> f64 {
    rate + (mu - rate).powi(2) / (2.0 * sigma * sigma)
}

/// Growth rate at leverage `f`: r + f (mu - r) - f^2 sigma^2 / 2.
///
/// **Source:** Thorp (2006), section 7.
pub fn growth_rate_at(mu: f64, rate: f64, sigma: f64, f: f64) -> f64 {
    rate + f * (mu - rate) - 0.5 * (f * sigma).powi(2)
}

/// Chance that wealth ever falls to `level` of its start when a fraction `c` of Kelly is bet:
/// level^(2 / c - 1).
///
/// - **Range:** `level` and `c` in (0, 1].
/// - **Edges:** the diffusion limit: gaps and discrete bets do worse. 1 at `level` >= 1 and for
///   `c` >= 2, where nothing grows any more; 0 when nothing is bet; NaN for NaN.
///
/// **Source:** Thorp (2006), section 7.
pub fn chance_ever_below(c: f64, level: f64) -> f64 {
    if c.is_nan() || level.is_nan() {
        f64::NAN
    } else if level >= 1.0 || c >= 2.0 {
        1.0
    } else if c <= 0.0 || level <= 0.0 {
        0.0
    } else {
        level.powf(2.0 / c - 1.0)
    }
}

/// Chance that wealth reaches `up` times its start before it falls to `down` of it, at a fraction
/// `c` of Kelly: (1 - down^k) / (1 - (down / up)^k) with k = 2 / c - 1.
///
/// - **Range:** `c` in (0, 2), `down` in (0, 1), `up` above 1.
/// - **Edges:** NaN outside of these.
///
/// **Source:** Thorp (2006), section 7: doubling before halving has chance 2/3 at full Kelly and
/// 8/9 at half.
pub fn chance_up_before_down(c: f64, up: f64, down: f64) -> f64 {
    let sensible = c > 0.0 && c < 2.0 && down > 0.0 && down < 1.0 && up > 1.0;
    if !sensible {
        return f64::NAN;
    }
    let k = 2.0 / c - 1.0;
    // 1 - x^k without cancellation; k > 0, and both bases are below 1.
    let missing = |x: f64| -(k * x.ln()).exp_m1();
    missing(down) / missing(down / up)
}

/// The fraction of Kelly at which wealth ever falls to `alpha` with chance `beta`:
/// c = 2 / (1 + ln beta / ln alpha), at most 1.
///
/// - **Range:** `alpha` and `beta` in (0, 1).
/// - **Edges:** 0 outside of these and for NaN.
///
/// **Source:** [`chance_ever_below`] solved for c; the same bound that the quadratic approximation
/// gives for one asset in Busseti, Ryu, Boyd, "Risk-Constrained Kelly Gambling" (2016).
pub fn fraction_for(alpha: f64, beta: f64) -> f64 {
    let sensible = alpha > 0.0 && alpha < 1.0 && beta > 0.0 && beta < 1.0;
    if sensible { (2.0 / (1.0 + beta.ln() / alpha.ln())).min(1.0) } else { 0.0 }
}
