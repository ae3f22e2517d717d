//! Evaluating trials: in parallel, from where an earlier run stopped, and stoppable.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rayon::prelude::*;

use super::results::Table;
use super::space::{Parameters, Space};
use super::trial::{Trial, TrialResult, TrialState};

/// Gives the figures of a point. Closures `Fn(&Parameters) -> Result<TrialResult, E>` do.
pub trait Evaluator: Sync {
    /// Why a point has none.
    type Error: Display;

    /// Evaluates a point; has to give the same figures for the same point.
    ///
    /// # Errors
    /// Whatever may go wrong: it becomes the trial's result, and the sweep goes on.
    fn evaluate(&self, parameters: &Parameters) -> Result<TrialResult, Self::Error>;
}

impl<F, E> Evaluator for F
where
    F: Fn(&Parameters) -> Result<TrialResult, E> + Sync,
    E: Display,
{
    type Error = E;

    fn evaluate(&self, parameters: &Parameters) -> Result<TrialResult, E> {
        self(parameters)
    }
}

/// How far a sweep is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Trials with a result or an error, known ones included.
    pub settled: usize,
    /// Trials of the sweep, as far as they are chosen.
    pub trials: usize,
}

/// Hears of a sweep while it runs: to show progress, and to append results to a file.
pub trait Observer: Sync {
    /// Before the first evaluation of a set of trials; some may be settled already.
    fn started(&self, _progress: Progress) {}

    /// After each evaluation, on the thread that did it, in the order in which they end. That order
    /// is not the same from run to run; the table's is.
    fn settled(&self, _trial: &Trial, _progress: Progress) {}
}

/// Hears nothing.
impl Observer for () {}

/// A sweep about to run: what is evaluated, what is known already, who listens.
#[derive(Clone)]
pub struct Sweep<'a> {
    subject: &'a str,
    known: BTreeMap<String, TrialState>,
    observer: &'a dyn Observer,
    cancel: Option<&'a AtomicBool>,
    needs_returns: bool,
    retries_failures: bool,
}

impl<'a> Sweep<'a> {
    /// A sweep that knows nothing yet.
    ///
    /// `subject` names whatever else results depend on; see [`super::trial::digest`].
    pub fn of(subject: &'a str) -> Self {
        Self {
            subject,
            known: BTreeMap::new(),
            observer: &(),
            cancel: None,
            needs_returns: false,
            retries_failures: false,
        }
    }

    /// With results of an earlier run: their trials are not evaluated again. Those of another
    /// subject and those that are pending are left out; of several of one trial the last counts.
    #[must_use]
    pub fn knowing(mut self, trials: impl IntoIterator<Item = Trial>) -> Self {
        let settled = trials.into_iter().filter(|t| t.state != TrialState::Pending);
        self.known.extend(settled.map(|trial| (trial.digest, trial.state)));
        self
    }

    /// With someone who listens.
    #[must_use]
    pub fn observed_by(mut self, observer: &'a dyn Observer) -> Self {
        self.observer = observer;
        self
    }

    /// With a flag that is looked at before each trial: once it is set, what has not begun stays
    /// pending.
    #[must_use]
    pub fn cancelled_by(mut self, cancel: &'a AtomicBool) -> Self {
        self.cancel = Some(cancel);
        self
    }

    /// With daily returns: known results without them are evaluated again.
    #[must_use]
    pub fn needing_returns(mut self) -> Self {
        self.needs_returns = true;
        self
    }

    /// With known errors evaluated again, where they may have passed.
    #[must_use]
    pub fn retrying_failures(mut self) -> Self {
        self.retries_failures = true;
        self
    }

    /// Evaluates these points on rayon's threads. The table is in the order of the points and the
    /// same for any number of threads.
    pub fn run<E: Evaluator>(
        &self,
        space: &Space,
        points: impl IntoIterator<Item = Parameters>,
        evaluator: &E,
    ) -> Table {
        let mut table = Table::new(space);
        self.extend(&mut table, points, evaluator);
        table
    }

    /// Evaluates more points and puts them at the end of a table.
    pub(super) fn extend<E: Evaluator>(
        &self,
        table: &mut Table,
        points: impl IntoIterator<Item = Parameters>,
        evaluator: &E,
    ) {
        let before = table.trials.len();
        for point in points {
            let mut trial = Trial::pending(table.trials.len(), point, self.subject);
            if let Some(state) = self.known_state(&trial.digest) {
                trial.state = state.clone();
            }
            table.trials.push(trial);
        }
        let trials = table.trials.len();
        let settled = table.trials.iter().filter(|t| t.state != TrialState::Pending).count();
        self.observer.started(Progress { settled, trials });
        let settled = AtomicUsize::new(settled);
        table.trials[before..].par_iter_mut().for_each(|trial| {
            if trial.state == TrialState::Pending && !self.is_cancelled() {
                trial.state = settle(evaluator.evaluate(&trial.parameters));
                let settled = settled.fetch_add(1, Ordering::Relaxed) + 1;
                self.observer.settled(trial, Progress { settled, trials });
            }
        });
    }

    fn known_state(&self, digest: &str) -> Option<&TrialState> {
        self.known.get(digest).filter(|state| match state {
            TrialState::Pending => false,
            TrialState::Done(result) => !self.needs_returns || result.daily_returns.is_some(),
            TrialState::Failed(_) => !self.retries_failures,
        })
    }

    /// Whether the flag is set.
    pub(super) fn is_cancelled(&self) -> bool {
        self.cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed))
    }
}

/// An error and a figure that is no number end on one line of text.
fn settle(outcome: Result<TrialResult, impl Display>) -> TrialState {
    let failed = |why: &dyn Display| {
        let words: Vec<String> = why.to_string().split_whitespace().map(str::to_owned).collect();
        TrialState::Failed(words.join(" "))
    };
    match outcome {
        Err(why) => failed(&why),
        Ok(result) => match result.check() {
            Err(why) => failed(&why),
            Ok(()) => TrialState::Done(result),
        },
    }
}

#[cfg(test)]
mod tests;
