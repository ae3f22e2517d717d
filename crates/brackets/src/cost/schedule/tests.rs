//! Tests of the module `schedule`.

use super::*;
use crate::cost::CostBreakdown;
use crate::cost::breakdown::CostKind;
use crate::cost::impact::Market;
use crate::cost::table::Row;
use crate::exit::ExitKind;
use proptest::prelude::*;
use tradebot_domain::{Currency, Price};

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn price(text: &str) -> Price {
    Price::new(text.parse().unwrap()).unwrap()
}

fn money(text: &str) -> Money {
    Money(text.parse().unwrap())
}

fn day() -> Date {
    date("2024-06-03")
}

fn buy(at: &str, shares: u64) -> Fill<'static> {
    Fill::buy(day(), price(at), Shares(shares))
}

fn sell(at: &str, shares: u64, reason: ExitKind) -> Fill<'static> {
    Fill::sell(day(), price(at), Shares(shares), reason)
}

/// Every kind of cost on.
fn full() -> CostSchedule {
    let venue = |name: &str, adding, removing| VenueFee {
        venue: name.to_owned(),
        price_from: 0.0,
        adding_per_share: adding,
        removing_per_share: removing,
    };
    let fees = vec![venue("INET", -0.001, 0.003), venue("ARCA", 0.0, 0.004)];
    CostSchedule {
        commission: Table::always(Commission::PerShare { rate: 0.01, min: 4.95, max: Some(9.95) }),
        half_spread_bps: 1.0,
        slippage_bps: 2.0,
        impact: Some(Impact::default()),
        venues: Some(Table::always(fees)),
        regulatory: Some(RegulatoryFees::published()),
        conversion: Some(Conversion { per_trade: true, ..Conversion::refused(Currency::Cad) }),
    }
}

const MARKET: Market = Market { adv_shares: 1e6, sigma_daily: 0.02 };

#[test]
fn every_kind_of_cost_of_a_sale_by_hand() {
    let fill = sell("50", 400, ExitKind::Stop).at("INET").in_market(MARKET).converted();
    let breakdown = full().breakdown(&fill).unwrap();
    assert_eq!(breakdown.notional, money("20000"));
    let found = breakdown.money();
    let wanted = Kinds {
        commission: money("4.95"),
        venue: money("1.2"),
        // 20,000 at 27.80 a million, 400 at .000166.
        regulatory: money("0.6224"),
        spread: money("2"),
        slippage: money("4"),
        // 20,000 x .02 x sqrt(400 / 1,000,000).
        impact: money("8"),
        conversion: money("300"),
    };
    assert_eq!(found, wanted);
    assert_eq!(found.total(), money("320.7724"));
    assert_eq!(breakdown.cents().total(), money("320.77"));
    assert!((breakdown.bps().total() - 160.3862).abs() < 1e-9);
    assert_eq!(breakdown.bps().conversion, 150.0);
}

#[test]
fn a_purchase_pays_no_fees_on_sales_and_a_resting_sale_no_slippage_and_no_impact() {
    let bought = full().breakdown(&buy("50", 400).in_market(MARKET)).unwrap().money();
    assert_eq!((bought.regulatory, bought.slippage), (Money::ZERO, money("4")));
    assert_eq!(bought.venue, money("1.6"), "not known where: the dearest");
    let resting = sell("50", 400, ExitKind::Target).at("INET");
    let sold = full().breakdown(&resting).unwrap().money();
    assert_eq!((sold.slippage, sold.impact), (Money::ZERO, Money::ZERO));
    assert_eq!((sold.venue, sold.spread), (money("-0.4"), money("2")), "a rebate, and the spread");
}

#[test]
fn the_commission_is_that_of_the_trade_date() {
    let per_share = Commission::PerShare { rate: 0.01, min: 4.95, max: Some(9.95) };
    let row = |from: &str, terms| Row { from: Some(date(from)), terms };
    let rows =
        vec![row("2018-01-01", per_share), row("2025-02-01", Commission::PerOrder { fee: 0.0 })];
    let commission = Table { rows, known_through: None };
    let schedule = CostSchedule { commission, ..CostSchedule::default() };
    let charged = |session: &str| {
        let fill = Fill::buy(date(session), price("50"), Shares(100));
        schedule.breakdown(&fill).map(|b| b.money().commission)
    };
    assert_eq!(charged("2025-01-31"), Ok(money("4.95")));
    assert_eq!(charged("2025-02-01"), Ok(Money::ZERO));
    let refused = charged("2017-12-29").unwrap_err().to_string();
    assert_eq!(
        refused,
        "commission: nothing is known of 2017-12-29; the table begins on 2018-01-01"
    );
}

