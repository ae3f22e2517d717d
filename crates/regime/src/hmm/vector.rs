//! A hidden Markov model of several series at once: a multivariate normal distribution per state.
//!
//! What a return alone shows late, its range and the VIX may show at once: volatility is high
//! when a session's range is wide, even if it closed where it opened. [`VectorHmm`] is the model,
//! [`Filter`](super::Filter) its filter, [`fit_vectors`] learns it and
//! [`ExpandingHmm`](super::ExpandingHmm) does both as time passes, as for one series.
//!
//! **Source:** Rabiner (1989), Proc. IEEE 77(2), section IV.A, with one component per state;
//! Hamilton (1989), Econometrica 57(2).

use serde::{Deserialize, Serialize};

use crate::hmm::chain::HiddenMarkov;
use crate::hmm::model::{HmmError, check_distribution, check_length, stationary};
use crate::numerics::HALF_LN_2_PI;
use cholesky::Factor;

mod cholesky;
mod em;
mod fit;

pub use fit::{
    Covariance, DIMENSIONS_MAX, VectorOptions, fit_vectors, refit_vectors, resume_vectors,
};

/// The numbers of a model as they are written down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VectorParameters {
    /// **Shape:** `[state][series]`. Means, in units of the series.
    pub means: Vec<Vec<f64>>,
    /// **Shape:** `[state][series][series]`. Symmetric and positive definite.
    pub covariances: Vec<Vec<Vec<f64>>>,
    /// **Shape:** `[from][to]`. Chance of the next state given this one; each row sums to 1.
    pub transitions: Vec<Vec<f64>>,
    /// Chance of each state before the first observation; absent for the stationary distribution
    /// of `transitions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Vec<f64>>,
}

/// A hidden Markov model with one multivariate normal distribution per state.
///
/// States are numbered from 0 in the order given; a fitted model has them in rising order of the
/// standard deviation of the first series, so that the last state is the one of high volatility
/// when that series is the return.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "VectorParameters", into = "VectorParameters")]
pub struct VectorHmm {
    width: usize,
    /// `[state][series]`, flat.
    means: Vec<f64>,
    covariances: Vec<Factor>,
    /// `[from][to]`, flat.
    transitions: Vec<f64>,
    start: Vec<f64>,
    /// The start was given, not derived from the transitions.
    start_given: bool,
}

impl VectorHmm {
    /// # Errors
    /// The first [`HmmError`] found.
    pub fn new(parameters: VectorParameters) -> Result<Self, HmmError> {
        let VectorParameters { means, covariances, transitions, start } = parameters;
        let states = means.len();
        let Some(width) = means.first().map(Vec::len) else { return Err(HmmError::NoStates) };
        check_length("covariances", covariances.len(), states)?;
        check_length("transitions", transitions.len(), states)?;
        let mut factors = Vec::with_capacity(states);
        for (state, (mean, covariance)) in means.iter().zip(&covariances).enumerate() {
            if mean.len() != width || width == 0 {
                return Err(HmmError::Width { name: "means", state, got: mean.len(), width });
            }
            if let Some(value) = mean.iter().copied().find(|value| !value.is_finite()) {
                return Err(HmmError::Value { name: "mean", state, value, must: "finite" });
            }
            factors.push(factor_of(covariance, state, width)?);
        }
        for (from, row) in transitions.iter().enumerate() {
            check_length("a row of transitions", row.len(), states)?;
            check_distribution(|| format!("row {from} of transitions"), row)?;
        }
        let transitions = transitions.concat();
        let start_given = start.is_some();
        let start = match start {
            Some(start) => {
                check_length("start", start.len(), states)?;
                check_distribution(|| "start".to_owned(), &start)?;
                start
            }
            None => stationary(&transitions, states)?,
        };
        let means = means.concat();
        Ok(Self { width, means, covariances: factors, transitions, start, start_given })
    }

