//! Admits market data or names why not: scores, levels, provenance.
//!
//! How it works, in the order a bar takes:
//! 1. [`SymbolGate::admit`] receives the bar of one symbol and session, or the fact that none came.
//! 2. `contract` looks at the bar alone: finite, positive, in range, high and low around the body,
//!    the right date.
//! 3. `moves` looks at it beside its past: outlier returns, splits nobody announced, prices that
//!    stand still.
//! 4. [`Reading`] turns what was found into a score per column, one overall and a [`Level`].
//! 5. Nothing that refuses: the bar comes back as [`Admitted`], which only this crate can make.
//!
//! A refusal is for one cycle. The gate remembers the last close it admitted and the last it saw,
//! so a bar that agrees with either passes again: one bad print does not lock a symbol out, and
//! neither does one real fall by half.
//!
//! [`assess_series`] runs the same gate over a whole series and reports it, for imports;
//! [`propose`] says what would probably mend it.
//!
//! **Does not know:** what the data is for, nor where it came from.
//!
//! **Read next:** `tradebot-features`, which takes what was admitted.

pub mod config;
pub mod check;
pub mod reading;
mod contract;
mod moves;
pub mod gate;
pub mod series;
pub mod repair;

pub use check::{Check, Level};
pub use config::{GateConfig, GateConfigError};
pub use gate::{Label, SymbolGate};
pub use reading::{Admitted, Reading, Refused, Violation, bar_digest};
pub use repair::{Basis, Proposal, Repair, propose};
pub use series::{SeriesFinding, SeriesReport, assess_series};
