//! The pinned order of sizing, with the numbers worked out by hand.

use tradebot_brackets::CostModel;
use tradebot_domain::{Decimal, Money, Regime};
use tradebot_journal::SizeBasis;
use tradebot_policy::{Limits, UnskilledSize};
use tradebot_risk::{Belief, BookView, drawdown_multiplier, kelly_fraction, risk_constrained};

use crate::fixture::{
    Case, NO_COSTS, bracket, bracket_of, drifting, exploring, quiet_book, row, skilled, step,
};

#[track_caller]
fn close_to(got: f64, expected: f64) {
    assert!((got - expected).abs() < 1e-12, "{got}, expected {expected}");
}

#[test]
fn steps_stand_in_the_pinned_order_and_each_begins_where_the_last_ended() {
    let proposal = Case::new(skilled()).propose().unwrap();
    let names: Vec<_> = proposal.steps().iter().map(|s| s.step.as_str()).collect();
    let expected = [
        "kelly",
        "fraction",
        "risk_constrained",
        "drawdown",
        "regime",
        "row_drawdown",
        "risk_cap",
        "notional_cap",
        "heat_cap",
        "participation_cap",
        "cash_cap",
        "whole_shares",
    ];
    assert_eq!(names, expected);
    for pair in proposal.steps().windows(2) {
        assert_eq!(pair[0].after, pair[1].before, "{pair:?}");
        assert!(!pair[1].note.is_empty());
    }
    assert_eq!(proposal.steps().last().unwrap().after, proposal.fraction());
}

#[test]
fn each_multiplier_does_what_its_formula_says() {
    let belief = Belief { consensus_mean: 0.365, consensus_lo: 0.35, ..skilled() };
    let view = BookView { drawdown: 0.04, drawdown_20: 0.051, ..quiet_book() };
    let case = Case { view, ..Case::new(belief) };
    let steps = case.propose().unwrap().steps().to_vec();

    close_to(step(&steps, "kelly").after, kelly_fraction(0.35, 2.0, 1.0));
    close_to(step(&steps, "fraction").after, 0.25 * kelly_fraction(0.35, 2.0, 1.0));
    let cap = risk_constrained(0.365, 2.0, 1.0, 0.8, 0.1);
    close_to(step(&steps, "risk_constrained").after, cap.min(0.25 * 0.025));
    let before = step(&steps, "drawdown").before;
    close_to(step(&steps, "drawdown").after, before * drawdown_multiplier(0.04, 0.10));
    let before = step(&steps, "regime").before;
    close_to(step(&steps, "regime").after, before * 1.2);
    let before = step(&steps, "row_drawdown").before;
    close_to(step(&steps, "row_drawdown").after, before * 0.5);
}

#[test]
fn the_drawdown_constraint_of_the_consensus_mean_binds_where_it_is_smaller() {
    // Lower bound and mean agree: a quarter of Kelly is 0.0325, the constraint allows 0.0301.
    let belief = Belief { consensus_mean: 0.42, consensus_lo: 0.42, ..skilled() };
    let steps = Case::new(belief).propose().unwrap().steps().to_vec();
    close_to(step(&steps, "fraction").after, 0.25 * 0.13);
    let cap = risk_constrained(0.42, 2.0, 1.0, 0.8, 0.1);
    assert!(cap < 0.25 * 0.13, "{cap}");
    close_to(step(&steps, "risk_constrained").after, cap);
}

#[test]
fn drift_gets_half_the_kelly_fraction() {
    let proposal = Case::new(drifting()).propose().unwrap();
    assert_eq!(proposal.basis(), SizeBasis::Drift);
    let kelly = step(proposal.steps(), "kelly").after;
    close_to(step(proposal.steps(), "fraction").after, 0.125 * kelly);
}

#[test]
fn a_size_without_costs_is_risk_over_the_distance_to_the_stop() {
    // 0.1 % of 100,000 over a distance of 4.80.
    let case = Case { costs: NO_COSTS, ..Case::new(exploring()) };
    let proposal = case.propose().unwrap();
    assert_eq!(proposal.shares().0, 20);
    assert_eq!(proposal.planned_risk(), Money(Decimal::new(9_600, 2)));
    assert_eq!(proposal.notional(), Money(Decimal::new(201_600, 2)));
    close_to(proposal.fraction(), 20.0 * 4.8 / 100_000.0);
}

