//! The filter as it would have run: refitted now and then, on what was known by then.

use serde::{Deserialize, Serialize};

use crate::hmm::chain::HiddenMarkov;
use crate::hmm::filter::Filter;
use crate::hmm::fit::{Fit, FitError, FitOptions, fit, refit, resume};
use crate::hmm::model::GaussianHmm;
use crate::hmm::vector::{VectorHmm, VectorOptions, fit_vectors, refit_vectors, resume_vectors};

/// When a model is learned anew: with the `first` value that is there, and with every `every`
/// more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RefitSchedule {
    /// Values before the first fit, at least 1; below ten per state the fit fails and waits for the
    /// next.
    pub first: usize,
    /// Values between fits, at least 1.
    pub every: usize,
    /// Every how many fits the restarts are drawn anew, at least 1; the fits between go on from
    /// the model before.
    pub restart_every: usize,
}

impl Default for RefitSchedule {
    /// Two years of sessions, then quarterly, with restarts once a year.
    fn default() -> Self {
        Self { first: 500, every: 63, restart_every: 4 }
    }
}

/// How a due fit is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// With restarts, and from the model before.
    Restart,
    /// From the model before alone.
    Resume,
}

impl RefitSchedule {
    /// # Errors
    /// [`FitError::Option`] for a number that is 0.
    pub fn validate(&self) -> Result<(), FitError> {
        let numbers =
            [("first", self.first), ("every", self.every), ("restart_every", self.restart_every)];
        match numbers.into_iter().find(|(_, value)| *value == 0) {
            Some((name, _)) => Err(FitError::Option { name, value: 0.0, range: "1.." }),
            None => Ok(()),
        }
    }

    /// Which fit is due with the `seen`th value, counted from 1, if any.
    pub fn due(&self, seen: usize) -> Option<Due> {
        let since = seen.checked_sub(self.first)?;
        let every = self.every.max(1);
        let restart = (since / every).is_multiple_of(self.restart_every.max(1));
        since.is_multiple_of(every).then_some(if restart { Due::Restart } else { Due::Resume })
    }
}

/// A filter on an expanding window, refitted by a schedule.
///
/// A fit at one value uses that value and those before it: there are no others in here, since
/// values come in one at a time. Past probabilities are never revised; only the present one is
/// computed anew, by running the new model over all values so far.
#[derive(Debug, Clone)]
pub struct ExpandingHmm<M: Learned = GaussianHmm> {
    schedule: RefitSchedule,
    options: M::Options,
    /// Observations one after another.
    values: Vec<f64>,
    /// Observations that were there.
    observed: usize,
    filter: Option<Filter<M>>,
    /// `observed` at the fit in use.
    fitted_on: usize,
    latest: Option<Result<f64, FitError>>,
}

/// A model that can be learned from a window.
pub trait Learned: HiddenMarkov {
    /// How it is learned.
    type Options;

    /// Learns from the observations in `values`, anew or from the model before.
    ///
    /// # Errors
    /// [`FitError`], as the fits of the model.
    fn learn(
        values: &[f64],
        previous: Option<(&Self, Due)>,
        options: &Self::Options,
    ) -> Result<Fit<Self>, FitError>;
}

impl Learned for GaussianHmm {
    type Options = FitOptions;

    fn learn(
        values: &[f64],
        previous: Option<(&Self, Due)>,
        options: &FitOptions,
    ) -> Result<Fit, FitError> {
        match previous {
            None => fit(values, options),
            Some((model, Due::Restart)) => refit(values, model, options),
            Some((model, Due::Resume)) => resume(values, model, options),
        }
    }
}

impl Learned for VectorHmm {
    type Options = VectorOptions;

    fn learn(
        values: &[f64],
        previous: Option<(&Self, Due)>,
        options: &VectorOptions,
    ) -> Result<Fit<Self>, FitError> {
        match previous {
            None => fit_vectors(values, options),
            Some((model, Due::Restart)) => refit_vectors(values, model, options),
            Some((model, Due::Resume)) => resume_vectors(values, model, options),
        }
    }
}

