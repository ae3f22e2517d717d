//! Volatility as it was.

use super::change::LogReturn;
use super::ewma::SESSIONS_PER_YEAR;
use super::sum::RollingSum;
use crate::period::Period;

/// Realised volatility of the last n sessions: the root of the mean squared log return, annualised.
///
/// The mean return is taken as zero: over days it is far smaller than its own error, and
/// subtracting it would only add noise. First with close n + 1.
///
/// **Units:** a fraction per square root of a year (0.16 = 16 %).
///
/// **Source:** Andersen, Bollerslev, Diebold and Labys, *Econometrica* 71, 2003.
#[derive(Debug, Clone)]
pub struct RealisedVolatility {
    returns: LogReturn,
    squares: RollingSum,
}

impl RealisedVolatility {
    /// Over `period` returns; 5 is a week, 21 a month.
    pub fn new(period: Period) -> Self {
        Self { returns: LogReturn::new(Period::of::<1>()), squares: RollingSum::new(period) }
    }

    /// Takes the next close, which must be above zero.
    pub fn update(&mut self, close: f64) -> Option<f64> {
        let change = self.returns.update(close)?;
        let variance = self.squares.update_mean(change * change)?;
        Some((SESSIONS_PER_YEAR * variance).sqrt())
    }

    /// Closes without an answer: n.
    pub const fn warm_up(&self) -> usize {
        self.returns.warm_up() + self.squares.warm_up()
    }

    /// Settled with the first answer: close n + 1.
    pub const fn settling(&self) -> usize {
        self.warm_up() + 1
    }
}