    /// Means of a state, in the order of the series.
    ///
    /// # Panics
    /// When there is no such state.
    pub fn means(&self, state: usize) -> &[f64] {
        &self.means[state * self.width..][..self.width]
    }

    /// Covariance of two series in a state.
    ///
    /// # Panics
    /// When there is no such state or series.
    pub fn covariance(&self, state: usize, one: usize, other: usize) -> f64 {
        self.covariances[state].value(one, other)
    }

    /// Standard deviation of a series in a state.
    ///
    /// # Panics
    /// As [`covariance`](Self::covariance).
    pub fn sd(&self, state: usize, series: usize) -> f64 {
        self.covariance(state, series, series).sqrt()
    }

    /// The same model with its states in rising order of the first series' standard deviation,
    /// then of its mean.
    #[must_use]
    pub fn ordered_by_sd(&self) -> Self {
        let mut order: Vec<usize> = (0..self.states()).collect();
        order.sort_by(|a, b| {
            let by_sd = self.sd(*a, 0).total_cmp(&self.sd(*b, 0));
            by_sd.then(self.means(*a)[0].total_cmp(&self.means(*b)[0]))
        });
        let pick = |values: &[f64]| order.iter().map(|state| values[*state]).collect::<Vec<_>>();
        Self {
            width: self.width,
            means: order.iter().flat_map(|state| self.means(*state)).copied().collect(),
            covariances: order.iter().map(|state| self.covariances[*state].clone()).collect(),
            transitions: order.iter().flat_map(|from| pick(self.transitions(*from))).collect(),
            start: pick(&self.start),
            start_given: self.start_given,
        }
    }
}

impl HiddenMarkov for VectorHmm {
    fn width(&self) -> usize {
        self.width
    }

    fn states(&self) -> usize {
        self.covariances.len()
    }

    fn transitions(&self, from: usize) -> &[f64] {
        &self.transitions[from * self.states()..][..self.states()]
    }

    fn start(&self) -> &[f64] {
        &self.start
    }

    fn log_density(&self, state: usize, seen: &[f64]) -> f64 {
        let factor = &self.covariances[state];
        let constant = factor.log_root_determinant() + self.width as f64 * HALF_LN_2_PI;
        -0.5 * factor.squared_distance(seen, self.means(state)) - constant
    }
}

fn factor_of(covariance: &[Vec<f64>], state: usize, width: usize) -> Result<Factor, HmmError> {
    if covariance.len() != width || covariance.iter().any(|row| row.len() != width) {
        let got = covariance.len();
        return Err(HmmError::Width { name: "covariances", state, got, width });
    }
    let symmetric = |i: usize, j: usize| {
        let (a, b) = (covariance[i][j], covariance[j][i]);
        (a - b).abs() <= 1e-9 * (covariance[i][i].abs() * covariance[j][j].abs()).sqrt()
    };
    let fine = (0..width).all(|i| (0..i).all(|j| symmetric(i, j)));
    let factor = Factor::new(&covariance.concat(), width).filter(|_| fine);
    factor.ok_or(HmmError::Covariance { state })
}

impl TryFrom<VectorParameters> for VectorHmm {
    type Error = HmmError;

    fn try_from(parameters: VectorParameters) -> Result<Self, HmmError> {
        Self::new(parameters)
    }
}

impl From<VectorHmm> for VectorParameters {
    fn from(model: VectorHmm) -> Self {
        let (states, width) = (model.states(), model.width);
        let covariance = |state: usize| {
            let row = |i| (0..width).map(|j| model.covariance(state, i, j)).collect();
            (0..width).map(row).collect()
        };
        Self {
            means: model.means.chunks(width).map(<[f64]>::to_vec).collect(),
            covariances: (0..states).map(covariance).collect(),
            transitions: model.transitions.chunks(states).map(<[f64]>::to_vec).collect(),
            start: model.start_given.then(|| model.start.clone()),
        }
    }
}

#[cfg(test)]
mod tests;
