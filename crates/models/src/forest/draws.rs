//! Which examples a tree sees, and how often.

use super::config::Draws;
use crate::chance::{Chance, Urn, stratified};
use crate::table::Examples;

/// Where the trees of a forest draw their examples from.
#[derive(Debug)]
pub(super) enum Bag {
    /// Draws with replacement from an urn.
    Urn { urn: Urn, draws: usize },
    /// The same counts for every tree.
    Counted(Vec<u32>),
}

impl Bag {
    pub(super) fn new(draws: Draws, examples: &Examples<'_>) -> Self {
        let n = examples.len();
        let urn = || match examples.weights() {
            [] => Urn::even(n),
            weights => Urn::new(weights),
        };
        match draws {
            Draws::Share(share) => Self::Urn { urn: urn(), draws: share_of(n, share) },
            Draws::Worth { at_least } => {
                Self::Urn { urn: urn(), draws: worth(n, examples.worth(), at_least) }
            }
            Draws::Once => Self::Counted(even_counts(examples)),
        }
    }

    /// How often each example was drawn.
    pub(super) fn draw(&self, chance: &mut Chance, counts: &mut [u32]) {
        match self {
            Self::Urn { urn, draws } => {
                counts.fill(0);
                for _ in 0..*draws {
                    // Cannot overflow: there are fewer draws than 2^31.
                    let count = &mut counts[urn.draw(chance)];
                    *count = count.wrapping_add(1);
                }
            }
            Self::Counted(all) => counts.copy_from_slice(all),
        }
    }
}

/// As many as the examples are worth.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive sum")]
pub(super) fn worth(examples: usize, worth: f64, at_least: usize) -> usize {
    (worth.round() as usize).clamp(at_least.min(examples), examples)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count")]
fn share_of(examples: usize, share: f64) -> usize {
    ((share * examples as f64).round() as usize).max(1)
}

/// Each example's share, rounded by stratified resampling from a fixed start.
fn even_counts(examples: &Examples<'_>) -> Vec<u32> {
    let weights = examples.weights();
    if weights.is_empty() {
        return vec![1; examples.len()];
    }
    let mut counts = vec![0; examples.len()];
    for example in stratified(weights, &mut Chance::new(0, 0)) {
        counts[example] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Table;

    const DRAWS_MIN: usize = 100;

    #[test]
    fn as_many_draws_as_the_examples_are_worth() {
        assert_eq!(worth(1_000, 1_000.0, DRAWS_MIN), 1_000);
        assert_eq!(worth(1_000, 250.0, DRAWS_MIN), 250);
        assert_eq!(worth(1_000, 10.0, DRAWS_MIN), DRAWS_MIN);
        assert_eq!(worth(30, 15.0, DRAWS_MIN), 30);
        assert_eq!(worth(30, 240.0, DRAWS_MIN), 30, "never more than there are examples");
    }

    #[test]
    fn without_chance_an_example_counts_by_its_share_of_the_weights() {
        let x = Table::new(&[0.0; 4], 1).unwrap();
        let examples = Examples::new(x, &[true; 4]).unwrap();
        let counts = |examples: &Examples<'_>| {
            let mut counts = vec![9; 4];
            Bag::new(Draws::Once, examples).draw(&mut Chance::new(1, 2), &mut counts);
            counts
        };
        assert_eq!(counts(&examples), [1, 1, 1, 1]);
        assert_eq!(counts(&examples.weighted(&[0.2; 4]).unwrap()), [1, 1, 1, 1]);
        assert_eq!(counts(&examples.weighted(&[2.0, 1.0, 0.5, 0.5]).unwrap())[0], 2);
    }

    #[test]
    fn a_share_of_the_examples_is_drawn_with_replacement() {
        let values: Vec<f64> = (0..200).map(f64::from).collect();
        let x = Table::new(&values, 1).unwrap();
        let won = vec![true; 200];
        let examples = Examples::new(x, &won).unwrap();
        for (share, expected) in [(1.0, 200), (0.5, 100), (0.0001, 1)] {
            let mut counts = vec![0; 200];
            Bag::new(Draws::Share(share), &examples).draw(&mut Chance::new(1, 2), &mut counts);
            assert_eq!(counts.iter().sum::<u32>(), expected);
        }
    }
}