#[test]
fn costs_of_entry_and_stop_are_part_of_what_a_share_risks() {
    let costs = CostModel { commission_per_share: 0.05, ..NO_COSTS };
    let case = Case { costs, ..Case::new(exploring()) };
    // 4.80 + 2 x 0.05: 20 shares lose 98.00.
    let proposal = case.propose().unwrap();
    assert_eq!(proposal.shares().0, 20);
    close_to(proposal.fraction(), 20.0 * 4.9 / 100_000.0);
    // The planned risk on record, the unit of R, has none.
    assert_eq!(proposal.planned_risk(), Money(Decimal::new(9_600, 2)));
    // A minimum of 2 per order takes 4 off what may be lost: 96 / 4.90 are 19 shares.
    let costs = CostModel { commission_min: 2.0, ..costs };
    assert_eq!(Case { costs, ..case }.shares(), 19);
}

#[test]
fn exploration_is_a_fixed_risk_that_only_caps_and_bad_days_touch() {
    let case = Case { costs: NO_COSTS, ..Case::new(exploring()) };
    let names: Vec<_> = case.propose().unwrap().steps().iter().map(|s| s.step.clone()).collect();
    assert_eq!(names[..2], ["explore", "row_drawdown"]);
    let deep = BookView { drawdown: 0.09, drawdown_20: 0.0, ..quiet_book() };
    assert_eq!(Case { view: deep, ..case.clone() }.shares(), 20);
    let recent = BookView { drawdown_20: 0.06, ..quiet_book() };
    assert_eq!(Case { view: recent, ..case.clone() }.shares(), 10);
    let stopped = BookView { drawdown: 0.10, ..quiet_book() };
    assert_eq!(Case { view: stopped, ..case }.hold_code(), "drawdown_limit");
}

#[test]
fn the_row_caps_the_risk_of_a_position() {
    let sure = Belief { consensus_mean: 0.9, consensus_lo: 0.85, ..skilled() };
    let mut case = Case { costs: NO_COSTS, ..Case::new(sure) };
    case.limits.rck_beta = 0.5;
    case.limits.rck_alpha = 0.5;
    for regime in Regime::ALL {
        case.row = row(regime);
        case.bracket = bracket_of(100.0, 20.0);
        let steps = case.propose().unwrap().steps().to_vec();
        assert_eq!(step(&steps, "risk_cap").after, case.row.max_risk_per_position, "{regime}");
    }
}

#[test]
fn configuration_beyond_a_compiled_in_bound_counts_as_the_bound() {
    let sure = Belief { consensus_mean: 0.9, consensus_lo: 0.85, ..skilled() };
    let mut case = Case { costs: NO_COSTS, ..Case::new(sure) };
    case.bracket = bracket_of(100.0, 20.0);
    case.row.max_risk_per_position = 0.9;
    case.row.kelly_multiplier = 50.0;
    case.row.max_portfolio_risk = 9.0;
    case.limits.kelly_fraction = 9.0;
    case.limits.notional_max = 9.0;
    let steps = case.propose().unwrap().steps().to_vec();
    let kelly = step(&steps, "kelly").after;
    assert_eq!(step(&steps, "fraction").after, kelly * 0.5);
    let before = step(&steps, "regime").before;
    assert_eq!(step(&steps, "regime").after, before * 1.2);
    assert_eq!(step(&steps, "risk_cap").after, 0.03);
    assert!(step(&steps, "whole_shares").after <= 0.03);
    case.limits.drawdown_max = 0.9;
    case.view.drawdown = 0.2;
    assert_eq!(case.hold_code(), "drawdown_limit");
}

#[test]
fn notional_heat_volume_and_cash_each_bind_alone() {
    let case = Case { costs: NO_COSTS, ..Case::new(skilled()) };
    // A stop near the limit makes the position large: 20,000 over a limit of 100.20.
    let near = Case { bracket: bracket_of(100.0, 0.5), ..case.clone() };
    assert_eq!(near.shares(), 199);

    // 6 % of heat is allowed, 5.9 % is open: 100 over 4.80.
    let hot = BookView { open_risk: 5_900.0, ..quiet_book() };
    assert_eq!(Case { view: hot, ..case.clone() }.shares(), 20);

    // 1 % of 1,250 shares.
    let thin = BookView { adv_20: 1_250.0, ..quiet_book() };
    assert_eq!(Case { view: thin, ..case.clone() }.shares(), 12);

    // 1,000 over a limit of 100.80.
    let poor = BookView { cash: 1_000.0, ..quiet_book() };
    assert_eq!(Case { view: poor, ..case }.shares(), 9);
}

#[test]
fn drift_may_use_half_of_the_heat() {
    let case = Case { costs: NO_COSTS, ..Case::new(drifting()) };
    let half_used = BookView { open_risk: 3_000.0, ..quiet_book() };
    assert_eq!(Case { view: half_used, ..case.clone() }.hold_code(), "no_heat_room");
    let nearly = BookView { open_risk: 2_990.0, ..quiet_book() };
    assert_eq!(Case { view: nearly, ..case }.shares(), 2);
    let skilled = Case { view: half_used, costs: NO_COSTS, ..Case::new(skilled()) };
    assert!(skilled.shares() > 100);
}

