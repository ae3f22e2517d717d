//! What every hidden Markov model is, whatever is seen of its states.

/// A chain of states, and a density of what is seen in each.
pub trait HiddenMarkov: Clone {
    /// Numbers that are seen at a time, at least 1.
    fn width(&self) -> usize;

    /// Number of states, at least 1.
    fn states(&self) -> usize;

    /// Chances of the next state, given `from`.
    fn transitions(&self, from: usize) -> &[f64];

    /// Chance of each state before the first observation.
    fn start(&self) -> &[f64];

    /// ln of the density of an observation of [`width`](Self::width) finite numbers in `state`.
    fn log_density(&self, state: usize, seen: &[f64]) -> f64;
}
