//! Bayesian online change-point detection: how long ago did the series last change?
//!
//! The series is a row of segments. Within one, values are normal with a mean and a variance that
//! are not known but have a [`NormalInverseGamma`] prior; after each value the segment ends with a
//! constant chance, the hazard. [`Bocpd`] keeps the probability of every possible run length, the
//! number of values since the last end.
//!
//! A run length of 0 after a value means: the segment ended with that value, and the next one is
//! predicted from the prior alone.
//!
//! **Source:** Adams and MacKay (2007), Bayesian online changepoint detection, arXiv:0710.3742;
//! Murphy (2007), Conjugate Bayesian analysis of the Gaussian distribution, section 6, for the prior
//! and the predictive density.

use crate::numerics::{HALF_LN_2_PI, ln_gamma_half_step};

pub mod config;

pub use config::{BocpdConfig, BocpdError, NormalInverseGamma, Pruning};

/// One run length that is still considered.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Run {
    /// Sessions seen before the run.
    born: u32,
    /// Values seen before the run, missing ones not counted.
    observed_before: u32,
    log_probability: f64,
    probability: f64,
    /// Posterior mean of the segment's mean.
    mean: f64,
    /// Scale of the inverse gamma: half the sum of squares, and the prior's part.
    beta: f64,
    /// ln of `beta`.
    log_beta: f64,
}

/// P(run length | values so far), one value at a time.
///
/// Works on logarithms throughout. **Cost:** one logarithm and one exponential for each run length
/// considered; without [`Pruning`] that is one more with each value.
#[derive(Debug, Clone, PartialEq)]
pub struct Bocpd {
    config: BocpdConfig,
    /// Oldest first, so that the last has run length 0.
    runs: Vec<Run>,
    sessions: u32,
    observed: u32,
    /// The part of ln of the predictive density that depends only on the number of values in the
    /// run, by that number.
    constants: Vec<f64>,
    log_likelihood: f64,
    dropped: f64,
}

/// Distance from the prior mean, in prior scales, beyond which a value counts as missing: no square
/// below overflows.
const FARTHEST: f64 = 1e100;

impl Bocpd {
    /// Has seen no value: a segment begins with the first one.
    ///
    /// # Errors
    /// [`BocpdError`] for a hazard, prior or pruning outside its range.
    pub fn new(config: BocpdConfig) -> Result<Self, BocpdError> {
        config.validate()?;
        let mut fresh = Self {
            config,
            runs: Vec::new(),
            sessions: 0,
            observed: 0,
            constants: Vec::new(),
            log_likelihood: 0.0,
            dropped: 0.0,
        };
        fresh.begin_run(1.0);
        Ok(fresh)
    }

    /// Takes the next value; gives ln of the density it was predicted with.
    ///
    /// **Edges:** a missing value (not finite, or 1e100 prior scales out) lets runs grow and end
    /// but teaches them nothing; its density counts as 1.
    pub fn update(&mut self, x: f64) -> f64 {
        let distance = (x - self.config.prior.mean).abs() / self.config.prior.beta.sqrt();
        let log_density = if x.is_finite() && distance <= FARTHEST { self.learn(x) } else { 0.0 };
        self.log_likelihood += log_density;
        self.sessions += 1;
        let staying = 1.0 - self.config.hazard;
        self.rescale(staying.ln(), staying);
        self.begin_run(self.config.hazard);
        self.prune();
        log_density
    }

    /// Weighs every run by the density it gave `x`, then teaches it `x`; gives ln of the mixture's
    /// density. Probabilities sum to 1 afterwards.
    fn learn(&mut self, x: f64) -> f64 {
        let NormalInverseGamma { kappa, alpha, .. } = self.config.prior;
        let mut largest = f64::NEG_INFINITY;
        for run in &mut self.runs {
            let count = self.observed - run.observed_before;
            let (kappa, alpha) = (kappa + f64::from(count), alpha + 0.5 * f64::from(count));
            let surprise = x - run.mean;
            // Student's t with 2 alpha degrees of freedom; the same sum of squares makes the
            // density and the next beta.
            let growth = kappa * surprise * surprise / (2.0 * (kappa + 1.0) * run.beta);
            let log_growth = growth.ln_1p();
            run.log_probability +=
                self.constants[count as usize] - 0.5 * run.log_beta - (alpha + 0.5) * log_growth;
            largest = largest.max(run.log_probability);
            run.mean += surprise / (kappa + 1.0);
            run.beta += run.beta * growth;
            run.log_beta += log_growth;
        }
        self.observed += 1;
        let mut sum = 0.0;
        for run in &mut self.runs {
            run.probability = (run.log_probability - largest).exp();
            sum += run.probability;
        }
        let log_density = largest + sum.ln();
        for run in &mut self.runs {
            run.log_probability -= log_density;
            run.probability /= sum;
        }
        log_density
    }

