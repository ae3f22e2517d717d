//! The Aggregating Algorithm for squared loss, with two ways of forgetting and with sleepers.
//!
//! Guarantees for eta <= 2, K experts and l the squared loss, all tested as properties against
//! worlds that are rigged:
//!
//! - full memory: `sum l <= sum l_k + ln(K) / eta`, for every expert k at every time;
//! - discounting by gamma: the same for sums in which a loss s rounds ago counts gamma^s;
//! - fixed share: against every sequence of experts with m switches in T rounds, for
//!   `(1 / eta) [ln K + m ln((K - 1) / alpha) + (T - 1 - m) ln(1 / (1 - alpha))]`;
//! - sleepers: all of these against an expert over the rounds it was awake in;
//! - an outcome of weight u in (0, 1] may count u of a loss in all of them.
//!
//! **Order of discounting.** The bound for discounted sums is of weights that fade before the
//! forecast: [`discount`](AggregatingAlgorithm::discount),
//! [`forecast`](AggregatingAlgorithm::forecast), [`charge`](AggregatingAlgorithm::charge). With
//! [`update`](AggregatingAlgorithm::update), as in the usual way to write it down, they fade with
//! the outcome and the newest loss is not discounted once in the next forecast. That keeps the
//! bound for a gamma near 1 (with two experts from about 0.7 up, by numerical search) and exceeds
//! it below; nowhere by more than 1.
//!
//! **Source:** Vovk, COLT 1990 and J. Computer and System Sciences 56 (1998); Vovk and Zhdanov,
//! JMLR 10 (2009); Herbster and Warmuth, Machine Learning 32 (1998), for fixed share; Chernov and
//! Zhdanov, ALT 2010, for discounting; Freund, Schapire, Singer and Warmuth, STOC 1997, for
//! experts that sleep, and Chernov and Vovk, ALT 2009, for them under mixable losses.

use serde::{Deserialize, Serialize};

use crate::pool::{self, log_sum_exp};

/// No weight falls below this share: a member that was wrong for years can come back.
pub const WEIGHT_MIN: f64 = 1e-12;

/// How the past fades.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Memory {
    /// It does not.
    Full,
    /// Weights are raised to the power `gamma` in (0, 1] before each charge.
    Discount {
        /// The power.
        gamma: f64,
    },
    /// After each update every expert gives away a share of its weight to the others.
    FixedShare {
        /// The share in 0..1.
        alpha: f64,
    },
}

/// Weights over experts, kept as logarithms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AggregatingAlgorithm {
    eta: f64,
    memory: Memory,
    /// Normalised: the exponentials sum to 1.
    log_weights: Vec<f64>,
}

impl AggregatingAlgorithm {
    /// Equal weights. `eta` > 0 is the learning rate; 2 is the highest with the guarantees above.
    pub fn new(experts: usize, eta: f64, memory: Memory) -> Self {
        let equal = -(experts as f64).ln();
        Self { eta, memory, log_weights: vec![equal; experts] }
    }

    /// The forecast in `0..=1` from the experts that are awake; `None` when none is.
    ///
    /// **Shape:** one advice in `0..=1` per expert, `None` for a sleeper.
    pub fn forecast(&self, advice: &[Option<f64>]) -> Option<f64> {
        let awake = advice.iter().zip(&self.log_weights).filter_map(|(p, &w)| Some(((*p)?, w)));
        pool::substitution(awake, self.eta)
    }

    /// One outcome of weight 1: forgets as [`Memory`] says, and charges everyone's loss.
    pub fn update(&mut self, advice: &[Option<f64>], won: bool) {
        self.discount();
        self.charge(advice, won, 1.0);
        self.share();
    }

    /// Raises weights to the power gamma; nothing for the other memories.
    ///
    /// Apart from [`charge`](Self::charge) so that a session with many outcomes forgets once.
    pub fn discount(&mut self) {
        if let Memory::Discount { gamma } = self.memory {
            for w in &mut self.log_weights {
                *w *= gamma;
            }
            self.normalise();
        }
    }

    /// Charges everyone's squared loss times `weight` (in (0, 1]).
    ///
    /// A sleeper is charged what the pool of the awake lost, so that the awake as a whole keep
    /// their mass and a sleeper keeps its weight.
    pub fn charge(&mut self, advice: &[Option<f64>], won: bool, weight: f64) {
        let y = f64::from(u8::from(won));
        let rate = self.eta * weight;
        let charged = |p: f64, w: f64| w - rate * (p - y) * (p - y);
        let awake = || advice.iter().zip(&self.log_weights).filter_map(|(p, &w)| Some(((*p)?, w)));
        if awake().next().is_none() {
            return;
        }
        let before = log_sum_exp(awake().map(|(_, w)| w));
        let after = log_sum_exp(awake().map(|(p, w)| charged(p, w)));
        for (w, p) in self.log_weights.iter_mut().zip(advice) {
            if let Some(p) = *p {
                *w = charged(p, *w) + before - after;
            }
        }
        self.normalise();
    }

    /// Lets every expert give its share away; nothing for the other memories.
    pub fn share(&mut self) {
        let Memory::FixedShare { alpha } = self.memory else { return };
        let others = self.log_weights.len().saturating_sub(1);
        if others == 0 {
            return;
        }
        for w in &mut self.log_weights {
            let kept = w.exp();
            *w = ((1.0 - alpha) * kept + alpha / others as f64 * (1.0 - kept)).ln();
        }
        self.normalise();
    }

    /// Weights of all experts; they sum to 1.
    pub fn weights(&self) -> Vec<f64> {
        self.log_weights.iter().map(|w| w.exp()).collect()
    }

    /// The learning rate.
    pub const fn eta(&self) -> f64 {
        self.eta
    }

    fn normalise(&mut self) {
        let total = log_sum_exp(self.log_weights.iter().copied());
        let least = WEIGHT_MIN.ln();
        for w in &mut self.log_weights {
            *w = (*w - total).max(least);
        }
    }
}

#[cfg(test)]
mod tests;
