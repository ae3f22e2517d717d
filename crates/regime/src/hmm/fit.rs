//! Learning a model from a window of values: maximum likelihood with seeded restarts.

use serde::{Deserialize, Serialize};

use crate::hmm::em::{Guess, MOST_STATES, Passes, Rules, window};
use crate::hmm::model::{GaussianHmm, HmmParameters};
use crate::hmm::restart::{from_model, starting_points};

/// What the chances of the states before the first value of a window are taken to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartRule {
    /// Learned with the rest, as Baum and Welch have it; most often one state for sure.
    Estimated,
    /// The stationary distribution of the transitions. The first value is then left out of the
    /// reckoning of the transitions, which costs a sliver of likelihood.
    Stationary,
}

/// How a model is learned.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FitOptions {
    /// Number of states, 1 to 8.
    pub states: usize,
    /// Starting points tried, 1 to 1000.
    pub restarts: u32,
    /// Passes that every starting point gets, at least 1, before the best go on alone.
    pub short_passes: u32,
    /// How many of the best starting points go on until they converge; at least 1.
    pub finalists: usize,
    /// Passes after which one stops without having converged; at least 1.
    pub max_passes: u32,
    /// Gain of log-likelihood, in nats, below which a pass was the last; above 0.
    pub tolerance: f64,
    /// Least standard deviation of a state, as a share of that of the window; 1e-6 to 1.
    /// Without a floor a state that sits on one value has infinite likelihood.
    pub sd_floor: f64,
    /// Seed of the drawn starting points.
    pub seed: u64,
    /// The start of the model.
    pub start: StartRule,
}

impl Default for FitOptions {
    fn default() -> Self {
        Self {
            states: 2,
            restarts: 12,
            short_passes: 20,
            finalists: 3,
            max_passes: 1_000,
            tolerance: 1e-6,
            sd_floor: 0.05,
            seed: 1,
            start: StartRule::Estimated,
        }
    }
}

/// A learned model and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit<M = GaussianHmm> {
    /// States in rising order of standard deviation.
    pub model: M,
    /// ln of the density of the window under the model.
    pub log_likelihood: f64,
    /// Values of the window that were there.
    pub observed: usize,
    /// Passes of the starting point that won.
    pub passes: u32,
    /// The last pass gained less than the tolerance.
    pub converged: bool,
}

/// Why no model was learned.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FitError {
    /// An option outside its range.
    #[error("{name} is {value}; it must be in {range}")]
    Option {
        /// The key.
        name: &'static str,
        /// What was found.
        value: f64,
        /// What is allowed.
        range: &'static str,
    },
    /// A window that cannot tell states apart.
    #[error("{observed} values for {states} states; at least {need} are needed")]
    TooShort {
        /// Values of the window that are there.
        observed: usize,
        /// States asked for.
        states: usize,
        /// Values needed: ten for each state.
        need: usize,
    },
    /// All values are the same, or too large to square.
    #[error("a window with a standard deviation of {sd} has no states")]
    NoSpread {
        /// Standard deviation of the window.
        sd: f64,
    },
    /// Numbers that do not fill whole observations.
    #[error("{values} values do not fill observations of {series} series")]
    Ragged {
        /// How many there are.
        values: usize,
        /// How many make one observation.
        series: usize,
    },
    /// A model to start from has another number of states.
    #[error("the previous model has {previous} states; {states} are asked for")]
    OtherStates {
        /// States of the model.
        previous: usize,
        /// States asked for.
        states: usize,
    },
}

/// Values that each state needs.
const VALUES_PER_STATE: usize = 10;

