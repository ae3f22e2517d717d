//! Learning a model of several series from a window: maximum likelihood with seeded restarts.

use serde::{Deserialize, Serialize};

use super::cholesky::Factor;
use super::em::{Guess, window};
use super::{VectorHmm, VectorParameters};
use crate::chance::Chance;
use crate::hmm::chain::HiddenMarkov as _;
use crate::hmm::em::floor_row;
use crate::hmm::fit::{Fit, FitError, FitOptions, Run, Scale, StartRule, climb_all, measure};
use crate::hmm::restart::sticky;

/// Most series that a model sees at once.
pub const DIMENSIONS_MAX: usize = 4;

/// What a state may know of how series move together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Covariance {
    /// Everything: one covariance for each pair of series.
    #[default]
    Full,
    /// Nothing: within a state, series are independent.
    Diagonal,
}

/// How a model of several series is learned.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct VectorOptions {
    /// Series, 1 to [`DIMENSIONS_MAX`].
    pub series: usize,
    /// What states know of pairs.
    pub covariance: Covariance,
    /// The rest, as for one series; the floor applies to each.
    pub fit: FitOptions,
}

impl VectorOptions {
    /// # Errors
    /// [`FitError::Option`] for the first option outside its range.
    pub fn validate(&self) -> Result<(), FitError> {
        if !(1..=DIMENSIONS_MAX).contains(&self.series) {
            let value = self.series as f64;
            return Err(FitError::Option { name: "series", value, range: "1..=4" });
        }
        self.fit.validate()
    }
}

/// Learns a model from observations in order of time, `series` numbers to each; one with a number
/// that is not finite counts as missing.
///
/// Every series is standardised, so units do not matter. Starting points: states that differ in
/// deviation, for each series states that differ in its level, and drawn ones.
///
/// **Cost:** as [`fit()`](crate::hmm::fit()), times the square of the number of series.
///
/// # Errors
/// [`FitError`]: options outside their range, values that do not fill whole observations, or a
/// window without enough or without different values in each series.
pub fn fit_vectors(values: &[f64], options: &VectorOptions) -> Result<Fit<VectorHmm>, FitError> {
    search(values, options, None, true)
}

/// [`fit_vectors`] with the `previous` model as a further starting point, which always goes on to
/// the end.
///
/// # Errors
/// As [`fit_vectors`], and [`FitError::OtherStates`].
pub fn refit_vectors(
    values: &[f64],
    previous: &VectorHmm,
    options: &VectorOptions,
) -> Result<Fit<VectorHmm>, FitError> {
    search(values, options, Some(previous), true)
}

/// Goes on from the `previous` model alone, without restarts.
///
/// # Errors
/// As [`refit_vectors`].
pub fn resume_vectors(
    values: &[f64],
    previous: &VectorHmm,
    options: &VectorOptions,
) -> Result<Fit<VectorHmm>, FitError> {
    search(values, options, Some(previous), false)
}

fn search(
    values: &[f64],
    options: &VectorOptions,
    previous: Option<&VectorHmm>,
    restart: bool,
) -> Result<Fit<VectorHmm>, FitError> {
    options.validate()?;
    let (width, states) = (options.series, options.fit.states);
    if !values.len().is_multiple_of(width) {
        return Err(FitError::Ragged { values: values.len(), series: width });
    }
    let fits = |model: &&VectorHmm| model.states() == states && model.width() == width;
    if let Some(other) = previous.filter(|model| !fits(model)) {
        return Err(FitError::OtherStates { previous: other.states(), states });
    }
    let whole = only_whole(values, width);
    let scales = (0..width)
        .map(|series| measure(&column(&whole, series, width), states))
        .collect::<Result<Vec<Scale>, _>>()?;
    let standard = standardised(&whole, &scales);
    let previous = previous.map(|model| from_model(model, &scales));
    let starts = if restart { starting_points(&standard, options) } else { Vec::new() };
    let mut window = window(standard, (width, options.covariance), states);
    let run = climb_all(window.as_mut(), starts, previous, &options.fit);
    Ok(finish(run, &scales, options.fit.start))
}

/// An observation of which a number is missing is missing.
fn only_whole(values: &[f64], width: usize) -> Vec<f64> {
    let mut whole = values.to_vec();
    for seen in whole.chunks_exact_mut(width) {
        if seen.iter().any(|x| !x.is_finite()) {
            seen.fill(f64::NAN);
        }
    }
    whole
}

fn column(values: &[f64], series: usize, width: usize) -> Vec<f64> {
    values.iter().skip(series).step_by(width).copied().collect()
}

fn standardised(values: &[f64], scales: &[Scale]) -> Vec<f64> {
    let standard = |(x, scale): (&f64, &Scale)| (x - scale.mean) / scale.deviation;
    values.iter().zip(scales.iter().cycle()).map(standard).collect()
}

