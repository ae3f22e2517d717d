//! Reversal, break-even stop and partial exit.

use super::properties::{path, printed, rules, run};
use super::*;

const COSTS: CostModel = CostModel {
    commission_per_share: 0.01,
    commission_min: 0.0,
    half_spread_bps: 4.0,
    slippage_bps: 5.0,
};

fn reversal() -> Management {
    Management { exit_on_reversal: true, ..Management::OFF }
}

fn break_even(at_r: f64) -> Management {
    Management { break_even_at_r: Some(at_r), ..Management::OFF }
}

fn partial(at_r: f64, share: f64) -> Management {
    Management { partial_exit: Some(PartialExit { at_r, share }), ..Management::OFF }
}

/// Stop 96, limit 100.80, target 110; R is 4.80.
fn far_bracket() -> Bracket {
    let row = BracketSpec { r_multiple: 2.5, ..ROW };
    Bracket::around_close(100.0, 2.0, &row, Tick::CENT).unwrap()
}

/// Bought at 100 on a quiet bar.
fn bought(management: &Management) -> Walk {
    let mut walk = Walk::new(&far_bracket()).managed(management, &COSTS);
    walk.step(&bar(100.0, 101.0, 99.0, 100.5));
    walk
}

#[test]
fn management_that_is_off_leaves_the_walk_and_its_written_form_as_they_were() {
    let plain = Walk::new(&bracket());
    let managed = plain.managed(&Management::OFF, &COSTS);
    assert_eq!(plain, managed);
    let text = serde_json::to_string(&managed).unwrap();
    assert!(!text.contains("managed"), "{text}");
    assert_eq!(serde_json::from_str::<Walk>(&text).unwrap(), plain, "and old ones are read");
}

#[test]
fn a_reversal_at_a_close_sells_at_the_next_open_whatever_the_bar_does() {
    let mut walk = bought(&reversal());
    assert!(walk.on_reversal() && walk.is_leaving());
    walk.step(&bar(99.0, 115.0, 90.0, 95.0));
    assert_eq!(closed(&walk), (ExitKind::Reversal, 99.0, 2));
    let exit = walk.exit().unwrap();
    let two_fills = COSTS.entry_per_share(100.0) + COSTS.entry_per_share(99.0);
    assert!((walk.net_r(&exit, &COSTS) + (1.0 + two_fills) / 4.8).abs() < 1e-12);
    assert!(!walk.is_leaving() && !walk.on_reversal(), "it has ended");
}

#[test]
fn a_reversal_means_nothing_to_a_walk_that_was_not_told_to_heed_it_or_is_not_open() {
    for mut deaf in [bought(&Management::OFF), bought(&break_even(1.0))] {
        let before = deaf;
        assert!(!deaf.on_reversal());
        assert_eq!(deaf, before);
    }
    let mut waiting = Walk::new(&far_bracket()).managed(&reversal(), &COSTS);
    assert!(!waiting.on_reversal());
    assert_eq!(waiting.step(&bar(100.0, 101.0, 99.0, 100.5)), Progress::Open);
}

#[test]
fn a_reversal_waits_for_a_bar_that_someone_could_trade_on() {
    let mut walk = bought(&reversal());
    walk.on_reversal();
    walk.step(&bar(f64::NAN, 1.0, 1.0, 1.0));
    assert!(walk.is_leaving());
    walk.step(&bar(98.0, 99.0, 97.0, 98.0));
    assert_eq!(closed(&walk), (ExitKind::Reversal, 98.0, 2));
}

#[test]
fn a_stop_rises_to_break_even_after_the_bar_that_reached_it_and_a_sale_there_nets_nothing() {
    let mut walk = bought(&break_even(1.0));
    // 104.80 is reached, and the same bar's low would have hit the new stop.
    walk.step(&bar(100.5, 104.80, 99.5, 103.0));
    assert!(walk.is_at_break_even() && walk.is_open());
    let stop = walk.stop();
    assert!((stop - 100.2002).abs() < 1e-9, "two cents and 18 bp above 100: {stop}");
    walk.step(&bar(103.0, 103.5, 99.0, 99.5));
    assert_eq!(closed(&walk), (ExitKind::Stop, stop, 3));
    let net = walk.net_r(&walk.exit().unwrap(), &COSTS);
    assert!((0.0..1e-4).contains(&net), "nothing but what rounding up gives: {net}");
}

