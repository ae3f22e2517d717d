//! Limits, thresholds and regime policies: read once, checked, frozen, digested.
//!
//! Two things bound what the bot may do, and the compiled-in [`bounds`] bound both:
//! 1. [`Policy`] is the regime table of `policies/regimes.yaml`, one [`RowPolicy`] per
//!    [`Regime`](tradebot_domain::Regime). Reading it refuses duplicate, unknown and missing keys and
//!    every value outside its range, and lists all of them with line, column, key and range.
//! 2. [`Limits`] belong to the account and to the mode: Kelly fraction, drawdown, notional and so on.
//!
//! ```
//! use tradebot_domain::Regime;
//! use tradebot_policy::{Limits, Policy};
//!
//! let policy = Policy::bundled();
//! assert_eq!(policy.row(Regime::Transition).max_positions, 4);
//!
//! let mut limits = Limits::live();
//! limits.kelly_fraction = 0.6;
//! let refused = limits.validate().unwrap_err();
//! assert_eq!(refused[0].to_string(), "limit kelly_fraction: 0.6 is not in 0 to 0.5");
//! ```
//!
//! **Does not know:** current prices, positions or equity.
//!
//! **Read next:** `tradebot-risk`, which spends these numbers.

pub mod bounds;
pub mod schema;
mod limits;
mod row;
mod policy;
mod problem;
mod fields;
mod yaml;
mod duplicates;

pub use duplicates::duplicate_keys;
pub use limits::{Control, LimitError, Limits, OnBreach, UnskilledSize};
pub use policy::Policy;
pub use problem::{PolicyErrors, Position, Problem, ProblemKind};
pub use row::{AnalystWeights, RowPolicy};
