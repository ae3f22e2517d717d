//! Exponentially weighted volatility.

use super::change::LogReturn;
use super::memory::steps_to_forget;
use crate::parameter::{ParameterError, in_range};
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

/// How wrong the seed is: a share of the volatility. One crash among 20 days makes it this large.
const SEED_ERROR: f64 = 300.0;

/// Returns that make the seed. A month is a guess: long enough to be no single day's accident.
pub const SEED: usize = 20;

impl EwmaVolatility {
    /// The longest memory [`EwmaVolatility::try_new`] allows: half of a shock is left after 27
    /// years.
    pub const DECAY_MAX: f64 = 0.9999;

    /// With a decay from configuration.
    ///
    /// # Errors
    /// [`ParameterError`] when `decay` is not in 0 to [`EwmaVolatility::DECAY_MAX`].
    pub fn try_new(decay: f64) -> Result<Self, ParameterError> {
        in_range("decay", decay, 0.0, Self::DECAY_MAX).map(Self::new)
    }

    /// With a decay fixed in the code.
    ///
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
        self.variance().map(|variance| (SESSIONS_PER_YEAR * variance).sqrt())
    }

    /// The latest variance of one session's log return, not annualised.
    pub fn variance(&self) -> Option<f64> {
        (self.seen == SEED).then_some(self.variance)
    }

    /// Closes without an answer: [`SEED`].
    pub const fn warm_up(&self) -> usize {
        SEED
    }

    /// The close, counted from 1, with which it has settled; [`usize::MAX`] for a decay of 1, which
    /// never forgets.
    pub fn settling(&self) -> usize {
        // The first answer is the seed itself, which even a decay of 0 keeps for that one close.
        // A short memory may hold next to no volatility, of which the error is a larger share.
        let error = SEED_ERROR / self.decay.max(0.1);
        (self.warm_up() + 2).saturating_add(steps_to_forget(error, self.decay))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variance_is_of_one_session_and_the_volatility_of_a_year() {
        let mut ewma = EwmaVolatility::new(0.94);
        for session in 0..60_u32 {
            let volatility = ewma.update(100.0 + f64::from(session % 5));
            let annual = ewma.variance().map(|variance| (252.0 * variance).sqrt());
            assert_eq!((volatility, annual.is_some()), (annual, session >= 20), "{session}");
        }
    }
}
