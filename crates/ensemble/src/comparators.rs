//! Simpler combinations to be judged beside, none with the guarantee.
//!
//! | weights | source |
//! |---|---|
//! | equal | the strong baseline: Timmermann, Handbook of Economic Forecasting 1 (2006), ch. 4 |
//! | [`Weighting::Hedge`] | Freund and Schapire, J. Computer and System Sciences 55 (1997) |
//! | [`Weighting::RollingSoftmax`] | Hedge that forgets all at once: a window instead of a sum |
//! | [`Weighting::RollingInverse`] | Bates and Granger, Operational Research Quarterly 20 (1969) |
//!
//! Weights are pooled as a linear or a logarithmic mean: Genest and Zidek, Statistical Science 1
//! (1986). A linear pool of calibrated members is not sharp enough: Ranjan and Gneiting, J. Royal
//! Statistical Society B 72 (2010).

use serde::{Deserialize, Serialize};

use crate::aggregating::{AggregatingAlgorithm, Memory};
use crate::pool;
use crate::rolling::RollingBrier;

/// How a [`Comparator`] weighs experts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weighting {
    /// All alike, always.
    Equal,
    /// `exp(-eta sum of losses)`, the weights of the Aggregating Algorithm with their floor of
    /// [`WEIGHT_MIN`](crate::aggregating::WEIGHT_MIN).
    Hedge {
        /// Learning rate, > 0.
        eta: f64,
    },
    /// `exp(-eta mean loss of the last window outcomes)`.
    RollingSoftmax {
        /// Learning rate, > 0.
        eta: f64,
        /// Outcomes, at least 1.
        window: usize,
    },
    /// `1 / mean loss of the last window outcomes`.
    RollingInverse {
        /// Outcomes, at least 1.
        window: usize,
    },
}

/// How a [`Comparator`] makes one probability of many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// [`pool::linear`].
    Linear,
    /// [`pool::logarithmic`].
    Logarithmic,
}

/// One combination and what it has learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparator {
    pooling: Pooling,
    learned: Learned,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Learned {
    Nothing { experts: usize },
    Sums(AggregatingAlgorithm),
    Softmax { eta: f64, losses: RollingBrier },
    Inverse(RollingBrier),
}

impl Comparator {
    /// Equal weights, nothing learned.
    pub fn new(experts: usize, weighting: Weighting, pooling: Pooling) -> Self {
        let learned = match weighting {
            Weighting::Equal => Learned::Nothing { experts },
            Weighting::Hedge { eta } => {
                Learned::Sums(AggregatingAlgorithm::new(experts, eta, Memory::Full))
            }
            Weighting::RollingSoftmax { eta, window } => {
                Learned::Softmax { eta, losses: RollingBrier::new(experts, window) }
            }
            Weighting::RollingInverse { window } => {
                Learned::Inverse(RollingBrier::new(experts, window))
            }
        };
        Self { pooling, learned }
    }

    /// The weights as they stand; they sum to 1.
    pub fn weights(&self) -> Vec<f64> {
        match &self.learned {
            Learned::Nothing { experts } => vec![1.0 / *experts as f64; *experts],
            Learned::Sums(algorithm) => algorithm.weights(),
            Learned::Softmax { eta, losses } => losses.softmax(*eta),
            Learned::Inverse(losses) => losses.inverse(),
        }
    }

    /// The combined probability of one probability per expert.
    pub fn forecast(&self, p: &[f64]) -> f64 {
        match self.pooling {
            Pooling::Linear => pool::linear(p, &self.weights()),
            Pooling::Logarithmic => pool::logarithmic(p, &self.weights()),
        }
    }

    /// Takes one outcome of what the experts said.
    pub fn update(&mut self, p: &[f64], won: bool) {
        match &mut self.learned {
            Learned::Nothing { .. } => {}
            Learned::Sums(algorithm) => {
                let advice: Vec<_> = p.iter().copied().map(Some).collect();
                algorithm.update(&advice, won);
            }
            Learned::Softmax { losses, .. } | Learned::Inverse(losses) => losses.update(p, won),
        }
    }
}
