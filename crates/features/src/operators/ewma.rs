//! Exponentially weighted volatility.

use super::change::LogReturn;
use crate::period::Period;

/// Sessions in a year, for annualising.
pub const SESSIONS_PER_YEAR: f64 = 252.0;

/// Annualised volatility with exponentially fading memory:
/// v = decay v + (1 - decay) r^2, seeded by the mean square of the first [`SEED`] log returns.
///
/// **Units:** a fraction per square root of a year (0.16 = 16 %).
///
/// **Source:** RiskMetrics Technical Document, 1996; decay 0.94 for daily returns.
#[derive(Debug, Clone)]
pub struct EwmaVolatility {
    decay: f64,
    returns: LogReturn,
    seen: usize,
    variance: f64,
}

/// Returns that make the seed. A month is a guess: long enough to be no single day's accident.
pub const SEED: usize = 20;

impl EwmaVolatility {
    /// **Range:** `decay` is clamped to 0..=1; NaN becomes the usual 0.94.
    pub fn new(decay: f64) -> Self {
        let decay = if decay.is_nan() { 0.94 } else { decay.clamp(0.0, 1.0) };
        Self { decay, returns: LogReturn::new(Period::of::<1>()), seen: 0, variance: 0.0 }
    }

    /// Takes the next close.
    pub fn update(&mut self, close: f64) -> Option<f64> {
        let change = self.returns.update(close)?;
        let square = change * change;
        if self.seen < SEED {
            self.seen += 1;
            self.variance += square / SEED as f64;
        } else {
            self.variance = self.decay * self.variance + (1.0 - self.decay) * square;
        }
        (self.seen == SEED).then(|| (SESSIONS_PER_YEAR * self.variance).sqrt())
    }

    /// Closes without an answer: [`SEED`].
    pub const fn warm_up(&self) -> usize {
        SEED
    }
}
