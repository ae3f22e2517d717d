//! As many copies as forecasts are outstanding at once.

use serde::{Deserialize, Serialize};

use super::CopyError;

/// A pool of copies of a forecaster: one is taken when a forecast is issued and returned when its
/// outcome arrives. When none is free another is made.
///
/// Of several that are free the oldest serves: it has been taught the most.
///
/// ```
/// use tradebot_ensemble::{AggregatingAlgorithm, FreeCopies, Memory};
///
/// let mut copies = FreeCopies::new(AggregatingAlgorithm::new(2, 2.0, Memory::Full));
/// let advice = [Some(0.7), Some(0.4)];
/// let (copy, member) = copies.issue();
/// let p = member.forecast(&advice);
/// // Whenever the outcome arrives:
/// copies.resolve(copy)?.update(&advice, true);
/// # assert!(p.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FreeCopies<A> {
    untaught: A,
    copies: Vec<A>,
    /// Whether each copy waits for an outcome.
    waits: Vec<bool>,
}

impl<A: Clone> FreeCopies<A> {
    /// No copies yet; those made will be of `untaught`.
    pub const fn new(untaught: A) -> Self {
        Self { untaught, copies: Vec::new(), waits: Vec::new() }
    }

    /// A copy to make a forecast with, and its number, by which its outcome is brought to it.
    pub fn issue(&mut self) -> (usize, &A) {
        let free = self.waits.iter().position(|waits| !waits);
        let copy = free.unwrap_or(self.copies.len());
        if free.is_none() {
            self.copies.push(self.untaught.clone());
            self.waits.push(false);
        }
        self.waits[copy] = true;
        (copy, &self.copies[copy])
    }
}

impl<A> FreeCopies<A> {
    /// The copy of that number, to be taught the outcome that it waits for; it is free again.
    ///
    /// An outcome that will never be known is resolved too, and its copy taught nothing.
    ///
    /// # Errors
    /// [`CopyError::Free`] when it waits for none, or there is no such copy.
    pub fn resolve(&mut self, copy: usize) -> Result<&mut A, CopyError> {
        match self.waits.get_mut(copy) {
            Some(waits) if *waits => *waits = false,
            _ => return Err(CopyError::Free { copy }),
        }
        Ok(&mut self.copies[copy])
    }

    /// All copies made so far, the oldest first.
    pub fn copies(&self) -> &[A] {
        &self.copies
    }

    /// Forecasts whose outcome has not arrived.
    pub fn outstanding(&self) -> usize {
        self.waits.iter().filter(|waits| **waits).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_made_only_when_none_is_free() {
        let mut copies = FreeCopies::new(0_u32);
        assert_eq!((copies.issue().0, copies.issue().0), (0, 1));
        *copies.resolve(1).unwrap() += 1;
        assert_eq!(copies.issue(), (1, &1));
        *copies.resolve(0).unwrap() += 10;
        *copies.resolve(1).unwrap() += 1;
        assert_eq!(copies.issue(), (0, &10), "the oldest serves first");
        assert_eq!((copies.copies(), copies.outstanding()), ([10, 2].as_slice(), 1));
    }

    #[test]
    fn an_outcome_for_a_free_copy_is_refused() {
        let mut copies = FreeCopies::new(0_u32);
        assert_eq!(copies.resolve(0), Err(CopyError::Free { copy: 0 }));
        copies.issue();
        copies.resolve(0).unwrap();
        assert_eq!(copies.resolve(0), Err(CopyError::Free { copy: 0 }));
    }
}
