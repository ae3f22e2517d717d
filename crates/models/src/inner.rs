//! Parameters weighed inside a training set, in the order of time.
//!
//! Sessions are cut into blocks. Each block but the first is predicted from what lies before it,
//! less the label horizon: an example of session t is learned from only where every outcome of t
//! must have been known by the first session of the block, so that no label reaches into it and
//! quick losers do not come before slow winners.
//!
//! The candidate that did best is not simply taken: among candidates that did about as well that
//! is chance. Each weighs `exp(log likelihood of the blocks)`, and the weighted mean is used. The
//! likelihood counts by uniqueness, and a session counts as one outcome however many symbols
//! it has, since symbols move together; without blocks all candidates weigh the same.
//!
//! **Source:** purging: Lopez de Prado (2018), Advances in Financial Machine Learning, 7.4;
//! forward blocks: Bergmeir and Benitez (2012), Information Sciences 191; weights by the
//! likelihood of what was predicted before it was seen: Dawid (1984), Statistical Theory: The
//! Prequential Approach, Journal of the Royal Statistical Society A 147.

use std::collections::BTreeSet;

use crate::error::FitError;
use crate::training::TrainingSet;

/// Blocks that are predicted.
const BLOCKS: usize = 3;
/// Share of the sessions before the first of them.
const FIRST: f64 = 0.4;
/// Fewest sessions to learn from before a block, the purged ones not counted, and fewest in it.
const SESSIONS_MIN: usize = 40;

/// Positions of examples in their set, by session, then in the order of pushing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fold {
    /// What is learned from; both outcomes are among them.
    pub(crate) train: Vec<usize>,
    /// What is predicted.
    pub(crate) test: Vec<usize>,
}

/// How candidates did on all blocks together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scores {
    /// Mean log loss of each candidate, by uniqueness; empty without blocks.
    pub(crate) losses: Vec<f64>,
    /// Weight of each candidate; they add up to 1.
    pub(crate) weights: Vec<f64>,
}

/// How candidates are weighed, in words.
pub(crate) fn recipe() -> String {
    format!(
        "weighed by the log loss on {BLOCKS} blocks of sessions after the first {FIRST} of them, \
         each predicted from what was known before it, a session counted as one outcome"
    )
}

impl Scores {
    /// `losses` gives the sum of weighted log losses of each candidate on the examples of a fold.
    ///
    /// # Errors
    /// Those of `losses`.
    pub(crate) fn of(
        set: &TrainingSet,
        candidates: usize,
        losses: impl Fn(&Fold) -> Result<Vec<f64>, FitError>,
    ) -> Result<Self, FitError> {
        let (mut sums, mut worth, mut examples) = (vec![0.0; candidates], 0.0, 0);
        let mut sessions = BTreeSet::new();
        for fold in folds(set) {
            let found = losses(&fold)?;
            sums.iter_mut().zip(found).for_each(|(sum, loss)| *sum += loss);
            worth += fold.test.iter().fold(0.0, |sum, i| sum + set.weights[*i]);
            examples += fold.test.len();
            sessions.extend(fold.test.iter().map(|i| set.sessions[*i]));
        }
        if examples == 0 {
            let weights = vec![1.0 / candidates as f64; candidates];
            return Ok(Self { losses: Vec::new(), weights });
        }
        let least = sums.iter().copied().fold(f64::INFINITY, f64::min);
        let symbols = examples as f64 / sessions.len() as f64;
        let weights: Vec<f64> = sums.iter().map(|sum| ((least - sum) / symbols).exp()).collect();
        let all = weights.iter().fold(0.0, |sum, w| sum + w);
        Ok(Self {
            losses: sums.iter().map(|sum| sum / worth).collect(),
            weights: weights.iter().map(|w| w / all).collect(),
        })
    }

    /// The weighted mean of the candidates, all above 0, on their logarithms.
    pub(crate) fn geometric_mean(&self, candidates: &[f64]) -> f64 {
        let terms = self.weights.iter().zip(candidates);
        terms.fold(0.0, |sum, (weight, candidate)| sum + weight * candidate.ln()).exp()
    }
}

/// The folds of a set, the earliest first; none where it is too short.
fn folds(set: &TrainingSet) -> Vec<Fold> {
    let mut order: Vec<usize> = (0..set.len()).collect();
    order.sort_by_key(|i| set.sessions[*i]);
    // Where each session begins in the order, and the end.
    let is_first = |k: usize| k == 0 || set.sessions[order[k]] != set.sessions[order[k - 1]];
    let mut starts: Vec<usize> = (0..order.len()).filter(|k| is_first(*k)).collect();
    let sessions = starts.len();
    starts.push(order.len());
    let first = share_of(sessions);
    let edge = |k: usize| first + k * (sessions - first) / BLOCKS;
    let horizon = usize::try_from(set.horizon()).expect("sessions are few");
    let fold = |k: usize| {
        let (from, to) = (edge(k), edge(k + 1));
        // An outcome of the day itself is not known on its close: the horizon is 1 at least.
        let known = (from + 1).saturating_sub(horizon.max(1));
        let train = order[..starts[known]].to_vec();
        let tells = train.iter().any(|i| set.won[*i] != set.won[train[0]]);
        let is_long = known >= SESSIONS_MIN && to - from >= SESSIONS_MIN;
        (is_long && tells).then(|| Fold { train, test: order[starts[from]..starts[to]].to_vec() })
    };
    (0..BLOCKS).filter_map(fold).collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count")]
fn share_of(sessions: usize) -> usize {
    (FIRST * sessions as f64).round() as usize
}

#[cfg(test)]
mod tests;
