//! Incremental features with declared warm-up, equal to the field's reference values.
//!
//! 1. [`operators`] hold one indicator each: `update(value) -> Option<_>`, nothing before warm-up.
//! 2. [`set`] names the features of set `v1` and says formula and range of each.
//! 3. [`SymbolFeatures`] feeds one symbol's bars to its operators and hands out the row of
//!    features; [`MarketFeatures`] does the same for the context index and the VIX.
//! 4. [`batch`] computes indicators of whole columns at once, for research.
//!
//! Looking ahead cannot be written here: an operator sees one bar after the other and returns what
//! is known then. The same operators serve training, backtest and live.
//!
//! On its own, an operator needs nothing but numbers or bars:
//!
//! ```
//! use tradebot_features::operators::Rsi;
//! use tradebot_features::{Period, PeriodError};
//!
//! # fn main() -> Result<(), PeriodError> {
//! let mut rsi = Rsi::new(Period::new(2)?);
//! let closes = [10.0, 11.0, 10.0, f64::NAN, 13.0];
//! let answers = closes.map(|close| rsi.update(close));
//! assert_eq!(answers, [None, None, Some(50.0), None, Some(87.5)]);
//! assert_eq!(rsi.warm_up(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! **Does not know:** models, accounts, what a feature is used for.
//!
//! **Read next:** `tradebot-regime`, `tradebot-models`.

pub mod period;
pub mod parameter;
pub mod operators;
pub mod batch;
mod running;
pub mod set;
pub mod market;
pub mod symbol;

pub use market::{MarketContext, MarketFeatures};
pub use parameter::ParameterError;
pub use period::{Period, PeriodError};
pub use set::{FEATURE_SET, FeatureDoc, feature_docs, feature_names, index};
pub use symbol::SymbolFeatures;
