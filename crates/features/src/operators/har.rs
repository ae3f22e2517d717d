//! Volatility of a day, a week and a month, side by side.

use super::change::LogReturn;
use super::sum::RollingSum;
use crate::period::Period;

/// What stands for the volatility of one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HarMeasure {
    /// The squared log return: unbiased for the variance, but noisy.
    SquaredReturn,
    /// The absolute log return: less swayed by a single large day.
    AbsoluteReturn,
}

impl HarMeasure {
    fn of(self, log_return: f64) -> f64 {
        match self {
            Self::SquaredReturn => log_return * log_return,
            Self::AbsoluteReturn => log_return.abs(),
        }
    }
}

/// The regressors of the heterogeneous autoregressive model (HAR): the measure of the last session
/// and its means over the last week and month, both of which include that session.
///
/// First with the close after the longest window.
///
/// **Source:** Corsi, *Journal of Financial Econometrics* 7, 2009, with daily returns in the place
/// of realised volatility.
#[derive(Debug, Clone)]
pub struct Har {
    measure: HarMeasure,
    returns: LogReturn,
    week: RollingSum,
    month: RollingSum,
}

/// What [`Har`] says of a session; per session, not annualised.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HarReading {
    /// The measure of the session.
    pub daily: f64,
    /// Its mean over the week that ends with the session.
    pub weekly: f64,
    /// Its mean over the month that ends with the session.
    pub monthly: f64,
}

impl Har {
    /// With Corsi's horizons: a week of 5 and a month of 22 sessions.
    pub fn new(measure: HarMeasure) -> Self {
        Self::with_horizons(measure, Period::of::<5>(), Period::of::<22>())
    }

    /// With a week and a month of one's own.
    pub fn with_horizons(measure: HarMeasure, week: Period, month: Period) -> Self {
        let returns = LogReturn::new(Period::of::<1>());
        Self { measure, returns, week: RollingSum::new(week), month: RollingSum::new(month) }
    }

    /// Takes the next close, which must be above zero.
    pub fn update(&mut self, close: f64) -> Option<HarReading> {
        let daily = self.measure.of(self.returns.update(close)?);
        let (weekly, monthly) = (self.week.update_mean(daily), self.month.update_mean(daily));
        Some(HarReading { daily, weekly: weekly?, monthly: monthly? })
    }

    /// Closes without an answer: the longer of week and month.
    pub fn warm_up(&self) -> usize {
        self.returns.warm_up() + self.week.warm_up().max(self.month.warm_up())
    }

    /// Settled with the first answer.
    pub fn settling(&self) -> usize {
        self.warm_up() + 1
    }
}
