//! Sessions replayed by finer bars.

use super::properties::path;
use super::*;
use crate::bounds::Bounds;
use crate::walk::fine::{Conflict, FineError, FineRules, Jumps};

const HONEST: FineRules = FineRules { jumps: Jumps::Open, conflict: Conflict::Refuse };
const ORDER_ONLY: FineRules = FineRules { jumps: Jumps::Level, conflict: Conflict::Refuse };
const LENIENT: FineRules = FineRules { jumps: Jumps::Open, conflict: Conflict::WalkCoarse };

/// The session that finer bars make up.
fn whole(fine: &[Bar]) -> Bar {
    let of = |start: f64, pick: fn(f64, f64) -> f64, price: fn(&Bar) -> f64| {
        fine.iter().map(price).fold(start, pick)
    };
    Bar {
        high: of(f64::MIN, f64::max, |bar| bar.high),
        low: of(f64::MAX, f64::min, |bar| bar.low),
        close: fine[fine.len() - 1].close,
        ..fine[0]
    }
}

/// Entered at 100: stop 96, target 106.
fn open() -> Walk {
    let mut walk = Walk::new(&bracket());
    walk.step(&bar(100.0, 101.0, 99.0, 100.5));
    walk
}

fn replayed(mut walk: Walk, fine: &[Bar], rules: FineRules) -> Walk {
    let step = walk.step_fine(&whole(fine), fine, rules).unwrap();
    assert_eq!((step.fallback, step.progress), (None, walk.progress()));
    walk
}

#[test]
fn finer_bars_say_which_level_came_first() {
    let down = bar(100.0, 100.5, 95.5, 96.5);
    let up = bar(96.5, 106.5, 96.5, 106.0);
    let stopped = replayed(open(), &[down, up], HONEST);
    assert_eq!(closed(&stopped), (ExitKind::Stop, 96.0, 2));
    let (up, down) = (bar(100.0, 106.5, 99.5, 105.0), bar(105.0, 105.0, 95.5, 100.0));
    let paid = replayed(open(), &[up, down], HONEST);
    assert_eq!(closed(&paid), (ExitKind::Target, 106.0, 2));
    assert!(!stopped.exit().unwrap().ambiguous && !paid.exit().unwrap().ambiguous);
}

#[test]
fn a_finer_bar_that_holds_both_levels_is_still_ambiguous() {
    let wild = bar(100.0, 106.5, 95.5, 100.0);
    let quiet = bar(100.0, 101.0, 99.0, 100.0);
    let walk = replayed(open(), &[quiet, wild], HONEST);
    assert_eq!(closed(&walk), (ExitKind::Stop, 96.0, 2));
    assert!(walk.exit().unwrap().ambiguous);
    let walk = replayed(open().choosing(Ambiguity::Target), &[quiet, wild], HONEST);
    assert_eq!(closed(&walk), (ExitKind::Target, 106.0, 2));
}

#[test]
fn a_jump_inside_the_session_fills_at_the_next_open_or_at_the_level_as_asked() {
    let quiet = bar(100.0, 101.0, 99.0, 100.0);
    for (after, gap, level) in [
        (bar(91.0, 92.0, 90.0, 91.0), (ExitKind::StopGap, 91.0), (ExitKind::Stop, 96.0)),
        (bar(109.0, 110.0, 90.0, 95.0), (ExitKind::TargetGap, 109.0), (ExitKind::Target, 106.0)),
    ] {
        let kind_and_price = |rules| {
            let exit = replayed(open(), &[quiet, after], rules).exit().unwrap();
            assert!(!exit.ambiguous, "the open tells which side was first");
            (exit.kind, exit.price)
        };
        assert_eq!(kind_and_price(HONEST), gap);
        assert_eq!(kind_and_price(ORDER_ONLY), level);
    }
}