#[test]
fn a_hold_names_what_made_the_size_too_small() {
    let poor = BookView { cash: 90.0, ..quiet_book() };
    let (hold, steps) = Case { view: poor, ..Case::new(skilled()) }.propose().unwrap_err();
    assert_eq!(hold.code(), "less_than_one_share");
    assert!(hold.to_string().contains("`cash_cap`"), "{hold}");
    assert_eq!(steps.last().unwrap().step, "cash_cap");

    let small = BookView { equity: 1_000.0, ..quiet_book() };
    let (hold, _) = Case { view: small, ..Case::new(exploring()) }.propose().unwrap_err();
    assert!(hold.to_string().contains("`explore`"), "{hold}");
}

#[test]
fn any_gate_at_zero_means_no_order() {
    let open = Case::new(skilled());
    assert!(open.shares() > 0);
    let mut zero = open.clone();
    zero.limits.kelly_fraction = 0.0;
    assert_eq!(zero.hold_code(), "gate_closed");
    let mut zero = open.clone();
    zero.row.kelly_multiplier = 0.0;
    assert_eq!(zero.hold_code(), "gate_closed");
    let mut zero = open.clone();
    zero.limits.rck_beta = 0.0;
    assert_eq!(zero.hold_code(), "gate_closed");
    for change in [
        |c: &mut Case<'_>| c.row.max_risk_per_position = 0.0,
        |c: &mut Case<'_>| c.limits.notional_max = 0.0,
        |c: &mut Case<'_>| c.limits.participation_max = 0.0,
        |c: &mut Case<'_>| c.view.adv_20 = 0.0,
        |c: &mut Case<'_>| c.view.cash = 0.0,
        |c: &mut Case<'_>| c.row.max_portfolio_risk = 0.0,
        |c: &mut Case<'_>| c.limits.heat_share = f64::NAN,
        |c: &mut Case<'_>| c.limits.notional_max = f64::NAN,
        |c: &mut Case<'_>| c.row.max_risk_per_position = f64::NAN,
    ] {
        let mut zero = open.clone();
        change(&mut zero);
        assert_eq!(zero.shares(), 0);
    }
    let mut off = Case::new(exploring());
    off.limits.unskilled_size = UnskilledSize::None;
    assert_eq!(off.hold_code(), "size_not_earned");
    off.limits = Limits { explore_risk: 0.0, ..Limits::simulated() };
    assert_eq!(off.hold_code(), "size_not_earned");
}

#[test]
fn an_account_that_cannot_be_read_is_named() {
    let broken = [
        ("equity", BookView { equity: f64::NAN, ..quiet_book() }),
        ("equity", BookView { equity: 0.0, ..quiet_book() }),
        ("equity", BookView { equity: f64::INFINITY, ..quiet_book() }),
        ("cash", BookView { cash: f64::NAN, ..quiet_book() }),
        ("open risk", BookView { open_risk: -1.0, ..quiet_book() }),
        ("20-session drawdown", BookView { drawdown_20: f64::NAN, ..quiet_book() }),
        ("20-day median volume", BookView { adv_20: f64::NAN, ..quiet_book() }),
    ];
    for (name, view) in broken {
        let (hold, steps) = Case { view, ..Case::new(skilled()) }.propose().unwrap_err();
        assert_eq!(hold.code(), "sizing_input_unusable");
        assert!(hold.to_string().starts_with(name), "{hold}");
        assert_eq!(steps, []);
    }
    let paid = CostModel { half_spread_bps: -1_000.0, ..NO_COSTS };
    let case = Case { costs: paid, ..Case::new(skilled()) };
    assert_eq!(case.hold_code(), "sizing_input_unusable");
}

#[test]
fn a_bracket_with_its_legs_in_the_wrong_order_is_not_sized() {
    let mut case = Case::new(skilled());
    case.bracket.stop = bracket().target;
    assert_eq!(case.hold_code(), "bracket_incomplete");
    case.bracket = bracket();
    case.bracket.target = bracket().stop;
    assert_eq!(case.hold_code(), "bracket_incomplete");
}

#[test]
fn expected_growth_ranks_the_better_bet_first() {
    let good = Case::new(skilled()).propose().unwrap();
    let fair = Belief { consensus_lo: 0.36, ..skilled() };
    let fair = Case::new(fair).propose().unwrap();
    assert!(good.expected_growth() > fair.expected_growth());
    assert!(fair.expected_growth() > 0.0);
}
