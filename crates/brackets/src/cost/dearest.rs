//! A flat model that is never cheaper than a schedule: what sizes are judged by.

use super::commission::Commission;
use super::fill::{CostRefusal, Fill};
use super::regulatory::RegulatoryFees;
use super::schedule::not_known;
use super::venue::{self, Liquidity};
use super::{CostModel, CostSchedule};

/// What a sale's fees may gain when each of the two is charged in whole cents, currency.
const WHOLE_CENTS: f64 = 0.02;

impl CostSchedule {
    /// The flat model that no order like `largest`, of as many shares or fewer, is charged more
    /// than: its rate per share times the shares, plus its minimum, plus its basis points.
    ///
    /// - **largest:** the largest order in question, at the highest price in question. Impact and
    ///   the dearest venue are those of `largest`; fees on sales count on both sides, and so does a
    ///   conversion where `largest` converts.
    /// - **Commission:** a flat fee or a minimum becomes the model's minimum, which counts in full
    ///   beside the rate per share; a ceiling is not counted on.
    ///
    /// # Errors
    /// As [`CostSchedule::breakdown`]: what has no price tag has no dearest one either.
    pub fn dearest(&self, largest: &Fill<'_>) -> Result<CostModel, CostRefusal> {
        // Whatever cannot be priced is refused here, conversions included.
        let priced = self.breakdown(largest)?;
        let terms = self.commission.on(largest.session).map_err(not_known("commission"))?;
        let (mut per_share, mut least, mut bps) = match *terms {
            Commission::PerShare { rate, min, .. } => (rate, min, 0.0),
            Commission::PerOrder { fee } => (0.0, fee, 0.0),
            Commission::Percent { percent, min, .. } => (0.0, min, percent * 100.0),
        };
        if let Some(table) = &self.venues {
            let fees = table.on(largest.session).map_err(not_known("venue fees"))?;
            let price = largest.price.to_f64();
            let at = |liquidity| venue::per_share(fees, largest.venue, price, liquidity);
            let sides = [at(Liquidity::Removing), at(Liquidity::Adding)];
            per_share += sides.into_iter().flatten().fold(0.0, f64::max);
        }
        if let Some(fees) = &self.regulatory {
            let (rate, each, whole) = of_sales(fees, largest)?;
            bps += rate;
            per_share += each;
            least += whole;
        }
        let found = priced.bps();
        Ok(CostModel {
            commission_per_share: per_share,
            commission_min: least,
            half_spread_bps: self.half_spread_bps + bps + found.conversion,
            slippage_bps: self.slippage_bps + found.impact,
        })
    }
}

/// Fees on sales: basis points, currency per share, and what rounding up may add.
fn of_sales(fees: &RegulatoryFees, fill: &Fill<'_>) -> Result<(f64, f64, f64), CostRefusal> {
    let not_known = not_known("regulatory fees");
    let rate = fees.section_31_per_million.on(fill.session).map_err(&not_known)?;
    let activity = fees.trading_activity.on(fill.session).map_err(&not_known)?;
    let whole = if fees.cents_rounded_up { WHOLE_CENTS } else { 0.0 };
    Ok((rate / 100.0, activity.per_share, whole))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tradebot_domain::{Currency, Date, Decimal, Price, Shares};

    use super::*;
    use crate::ExitKind;
    use crate::cost::{Conversion, Impact, Market, Table, VenueFee};

    fn day() -> Date {
        "2024-06-03".parse().unwrap()
    }

    fn fee(price_from: f64, removing: f64) -> VenueFee {
        let venue = "ARCA".to_owned();
        VenueFee { venue, price_from, adding_per_share: 0.0, removing_per_share: removing }
    }

    fn schedules() -> impl Strategy<Value = CostSchedule> {
        let commission = prop_oneof![
            (0.0_f64..0.05, 0.0_f64..10.0).prop_map(|(rate, min)| Commission::PerShare {
                rate,
                min,
                max: Some(min + 5.0)
            }),
            (0.0_f64..10.0).prop_map(|fee| Commission::PerOrder { fee }),
            (0.0_f64..1.0, 0.0_f64..5.0).prop_map(|(percent, min)| Commission::Percent {
                percent,
                min,
                max: None
            }),
        ];
        (commission, 0.0_f64..2.0, 0.0_f64..0.01, any::<[bool; 4]>()).prop_map(
            |(commission, coefficient, removing, [impact, venue, fees, cents])| CostSchedule {
                commission: Table::always(commission),
                impact: impact.then_some(Impact { coefficient }),
                venues: venue.then(|| Table::always(vec![fee(0.0, removing)])),
                regulatory: fees.then(|| RegulatoryFees {
                    cents_rounded_up: cents,
                    ..RegulatoryFees::published()
                }),
                conversion: Some(Conversion {
                    per_trade: true,
                    ..Conversion::refused(Currency::Cad)
                }),
                ..CostSchedule::default()
            },
        )
    }

    proptest! {
        #[test]
        fn no_order_up_to_the_largest_is_charged_more(
            schedule in schedules(), largest in 1_u64..100_000, part in 0_u64..=100,
            cents in 100_i64..50_000, below in 0.0_f64..0.5, converts in any::<bool>(),
        ) {
            let market = Market { adv_shares: 1e6, sigma_daily: 0.02 };
            let price = Price::new(Decimal::new(cents, 2)).unwrap();
            let of = |shares: u64, price: Price| {
                let fill = Fill::buy(day(), price, Shares(shares)).in_market(market);
                if converts { fill.converted() } else { fill }
            };
            let model = schedule.dearest(&of(largest, price)).unwrap();
            let shares = (largest * part / 100).max(1);
            let paid = |fill: &Fill<'_>| schedule.breakdown(fill).unwrap().money().total().to_f64();
            let entry = shares as f64 * model.entry_per_share(price.to_f64()) + model.commission_min;
            prop_assert!(paid(&of(shares, price)) <= entry + 0.001);
            // A sale at the stop, below.
            let low = Price::new(price.decimal() * Decimal::try_from(1.0 - below).unwrap()).unwrap();
            let sale = Fill::sell(day(), low, Shares(shares), ExitKind::Stop).in_market(market);
            let sale = if converts { sale.converted() } else { sale };
            let exit = shares as f64 * model.exit_per_share(low.to_f64(), ExitKind::Stop);
            prop_assert!(paid(&sale) <= exit + model.commission_min + 0.001);
        }
    }

    #[test]
    fn the_default_schedule_is_its_own_dearest() {
        let price = Price::new(Decimal::from(40)).unwrap();
        let model = CostSchedule::default().dearest(&Fill::buy(day(), price, Shares(9))).unwrap();
        assert_eq!(model, CostModel::default());
    }

    #[test]
    fn a_conversion_that_is_not_meant_has_no_price_tag() {
        let conversion = Some(Conversion::refused(Currency::Cad));
        let schedule = CostSchedule { conversion, ..CostSchedule::default() };
        let price = Price::new(Decimal::from(40)).unwrap();
        let refused = schedule.dearest(&Fill::buy(day(), price, Shares(9)).converted());
        assert!(matches!(refused, Err(CostRefusal::ConversionRefused { .. })));
    }
}