#[test]
fn a_waiting_entry_is_decided_by_the_open_of_the_session() {
    let mut walk = Walk::new(&bracket());
    let coarse = bar(100.9, 101.0, 95.0, 96.0);
    // The first finer bar begins after the auction, below the limit.
    let fine = [bar(100.5, 101.0, 95.0, 96.0)];
    let step = walk.step_fine(&coarse, &fine, HONEST).unwrap();
    assert_eq!(step.progress, Progress::NotTaken { open: Some(100.9) });
    let mut walk = Walk::new(&bracket());
    let coarse = bar(100.0, 101.0, 95.0, 96.0);
    let _ = walk.step_fine(&coarse, &fine, HONEST).unwrap();
    assert_eq!((walk.entry_price(), closed(&walk)), (Some(100.0), (ExitKind::Stop, 96.0, 1)));
}

#[test]
fn a_gap_is_judged_by_the_open_of_the_session_which_the_auction_may_have_made_alone() {
    let coarse = bar(95.0, 100.0, 94.0, 99.0);
    let mut walk = open();
    let _ = walk.step_fine(&coarse, &[bar(97.0, 100.0, 97.0, 99.0)], HONEST).unwrap();
    assert_eq!(closed(&walk), (ExitKind::StopGap, 95.0, 2));
}

#[test]
fn a_session_counts_once_and_its_close_ends_the_time() {
    let quiet = bar(100.0, 101.0, 99.0, 100.5);
    let mut walk = open();
    for session in 2..=3 {
        walk = replayed(walk, &[quiet, quiet, quiet], HONEST);
        assert_eq!((walk.sessions(), walk.is_open()), (session, true));
    }
    let mut coarse = whole(&[quiet, quiet]);
    coarse.close = 100.9;
    let _ = walk.step_fine(&coarse, &[quiet, quiet], HONEST).unwrap();
    assert_eq!(closed(&walk), (ExitKind::Time, 100.9, 4), "the auction's close");
}

#[test]
fn a_part_is_sold_in_its_turn_and_the_rest_goes_on() {
    let part = Some(PartialExit { at_r: 0.5, share: 0.5 });
    let options = Management { partial_exit: part, ..Management::OFF };
    let mut walk = Walk::new(&bracket()).managed(&options, &CostModel::FREE);
    walk.step(&bar(100.0, 101.0, 99.0, 100.5));
    assert_eq!(walk.part_limit(), Some(102.4));
    let (up, down) = (bar(100.0, 103.0, 100.0, 101.0), bar(101.0, 101.0, 95.0, 97.0));
    let mixed = replayed(walk, &[up, down], HONEST);
    assert_eq!(mixed.part_sold().unwrap().price, 102.4);
    assert_eq!(closed(&mixed), (ExitKind::Stop, 96.0, 2));
    assert!(!mixed.exit().unwrap().ambiguous);
    // Half of +2.40 and half of -4.00, over 4.80.
    let net = mixed.net_r(&mixed.exit().unwrap(), &CostModel::FREE);
    assert!((net + 0.8 / 4.8).abs() < 1e-12, "{net}");
    // A part that is sold is no level any more: a later bar with its limit is not in doubt.
    let wide = bar(101.0, 103.0, 95.0, 97.0);
    let sold = replayed(walk, &[up, wide], HONEST);
    assert_eq!((closed(&sold).1, sold.exit().unwrap().ambiguous), (96.0, false));
    let stopped = replayed(walk, &[bar(100.0, 101.0, 95.0, 97.0), up, down], HONEST);
    assert_eq!((stopped.part_sold(), closed(&stopped).1), (None, 96.0));
    let jumped =
        replayed(walk, &[bar(100.0, 101.0, 99.0, 101.0), bar(104.0, 105.0, 95.0, 96.0)], HONEST);
    assert_eq!(jumped.part_sold().unwrap().price, 104.0);
    assert_eq!(closed(&jumped), (ExitKind::Stop, 96.0, 2));
}

#[test]
fn a_position_that_leaves_on_a_reversal_does_so_at_the_open() {
    let options = Management { exit_on_reversal: true, ..Management::OFF };
    let mut walk = Walk::new(&bracket()).managed(&options, &CostModel::FREE);
    walk.step(&bar(100.0, 101.0, 99.0, 100.5));
    assert!(walk.on_reversal());
    let left = replayed(walk, &[bar(101.0, 110.0, 90.0, 100.0)], HONEST);
    assert_eq!(closed(&left), (ExitKind::Reversal, 101.0, 2));
}

