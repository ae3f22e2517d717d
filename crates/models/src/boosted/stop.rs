//! The number of rounds, from examples that the trees do not see.

use super::Boosting;
use super::config::{BoostedConfig, EarlyStopping};
use crate::error::FitError;
use crate::loss::log_loss;
use crate::table::Examples;

/// Log loss on `unseen` before the first round and after each, as boosting on `seen` goes on.
struct Watched<'a> {
    boosting: Boosting<'a>,
    unseen: Examples<'a>,
    log_odds: Vec<f64>,
}

impl<'a> Watched<'a> {
    fn new(config: &'a BoostedConfig, seen: &Examples<'a>, unseen: &Examples<'a>) -> Self {
        let boosting = Boosting::new(config, seen);
        let log_odds = vec![boosting.start; unseen.len()];
        Self { boosting, unseen: *unseen, log_odds }
    }

    fn loss(&self) -> f64 {
        log_loss(&self.unseen, &self.log_odds)
    }

    /// The loss after one more round; `None` when there is nothing left to correct.
    fn next(&mut self) -> Option<f64> {
        if !self.boosting.round() {
            return None;
        }
        let tree = self.boosting.trees.last()?;
        tree.add_leaves(self.unseen.x(), &mut Vec::new(), &mut self.log_odds);
        Some(self.loss())
    }
}

/// Losses on `unseen` after 0, 1, ... rounds on `seen`, of a checked config.
pub(crate) fn losses_by_round(
    config: &BoostedConfig,
    seen: &Examples<'_>,
    unseen: &Examples<'_>,
) -> Vec<f64> {
    let mut watched = Watched::new(config, seen, unseen);
    let mut losses = vec![watched.loss()];
    for _ in 0..config.rounds {
        // Where nothing is left to correct, more rounds change nothing.
        let last = losses[losses.len() - 1];
        losses.push(watched.next().unwrap_or(last));
    }
    losses
}

/// The rounds after which the log loss on the tail is least; the fewest of equals, 0 when no tree
/// is better than the base rate.
pub(super) fn best_rounds(
    config: &BoostedConfig,
    stopping: EarlyStopping,
    examples: &Examples<'_>,
) -> Result<u16, FitError> {
    let (head, tail) = parted(stopping, examples)?;
    let mut watched = Watched::new(config, &head, &tail);
    let (mut best, mut best_round) = (watched.loss(), 0);
    for round in 1..=config.rounds {
        match watched.next() {
            None => break,
            Some(loss) if loss < best => (best, best_round) = (loss, round),
            Some(_) if round - best_round >= stopping.patience => break,
            Some(_) => {}
        }
    }
    Ok(best_round)
}

/// What is learned from and what is held out, with the purged examples between them.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count")]
fn parted<'a>(
    stopping: EarlyStopping,
    examples: &Examples<'a>,
) -> Result<(Examples<'a>, Examples<'a>), FitError> {
    let n = examples.len();
    let tail = ((stopping.tail * n as f64).round() as usize).max(1);
    match n.saturating_sub(tail).saturating_sub(stopping.purge) {
        0 => Err(FitError::Lengths {
            what: "examples, too few to hold out a tail",
            found: n,
            expected: tail + stopping.purge + 1,
        }),
        head => Ok((examples.range(0..head)?, examples.range(n - tail..n)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Plain;

    #[test]
    fn the_purged_examples_lie_between_what_is_learned_and_what_is_held_out() {
        let plain = Plain::world(100, 1, 0.3, 2);
        let stopping = EarlyStopping { tail: 0.2, purge: 7, patience: 3 };
        let (head, tail) = parted(stopping, &plain.examples()).unwrap();
        assert_eq!((head.len(), tail.len()), (73, 20));
        assert_eq!(tail.x().row(0), plain.x().row(80));
        let refused = parted(EarlyStopping { purge: 80, ..stopping }, &plain.examples());
        assert!(matches!(refused, Err(FitError::Lengths { found: 100, expected: 101, .. })));
    }

    #[test]
    fn the_losses_of_all_rounds_are_those_of_fits_of_so_many_rounds() {
        let (seen, unseen) = (Plain::world(300, 3, 0.4, 2), Plain::world(100, 3, 0.4, 3));
        let config = BoostedConfig { rounds: 7, ..BoostedConfig::default() };
        let losses = losses_by_round(&config, &seen.examples(), &unseen.examples());
        assert_eq!(losses.len(), 8);
        for rounds in 1..=7 {
            let model = crate::Boosted::fit(&BoostedConfig { rounds, ..config }, &seen.examples());
            let scores = model.unwrap().predict_all(unseen.x()).unwrap();
            let log_odds: Vec<f64> = scores.iter().map(|p| (p / (1.0 - p)).ln()).collect();
            let loss = log_loss(&unseen.examples(), &log_odds);
            assert!((loss - losses[usize::from(rounds)]).abs() < 1e-9);
        }
    }
}
