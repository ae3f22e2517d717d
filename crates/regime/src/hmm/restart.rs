//! Where the restarts of a fit begin.

use crate::chance::Chance;
use crate::hmm::em::{Guess, floor_row};
use crate::hmm::fit::FitOptions;
use crate::hmm::model::GaussianHmm;

/// Starting points for a standardised window (mean 0, deviation 1).
///
/// The likelihood has many local maxima, so the starts differ in kind. Two are always there: states
/// that differ in deviation only, the shape of returns, and states that differ in mean only. The
/// others are drawn: their means from the values or near 0, their deviations over a factor of
/// eight, their persistence from coin-flipping to a hundred sessions.
pub(crate) fn starting_points(values: &[f64], options: &FitOptions) -> Vec<Guess> {
    let states = options.states;
    let mut seen: Vec<f64> = values.iter().copied().filter(|x| !x.is_nan()).collect();
    seen.sort_by(f64::total_cmp);
    (0..options.restarts)
        .map(|restart| match restart {
            0 => by_deviation(states),
            1 => by_mean(&seen, states),
            _ => drawn(&seen, states, &mut Chance::new(options.seed, u64::from(restart))),
        })
        .collect()
}

/// A fitted model as a starting point for a window of `mean` and `deviation`.
pub(crate) fn from_model(model: &GaussianHmm, mean: f64, deviation: f64) -> Guess {
    let floored = |chances: &[f64]| {
        let mut chances = chances.to_vec();
        floor_row(&mut chances);
        chances
    };
    let transitions =
        (0..model.states()).flat_map(|from| floored(model.transitions(from))).collect();
    Guess {
        means: model.means().iter().map(|value| (value - mean) / deviation).collect(),
        sds: model.sds().iter().map(|sd| sd / deviation).collect(),
        transitions,
        start: floored(model.start()),
    }
}

/// How far `state` is on the way from the first state to the last, 0 to 1.
fn place(state: usize, states: usize) -> f64 {
    if states == 1 { 0.5 } else { state as f64 / (states - 1) as f64 }
}

/// Deviations from half to twice that of the window, all means at its mean.
fn by_deviation(states: usize) -> Guess {
    let sds = (0..states).map(|state| 0.5 * 4.0_f64.powf(place(state, states))).collect();
    guess(vec![0.0; states], sds, 0.95)
}

/// Means at evenly spaced quantiles, deviations that just touch.
fn by_mean(sorted: &[f64], states: usize) -> Guess {
    let quantile = |state: usize| sorted[(2 * state + 1) * sorted.len() / (2 * states)];
    guess((0..states).map(quantile).collect(), vec![1.0 / states as f64; states], 0.9)
}

fn drawn(seen: &[f64], states: usize, chance: &mut Chance) -> Guess {
    let spread = chance.below(2) == 0;
    let mean = |chance: &mut Chance| {
        if spread { seen[chance.below(seen.len())] } else { chance.between(-0.3, 0.3) }
    };
    let means = (0..states).map(|_| mean(chance)).collect();
    let sds = (0..states).map(|_| 0.25 * 8.0_f64.powf(chance.between(0.0, 1.0))).collect();
    // Leaving once in 2 to 100 sessions, evenly in logarithms.
    let leave = 0.5 * 0.02_f64.powf(chance.between(0.0, 1.0));
    guess(means, sds, 1.0 - leave)
}

/// States that stay with chance `stay` and leave to all others alike.
fn guess(means: Vec<f64>, sds: Vec<f64>, stay: f64) -> Guess {
    let states = means.len();
    let transitions = sticky(states, stay);
    Guess { means, sds, transitions, start: vec![1.0 / states as f64; states] }
}

/// Transitions, flat, of states that stay with chance `stay` and leave to all others alike.
pub(super) fn sticky(states: usize, stay: f64) -> Vec<f64> {
    let leave = (1.0 - stay) / (states.max(2) - 1) as f64;
    let chance = |cell: usize| match (states, cell.is_multiple_of(states + 1)) {
        (1, _) => 1.0,
        (_, true) => stay,
        (_, false) => leave,
    };
    (0..states * states).map(chance).collect()
}
