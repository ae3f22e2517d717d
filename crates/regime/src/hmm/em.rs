//! Expectation-maximisation: one pass over a window, and the parameters it improves.
//!
//! The window is standardised (mean 0, deviation 1), so that the sums of squares below keep their
//! digits whatever the units. Densities are divided by the largest of their session, and their
//! products are rescaled when they become [`TINY`], so that nothing underflows: with chances of
//! at least [`FLOOR`] a session makes a product smaller by that factor at most, however far out its
//! value lies.
//!
//! **Source:** Baum, Petrie, Soules and Weiss (1970), Ann. Math. Statist. 41(1); the scaling is
//! Rabiner's (1989), Proc. IEEE 77(2), section V.A.

use std::array;

use crate::hmm::fit::StartRule;
use crate::hmm::model::stationary;
use crate::numerics::HALF_LN_2_PI;

/// Chance below which no transition and no start falls: 1e-12 is never, and keeps every state within reach.
pub(crate) const FLOOR: f64 = 1e-12;

/// A product of chances below this is rescaled. Two of them, and the floors of two sessions, are
/// still far above the smallest number.
const TINY: f64 = 1e-100;

/// A state whose share of the window is below this many values keeps what it was.
const DEAD: f64 = 1e-8;

/// Parameters under way, in units of the standardised window.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Guess {
    pub(crate) means: Vec<f64>,
    pub(crate) sds: Vec<f64>,
    /// `[from][to]`, flat, each at least [`FLOOR`].
    pub(crate) transitions: Vec<f64>,
    /// Each at least [`FLOOR`].
    pub(crate) start: Vec<f64>,
}

/// What stays the same from pass to pass.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) sd_floor: f64,
    pub(crate) start: StartRule,
}

/// The window, and room for one pass over it. The number of states is known when it is compiled,
/// which makes a pass twice as fast.
#[derive(Debug)]
pub(crate) struct Window<const K: usize> {
    /// Standardised values; not a number where one is missing.
    values: Vec<f64>,
    /// Density of each value in each state, over the largest of the value.
    densities: Vec<[f64; K]>,
    /// P(state | values so far), up to a factor.
    forward: Vec<[f64; K]>,
}

/// Expected counts of one pass.
#[derive(Debug)]
struct Counts<const K: usize> {
    /// Of each state: weight, sum and sum of squares of the values seen in it.
    moments: [[f64; 3]; K],
    /// `[from][to]`, less the factor of the transition itself.
    steps: [[f64; K]; K],
    /// Of the first value.
    first: [f64; K],
}

/// One state of a guess as the densities need it.
#[derive(Debug, Clone, Copy)]
struct Bell {
    mean: f64,
    precision: f64,
    log_height: f64,
}

/// Passes over a window, whatever its number of states.
pub(crate) trait Passes {
    /// One pass: the log-likelihood of `guess`, and the guess that follows from it.
    fn improve(&mut self, guess: &Guess, rules: Rules) -> (f64, Guess);
}

/// Largest number of states.
pub(crate) const MOST_STATES: usize = 8;

/// A window for 1 to [`MOST_STATES`] states.
pub(crate) fn window(values: Vec<f64>, states: usize) -> Box<dyn Passes> {
    match states {
        1 => Box::new(Window::<1>::new(values)),
        2 => Box::new(Window::<2>::new(values)),
        3 => Box::new(Window::<3>::new(values)),
        4 => Box::new(Window::<4>::new(values)),
        5 => Box::new(Window::<5>::new(values)),
        6 => Box::new(Window::<6>::new(values)),
        7 => Box::new(Window::<7>::new(values)),
        _ => Box::new(Window::<MOST_STATES>::new(values)),
    }
}

impl<const K: usize> Passes for Window<K> {
    fn improve(&mut self, guess: &Guess, rules: Rules) -> (f64, Guess) {
        let transitions: [[f64; K]; K] =
            array::from_fn(|from| array::from_fn(|to| guess.transitions[from * K + to]));
        let log_likelihood = self.weigh(guess) + self.walk_forward(guess, &transitions);
        let counts = self.walk_back(&transitions);
        (log_likelihood, maximise(guess, &counts, rules))
    }
}

impl<const K: usize> Window<K> {
    fn new(values: Vec<f64>) -> Self {
        let n = values.len();
        Self { densities: vec![[0.0; K]; n], forward: vec![[0.0; K]; n], values }
    }

