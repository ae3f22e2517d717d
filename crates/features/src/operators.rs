//! Incremental indicators: one bar in, one value out, nothing before warm-up.
//!
//! Every operator keeps to the same rules:
//!
//! - **Warm-up:** `warm_up()` bars give `None`; the bar after them gives the first value. The
//!   counts and the values are TA-Lib's.
//! - **Bad input:** a value that is not finite gives `None` and leaves the state as it was, so
//!   one bad print poisons nothing. The value after it is as if it had not been there.
//! - **Cost:** no allocation after construction; constant time per bar unless its page says else.
//!
//! The `ta` crate does the work where its definition is the field's: simple and exponential
//! means (the latter once seeded), standard deviation, Bollinger bands, rate of change. Its RSI
//! and ATR smooth with 2 / (n + 1) where Wilder's definition says 1 / n and never come near the
//! reference values, so these, with ADX, are our own.
//!
//! ## When the past is forgotten
//! Recursive operators remember their first bar for a while. From `warm_up()` on they have a
//! value; from the count of bars below on it is, within 1e-6, the value of an instance that runs
//! for years. A test measures these counts on the S&P 500.
//!
//! | operator | first value with bar | settled with bar |
//! |---|---|---|
//! | `Sma`, `StandardDeviation`, `Bollinger` (20) | 20 | 20 |
//! | `Roc` (10) | 11 | 11 |
//! | `RollingMax`, `RollingMin` (252) | 252 | 252 |
//! | `MidRankPercentile` (252) of a settled series | 252 | 252 |
//! | `CoMovement` (60) | 60 | 60 |
//! | `Slope` (20) | 20 | 20 |
//! | `Ema` (20) | 20 | 130 |
//! | `Macd` (12, 26, 9) | 34 | 230 |
//! | `Rsi` (14) | 15 | 210 |
//! | `Atr`, `Natr` (14) | 15 | 200 |
//! | `Directional` (14) | 15 | 210 |
//! | `Adx` (14) | 28 | 250 |
//! | `EwmaVolatility` (0.94) | 21 | 240 |

pub mod window;
pub mod average;
pub mod dispersion;
pub mod change;
pub mod extreme;
pub mod rank;
pub mod comovement;
pub mod slope;
pub mod macd;
pub mod rsi;
pub mod range;
pub mod directional;
pub mod ewma;

pub use average::{Ema, Sma, Wilder};
pub use change::{LogReturn, Roc};
pub use comovement::{CoMovement, CoMovementReading};
pub use directional::{Adx, Directional, DirectionalReading};
pub use dispersion::{Bollinger, BollingerReading, StandardDeviation};
pub use ewma::EwmaVolatility;
pub use extreme::{RollingMax, RollingMin};
pub use macd::{Macd, MacdReading};
pub use range::{Atr, Natr, TrueRange};
pub use rank::MidRankPercentile;
pub use rsi::Rsi;
pub use slope::Slope;
pub use window::Window;

use tradebot_domain::Bar;

/// All that operators on bars need: finite prices above zero. Order of high and low is the
/// quality gate's business.
fn has_prices(bar: &Bar) -> bool {
    [bar.open, bar.high, bar.low, bar.close].iter().all(|price| price.is_finite() && *price > 0.0)
}