#[test]
fn a_high_short_of_the_distance_raises_nothing_and_a_trailing_stop_above_stays() {
    let mut walk = bought(&break_even(1.0));
    walk.step(&bar(100.5, 104.79, 99.5, 103.0));
    assert_eq!((walk.stop(), walk.is_at_break_even()), (96.0, false));

    let mut trails = bought(&break_even(1.0)).trailing(2.0);
    trails.step(&bar(100.5, 105.0, 100.4, 104.0));
    assert_eq!((trails.stop(), trails.is_at_break_even()), (103.0, true));
}

#[test]
fn a_dividend_moves_break_even_by_its_amount_before_and_after_the_stop_has_risen() {
    let reach = |walk: &mut Walk, high: f64| walk.step(&bar(100.5, high, 100.4, 101.0));
    let mut before = bought(&break_even(0.5));
    before.apply_action(&dividend("1"));
    reach(&mut before, 101.39);
    assert!(!before.is_at_break_even());
    reach(&mut before, 101.41);
    let mut after = bought(&break_even(0.5));
    reach(&mut after, 102.41);
    after.apply_action(&dividend("1"));
    assert!((before.stop() - after.stop()).abs() < 0.002, "{} {}", before.stop(), after.stop());
    // The level that the costs of a price one dollar lower ask for.
    let exit = Exit { kind: ExitKind::Stop, price: before.stop(), ambiguous: false, sessions: 3 };
    assert!(before.net_r(&exit, &COSTS).abs() < 1e-4);
}

#[test]
fn a_short_falls_to_break_even_below_its_entry() {
    let mut walk = Walk::entered_at(Side::Short, 100.0, (104.0, 90.0), 9, FillRules::default())
        .managed(&break_even(1.0), &COSTS);
    walk.step(&bar(100.0, 101.0, 96.0, 97.0));
    assert!(walk.is_at_break_even() && walk.stop() < 100.0);
    walk.step(&bar(97.0, 101.0, 96.5, 100.0));
    assert!(walk.net_r(&walk.exit().unwrap(), &COSTS).abs() < 1e-12);
}

#[test]
fn a_part_is_sold_at_its_limit_and_the_rest_goes_on() {
    let mut walk = bought(&partial(1.0, 0.5));
    assert_eq!(walk.part_limit(), Some(104.8));
    walk.step(&bar(100.5, 105.0, 99.5, 104.0));
    let sold = walk.part_sold().unwrap();
    assert_eq!((sold.kind, sold.price, sold.share), (ExitKind::Target, 104.8, 0.5));
    assert!(walk.is_open());
    walk.step(&bar(104.0, 104.5, 95.0, 95.5));
    assert_eq!(closed(&walk), (ExitKind::Stop, 96.0, 3));
    let net = walk.net_r(&walk.exit().unwrap(), &CostModel::FREE);
    assert!((net - (0.5 * 4.8 - 0.5 * 4.0) / 4.8).abs() < 1e-12, "{net}");
}

#[test]
fn an_open_beyond_the_part_limit_sells_it_there() {
    let mut walk = bought(&partial(1.0, 0.25));
    walk.step(&bar(106.0, 107.0, 105.0, 106.0));
    let sold = walk.part_sold().unwrap();
    assert_eq!((sold.kind, sold.price, sold.sessions), (ExitKind::TargetGap, 106.0, 2));
    assert!(walk.is_open());
}

#[test]
fn one_bar_can_sell_the_part_and_the_rest() {
    let mut walk = bought(&partial(1.0, 0.5));
    walk.step(&bar(100.5, 111.0, 99.0, 110.5));
    assert_eq!(walk.part_sold().unwrap().price, 104.8);
    assert_eq!(closed(&walk), (ExitKind::Target, 110.0, 2));

    let mut gap = bought(&partial(1.0, 0.5));
    gap.step(&bar(112.0, 113.0, 90.0, 91.0));
    assert_eq!(gap.part_sold().unwrap().price, 112.0);
    assert_eq!(closed(&gap), (ExitKind::TargetGap, 112.0, 2));
}

#[test]
fn a_bar_with_the_stop_and_the_part_limit_is_ambiguous_and_taken_for_a_stop_of_everything() {
    let mut walk = bought(&partial(1.0, 0.5));
    walk.step(&bar(100.5, 105.0, 95.0, 100.0));
    assert_eq!(closed(&walk), (ExitKind::Stop, 96.0, 2));
    assert!(walk.exit().unwrap().ambiguous && walk.part_sold().is_none());

    let optimist = FillRules { ambiguity: Ambiguity::Target, trade_through: false };
    let mut walk = Walk::with_rules(&far_bracket(), optimist).managed(&partial(1.0, 0.5), &COSTS);
    walk.step(&bar(100.0, 105.0, 95.0, 100.0));
    assert_eq!(closed(&walk), (ExitKind::Stop, 96.0, 1), "the rest came back to the stop");
    assert!(walk.exit().unwrap().ambiguous && walk.part_sold().is_some());
}

