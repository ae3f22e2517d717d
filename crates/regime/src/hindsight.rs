//! Looks ahead: what the states *were*, given the whole series. For research only.
//!
//! Both functions use values that came after the session they judge. In a backtest or in a decision
//! they leak the future; use [`Filter`] there. They are kept apart under this name so that nobody
//! takes one for the other.
//!
//! **Source:** Rabiner (1989), Proc. IEEE 77(2), sections III.A (backward procedure) and III.B
//! (Viterbi).

use crate::hmm::{Filter, GaussianHmm, HiddenMarkov};
use crate::numerics::log_sum_exp;

/// P(state at each session | the whole series), by the forward-backward procedure.
///
/// **Shape:** `[value][state]`; values of several numbers one after another. Missing values (not finite) count as in the filter.
///
/// # Panics
/// When the values do not fill whole observations.
pub fn smooth<M: HiddenMarkov>(model: &M, values: &[f64]) -> Vec<Vec<f64>> {
    let (states, width) = (model.states(), model.width());
    let seen_at = |t: usize| &values[t * width..(t + 1) * width];
    let mut filter = Filter::new(model.clone());
    let mut forward = |seen: &[f64]| {
        filter.see(seen);
        filter.log_probabilities().to_vec()
    };
    let mut smoothed: Vec<Vec<f64>> = values.chunks(width).map(&mut forward).collect();
    // ln of the density of all later values, given the state.
    let mut later = vec![0.0; states];
    for t in (0..smoothed.len()).rev() {
        let weights: Vec<f64> = smoothed[t].iter().zip(&later).map(|(f, l)| f + l).collect();
        let log_norm = log_sum_exp(weights.iter().copied());
        smoothed[t] = weights.into_iter().map(|weight| (weight - log_norm).exp()).collect();
        let seen: Vec<f64> =
            (0..states).map(|state| later[state] + log_density(model, state, seen_at(t))).collect();
        later = (0..states)
            .map(|from| {
                let steps = model.transitions(from).iter().zip(&seen);
                log_sum_exp(steps.map(|(step, seen)| step.ln() + seen))
            })
            .collect();
    }
    smoothed
}

/// The single likeliest path of states through the whole series.
///
/// **Edges:** of equally likely paths the one with the lower state, decided from the last value
/// backwards. Missing values count as in the filter.
pub fn viterbi(model: &GaussianHmm, values: &[f64]) -> Vec<usize> {
    let states = model.states();
    let mut best: Vec<f64> = model.start().iter().map(|chance| chance.ln()).collect();
    let mut came_from = Vec::with_capacity(values.len());
    for (t, x) in values.iter().enumerate() {
        if t > 0 {
            let choices: Vec<usize> = (0..states)
                .map(|to| {
                    first_largest(states, |from| best[from] + model.transitions(from)[to].ln())
                })
                .collect();
            let reached = |to: usize| best[choices[to]] + model.transitions(choices[to])[to].ln();
            best = (0..states).map(reached).collect();
            came_from.push(choices);
        }
        best.iter_mut().enumerate().for_each(|(state, b)| *b += log_density(model, state, &[*x]));
    }
    let mut path = Vec::with_capacity(values.len());
    if !values.is_empty() {
        path.push(first_largest(states, |state| best[state]));
    }
    for choices in came_from.iter().rev() {
        path.push(choices[path[path.len() - 1]]);
    }
    path.reverse();
    path
}

fn log_density<M: HiddenMarkov>(model: &M, state: usize, seen: &[f64]) -> f64 {
    if seen.iter().all(|x| x.is_finite()) { model.log_density(state, seen) } else { 0.0 }
}

fn first_largest(count: usize, value: impl Fn(usize) -> f64) -> usize {
    (1..count).fold(0, |best, i| if value(i) > value(best) { i } else { best })
}

#[cfg(test)]
mod tests;
