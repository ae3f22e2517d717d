//! The allocation under which wealth grows fastest, with a bound on drawdowns.

use ndarray::Array1;

use super::allocation::{Allocation, Candidate, Majorant, Polytope};
use super::conic::ConicProblem;
use super::constraints::Constraints;
use super::error::PortfolioError;
use super::scenarios::Scenarios;
use crate::constrained::largest_within;

/// Maximises E ln(1 + x'w) over the scenarios such that w >= 0, sum w <= 1, w <= cap, and, where a
/// drawdown bound is asked for, E[(1 + x'w)^-lambda] <= 1.
///
/// - **Shape:** weights `[assets]` in the order of the scenarios' columns.
/// - **Range:** every constraint holds exactly; the objective is within [`Allocation::gap`] of the
///   best, at most [`super::GAP_MAX`]. Optima of this kind are flat: weights are much less certain
///   than growth.
/// - **Edges:** all cash when no asset has a positive mean.
/// - **Cost:** an interior point iteration is linear in the scenarios; 400 scenarios of 8 assets
///   take some tens of milliseconds.
///
/// # Errors
/// [`PortfolioError`] for caps that make no sense, and [`PortfolioError::NotSolved`].
///
/// **Source:** Busseti, Ryu, Boyd, "Risk-Constrained Kelly Gambling", Journal of Investing 25
/// (2016), section 4; Kelly (1956) and Breiman (1961) without the bound.
pub fn log_optimal(
    scenarios: &Scenarios,
    constraints: &Constraints,
) -> Result<Allocation, PortfolioError> {
    let assets = scenarios.assets();
    let caps = constraints.caps_of(assets)?;
    // Growth is concave and its slope at all cash is the mean: without a positive one, cash is best.
    if scenarios.mean().iter().all(|mean| *mean <= 0.0) {
        return Ok(Allocation::cash(assets));
    }
    // A cap of zero would leave the solver no interior.
    let used: Vec<usize> = (0..assets).filter(|asset| caps[*asset] > 0.0).collect();
    let scenarios = scenarios.of_assets(&used);
    if scenarios.mean().iter().all(|mean| *mean <= 0.0) {
        return Ok(Allocation::cash(assets));
    }
    let polytope = Polytope { caps: caps.select(ndarray::Axis(0), &used) };
    let allocation = solve(&scenarios, &polytope, constraints.lambda())?;
    Ok(allocation.among(assets, &used))
}

fn solve(
    scenarios: &Scenarios,
    polytope: &Polytope,
    lambda: Option<f64>,
) -> Result<Allocation, PortfolioError> {
    let Posed { problem, linear, wealth_rows, bound_row } = pose(scenarios, polytope, lambda);
    let solution = problem.minimise(None, &linear)?;
    let found = polytope.bring_inside(&solution.x[..scenarios.assets()]);
    let (weights, bound) = match lambda.zip(bound_row) {
        None => (found, Bound { lambda: 1.0, multiplier: 0.0 }),
        Some((lambda, row)) => {
            // Towards cash until the bound really holds: it is convex along that line, and met at
            // cash.
            let holds =
                |share: f64| scenarios.drawdown_excess((&found * share).view(), lambda) <= 0.0;
            let share = largest_within(1.0, holds);
            (found * share, Bound { lambda, multiplier: solution.duals[row].max(0.0) })
        }
    };
    let prices = wealth_rows.iter().map(|row| solution.duals[*row]).collect();
    let majorants = vec![
        bound.tangent(scenarios, &scenarios.wealth(weights.view())),
        bound.tangent(scenarios, &bound.wealth_at(scenarios, prices)),
    ];
    let objective = scenarios.growth(weights.view());
    Candidate { weights, objective, multiplier: bound.multiplier, majorants }
        .certify(polytope, &solution.status)
}

/// A drawdown bound with its multiplier kappa: what wealth c in a scenario is worth then is
/// ln c - kappa c^-lambda, which is concave.
struct Bound {
    lambda: f64,
    multiplier: f64,
}

