//! Tests of the module `walk`.

use super::*;
use crate::bracket::BracketSpec;
use crate::cost::CostModel;
use crate::manage::{Management, PartialExit};
use crate::rules::Ambiguity;
use proptest::prelude::*;
use tradebot_domain::Moment;

mod management;
mod properties;
mod replay;

const ROW: BracketSpec = BracketSpec {
    atr_multiplier: 2.0,
    r_multiple: 1.5,
    stop_min: 0.001,
    stop_max: 0.5,
    max_holding_sessions: 4,
    trailing_atr: None,
};

/// Stop 96, limit 100.80, target 106.
fn bracket() -> Bracket {
    Bracket::around_close(100.0, 2.0, &ROW, Tick::CENT).unwrap()
}

fn day() -> Moment {
    "2005-02-28".parse().unwrap()
}

fn bar(open: f64, high: f64, low: f64, close: f64) -> Bar {
    Bar { date: day(), open, high, low, close, volume: 1e6 }
}

fn action(kind: ActionKind) -> CorporateAction {
    CorporateAction { ex_date: day().date(), kind }
}

fn split(ratio: &str) -> CorporateAction {
    action(ActionKind::Split { ratio: ratio.parse().unwrap() })
}

fn dividend(amount: &str) -> CorporateAction {
    action(ActionKind::Dividend { amount: amount.parse().unwrap() })
}

fn closed(walk: &Walk) -> (ExitKind, f64, u32) {
    let exit = walk.exit().expect("the walk has ended");
    (exit.kind, exit.price, exit.sessions)
}

#[test]
fn an_open_above_the_limit_is_not_taken_and_nothing_changes_it_later() {
    let mut walk = Walk::new(&bracket());
    let refused = Progress::NotTaken { open: Some(100.81) };
    assert_eq!(walk.step(&bar(100.81, 110.0, 90.0, 100.0)), refused);
    assert_eq!(walk.step(&bar(99.0, 110.0, 90.0, 100.0)), refused);
    assert_eq!((walk.entry_price(), walk.sessions()), (None, 0));
    assert_eq!(walk.end_of_data(100.0), None);
}

#[test]
fn an_open_at_the_limit_is_taken_at_the_open() {
    let mut walk = Walk::new(&bracket());
    assert_eq!(walk.step(&bar(100.80, 101.0, 99.0, 100.0)), Progress::Open);
    assert_eq!(walk.entry_price(), Some(100.80));
}

#[test]
fn an_entry_that_opens_at_or_below_its_stop_leaves_at_that_open_and_loses_its_costs() {
    let mut walk = Walk::new(&bracket());
    walk.step(&bar(95.0, 107.0, 94.0, 106.5));
    assert_eq!(closed(&walk), (ExitKind::StopGap, 95.0, 1));
    let exit = walk.exit().unwrap();
    assert_eq!(walk.net_r(&exit, &CostModel::FREE), 0.0);
    let costs = CostModel::default();
    let two_fills = 2.0 * costs.entry_per_share(95.0) / 4.8;
    assert!((walk.net_r(&exit, &costs) + two_fills).abs() < 1e-12);
}

#[test]
fn the_time_limit_counts_the_session_of_the_entry() {
    let mut walk = Walk::new(&bracket());
    let quiet = bar(100.0, 101.0, 99.0, 100.5);
    for _ in 0..3 {
        assert_eq!(walk.step(&quiet), Progress::Open);
    }
    walk.step(&quiet);
    assert_eq!(closed(&walk), (ExitKind::Time, 100.5, 4));
}

