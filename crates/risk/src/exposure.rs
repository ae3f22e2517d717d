//! What the whole book has at risk: portfolio heat, and bets that are really one bet.

/// Portfolio heat with a further position: open risk at all stops plus its loss at the stop, a
/// fraction of equity.
///
/// - **Units:** money for risk, loss and equity.
/// - **Edges:** NaN or infinite for an equity of zero or NaN, which is above every limit when it is
///   compared as `!(heat <= limit)`.
///
/// **Source:** Elder, "Come Into My Trading Room" (2002), the 6 % rule; "heat" is Seykota's word.
pub fn heat(open_risk: f64, loss_at_stop: f64, equity: f64) -> f64 {
    (open_risk + loss_at_stop) / equity
}

/// What is left of a limit on portfolio heat: the fraction of equity that a further position may
/// lose at its stop. Negative when the book is above the limit already.
pub fn heat_room(open_risk: f64, equity: f64, heat_max: f64) -> f64 {
    heat_max - heat(open_risk, 0.0, equity)
}

/// The first position that a new one would double: its correlation is above `limit`, or unknown.
///
/// - **Input:** each held or pending position with its correlation, `None` where it could not be
///   measured (too few common sessions). NaN counts as unknown.
/// - **Edges:** a negative correlation diversifies and passes. A `limit` of NaN lets nothing pass.
///
/// **Source:** a limit per pair is practice, not theory; the variance of two equal positions with
/// correlation rho is 2 (1 + rho) times that of one.
pub fn too_correlated<K: Copy>(correlations: &[(K, Option<f64>)], limit: f64) -> Option<K> {
    let within = |value: &Option<f64>| value.is_some_and(|rho| rho <= limit);
    correlations.iter().find(|(_, value)| !within(value)).map(|(with, _)| *with)
}