/// Which error a case is about.
type Wanted = fn(&FineError) -> bool;

#[test]
fn bars_that_contradict_are_refused_by_name_or_the_session_is_walked_coarse() {
    let coarse = bar(100.0, 103.0, 95.0, 100.0);
    let other = Bar { date: "2005-03-01".parse().unwrap(), ..bar(100.0, 101.0, 95.0, 96.0) };
    let good = bar(100.0, 102.0, 97.0, 100.0);
    let cases: [(&[Bar], Wanted); 5] = [
        (&[good, bar(100.0, 103.5, 97.0, 100.0)], |e| {
            matches!(e, FineError::Outside { index: 1, .. })
        }),
        (&[bar(100.0, 101.0, 94.9, 100.0)], |e| matches!(e, FineError::Outside { index: 0, .. })),
        (&[other], |e| matches!(e, FineError::OtherSession { .. })),
        (&[good, bar(100.0, 99.0, 98.0, 98.5)], |e| {
            matches!(e, FineError::Broken { index: 1, .. })
        }),
        (&[good, good], |e| matches!(e, FineError::Unreached { level: 96.0, .. })),
    ];
    for (fine, wanted) in cases {
        let mut walk = open();
        let error = walk.step_fine(&coarse, fine, HONEST).unwrap_err();
        assert!(wanted(&error), "{error}");
        assert_eq!(walk, open(), "{error}: nothing moved");
        let step = walk.step_fine(&coarse, fine, LENIENT).unwrap();
        assert_eq!(step.fallback, Some(error));
        let mut plain = open();
        plain.step(&coarse);
        assert_eq!(walk, plain);
    }
}

#[test]
fn no_finer_bars_are_no_contradiction_and_are_told() {
    let (coarse, mut walk, mut plain) = (bar(100.0, 103.0, 95.0, 100.0), open(), open());
    let step = walk.step_fine(&coarse, &[], HONEST).unwrap();
    plain.step(&coarse);
    assert!(matches!(step.fallback, Some(FineError::Missing { .. })), "{step:?}");
    assert_eq!(walk, plain);
}

#[test]
fn a_limit_that_is_touched_between_bars_is_not_traded_through() {
    let through = FillRules { trade_through: true, ..FillRules::default() };
    let walk = Walk::entered_at(Side::Long, 100.0, (96.0, 106.0), 9, through);
    let quiet = bar(100.0, 101.0, 99.0, 100.0);
    let touched = [quiet, bar(106.0, 106.0, 104.0, 105.0)];
    assert!(replayed(walk, &touched, HONEST).is_open());
    let beyond = [quiet, bar(106.0, 106.1, 104.0, 105.0)];
    assert_eq!(closed(&replayed(walk, &beyond, HONEST)), (ExitKind::Target, 106.0, 1));
}

/// A bracket of either side with any of the options, entered at the open of the first bar.
fn any_walk(entry: f64, short: bool, options: usize, trade_through: bool) -> Walk {
    let side = if short { Side::Short } else { Side::Long };
    let levels = (entry - side.sign() * 1.5, entry + side.sign() * 2.0);
    let rules = FillRules { trade_through, ..FillRules::default() };
    let walk = Walk::entered_at(side, entry, levels, 6, rules);
    let part = Some(PartialExit { at_r: 0.6, share: 0.5 });
    let even = Management { break_even_at_r: Some(0.8), ..Management::OFF };
    match options {
        0 => walk,
        1 => walk.trailing(1.2),
        2 => walk.managed(&Management { partial_exit: part, ..Management::OFF }, &CostModel::FREE),
        _ => {
            walk.managed(&Management { partial_exit: part, ..even }, &CostModel::FREE).trailing(1.8)
        }
    }
}

