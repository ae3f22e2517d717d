//! Incremental features with declared warm-up, equal to the field's reference values.
//!
//! 1. [`operators`] hold one indicator each: `update(value) -> Option<_>`, nothing before warm-up.
//! 2. [`set`] names the features of set `v1` and says formula and range of each.
//! 3. [`SymbolFeatures`] feeds one symbol's bars to its operators and hands out the row of
//!    features; [`MarketFeatures`] does the same for the context index and the VIX.
//!
//! Looking ahead cannot be written here: an operator sees one bar after the other and returns what
//! is known then. The same operators serve training, backtest and live.
//!
//! **Does not know:** models, accounts, what a feature is used for.
//!
//! **Read next:** `tradebot-regime`, `tradebot-models`.

pub mod period;
pub mod operators;
pub mod set;
pub mod market;
pub mod symbol;

pub use market::{MarketContext, MarketFeatures};
pub use period::{Period, PeriodError};
pub use set::{FEATURE_SET, FeatureDoc, feature_docs, feature_names, index};
pub use symbol::SymbolFeatures;
