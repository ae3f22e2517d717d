//! The model itself: a Markov chain, and a normal distribution for each of its states.

use serde::{Deserialize, Serialize};

use crate::hmm::chain::HiddenMarkov;
use crate::numerics::log_normal_density;

/// The numbers of a model as they are written down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HmmParameters {
    /// Mean of each state, in units of the series. As many as there are states.
    pub means: Vec<f64>,
    /// Standard deviation of each state, in units of the series, above 0.
    pub sds: Vec<f64>,
    /// **Shape:** `[from][to]`. Chance of the next state given this one; each row sums to 1.
    pub transitions: Vec<Vec<f64>>,
    /// Chance of each state before the first value; absent for the stationary distribution of
    /// `transitions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Vec<f64>>,
}

/// Why numbers make no model.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum HmmError {
    /// A hidden Markov model needs a state.
    #[error("a model without states")]
    NoStates,
    /// Lists that do not belong together.
    #[error("{name} has {got} entries; there are {states} states")]
    Length {
        /// The list.
        name: &'static str,
        /// How many it has.
        got: usize,
        /// How many it should have.
        states: usize,
    },
    /// A mean that is no number, or a standard deviation that is not above 0.
    #[error("{name} of state {state} is {value}; it must be {must}")]
    Value {
        /// `mean` or `sd`.
        name: &'static str,
        /// The state, from 0.
        state: usize,
        /// What was found.
        value: f64,
        /// What is allowed.
        must: &'static str,
    },
    /// Chances that are none, or do not sum to 1.
    #[error("{name} is {values:?}; it must hold chances in 0..=1 that sum to 1")]
    NotADistribution {
        /// `start`, or the row of the transitions.
        name: String,
        /// What was found.
        values: Vec<f64>,
    },
    /// A state with another number of series than the first.
    #[error("{name} of state {state} are for {got} series; {width} are expected, 1 at least")]
    Width {
        /// The list.
        name: &'static str,
        /// The state, from 0.
        state: usize,
        /// How many it has.
        got: usize,
        /// How many it should have.
        width: usize,
    },
    /// A covariance that no distribution has.
    #[error("the covariance of state {state} is not symmetric and positive definite")]
    Covariance {
        /// The state, from 0.
        state: usize,
    },
    /// The chain can be caught in a part of its states.
    #[error(
        "the chain cannot leave state {state} for the ones before it, so the start must be given"
    )]
    NoStationary {
        /// A state from which no earlier one can be reached through later ones.
        state: usize,
    },
}

/// A hidden Markov model with one normal distribution per state.
///
/// States are numbered from 0 in the order given; a fitted model has them in rising order of
/// standard deviation, so that the last state is the one of high volatility.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "HmmParameters", into = "HmmParameters")]
pub struct GaussianHmm {
    means: Vec<f64>,
    sds: Vec<f64>,
    /// `[from][to]`, flat.
    transitions: Vec<f64>,
    start: Vec<f64>,
    /// The start was given, not derived from the transitions.
    start_given: bool,
}

/// How far from 1 the chances of a row may sum: rounding of printed parameters.
const SUM_TOLERANCE: f64 = 1e-9;

