//! Brackets (stop, target, time limit, trailing) and the one walker that says how they end.
//!
//! [`Bracket::around_close`] fixes entry limit, stop and target at a decision; [`Walk`] steps one
//! bracket bar by bar and reports when and at what price it ends. Labels, shadow outcomes and the
//! simulated broker all use this walker, so that what a member learns from, what a report counts
//! and what the account receives are the same event. Costs are kept apart from prices in
//! [`CostModel`].
//!
//! **Does not know:** why anyone entered, and how many shares.
//!
//! **Read next:** `tradebot-execution`, which trades with it, and `tradebot-features`, which
//! learns from it.

pub mod bracket;
pub mod cost;
pub mod exit;
pub mod rules;
pub mod walk;

pub use bracket::{Bracket, BracketError, BracketSpec, ENTRY_LIMIT_SHARE};
pub use cost::{CostBreakdown, CostError, CostModel};
pub use exit::{Exit, ExitKind, Progress};
pub use rules::{Ambiguity, FillRules, Side};
pub use walk::{Walk, tradable};
