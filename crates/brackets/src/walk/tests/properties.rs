//! Properties of the walk over random paths.

use super::*;

/// Consistent bars on whole cents, starting near 100: (gap, up, down, close share) per bar.
pub(super) fn path() -> impl Strategy<Value = Vec<Bar>> {
    let one = (-400_i32..400, 0_i32..600, 0_i32..600, 0_i32..=100);
    proptest::collection::vec(one, 1..30).prop_map(|moves| {
        let mut close = 10_000;
        moves
            .into_iter()
            .map(|(gap, up, down, share)| {
                let open = (close + gap).max(1_000);
                let (high, low) = (open + up, (open - down).max(500));
                close = low + (high - low) * share / 100;
                let price = |cents: i32| f64::from(cents) / 100.0;
                bar(price(open), price(high), price(low), price(close))
            })
            .collect()
    })
}

pub(super) fn rules(ambiguity: Ambiguity) -> FillRules {
    FillRules { ambiguity, trade_through: false }
}

fn wide_row(trailing: Option<f64>) -> BracketSpec {
    BracketSpec { max_holding_sessions: 20, trailing_atr: trailing, ..ROW }
}

fn around_100(trailing: Option<f64>) -> Bracket {
    Bracket::around_close(100.0, 2.0, &wide_row(trailing), Tick::CENT).unwrap()
}

/// Steps to the end; the index of the bar of the exit.
pub(super) fn run(walk: &mut Walk, bars: &[Bar]) -> Option<usize> {
    bars.iter().position(|bar| matches!(walk.step(bar), Progress::Closed(_)))
}

/// The bar after a split, as an exchange would print it: on a hundredth of a cent.
pub(super) fn printed(bar: &Bar, ratio: f64) -> Bar {
    let print = |price: f64| (price / ratio * 1e4).round() / 1e4;
    Bar {
        open: print(bar.open),
        high: print(bar.high),
        low: print(bar.low),
        close: print(bar.close),
        ..*bar
    }
}

