//! Recorded history through the real engine, and statistics that say whether it was luck.
//!
//! [`replay()`] drives the engine over a feed; [`RunResult`] collects what a journal says of a run;
//! [`assess()`] judges it: performance, inference on the Sharpe ratio, bootstrap intervals,
//! calibration and skill out of sample, and a plain [`Verdict`]. The modules in between are the
//! statistics one by one, on plain slices, for anyone who needs only them. A figure that is not
//! defined (no trades, no variance) is `None`, never 0.
//!
//! **Does not know:** live keys, files.
//!
//! **Read next:** [`mod@assess`], then `tradebot-report`, which shows all of it.

pub mod replay;
pub mod result;
mod by_session;
pub mod summary;
pub mod performance;
pub mod activity;
pub mod trades;
pub mod costs;
pub mod monthly;
pub mod sharpe;
pub mod bootstrap;
pub mod benchmark;
pub mod order_of_trades;
pub mod placebo;
pub mod comparison;
pub mod splits;
pub mod overfit;
pub mod skill;
pub mod assess;
pub mod verdict;
pub mod leaks;
pub mod sweep;

#[cfg(test)]
mod testing;

pub use assess::{Assessment, AssessmentConfig, assess, assess_with};
pub use replay::{Ending, replay};
pub use result::{PricePoint, RunResult, ScoredForecast, Timing};
pub use summary::Interval;
pub use verdict::{Finding, Verdict};