#[test]
fn a_conversion_per_trade_is_refused_with_its_price_unless_it_is_meant() {
    let conversion = Some(Conversion::refused(Currency::Cad));
    let schedule = CostSchedule { conversion, ..CostSchedule::default() };
    assert!(schedule.breakdown(&buy("450", 100)).is_ok(), "paid from a balance");
    let refused = schedule.breakdown(&buy("450", 100).converted()).unwrap_err();
    let (cost, spread_bps) = (money("675.00"), 150.0);
    assert_eq!(refused, CostRefusal::ConversionRefused { session: day(), cost, spread_bps });
    assert!(refused.to_string().contains("per_trade"), "{refused}");
    let none = CostSchedule::default().breakdown(&buy("450", 100).converted());
    assert_eq!(none, Err(CostRefusal::NoConversion { session: day() }));
    let terms = Conversion::refused(Currency::Cad);
    assert!(terms.is_needed(Currency::Usd) && !terms.is_needed(Currency::Cad));
}

#[test]
fn what_a_fill_needs_and_does_not_bring_is_refused_and_not_free() {
    let blind = full().breakdown(&buy("50", 400));
    assert_eq!(blind, Err(CostRefusal::MarketUnknown { session: day() }));
    let dead = Market { adv_shares: 0.0, ..MARKET };
    let refused = full().breakdown(&buy("50", 400).in_market(dead)).unwrap_err();
    assert!(matches!(refused, CostRefusal::Market(_)), "{refused}");
    let elsewhere = full().breakdown(&buy("50", 400).in_market(MARKET).at("CHIX")).unwrap_err();
    assert_eq!(elsewhere.to_string(), "no fee is known at CHIX for 50 on 2024-06-03");
    let late = Fill::sell(date("2026-03-02"), price("50"), Shares(1), ExitKind::Target);
    let refused = full().breakdown(&late).unwrap_err().to_string();
    assert!(refused.starts_with("regulatory fees: nothing is known of 2026-03-02"), "{refused}");
}

#[test]
fn a_run_is_told_before_it_begins_which_table_does_not_reach_its_dates() {
    let covers = |from, until| full().covers(date(from), date(until));
    assert_eq!(covers("2017-07-04", "2025-12-31"), Ok(()));
    for (from, until) in [("2017-07-03", "2025-12-31"), ("2017-07-04", "2026-01-01")] {
        let refused = covers(from, until).unwrap_err().to_string();
        assert!(refused.starts_with("regulatory fees: nothing is known of"), "{refused}");
    }
    assert_eq!(CostSchedule::default().covers(date("1970-01-01"), date("2100-01-01")), Ok(()));
}

#[test]
fn a_fill_of_nothing_costs_nothing() {
    let breakdown = full().breakdown(&buy("50", 0)).unwrap();
    assert_eq!(breakdown.total(), Money::ZERO);
    assert_eq!(breakdown.bps().total(), 0.0);
}

#[test]
fn a_record_has_charges_spread_and_the_orders_own_doing_in_three_columns() {
    let fill = sell("50", 400, ExitKind::Stop).at("INET").in_market(MARKET);
    let breakdown = full().breakdown(&fill).unwrap();
    let columns = CostBreakdown::from(breakdown);
    let wanted = (money("6.7724"), money("2"), money("12"));
    assert_eq!((columns.commission, columns.spread, columns.slippage), wanted);
    let charged = CostKind::ALL.into_iter().filter(|kind| kind.is_charged());
    let charged: Money = charged.map(|kind| breakdown.money().of(kind)).sum();
    assert_eq!(charged, columns.commission);
    assert_eq!(columns.total(), breakdown.money().total());
}

