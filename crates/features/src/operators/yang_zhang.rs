//! Volatility from ranges and gaps.

use tradebot_domain::Bar;

use super::ewma::SESSIONS_PER_YEAR;
use super::has_prices;
use super::moments::RollingMoments;
use super::range_volatility::rogers_satchell;
use super::sum::RollingSum;
use crate::parameter::{ParameterError, in_range};
use crate::period::Period;

/// Yang and Zhang's volatility of the last n bars, gaps between sessions included, whatever the
/// drift; first with bar n + 1.
///
/// Variance = that of ln(O / C before) + k that of ln(C / O) + (1 - k) the mean of
/// [`RogersSatchell`](super::RogersSatchell), with k = 0.34 / (1.34 + (n + 1) / (n - 1)). The first
/// two are sample variances (denominator n - 1).
///
/// **Units:** annualised, a fraction per square root of a year (0.16 = 16 %).
///
/// **Source:** Yang and Zhang, *Journal of Business* 73, 2000.
#[derive(Debug, Clone)]
pub struct YangZhang {
    close_before: Option<f64>,
    night: RollingMoments,
    day: RollingMoments,
    within: RollingSum,
    /// The k of the formula.
    weight: f64,
}

impl YangZhang {
    /// Over `period` bars.
    ///
    /// # Errors
    /// [`ParameterError`] for a period of 1, which has no sample variance.
    pub fn new(period: Period) -> Result<Self, ParameterError> {
        let n = in_range("period", period.to_f64(), 2.0, Period::MAX as f64)?;
        Ok(Self {
            close_before: None,
            night: RollingMoments::new(period),
            day: RollingMoments::new(period),
            within: RollingSum::new(period),
            weight: 0.34 / (1.34 + (n + 1.0) / (n - 1.0)),
        })
    }

    /// Takes the next bar.
    pub fn update(&mut self, bar: &Bar) -> Option<f64> {
        if !has_prices(bar) {
            return None;
        }
        let before = self.close_before.replace(bar.close)?;
        let night = self.night.update((bar.open / before).ln());
        let day = self.day.update((bar.close / bar.open).ln());
        let within = self.within.update_mean(rogers_satchell(bar));
        let [night, day] = [night?, day?].map(|moments| moments.sample_variance());
        let variance = night + self.weight * day + (1.0 - self.weight) * within?;
        Some((SESSIONS_PER_YEAR * variance.max(0.0)).sqrt())
    }

    /// Bars without an answer: n.
    pub const fn warm_up(&self) -> usize {
        self.within.warm_up() + 1
    }

    /// Settled with the first answer: bar n + 1.
    pub const fn settling(&self) -> usize {
        self.warm_up() + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bar_is_refused_and_two_are_not() {
        let error = YangZhang::new(Period::of::<1>()).unwrap_err();
        assert_eq!(error.to_string(), "period is 1, not in 2..=10000");
        assert_eq!(YangZhang::new(Period::of::<2>()).unwrap().warm_up(), 2);
    }
}