/// A fitted model as a starting point.
fn from_model(model: &VectorHmm, scales: &[Scale]) -> Guess {
    let (states, width) = (model.states(), scales.len());
    let floored = |chances: &[f64]| {
        let mut chances = chances.to_vec();
        floor_row(&mut chances);
        chances
    };
    let covariance = |state: usize| {
        let cell = |at: usize| {
            let (i, j) = (at / width, at % width);
            model.covariance(state, i, j) / (scales[i].deviation * scales[j].deviation)
        };
        let matrix: Vec<f64> = (0..width * width).map(cell).collect();
        Factor::new(&matrix, width).expect("scaling keeps a covariance positive definite")
    };
    let means = (0..states).flat_map(|state| standardised(model.means(state), scales)).collect();
    Guess {
        means,
        covariances: (0..states).map(covariance).collect(),
        transitions: (0..states).flat_map(|from| floored(model.transitions(from))).collect(),
        start: floored(model.start()),
    }
}

fn starting_points(values: &[f64], options: &VectorOptions) -> Vec<Guess> {
    let (width, states) = (options.series, options.fit.states);
    let mut seen: Vec<&[f64]> = values.chunks_exact(width).collect();
    seen.retain(|seen| !seen[0].is_nan());
    let start = |restart: u32| match (restart as usize).checked_sub(1) {
        None => by_deviation(states, width),
        Some(series) if series < width => by_level(&mut seen.clone(), series, states),
        Some(_) => {
            let mut chance = Chance::new(options.fit.seed, u64::from(restart));
            drawn(&seen, states, &mut chance)
        }
    };
    (0..options.fit.restarts).map(start).collect()
}

/// Series that are independent, with these deviations all alike.
fn round(deviation: f64, width: usize) -> Factor {
    let variance = deviation * deviation;
    let cell = |at: usize| if at.is_multiple_of(width + 1) { variance } else { 0.0 };
    let matrix: Vec<f64> = (0..width * width).map(cell).collect();
    Factor::new(&matrix, width).expect("variances are above 0")
}

/// Deviations from half to twice that of the window, all means at its mean.
fn by_deviation(states: usize, width: usize) -> Guess {
    let place = |state: usize| state as f64 / (states.max(2) - 1) as f64;
    let deviation = |state| 0.5 * 4.0_f64.powf(place(state));
    let covariances = (0..states).map(|state| round(deviation(state), width)).collect();
    guess(vec![0.0; states * width], covariances, 0.95)
}

/// The window in as many parts as there are states, by the level of one series.
fn by_level(seen: &mut [&[f64]], series: usize, states: usize) -> Guess {
    let width = seen[0].len();
    seen.sort_by(|a, b| a[series].total_cmp(&b[series]));
    let mut means = Vec::with_capacity(states * width);
    for state in 0..states {
        let part = &seen[state * seen.len() / states..(state + 1) * seen.len() / states];
        for at in 0..width {
            means.push(part.iter().map(|seen| seen[at]).sum::<f64>() / part.len() as f64);
        }
    }
    guess(means, (0..states).map(|_| round(0.7, width)).collect(), 0.9)
}

fn drawn(seen: &[&[f64]], states: usize, chance: &mut Chance) -> Guess {
    let width = seen[0].len();
    let (mut means, mut covariances) = (Vec::new(), Vec::new());
    for _ in 0..states {
        means.extend_from_slice(seen[chance.below(seen.len())]);
        covariances.push(round(0.25 * 8.0_f64.powf(chance.between(0.0, 1.0)), width));
    }
    let leave = 0.5 * 0.02_f64.powf(chance.between(0.0, 1.0));
    guess(means, covariances, 1.0 - leave)
}

fn guess(means: Vec<f64>, covariances: Vec<Factor>, stay: f64) -> Guess {
    let states = covariances.len();
    let start = vec![1.0 / states as f64; states];
    Guess { means, covariances, transitions: sticky(states, stay), start }
}

/// The run in units of the series.
fn finish(run: Run<Guess>, scales: &[Scale], rule: StartRule) -> Fit<VectorHmm> {
    let Guess { means, covariances, transitions, start } = run.best;
    let (states, width) = (covariances.len(), scales.len());
    let in_units = |(at, mean): (usize, &f64)| scales[at].mean + scales[at].deviation * mean;
    let covariance = |factor: &Factor| {
        let cell =
            |i: usize, j: usize| factor.value(i, j) * (scales[i].deviation * scales[j].deviation);
        (0..width).map(|i| (0..width).map(|j| cell(i, j)).collect()).collect()
    };
    let model = VectorHmm::new(VectorParameters {
        means: means.chunks(width).map(|m| m.iter().enumerate().map(in_units).collect()).collect(),
        covariances: covariances.iter().map(covariance).collect(),
        transitions: transitions.chunks(states).map(<[f64]>::to_vec).collect(),
        start: (rule == StartRule::Estimated).then_some(start),
    })
    .expect("means are finite, covariances floored, rows and start normalised");
    let observed = scales[0].observed;
    let stretched: f64 = scales.iter().map(|scale| scale.deviation.ln()).sum();
    Fit {
        model: model.ordered_by_sd(),
        log_likelihood: run.log_likelihood - observed as f64 * stretched,
        observed,
        passes: run.passes,
        converged: run.converged,
    }
}
