//! Ways to make one probability of many.

/// The substitution function of the Aggregating Algorithm for squared loss, from pairs of
/// probability and log weight; `None` without any.
///
/// With g(o) = -(1/eta) ln sum w exp(-eta (o - p)^2) for both outcomes o, the forecast is
/// `1/2 + (g(0) - g(1)) / 2`, clipped to `0..=1`. Its loss is at most g(y) for either outcome as
/// long as eta <= 2. Weights need not sum to 1.
///
/// **Source:** Vovk and Zhdanov, JMLR 10 (2009), for one component of the binary Brier loss.
pub fn substitution<I>(pairs: I, eta: f64) -> Option<f64>
where
    I: Iterator<Item = (f64, f64)> + Clone,
{
    pairs.clone().next()?;
    let mixed = |o: f64, pairs: I| {
        -log_sum_exp(pairs.map(|(p, log_weight)| log_weight - eta * (o - p) * (o - p))) / eta
    };
    let lean = mixed(0.0, pairs.clone()) - mixed(1.0, pairs);
    Some((0.5 + 0.5 * lean).clamp(0.0, 1.0))
}

/// [`substitution`] from pairs of probability and weight, normalised first; `None` without any.
pub(crate) fn substitution_normalised<I>(pairs: I, eta: f64) -> Option<f64>
where
    I: Iterator<Item = (f64, f64)> + Clone,
{
    let total: f64 = pairs.clone().map(|(_, w)| w).sum();
    substitution(pairs.map(|(p, w)| (p, (w / total).ln())), eta)
}

/// The weighted mean of probabilities; weights sum to 1.
pub fn linear(p: &[f64], weights: &[f64]) -> f64 {
    p.iter().zip(weights).map(|(p, w)| p * w).sum()
}

/// The weighted geometric mean of odds, as a probability; weights sum to 1.
///
/// Probabilities are clipped to `[1e-6, 1 - 1e-6]` first: one certainty would outvote everybody.
pub fn logarithmic(p: &[f64], weights: &[f64]) -> f64 {
    let log_odds: f64 = p
        .iter()
        .zip(weights)
        .map(|(p, w)| {
            let p = p.clamp(1e-6, 1.0 - 1e-6);
            w * (p / (1.0 - p)).ln()
        })
        .sum();
    1.0 / (1.0 + (-log_odds).exp())
}

/// `ln sum exp`, without overflow; minus infinity for nothing.
pub(crate) fn log_sum_exp(terms: impl Iterator<Item = f64> + Clone) -> f64 {
    let highest = terms.clone().fold(f64::NEG_INFINITY, f64::max);
    if highest == f64::NEG_INFINITY {
        return highest;
    }
    highest + terms.map(|term| (term - highest).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nobody_gives_no_forecast() {
        assert_eq!(substitution(std::iter::empty(), 2.0), None);
    }

    #[test]
    fn one_voice_is_repeated() {
        for p in [0.0, 0.25, 0.5, 1.0] {
            let pooled = substitution(std::iter::once((p, -1.5)), 2.0).unwrap();
            assert!((pooled - p).abs() < 1e-12, "{p}: {pooled}");
        }
    }

    #[test]
    fn pools_of_two_by_hand() {
        assert!((linear(&[0.2, 0.6], &[0.25, 0.75]) - 0.5).abs() < 1e-15);
        // Odds 1/4 and 4 cancel.
        assert!((logarithmic(&[0.2, 0.8], &[0.5, 0.5]) - 0.5).abs() < 1e-15);
    }

    proptest! {
        /// Nobody wants more than the highest or less than the lowest, and nor does the pool.
        #[test]
        fn the_forecast_lies_among_the_opinions(
            voices in prop::collection::vec((0.0_f64..=1.0, -10.0_f64..0.0), 1..8),
        ) {
            let pooled = substitution(voices.iter().copied(), 2.0).unwrap();
            let low = voices.iter().map(|v| v.0).fold(1.0, f64::min);
            let high = voices.iter().map(|v| v.0).fold(0.0, f64::max);
            prop_assert!(low - 1e-9 <= pooled && pooled <= high + 1e-9, "{low} {pooled} {high}");
        }
    }
}
