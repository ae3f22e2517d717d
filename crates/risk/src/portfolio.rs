//! Several assets at once: how much of wealth to hold in each.
//!
//! 1. [`Scenarios`] are the ways a period can go: a probability and a return per asset for each.
//! 2. [`Constraints`] cap the weights and bound the chance of a deep drawdown.
//! 3. [`log_optimal`] maximises growth under them, [`quadratic`] its second-order approximation.
//!    Both return an [`Allocation`] that holds every constraint and says by how much, at most, it
//!    misses the best.
//!
//! The closed form is [`mean_variance_kelly`], on a covariance that [`ledoit_wolf`] or [`oas`] has
//! shrunk. Means are the weak input: [`james_stein`] shrinks them to zero.
//!
//! ```
//! use ndarray::arr2;
//! use tradebot_risk::portfolio::{Constraints, DrawdownBound, Scenarios, log_optimal};
//!
//! // Three periods of two assets.
//! let past = arr2(&[[0.04, 0.01], [-0.03, 0.02], [0.02, -0.01]]);
//! let scenarios = Scenarios::equally_likely(past.view())?;
//! let bound = DrawdownBound::new(0.8, 0.1)?; // below 80 % of the start with chance < 10 %
//! let best = log_optimal(&scenarios, &Constraints::default().cap(0.6).drawdown(bound))?;
//! assert!(best.weights.sum() + best.cash <= 1.0 + 1e-12 && best.objective > 0.0);
//! # Ok::<(), tradebot_risk::portfolio::PortfolioError>(())
//! ```
//!
//! **Shapes.** Matrices of returns are `[periods or scenarios x assets]`, simple returns over cash:
//! 0.01 for 1 %. Weights are `[assets]`, fractions of wealth; what they leave is cash.

mod allocation;
mod cholesky;
mod conic;
mod constraints;
mod covariance;
mod error;
mod fixed_order;
mod log_optimal;
mod mean_variance;
mod means;
mod quadratic;
mod scenarios;

pub use allocation::{Allocation, GAP_MAX};
pub use constraints::{Constraints, DrawdownBound};
pub use covariance::{ShrunkCovariance, covariance, ledoit_wolf, oas};
pub use error::PortfolioError;
pub use log_optimal::log_optimal;
pub use mean_variance::mean_variance_kelly;
pub use means::{ShrunkMean, james_stein};
pub use quadratic::quadratic;
pub use scenarios::Scenarios;
