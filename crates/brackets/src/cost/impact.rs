//! What an order moves the price against itself.

use serde::{Deserialize, Serialize};

use super::config::{ConfigError, in_range};

/// Square-root law of market impact: an order of Q shares worth N costs N Y sigma sqrt(Q / ADV).
///
/// **Source:** B. Toth and others, Anomalous price impact and the critical nature of liquidity in
/// financial markets, Physical Review X 1 (2011); Y. Sato and K. Kanazawa, Does the square-root
/// price impact law hold universally? (2024), who find an exponent of 0.49 over all of Tokyo.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Impact {
    /// Y, 0 to 5; the literature finds 0.5 to 1.
    #[serde(default = "one")]
    pub coefficient: f64,
}

/// The market that an order meets, from sessions that were over when it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Market {
    /// Shares traded per session, in current share units, > 0: the median that
    /// [`crate::cost::Participation`] caps by, say.
    pub adv_shares: f64,
    /// Standard deviation of daily returns, a fraction, >= 0.
    pub sigma_daily: f64,
}

/// A market that no impact can be computed for.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("market: {what} of {value} is not finite and {least}")]
pub struct MarketError {
    /// The field.
    pub what: &'static str,
    /// The value found.
    pub value: f64,
    /// `above 0` or `at least 0`.
    pub least: &'static str,
}

const fn one() -> f64 {
    1.0
}

impl Default for Impact {
    /// Y = 1: the dear end of what was measured.
    fn default() -> Self {
        Self { coefficient: one() }
    }
}

impl Impact {
    /// Impact as a fraction of the order's value: Y sigma sqrt(Q / ADV).
    ///
    /// - **shares:** Q >= 0.
    ///
    /// # Errors
    /// [`MarketError`] when the market's figures are not finite, or no one trades there.
    pub fn fraction(&self, shares: f64, market: &Market) -> Result<f64, MarketError> {
        let Market { adv_shares: adv, sigma_daily: sigma } = *market;
        if !(adv.is_finite() && adv > 0.0) {
            return Err(MarketError { what: "volume", value: adv, least: "above 0" });
        }
        if !(sigma.is_finite() && sigma >= 0.0) {
            return Err(MarketError { what: "volatility", value: sigma, least: "at least 0" });
        }
        Ok(self.coefficient * sigma * (shares / adv).sqrt())
    }

    pub(crate) fn validate(self) -> Result<(), ConfigError> {
        in_range("coefficient", self.coefficient, (0.0, 5.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MARKET: Market = Market { adv_shares: 2e6, sigma_daily: 0.03 };

    #[test]
    fn four_times_the_shares_move_the_price_twice_as_far() {
        let fraction = |shares| Impact::default().fraction(shares, &MARKET).unwrap();
        assert!((fraction(50_000.0) - 0.03 * 0.025_f64.sqrt()).abs() < 1e-15);
        assert!((fraction(200_000.0) / fraction(50_000.0) - 2.0).abs() < 1e-12);
        assert_eq!(fraction(0.0), 0.0);
    }

    #[test]
    fn a_market_without_volume_or_volatility_gives_no_figure() {
        for adv_shares in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let dead = Market { adv_shares, ..MARKET };
            assert_eq!(Impact::default().fraction(1.0, &dead).unwrap_err().what, "volume");
        }
        for sigma_daily in [-0.01, f64::NAN] {
            let wild = Market { sigma_daily, ..MARKET };
            assert_eq!(Impact::default().fraction(1.0, &wild).unwrap_err().what, "volatility");
        }
    }

    proptest! {
        #[test]
        fn a_larger_order_never_has_less_impact(a in 0.0_f64..1e6, more in 0.0_f64..1e6) {
            let fraction = |shares| Impact::default().fraction(shares, &MARKET).unwrap();
            prop_assert!(fraction(a) <= fraction(a + more));
        }
    }
}
