//! Incremental indicators: one bar in, one value out, nothing before warm-up.
//!
//! Every operator keeps to the same rules:
//!
//! - **Warm-up:** `warm_up()` bars give `None`; the bar after them gives the first value. Counts
//!   and values are TA-Lib's where TA-Lib has the indicator.
//! - **Settling:** from bar number `settling()` on, whatever came before, the value is within
//!   [`memory::SETTLED`] of that of an instance that has run for years.
//! - **Bad input:** a value that is not finite gives `None` and leaves the state as it was, so
//!   one bad print poisons nothing. The value after it is as if it had not been there. So does a
//!   bar with a price of zero or less, and such a value where a logarithm is taken of it.
//! - **Bad parameters:** a [`Period`](crate::Period) is 1 to 10,000 bars or an error; other numbers
//!   are checked by constructors that return a [`ParameterError`](crate::ParameterError).
//! - **Digits:** [`Sma`] and [`CoMovement`] keep running sums, in which a value a million times the
//!   others costs digits for good; no other window does.
//! - **Cost:** no allocation after construction; constant time per bar, amortised, but for
//!   [`MidRankPercentile`] and [`Slope`], which pass through their window.
//!
//! The `ta` crate does the work where its definition is the field's and its arithmetic holds:
//! simple and exponential means (the latter once seeded) and rate of change. Its RSI and ATR
//! smooth with 2 / (n + 1) where Wilder's definition says 1 / n and never come near the reference
//! values, so these, with ADX, are our own; so are deviations and bands, which drift there.
//!
//! Where we differ from TA-Lib 0.8 on purpose: +DI and -DI of one bar are in percent as all others
//! are (TA-Lib: fractions), NATR of one bar is in percent of the close (TA-Lib: in price), a period
//! of 1 is allowed throughout, and sums so small that TA-Lib calls them zero (1e-14) are not.
//!
//! ## When the past is forgotten
//! Recursive operators remember their first bar for a while; windows do not. A test starts fresh
//! instances all over the bundled series, and before each of their greatest shocks, searches for
//! the bar with which they settle, and holds each declaration to it: never less, and at most half
//! as much again.
//!
//! | operator | first value with bar | settled with bar |
//! |---|---|---|
//! | `RollingSum(20)` | 20 | 20 |
//! | `Sma(20)` | 20 | 20 |
//! | `Ema(20)` | 20 | 153 |
//! | `Wilder(14)` | 14 | 237 |
//! | `StandardDeviation(20)` | 20 | 20 |
//! | `Bollinger(20, 2.0)` | 20 | 20 |
//! | `Roc(10)` | 11 | 11 |
//! | `LogReturn(1)` | 2 | 2 |
//! | `RollingMax(252)` | 252 | 252 |
//! | `RollingMin(252)` | 252 | 252 |
//! | `MidRankPercentile(252)` | 252 | 252 |
//! | `CoMovement(60)` | 60 | 60 |
//! | `Slope(20)` | 20 | 20 |
//! | `Macd(12, 26, 9)` | 34 | 255 |
//! | `Rsi(14)` | 15 | 257 |
//! | `TrueRange` | 2 | 2 |
//! | `Atr(14)` | 15 | 238 |
//! | `Natr(14)` | 15 | 238 |
//! | `DirectionalMovement(14)` | 14 | 247 |
//! | `Directional(14)` | 15 | 255 |
//! | `Dx(14)` | 15 | 267 |
//! | `Adx(14)` | 28 | 292 |
//! | `Chandelier(22, 22, 3.0)` | 23 | 314 |
//! | `EwmaVolatility(0.94)` | 21 | 339 |
//! | `RealisedVolatility(21)` | 22 | 22 |
//! | `Har(SquaredReturn, 5, 22)` | 23 | 23 |
//! | `Har(AbsoluteReturn, 5, 22)` | 23 | 23 |
//! | `Parkinson(21)` | 21 | 21 |
//! | `GarmanKlass(21)` | 21 | 21 |
//! | `RogersSatchell(21)` | 21 | 21 |
//! | `YangZhang(21)` | 22 | 22 |

pub mod memory;
pub mod window;
mod blocks;
pub mod sum;
mod moments;
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
pub mod chandelier;
pub mod ewma;
pub mod realised;
pub mod har;
pub mod range_volatility;
pub mod yang_zhang;

pub use average::{Ema, Sma, Wilder};
pub use chandelier::{Chandelier, ChandelierReading};
pub use change::{LogReturn, Roc};
pub use comovement::{CoMovement, CoMovementReading};
pub use directional::{
    Adx, Directional, DirectionalMovement, DirectionalMovementReading, DirectionalReading, Dx,
};
pub use dispersion::{Bollinger, BollingerReading, StandardDeviation};
pub use ewma::EwmaVolatility;
pub use extreme::{RollingMax, RollingMin};
pub use har::{Har, HarMeasure, HarReading};
pub use macd::{Macd, MacdReading};
pub use range::{Atr, Natr, TrueRange};
pub use range_volatility::{GarmanKlass, Parkinson, RogersSatchell};
pub use rank::MidRankPercentile;
pub use realised::RealisedVolatility;
pub use rsi::Rsi;
pub use slope::Slope;
pub use sum::RollingSum;
pub use window::Window;
pub use yang_zhang::YangZhang;

use tradebot_domain::Bar;

/// All that operators on bars need: finite prices above zero. Order of high and low is the
/// quality gate's business.
fn has_prices(bar: &Bar) -> bool {
    [bar.open, bar.high, bar.low, bar.close].iter().all(|price| price.is_finite() && *price > 0.0)
}
