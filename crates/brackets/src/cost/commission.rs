//! What a broker charges for an order.

use serde::{Deserialize, Serialize};
use tradebot_domain::Decimal;

use super::config::{ConfigError, in_order, in_range};
use super::exact;

/// Most that a configuration may ask for per share, currency.
const PER_SHARE_MAX: f64 = 1.0;
/// Most that a configuration may ask for per order, currency.
const PER_ORDER_MAX: f64 = 1_000.0;
/// Most that a configuration may ask for of the value, per cent.
const PERCENT_MAX: f64 = 10.0;

/// Commission of one order, currency of the trade.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Commission {
    /// `rate` a share, held between `min` and `max` an order.
    PerShare {
        /// Currency per share, 0 to 1.
        rate: f64,
        /// Least per order, 0 to 1,000.
        #[serde(default)]
        min: f64,
        /// Greatest per order, `min` to 1,000; none: no ceiling.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<f64>,
    },
    /// The same for every order.
    PerOrder {
        /// Currency per order, 0 to 1,000.
        fee: f64,
    },
    /// A share of the value, held between `min` and `max` an order.
    Percent {
        /// Per cent of the value, 0 to 10.
        percent: f64,
        /// Least per order, 0 to 1,000.
        #[serde(default)]
        min: f64,
        /// Greatest per order, `min` to 1,000; none: no ceiling.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<f64>,
    },
}

impl Commission {
    /// Commission of an order of `shares` worth `notional`, not rounded; `shares` above 0.
    pub(crate) fn charge(&self, notional: Decimal, shares: Decimal) -> Decimal {
        let held = |asked: Decimal, min: f64, max: Option<f64>| {
            let asked = asked.max(exact(min));
            max.map_or(asked, |max| asked.min(exact(max)))
        };
        match *self {
            Self::PerShare { rate, min, max } => held(exact(rate) * shares, min, max),
            Self::PerOrder { fee } => exact(fee),
            Self::Percent { percent, min, max } => {
                held(notional * exact(percent) / Decimal::ONE_HUNDRED, min, max)
            }
        }
    }

    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        let bounds = |min: f64, max: Option<f64>| {
            in_range("min", min, (0.0, PER_ORDER_MAX))?;
            in_range("max", max.unwrap_or(0.0), (0.0, PER_ORDER_MAX))?;
            in_order(min, max)
        };
        match *self {
            Self::PerShare { rate, min, max } => {
                in_range("rate", rate, (0.0, PER_SHARE_MAX)).and_then(|()| bounds(min, max))
            }
            Self::PerOrder { fee } => in_range("fee", fee, (0.0, PER_ORDER_MAX)),
            Self::Percent { percent, min, max } => {
                in_range("percent", percent, (0.0, PERCENT_MAX)).and_then(|()| bounds(min, max))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charged(commission: &Commission, notional: i64, shares: i64) -> String {
        let found = commission.charge(Decimal::from(notional), Decimal::from(shares));
        found.normalize().to_string()
    }

    #[test]
    fn a_commission_per_share_has_a_floor_and_a_ceiling_per_order() {
        let old = Commission::PerShare { rate: 0.01, min: 4.95, max: Some(9.95) };
        assert_eq!(charged(&old, 45_000, 100), "4.95");
        assert_eq!(charged(&old, 45_000, 700), "7");
        assert_eq!(charged(&old, 45_000, 5_000), "9.95");
    }

    #[test]
    fn a_commission_per_order_does_not_look_at_the_order_and_one_in_per_cent_does() {
        assert_eq!(charged(&Commission::PerOrder { fee: 9.99 }, 1, 1), "9.99");
        assert_eq!(charged(&Commission::PerOrder { fee: 9.99 }, 1_000_000, 9), "9.99");
        let share = Commission::Percent { percent: 0.1, min: 1.0, max: None };
        assert_eq!(charged(&share, 45_000, 100), "45");
        assert_eq!(charged(&share, 500, 100), "1");
    }

    #[test]
    fn a_commission_outside_its_range_is_refused_by_its_key() {
        let at = |commission: Commission| commission.validate().unwrap_err().at;
        assert_eq!(at(Commission::PerShare { rate: -0.01, min: 0.0, max: None }), "rate");
        assert_eq!(at(Commission::PerShare { rate: 0.01, min: 5.0, max: Some(4.0) }), "max");
        assert_eq!(at(Commission::PerShare { rate: 0.01, min: f64::NAN, max: None }), "min");
        assert_eq!(at(Commission::PerOrder { fee: 1_001.0 }), "fee");
        assert_eq!(at(Commission::Percent { percent: 11.0, min: 0.0, max: None }), "percent");
    }
}