impl FitOptions {
    /// # Errors
    /// [`FitError::Option`] for the first option outside its range.
    pub fn validate(&self) -> Result<(), FitError> {
        let check = |name, value: f64, ok: bool, range| {
            if ok { Ok(()) } else { Err(FitError::Option { name, value, range }) }
        };
        let positive = |name, value: u32| check(name, f64::from(value), value >= 1, "1..");
        check("states", self.states as f64, (1..=MOST_STATES).contains(&self.states), "1..=8")?;
        let restarts_allowed = (1..=1_000).contains(&self.restarts);
        check("restarts", f64::from(self.restarts), restarts_allowed, "1..=1000")?;
        positive("short_passes", self.short_passes)?;
        check("finalists", self.finalists as f64, self.finalists >= 1, "1..")?;
        positive("max_passes", self.max_passes)?;
        let finite = self.tolerance.is_finite() && self.tolerance > 0.0;
        check("tolerance", self.tolerance, finite, "0 (exclusive) to infinity (exclusive)")?;
        let share = (1e-6..=1.0).contains(&self.sd_floor);
        check("sd_floor", self.sd_floor, share, "1e-6..=1")
    }

    const fn rules(&self) -> Rules {
        Rules { sd_floor: self.sd_floor, start: self.start }
    }
}

/// Learns a model from `values`, in order of time; one that is not finite counts as missing.
///
/// Every starting point gets a few passes, the best go on until a pass gains less than the
/// tolerance, and the likeliest wins. Same values and options, same model to the last bit.
///
/// **Cost:** restarts x short passes + finalists x passes to convergence, each proportional to
/// values x states^2.
///
/// **Source:** passes: Baum et al. (1970), Ann. Math. Statist. 41(1); short runs before long ones:
/// Biernacki, Celeux and Govaert (2003), Comput. Stat. Data Anal. 41(3-4).
///
/// # Errors
/// [`FitError`]: options outside their range, or a window without enough or without different
/// values.
pub fn fit(values: &[f64], options: &FitOptions) -> Result<Fit, FitError> {
    search(values, options, None, true)
}

/// [`fit()`] with the `previous` model as a further starting point, which always goes on to the
/// end.
///
/// # Errors
/// As [`fit()`], and [`FitError::OtherStates`].
pub fn refit(
    values: &[f64],
    previous: &GaussianHmm,
    options: &FitOptions,
) -> Result<Fit, FitError> {
    search(values, options, Some(previous), true)
}

/// Goes on from the `previous` model alone, without restarts: cheap, and as good as the optimum
/// that model is near.
///
/// # Errors
/// As [`refit`].
pub fn resume(
    values: &[f64],
    previous: &GaussianHmm,
    options: &FitOptions,
) -> Result<Fit, FitError> {
    search(values, options, Some(previous), false)
}

/// Location and scale of a window.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    pub(super) mean: f64,
    pub(super) deviation: f64,
    pub(super) observed: usize,
}

/// A starting point and how far it has come.
pub(super) struct Run<G> {
    /// The likeliest guess so far.
    pub(super) best: G,
    /// Of `best`.
    pub(super) log_likelihood: f64,
    /// What follows from `best`; its likelihood is known with the next pass.
    next: G,
    pub(super) passes: u32,
    pub(super) converged: bool,
}

impl<G: Clone> Run<G> {
    /// Brings `guess` within the rules first: it may be the best there will be.
    fn new(guess: G, window: &dyn Passes<Guess = G>, options: &FitOptions) -> Self {
        let next = window.within(guess, options.rules());
        let log_likelihood = f64::NEG_INFINITY;
        Self { best: next.clone(), log_likelihood, next, passes: 0, converged: false }
    }

    /// Passes until one gains less than the tolerance, or until `limit` have been made in all.
    fn climb(
        mut self,
        window: &mut dyn Passes<Guess = G>,
        limit: u32,
        options: &FitOptions,
    ) -> Self {
        while self.passes < limit && !self.converged {
            let (log_likelihood, after) = window.improve(&self.next, options.rules());
            let gain = log_likelihood - self.log_likelihood;
            // A floor, or a stationary start, can cost more than a pass gains: keep what was.
            if gain > 0.0 {
                self.best = std::mem::replace(&mut self.next, after);
                self.log_likelihood = log_likelihood;
            }
            self.passes += 1;
            self.converged = gain < options.tolerance;
        }
        self
    }
}

