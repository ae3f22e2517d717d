//! Forward and backward through a window, whatever is seen of the states.
//!
//! Densities are divided by the largest of their session, and their products are rescaled when
//! they become [`TINY`], so that nothing underflows: with chances of at least
//! [`FLOOR`](super::em::FLOOR) a session makes a product smaller by that factor at most, however
//! far out its observation lies.
//!
//! **Source:** Baum, Petrie, Soules and Weiss (1970), Ann. Math. Statist. 41(1); the scaling is
//! Rabiner's (1989), Proc. IEEE 77(2), section V.A.

use std::array;

/// A product of chances below this is rescaled. Two of them, and the floors of two sessions, are
/// still far above the smallest number.
const TINY: f64 = 1e-100;

/// Room for one pass over a window. The number of states is known when it is compiled, which makes
/// a pass twice as fast.
#[derive(Debug)]
pub(super) struct Lattice<const K: usize> {
    /// Density of each observation in each state, over the largest of the observation.
    densities: Vec<[f64; K]>,
    /// P(state | observations so far), up to a factor.
    forward: Vec<[f64; K]>,
}

/// Expected steps of one pass.
#[derive(Debug)]
pub(super) struct Steps<const K: usize> {
    /// `[from][to]`, less the factor of the transition itself.
    pub(super) taken: [[f64; K]; K],
    /// Shares of the states at the first observation.
    pub(super) first: [f64; K],
}

impl<const K: usize> Lattice<K> {
    pub(super) fn new(len: usize) -> Self {
        Self { densities: vec![[0.0; K]; len], forward: vec![[0.0; K]; len] }
    }

    /// Fills the densities from their logarithms, `None` for a missing observation; gives the sum
    /// of the logarithms they were divided by.
    #[inline]
    pub(super) fn weigh(&mut self, logs: impl Iterator<Item = Option<[f64; K]>>) -> f64 {
        let mut shifts = 0.0;
        for (logs, densities) in logs.zip(&mut self.densities) {
            let Some(logs) = logs else {
                *densities = [1.0; K];
                continue;
            };
            let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            // The likeliest state needs no exponential.
            *densities = logs.map(|log| if log == largest { 1.0 } else { (log - largest).exp() });
            shifts += largest;
        }
        shifts
    }

    /// Fills forward weights; gives ln of the density of all observations.
    pub(super) fn walk_forward(&mut self, start: &[f64], transitions: &[[f64; K]; K]) -> f64 {
        let mut predicted: [f64; K] = array::from_fn(|state| start[state]);
        let mut log_scale = 0.0;
        let mut size = 1.0;
        for (forward, densities) in self.forward.iter_mut().zip(&self.densities) {
            *forward = array::from_fn(|state| predicted[state] * densities[state]);
            size = forward.iter().sum::<f64>();
            if size < TINY {
                *forward = forward.map(|weight| weight / size);
                log_scale += size.ln();
                size = 1.0;
            }
            predicted = array::from_fn(|to| {
                (0..K).map(|from| forward[from] * transitions[from][to]).sum::<f64>()
            });
        }
        log_scale + size.ln()
    }

    /// From the last observation to the first: tells `visit` the shares of the states at each, and
    /// gives how often each step was taken.
    #[inline]
    pub(super) fn walk_back(
        &self,
        transitions: &[[f64; K]; K],
        mut visit: impl FnMut(usize, &[f64; K]),
    ) -> Steps<K> {
        let mut steps = Steps { taken: [[0.0; K]; K], first: [0.0; K] };
        // What the later observations say about each state, up to a factor; `reach` is the same,
        // but for the state of the session before, and with the observation of this one.
        let mut later = [1.0; K];
        let mut reach = [0.0; K];
        for t in (0..self.forward.len()).rev() {
            let forward = &self.forward[t];
            let weights: [f64; K] = array::from_fn(|state| forward[state] * later[state]);
            let scale = 1.0 / weights.iter().sum::<f64>();
            let shares = weights.map(|weight| weight * scale);
            visit(t, &shares);
            steps.count(&forward.map(|weight| weight * scale), &reach);
            steps.first = shares;
            let densities = &self.densities[t];
            reach = array::from_fn(|state| densities[state] * later[state]);
            if reach.iter().sum::<f64>() < TINY {
                reach = reach.map(|weight| weight / TINY);
            }
            later = array::from_fn(|from| {
                (0..K).map(|to| transitions[from][to] * reach[to]).sum::<f64>()
            });
        }
        steps
    }
}

impl<const K: usize> Steps<K> {
    fn count(&mut self, from: &[f64; K], reach: &[f64; K]) {
        for (steps, from) in self.taken.iter_mut().zip(from) {
            for (step, reach) in steps.iter_mut().zip(reach) {
                *step += from * reach;
            }
        }
    }
}

/// `[from][to]`, flat, as rows of a known length.
pub(super) fn rows<const K: usize>(transitions: &[f64]) -> [[f64; K]; K] {
    array::from_fn(|from| array::from_fn(|to| transitions[from * K + to]))
}
