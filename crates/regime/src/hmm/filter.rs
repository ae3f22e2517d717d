//! How probable each state is, given all values so far.

use crate::hmm::chain::HiddenMarkov;
use crate::hmm::model::GaussianHmm;
use crate::numerics::log_sum_exp;

/// P(state | values so far), one value at a time.
///
/// Each update predicts the state by the transitions, then weighs it by the density of the value.
/// It cannot look ahead: it holds no value, and takes one at a time.
///
/// Works on logarithms throughout, so that a value 40 standard deviations out, or thousands of
/// values against a state, neither underflow nor lose a state for good.
///
/// **Source:** Rabiner (1989), Proc. IEEE 77(2), section III.A, the forward procedure.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter<M = GaussianHmm> {
    model: M,
    /// ln of the transitions, `[from][to]`, flat.
    log_transitions: Vec<f64>,
    /// ln of `probabilities`.
    log_probabilities: Vec<f64>,
    probabilities: Vec<f64>,
    /// The start is the prediction of the first value.
    started: bool,
    log_likelihood: f64,
}

impl Filter {
    /// Takes the next value; gives the probability of each state, in the order of the model,
    /// summing to 1.
    ///
    /// **Edges:** as [`see`](Self::see).
    pub fn update(&mut self, x: f64) -> &[f64] {
        self.see(&[x])
    }
}

impl<M: HiddenMarkov> Filter<M> {
    /// Has seen no value: the probabilities are those of the start.
    pub fn new(model: M) -> Self {
        let states = model.states();
        let log_transitions =
            (0..states).flat_map(|from| model.transitions(from).iter().map(|p| p.ln())).collect();
        Self {
            log_transitions,
            log_probabilities: model.start().iter().map(|p| p.ln()).collect(),
            probabilities: model.start().to_vec(),
            started: false,
            log_likelihood: 0.0,
            model,
        }
    }

    /// Takes the next observation; gives the probability of each state, in the order of the model,
    /// summing to 1.
    ///
    /// **Edges:** a missing value (not finite) moves the states by the transitions alone and adds
    /// nothing to the likelihood. So does a value that no state gives a density an `f64` can hold
    /// the logarithm of, some 1e154 standard deviations out. Of several numbers none may be
    /// missing.
    ///
    /// # Panics
    /// When the observation does not have the numbers that the model sees at a time.
    pub fn see(&mut self, seen: &[f64]) -> &[f64] {
        assert_eq!(seen.len(), self.model.width(), "numbers of an observation");
        let predicted = self.log_predicted();
        self.started = true;
        let weights: Vec<f64> = predicted
            .iter()
            .enumerate()
            .map(|(state, weight)| weight + self.model.log_density(state, seen))
            .collect();
        let log_norm =
            if seen.iter().all(|x| x.is_finite()) { log_norm(&weights) } else { f64::NEG_INFINITY };
        if log_norm > f64::NEG_INFINITY {
            self.log_likelihood += log_norm;
            self.keep(&weights, log_norm);
        } else {
            // Sums to 1 but for rounding, which would grow through years of missing values.
            self.keep(&predicted, self::log_norm(&predicted));
        }
        &self.probabilities
    }

    fn keep(&mut self, log_weights: &[f64], log_norm: f64) {
        for (state, weight) in log_weights.iter().enumerate() {
            self.log_probabilities[state] = weight - log_norm;
            self.probabilities[state] = (weight - log_norm).exp();
        }
    }

    /// Probability of each state after the values so far.
    pub fn probabilities(&self) -> &[f64] {
        &self.probabilities
    }

    /// ln of the probabilities, which reaches further down than they do.
    pub(crate) fn log_probabilities(&self) -> &[f64] {
        &self.log_probabilities
    }

    /// Probability of each state for the value to come.
    pub fn predicted(&self) -> Vec<f64> {
        self.log_predicted().into_iter().map(f64::exp).collect()
    }

    /// ln of the density of all values so far: the sum of the logarithms of the norms.
    pub fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// The model it filters by.
    pub fn model(&self) -> &M {
        &self.model
    }

    fn log_predicted(&self) -> Vec<f64> {
        if !self.started {
            return self.log_probabilities.clone();
        }
        let states = self.model.states();
        let into = |to: usize| {
            let column = self.log_transitions.iter().skip(to).step_by(states);
            log_sum_exp(self.log_probabilities.iter().zip(column).map(|(from, step)| from + step))
        };
        (0..states).map(into).collect()
    }
}

fn log_norm(log_weights: &[f64]) -> f64 {
    log_sum_exp(log_weights.iter().copied())
}

#[cfg(test)]
mod tests;
