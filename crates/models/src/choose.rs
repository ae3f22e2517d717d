//! Parameters chosen inside the training window: nothing after it is looked at.
//!
//! The window is cut into blocks in the order of time. Each block but the first is predicted by a
//! fit to what lies before it, less the examples whose outcomes may reach into it; the parameter
//! with the least log loss over all these predictions wins.
//!
//! **Source:** purging: Lopez de Prado (2018), Advances in Financial Machine Learning, 7.4;
//! forward blocks: Bergmeir and Benitez (2012), Information Sciences 191.

use std::ops::Range;

use crate::boosted::{BoostedConfig, losses_by_round};
use crate::error::FitError;
use crate::loss::log_loss;
use crate::regression::{LogisticConfig, LogisticRegression};
use crate::table::Examples;

/// How a training window is cut for a choice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WalkForward {
    /// Blocks that are predicted, 1 or more.
    pub folds: usize,
    /// Share of the examples before the first of them; above 0 and below 1.
    pub first: f64,
    /// Examples left out before each block: as many as their outcomes can reach into it.
    pub purge: usize,
}

impl Default for WalkForward {
    fn default() -> Self {
        Self { folds: 5, first: 0.4, purge: 0 }
    }
}

/// A block, and what it is predicted from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// From the start of the window to the purged examples.
    pub train: Range<usize>,
    /// The block.
    pub test: Range<usize>,
}

/// What was chosen, and how all candidates did.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice<T> {
    /// The candidate with the least loss; the simpler one of equals.
    pub best: T,
    /// Mean log loss of each candidate, by weight, in their order.
    pub losses: Vec<f64>,
}

impl WalkForward {
    /// The folds of a window of `n` examples, the earliest first. Blocks cover everything after
    /// the first part and differ in length by one at most.
    ///
    /// # Errors
    /// [`FitError::Parameter`], or [`FitError::Lengths`] when a block or what is before it would
    /// be empty.
    pub fn folds(&self, n: usize) -> Result<Vec<Fold>, FitError> {
        FitError::unless(self.folds > 0, "folds", 0.0, "1 or more")?;
        let share = self.first > 0.0 && self.first < 1.0;
        FitError::unless(share, "first", self.first, "above 0 and below 1")?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a count"
        )]
        let first = (self.first * n as f64).round() as usize;
        if first <= self.purge || n - first < self.folds {
            let expected = (self.purge + 1).max(first) + self.folds;
            return Err(FitError::Lengths {
                what: "examples, too few to fold",
                found: n,
                expected,
            });
        }
        let edge = |k: usize| first + k * (n - first) / self.folds;
        let fold = |k| Fold { train: 0..edge(k) - self.purge, test: edge(k)..edge(k + 1) };
        Ok((0..self.folds).map(fold).collect())
    }

    /// Mean losses over all blocks, by the worth of each. `losses` gives those of every candidate
    /// on one block.
    fn pooled(
        &self,
        examples: &Examples<'_>,
        losses: impl Fn(&Examples<'_>, &Examples<'_>) -> Result<Vec<f64>, FitError>,
    ) -> Result<Vec<f64>, FitError> {
        let (mut sums, mut worth) = (Vec::new(), 0.0);
        for Fold { train, test } in self.folds(examples.len())? {
            let test = examples.range(test)?;
            let found = losses(&examples.range(train)?, &test)?;
            sums.resize(found.len(), 0.0);
            for (sum, loss) in sums.iter_mut().zip(found) {
                *sum += loss * test.worth();
            }
            worth += test.worth();
        }
        Ok(sums.into_iter().map(|sum| sum / worth).collect())
    }
}

/// Chooses the L2 penalty of a logistic regression; everything else is as in `config`. Of equal
/// losses the largest penalty.
///
/// # Errors
/// Those of [`WalkForward::folds`] and [`LogisticRegression::fit`]; [`FitError::Lengths`] without
/// candidates.
pub fn choose_l2(
    config: &LogisticConfig,
    candidates: &[f64],
    walk: &WalkForward,
    examples: &Examples<'_>,
) -> Result<Choice<f64>, FitError> {
    let losses = walk.pooled(examples, |train, test| {
        let loss = |l2: &f64| {
            let model = LogisticRegression::fit(&LogisticConfig { l2: *l2, ..*config }, train)?;
            Ok(log_loss(test, &model.log_odds_all(test.x())?))
        };
        candidates.iter().map(loss).collect()
    })?;
    let rank = |(l2, loss): (&f64, &f64)| (*loss, -*l2);
    let ranked = candidates.iter().zip(&losses).map(rank);
    let best = ranked.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    match best {
        Some((_, negated)) => Ok(Choice { best: -negated, losses }),
        None => Err(FitError::Lengths { what: "candidates", found: 0, expected: 1 }),
    }
}

