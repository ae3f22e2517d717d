//! One pass of expectation-maximisation over a window of several series.

use std::array;

use super::cholesky::Factor;
use super::fit::Covariance;
use crate::hmm::em::{DEAD, MOST_STATES, Passes, Rules, next_chain, stationary_of};
use crate::hmm::fit::StartRule;
use crate::hmm::lattice::{Lattice, rows};
use crate::numerics::HALF_LN_2_PI;

/// Parameters under way, in units of the standardised window.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Guess {
    /// `[state][series]`, flat.
    pub(super) means: Vec<f64>,
    pub(super) covariances: Vec<Factor>,
    /// `[from][to]`, flat.
    pub(super) transitions: Vec<f64>,
    pub(super) start: Vec<f64>,
}

/// The window, and room for one pass over it.
#[derive(Debug)]
struct Window<const K: usize> {
    width: usize,
    covariance: Covariance,
    /// Standardised, `[time][series]`, flat; not a number throughout where one is missing.
    values: Vec<f64>,
    lattice: Lattice<K>,
}

/// Weight, sums and sums of products of what was seen in a state.
#[derive(Debug, Clone)]
struct Moments {
    weight: f64,
    sums: Vec<f64>,
    /// `[series][series]`, flat; the lower triangle.
    products: Vec<f64>,
}

/// A window for 1 to [`MOST_STATES`] states.
pub(super) fn window(
    values: Vec<f64>,
    (width, covariance): (usize, Covariance),
    states: usize,
) -> Box<dyn Passes<Guess = Guess>> {
    fn of<const K: usize>(
        values: Vec<f64>,
        width: usize,
        covariance: Covariance,
    ) -> Box<dyn Passes<Guess = Guess>> {
        let lattice = Lattice::<K>::new(values.len() / width);
        Box::new(Window { width, covariance, values, lattice })
    }
    match states {
        1 => of::<1>(values, width, covariance),
        2 => of::<2>(values, width, covariance),
        3 => of::<3>(values, width, covariance),
        4 => of::<4>(values, width, covariance),
        5 => of::<5>(values, width, covariance),
        6 => of::<6>(values, width, covariance),
        7 => of::<7>(values, width, covariance),
        _ => of::<MOST_STATES>(values, width, covariance),
    }
}

impl<const K: usize> Passes for Window<K> {
    type Guess = Guess;

    fn improve(&mut self, guess: &Guess, rules: Rules) -> (f64, Guess) {
        let transitions = rows(&guess.transitions);
        let shifts = self.weigh(guess);
        let log_likelihood = shifts + self.lattice.walk_forward(&guess.start, &transitions);
        let width = self.width;
        let mut moments: [Moments; K] = array::from_fn(|_| Moments::new(width));
        let steps = self.lattice.walk_back(&transitions, |t, shares| {
            let seen = &self.values[t * width..][..width];
            if !seen[0].is_nan() {
                for (moments, share) in moments.iter_mut().zip(shares) {
                    moments.add(seen, *share);
                }
            }
        });
        let mut next = guess.clone();
        for (state, moments) in moments.iter().enumerate().filter(|(_, m)| m.weight > DEAD) {
            let mean = moments.mean();
            next.covariances[state] = self.floored(moments.covariance(&mean), rules.sd_floor);
            next.means[state * width..][..width].copy_from_slice(&mean);
        }
        (next.transitions, next.start) = next_chain(&guess.transitions, &steps, rules.start);
        (log_likelihood, next)
    }

    fn within(&self, guess: Guess, rules: Rules) -> Guess {
        let mut within = guess;
        for factor in &mut within.covariances {
            let cell = |at: usize| factor.value(at / self.width, at % self.width);
            let matrix = (0..self.width * self.width).map(cell).collect();
            *factor = self.floored(matrix, rules.sd_floor);
        }
        if rules.start == StartRule::Stationary {
            within.start = stationary_of(&within.transitions, K);
        }
        within
    }
}

impl<const K: usize> Window<K> {
    /// Fills the densities; gives the sum of the logarithms they were divided by.
    fn weigh(&mut self, guess: &Guess) -> f64 {
        let width = self.width;
        let constant = width as f64 * HALF_LN_2_PI;
        let log = |state: usize, seen: &[f64]| {
            let (factor, mean) = (&guess.covariances[state], &guess.means[state * width..]);
            -0.5 * factor.squared_distance(seen, mean) - factor.log_root_determinant() - constant
        };
        let logs = |seen: &[f64]| {
            (!seen[0].is_nan()).then(|| array::from_fn::<f64, K, _>(|state| log(state, seen)))
        };
        self.lattice.weigh(self.values.chunks_exact(width).map(logs))
    }

    /// The covariance within the rules: no variance below the floor, and no series so sure from the
    /// others that less than half of that variance is left; what series share is taken back until
    /// that holds. Without a floor a state that sits on a line has infinite likelihood.
    fn floored(&self, covariance: Vec<f64>, sd_floor: f64) -> Factor {
        let width = self.width;
        let least = sd_floor * sd_floor;
        let mut matrix = covariance;
        for i in 0..width {
            matrix[i * width + i] = matrix[i * width + i].max(least);
        }
        let mut shared = if self.covariance == Covariance::Diagonal { 0.0 } else { 1.0 };
        loop {
            let cell = |at: usize| {
                let value = matrix[at];
                if at.is_multiple_of(width + 1) { value } else { shared * value }
            };
            let tried: Vec<f64> = (0..width * width).map(cell).collect();
            let factor = Factor::new(&tried, width);
            let fine = |f: &Factor| f.least_deviation().powi(2) >= 0.5 * least || shared == 0.0;
            if let Some(factor) = factor.filter(fine) {
                return factor;
            }
            // Nothing shared is always fine: variances are above 0.
            shared = if shared > 1e-3 { 0.9 * shared } else { 0.0 };
        }
    }
}

impl Moments {
    fn new(width: usize) -> Self {
        Self { weight: 0.0, sums: vec![0.0; width], products: vec![0.0; width * width] }
    }

    fn add(&mut self, seen: &[f64], share: f64) {
        let width = seen.len();
        self.weight += share;
        for (i, x) in seen.iter().enumerate() {
            let weighted = share * x;
            self.sums[i] += weighted;
            for (j, y) in seen[..=i].iter().enumerate() {
                self.products[i * width + j] += weighted * y;
            }
        }
    }

    fn mean(&self) -> Vec<f64> {
        self.sums.iter().map(|sum| sum / self.weight).collect()
    }

    /// The lower triangle, the upper one mirrored.
    fn covariance(&self, mean: &[f64]) -> Vec<f64> {
        let width = mean.len();
        let cell = |at: usize| {
            let (i, j) = ((at / width).max(at % width), (at / width).min(at % width));
            self.products[i * width + j] / self.weight - mean[i] * mean[j]
        };
        (0..width * width).map(cell).collect()
    }
}