#[test]
fn a_stop_inside_the_bar_fills_at_the_stop_and_a_gap_at_the_open() {
    for (low_bar, expected) in [
        (bar(99.0, 99.5, 96.0, 97.0), (ExitKind::Stop, 96.0, 2)),
        (bar(96.0, 99.5, 95.0, 97.0), (ExitKind::StopGap, 96.0, 2)),
        (bar(90.0, 99.5, 89.0, 97.0), (ExitKind::StopGap, 90.0, 2)),
        (bar(106.0, 108.0, 89.0, 97.0), (ExitKind::TargetGap, 106.0, 2)),
        (bar(104.0, 106.0, 103.0, 105.0), (ExitKind::Target, 106.0, 2)),
    ] {
        let mut walk = Walk::new(&bracket());
        walk.step(&bar(100.0, 101.0, 99.0, 100.5));
        walk.step(&low_bar);
        assert_eq!(closed(&walk), expected);
    }
}

#[test]
fn a_bar_that_holds_stop_and_target_is_ambiguous_and_taken_for_a_stop() {
    let mut walk = Walk::new(&bracket());
    walk.step(&bar(100.0, 106.5, 95.5, 100.5));
    assert_eq!(closed(&walk), (ExitKind::Stop, 96.0, 1));
    assert!(walk.exit().unwrap().ambiguous);
}

#[test]
fn a_bar_of_nonsense_moves_nothing() {
    let mut walk = Walk::new(&bracket());
    walk.step(&bar(100.0, 101.0, 99.0, 100.5));
    let before = walk;
    for bad in [f64::NAN, 0.0, -1.0, f64::INFINITY] {
        walk.step(&bar(100.0, 101.0, bad, 100.5));
        assert_eq!(walk, before, "{bad}");
    }
}

#[test]
fn an_entry_whose_session_has_no_bar_expires_and_a_position_stays() {
    let mut waiting = Walk::new(&bracket());
    assert_eq!(waiting.expire(), Progress::NotTaken { open: None });
    let mut open = Walk::new(&bracket());
    open.step(&bar(100.0, 101.0, 99.0, 100.5));
    assert_eq!(open.expire(), Progress::Open);
}

#[test]
fn the_end_of_data_sells_what_is_open_at_the_last_close() {
    let mut walk = Walk::new(&bracket());
    walk.step(&bar(100.0, 101.0, 99.0, 100.5));
    walk.end_of_data(100.5).unwrap();
    assert_eq!(closed(&walk), (ExitKind::EndOfData, 100.5, 1));
    assert_eq!(walk.end_of_data(99.0), None, "only once");
}

#[test]
fn a_split_rescales_every_price_and_leaves_the_result_alone() {
    let mut walk = Walk::new(&bracket());
    walk.step(&bar(100.0, 101.0, 99.0, 100.5));
    walk.apply_action(&split("2"));
    assert_eq!((walk.stop(), walk.target()), (48.0, 53.0));
    assert_eq!((walk.entry_price(), walk.planned_risk()), (Some(50.0), 2.4));
    walk.step(&bar(52.0, 53.0, 51.0, 52.5));
    assert_eq!(closed(&walk), (ExitKind::Target, 53.0, 2));
    // 106 - 100 over 4.80, whatever the share count.
    assert!((walk.net_r(&walk.exit().unwrap(), &CostModel::FREE) - 1.25).abs() < 1e-12);
}

#[test]
fn commission_is_paid_on_the_shares_of_the_day() {
    let commission = CostModel { commission_per_share: 0.01, ..CostModel::FREE };
    let mut walk = Walk::new(&bracket());
    walk.step(&bar(100.0, 101.0, 99.0, 100.5));
    walk.apply_action(&split("2"));
    let exit = walk.end_of_data(50.0).unwrap();
    // One cent at the entry, two at the exit, over 4.80.
    assert!((walk.net_r(&exit, &commission) + 0.03 / 4.8).abs() < 1e-12);
}

