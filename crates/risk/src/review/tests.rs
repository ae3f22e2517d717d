//! Proposals that sizing would never make: review does not take its word for anything.

use proptest::prelude::*;
use tradebot_brackets::BracketSpec;
use tradebot_domain::{Regime, Tick};
use tradebot_policy::Policy;

use super::*;
use crate::view::{Standing, Traffic};

fn bracket(close: f64, atr: f64) -> Bracket {
    let spec = BracketSpec {
        atr_multiplier: 2.0,
        r_multiple: 1.5,
        stop_min: 0.01,
        stop_max: 0.3,
        max_holding_sessions: 20,
        trailing_atr: None,
    };
    Bracket::around_close(close, atr, &spec, Tick::CENT).unwrap()
}

fn forged(shares: u64, basis: SizeBasis, bracket: Bracket) -> Proposal {
    Proposal {
        symbol: Symbol::new("AAPL").unwrap(),
        shares: Shares(shares),
        bracket,
        costs: CostModel::default(),
        basis,
        probability: 0.6,
        fraction: 1e-9,
        expected_growth: 1.0,
        steps: Vec::new(),
    }
}

fn book(close: f64) -> BookView<'static> {
    BookView {
        equity: 100_000.0,
        cash: 100_000.0,
        unsettled: 0.0,
        drawdown: 0.0,
        drawdown_20: 0.0,
        day_return: 0.0,
        stopped: false,
        open_risk: 0.0,
        positions: 0,
        held: &[],
        close,
        adv_20: 1e9,
        correlations: &[],
        spread: 0.0008,
        traffic: Traffic::default(),
        standing: Standing::default(),
        account: None,
    }
}

fn verdict(proposal: Proposal, view: &BookView<'_>) -> Result<Approved, Refusal> {
    let policy = Policy::bundled();
    let row = policy.row(Regime::TrendingLowVol);
    review(proposal, row, &Limits::simulated(), view).map_err(|(refusal, _)| refusal)
}

#[test]
fn no_shares_are_no_order() {
    let refusal = verdict(forged(0, SizeBasis::Skill, bracket(100.0, 2.0)), &book(100.0));
    assert_eq!(refusal.unwrap_err(), Refusal::ZeroShares { asked: 0.0, allowed: 1.0 });
}

#[test]
fn an_entry_without_its_protection_below_it_is_refused() {
    let good = bracket(100.0, 2.0);
    let flipped = Bracket { stop: good.target, target: good.stop, ..good };
    for broken in [flipped, Bracket { stop: good.entry_limit, ..good }] {
        let refusal = verdict(forged(10, SizeBasis::Skill, broken), &book(100.0)).unwrap_err();
        assert_eq!(refusal.code(), "bracket_missing");
    }
}

proptest! {
    #[test]
    fn whatever_is_approved_is_within_every_limit(
        shares in prop_oneof![0_u64..400, any::<u64>()],
        close in 2.0_f64..500.0,
        atr_share in 0.01_f64..0.1,
        basis in prop::sample::select(vec![SizeBasis::Skill, SizeBasis::Drift, SizeBasis::Explore]),
        open_risk in 0.0_f64..6_000.0,
        cash in -1_000.0_f64..100_000.0,
    ) {
        let bracket = bracket(close, close * atr_share);
        let view = BookView { cash, open_risk, ..book(close) };
        if let Ok(approved) = verdict(forged(shares, basis, bracket), &view) {
            let risk = approved.planned_risk().to_f64();
            let notional = approved.notional().to_f64();
            prop_assert_eq!(approved.shares(), Shares(shares));
            prop_assert!(shares >= 1);
            prop_assert!(risk <= 2_500.0);
            let heat_max = if basis == SizeBasis::Drift { 3_000.0 } else { 6_000.0 };
            prop_assert!(risk + open_risk <= heat_max);
            prop_assert!(notional <= 20_000.0);
            prop_assert!(notional <= cash);
        }
    }
}

fn at_market(shares: u64, close: f64) -> Proposal {
    let bracket = Bracket::at_market(close, Limits::simulated().price_collar).unwrap();
    let (symbol, costs) = (Symbol::new("AAPL").unwrap(), CostModel::default());
    let size = crate::Size::Shares(shares);
    crate::RuleEntry { symbol, size, bracket: &bracket, costs: &costs }.propose(&book(close))
}

#[test]
fn an_entry_without_a_stop_risks_all_it_is_worth() {
    // At most 2.5 % of equity in that row: 2,500 at the limit of 108 with costs are 23 shares.
    assert_eq!(verdict(at_market(23, 100.0), &book(100.0)).unwrap().shares(), Shares(23));
    let refusal = verdict(at_market(24, 100.0), &book(100.0)).unwrap_err();
    assert!(matches!(refusal, Refusal::RiskPerPosition { .. }), "{refusal}");
}

#[test]
fn a_fraction_of_equity_is_never_overspent_and_may_buy_nothing() {
    let bracket = Bracket::at_market(100.0, 0.08).unwrap();
    let (symbol, costs) = (Symbol::new("AAPL").unwrap(), CostModel::default());
    let entry = |f| crate::RuleEntry {
        symbol,
        size: crate::Size::Equity(f),
        bracket: &bracket,
        costs: &costs,
    };
    let order = Order { bracket: &bracket, costs: &costs };
    for fraction in [0.0011, 0.01, 0.02, 0.2, 1.0] {
        let shares = entry(fraction).propose(&book(100.0)).shares();
        assert!(order.cash_needed(shares) <= fraction * 100_000.0, "{fraction}");
        assert!(order.cash_needed(Shares(shares.0 + 1)) > fraction * 100_000.0, "{fraction}");
    }
    for fraction in [0.0, -1.0, f64::NAN, 0.0001] {
        let refusal = verdict(entry(fraction).propose(&book(100.0)), &book(100.0)).unwrap_err();
        assert!(matches!(refusal, Refusal::ZeroShares { .. }), "{fraction}: {refusal}");
    }
}

proptest! {
    #[test]
    fn the_verdict_is_the_same_whether_it_is_recorded_or_not(
        shares in 0_u64..400, drawdown in 0.0_f64..0.2, cash in -1_000.0_f64..100_000.0,
        losses in 0_u32..9, refuses in any::<bool>(),
    ) {
        let policy = Policy::bundled();
        let row = policy.row(Regime::TrendingLowVol);
        let mut limits = Limits::simulated();
        if refuses {
            limits.loss_streak = tradebot_policy::Control::refusing(5.0);
        }
        let standing = Standing { losses_in_a_row: losses, ..Standing::default() };
        let view = BookView { cash, drawdown, standing, ..book(100.0) };
        let proposal = || forged(shares, SizeBasis::Explore, bracket(100.0, 2.0));
        let recorded = review(proposal(), row, &limits, &view);
        match (recorded, review_unrecorded(proposal(), row, &limits, &view)) {
            (Ok(one), Ok(other)) => {
                prop_assert_eq!(one.shares(), other.shares());
                prop_assert!(other.checks().is_empty() && !one.checks().is_empty());
            }
            (Err((one, _)), Err(other)) => prop_assert_eq!(one, other),
            (one, other) => prop_assert!(false, "{one:?} {other:?}"),
        }
    }
}