    /// Fills the densities; gives the sum of the logarithms they were divided by.
    fn weigh(&mut self, guess: &Guess) -> f64 {
        let bells: [Bell; K] = array::from_fn(|state| Bell {
            mean: guess.means[state],
            precision: 1.0 / guess.sds[state],
            log_height: -guess.sds[state].ln() - HALF_LN_2_PI,
        });
        let mut shifts = 0.0;
        for (x, densities) in self.values.iter().zip(&mut self.densities) {
            if x.is_nan() {
                *densities = [1.0; K];
                continue;
            }
            let logs = bells.map(|bell| {
                let z = (x - bell.mean) * bell.precision;
                bell.log_height - 0.5 * z * z
            });
            let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            // The likeliest state needs no exponential.
            *densities = logs.map(|log| if log == largest { 1.0 } else { (log - largest).exp() });
            shifts += largest;
        }
        shifts
    }

    /// Fills forward weights; gives ln of the density of all values.
    fn walk_forward(&mut self, guess: &Guess, transitions: &[[f64; K]; K]) -> f64 {
        let mut predicted: [f64; K] = array::from_fn(|state| guess.start[state]);
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

    /// From the last value to the first: how often each state was visited and each step taken.
    fn walk_back(&self, transitions: &[[f64; K]; K]) -> Counts<K> {
        let mut counts = Counts { moments: [[0.0; 3]; K], steps: [[0.0; K]; K], first: [0.0; K] };
        // What the later values say about each state, up to a factor; `reach` is the same, but for
        // the state of the session before, and with the value of this one.
        let mut later = [1.0; K];
        let mut reach = [0.0; K];
        for t in (0..self.values.len()).rev() {
            let forward = &self.forward[t];
            let weights: [f64; K] = array::from_fn(|state| forward[state] * later[state]);
            let scale = 1.0 / weights.iter().sum::<f64>();
            let shares = weights.map(|weight| weight * scale);
            counts.visit(self.values[t], &shares);
            counts.step(&forward.map(|weight| weight * scale), &reach);
            counts.first = shares;
            let densities = &self.densities[t];
            reach = array::from_fn(|state| densities[state] * later[state]);
            if reach.iter().sum::<f64>() < TINY {
                reach = reach.map(|weight| weight / TINY);
            }
            later = array::from_fn(|from| {
                (0..K).map(|to| transitions[from][to] * reach[to]).sum::<f64>()
            });
        }
        counts
    }
}

impl<const K: usize> Counts<K> {
    fn visit(&mut self, x: f64, shares: &[f64; K]) {
        if x.is_nan() {
            return;
        }
        for (moments, share) in self.moments.iter_mut().zip(shares) {
            let weighted = share * x;
            moments[0] += share;
            moments[1] += weighted;
            moments[2] += weighted * x;
        }
    }

    fn step(&mut self, from: &[f64; K], reach: &[f64; K]) {
        for (steps, from) in self.steps.iter_mut().zip(from) {
            for (step, reach) in steps.iter_mut().zip(reach) {
                *step += from * reach;
            }
        }
    }
}

/// The parameters that make the expected counts most likely.
fn maximise<const K: usize>(guess: &Guess, counts: &Counts<K>, rules: Rules) -> Guess {
    let mut next = guess.clone();
    for (state, [weight, sum, squares]) in counts.moments.iter().enumerate() {
        if *weight > DEAD {
            let mean = sum / weight;
            let variance = (squares / weight - mean * mean).max(rules.sd_floor * rules.sd_floor);
            next.means[state] = mean;
            next.sds[state] = variance.sqrt();
        }
    }
    for (row, steps) in next.transitions.chunks_exact_mut(K).zip(&counts.steps) {
        let taken = row.iter().zip(steps).map(|(transition, steps)| transition * steps);
        let taken: Vec<f64> = taken.collect();
        let left: f64 = taken.iter().sum();
        if left > DEAD {
            row.iter_mut().zip(&taken).for_each(|(chance, taken)| *chance = taken / left);
            floor_row(row);
        }
    }
    next.start = match rules.start {
        StartRule::Estimated => {
            let mut start = counts.first.to_vec();
            floor_row(&mut start);
            start
        }
        StartRule::Stationary => stationary_of(&next.transitions, K),
    };
    next
}

/// The start that goes with floored transitions.
pub(crate) fn stationary_of(transitions: &[f64], states: usize) -> Vec<f64> {
    stationary(transitions, states).expect("every floored transition is above 0")
}

/// Lifts chances below [`FLOOR`] to it, and lets the row sum to 1 again.
pub(crate) fn floor_row(row: &mut [f64]) {
    let sum: f64 = row.iter().map(|chance| chance.max(FLOOR)).sum();
    for chance in row {
        *chance = (chance.max(FLOOR) / sum).max(FLOOR);
    }
}

#[cfg(test)]
mod tests;
