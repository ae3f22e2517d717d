//! Tests of the module `bounds`.

use super::*;
use crate::exit::ExitKind;
use crate::labels::{Label, LabelSpec, LabelSummary, Signal};
use crate::manage::{Management, PartialExit};
use crate::rules::{FillRules, Side};
use proptest::prelude::*;
use tradebot_domain::Date;

fn bar(open: f64, high: f64, low: f64, close: f64) -> Bar {
    let date: Date = "2005-02-28".parse().unwrap();
    Bar { date: date.into(), open, high, low, close, volume: 1e6 }
}

/// Entered at 100, stop 98, target 103.
fn walks() -> Bounds<Walk> {
    let rules = FillRules::default();
    Bounds::around(&Walk::entered_at(Side::Long, 100.0, (98.0, 103.0), 5, rules))
}

#[test]
fn a_bar_that_holds_both_levels_ends_at_the_stop_one_way_and_at_the_target_the_other() {
    let mut walks = walks();
    assert_eq!(walks.net_r(&CostModel::FREE), None, "still open");
    walks.step(&bar(100.0, 103.5, 97.5, 100.0));
    let kinds = walks.map(|walk| walk.exit().unwrap().kind);
    assert_eq!(kinds, Bounds { pessimistic: ExitKind::Stop, optimistic: ExitKind::Target });
    let result = walks.net_r(&CostModel::FREE).unwrap();
    assert_eq!((result.pessimistic, result.optimistic, result.width()), (-1.0, 1.5, 2.5));
    assert!(result.hold(0.0, 0.0) && !result.hold(1.6, 0.0) && result.hold(1.6, 0.2));
}

#[test]
fn finer_bars_close_the_gap_between_the_bounds() {
    let coarse = bar(100.0, 103.5, 97.5, 100.0);
    let up_first = [bar(100.0, 103.5, 99.0, 103.0), bar(103.0, 103.0, 97.5, 100.0)];
    let mut walks = walks();
    let steps = walks.step_fine(&coarse, &up_first, FineRules::default()).unwrap();
    assert_eq!(steps.pessimistic.fallback, None);
    assert_eq!(
        walks.net_r(&CostModel::FREE).unwrap(),
        Bounds { pessimistic: 1.5, optimistic: 1.5 }
    );
}

#[test]
fn finer_bars_that_contradict_move_neither_walk() {
    let mut walks = walks();
    let before = walks;
    let outside = [bar(100.0, 104.0, 99.0, 103.0)];
    let quiet = bar(100.0, 101.0, 99.0, 100.0);
    assert!(walks.step_fine(&quiet, &outside, FineRules::default()).is_err());
    assert_eq!(walks, before);
}

#[test]
fn both_ways_survive_json() {
    let text = serde_json::to_string(&walks()).unwrap();
    assert_eq!(serde_json::from_str::<Bounds<Walk>>(&text).unwrap(), walks());
}

fn path() -> impl Strategy<Value = Vec<Bar>> {
    let one = (-150_i32..150, 0_i32..400, 0_i32..400, 0_i32..=100);
    proptest::collection::vec(one, 3..40).prop_map(|moves| {
        let mut close = 10_000;
        let mut bars = Vec::new();
        for (gap, up, down, share) in moves {
            let open = (close + gap).max(2_000);
            let (high, low) = (open + up, (open - down).max(1_000));
            close = low + (high - low) * share / 100;
            let price = |cents: i32| f64::from(cents) / 100.0;
            bars.push(bar(price(open), price(high), price(low), price(close)));
        }
        bars
    })
}

fn managed(which: usize) -> Management {
    let part = Some(PartialExit { at_r: 0.5, share: 0.4 });
    match which {
        0 => Management::OFF,
        1 => Management { break_even_at_r: Some(0.7), ..Management::OFF },
        2 => Management { partial_exit: part, ..Management::OFF },
        _ => Management { break_even_at_r: Some(0.7), partial_exit: part, ..Management::OFF },
    }
}

proptest! {
    #[test]
    fn labels_end_on_the_same_bar_and_every_rule_lies_between_the_bounds(
        bars in path(), short: bool, trade_through: bool, options in 0_usize..4, trails: bool,
    ) {
        let side = if short { Side::Short } else { Side::Long };
        let mut spec = LabelSpec::new(side, (1.0, 1.5), 6);
        spec.rules.trade_through = trade_through;
        spec.management = managed(options);
        spec.trailing_atr = trails.then_some(2.0);
        let signals: Vec<Signal> =
            (0..bars.len() - 1).map(|bar| Signal { bar, atr: 2.0 }).collect();
        let costs = CostModel::default();
        let both = Bounds::<Vec<Label>>::of(&bars, &signals, &spec, &costs).unwrap();
        spec.rules.ambiguity = Ambiguity::NearestOpen;
        let nearest = crate::labels::labels(&bars, &signals, &spec, &costs).unwrap();
        for ((bounds, low), (high, between)) in
            both.net_r().iter().zip(&both.pessimistic).zip(both.optimistic.iter().zip(&nearest))
        {
            prop_assert_eq!(low.interval, high.interval);
            prop_assert!(bounds.hold(between.net_r, 1e-12), "{bounds:?} {between:?}");
            prop_assert!(bounds.width() >= 0.0);
            prop_assert!(bounds.width() == 0.0 || low.exit.ambiguous, "{low:?} {high:?}");
        }
        let summary = both.summary();
        prop_assert!(summary.pessimistic.mean_net_r <= summary.optimistic.mean_net_r + 1e-12);
        prop_assert_eq!(summary.pessimistic.labels, summary.optimistic.labels);
        prop_assert_eq!(summary.pessimistic, LabelSummary::of(&both.pessimistic));
    }
}
