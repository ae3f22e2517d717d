//! Outcomes that weigh equal, and probabilities that still mean what they say.
//!
//! A learner that must tell rare outcomes from common ones may be shown both as if they were as
//! frequent. What it then answers is a probability in a world of even odds, and it has to be
//! brought back before it is used as one.
//!
//! **Source:** Elkan (2001), The Foundations of Cost-Sensitive Learning, IJCAI, theorem 2;
//! King and Zeng (2001), Logistic Regression in Rare Events Data, Political Analysis 9.

use crate::error::FitError;
use crate::table::Examples;

/// Weights by which wins and losses weigh equal, and the way back.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassBalance {
    weights: Vec<f64>,
    base_rate: f64,
}

impl ClassBalance {
    /// Of examples with both outcomes. Weights that the examples have are kept within each
    /// outcome, and their sum stays as it is.
    ///
    /// # Errors
    /// [`FitError::Lengths`] when all outcomes are alike: they cannot weigh equal.
    pub fn of(examples: &Examples<'_>) -> Result<Self, FitError> {
        if examples.is_single_class() {
            return Err(FitError::Lengths { what: "kinds of outcomes", found: 1, expected: 2 });
        }
        let base_rate = examples.base_rate();
        let (won, lost) = (0.5 / base_rate, 0.5 / (1.0 - base_rate));
        let weigh = |(i, w): (usize, &bool)| examples.weight(i) * if *w { won } else { lost };
        let weights = examples.won().iter().enumerate().map(weigh).collect();
        Ok(Self { weights, base_rate })
    }

    /// For [`Examples::weighted`].
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Share of wins before they were made to weigh equal.
    pub fn base_rate(&self) -> f64 {
        self.base_rate
    }

    /// The probability that the answer of a learner fitted to these weights stands for: its odds
    /// times the odds of the base rate. `p` in `0.0..=1.0`; 1/2 becomes the base rate.
    pub fn correct(&self, p: f64) -> f64 {
        let (won, lost) = (p * self.base_rate, (1.0 - p) * (1.0 - self.base_rate));
        won / (won + lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Plain;
    use crate::{Boosted, BoostedConfig, Forest, ForestConfig, LogisticConfig, LogisticRegression};
    use proptest::prelude::*;

    /// One win of five.
    fn rare(n: usize, seed: u64) -> Plain {
        let mut plain = Plain::world(n, 2, 0.0, seed);
        for i in 0..n {
            let x = plain.x().row(i)[0];
            plain.won[i] = (i * 7) % 20 < if x > 0.5 { 9 } else { 3 };
        }
        plain
    }

    #[test]
    fn both_outcomes_weigh_the_same_and_the_sum_stays() {
        let mut plain = rare(400, 3);
        for (i, weight) in plain.weights.iter_mut().enumerate() {
            *weight = [0.2, 0.7][i % 2];
        }
        let balance = ClassBalance::of(&plain.examples()).unwrap();
        let of = |won: bool| -> f64 {
            plain
                .won
                .iter()
                .zip(balance.weights())
                .filter(|(w, _)| **w == won)
                .map(|(_, w)| w)
                .sum()
        };
        assert!((of(true) - of(false)).abs() < 1e-9);
        assert!((of(true) + of(false) - plain.examples().worth()).abs() < 1e-9);
        assert!((balance.correct(0.5) - plain.examples().base_rate()).abs() < 1e-15);
        plain.won.fill(true);
        assert!(ClassBalance::of(&plain.examples()).is_err());
    }

    #[test]
    fn what_comes_back_is_what_a_fit_without_balance_says() {
        let plain = rare(4_000, 5);
        let examples = plain.examples();
        let balance = ClassBalance::of(&examples).unwrap();
        let even = examples.weighted(balance.weights()).unwrap();
        let config = LogisticConfig { l2: 1e-3, ..LogisticConfig::default() };
        let boost = BoostedConfig { rounds: 40, ..BoostedConfig::default() };
        let forest = ForestConfig { seed: 1, ..ForestConfig::default() };
        let asked: Vec<f64> = vec![-0.5, 0.1, 0.2, -0.4, 0.9, 0.3];
        let asked = crate::Table::new(&asked, 2).unwrap();
        let fits = |examples: &Examples<'_>| {
            [
                LogisticRegression::fit(&config, examples).unwrap().predict_all(asked).unwrap(),
                Boosted::fit(&boost, examples).unwrap().predict_all(asked).unwrap(),
                Forest::fit(&forest, examples).unwrap().predict_all(asked).unwrap(),
            ]
        };
        for (plain, even) in fits(&examples).iter().zip(fits(&even)) {
            for (p, q) in plain.iter().zip(even) {
                assert!(q - p > 0.1, "balance raises what is rare: {p} {q}");
                assert!((p - balance.correct(q)).abs() < 0.05, "{p} {}", balance.correct(q));
            }
        }
    }

    proptest! {
        #[test]
        fn a_corrected_probability_is_one_and_keeps_the_order(
            p in 0.0_f64..=1.0, q in 0.0_f64..=1.0, seed: u64
        ) {
            let plain = Plain::world(60, 1, 0.2, seed);
            prop_assume!(!plain.examples().is_single_class());
            let balance = ClassBalance::of(&plain.examples()).unwrap();
            let (a, b) = (balance.correct(p), balance.correct(q));
            prop_assert!((0.0..=1.0).contains(&a));
            prop_assert!((p - q) * (a - b) >= 0.0);
        }
    }
}
