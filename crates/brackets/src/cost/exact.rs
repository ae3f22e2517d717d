//! A cost model whose rates are decimals already.

use tradebot_domain::{Decimal, Money, Price, Shares};

use super::{CostBreakdown, CostModel, exact, rounded};

/// The same costs as [`CostModel::breakdown`], without turning rates into decimals each time: for
/// whoever charges many orders.
///
/// Amounts are equal; one may be written with more zeros at its end than the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExactCosts {
    per_share: Decimal,
    minimum: Decimal,
    /// Of the notional.
    half_spread: Decimal,
    /// Of the notional.
    slippage: Decimal,
}

impl ExactCosts {
    /// The rates of `costs`; what is no rate counts as [`super::DEAREST`].
    pub fn new(costs: &CostModel) -> Self {
        let of_notional = |points: f64| (exact(points) / Decimal::from(10_000)).normalize();
        Self {
            per_share: exact(costs.commission_per_share).normalize(),
            minimum: exact(costs.commission_min).normalize(),
            half_spread: of_notional(costs.half_spread_bps),
            slippage: of_notional(costs.slippage_bps),
        }
    }

    /// The exact costs of one order executed in full.
    pub fn breakdown(&self, price: Price, shares: Shares, pays_slippage: bool) -> CostBreakdown {
        if shares == Shares::ZERO {
            return CostBreakdown::default();
        }
        let notional = price.times(shares);
        let part = |rate: Decimal| rounded(notional.at_rate(rate).0);
        let per_share = Money(Decimal::from(shares.0)).at_rate(self.per_share).0;
        // Most models leave a rate at nothing.
        let commission =
            if self.minimum.is_zero() { per_share } else { per_share.max(self.minimum) };
        CostBreakdown {
            commission: rounded(commission),
            spread: part(self.half_spread),
            slippage: if pays_slippage { part(self.slippage) } else { Money::ZERO },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn amounts_are_those_of_the_model(
            units in 1_i64..2_000_000_000, shares in 0_u64..1_000_000,
            rates in (0_u32..1_000, 0_u32..500, 0_u32..4_000, 0_u32..4_000), slips in any::<bool>(),
        ) {
            let costs = CostModel {
                commission_per_share: f64::from(rates.0) / 10_000.0,
                commission_min: f64::from(rates.1) / 100.0,
                half_spread_bps: f64::from(rates.2) / 100.0,
                slippage_bps: f64::from(rates.3) / 100.0,
            };
            let price = Price::new(Decimal::new(units, 4)).unwrap();
            prop_assert_eq!(
                ExactCosts::new(&costs).breakdown(price, Shares(shares), slips),
                costs.breakdown(price, Shares(shares), slips)
            );
        }
    }
}