impl Bound {
    /// What a little more wealth is worth: 1 / c + kappa lambda c^(-lambda - 1).
    fn price(&self, wealth: f64) -> f64 {
        (1.0 + self.multiplier * self.lambda * wealth.powf(-self.lambda)) / wealth
    }

    /// Objective plus kappa times slack, by its tangent at a wealth per scenario, whoever chose it:
    /// kappa + sum pi (ln c - kappa c^-lambda + price(c) (1 + x'w - c)).
    fn tangent(&self, scenarios: &Scenarios, wealth: &Array1<f64>) -> Majorant {
        let worth = |c: f64| {
            let bent = (-self.lambda * c.ln()).exp_m1();
            c.ln() - self.multiplier * bent + self.price(c) * (1.0 - c)
        };
        let probabilities = scenarios.probabilities();
        let terms = probabilities.iter().zip(wealth).filter(|(pi, _)| **pi > 0.0);
        Majorant {
            constant: terms.map(|(pi, c)| pi * worth(*c)).sum(),
            slope: scenarios.expected(|k| self.price(wealth[k])),
        }
    }

    /// The wealth that has these prices (times the probability of its scenario): the solver's duals
    /// are often nearer to the best than its weights are.
    fn wealth_at(&self, scenarios: &Scenarios, prices: Vec<f64>) -> Array1<f64> {
        let mut prices = prices.into_iter();
        let invert = |pi: &f64| {
            if *pi <= 0.0 {
                return 1.0;
            }
            let wanted = prices.next().unwrap_or(f64::NAN) / pi;
            // Prices fall with wealth, from infinity to zero.
            1.0 / largest_within(1e6, |inverse| self.price(1.0 / inverse) <= wanted)
        };
        scenarios.probabilities().iter().map(invert).collect()
    }
}

/// The problem in cones, and where in it what stands.
struct Posed {
    problem: ConicProblem,
    linear: Vec<f64>,
    /// 1 + x_k'w of each scenario that can happen.
    wealth_rows: Vec<usize>,
    bound_row: Option<usize>,
}

/// Variables: weights, then t_k <= ln(1 + x_k'w), then u_k >= (1 + x_k'w)^-lambda, k over the
/// scenarios that can happen. Maximise sum pi_k t_k such that sum pi_k u_k <= 1.
fn pose(scenarios: &Scenarios, polytope: &Polytope, lambda: Option<f64>) -> Posed {
    let n = scenarios.assets();
    let (probabilities, returns) = (scenarios.probabilities(), scenarios.returns());
    let possible: Vec<usize> =
        (0..probabilities.len()).filter(|k| probabilities[*k] > 0.0).collect();
    let count = possible.len();

    let mut problem = ConicProblem::default();
    problem.weights(&polytope.caps);
    let mut wealth_rows = Vec::with_capacity(count);
    for (i, k) in possible.iter().enumerate() {
        problem.row(0.0, [(n + i, 1.0)]);
        problem.row(1.0, []);
        wealth_rows.push(problem.row(1.0, returns.row(*k).iter().copied().enumerate()));
        problem.exponential();
    }
    let bound_row = lambda.map(|lambda| {
        let u = n + count;
        let row =
            problem.row(1.0, possible.iter().enumerate().map(|(i, k)| (u + i, -probabilities[*k])));
        problem.nonnegative(1);
        for i in 0..count {
            problem.row(0.0, [(n + i, -lambda)]);
            problem.row(1.0, []);
            problem.row(0.0, [(u + i, 1.0)]);
            problem.exponential();
        }
        row
    });

    let variables = n + count * if lambda.is_some() { 2 } else { 1 };
    let mut linear = vec![0.0; variables];
    for (i, k) in possible.iter().enumerate() {
        linear[n + i] = -probabilities[*k];
    }
    Posed { problem, linear, wealth_rows, bound_row }
}
