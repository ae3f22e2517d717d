//! Costs against reference values.

use serde_json::Value;
use tradebot_brackets::cost::{
    Commission, Conversion, CostSchedule, Fill, Impact, Market, Participation, Table, VenueFee,
    borrow_cost,
};
use tradebot_brackets::{CostModel, ExitKind};
use tradebot_domain::{Currency, Decimal, Moment, Money, Price, Shares};

use crate::reference::FIXTURES;

const TOLERANCE: f64 = 1e-9;

fn vectors() -> Value {
    let text = std::fs::read_to_string(format!("{FIXTURES}/vectors/15_costs.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn number(case: &Value, key: &str) -> f64 {
    case[key].as_f64().unwrap_or_else(|| panic!("{key} of {case}"))
}

fn shares(case: &Value, key: &str) -> Shares {
    Shares(case[key].as_u64().unwrap())
}

fn session() -> Moment {
    "2024-06-03".parse().unwrap()
}

/// The terms of one reference case. Commission and venue fee are given as amounts.
fn schedule(case: &Value) -> CostSchedule {
    let venue = VenueFee {
        venue: "any".to_owned(),
        price_from: 0.0,
        adding_per_share: 0.0,
        removing_per_share: number(case, "ecn") / number(case, "shares"),
    };
    CostSchedule {
        commission: Table::always(Commission::PerOrder { fee: number(case, "commission") }),
        half_spread_bps: number(case, "spread_bps") / 2.0,
        slippage_bps: 0.0,
        impact: Some(Impact { coefficient: number(case, "Y") }),
        venues: Some(Table::always(vec![venue])),
        regulatory: None,
        conversion: Some(Conversion {
            account: Currency::Cad,
            spread_bps: number(case, "fx_rate") * 1e4,
            per_trade: case["fx_on"].as_bool().unwrap(),
        }),
    }
}

fn assert_close(found: f64, case: &Value, key: &str) {
    let wanted = number(case, key);
    assert!((found - wanted).abs() <= TOLERANCE * wanted.abs().max(1.0), "{key}: {found} {wanted}");
}

#[test]
fn every_kind_of_cost_is_the_reference_value_and_so_is_their_sum() {
    let all = vectors();
    let cases = all["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 3);
    for case in cases {
        let schedule = schedule(case);
        schedule.validate().unwrap();
        let price = Price::new(Decimal::try_from(number(case, "price")).unwrap()).unwrap();
        let market = Market {
            adv_shares: number(case, "adv_shares"),
            sigma_daily: number(case, "sigma_daily"),
        };
        let fill = Fill::buy(session().date(), price, shares(case, "shares")).in_market(market);
        let fill = if case["fx_on"].as_bool().unwrap() { fill.converted() } else { fill };
        let breakdown = schedule.breakdown(&fill).unwrap();
        let bps = breakdown.bps();
        let amount = |bps: f64| bps / 1e4 * breakdown.notional.to_f64();
        assert_close(amount(bps.spread), case, "half_spread");
        assert_close(amount(bps.impact), case, "impact");
        assert_close(amount(bps.conversion), case, "fx");
        assert_close(amount(bps.commission), case, "commission");
        assert_close(amount(bps.venue), case, "ecn");
        assert_close(breakdown.total().to_f64(), case, "total");
        assert_close(bps.total(), case, "total_bps");
        // What a record of the fill holds is that to half a unit of each of four decimals.
        let recorded = breakdown.money().total().to_f64();
        assert!((recorded - number(case, "total")).abs() <= 3.5e-4);
    }
}

#[test]
fn borrowing_costs_the_reference_value() {
    let all = vectors();
    for case in all["borrow"].as_array().unwrap() {
        assert_eq!(case["basis"].as_u64(), Some(365));
        let notional = Money(Decimal::from(case["notional"].as_u64().unwrap()));
        let days = u32::try_from(case["days"].as_u64().unwrap()).unwrap();
        let cost = borrow_cost(notional, number(case, "annual_rate"), days);
        assert_close(cost.to_f64(), case, "cost");
    }
}

#[test]
fn orders_above_the_cap_are_filled_as_the_reference_says_and_the_rest_is_cancelled() {
    let all = vectors();
    for case in all["participation_cap"].as_array().unwrap() {
        let cap = Participation { max_share: number(case, "cap"), sessions: 20 };
        let median = cap.median_volume(&[number(case, "adv"); 20]).unwrap();
        let allotment = cap.allot(shares(case, "desired"), median);
        assert_eq!(allotment.filled, shares(case, "filled"));
        assert_eq!(allotment.filled.0 + allotment.cancelled.0, shares(case, "desired").0);
    }
}

/// The switch to dated terms must not move a number: every fill of a sweep over prices, sizes and
/// reasons costs what it did.
#[test]
fn the_default_schedule_charges_what_the_default_model_always_did() {
    let (schedule, model) = (CostSchedule::default(), CostModel::default());
    let mut compared = 0;
    for cents in (1..200_000).step_by(617) {
        for count in [1, 7, 100, 333, 12_345] {
            for reason in [ExitKind::Target, ExitKind::Stop, ExitKind::TargetGap] {
                let price = Price::new(Decimal::new(cents, 2)).unwrap();
                let fill = Fill::sell(session().date(), price, Shares(count), reason);
                let found = schedule.breakdown(&fill).unwrap().into();
                assert_eq!(model.breakdown(price, Shares(count), reason.pays_slippage()), found);
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 325 * 15);
}