#[test]
fn a_limit_that_is_not_short_of_the_target_is_no_partial_exit() {
    let at = |at_r| {
        let mut walk = bought(&partial(at_r, 0.5));
        walk.step(&bar(100.5, 112.0, 99.0, 111.0));
        (walk.part_limit(), walk.part_sold().is_some(), closed(&walk))
    };
    // 100 + 4.8 m reaches 110 at 2.0833.
    assert_eq!(at(2.1), (None, false, (ExitKind::Target, 110.0, 2)));
    let (limit, sold, end) = at(2.08);
    assert_eq!((limit, sold, end.1), (Some(109.984), true, 110.0));
}

#[test]
fn dividends_after_a_partial_exit_are_paid_on_the_rest_alone() {
    let mut walk = bought(&partial(1.0, 0.25));
    walk.apply_action(&dividend("0.4"));
    walk.step(&bar(100.5, 105.0, 99.5, 104.0));
    walk.apply_action(&dividend("0.4"));
    assert!((walk.income() - (0.4 + 0.3)).abs() < 1e-12);
}

#[test]
fn costs_of_a_partial_exit_are_those_of_a_resting_limit_in_the_shares_of_its_day() {
    let commission = CostModel { commission_per_share: 0.01, ..CostModel::FREE };
    let mut walk = bought(&partial(1.0, 0.5));
    walk.step(&bar(100.5, 105.0, 99.5, 104.0));
    walk.apply_action(&split("2"));
    assert_eq!(walk.part_sold().unwrap().price, 52.4);
    let exit = walk.end_of_data(52.0).unwrap();
    let found = walk.net_r(&exit, &commission) - walk.net_r(&exit, &CostModel::FREE);
    // One cent in, half a cent for the part, two cents on the other half after the split.
    assert!((found + (0.01 + 0.005 + 0.01) / 4.8).abs() < 1e-12, "{found}");
}

#[test]
fn a_managed_walk_survives_json_at_every_stage() {
    let all = Management {
        exit_on_reversal: true,
        break_even_at_r: Some(0.5),
        partial_exit: Some(PartialExit { at_r: 1.0, share: 0.5 }),
    };
    let mut walk = Walk::new(&far_bracket()).managed(&all, &COSTS);
    let bars = [bar(100.0, 105.0, 99.0, 104.0), bar(104.0, 104.5, 102.0, 103.0)];
    for step in [None, Some(bars[0]), Some(bars[1]), Some(bar(103.0, 104.0, 101.0, 102.0))] {
        if let Some(bar) = step {
            walk.step(&bar);
        }
        let text = serde_json::to_string(&walk).unwrap();
        assert_eq!(serde_json::from_str::<Walk>(&text).unwrap(), walk);
        walk.on_reversal();
    }
    assert_eq!(closed(&walk), (ExitKind::Reversal, 104.0, 2));
}

/// What a break-even stop is on each bar, written down without the walker: the stop that a bar
/// meets follows from the bars before it.
fn stops_by_hand(bars: &[Bar], entry: f64, (stop, at_r, risk): (f64, f64, f64)) -> Vec<f64> {
    let rate = (COSTS.half_spread_bps + COSTS.slippage_bps) / 1e4;
    let level = (entry * (1.0 + rate) + 2.0 * COSTS.commission_per_share) / (1.0 - rate);
    let level = (level * 1e4 - 1e-7).ceil() / 1e4;
    (0..bars.len())
        .map(|i| {
            let reached = bars[..i].iter().any(|b| b.high >= entry + at_r * risk);
            if reached { stop.max(level) } else { stop }
        })
        .collect()
}

fn tie(which: usize) -> FillRules {
    rules([Ambiguity::Stop, Ambiguity::Target, Ambiguity::NearestOpen][which])
}

