//! Volatility from the range of each bar, without the gaps between bars.
//!
//! A bar's high and low say more of its day than two closes do: at the same number of bars these
//! estimators scatter several times less. They assume a price that diffuses all day; trades that
//! are few and far between make the range, and the estimate, too small. The gap between sessions is
//! not in them; [`YangZhang`](super::YangZhang) has it.
//!
//! - **Units:** annualised, a fraction per square root of a year (0.16 = 16 %).
//! - **Edges:** a close outside high and low can make a variance negative; it counts as zero.

use std::f64::consts::LN_2;

use tradebot_domain::Bar;

use super::ewma::SESSIONS_PER_YEAR;
use super::has_prices;
use super::sum::RollingSum;
use crate::period::Period;

/// ln(H / L) of a bar with usable prices.
fn log_range(bar: &Bar) -> f64 {
    (bar.high / bar.low).ln()
}

/// Parkinson's variance of one bar: ln(H / L)^2 / (4 ln 2).
fn parkinson(bar: &Bar) -> f64 {
    let range = log_range(bar);
    range * range / (4.0 * LN_2)
}

/// Garman and Klass's: ln(H / L)^2 / 2 - (2 ln 2 - 1) ln(C / O)^2.
fn garman_klass(bar: &Bar) -> f64 {
    let (range, change) = (log_range(bar), (bar.close / bar.open).ln());
    0.5 * range * range - (2.0 * LN_2 - 1.0) * change * change
}

/// Rogers and Satchell's: ln(H / O) ln(H / C) + ln(L / O) ln(L / C).
pub(super) fn rogers_satchell(bar: &Bar) -> f64 {
    let (up, down) = ((bar.high / bar.open).ln(), (bar.low / bar.open).ln());
    up * (bar.high / bar.close).ln() + down * (bar.low / bar.close).ln()
}

/// Root of the annualised mean of a bar's variance.
fn volatility(mean: &mut RollingSum, bar: &Bar, variance: fn(&Bar) -> f64) -> Option<f64> {
    if !has_prices(bar) {
        return None;
    }
    mean.update_mean(variance(bar)).map(|mean| (SESSIONS_PER_YEAR * mean.max(0.0)).sqrt())
}

/// The operators of this page differ in one formula.
macro_rules! estimators {
    ($($(#[$doc:meta])+ $name:ident, $variance:path;)+) => {$(
        $(#[$doc])+
        #[derive(Debug, Clone)]
        pub struct $name {
            mean: RollingSum,
        }

        impl $name {
            /// Over `period` bars.
            pub fn new(period: Period) -> Self {
                Self { mean: RollingSum::new(period) }
            }

            /// Takes the next bar.
            pub fn update(&mut self, bar: &Bar) -> Option<f64> {
                volatility(&mut self.mean, bar, $variance)
            }

            /// Bars without an answer: n - 1.
            pub const fn warm_up(&self) -> usize {
                self.mean.warm_up()
            }

            /// Settled with the first answer: bar n.
            pub const fn settling(&self) -> usize {
                self.mean.settling()
            }
        }
    )+};
}

estimators! {
    /// Parkinson's volatility, from high and low, first with bar n: the root of the mean of
    /// ln(H / L)^2 / (4 ln 2). Assumes no drift within the day.
    ///
    /// **Source:** Parkinson, *Journal of Business* 53, 1980.
    Parkinson, parkinson;

    /// Garman and Klass's volatility, from all four prices, first with bar n: the root of the mean
    /// of ln(H / L)^2 / 2 - (2 ln 2 - 1) ln(C / O)^2. Assumes no drift within the day.
    ///
    /// **Source:** Garman and Klass, *Journal of Business* 53, 1980, the practical estimator.
    GarmanKlass, garman_klass;

    /// Rogers and Satchell's volatility, from all four prices, first with bar n: the root of the
    /// mean of ln(H / O) ln(H / C) + ln(L / O) ln(L / C). Right whatever the drift.
    ///
    /// **Source:** Rogers and Satchell, *Annals of Applied Probability* 1, 1991.
    RogersSatchell, rogers_satchell;
}

#[cfg(test)]
mod tests {
    use tradebot_domain::Date;

    use super::*;

    fn bar(open: f64, high: f64, low: f64, close: f64) -> Bar {
        Bar { date: Date::constant(2014, 1, 3).into(), open, high, low, close, volume: 1.0 }
    }

    #[test]
    fn a_close_outside_its_range_makes_no_volatility_that_is_not_a_number() {
        let odd = bar(100.0, 101.0, 100.0, 150.0);
        assert_eq!(GarmanKlass::new(Period::of::<1>()).update(&odd), Some(0.0));
        assert_eq!(RogersSatchell::new(Period::of::<1>()).update(&odd), Some(0.0));
    }

    #[test]
    fn a_day_that_only_rises_is_all_drift_to_rogers_and_satchell() {
        let rise = bar(100.0, 110.0, 100.0, 110.0);
        assert_eq!(RogersSatchell::new(Period::of::<1>()).update(&rise), Some(0.0));
        let parkinson = Parkinson::new(Period::of::<1>()).update(&rise).unwrap();
        let expected = 252.0_f64.sqrt() * 1.1_f64.ln() / (4.0 * LN_2).sqrt();
        assert!((parkinson - expected).abs() < 1e-12, "{parkinson}");
    }
}
