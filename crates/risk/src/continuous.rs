//! Kelly in continuous time, for returns with a mean and a variance.

/// Kelly leverage (mu - r) / sigma^2 for excess drift and volatility per year.
///
/// **Source:** Merton (1969); Thorp (2006).
pub fn kelly_leverage(mu: f64, rate: f64, sigma: f64) -> f64 {
    (mu - rate) / (sigma * sigma)
}

/// Growth rate at the Kelly leverage: r + (mu - r)^2 / (2 sigma^2).
pub fn growth_rate(mu: f64, rate: f64, sigma: f64) -> f64 {
    rate + (mu - rate).powi(2) / (2.0 * sigma * sigma)
}

/// Chance that wealth ever falls to `level` of its start when a fraction `c` of Kelly is bet:
/// level^(2 / c - 1).
///
/// - **Range:** `level` and `c` in (0, 1].
/// - **Edges:** the diffusion limit: gaps and discrete bets do worse.
///
/// **Source:** Thorp (2006), section 7.
pub fn chance_ever_below(c: f64, level: f64) -> f64 {
    level.powf(2.0 / c - 1.0)
}
