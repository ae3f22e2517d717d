//! Tests of the module `cost`.

use super::*;
use proptest::prelude::*;

fn price(text: &str) -> Price {
    Price::new(text.parse().unwrap()).unwrap()
}

fn money(text: &str) -> Money {
    Money(text.parse().unwrap())
}

#[test]
fn costs_of_an_order_are_commission_half_spread_and_slippage_of_its_notional() {
    let costs = CostModel::default().breakdown(price("40.00"), Shares(250), true);
    assert_eq!(costs.commission, money("0.875"));
    assert_eq!(costs.spread, money("4"));
    assert_eq!(costs.slippage, money("5"));
    assert_eq!(costs.total(), money("9.875"));
}

#[test]
fn a_resting_target_pays_no_slippage_and_every_other_exit_does() {
    use ExitKind::{EndOfData, Stop, StopGap, Target, TargetGap, Time};
    let model = CostModel::default();
    for kind in [Stop, StopGap, TargetGap, Time, EndOfData] {
        assert_eq!(model.exit_per_share(40.0, kind), model.entry_per_share(40.0), "{kind:?}");
    }
    let saved = model.entry_per_share(40.0) - model.exit_per_share(40.0, Target);
    assert!((saved - 0.02).abs() < 1e-12, "5 bp of 40 dollars, found {saved}");
}

#[test]
fn the_least_commission_counts_per_order_and_not_for_no_shares() {
    let model = CostModel { commission_min: 4.95, ..CostModel::default() };
    let commission = |shares| model.breakdown(price("40"), Shares(shares), true).commission;
    assert_eq!(commission(0), Money::ZERO);
    assert_eq!(commission(10), money("4.95"));
    assert_eq!(commission(2_000), money("7"));
}

#[test]
fn a_broken_rate_is_refused_and_never_cheap() {
    for bad in [f64::NAN, -1.0, f64::INFINITY] {
        let model = CostModel { half_spread_bps: bad, ..CostModel::default() };
        assert!(model.validate().is_err(), "{bad}");
        let charged = model.breakdown(price("40"), Shares(1), true).spread;
        assert_eq!(charged, money("40"), "{bad}: the whole price");
    }
    assert_eq!(CostModel::default().validate(), Ok(()));
}

proptest! {
    #[test]
    fn exact_costs_agree_with_costs_per_share(
        cents in 100_i64..100_000, shares in 1_u64..50_000, slipping: bool, factor in 0.0_f64..3.0,
    ) {
        let model = CostModel::default().multiplied(factor);
        let at = Price::new(Decimal::new(cents, 2)).unwrap();
        let kind = if slipping { ExitKind::Stop } else { ExitKind::Target };
        let total = model.breakdown(at, Shares(shares), kind.pays_slippage()).total().to_f64();
        let wanted = model.exit_per_share(at.to_f64(), kind) * Shares(shares).to_f64();
        // Three roundings to four decimals.
        prop_assert!((total - wanted).abs() <= 1.6e-4, "{total} for {wanted}");
    }
}