proptest! {
    #[test]
    fn a_break_even_stop_is_what_the_completed_bars_say(bars in path(), tenths in 1_i32..15) {
        let at_r = f64::from(tenths) / 10.0;
        let row = BracketSpec { max_holding_sessions: 20, ..ROW };
        let bracket = Bracket::around_close(100.0, 2.0, &row, Tick::CENT).unwrap();
        let mut walk = Walk::new(&bracket).managed(&break_even(at_r), &COSTS);
        let entry = bars[0].open;
        let wanted = stops_by_hand(&bars, entry, (96.0, at_r, 4.8));
        for (bar, wanted) in bars.iter().zip(wanted) {
            prop_assert!((walk.stop() - wanted).abs() < 1e-9, "{} for {wanted}", walk.stop());
            if walk.step(bar) != Progress::Open {
                break;
            }
        }
        let stopped = walk.exit().filter(|exit| exit.kind == ExitKind::Stop);
        if let (Some(exit), true) = (stopped, walk.is_at_break_even()) {
            prop_assert!((-1e-9..1e-3).contains(&walk.net_r(&exit, &COSTS)));
        }
    }

    #[test]
    fn a_partial_exit_is_the_share_weighted_sum_of_two_brackets(
        bars in path(), tenths in 1_i32..25, share in 0.05_f64..0.95, which in 0_usize..3,
        short: bool, even: bool,
    ) {
        let side = if short { Side::Short } else { Side::Long };
        let at_r = f64::from(tenths) / 10.0;
        let options = if even { break_even(0.7) } else { Management::OFF };
        let both = Management { partial_exit: partial(at_r, share).partial_exit, ..options };
        let entry = bars[0].open;
        let level = |r: f64| entry + side.sign() * 4.0 * r;
        let start = |target: f64, management: &Management| {
            Walk::entered_at(side, entry, (level(-1.0), target), 20, tie(which))
                .managed(management, &COSTS)
        };
        let result = |mut walk: Walk| {
            run(&mut walk, &bars);
            let exit = walk.exit().or_else(|| walk.end_of_data(bars.last().unwrap().close));
            let exit = exit.unwrap();
            (walk.net_r(&exit, &COSTS), exit)
        };
        let (net, exit) = result(start(level(2.0), &both));
        let (far, far_exit) = result(start(level(2.0), &options));
        let (near, _) = result(start(level(at_r.min(2.0)), &options));
        prop_assert!((net - (share * near + (1.0 - share) * far)).abs() < 1e-9, "{net}");
        prop_assert_eq!(
            (exit.kind, exit.price, exit.sessions),
            (far_exit.kind, far_exit.price, far_exit.sessions),
            "the rest ends as it would have alone"
        );
    }

    #[test]
    fn a_split_changes_neither_part_nor_break_even(
        bars in path(), at in 1_usize..30, which in 0_usize..3,
    ) {
        let (text, ratio) = [("2", 2.0), ("0.5", 0.5), ("4", 4.0)][which];
        let all = Management { break_even_at_r: Some(0.5), ..partial(0.8, 0.3) };
        let free = CostModel { commission_per_share: 0.0, ..COSTS };
        let start = Walk::new(&far_bracket()).managed(&all, &free);
        let (mut plain, mut split_up) = (start, start);
        run(&mut plain, &bars);
        for (i, bar) in bars.iter().enumerate() {
            if i == at {
                split_up.apply_action(&split(text));
            }
            let bar = if i >= at { printed(bar, ratio) } else { *bar };
            if matches!(split_up.step(&bar), Progress::Closed(_)) {
                break;
            }
        }
        prop_assert_eq!(plain.part_sold().is_some(), split_up.part_sold().is_some());
        if let (Some(a), Some(b)) = (plain.exit(), split_up.exit()) {
            prop_assert_eq!((a.kind, a.sessions), (b.kind, b.sessions));
            let (a, b) = (plain.net_r(&a, &free), split_up.net_r(&b, &free));
            // A level on a hundredth of a cent, half of that after a split.
            prop_assert!((a - b).abs() < 1e-4, "{a} and {b}");
        }
    }

    #[test]
    fn management_knows_nothing_of_bars_to_come(bars in path(), cut in 1_usize..30) {
        let cut = cut.min(bars.len());
        let all = Management { exit_on_reversal: true, break_even_at_r: Some(0.5), ..partial(0.8, 0.3) };
        let start = Walk::new(&far_bracket()).managed(&all, &COSTS);
        let (mut through, mut stopped) = (start, start);
        let full = run(&mut through, &bars);
        prop_assert_eq!(run(&mut stopped, &bars[..cut]), full.filter(|end| *end < cut));
    }
}
