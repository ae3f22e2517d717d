//! The second-order approximation of log-optimal betting.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

use super::allocation::{Allocation, Candidate, Majorant, Polytope};
use super::cholesky::{Pivots, lower_factor};
use super::conic::ConicProblem;
use super::constraints::Constraints;
use super::error::PortfolioError;
use super::fixed_order::{dot, times};
use super::scenarios::check_vector;
use crate::constrained::largest_within;

/// Maximises mean'w - w'Sw / 2 such that w >= 0, sum w <= 1, w <= cap, and, where a drawdown bound
/// is asked for, lambda (lambda + 1) / 2 w'Sw <= lambda mean'w.
///
/// - **Shape:** `mean` `[assets]`, `second_moment` `[assets x assets]`, symmetric, positive
///   semidefinite. From [`super::Scenarios::mean`] and [`super::Scenarios::second_moment`], or a
///   (shrunk) covariance plus mean mean'.
/// - **Range:** every constraint holds exactly; the objective is within [`Allocation::gap`] of the
///   best. The growth it really has is [`super::Scenarios::growth`] of the weights, and the drawdown
///   bound is that of the approximation, good for returns that are small.
/// - **Edges:** all cash when no asset has a positive mean.
///
/// # Errors
/// [`PortfolioError`] for inputs that do not fit together, a matrix that is not symmetric or not
/// positive semidefinite, and [`PortfolioError::NotSolved`].
///
/// **Source:** Busseti, Ryu, Boyd, "Risk-Constrained Kelly Gambling" (2016), section 5 (QRCK).
pub fn quadratic(
    mean: ArrayView1<'_, f64>,
    second_moment: ArrayView2<'_, f64>,
    constraints: &Constraints,
) -> Result<Allocation, PortfolioError> {
    let assets = mean.len();
    check_vector("mean", mean, assets)?;
    if second_moment.nrows() != assets {
        let what = "rows of the second moment";
        return Err(PortfolioError::Shape { what, found: second_moment.nrows(), wanted: assets });
    }
    let caps = constraints.caps_of(assets)?;
    lower_factor(second_moment, Pivots::NonNegative)?;
    let used: Vec<usize> = (0..assets).filter(|asset| caps[*asset] > 0.0).collect();
    let moments = Moments {
        mean: mean.select(Axis(0), &used),
        square: second_moment.select(Axis(0), &used).select(Axis(1), &used),
    };
    if moments.mean.iter().all(|mean| *mean <= 0.0) {
        return Ok(Allocation::cash(assets));
    }
    let polytope = Polytope { caps: caps.select(Axis(0), &used) };
    let allocation = moments.solve(&polytope, constraints.lambda())?;
    Ok(allocation.among(assets, &used))
}

struct Moments {
    mean: Array1<f64>,
    square: Array2<f64>,
}

impl Moments {
    fn solve(
        &self,
        polytope: &Polytope,
        lambda: Option<f64>,
    ) -> Result<Allocation, PortfolioError> {
        let mut problem = ConicProblem::default();
        problem.weights(&polytope.caps);
        let bound = lambda.map(|lambda| self.bound(&mut problem, lambda)).transpose()?;
        let linear: Vec<f64> = self.mean.iter().map(|mean| -mean).collect();
        let solution = problem.minimise(Some(self.square.view()), &linear)?;

        let raw = ArrayView1::from(&solution.x);
        let mut weights = polytope.bring_inside(&solution.x);
        let mut majorants = vec![self.tangent(raw)];
        let mut multiplier = 0.0;
        if let Some(bound) = bound {
            let holds = |share: f64| self.slack((&weights * share).view(), bound.lambda) >= 0.0;
            let share = largest_within(1.0, holds);
            weights *= share;
            multiplier = bound.add_to(&mut majorants[0], &self.mean, &solution.duals);
        }
        let objective = self.slack(weights.view(), 0.0);
        Candidate { weights, objective, multiplier, majorants }.certify(polytope, &solution.status)
    }

    /// (lambda + 1) / 2 w'Sw <= mean'w as a cone: with S = F F' and any scale s > 0, the norm of
    /// (mean'w - s, sqrt(2 (lambda + 1) s) F'w) is at most mean'w + s.
    fn bound(&self, problem: &mut ConicProblem, lambda: f64) -> Result<Bound, PortfolioError> {
        let n = self.mean.len();
        let factor = lower_factor(self.square.view(), Pivots::NonNegative)?;
        // The size of what stands beside it; positive, since some mean is.
        let scale = self.mean.fold(0.0, |most: f64, mean| most.max(*mean));
        let norm_scale = (2.0 * (lambda + 1.0) * scale).sqrt();
        let row = problem.row(scale, self.mean.iter().copied().enumerate());
        problem.row(-scale, self.mean.iter().copied().enumerate());
        for column in factor.columns() {
            problem.row(0.0, column.iter().map(|value| norm_scale * value).enumerate());
        }
        problem.second_order(n + 2);
        Ok(Bound { lambda, factor, norm_scale, scale, row })
    }

    /// mean'w - (lambda + 1) / 2 w'Sw: what the bound wants at or above zero, and with lambda 0
    /// the objective.
    fn slack(&self, weights: ArrayView1<'_, f64>, lambda: f64) -> f64 {
        let risk = times(self.square.view(), weights);
        dot(self.mean.view(), weights) - 0.5 * (lambda + 1.0) * dot(risk.view(), weights)
    }

    /// The objective's tangent at `at`: v'Sv / 2 + (mean - S v)'w.
    fn tangent(&self, at: ArrayView1<'_, f64>) -> Majorant {
        let risk = times(self.square.view(), at);
        Majorant { constant: 0.5 * dot(risk.view(), at), slope: &self.mean - &risk }
    }
}

/// The drawdown bound as it stands in the problem.
struct Bound {
    lambda: f64,
    factor: Array2<f64>,
    norm_scale: f64,
    scale: f64,
    row: usize,
}

impl Bound {
    /// Adds multiplier x a tangent of the slack and returns the multiplier, both from the cone's
    /// duals. The tangent touches where F'w = g, for any g: (l + 1) / 2 g'g + (mean - (l + 1) F g)'w.
    fn add_to(&self, objective: &mut Majorant, mean: &Array1<f64>, duals: &[f64]) -> f64 {
        let n = mean.len();
        let cone = &duals[self.row..self.row + n + 2];
        // On the cone's edge the duals are (s0, -s1, -s2, ..) times multiplier / (2 scale).
        let multiplier = (cone[0] + cone[1]).max(0.0);
        if multiplier == 0.0 {
            return 0.0;
        }
        let unit = -2.0 * self.scale / (multiplier * self.norm_scale);
        let g: Array1<f64> = cone[2..].iter().map(|dual| unit * dual).collect();
        let steepness = self.lambda + 1.0;
        objective.constant += multiplier * 0.5 * steepness * dot(g.view(), g.view());
        let risk = times(self.factor.view(), g.view());
        objective.slope.scaled_add(multiplier, &(mean - steepness * &risk));
        multiplier
    }
}