/// The same bars without a jump between two of one session.
fn joined(bars: &[Bar]) -> Vec<Bar> {
    let mut joined: Vec<Bar> = Vec::new();
    for bar in bars {
        let open = joined.last().map_or(bar.open, |before| before.close);
        let shift = open - bar.open;
        let cents = |price: f64| ((price + shift) * 100.0).round().max(100.0) / 100.0;
        let (high, low) = (cents(bar.high), cents(bar.low).min(open));
        joined.push(Bar { open, high, low, close: cents(bar.close), ..*bar });
    }
    joined
}

/// Walks sessions of `size` finer bars to the end: the walk, and the bounds of their own bars.
fn both_ways(
    walk: &Walk,
    fine: &[Bar],
    size: usize,
    rules: FineRules,
) -> Option<(f64, Bounds<f64>, [u32; 3])> {
    let (mut replayed, mut bounds) = (*walk, Bounds::around(walk));
    for session in fine.chunks(size) {
        let coarse = whole(session);
        let step = replayed.step_fine(&coarse, session, rules).unwrap();
        assert_eq!(step.fallback, None);
        bounds.step(&coarse);
    }
    let costs = CostModel::default();
    let exit = replayed.exit()?;
    let sessions = [replayed, bounds.pessimistic, bounds.optimistic].map(|walk| walk.sessions());
    Some((replayed.net_r(&exit, &costs), bounds.net_r(&costs)?, sessions))
}

proptest! {
    #[test]
    fn one_finer_bar_equal_to_the_session_is_the_session(
        bars in path(), short: bool, options in 0_usize..4, trade_through: bool, lenient: bool,
    ) {
        let mut coarse = any_walk(bars[0].open, short, options, trade_through);
        let mut fine = coarse;
        let rules = if lenient { LENIENT } else { HONEST };
        for bar in &bars {
            coarse.step(bar);
            let step = fine.step_fine(bar, std::slice::from_ref(bar), rules).unwrap();
            prop_assert_eq!((fine, step.fallback), (coarse, None));
        }
    }

    #[test]
    fn replayed_results_lie_between_the_bounds_when_only_the_order_is_taken(
        bars in path(), short: bool, options in 0_usize..4, trade_through: bool, size in 1_usize..8,
    ) {
        let walk = any_walk(bars[0].open, short, options, trade_through);
        if let Some((net_r, bounds, sessions)) = both_ways(&walk, &bars, size, ORDER_ONLY) {
            prop_assert!(bounds.hold(net_r, 1e-9), "{net_r} {bounds:?}");
            prop_assert_eq!(sessions, [sessions[0]; 3]);
        }
    }

    #[test]
    fn replayed_results_lie_between_the_bounds_when_no_price_jumps(
        bars in path(), short: bool, options in 0_usize..4, trade_through: bool, size in 1_usize..8,
    ) {
        let bars = joined(&bars);
        let walk = any_walk(bars[0].open, short, options, trade_through);
        if let Some((net_r, bounds, sessions)) = both_ways(&walk, &bars, bars.len().min(size * 4), HONEST) {
            prop_assert!(bounds.hold(net_r, 1e-9), "{net_r} {bounds:?}");
            prop_assert_eq!(sessions, [sessions[0]; 3]);
        }
    }

    #[test]
    fn single_trades_leave_at_the_first_that_is_beyond_a_level(
        cents in proptest::collection::vec(9_500_i32..10_500, 2..40), size in 1_usize..10,
    ) {
        let trades: Vec<f64> = cents.iter().map(|cents| f64::from(*cents) / 100.0).collect();
        let entry = trades[0];
        let (stop, target) = (entry - 2.0, entry + 3.0);
        // Written from the definition: at any trade, not at a level.
        let wanted = trades.iter().skip(1).find(|trade| **trade <= stop || **trade >= target);
        let rules = FillRules::default();
        let mut walk = Walk::entered_at(Side::Long, entry, (stop, target), 99, rules);
        let bars: Vec<Bar> = trades.iter().map(|p| bar(*p, *p, *p, *p)).collect();
        for session in bars.chunks(size) {
            let _ = walk.step_fine(&whole(session), session, HONEST).unwrap();
        }
        prop_assert_eq!(walk.exit().map(|exit| exit.price), wanted.copied());
    }
}
