//! One consensus of several opinions, or an abstention.

use serde::{Deserialize, Serialize};
use tradebot_calibration::{BetaPosterior, Calibrated};

use crate::pool;

/// Level of the lower bound of a consensus; the upper one is 1 less it.
pub const BOUND_QUANTILE: f64 = 0.20;

/// The pooled opinion on one symbol.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Consensus {
    /// Pooled probability.
    pub mean: f64,
    /// 20 % quantile of the Beta with this mean and the variance of the mixture of members:
    /// their own variances and their distances from the mean. Never above the mean.
    pub lo: f64,
    /// Its 80 % quantile, never below the mean.
    pub hi: f64,
    /// Unweighted mean of the awake members.
    pub equal_weight: f64,
    /// Standard deviation of the awake members' means, unweighted; 0 for one member.
    pub disagreement: f64,
    /// Weight of each member in this consensus, 0 for sleepers; they sum to 1.
    pub weights: Vec<f64>,
}

/// Why there is no consensus.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Abstention {
    /// Too few members have an opinion.
    #[error("{have} members have an opinion, {need} are needed")]
    Quorum {
        /// Members needed.
        need: usize,
        /// Members awake.
        have: usize,
    },
    /// Opinions of another number of members.
    #[error("{found} opinions for {members} members")]
    Shape {
        /// Opinions given.
        found: usize,
        /// Members known.
        members: usize,
    },
    /// A mean that is NaN or outside `0..=1`, or a variance that is NaN, infinite or negative.
    #[error("the opinion of member {member} has mean {mean} and variance {var}")]
    Opinion {
        /// Its position.
        member: usize,
        /// The mean found.
        mean: f64,
        /// The variance found.
        var: f64,
    },
}

/// Pools the awake members; `weights` of all members, above 0.
pub(crate) fn combine(
    opinions: &[Option<Calibrated>],
    weights: &[f64],
    eta: f64,
) -> Result<Consensus, Abstention> {
    check(opinions, weights.len())?;
    Ok(around(pooled(opinions, weights, eta), opinions, weights))
}

/// Pools the awake members by each of two vectors of weights, and the two by the trust in them;
/// all above 0. Members weigh in the consensus what the vectors give them, by trust.
pub(crate) fn combine_views(
    opinions: &[Option<Calibrated>],
    views: [&[f64]; 2],
    trust: [f64; 2],
    eta: f64,
) -> Result<Consensus, Abstention> {
    check(opinions, views[0].len())?;
    let said = views.map(|weights| pooled(opinions, weights, eta));
    let mean = pool::substitution_normalised(said.into_iter().zip(trust), eta)
        .expect("there are two views");
    let shares = views.map(|weights| shares(opinions, weights));
    let mixed = |(first, second): (&f64, &f64)| trust[0] * first + trust[1] * second;
    let weights: Vec<f64> = shares[0].iter().zip(&shares[1]).map(mixed).collect();
    Ok(around(mean, opinions, &weights))
}

fn pooled(opinions: &[Option<Calibrated>], weights: &[f64], eta: f64) -> f64 {
    let awake = opinions.iter().zip(weights).filter_map(|(o, &w)| Some((o.as_ref()?.mean, w)));
    pool::substitution_normalised(awake, eta).expect("the quorum was checked")
}

/// The consensus with this mean.
fn around(mean: f64, opinions: &[Option<Calibrated>], weights: &[f64]) -> Consensus {
    let weights = shares(opinions, weights);
    let awake = || opinions.iter().zip(&weights).filter_map(|(o, &w)| Some((o.as_ref()?, w)));
    let have = awake().count() as f64;
    let variance: f64 = awake().map(|(o, w)| w * (o.var + (o.mean - mean) * (o.mean - mean))).sum();
    let equal_weight = awake().map(|(o, _)| o.mean).sum::<f64>() / have;
    let spread = awake().map(|(o, _)| (o.mean - equal_weight).powi(2)).sum::<f64>() / have;
    let (lo, hi) = bounds(mean, variance);
    Consensus { mean, lo, hi, equal_weight, disagreement: spread.sqrt(), weights }
}

/// Weights among the awake, 0 for sleepers; they sum to 1.
fn shares(opinions: &[Option<Calibrated>], weights: &[f64]) -> Vec<f64> {
    let awake = opinions.iter().zip(weights).filter(|(o, _)| o.is_some());
    let total: f64 = awake.map(|(_, w)| w).sum();
    let share = |(opinion, w): (&Option<Calibrated>, &f64)| match opinion {
        Some(_) => w / total,
        None => 0.0,
    };
    opinions.iter().zip(weights).map(share).collect()
}

fn check(opinions: &[Option<Calibrated>], members: usize) -> Result<(), Abstention> {
    if opinions.len() != members {
        return Err(Abstention::Shape { found: opinions.len(), members });
    }
    for (member, opinion) in opinions.iter().enumerate() {
        let Some(Calibrated { mean, var, .. }) = *opinion else { continue };
        if !(0.0..=1.0).contains(&mean) || !var.is_finite() || var < 0.0 {
            return Err(Abstention::Opinion { member, mean, var });
        }
    }
    match opinions.iter().flatten().count() {
        0 => Err(Abstention::Quorum { need: 1, have: 0 }),
        _ => Ok(()),
    }
}

/// Quantiles of the Beta with these moments. A certainty, or members without any doubt that
/// agree, have no width.
fn bounds(mean: f64, variance: f64) -> (f64, f64) {
    if variance == 0.0 || mean == 0.0 || mean == 1.0 {
        return (mean, mean);
    }
    let (lo, hi) = BetaPosterior::with_moments(mean, variance).interval(BOUND_QUANTILE);
    (lo.min(mean), hi.max(mean))
}
