//! What Questrade is known, and assumed, to charge a self-directed account.

use tradebot_domain::{Date, Exchange};

use super::{AccountKind, ExecutionTerms};
use crate::cost::{
    ActivityFee, Commission, CostModel, CostSchedule, Financing, Impact, Participation,
    RegulatoryFees, Row, Table, VenueFee,
};
use crate::settlement::SettlementSchedule;

/// Of the 20-day median volume, what an order may be.
const PARTICIPATION: f64 = 0.05;

impl ExecutionTerms {
    /// Questrade's commission by date, the ECN and ATS fees it passes on, fees on sales, impact
    /// (Y = 1), orders of up to 5 % of the median volume, and a cash account that waits for its
    /// sales to settle. Spread and slippage are those of `costs`.
    ///
    /// - **Commission:** 1 cent a share, 4.95 to 9.95 an order; nothing from 2025-02-01 on.
    /// - **ECN and ATS fees:** for removing liquidity, at the dearest venue, since bars do not say
    ///   which it was: 0.0040 a share in New York; 0.0035 in Toronto, 0.0008 below 1 dollar.
    ///   Adding is free.
    /// - **No conversion:** the account holds the listing's currency. Set `costs.conversion` where
    ///   it does not.
    /// - **`assumed`** says in words what nobody has vouched for; the broker's page of the day
    ///   decides.
    ///
    /// **Source:** Questrade's guide to ECN and ATS fees (2018); its published commissions until
    /// 2025; for fees on sales [`RegulatoryFees::published`].
    pub fn questrade(exchange: Exchange, costs: CostModel) -> Self {
        let us = exchange == Exchange::Xnys;
        let mut settlement = SettlementSchedule::of(exchange);
        if let Some(first) = settlement.cycles.rows.first_mut() {
            first.from = None;
        }
        Self {
            costs: CostSchedule {
                commission: commission(),
                impact: Some(Impact::default()),
                venues: Some(Table::always(venues(exchange))),
                regulatory: us.then(on_all_dates),
                ..CostSchedule::from(costs)
            },
            financing: Financing::default(),
            participation: Some(Participation { max_share: PARTICIPATION, sessions: 20 }),
            settlement: Some(settlement),
            account: AccountKind::Cash,
            exchange,
            exchange_rate: None,
            assumed: assumed(us),
        }
    }
}

fn commission() -> Table<Commission> {
    let old = Commission::PerShare { rate: 0.01, min: 4.95, max: Some(9.95) };
    let free = Row { from: Some(day(2025, 2, 1)), terms: Commission::PerOrder { fee: 0.0 } };
    Table { rows: vec![Row { from: None, terms: old }, free], known_through: None }
}

fn venues(exchange: Exchange) -> Vec<VenueFee> {
    let fee = |venue: &str, price_from: f64, removing_per_share: f64| VenueFee {
        venue: venue.to_owned(),
        price_from,
        adding_per_share: 0.0,
        removing_per_share,
    };
    match exchange {
        Exchange::Xnys => vec![
            fee("INET", 0.0, 0.0030),
            fee("ARCA", 0.0, 0.0040),
            fee("NYSE", 0.0, 0.0040),
            fee("EDGX", 0.0, 0.0040),
        ],
        Exchange::Xtse => vec![fee("TSX", 0.0, 0.0008), fee("TSX", 1.0, 0.0035)],
    }
}

/// The published fees, the first and the last of them carried on.
fn on_all_dates() -> RegulatoryFees {
    fn carried<T>(mut table: Table<T>) -> Table<T> {
        if let Some(first) = table.rows.first_mut() {
            first.from = None;
        }
        Table { known_through: None, ..table }
    }
    let published = RegulatoryFees::published();
    let trading_activity: Table<ActivityFee> = carried(published.trading_activity);
    RegulatoryFees {
        section_31_per_million: carried(published.section_31_per_million),
        trading_activity,
        cents_rounded_up: true,
    }
}

