//! Expectation-maximisation: one pass over a window, and the parameters it improves.
//!
//! The window is standardised (mean 0, deviation 1), so that the sums of squares below keep their
//! digits whatever the units. How it is walked is in [`super::lattice`].
//!
//! **Source:** Baum, Petrie, Soules and Weiss (1970), Ann. Math. Statist. 41(1).

use std::array;

use crate::hmm::fit::StartRule;
use crate::hmm::lattice::{Lattice, Steps, rows};
use crate::hmm::model::stationary;
use crate::numerics::HALF_LN_2_PI;

/// Chance below which no transition and no start falls: 1e-12 is never, and keeps every state within reach.
pub(crate) const FLOOR: f64 = 1e-12;

/// A state whose share of the window is below this many values keeps what it was.
pub(super) const DEAD: f64 = 1e-8;

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

/// The window, and room for one pass over it.
#[derive(Debug)]
pub(crate) struct Window<const K: usize> {
    /// Standardised values; not a number where one is missing.
    values: Vec<f64>,
    lattice: Lattice<K>,
}

/// Of each state: weight, sum and sum of squares of the values seen in it.
type Moments<const K: usize> = [[f64; 3]; K];

/// One state of a guess as the densities need it.
#[derive(Debug, Clone, Copy)]
struct Bell {
    mean: f64,
    precision: f64,
    log_height: f64,
}

/// Passes over a window, whatever its number of states and what is seen of them.
pub(crate) trait Passes {
    /// Parameters under way.
    type Guess: Clone;

    /// One pass: the log-likelihood of `guess`, and the guess that follows from it.
    fn improve(&mut self, guess: &Self::Guess, rules: Rules) -> (f64, Self::Guess);

    /// A guess from elsewhere, brought within the rules.
    fn within(&self, guess: Self::Guess, rules: Rules) -> Self::Guess;
}

/// Largest number of states.
pub(crate) const MOST_STATES: usize = 8;

/// A window for 1 to [`MOST_STATES`] states.
pub(crate) fn window(values: Vec<f64>, states: usize) -> Box<dyn Passes<Guess = Guess>> {
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
    type Guess = Guess;

    fn improve(&mut self, guess: &Guess, rules: Rules) -> (f64, Guess) {
        let transitions = rows(&guess.transitions);
        let shifts = self.weigh(guess);
        let log_likelihood = shifts + self.lattice.walk_forward(&guess.start, &transitions);
        let mut moments = [[0.0; 3]; K];
        let steps = self.lattice.walk_back(&transitions, |t, shares| {
            visit(&mut moments, self.values[t], shares);
        });
        (log_likelihood, maximise(guess, (&moments, &steps), rules))
    }

    fn within(&self, guess: Guess, rules: Rules) -> Guess {
        let mut within = guess;
        within.sds.iter_mut().for_each(|sd| *sd = sd.max(rules.sd_floor));
        if rules.start == StartRule::Stationary {
            within.start = stationary_of(&within.transitions, K);
        }
        within
    }
}

impl<const K: usize> Window<K> {
    fn new(values: Vec<f64>) -> Self {
        Self { lattice: Lattice::new(values.len()), values }
    }

    /// Fills the densities; gives the sum of the logarithms they were divided by.
    fn weigh(&mut self, guess: &Guess) -> f64 {
        let bells: [Bell; K] = array::from_fn(|state| Bell {
            mean: guess.means[state],
            precision: 1.0 / guess.sds[state],
            log_height: -guess.sds[state].ln() - HALF_LN_2_PI,
        });
        let logs = |x: &f64| {
            (!x.is_nan()).then(|| {
                bells.map(|bell| {
                    let z = (x - bell.mean) * bell.precision;
                    bell.log_height - 0.5 * z * z
                })
            })
        };
        self.lattice.weigh(self.values.iter().map(logs))
    }
}

fn visit<const K: usize>(moments: &mut Moments<K>, x: f64, shares: &[f64; K]) {
    if x.is_nan() {
        return;
    }
    for (moments, share) in moments.iter_mut().zip(shares) {
        let weighted = share * x;
        moments[0] += share;
        moments[1] += weighted;
        moments[2] += weighted * x;
    }
}

/// The parameters that make the expected counts most likely.
fn maximise<const K: usize>(
    guess: &Guess,
    (moments, steps): (&Moments<K>, &Steps<K>),
    rules: Rules,
) -> Guess {
    let mut next = guess.clone();
    for (state, [weight, sum, squares]) in moments.iter().enumerate() {
        if *weight > DEAD {
            let mean = sum / weight;
            let variance = (squares / weight - mean * mean).max(rules.sd_floor * rules.sd_floor);
            next.means[state] = mean;
            next.sds[state] = variance.sqrt();
        }
    }
    (next.transitions, next.start) = next_chain(&guess.transitions, steps, rules.start);
    next
}

/// Transitions and start that make the expected steps most likely.
pub(super) fn next_chain<const K: usize>(
    transitions: &[f64],
    steps: &Steps<K>,
    rule: StartRule,
) -> (Vec<f64>, Vec<f64>) {
    let mut next = transitions.to_vec();
    for (row, steps) in next.chunks_exact_mut(K).zip(&steps.taken) {
        let taken = row.iter().zip(steps).map(|(transition, steps)| transition * steps);
        let taken: Vec<f64> = taken.collect();
        let left: f64 = taken.iter().sum();
        if left > DEAD {
            row.iter_mut().zip(&taken).for_each(|(chance, taken)| *chance = taken / left);
            floor_row(row);
        }
    }
    let start = match rule {
        StartRule::Estimated => {
            let mut start = steps.first.to_vec();
            floor_row(&mut start);
            start
        }
        StartRule::Stationary => stationary_of(&next, K),
    };
    (next, start)
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
