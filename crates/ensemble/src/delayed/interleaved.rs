//! As many copies as an outcome takes rounds, in turn.

use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};

use super::CopyError;

/// Copies of a forecaster; copy t mod h serves round t and learns that round's outcome.
///
/// ```
/// use tradebot_ensemble::{AggregatingAlgorithm, Interleaved, Memory};
///
/// let one = AggregatingAlgorithm::new(2, 2.0, Memory::Full);
/// let mut copies = Interleaved::new(5.try_into()?, one);
/// let advice = [Some(0.7), Some(0.4)];
/// let p = copies.issue(0)?.forecast(&advice);
/// // Five rounds later at most:
/// copies.resolve(0)?.update(&advice, true);
/// # assert!(p.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Interleaved<A> {
    copies: Vec<A>,
    /// The round whose outcome each copy waits for.
    waits_for: Vec<Option<u64>>,
}

impl<A: Clone> Interleaved<A> {
    /// `horizon` copies of `untaught`; an outcome takes at most that many rounds.
    pub fn new(horizon: NonZeroUsize, untaught: A) -> Self {
        let copies = vec![untaught; horizon.get()];
        Self { waits_for: vec![None; copies.len()], copies }
    }
}

impl<A> Interleaved<A> {
    /// The copy that makes the forecast of a round, from here on waiting for its outcome.
    ///
    /// # Errors
    /// [`CopyError::Waiting`] when the outcome of the round `horizon` before, or of a yet earlier
    /// one, is not known: it took longer than the horizon allows.
    pub fn issue(&mut self, round: u64) -> Result<&A, CopyError> {
        let copy = self.turn(round);
        if let Some(earlier) = self.waits_for[copy] {
            return Err(CopyError::Waiting { round, earlier });
        }
        self.waits_for[copy] = Some(round);
        Ok(&self.copies[copy])
    }

    /// The copy that made the forecast of a round, to be taught its outcome; it waits no longer.
    ///
    /// An outcome that will never be known is resolved too, and its copy taught nothing.
    ///
    /// # Errors
    /// [`CopyError::NotIssued`] when it waits for no such outcome.
    pub fn resolve(&mut self, round: u64) -> Result<&mut A, CopyError> {
        let copy = self.turn(round);
        if self.waits_for[copy] != Some(round) {
            return Err(CopyError::NotIssued { round });
        }
        self.waits_for[copy] = None;
        Ok(&mut self.copies[copy])
    }

    /// All copies, in the order of their turns.
    pub fn copies(&self) -> &[A] {
        &self.copies
    }

    fn turn(&self, round: u64) -> usize {
        let turn = round % self.copies.len() as u64;
        usize::try_from(turn).expect("below the number of copies")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counters(horizon: usize) -> Interleaved<Vec<u64>> {
        Interleaved::new(horizon.try_into().unwrap(), Vec::new())
    }

    #[test]
    fn each_copy_learns_the_rounds_of_its_turn() {
        let mut copies = counters(3);
        for round in 0..10 {
            if round >= 3 {
                copies.resolve(round - 3).unwrap().push(round - 3);
            }
            assert!(copies.issue(round).unwrap().iter().all(|r| r % 3 == round % 3));
        }
        assert_eq!(copies.copies(), [vec![0, 3, 6], vec![1, 4], vec![2, 5]]);
    }

    #[test]
    fn outcomes_within_the_horizon_may_change_places() {
        let mut copies = counters(3);
        for round in 0..3 {
            copies.issue(round).unwrap();
        }
        copies.resolve(2).unwrap().push(2);
        copies.resolve(0).unwrap().push(0);
        copies.issue(3).unwrap();
        assert_eq!(copies.issue(4), Err(CopyError::Waiting { round: 4, earlier: 1 }));
    }

    #[test]
    fn a_late_outcome_is_named_and_changes_nothing() {
        let mut copies = counters(2);
        copies.issue(0).unwrap();
        let before = copies.clone();
        assert_eq!(copies.issue(2), Err(CopyError::Waiting { round: 2, earlier: 0 }));
        assert_eq!(copies.resolve(2), Err(CopyError::NotIssued { round: 2 }));
        assert_eq!(copies.resolve(1), Err(CopyError::NotIssued { round: 1 }));
        assert_eq!(copies, before);
        copies.resolve(0).unwrap();
        assert_eq!(copies.resolve(0), Err(CopyError::NotIssued { round: 0 }));
        copies.issue(2).unwrap();
    }
}
