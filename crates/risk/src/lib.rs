//! Sizing and pre-trade review: approves or refuses what sizing proposes, never enlarges it.
//!
//! 1. [`basis`] says what a size may be earned by (skill, drift, exploration) and on which
//!    probability it is computed, or that it is not earned.
//! 2. [`propose`] turns that into whole shares: fractional Kelly, risk-constrained Kelly, drawdown
//!    control, the row's multiplier, then every cap. Each step is on record.
//! 3. [`review`] measures the proposal anew against every limit. Only it makes an [`Approved`],
//!    and an approval is spent by value.
//!
//! The formulas ([`kelly`], [`constrained`], [`drawdown_multiplier`], [`discrete`], [`continuous`],
//! [`volatility`]) stand alone for users of the library.
//!
//! **Units.** A size `f` is a fraction of equity per unit of planned risk: what is lost when a
//! position loses 1 R. Probabilities, wins and losses are those of the bracket after costs.
//!
//! **Does not know:** brokers, models, where probabilities come from.
//!
//! **Read next:** `tradebot-execution`, which spends approvals.

pub mod kelly;
pub mod constrained;
pub mod drawdown;
pub mod discrete;
pub mod continuous;
pub mod volatility;

mod belief;
mod view;
mod order;
mod allowance;
mod steps;
mod hold;
mod propose;
mod refusal;
mod review;

pub use belief::{Belief, basis};
pub use constrained::risk_constrained;
pub use drawdown::drawdown_multiplier;
pub use hold::Hold;
pub use kelly::{expected_growth, kelly_fraction};
pub use propose::{Proposal, propose};
pub use refusal::Refusal;
pub use review::{Approved, ApprovedParts, review};
pub use view::{BookView, Fingerprint, Standing, Traffic};