fn assumed(us: bool) -> Vec<String> {
    let mut told = vec![
        "commission: 1 cent a share, 4.95 to 9.95 an order, carried back to the first session; \
         nothing from 2025-02-01 on, by reports of users",
        "ECN and ATS fees: the guide of 2018 on all dates, at its dearest venue; whether they are \
         still charged with free commissions is not known",
        "impact: Y = 1, the dear end of what was measured",
        "settlement: T+3 carried back before 2000",
    ];
    if us {
        told.push("fees on sales: the rates of 2017-07-04 carried back, those of 2025 carried on");
    }
    told.into_iter().map(str::to_owned).collect()
}

fn day(year: i16, month: i8, day: i8) -> Date {
    Date::new(year, month, day).expect("the dates of the tables are dates")
}

#[cfg(test)]
mod tests {
    use tradebot_domain::{Decimal, Money, Price, Shares};

    use super::*;
    use crate::cost::{Fill, Market};
    use crate::{ExecutionTerms, ExitKind};

    fn paid(fill: &Fill<'_>, exchange: Exchange) -> Vec<(&'static str, Money)> {
        let terms = ExecutionTerms::questrade(exchange, CostModel::FREE);
        let costs = terms.costs.breakdown(fill).unwrap();
        costs.money().iter().map(|(kind, money)| (kind.name(), money)).collect()
    }

    fn amount(of: &[(&str, Money)], kind: &str) -> Decimal {
        of.iter().find(|(name, _)| *name == kind).unwrap().1.0.normalize()
    }

    #[test]
    fn terms_are_valid_and_known_on_every_date_of_a_long_run() {
        for exchange in [Exchange::Xnys, Exchange::Xtse] {
            let terms = ExecutionTerms::questrade(exchange, CostModel::default());
            terms.validate().unwrap();
            terms.covers(day(1990, 1, 2), day(2030, 1, 2)).unwrap();
            assert!(!terms.assumed.is_empty() && terms.waits_for_settlement());
        }
    }

    #[test]
    fn commissions_end_in_2025_and_ecn_fees_do_not() {
        let market = Market { adv_shares: 1e6, sigma_daily: 0.01 };
        let price = Price::new(Decimal::from(40)).unwrap();
        let on = |date: Date| {
            let fill = Fill::buy(date, price, Shares(600)).in_market(market);
            paid(&fill, Exchange::Xnys)
        };
        let (before, after) = (on(day(2025, 1, 31)), on(day(2025, 2, 3)));
        assert_eq!(amount(&before, "commission"), Decimal::from(6));
        assert_eq!(amount(&after, "commission"), Decimal::ZERO);
        for paid in [&before, &after] {
            assert_eq!(amount(paid, "venue").to_string(), "2.4");
            assert_eq!(amount(paid, "regulatory"), Decimal::ZERO, "a purchase");
            // 24,000 x 0.01 x sqrt(600 / 1,000,000)
            assert_eq!(amount(paid, "impact").to_string(), "5.8788");
        }
    }

    #[test]
    fn a_sale_in_new_york_pays_both_fees_in_whole_cents_and_one_in_toronto_none() {
        let market = Market { adv_shares: 1e6, sigma_daily: 0.01 };
        let price = Price::new(Decimal::from(40)).unwrap();
        let date = day(2024, 6, 3);
        let sale = Fill::sell(date, price, Shares(600), ExitKind::Target).in_market(market);
        // 24,000 at 27.80 a million is 0.6672; 600 at 0.000166 are 0.0996.
        assert_eq!(amount(&paid(&sale, Exchange::Xnys), "regulatory").to_string(), "0.77");
        let toronto = paid(&sale, Exchange::Xtse);
        assert_eq!(amount(&toronto, "regulatory"), Decimal::ZERO);
        assert_eq!(amount(&toronto, "venue"), Decimal::ZERO, "a resting target adds");
    }
}
