//! Less exposure the nearer the drawdown limit.

/// Multiplier of exposure at drawdown `d` when nothing may be at risk at `d_max`:
/// max(0, (d_max - d) / ((1 - d) d_max)).
///
/// - **Units:** fractions of the running peak; `d` below zero counts as zero.
/// - **Range:** 1 at `d` = 0, strictly decreasing, 0 from `d_max` on; 0 for NaN.
/// - **Edges:** discrete steps and gaps can break the floor, so it is paired with a hard stop.
///
/// **Source:** Grossman and Zhou, "Optimal Investment Strategies for Controlling Drawdowns",
/// Mathematical Finance 3 (1993); Cvitanic and Karatzas (1995). For a log investor the risky
/// amount is proportional to wealth less the floor.
pub fn drawdown_multiplier(d: f64, d_max: f64) -> f64 {
    let within = d < d_max && d_max > 0.0 && d_max < 1.0;
    if !within {
        return 0.0;
    }
    let d = d.max(0.0);
    (d_max - d) / ((1.0 - d) * d_max)
}
