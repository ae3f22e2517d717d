//! Brackets (stop, target, time limit, trailing) and the one walker that says how they end.
//!
//! [`Bracket::around_close`] fixes entry limit, stop and target at a decision; [`Walk`] steps one
//! bracket bar by bar and reports when and at what price it ends. Labels, shadow outcomes and the
//! simulated broker all use this walker, so that what a member learns from, what a report counts
//! and what the account receives are the same event. Costs are kept apart from prices in
//! [`CostModel`].
//!
//! Honest fills and costs:
//! - [`cost`]: from four flat rates to a dated [`CostSchedule`] with impact, fees and conversions;
//!   [`cost::Participation`] caps an order, [`cost::Financing`] charges for what is borrowed.
//! - [`settlement`]: settlement dates, and cash that may be spent without free-riding.
//! - [`terms`]: all of these as one configuration.
//! - [`Bounds`]: the results of a walk when every doubtful bar is resolved against it and for it;
//!   [`Walk::step_fine`] resolves one by finer bars.
//!
//! On top of the walker:
//! - [`Management`]: leaving on a reversal, a break-even stop, a partial exit. All off by default,
//!   and each a label variant of its own.
//! - [`labels`]: triple-barrier labels, uniqueness weights and meta-labels over a series of bars.
//! - [`adaptive`]: the R-multiple of a policy row, adapted to how its brackets end.
//!
//! ```
//! use tradebot_brackets::labels::{LabelSpec, Signal, labels};
//! use tradebot_brackets::{CostModel, Side};
//! use tradebot_domain::Bar;
//!
//! let date = "2005-02-28".parse()?;
//! let bar = |open, high, low, close| Bar { date, open, high, low, close, volume: 1e6 };
//! let bars = [bar(99.0, 101.0, 98.0, 100.0), bar(100.0, 104.5, 99.0, 104.0)];
//! // Stop two ATR below the next open, target three above, ten sessions at most.
//! let spec = LabelSpec::new(Side::Long, (2.0, 3.0), 10);
//! let found = labels(&bars, &[Signal { bar: 0, atr: 1.5 }], &spec, &CostModel::default())?;
//! assert_eq!((found[0].value, found[0].meta()), (Some(1), Some(true)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **Does not know:** why anyone entered, and how many shares.
//!
//! **Read next:** `tradebot-execution`, which trades with it, and `tradebot-features`, which
//! learns from it.

pub mod bracket;
pub mod cost;
pub mod settlement;
pub mod terms;
pub mod exit;
pub mod rules;
pub mod manage;
pub mod walk;
pub mod bounds;
pub mod labels;
pub mod adaptive;

pub use bounds::Bounds;
pub use bracket::{Bracket, BracketError, BracketSpec, ENTRY_LIMIT_SHARE};
pub use cost::{CostBreakdown, CostError, CostModel, CostSchedule, ExactCosts};
pub use exit::{Exit, ExitKind, PartialFill, Progress};
pub use manage::{LabelVariant, Management, PartialExit};
pub use rules::{Ambiguity, FillRules, Side};
pub use settlement::{SettledCash, SettlementSchedule};
pub use terms::{AccountKind, ExecutionTerms};
pub use walk::fine::{Conflict, FineError, FineRules, FineStep, Jumps};
pub use walk::{Walk, is_price, tradable};
