//! An answer that carries the proof of how good it is.

use ndarray::{Array1, ArrayView1};

use super::error::PortfolioError;

/// Objective that an accepted answer may miss at most, in log growth per period.
pub const GAP_MAX: f64 = 1e-8;

/// Weights that hold every constraint, and a bound on what better ones could add.
#[derive(Debug, Clone, PartialEq)]
pub struct Allocation {
    /// Fraction of wealth in each asset, `[assets]`, >= 0.
    pub weights: Array1<f64>,
    /// The rest: 1 less the sum of weights, >= 0.
    pub cash: f64,
    /// What was maximised, at these weights.
    pub objective: f64,
    /// Price of the drawdown bound: the Lagrange multiplier of its constraint; 0 where it does not
    /// bind or is not asked for.
    pub multiplier: f64,
    /// No allocation within the constraints has an objective above this one's plus `gap`.
    pub gap: f64,
}

/// The weights that are allowed without a drawdown bound: 0 <= w <= cap, sum at most 1.
pub(super) struct Polytope {
    pub(super) caps: Array1<f64>,
}

impl Polytope {
    /// The nearest thing to `weights` that is really inside: a solver is right to its tolerance.
    pub(super) fn bring_inside(&self, weights: &[f64]) -> Array1<f64> {
        let clipped = weights.iter().zip(&self.caps).map(|(w, cap)| w.clamp(0.0, *cap));
        let mut inside: Array1<f64> = clipped.collect();
        let sum = inside.sum();
        if sum > 1.0 {
            // A sum of rounded quotients can be above 1 again; one rounding less is not.
            inside.mapv_inplace(|w| w / (sum * (1.0 + f64::EPSILON * self.caps.len() as f64)));
        }
        inside
    }

    /// max gradient'y over the polytope: the steepest assets first, as much as their caps allow.
    fn most(&self, gradient: ArrayView1<'_, f64>) -> f64 {
        let mut order: Vec<usize> = (0..gradient.len()).filter(|i| gradient[*i] > 0.0).collect();
        order.sort_by(|a, b| gradient[*b].total_cmp(&gradient[*a]));
        let (mut room, mut most) = (1.0_f64, 0.0);
        for asset in order {
            let weight = self.caps[asset].min(room);
            room -= weight;
            most += weight * gradient[asset];
        }
        most
    }
}

/// An affine function of the weights, nowhere below the objective of an allowed allocation.
///
/// With a drawdown bound whose slack is concave and at least zero where it holds, objective +
/// multiplier x slack is such a bound for any multiplier >= 0, and so is any tangent of it.
pub(super) struct Majorant {
    pub(super) constant: f64,
    pub(super) slope: Array1<f64>,
}

/// A point that holds every constraint, with what may prove its quality.
pub(super) struct Candidate {
    pub(super) weights: Array1<f64>,
    pub(super) objective: f64,
    pub(super) multiplier: f64,
    /// Each of them proves a gap; the least one counts.
    pub(super) majorants: Vec<Majorant>,
}

impl Candidate {
    /// Accepts the point if little enough can be missing.
    pub(super) fn certify(
        self,
        within: &Polytope,
        status: &str,
    ) -> Result<Allocation, PortfolioError> {
        let Self { mut weights, mut objective, multiplier, majorants } = self;
        // Cash is always allowed, and its objective is 0.
        if objective < 0.0 {
            (weights, objective) = (Array1::zeros(weights.len()), 0.0);
        }
        let proofs = majorants
            .iter()
            .map(|majorant| majorant.constant + within.most(majorant.slope.view()) - objective);
        // NaN proves nothing, and a bound is below the objective by rounding only.
        let gap = proofs.fold(f64::INFINITY, f64::min).max(0.0);
        if gap > GAP_MAX {
            return Err(PortfolioError::NotSolved { status: status.to_owned(), gap });
        }
        let cash = (1.0 - weights.sum()).max(0.0);
        Ok(Allocation { weights, cash, objective, multiplier, gap })
    }
}

impl Allocation {
    /// Everything in cash: the answer when no asset has an edge.
    pub(super) fn cash(assets: usize) -> Self {
        let weights = Array1::zeros(assets);
        Self { weights, cash: 1.0, objective: 0.0, multiplier: 0.0, gap: 0.0 }
    }

    /// The same allocation among more assets, of which it used some.
    pub(super) fn among(self, assets: usize, used: &[usize]) -> Self {
        let mut weights = Array1::zeros(assets);
        for (weight, asset) in self.weights.iter().zip(used) {
            weights[*asset] = *weight;
        }
        Self { weights, ..self }
    }

    /// Weights with cash as the last: the form of [`super::Scenarios::from_payoffs`].
    pub fn bets(&self) -> Vec<f64> {
        self.weights.iter().copied().chain([self.cash]).collect()
    }
}
