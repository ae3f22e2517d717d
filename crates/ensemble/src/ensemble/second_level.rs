//! Weights per regime, and the trust in them against the global ones.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tradebot_domain::Regime;

use super::{EnsembleConfig, ScoredOutcome};
use crate::aggregating::{AggregatingAlgorithm, Memory};
use crate::pool;
use crate::publish::PublishedWeights;

/// What [`RegimeAware`](crate::RegimeAware) is to the plain algorithm, for published weights and
/// sessions.
///
/// - **Judged** are the views that are used: the second level is charged what the published
///   weights of either view, as the session found them, say of the opinions that were issued.
/// - **Clock:** a regime's weights fade in the sessions that taught something about it, the
///   second level's in every session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct RegimeViews {
    unseen: Weights,
    seen: BTreeMap<Regime, Weights>,
    /// Over the global view and the regime's, in this order.
    levels: Weights,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Weights {
    learned: AggregatingAlgorithm,
    published: PublishedWeights,
}

impl RegimeViews {
    pub(super) fn new(config: &EnsembleConfig, members: usize, memory: Memory) -> Self {
        let weights = |experts: usize| Weights {
            learned: AggregatingAlgorithm::new(experts, config.eta, memory),
            // A floor for few members may be too high for the two views.
            published: PublishedWeights::new(
                experts,
                config.floor.min(1.0 / experts as f64),
                config.step_max,
            ),
        };
        Self { unseen: weights(members), seen: BTreeMap::new(), levels: weights(2) }
    }

    /// Published weights of a regime, equal while it has taught nothing.
    pub(super) fn weights(&self, regime: Regime) -> &[f64] {
        self.seen.get(&regime).unwrap_or(&self.unseen).published.get()
    }

    /// Published trust in the global view and in the regime's.
    pub(super) fn trust(&self) -> [f64; 2] {
        let trust = self.levels.published.get();
        [trust[0], trust[1]]
    }

    /// Outcomes without a regime count for neither level.
    pub(super) fn learn_session<'a>(
        &mut self,
        outcomes: impl Iterator<Item = (Option<Regime>, &'a ScoredOutcome)>,
        global: &[f64],
    ) {
        self.levels.learned.discount();
        let mut faded = BTreeSet::new();
        for (regime, outcome) in outcomes {
            let Some(regime) = regime else { continue };
            let own = self.seen.entry(regime).or_insert_with(|| self.unseen.clone());
            if faded.insert(regime) {
                own.learned.discount();
            }
            let (eta, u) = (own.learned.eta(), outcome.uniqueness);
            let said = [global, own.published.get()].map(|weights| view(outcome, weights, eta));
            self.levels.learned.charge(&said, outcome.won, u);
            own.learned.charge(&outcome.means, outcome.won, u);
        }
        self.seen.values_mut().for_each(Weights::publish);
        self.levels.publish();
    }
}

impl Weights {
    fn publish(&mut self) {
        self.published.approach(&self.learned.weights());
    }
}

/// What a vector of weights says of an outcome's opinions; `None` when nobody had one.
fn view(outcome: &ScoredOutcome, weights: &[f64], eta: f64) -> Option<f64> {
    let awake = outcome.means.iter().zip(weights).filter_map(|(p, &w)| Some(((*p)?, w)));
    pool::substitution_normalised(awake, eta)
}

#[cfg(test)]
mod tests;