#[test]
fn a_field_outside_its_range_is_refused_by_its_path() {
    let at = |change: &dyn Fn(&mut CostSchedule)| {
        let mut schedule = full();
        change(&mut schedule);
        schedule.validate().unwrap_err().at
    };
    assert_eq!(full().validate(), Ok(()));
    assert_eq!(CostSchedule::default().validate(), Ok(()));
    assert_eq!(at(&|s| s.half_spread_bps = f64::NAN), "half_spread_bps");
    assert_eq!(at(&|s| s.slippage_bps = -1.0), "slippage_bps");
    assert_eq!(at(&|s| s.impact = Some(Impact { coefficient: 6.0 })), "impact.coefficient");
    let free = Commission::PerOrder { fee: -1.0 };
    assert_eq!(at(&|s| s.commission = Table::always(free)), "commission.rows[0].terms.fee");
    assert_eq!(at(&|s| s.venues = Some(Table::always(vec![]))), "venues.rows[0].terms[]");
    let twice = |s: &mut CostSchedule| {
        let fees = &mut s.venues.as_mut().unwrap().rows[0].terms;
        fees.push(fees[0].clone());
    };
    assert_eq!(at(&twice), "venues.rows[0].terms[2].venue");
    let dear = |s: &mut CostSchedule| s.conversion.as_mut().unwrap().spread_bps = 1_001.0;
    assert_eq!(at(&dear), "conversion.spread_bps");
    let taf = |s: &mut CostSchedule| {
        s.regulatory.as_mut().unwrap().trading_activity.rows[1].terms.per_share = 1.0;
    };
    assert_eq!(at(&taf), "regulatory.trading_activity.rows[1].terms.per_share");
}

#[test]
fn a_flat_schedule_is_its_model_to_the_bit_and_any_other_charges_the_typical_fill_its_cost() {
    let model = CostModel { commission_min: 1.0, ..CostModel::default() };
    assert_eq!(CostSchedule::from(model).flat(&buy("40", 250)), Ok(model));
    let fill = sell("50", 400, ExitKind::Stop).at("ARCA").in_market(MARKET).converted();
    let flat = full().flat(&fill).unwrap();
    assert_eq!(flat.validate(), Ok(()));
    let total = flat.breakdown(fill.price, fill.shares, true).total().to_f64();
    let wanted = full().breakdown(&fill).unwrap().total().to_f64();
    assert!((total - wanted).abs() < 2e-4, "{total} for {wanted}");
}

proptest! {
    #[test]
    fn the_schedule_of_a_model_charges_what_the_model_does_to_the_digit(
        cents in 1_i64..1_000_000, shares in 0_u64..100_000, removes: bool,
        rate in 0.0_f64..0.1, min in 0.0_f64..20.0, spread in 0.0_f64..50.0, slip in 0.0_f64..50.0,
        offset in 0_i64..20_000,
    ) {
        let model = CostModel {
            commission_per_share: rate,
            commission_min: min,
            half_spread_bps: spread,
            slippage_bps: slip,
        };
        let at = Price::new(Decimal::new(cents, 2)).unwrap();
        let session = date("1990-01-01").checked_add(tradebot_domain::Span::new().days(offset));
        let kind = if removes { ExitKind::Stop } else { ExitKind::Target };
        for model in [model, CostModel::default(), CostModel::FREE] {
            let fill = Fill::sell(session.clone().unwrap(), at, Shares(shares), kind);
            let found = CostSchedule::from(model).breakdown(&fill).unwrap();
            let wanted = model.breakdown(at, Shares(shares), removes);
            prop_assert_eq!(CostBreakdown::from(found), wanted);
        }
    }

    #[test]
    fn columns_add_up_and_rounding_moves_a_total_by_less_than_half_a_unit_a_kind(
        cents in 100_i64..100_000, shares in 1_u64..5_000, venue in 0_usize..2,
    ) {
        let at = Price::new(Decimal::new(cents, 2)).unwrap();
        let name = ["INET", "ARCA"][venue];
        let fill = Fill::sell(day(), at, Shares(shares), ExitKind::Time);
        let fill = fill.at(name).in_market(MARKET).converted();
        let breakdown = full().breakdown(&fill).unwrap();
        let (exact, to_cents) = (breakdown.total(), breakdown.cents());
        let listed: Money = to_cents.iter().map(|(_, cost)| cost).sum();
        prop_assert_eq!(listed, to_cents.total());
        prop_assert!((to_cents.total().0 - exact.0).abs() <= Decimal::new(35, 3));
        prop_assert!((breakdown.money().total().0 - exact.0).abs() <= Decimal::new(35, 5));
        let bps = exact.to_f64() / breakdown.notional.to_f64() * 1e4;
        prop_assert!((breakdown.bps().total() - bps).abs() < 1e-9);
    }

    #[test]
    fn more_shares_never_cost_less_in_all(shares in 1_u64..50_000, more in 1_u64..50_000) {
        let cost = |shares| full().breakdown(&buy("50", shares).in_market(MARKET)).unwrap().total();
        prop_assert!(cost(shares) <= cost(shares + more));
    }
}
