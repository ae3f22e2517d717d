//! Steps of sizing that are off unless asked for.

use proptest::prelude::*;
use tradebot_brackets::CostModel;
use tradebot_domain::Regime;
use tradebot_journal::SizingStep;
use tradebot_risk::gap::slip_atr;
use tradebot_risk::{BookView, Hold, Overlays, Proposal, Sizer, review};

use crate::fixture::{
    Case, NO_COSTS, bracket_of, exploring, quiet_book, row, skilled, step, symbol,
};
use crate::laws::{any_case, any_costs, sized_case};

/// The case as it is sized with overlays.
pub(crate) fn with(
    case: &Case<'_>,
    overlays: Overlays,
) -> Result<Proposal, (Hold, Vec<SizingStep>)> {
    let Case { bracket, belief, row, limits, costs, view } = case;
    let sizer = Sizer { row, limits, costs, overlays };
    sizer.propose(symbol("AAPL"), bracket, belief, view)
}

fn shares(case: &Case<'_>, overlays: Overlays) -> u64 {
    with(case, overlays).map_or(0, |p| p.shares().0)
}

const GAP: Overlays = Overlays { gap_atr: Some(1.0), volatility_scale: None };

const fn scaled(scale: f64) -> Overlays {
    Overlays { gap_atr: None, volatility_scale: Some(scale) }
}

#[test]
fn overlays_stand_in_their_place_among_the_steps() {
    let all = Overlays { gap_atr: slip_atr(Regime::ChoppyHighVol), volatility_scale: Some(0.5) };
    let proposal = with(&Case::new(skilled()), all).unwrap();
    let names: Vec<_> = proposal.steps().iter().map(|s| s.step.as_str()).collect();
    let expected = [
        "kelly",
        "fraction",
        "risk_constrained",
        "drawdown",
        "regime",
        "row_drawdown",
        "gap",
        "risk_cap",
        "notional_cap",
        "heat_cap",
        "participation_cap",
        "volatility",
        "cash_cap",
        "whole_shares",
    ];
    assert_eq!(names, expected);
    let before = step(proposal.steps(), "volatility").before;
    assert_eq!(step(proposal.steps(), "volatility").after, 0.5 * before);
}

#[test]
fn a_size_held_to_a_gap_loses_at_the_slipped_stop_what_it_may_lose() {
    // Without costs a share loses 4.80 at the stop and 6.80 one ATR below it.
    let case = Case { costs: NO_COSTS, ..Case::new(exploring()) };
    assert_eq!(case.shares(), 20);
    let proposal = with(&case, GAP).unwrap();
    assert_eq!(proposal.shares().0, 14, "100 over 6.80");
    let gap = step(proposal.steps(), "gap");
    assert!((gap.after / gap.before - 4.8 / 6.8).abs() < 1e-12, "{gap:?}");
}

#[test]
fn caps_on_risk_are_held_to_the_gap_and_caps_on_shares_are_not() {
    // The cap of 2.5 % binds, at the slipped stop now: the distance is 48 to the stop, 20 the slip.
    let mut case = Case { costs: NO_COSTS, ..Case::new(skilled()) };
    case.bracket = bracket_of(100.0, 20.0);
    case.limits.rck_alpha = 0.5;
    case.limits.rck_beta = 0.5;
    case.belief.consensus_lo = 0.85;
    case.belief.consensus_mean = 0.9;
    let steps = with(&case, GAP).unwrap().steps().to_vec();
    assert!((step(&steps, "risk_cap").after - 0.025 * 48.0 / 68.0).abs() < 1e-12);

    // 6 % of heat, 5.9 % open: 100 over 6.80.
    let case = Case { costs: NO_COSTS, ..Case::new(skilled()) };
    let hot = Case { view: BookView { open_risk: 5_900.0, ..quiet_book() }, ..case.clone() };
    assert_eq!((hot.shares(), shares(&hot, GAP)), (20, 14));

    // Volume and cash allow as many shares as before.
    let thin = Case { view: BookView { adv_20: 1_250.0, ..quiet_book() }, ..case.clone() };
    assert_eq!((thin.shares(), shares(&thin, GAP)), (12, 12));
    let poor = Case { view: BookView { cash: 1_000.0, ..quiet_book() }, ..case };
    assert_eq!((poor.shares(), shares(&poor, GAP)), (9, 9));
}

#[test]
fn a_gap_with_minimum_commissions_still_loses_no_more_than_allowed() {
    let costs = CostModel { commission_min: 5.0, commission_per_share: 0.05, ..NO_COSTS };
    let case = Case { costs, ..Case::new(exploring()) };
    let proposal = with(&case, GAP).unwrap();
    // 4.90 at the stop, 6.90 when it slips, 10 for both orders: (100 - 10) / 6.90.
    assert_eq!(proposal.shares().0, 13);
}

