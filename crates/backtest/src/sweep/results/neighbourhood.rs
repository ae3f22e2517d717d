//! Whether a good trial stands on a plateau or on a spike.
//!
//! A parameter that matters for a reason matters nearly as much one rung further. A figure that its
//! neighbours do not share is more likely the luck of one combination.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::sweep::space::Space;
use crate::sweep::trial::{Measure, Trial};

use super::Table;

/// Which trials are neighbours, and which of them are as good.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Within {
    /// Rungs away on any axis of numbers, at least 1; choices have to be the same.
    pub reach: usize,
    /// A neighbour is as good when it falls short by no more than this share of the trial's own
    /// figure: 0.1 is a tenth.
    pub share: f64,
}

/// A trial and those around it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Neighbourhood {
    /// The trial's own figure.
    pub own: f64,
    /// Neighbours that have the figure.
    pub neighbours: usize,
    /// Share of them that is as good.
    pub as_good: f64,
    /// Mean figure of the trial and its neighbours.
    pub mean: f64,
    /// Lowest figure among the neighbours.
    pub worst: f64,
}

/// Figures by rungs.
type Figures = BTreeMap<Vec<usize>, f64>;

impl Table {
    /// The trials around one.
    ///
    /// `None` when the trial has no such figure or lies between the space's rungs, and when no
    /// neighbour has one.
    pub fn neighbourhood(
        &self,
        space: &Space,
        trial: &Trial,
        by: Measure,
        within: Within,
    ) -> Option<Neighbourhood> {
        around(space, &self.figures(space, by), &space.rungs(&trial.parameters)?, within)
    }

    /// The trial whose neighbourhood has the highest mean, with that neighbourhood: where a
    /// plateau is highest, though its best point may not be the best of all. Only trials with two
    /// thirds as many neighbours as the trial with most of them count: of an edge of the grid one
    /// side is not known. The first of several; `None` without neighbours.
    pub fn plateau(
        &self,
        space: &Space,
        by: Measure,
        within: Within,
    ) -> Option<(&Trial, Neighbourhood)> {
        let figures = self.figures(space, by);
        let around_each = self.trials.iter().filter_map(|trial| {
            let rungs = space.rungs(&trial.parameters)?;
            Some((trial, around(space, &figures, &rungs, within)?))
        });
        let all: Vec<_> = around_each.collect();
        let most = all.iter().map(|(_, n)| n.neighbours).max()?;
        let higher = |best: Option<(_, Neighbourhood)>, one: (_, Neighbourhood)| match best {
            Some(best) if best.1.mean >= one.1.mean => Some(best),
            _ => Some(one),
        };
        all.into_iter().filter(|(_, n)| 3 * n.neighbours >= 2 * most).fold(None, higher)
    }

    fn figures(&self, space: &Space, by: Measure) -> Figures {
        self.measured(by)
            .filter_map(|(trial, value)| Some((space.rungs(&trial.parameters)?, value)))
            .collect()
    }
}

fn around(
    space: &Space,
    figures: &Figures,
    rungs: &[usize],
    within: Within,
) -> Option<Neighbourhood> {
    let own = *figures.get(rungs)?;
    let near = space.neighbours(rungs, within.reach.max(1));
    let near: Vec<f64> = near.iter().filter_map(|rungs| figures.get(rungs).copied()).collect();
    let floor = own - within.share * own.abs();
    let as_good = near.iter().filter(|figure| **figure >= floor).count();
    (!near.is_empty()).then(|| Neighbourhood {
        own,
        neighbours: near.len(),
        as_good: as_good as f64 / near.len() as f64,
        mean: (own + near.iter().sum::<f64>()) / (near.len() + 1) as f64,
        worst: near.iter().copied().fold(f64::INFINITY, f64::min),
    })
}
