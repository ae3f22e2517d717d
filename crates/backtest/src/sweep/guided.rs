//! A search that learns from its own results where to look next.
//!
//! The first points are random; after that each axis has a tree-structured Parzen estimator that
//! divides the trials so far into the best tenth and the rest, and proposes a rung that is likely
//! among the best and unlikely among the rest. Axes are treated one by one: a ridge that runs across
//! two of them is found less well than one along an axis.
//!
//! Proposals are made in batches of a stated size, whatever the number of threads, and results are
//! told in the order of the trials; so seed and batch alone decide the course. A sweep that was
//! killed takes the same course again, with known results in the place of evaluations.
//!
//! **Source:** Bergstra, Bardenet, Bengio, Kegl, "Algorithms for Hyper-Parameter Optimization",
//! Advances in Neural Information Processing Systems 24 (2011); the estimators are those of the
//! crate `tpe`.

use std::collections::BTreeSet;

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng as _;
use tpe::TpeOptimizer;

use super::results::Table;
use super::run::{Evaluator, Sweep};
use super::space::{Axis, Parameters, Space};
use super::trial::{Measure, Trial};

/// Proposals refused, for a constraint or because they were tried before, until one is drawn at
/// random instead.
const PROPOSALS_MAX: usize = 50;

/// How a guided search goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guided {
    /// Trials in all.
    pub trials: usize,
    /// Random ones before the first proposal; about 20 are usual.
    pub random: usize,
    /// Trials proposed before results are looked at again; at least 1. As many as there are cores
    /// keep them busy; fewer learn more from each.
    pub batch: usize,
    /// What is to become large.
    pub measure: Measure,
    /// Seed of all that is drawn.
    pub seed: u64,
}

impl Sweep<'_> {
    /// Searches the space for a large value of a measure.
    ///
    /// Fewer trials than asked for where the space has no more points, or when cancelled. Failed
    /// trials and those without the measure count as the worst.
    pub fn guided<E: Evaluator>(&self, space: &Space, plan: &Guided, evaluator: &E) -> Table {
        let mut table = Table::new(space);
        let mut guide = Guide::new(space, plan);
        while table.trials.len() < plan.trials && !self.is_cancelled() {
            let told = table.trials.len();
            let points = guide.next_points(plan, told);
            if points.is_empty() {
                break;
            }
            self.extend(&mut table, points, evaluator);
            for trial in &table.trials[told..] {
                guide.learn(trial, plan.measure);
            }
        }
        table
    }
}

/// Estimators of all axes and the points they have been asked for.
struct Guide<'a> {
    space: &'a Space,
    axes: Vec<TpeOptimizer>,
    chance: Xoshiro256PlusPlus,
    tried: BTreeSet<Vec<usize>>,
    /// Points in random order, for the start and for where proposals come to nothing.
    spare: std::vec::IntoIter<Parameters>,
}

impl<'a> Guide<'a> {
    fn new(space: &'a Space, plan: &Guided) -> Self {
        Self {
            space,
            axes: space.axes().iter().map(estimator).collect(),
            chance: Xoshiro256PlusPlus::seed_from_u64(plan.seed),
            tried: BTreeSet::new(),
            spare: space.random(plan.trials, plan.seed).into_iter(),
        }
    }

    /// The random start at once, then a batch at a time.
    fn next_points(&mut self, plan: &Guided, tried: usize) -> Vec<Parameters> {
        let left = plan.trials - tried;
        if tried < plan.random {
            return (0..left.min(plan.random - tried)).map_while(|_| self.spare()).collect();
        }
        let wanted = left.min(plan.batch.max(1));
        (0..wanted).map_while(|_| self.propose().or_else(|| self.spare())).collect()
    }

    /// A point that was not tried yet, from the estimators.
    fn propose(&mut self) -> Option<Parameters> {
        for _ in 0..PROPOSALS_MAX {
            let rungs: Vec<usize> =
                self.axes.iter_mut().map(|a| ask(a, &mut self.chance)).collect();
            if let Some(point) = self.space.at(&rungs)
                && self.tried.insert(rungs)
            {
                return Some(point);
            }
        }
        None
    }

    /// A random point that was not tried yet; `None` when there is none left.
    fn spare(&mut self) -> Option<Parameters> {
        let (space, tried) = (self.space, &mut self.tried);
        self.spare.find(|point| space.rungs(point).is_some_and(|rungs| tried.insert(rungs)))
    }

    fn learn(&mut self, trial: &Trial, measure: Measure) {
        let figure = trial.result().and_then(|result| measure.of(result));
        // The estimators look for the least.
        let loss = figure.map_or(f64::INFINITY, |figure| -figure);
        let rungs = self.space.rungs(&trial.parameters).expect("made from rungs of this space");
        for (axis, rung) in self.axes.iter_mut().zip(rungs) {
            axis.tell(middle(rung), loss).expect("within the range, and no NaN is a result");
        }
    }
}

/// On the axis from 0 to the number of rungs, on which each rung has a width of 1.
fn middle(rung: usize) -> f64 {
    rung as f64 + 0.5
}

fn estimator(axis: &Axis) -> TpeOptimizer {
    let kind = if axis.ladder.has_numbers() {
        tpe::parzen_estimator()
    } else {
        tpe::histogram_estimator()
    };
    let range = tpe::range(0.0, axis.ladder.len() as f64).expect("an axis has a rung");
    TpeOptimizer::new(kind, range)
}

fn ask(axis: &mut TpeOptimizer, chance: &mut Xoshiro256PlusPlus) -> usize {
    let Ok(place) = axis.ask(chance);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 0 up to, not including, the number of rungs"
    )]
    let rung = place as usize;
    rung
}

#[cfg(test)]
mod tests;