/// Chooses the number of rounds of boosted trees, `0..=config.rounds`; everything else is as in
/// `config`. Of equal losses the fewest rounds. Losses start with that of no round: where it is
/// the best, the trees found nothing that held, and the base rate is the better answer.
///
/// Early stopping in `config` is not used: the blocks do its work.
///
/// # Errors
/// Those of [`WalkForward::folds`] and [`crate::Boosted::fit`].
pub fn choose_rounds(
    config: &BoostedConfig,
    walk: &WalkForward,
    examples: &Examples<'_>,
) -> Result<Choice<u16>, FitError> {
    config.check()?;
    let losses = walk.pooled(examples, |train, test| Ok(losses_by_round(config, train, test)))?;
    let best = (0..=u16::MAX).zip(&losses).min_by(|a, b| a.1.total_cmp(b.1));
    let best = best.expect("there is always a loss of no round").0;
    Ok(Choice { best, losses })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Plain;
    use proptest::prelude::*;

    const WALK: WalkForward = WalkForward { folds: 4, first: 0.4, purge: 10 };

    fn chosen_l2(plain: &Plain) -> Choice<f64> {
        let config = LogisticConfig::default();
        choose_l2(&config, &[0.1, 10.0, 1e3, 1e5], &WALK, &plain.examples()).unwrap()
    }

    #[test]
    fn noise_asks_for_the_largest_penalty_and_a_signal_for_a_small_one() {
        let noise = chosen_l2(&Plain::world(900, 12, 0.0, 4));
        assert_eq!(noise.best, 1e5, "{:?}", noise.losses);
        let signal = chosen_l2(&Plain::world(900, 2, 0.5, 4));
        assert!(signal.best <= 10.0, "{:?}", signal.losses);
    }

    #[test]
    fn noise_asks_for_hardly_any_rounds_and_a_signal_for_many() {
        let config = BoostedConfig { rounds: 60, ..BoostedConfig::default() };
        let chosen = |signal| {
            choose_rounds(&config, &WALK, &Plain::world(900, 5, signal, 4).examples()).unwrap()
        };
        let (noise, signal) = (chosen(0.0), chosen(0.5));
        assert!(noise.best <= 3 && signal.best >= 10, "{} {}", noise.best, signal.best);
        assert_eq!(signal.losses.len(), 61);
    }

    #[test]
    fn equal_losses_give_the_larger_penalty() {
        let plain = Plain::world(300, 2, 0.3, 4);
        let config = LogisticConfig::default();
        let found = choose_l2(&config, &[5.0, 5.0 + 1e-13, 5.0], &WALK, &plain.examples()).unwrap();
        let least = found.losses.iter().copied().fold(f64::INFINITY, f64::min);
        let at = found.losses.iter().rposition(|l| *l == least).unwrap();
        assert!(found.best >= [5.0, 5.0 + 1e-13, 5.0][at]);
        assert!(choose_l2(&config, &[], &WALK, &plain.examples()).is_err());
    }

    /// A change of an outcome that is purged everywhere changes nothing.
    #[test]
    fn purged_examples_are_not_looked_at() {
        let walk = WalkForward { folds: 1, first: 0.5, purge: 100 };
        let plain = Plain::world(400, 2, 0.4, 8);
        let mut other = Plain::world(400, 2, 0.4, 8);
        for won in &mut other.won[100..200] {
            *won = !*won;
        }
        let config = LogisticConfig::default();
        let losses = |p: &Plain| choose_l2(&config, &[1.0], &walk, &p.examples()).unwrap().losses;
        assert_eq!(losses(&plain), losses(&other));
        other.won[50] = !other.won[50];
        assert_ne!(losses(&plain), losses(&other));
    }

    #[test]
    fn a_window_too_short_to_fold_is_refused() {
        let refused = |walk: WalkForward, n| walk.folds(n).is_err();
        assert!(refused(WalkForward { purge: 40, ..WALK }, 100));
        assert!(refused(WalkForward { folds: 61, ..WALK }, 100));
        assert!(refused(WalkForward { folds: 0, ..WALK }, 100));
        assert!(refused(WalkForward { first: 1.0, ..WALK }, 100));
        assert!(refused(WALK, 0));
    }

    proptest! {
        #[test]
        fn blocks_cover_what_follows_the_first_part_and_training_ends_before_them(
            n in 20_usize..400, folds in 1_usize..8, first in 0.2_f64..0.7, purge in 0_usize..4,
        ) {
            let folds = WalkForward { folds, first, purge }.folds(n);
            prop_assume!(folds.is_ok());
            let folds = folds.unwrap();
            prop_assert_eq!(folds.last().unwrap().test.end, n);
            for pair in folds.windows(2) {
                prop_assert_eq!(pair[0].test.end, pair[1].test.start);
            }
            for fold in &folds {
                prop_assert_eq!(fold.train.start, 0);
                prop_assert!(!fold.train.is_empty() && !fold.test.is_empty());
                prop_assert_eq!(fold.train.end + purge, fold.test.start);
            }
        }
    }
}