    /// Multiplies the probability of every run by `factor`, given with its logarithm.
    fn rescale(&mut self, log_factor: f64, factor: f64) {
        for run in &mut self.runs {
            run.log_probability += log_factor;
            run.probability *= factor;
        }
    }

    /// A run of length 0, from the prior.
    fn begin_run(&mut self, probability: f64) {
        let NormalInverseGamma { mean, kappa, alpha, beta } = self.config.prior;
        self.runs.push(Run {
            born: self.sessions,
            observed_before: self.observed,
            log_probability: probability.ln(),
            probability,
            mean,
            beta,
            log_beta: beta.ln(),
        });
        let count = self.constants.len() as f64;
        if self.constants.len() <= self.observed as usize {
            let (kappa, alpha) = (kappa + count, alpha + 0.5 * count);
            let scale = 0.5 * (kappa / (kappa + 1.0)).ln();
            self.constants.push(ln_gamma_half_step(alpha) - HALF_LN_2_PI + scale);
        }
    }

    /// Forgets what may be forgotten, never the run that has just begun, and lets the others sum
    /// to 1 again.
    fn prune(&mut self) {
        let latest = self.sessions;
        let mut dropped = 0.0;
        match self.config.pruning {
            Pruning::None => return,
            Pruning::Below(limit) => self.runs.retain(|run| {
                let keep = run.probability >= limit || run.born == latest;
                dropped += if keep { 0.0 } else { run.probability };
                keep
            }),
            Pruning::Keep(most) => {
                if self.runs.len() > most {
                    dropped = self.remove_least();
                }
            }
        }
        if dropped > 0.0 {
            self.dropped += dropped;
            self.rescale(-(-dropped).ln_1p(), 1.0 / (1.0 - dropped));
        }
    }

    /// One run joins per session, so one leaves: the least probable, the oldest of equals.
    fn remove_least(&mut self) -> f64 {
        let older = &self.runs[..self.runs.len() - 1];
        let least = (1..older.len()).fold(0, |least, i| {
            if older[i].probability < older[least].probability { i } else { least }
        });
        self.runs.remove(least).probability
    }

    /// Probability that the run is shorter than `length` sessions: that the series changed less
    /// than that long ago, or has only just begun.
    pub fn probability_below(&self, length: u32) -> f64 {
        let young = self.runs.iter().rev().take_while(|run| self.sessions - run.born < length);
        young.map(|run| run.probability).sum::<f64>().min(1.0)
    }

    /// Expected run length, in sessions.
    pub fn mean_run_length(&self) -> f64 {
        let length = |run: &Run| f64::from(self.sessions - run.born);
        self.runs.iter().rev().map(|run| run.probability * length(run)).sum()
    }

    /// The most probable run length, in sessions; the shortest of equals.
    pub fn map_run_length(&self) -> u32 {
        let newest = self.runs[self.runs.len() - 1];
        let best =
            self.runs.iter().rev().fold(newest, |best, run| {
                if run.probability > best.probability { *run } else { best }
            });
        self.sessions - best.born
    }

    /// Probability of each run length from 0 to the number of sessions; 0 for what was pruned.
    pub fn posterior(&self) -> Vec<f64> {
        let mut posterior = vec![0.0; self.sessions as usize + 1];
        for run in &self.runs {
            posterior[(self.sessions - run.born) as usize] = run.probability;
        }
        posterior
    }

    /// ln of the density of all values so far.
    pub fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// Sum over the sessions of the probability that pruning dropped; see [`Pruning`] for what it
    /// bounds.
    pub fn dropped(&self) -> f64 {
        self.dropped
    }

    /// Run lengths that are still considered.
    pub fn considered(&self) -> usize {
        self.runs.len()
    }
}

#[cfg(test)]
mod tests;