#[test]
fn a_dividend_is_income_and_lowers_the_stop_but_not_the_target() {
    let mut walk = Walk::new(&bracket());
    walk.step(&bar(100.0, 101.0, 99.0, 100.5));
    walk.apply_action(&dividend("3.08"));
    assert_eq!((walk.stop(), walk.target(), walk.income()), (92.92, 106.0, 3.08));
    walk.step(&bar(97.0, 98.0, 95.9, 97.0));
    assert!(walk.is_open(), "the low was below the old stop only");
    let exit = walk.end_of_data(97.0).unwrap();
    assert!((walk.net_r(&exit, &CostModel::FREE) - 0.08 / 4.8).abs() < 1e-12);
}

#[test]
fn a_dividend_before_the_entry_moves_the_whole_bracket_and_pays_nothing() {
    let mut walk = Walk::new(&bracket());
    walk.apply_action(&dividend("1"));
    assert_eq!((walk.stop(), walk.entry_limit(), walk.target()), (95.0, 99.8, 105.0));
    assert!((walk.planned_risk() - 4.8).abs() < 1e-12);
    walk.step(&bar(99.8, 100.0, 99.0, 99.5));
    assert_eq!((walk.income(), walk.entry_price()), (0.0, Some(99.8)));
}

#[test]
fn a_dividend_larger_than_the_stop_leaves_the_smallest_price() {
    let mut walk = Walk::new(&bracket());
    walk.step(&bar(100.0, 101.0, 99.0, 100.5));
    walk.apply_action(&dividend("97"));
    assert_eq!(walk.stop(), 0.0001);
}

#[test]
fn a_short_pays_the_dividend_and_its_resting_buy_is_lowered() {
    let rules = FillRules::default();
    let mut walk = Walk::entered_at(Side::Short, 100.0, (104.0, 94.0), 4, rules);
    walk.apply_action(&dividend("1"));
    assert_eq!((walk.stop(), walk.target(), walk.income()), (104.0, 93.0, -1.0));
    let exit = walk.end_of_data(98.0).unwrap();
    assert_eq!(walk.net_r(&exit, &CostModel::FREE), 0.25);
}

#[test]
fn a_trailing_stop_moves_after_the_bar_for_the_next_one() {
    let row = BracketSpec { trailing_atr: Some(1.5), r_multiple: 5.0, ..ROW };
    let mut walk = Walk::new(&Bracket::around_close(100.0, 2.0, &row, Tick::CENT).unwrap());
    walk.step(&bar(100.0, 103.0, 98.0, 102.0));
    assert_eq!(walk.stop(), 100.0, "103 - 1.5 x 2, though the same bar went to 98");
    walk.step(&bar(102.0, 102.5, 101.0, 101.5));
    assert_eq!(walk.stop(), 100.0);
    walk.step(&bar(101.5, 104.0, 99.9, 101.5));
    assert_eq!(closed(&walk), (ExitKind::Stop, 100.0, 3));
}

#[test]
fn a_trailing_stop_does_not_take_back_what_a_dividend_lowered() {
    let row = BracketSpec { trailing_atr: Some(1.5), r_multiple: 5.0, ..ROW };
    let mut walk = Walk::new(&Bracket::around_close(100.0, 2.0, &row, Tick::CENT).unwrap());
    walk.step(&bar(100.0, 103.0, 98.0, 102.0));
    walk.apply_action(&dividend("1"));
    assert_eq!(walk.stop(), 99.0);
    walk.step(&bar(101.0, 101.5, 100.0, 101.0));
    assert_eq!(walk.stop(), 99.0, "the high of 103 was made with the dividend in it");
}

#[test]
fn a_walk_survives_json_at_every_stage() {
    let mut walk = Walk::new(&bracket());
    for step in [None, Some(bar(100.0, 101.0, 99.0, 100.5)), Some(bar(90.0, 91.0, 89.0, 90.5))] {
        if let Some(bar) = step {
            walk.step(&bar);
        }
        let text = serde_json::to_string(&walk).unwrap();
        assert_eq!(serde_json::from_str::<Walk>(&text).unwrap(), walk);
    }
}