impl GaussianHmm {
    /// # Errors
    /// The first [`HmmError`] found.
    pub fn new(parameters: HmmParameters) -> Result<Self, HmmError> {
        let HmmParameters { means, sds, transitions, start } = parameters;
        let states = means.len();
        if states == 0 {
            return Err(HmmError::NoStates);
        }
        check_length("sds", sds.len(), states)?;
        check_length("transitions", transitions.len(), states)?;
        for (state, (mean, sd)) in means.iter().zip(&sds).enumerate() {
            if !mean.is_finite() {
                let must = "finite";
                return Err(HmmError::Value { name: "mean", state, value: *mean, must });
            }
            if !(sd.is_finite() && *sd > 0.0) {
                let must = "finite and above 0";
                return Err(HmmError::Value { name: "sd", state, value: *sd, must });
            }
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
        Ok(Self { means, sds, transitions, start, start_given })
    }

    /// Number of states, at least 1.
    pub fn states(&self) -> usize {
        self.means.len()
    }

    /// Mean of each state.
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// Standard deviation of each state.
    pub fn sds(&self) -> &[f64] {
        &self.sds
    }

    /// Chances of the next state, given `from`.
    ///
    /// # Panics
    /// When there is no such state.
    pub fn transitions(&self, from: usize) -> &[f64] {
        &self.transitions[from * self.states()..][..self.states()]
    }

    /// Chance of each state before the first value.
    pub fn start(&self) -> &[f64] {
        &self.start
    }

    /// The long-run share of each state.
    ///
    /// # Errors
    /// [`HmmError::NoStationary`], which only a model with a given start can give.
    pub fn stationary(&self) -> Result<Vec<f64>, HmmError> {
        stationary(&self.transitions, self.states())
    }

    /// The same model with its states in rising order of standard deviation, then of mean.
    #[must_use]
    pub fn ordered_by_sd(&self) -> Self {
        let mut order: Vec<usize> = (0..self.states()).collect();
        order.sort_by(|a, b| {
            let by_sd = self.sds[*a].total_cmp(&self.sds[*b]);
            by_sd.then(self.means[*a].total_cmp(&self.means[*b]))
        });
        let pick = |values: &[f64]| order.iter().map(|state| values[*state]).collect::<Vec<_>>();
        Self {
            means: pick(&self.means),
            sds: pick(&self.sds),
            transitions: order.iter().flat_map(|from| pick(self.transitions(*from))).collect(),
            start: pick(&self.start),
            start_given: self.start_given,
        }
    }
}

impl HiddenMarkov for GaussianHmm {
    fn width(&self) -> usize {
        1
    }

    fn states(&self) -> usize {
        self.states()
    }

    fn transitions(&self, from: usize) -> &[f64] {
        self.transitions(from)
    }

    fn start(&self) -> &[f64] {
        self.start()
    }

    fn log_density(&self, state: usize, seen: &[f64]) -> f64 {
        log_normal_density(seen[0], self.means[state], self.sds[state])
    }
}

impl TryFrom<HmmParameters> for GaussianHmm {
    type Error = HmmError;

    fn try_from(parameters: HmmParameters) -> Result<Self, HmmError> {
        Self::new(parameters)
    }
}

impl From<GaussianHmm> for HmmParameters {
    fn from(model: GaussianHmm) -> Self {
        Self {
            transitions: model.transitions.chunks(model.means.len()).map(<[f64]>::to_vec).collect(),
            start: model.start_given.then_some(model.start),
            means: model.means,
            sds: model.sds,
        }
    }
}

pub(super) fn check_length(name: &'static str, got: usize, states: usize) -> Result<(), HmmError> {
    if got == states { Ok(()) } else { Err(HmmError::Length { name, got, states }) }
}

pub(super) fn check_distribution(
    name: impl Fn() -> String,
    values: &[f64],
) -> Result<(), HmmError> {
    let chances = values.iter().all(|value| (0.0..=1.0).contains(value));
    if chances && (values.iter().sum::<f64>() - 1.0).abs() <= SUM_TOLERANCE {
        Ok(())
    } else {
        Err(HmmError::NotADistribution { name: name(), values: values.to_vec() })
    }
}

/// The distribution that the chain keeps: `share = share x transitions`.
///
/// State after state is taken out of the chain, the paths through it being added to the others.
/// Nothing is subtracted, so that chances of 1e-12 keep all their digits.
///
/// **Source:** Grassmann, Taksar and Heyman (1985), Operations Research 33(5).
pub(crate) fn stationary(transitions: &[f64], states: usize) -> Result<Vec<f64>, HmmError> {
    let mut chain = transitions.to_vec();
    for last in (1..states).rev() {
        let leaving: f64 = chain[last * states..][..last].iter().sum();
        if leaving <= 0.0 {
            return Err(HmmError::NoStationary { state: last });
        }
        for from in 0..last {
            chain[from * states + last] /= leaving;
            for to in 0..last {
                chain[from * states + to] +=
                    chain[from * states + last] * chain[last * states + to];
            }
        }
    }
    let mut shares = vec![1.0];
    for state in 1..states {
        shares.push((0..state).map(|from| shares[from] * chain[from * states + state]).sum());
    }
    let sum: f64 = shares.iter().sum();
    Ok(shares.into_iter().map(|share| share / sum).collect())
}

#[cfg(test)]
mod tests;
