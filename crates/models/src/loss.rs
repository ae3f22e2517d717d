//! How wrong log odds were.

use crate::table::Examples;

/// Mean of -ln of the probability of what happened, by weight, from log odds.
///
/// Finite for any finite log odds, also where the probability is 0 in an f64.
pub(crate) fn log_loss(examples: &Examples<'_>, log_odds: &[f64]) -> f64 {
    let losses = log_odds.iter().zip(examples.won()).enumerate();
    let sum = losses.fold(0.0, |sum, (i, (log_odds, won))| {
        sum + examples.weight(i) * log_loss_of(*log_odds, *won)
    });
    sum / examples.worth()
}

/// -ln of the probability of what happened, from log odds.
pub(crate) fn log_loss_of(log_odds: f64, won: bool) -> f64 {
    // -ln of the probability of a win is ln(1 + e^-f); of a loss, the same of -f.
    let against = if won { -log_odds } else { log_odds };
    against.max(0.0) + (-against.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regression::sigmoid;
    use crate::testing::Plain;

    #[test]
    fn the_loss_is_that_of_its_definition_even_where_probabilities_are_0() {
        let mut plain = Plain::world(4, 1, 0.3, 2);
        plain.weights.copy_from_slice(&[0.5, 1.0, 2.0, 0.5]);
        let log_odds = [0.3, -2.0, 5.0, -1.0];
        let expected = (0..4).map(|i| {
            let p: f64 = sigmoid(log_odds[i]);
            -plain.weights[i] * if plain.won[i] { p.ln() } else { (1.0 - p).ln() }
        });
        let mean = expected.sum::<f64>() / 4.0;
        assert!((log_loss(&plain.examples(), &log_odds) - mean).abs() < 1e-12);
        let sure: Vec<f64> = plain.won.iter().map(|w| if *w { -900.0 } else { 900.0 }).collect();
        assert_eq!(log_loss(&plain.examples(), &sure), 900.0);
    }
}
