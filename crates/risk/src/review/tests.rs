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
