//! Indicators of whole columns: slices in, slices out.
//!
//! The [`operators`](crate::operators) take one bar after the other, as a bot must. Research has
//! all bars at once, and over columns the same mathematics costs a few nanoseconds a bar: sums that
//! wait for each other run side by side, and [`IndicatorSet`] reads the prices once for all of its
//! indicators.
//!
//! - **Cells:** `out[i]` is what the operator answers to value i, and NaN where it answers nothing:
//!   the warm-up, in the same cells as TA-Lib's.
//! - **Digits:** sums are added up in another order than by the operators, so the last bits differ:
//!   by less than 1e-12 of the value, or, for bands and MACD, of the prices it is a difference of.
//!   Deviations are exact to n parts in 10^15 at any level of prices; those of the operator, which
//!   keeps means and not distances, are so only where prices move: at a price of a million and
//!   moves of a cent it is right to 7 digits. What is replayed bit by bit stays with the operators.
//! - **Bad input:** as the operators have it: a value that is not finite, or a bar with such a
//!   price or one of zero or less, leaves its own cell empty and the others as if it had not been
//!   there. A column with such a gap is handed to the operator, which takes some ten times as long;
//!   so is one with numbers beyond 6e144, whose squares could not be added up. An operator on bars
//!   looks at the open as well, which columns do not have.
//! - **Look-ahead:** cell i depends on no later value, but for its last bits, which may depend on
//!   how long the column is and whether it has a gap.
//! - **Cost:** one pass whatever the periods; memory for two windows of values at most.
//!
//! ```
//! use tradebot_features::Period;
//! use tradebot_features::batch::{BatchError, sma};
//!
//! # fn main() -> Result<(), BatchError> {
//! let mut means = [0.0; 4];
//! sma(&[1.0, 3.0, 8.0, 4.0], Period::of::<2>(), &mut means)?;
//! assert!(means[0].is_nan());
//! assert_eq!(means[1..], [2.0, 5.5, 6.0]);
//! # Ok(())
//! # }
//! ```

mod columns;
mod check;
mod streamed;
mod recursion;
mod window;
mod average;
mod deviation;
mod rsi;
mod macd;
mod range;
mod directional;
mod set;

pub use average::{ema, sma};
pub use columns::{BatchError, BollingerColumns, MacdColumns, PriceColumns};
pub use deviation::{bollinger, standard_deviation};
pub use directional::adx;
pub use macd::{MacdPeriods, macd};
pub use range::atr;
pub use rsi::rsi;
pub use set::{IndicatorColumns, IndicatorSet};
