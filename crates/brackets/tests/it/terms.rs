//! One YAML document that says how orders are filled and paid for, read as the app reads its
//! configuration.

use figment::Figment;
use figment::providers::{Format as _, Serialized, Yaml};
use tradebot_brackets::cost::{Commission, Conversion, CostSchedule, Liquidity, Participation};
use tradebot_brackets::settlement::Banks;
use tradebot_brackets::{CostModel, ExecutionTerms};
use tradebot_domain::{Currency, Moment};

fn read(yaml: &str) -> Result<ExecutionTerms, Box<figment::Error>> {
    let defaults = Figment::from(Serialized::defaults(ExecutionTerms::default()));
    defaults.merge(Yaml::string(yaml)).extract().map_err(Box::new)
}

const CANADIAN: &str = r"
costs:
  half_spread_bps: 3
  slippage_bps: 4.5
  commission:
    rows:
      - terms: {per_share: {rate: 0.01, min: 4.95, max: 9.95}}
      - from: 2025-02-01
        terms: {per_order: {fee: 0}}
  impact: {}
  venues:
    rows:
      - terms:
          - {venue: TSX, removing_per_share: 0.0008}
          - {venue: TSX, price_from: 1, removing_per_share: 0.0035}
          - {venue: EDGA, adding_per_share: 0.004, removing_per_share: 0}
    known_through: 2026-12-31
  conversion: {account: CAD}
participation: {max_share: 0.02}
financing:
  borrow_rate: 0.004
  borrow_rates: {GME: 0.35}
  margin_rates:
    CAD: {rows: [{from: 2020-01-01, terms: 0.06}]}
settlement:
  cycles: {rows: [{from: 2017-09-05, terms: 2}, {from: 2024-05-27, terms: 1}]}
  banks: canada
";

#[test]
fn a_document_of_terms_is_read_with_its_defaults() {
    let terms = read(CANADIAN).unwrap();
    terms.validate().unwrap();
    let date = |text: &str| text.parse::<Moment>().unwrap();
    let costs = &terms.costs;
    assert_eq!(
        costs.commission.on(date("2025-02-01").date()),
        Ok(&Commission::PerOrder { fee: 0.0 })
    );
    let before = Commission::PerShare { rate: 0.01, min: 4.95, max: Some(9.95) };
    assert_eq!(costs.commission.on(date("2025-01-31").date()), Ok(&before));
    assert_eq!(costs.impact.unwrap().coefficient, 1.0);
    assert_eq!(costs.conversion, Some(Conversion::refused(Currency::Cad)));
    assert_eq!(costs.venues.as_ref().unwrap().known_through, Some(date("2026-12-31").date()));
    assert_eq!(terms.participation, Some(Participation { max_share: 0.02, sessions: 20 }));
    assert_eq!(terms.settlement.as_ref().unwrap().banks, Banks::Canada);
    assert_eq!(Liquidity::Adding, serde_json::from_str("\"adding\"").unwrap());
    let text = serde_json::to_string(&terms).unwrap();
    assert_eq!(serde_json::from_str::<ExecutionTerms>(&text).unwrap(), terms);
}

#[test]
fn an_empty_document_is_what_the_program_did_before_it_had_one() {
    let terms = read("{}").unwrap();
    assert_eq!(terms, ExecutionTerms::default());
    assert_eq!(terms.costs, CostSchedule::from(CostModel::default()));
    assert_eq!((terms.participation, &terms.settlement), (None, &None));
    let read = serde_json::from_str::<ExecutionTerms>("{}").unwrap();
    assert_eq!(read, ExecutionTerms::default());
}

#[test]
fn a_key_that_no_one_knows_is_refused_at_every_depth() {
    for yaml in [
        "cost: {}",
        "costs: {spread: 1}",
        "costs: {commission: {rows: [{terms: {per_share: {rate: 1, least: 2}}}]}}",
        "costs: {commission: {rows: [{terms: {per_trade: {fee: 1}}}]}}",
        "costs: {impact: {y: 1}}",
        "costs: {venues: {rows: [{terms: [{venue: A, removing_per_share: 0, rebate: 1}]}]}}",
        "participation: {max_share: 0.1, days: 20}",
        "financing: {margin: {}}",
        "settlement: {cycles: {rows: []}, banks: ignored, holidays: []}",
        "settlement: {cycles: {rows: []}, banks: french}",
    ] {
        assert!(read(yaml).is_err(), "{yaml}");
    }
}

#[test]
fn a_value_outside_its_range_is_refused_with_its_place_and_what_is_allowed() {
    for (yaml, told) in [
        ("costs: {half_spread_bps: 1001}", "costs.half_spread_bps: 1001 is not from 0 to 1000"),
        (
            "costs: {commission: {rows: [{terms: {percent: {percent: 0.1, min: 2, max: 1}}}]}}",
            "costs.commission.rows[0].terms.max: 1 is not at least 2",
        ),
        (
            "costs: {venues: {rows: [{terms: [{venue: A, removing_per_share: 1}]}]}}",
            "costs.venues.rows[0].terms[0].removing_per_share: 1 is not from -0.1 to 0.1",
        ),
        (
            "participation: {max_share: 0}",
            "participation.max_share: 0 is not above 0 and at most 1",
        ),
        (
            "financing: {margin_rates: {USD: {rows: [{terms: 2}]}}}",
            "financing.margin_rates.USD.rows[0].terms.rate: 2 is not from 0 to 1",
        ),
        (
            "settlement: {cycles: {rows: [{terms: 9}]}, banks: ignored}",
            "settlement.cycles.rows[0].terms.days: 9 is not from 0 to 5",
        ),
    ] {
        assert_eq!(read(yaml).unwrap().validate().unwrap_err().to_string(), told);
    }
}