impl ExpandingHmm {
    /// Has seen no value.
    ///
    /// # Errors
    /// [`FitError::Option`] for options no fit can work with, or a schedule of 0 values.
    pub fn new(schedule: RefitSchedule, options: FitOptions) -> Result<Self, FitError> {
        options.validate()?;
        Self::begun(schedule, options)
    }

    /// Takes the next value; gives the probability of each state, in rising order of standard
    /// deviation.
    ///
    /// **Edges:** `None` before the first fit. A missing value (not finite) is a step of the chain
    /// alone and is no occasion for a fit. A fit that fails leaves the model as it was.
    pub fn update(&mut self, x: f64) -> Option<&[f64]> {
        self.see(&[x])
    }
}

impl ExpandingHmm<VectorHmm> {
    /// Has seen no observation of several series.
    ///
    /// # Errors
    /// As [`new`](ExpandingHmm::new).
    pub fn of_vectors(schedule: RefitSchedule, options: VectorOptions) -> Result<Self, FitError> {
        options.validate()?;
        Self::begun(schedule, options)
    }
}

impl<M: Learned> ExpandingHmm<M> {
    fn begun(schedule: RefitSchedule, options: M::Options) -> Result<Self, FitError> {
        schedule.validate()?;
        Ok(Self {
            schedule,
            options,
            values: Vec::new(),
            observed: 0,
            filter: None,
            fitted_on: 0,
            latest: None,
        })
    }

    /// Takes the next observation; gives the probability of each state, in rising order of standard
    /// deviation.
    ///
    /// **Edges:** `None` before the first fit. An observation with a missing number (not finite) is
    /// a step of the chain alone and is no occasion for a fit. A fit that fails leaves the model as
    /// it was.
    ///
    /// # Panics
    /// When the observation does not have the numbers that the model sees at a time, after the
    /// first fit.
    pub fn see(&mut self, seen: &[f64]) -> Option<&[f64]> {
        self.values.extend_from_slice(seen);
        let is_there = seen.iter().all(|x| x.is_finite());
        self.observed += usize::from(is_there);
        let due = if is_there { self.schedule.due(self.observed) } else { None };
        if due.is_some_and(|due| self.learn(due, seen.len())) {
            return self.probabilities();
        }
        self.filter.as_mut().map(|filter| filter.see(seen))
    }

    /// Learns from all values so far and runs the new model over them; false if that fails.
    fn learn(&mut self, due: Due, width: usize) -> bool {
        let previous = self.model().map(|model| (model, due));
        let learned = M::learn(&self.values, previous, &self.options);
        let (outcome, model) = match learned {
            Ok(Fit { log_likelihood, model, .. }) => (Ok(log_likelihood), Some(model)),
            Err(error) => (Err(error), None),
        };
        self.latest = Some(outcome);
        let Some(model) = model else { return false };
        let mut filter = Filter::new(model);
        for seen in self.values.chunks(width) {
            filter.see(seen);
        }
        self.filter = Some(filter);
        self.fitted_on = self.observed;
        true
    }

    /// Probability of each state after the values so far; `None` before the first fit.
    pub fn probabilities(&self) -> Option<&[f64]> {
        self.filter.as_ref().map(Filter::probabilities)
    }

    /// The model in use; `None` before the first fit.
    pub fn model(&self) -> Option<&M> {
        self.filter.as_ref().map(Filter::model)
    }

    /// Values the model in use was learned from, missing ones not counted; 0 before the first fit.
    pub fn fitted_on(&self) -> usize {
        self.fitted_on
    }

    /// What became of the latest fit: its log-likelihood, or why it failed. `None` before the
    /// first.
    pub fn latest_fit(&self) -> Option<&Result<f64, FitError>> {
        self.latest.as_ref()
    }
}

#[cfg(test)]
mod tests;