#[test]
fn a_volatility_scale_never_enlarges_and_at_zero_closes_the_gate() {
    let case = Case::new(skilled());
    assert_eq!(shares(&case, scaled(1.0)), case.shares());
    assert_eq!(shares(&case, scaled(1.9)), case.shares());
    assert_eq!(shares(&case, scaled(f64::INFINITY)), case.shares());
    assert!(shares(&case, scaled(0.3)) < case.shares() / 2);
    let (hold, steps) = with(&case, scaled(0.0)).unwrap_err();
    assert_eq!(hold.code(), "gate_closed");
    assert_eq!(steps.last().unwrap().step, "volatility");
}

#[test]
fn an_overlay_that_is_no_number_is_named() {
    let case = Case::new(skilled());
    for (overlays, name) in [
        (Overlays { gap_atr: Some(f64::NAN), ..Overlays::OFF }, "slip of the stop in ATR"),
        (Overlays { gap_atr: Some(-1.0), ..Overlays::OFF }, "slip of the stop in ATR"),
        (Overlays { gap_atr: Some(f64::INFINITY), ..Overlays::OFF }, "slip of the stop in ATR"),
        (scaled(f64::NAN), "volatility scale"),
        (Overlays { volatility_scale: Some(-0.1), ..GAP }, "volatility scale"),
    ] {
        let (hold, steps) = with(&case, overlays).unwrap_err();
        assert!(hold.to_string().starts_with(name), "{hold}");
        assert_eq!((hold.code(), steps.len()), ("sizing_input_unusable", 0));
    }
    let mut broken = case;
    broken.bracket.atr = f64::NAN;
    assert!(broken.propose().is_ok(), "without the overlay nobody asks for the ATR");
    let (hold, _) = with(&broken, GAP).unwrap_err();
    assert!(hold.to_string().starts_with("ATR of the bracket"), "{hold}");
}

proptest! {
    #[test]
    fn without_overlays_a_sizer_proposes_what_the_function_does(case in any_case()) {
        prop_assert_eq!(with(&case, Overlays::OFF), case.propose());
    }

    #[test]
    fn a_wider_gap_or_a_lower_scale_never_gives_more_shares(
        case in any_case(), slip in 0.0_f64..3.0, more in 0.0_f64..2.0, scale in 0.0_f64..1.5,
    ) {
        let gap = |atr| Overlays { gap_atr: Some(atr), ..Overlays::OFF };
        prop_assert!(shares(&case, gap(slip)) <= case.shares());
        prop_assert!(shares(&case, gap(slip + more)) <= shares(&case, gap(slip)));
        prop_assert!(shares(&case, scaled(scale)) <= case.shares());
        prop_assert!(shares(&case, scaled(0.5 * scale)) <= shares(&case, scaled(scale)));
    }

    #[test]
    fn at_the_slipped_stop_risk_and_heat_are_within_their_limits(case in sized_case()) {
        let Ok(proposal) = with(&case, GAP) else { return Ok(()) };
        let n = proposal.shares().to_f64();
        let slipped = proposal.fraction() * case.view.equity + n * case.bracket.atr;
        let (row, slack) = (&case.row, 1.0 + 1e-9);
        prop_assert!(slipped <= row.max_risk_per_position * case.view.equity * slack);
        let heat_max = case.limits.heat_share * row.max_portfolio_risk * case.view.equity;
        prop_assert!(case.view.open_risk + slipped <= heat_max * slack);
        // What is smaller than it might be passes review as well.
        prop_assert!(review(proposal, row, &case.limits, &case.view).is_ok_and(|a| a.shares().0 >= 1)
            || case.view.day_return < -row.daily_loss_limit
            || case.view.positions >= row.max_positions as usize);
    }

    #[test]
    fn a_higher_cost_never_gives_more_shares_with_overlays_either(
        case in any_case(), more in any_costs(), slip in 0.0_f64..4.0,
    ) {
        let overlays = Overlays { gap_atr: Some(slip), volatility_scale: Some(0.8) };
        let mut dearer = case.clone();
        dearer.costs.commission_per_share += more.commission_per_share;
        dearer.costs.commission_min += more.commission_min;
        dearer.costs.half_spread_bps += more.half_spread_bps;
        dearer.costs.slippage_bps += more.slippage_bps;
        // Eight tenths of a cap in whole shares are whole again, and rounding may take the last one.
        prop_assert!(shares(&dearer, overlays) <= shares(&case, overlays) + 1);
    }
}

#[test]
fn stressed_rows_are_sized_smaller_and_calm_rows_as_before() {
    for regime in Regime::ALL {
        let mut case = Case::new(exploring());
        case.row = row(regime);
        let sized = shares(&case, Overlays { gap_atr: slip_atr(regime), ..Overlays::OFF });
        let stressed = matches!(regime, Regime::TrendingHighVol | Regime::ChoppyHighVol);
        assert!(if stressed { sized < case.shares() } else { sized == case.shares() }, "{regime}");
    }
}