/// The likeliest of what the starting points and the previous model lead to. At least one of them
/// must be there.
pub(super) fn climb_all<G: Clone>(
    window: &mut dyn Passes<Guess = G>,
    starts: Vec<G>,
    previous: Option<G>,
    options: &FitOptions,
) -> Run<G> {
    let mut runs: Vec<Run<G>> = Vec::with_capacity(starts.len() + 1);
    for guess in starts {
        runs.push(Run::new(guess, window, options).climb(window, options.short_passes, options));
    }
    // Stable, so that of two equally likely ones the earlier start wins.
    runs.sort_by(|a, b| b.log_likelihood.total_cmp(&a.log_likelihood));
    runs.truncate(options.finalists);
    if let Some(guess) = previous {
        runs.insert(0, Run::new(guess, window, options));
    }
    runs.into_iter()
        .map(|run| run.climb(window, options.max_passes, options))
        .reduce(|best, run| if run.log_likelihood > best.log_likelihood { run } else { best })
        .expect("there is a finalist or a previous model")
}

fn search(
    values: &[f64],
    options: &FitOptions,
    previous: Option<&GaussianHmm>,
    restart: bool,
) -> Result<Fit, FitError> {
    options.validate()?;
    let states = options.states;
    if let Some(previous) = previous.map(GaussianHmm::states).filter(|count| *count != states) {
        return Err(FitError::OtherStates { previous, states });
    }
    let scale = measure(values, states)?;
    let values = scale.standardised(values);
    let starts = if restart { starting_points(&values, options) } else { Vec::new() };
    let previous = previous.map(|model| from_model(model, scale.mean, scale.deviation));
    let mut window = window(values, states);
    let best = climb_all(window.as_mut(), starts, previous, options);
    Ok(finish(best, scale, options.start))
}

/// The run in units of the series.
fn finish(run: Run<Guess>, scale: Scale, rule: StartRule) -> Fit {
    let Guess { means, sds, transitions, start } = run.best;
    let model = GaussianHmm::new(HmmParameters {
        transitions: transitions.chunks(means.len()).map(<[f64]>::to_vec).collect(),
        means: means.into_iter().map(|mean| scale.mean + scale.deviation * mean).collect(),
        sds: sds.into_iter().map(|sd| scale.deviation * sd).collect(),
        start: (rule == StartRule::Estimated).then_some(start),
    })
    .expect("means are finite, deviations floored, rows and start normalised");
    Fit {
        model: model.ordered_by_sd(),
        log_likelihood: run.log_likelihood - scale.observed as f64 * scale.deviation.ln(),
        observed: scale.observed,
        passes: run.passes,
        converged: run.converged,
    }
}

impl Scale {
    pub(super) fn standardised(&self, values: &[f64]) -> Vec<f64> {
        let standard = |x: f64| (x - self.mean) / self.deviation;
        values.iter().map(|x| if x.is_finite() { standard(*x) } else { f64::NAN }).collect()
    }
}

pub(super) fn measure(values: &[f64], states: usize) -> Result<Scale, FitError> {
    let seen = || values.iter().filter(|x| x.is_finite());
    let observed = seen().count();
    let need = VALUES_PER_STATE * states;
    if observed < need {
        return Err(FitError::TooShort { observed, states, need });
    }
    let mean = seen().sum::<f64>() / observed as f64;
    let variance = seen().map(|x| (x - mean).powi(2)).sum::<f64>() / observed as f64;
    let deviation = variance.sqrt();
    // Rounding of a constant window leaves a deviation of a few units in its last place.
    let largest = seen().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    if !deviation.is_finite() || deviation <= largest * 1e-13 {
        return Err(FitError::NoSpread { sd: deviation });
    }
    Ok(Scale { mean, deviation, observed })
}

#[cfg(test)]
mod tests;