proptest! {
    #[test]
    fn an_exit_is_a_price_of_its_bar_and_never_better_than_the_rules_allow(
        bars in path(), short: bool, tie in 0_usize..3,
    ) {
        let ambiguity = [Ambiguity::Stop, Ambiguity::Target, Ambiguity::NearestOpen][tie];
        let side = if short { Side::Short } else { Side::Long };
        let entry = bars[0].open;
        let levels = (entry - side.sign() * 4.0, entry + side.sign() * 6.0);
        let mut walk = Walk::entered_at(side, entry, levels, 20, rules(ambiguity));
        if let Some(at) = run(&mut walk, &bars) {
            let exit = walk.exit().unwrap();
            prop_assert!((bars[at].low..=bars[at].high).contains(&exit.price));
            let up = |price: f64| side.sign() * price;
            match exit.kind {
                ExitKind::Stop => prop_assert_eq!(exit.price, levels.0),
                ExitKind::Target => prop_assert_eq!(exit.price, levels.1),
                ExitKind::StopGap => prop_assert!(up(exit.price) <= up(levels.0)),
                ExitKind::TargetGap => prop_assert!(up(exit.price) >= up(levels.1)),
                ExitKind::Time => prop_assert_eq!(at, 19),
                ExitKind::Reversal | ExitKind::EndOfData => {
                    prop_assert!(false, "not asked for");
                }
            }
        }
    }

    #[test]
    fn no_bar_before_the_exit_touched_a_level(bars in path()) {
        let mut walk = Walk::new(&around_100(None));
        let (stop, target) = (walk.stop(), walk.target());
        let end = run(&mut walk, &bars).unwrap_or(bars.len());
        if walk.entry_price().is_some() {
            for bar in &bars[..end] {
                prop_assert!(bar.low > stop && bar.high < target);
            }
        }
    }

    #[test]
    fn the_pessimistic_choice_is_never_better_than_another(bars in path(), short: bool) {
        let side = if short { Side::Short } else { Side::Long };
        let entry = bars[0].open;
        let levels = (entry - side.sign() * 0.8, entry + side.sign() * 1.2);
        let result = |ambiguity| {
            let mut walk = Walk::entered_at(side, entry, levels, 20, rules(ambiguity));
            let at = run(&mut walk, &bars);
            let exit = walk.exit().or_else(|| walk.end_of_data(bars.last().unwrap().close));
            (at, walk.net_r(&exit.unwrap(), &CostModel::default()))
        };
        let (stop, nearest, target) =
            (result(Ambiguity::Stop), result(Ambiguity::NearestOpen), result(Ambiguity::Target));
        prop_assert!(stop.1 <= nearest.1 && nearest.1 <= target.1);
        prop_assert_eq!(stop.0, target.0, "the choice is about price, not about time");
    }

    #[test]
    fn a_stop_that_trails_never_moves_back_and_stays_below_the_best_price(bars in path()) {
        let mut walk = Walk::new(&around_100(Some(1.5)));
        let (mut stop, mut best) = (walk.stop(), f64::MIN);
        for bar in &bars {
            if walk.step(bar) != Progress::Open {
                break;
            }
            best = best.max(bar.high);
            prop_assert!(walk.stop() >= stop);
            prop_assert!(walk.stop() <= (best - 3.0).max(96.0) + 1e-9);
            stop = walk.stop();
        }
    }

    #[test]
    fn a_chandelier_stop_is_the_best_completed_price_less_its_distance(
        bars in path(), short: bool, tenths in 5_i32..60,
    ) {
        let side = if short { Side::Short } else { Side::Long };
        let distance = f64::from(tenths) / 10.0;
        let entry = bars[0].open;
        let levels = (entry - side.sign() * 4.0, entry + side.sign() * 40.0);
        let mut walk =
            Walk::entered_at(side, entry, levels, 99, FillRules::default()).trailing(distance);
        for (i, bar) in bars.iter().enumerate() {
            // Of the bars before this one, its own high and low left out.
            let wanted = bars[..i].iter().fold(levels.0, |stop, done| match side {
                Side::Long => stop.max(done.high.max(entry) - distance),
                Side::Short => stop.min(done.low.min(entry) + distance),
            });
            prop_assert!((walk.stop() - wanted).abs() < 1e-9, "bar {i}: {} {wanted}", walk.stop());
            if walk.step(bar) != Progress::Open {
                break;
            }
        }
    }

    #[test]
    fn a_split_on_the_way_changes_neither_the_end_nor_the_result(
        bars in path(), at in 0_usize..30, which in 0_usize..5, trailing: bool,
    ) {
        let (text, ratio) =
            [("2", 2.0), ("4", 4.0), ("0.5", 0.5), ("0.1", 0.1), ("5", 5.0)][which];
        let bracket = around_100(trailing.then_some(1.5));
        let no_commission = CostModel { commission_per_share: 0.0, ..CostModel::default() };
        let (mut plain, mut split_up) = (Walk::new(&bracket), Walk::new(&bracket));
        let plain_end = run(&mut plain, &bars);
        let mut split_end = None;
        for (i, bar) in bars.iter().enumerate() {
            if i == at {
                split_up.apply_action(&split(text));
            }
            let bar = if i >= at { printed(bar, ratio) } else { *bar };
            if matches!(split_up.step(&bar), Progress::Closed(_)) {
                split_end = Some(i);
                break;
            }
        }
        prop_assert_eq!(plain_end, split_end);
        if let (Some(a), Some(b)) = (plain.exit(), split_up.exit()) {
            prop_assert_eq!((a.kind, a.sessions, a.ambiguous), (b.kind, b.sessions, b.ambiguous));
            let (a, b) = (plain.net_r(&a, &no_commission), split_up.net_r(&b, &no_commission));
            prop_assert!((a - b).abs() < 1e-9, "{a} and {b}");
        }
    }

    #[test]
    fn bars_after_a_cut_change_nothing_that_was_known_at_the_cut(bars in path(), cut in 0_usize..30) {
        let cut = cut.min(bars.len());
        let mut through = Walk::new(&around_100(Some(1.5)));
        let mut stopped = through;
        let (full, short) = (run(&mut through, &bars), run(&mut stopped, &bars[..cut]));
        prop_assert_eq!(short, full.filter(|end| *end < cut));
        if short.is_some() {
            for bar in &bars {
                through.step(bar);
            }
            prop_assert_eq!(through, stopped, "an ended walk stays as it ended");
        }
    }

    #[test]
    fn higher_costs_never_give_a_better_result(bars in path(), factor in 1.0_f64..4.0) {
        let mut walk = Walk::new(&around_100(None));
        run(&mut walk, &bars);
        if let Some(exit) = walk.exit().or_else(|| walk.end_of_data(bars.last().unwrap().close)) {
            let base = walk.net_r(&exit, &CostModel::default());
            prop_assert!(walk.net_r(&exit, &CostModel::default().multiplied(factor)) <= base);
        }
    }
}
