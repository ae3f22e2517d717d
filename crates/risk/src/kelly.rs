//! The bet that makes wealth grow fastest, for a win or a loss of known size.

/// Kelly fraction p / L - (1 - p) / W: the fraction of wealth per unit of planned risk that
/// maximises expected log growth.
///
/// - **Units:** `mean_win` and `mean_loss` in units of planned risk, both > 0; `p` a probability.
/// - **Range:** at most 1 / L; zero or negative when the bet has no edge: then do not bet.
/// - **Edges:** 0, no bet, for a `p` that is no probability and for a win or loss that is not
///   above zero: where nothing can be lost there is no finite answer, and a formula that divides by
///   a negative win would call a sure loss an edge.
///
/// **Source:** Kelly, "A New Interpretation of Information Rate", Bell System Technical Journal
/// 35 (1956); Thorp, "The Kelly Criterion in Blackjack, Sports Betting, and the Stock Market" (2006).
pub fn kelly_fraction(p: f64, mean_win: f64, mean_loss: f64) -> f64 {
    // Written so that NaN is senseless too.
    let sensible = (0.0..=1.0).contains(&p) && mean_win > 0.0 && mean_loss > 0.0;
    if sensible { p / mean_loss - (1.0 - p) / mean_win } else { 0.0 }
}

/// Expected log growth per bet at fraction `f`: p ln(1 + W f) + (1 - p) ln(1 - L f).
///
/// Minus infinity when a loss takes everything, or more.
pub fn expected_growth(p: f64, mean_win: f64, mean_loss: f64, f: f64) -> f64 {
    let win = weighted_log(p, mean_win * f);
    let loss = weighted_log(1.0 - p, -mean_loss * f);
    win + loss
}

/// The most that a bet can grow: [`expected_growth`] at the Kelly fraction, 0 without an edge.
pub fn kelly_growth(p: f64, mean_win: f64, mean_loss: f64) -> f64 {
    let f = kelly_fraction(p, mean_win, mean_loss);
    if f > 0.0 { expected_growth(p, mean_win, mean_loss, f) } else { 0.0 }
}

/// weight x ln(1 + x), with the limits a certain outcome needs: weight 0 counts nothing.
fn weighted_log(weight: f64, x: f64) -> f64 {
    if weight == 0.0 {
        0.0
    } else if x <= -1.0 {
        f64::NEG_INFINITY
    } else {
        weight * x.ln_1p()
    }
}

/// Share of the full Kelly growth that a fraction `c` of the Kelly bet keeps: c (2 - c).
///
/// Exact for normally distributed returns in continuous time; negative beyond twice Kelly.
///
/// **Source:** Thorp (2006), section 7.
pub fn growth_share(c: f64) -> f64 {
    c * (2.0 - c)
}
