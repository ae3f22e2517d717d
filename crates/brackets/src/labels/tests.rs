//! Labels against a reference written from the definition, without the walker.

use super::*;
use crate::manage::PartialExit;
use crate::rules::Ambiguity;
use proptest::prelude::*;
use tradebot_domain::Date;

fn bar(open: f64, high: f64, low: f64, close: f64) -> Bar {
    let date: Date = "2005-02-28".parse().unwrap();
    Bar { date: date.into(), open, high, low, close, volume: 1e6 }
}

fn spec() -> LabelSpec {
    LabelSpec::new(Side::Long, (2.0, 3.0), 3)
}

fn one(bars: &[Bar], spec: &LabelSpec) -> Label {
    let signals = [Signal { bar: 0, atr: 1.0 }];
    labels(bars, &signals, spec, &CostModel::FREE).unwrap()[0]
}

#[test]
fn the_first_barrier_reached_is_the_label() {
    let quiet = bar(100.0, 101.0, 99.0, 100.0);
    let cases = [
        ([bar(100.0, 103.0, 99.0, 102.0), quiet, quiet], Some(1), 1),
        ([quiet, bar(100.0, 100.5, 98.0, 99.0), quiet], Some(-1), 2),
        ([quiet, quiet, bar(100.0, 101.0, 99.0, 100.5)], Some(0), 3),
    ];
    for (path, value, last) in cases {
        let bars = [&[quiet][..], &path].concat();
        let label = one(&bars, &spec());
        assert_eq!((label.value, label.interval), (value, Interval { first: 1, last }));
        assert_eq!((label.entry, label.stop, label.target), (100.0, 98.0, 103.0));
    }
}

#[test]
fn a_time_out_is_zero_or_the_sign_of_its_move_in_favour_of_the_side() {
    for (side, close, wanted) in [
        (Side::Long, 100.5, 1),
        (Side::Long, 99.5, -1),
        (Side::Long, 100.0, 0),
        (Side::Short, 99.5, 1),
        (Side::Short, 100.5, -1),
    ] {
        let mut bars = [bar(100.0, 101.0, 99.0, 100.0); 4];
        bars[3].close = close;
        let signed = LabelSpec { side, time_out: TimeOut::Sign, ..spec() };
        assert_eq!(one(&bars, &signed).value, Some(wanted), "{side:?} {close}");
        assert_eq!(one(&bars, &LabelSpec { side, ..spec() }).value, Some(0));
    }
}

#[test]
fn a_meta_label_is_about_profit_after_costs_whatever_the_barrier() {
    let mut bars = [bar(100.0, 101.0, 99.0, 100.0); 4];
    bars[3].close = 100.1;
    let signals = [Signal { bar: 0, atr: 1.0 }];
    let meta = |costs: &CostModel| labels(&bars, &signals, &spec(), costs).unwrap()[0].meta();
    assert_eq!(meta(&CostModel::FREE), Some(true));
    assert_eq!(meta(&CostModel::default()), Some(false), "18 bp of costs for 10 bp of profit");
    let label = labels(&bars, &signals, &spec(), &CostModel::default()).unwrap()[0];
    let costs = CostModel::default();
    let exit_cost = costs.exit_per_share(100.1, ExitKind::Time);
    let wanted = (0.1 - costs.entry_per_share(100.0) - exit_cost) / 100.0;
    assert!((label.net_return - wanted).abs() < 1e-12);
}

#[test]
fn a_series_that_ends_first_gives_no_value_and_counts_in_no_mean() {
    let bars = [bar(100.0, 101.0, 99.0, 100.5); 3];
    let label = one(&bars, &spec());
    assert_eq!((label.value, label.meta(), label.exit.kind), (None, None, ExitKind::EndOfData));
    assert_eq!(label.interval, Interval { first: 1, last: 2 });
    let summary = LabelSummary::of(&[label]);
    let nothing = LabelSummary { end_of_data: 1, ..LabelSummary::default() };
    assert_eq!(summary, nothing);
    let last = [Signal { bar: 2, atr: 1.0 }];
    assert_eq!(labels(&bars, &last, &spec(), &CostModel::FREE).unwrap(), []);
    assert_eq!(labels(&[], &[], &spec(), &CostModel::FREE).unwrap(), []);
}

#[test]
fn what_cannot_be_labelled_is_told_with_its_index_and_value() {
    let mut bars = [bar(100.0, 101.0, 99.0, 100.5); 3];
    let free = CostModel::FREE;
    let told = |bars: &[Bar], signal, spec: &LabelSpec| {
        labels(bars, &[signal], spec, &free).unwrap_err().to_string()
    };
    let fine = Signal { bar: 0, atr: 1.0 };
    assert!(told(&bars, Signal { bar: 3, atr: 1.0 }, &spec()).contains("there are 3 bars"));
    for atr in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(told(&bars, Signal { bar: 0, atr }, &spec()).contains("ATR of"));
    }
    let bad = [
        LabelSpec { stop_atr: 0.0, ..spec() },
        LabelSpec { target_atr: f64::NAN, ..spec() },
        LabelSpec { sessions: 0, ..spec() },
        LabelSpec { trailing_atr: Some(-1.0), ..spec() },
        LabelSpec {
            management: Management { exit_on_reversal: true, ..Management::OFF },
            ..spec()
        },
    ];
    for bad in bad {
        assert!(told(&bars, fine, &bad).starts_with("bracket spec"), "{bad:?}");
    }
    bars[1].low = f64::NAN;
    assert!(told(&bars, fine, &spec()).contains("bar 1"));
}

#[test]
fn any_bracket_can_be_labelled_and_one_not_entered_has_no_label() {
    let row = crate::BracketSpec {
        atr_multiplier: 2.0,
        r_multiple: 1.5,
        stop_min: 0.001,
        stop_max: 0.5,
        max_holding_sessions: 3,
        trailing_atr: None,
    };
    let tick = tradebot_domain::Tick::CENT;
    let bracket = crate::Bracket::around_close(100.0, 2.0, &row, tick).unwrap();
    let label = |open: f64| {
        let bars = [bar(100.0, 101.0, 99.0, 100.0), bar(open, 106.0, 99.0, 105.0)];
        label_of(Walk::new(&bracket), &bars, 0, TimeOut::Zero, &CostModel::FREE)
    };
    let taken = label(100.8).unwrap();
    assert_eq!((taken.value, taken.entry, taken.exit.price), (Some(1), 100.8, 106.0));
    assert_eq!(label(100.81), None);
}

#[test]
fn uniqueness_of_a_worked_example() {
    // Bars 1 to 4: 1, 2, 2, 1 labels.
    let intervals = [Interval { first: 1, last: 3 }, Interval { first: 2, last: 4 }];
    assert_eq!(concurrency(&intervals, 6), [0, 1, 2, 2, 1, 0]);
    assert_eq!(uniqueness(&intervals, 6), [2.0 / 3.0, 2.0 / 3.0]);
    assert_eq!(uniqueness(&[Interval { first: 7, last: 9 }], 6), [0.0]);
    assert!(intervals[0].overlaps(&intervals[1]) && intervals[1].overlaps(&intervals[0]));
    assert!(!intervals[0].overlaps(&Interval { first: 4, last: 4 }));
}

/// How a position ends by the definition: prices are mirrored for a short, so that up is good.
struct Reference {
    value: Option<i8>,
    last: usize,
    price: f64,
    ambiguous: bool,
}

fn reference(bars: &[Bar], signal: usize, atr: f64, spec: &LabelSpec) -> Reference {
    let flip = if spec.side == Side::Long { 1.0 } else { -1.0 };
    let entry = flip * bars[signal + 1].open;
    let (mut stop, target) = (entry - spec.stop_atr * atr, entry + spec.target_atr * atr);
    let mut highest = f64::NEG_INFINITY;
    let done = |value, last, price: f64, ambiguous| Reference {
        value,
        last,
        price: flip * price,
        ambiguous,
    };
    let end = signal + spec.sessions as usize;
    for (j, bar) in bars.iter().enumerate().skip(signal + 1) {
        let (open, close) = (flip * bar.open, flip * bar.close);
        let (high, low) = if flip > 0.0 { (bar.high, bar.low) } else { (-bar.low, -bar.high) };
        if j > signal + 1 {
            if open <= stop {
                return done(Some(-1), j, open, false);
            }
            if open >= target {
                return done(Some(1), j, open, false);
            }
        }
        let hit = if spec.rules.trade_through { high > target } else { high >= target };
        if low <= stop && hit {
            let stop_first = match spec.rules.ambiguity {
                Ambiguity::Stop => true,
                Ambiguity::Target => false,
                Ambiguity::NearestOpen => open - stop <= target - open,
            };
            let (value, price) = if stop_first { (-1, stop) } else { (1, target) };
            return done(Some(value), j, price, true);
        }
        if low <= stop {
            return done(Some(-1), j, stop, false);
        }
        if hit {
            return done(Some(1), j, target, false);
        }
        if j == end {
            let value = match spec.time_out {
                TimeOut::Sign if close > entry => 1,
                TimeOut::Sign if close < entry => -1,
                TimeOut::Sign | TimeOut::Zero => 0,
            };
            return done(Some(value), j, close, false);
        }
        highest = highest.max(high);
        if let Some(k) = spec.trailing_atr {
            stop = stop.max(highest - k * atr);
        }
    }
    done(None, bars.len() - 1, flip * bars[bars.len() - 1].close, false)
}

fn path() -> impl Strategy<Value = Vec<Bar>> {
    let one = (-200_i32..200, 0_i32..300, 0_i32..300, 0_i32..=100);
    proptest::collection::vec(one, 2..60).prop_map(|moves| {
        let mut close = 10_000;
        moves
            .into_iter()
            .map(|(gap, up, down, share)| {
                let open = (close + gap).max(3_000);
                let (high, low) = (open + up, open - down);
                close = low + (high - low) * share / 100;
                // Eighths keep sums of levels and prices exact, so that touches happen.
                let price = |cents: i32| f64::from(cents / 12) / 8.0;
                bar(price(open), price(high), price(low), price(close))
            })
            .collect()
    })
}

fn any_spec() -> impl Strategy<Value = LabelSpec> {
    let side = prop_oneof![Just(Side::Long), Just(Side::Short)];
    let tie =
        prop_oneof![Just(Ambiguity::Stop), Just(Ambiguity::Target), Just(Ambiguity::NearestOpen)];
    let trail = proptest::option::of(1_u32..16);
    let shape = (side, 1_u32..20, 1_u32..20, 1_u32..15);
    (shape, (tie, any::<bool>(), any::<bool>(), trail)).prop_map(
        |((side, stop, target, sessions), (ambiguity, trade_through, signed, trail))| {
            let quarter = |n: u32| f64::from(n) / 4.0;
            LabelSpec {
                rules: FillRules { ambiguity, trade_through },
                time_out: if signed { TimeOut::Sign } else { TimeOut::Zero },
                trailing_atr: trail.map(quarter),
                ..LabelSpec::new(side, (quarter(stop), quarter(target)), sessions)
            }
        },
    )
}

/// The mean of 1 / c over an interval, counted label by label.
fn uniqueness_by_counting(intervals: &[Interval], i: usize) -> f64 {
    let Interval { first, last } = intervals[i];
    let covers = |t: usize| intervals.iter().filter(|o| o.first <= t && t <= o.last).count();
    let sum: f64 = (first..=last).map(|t| 1.0 / covers(t) as f64).sum();
    sum / (last - first + 1) as f64
}

proptest! {
    #[test]
    fn labels_are_those_of_the_definition(bars in path(), spec in any_spec(), halves in 1_u32..12) {
        let atr = f64::from(halves) / 2.0;
        let signals: Vec<_> = (0..bars.len() - 1).map(|bar| Signal { bar, atr }).collect();
        let found = labels(&bars, &signals, &spec, &CostModel::FREE).unwrap();
        prop_assert_eq!(found.len(), signals.len());
        for label in &found {
            let wanted = reference(&bars, label.signal, atr, &spec);
            let what = format!("signal {} of {spec:?}", label.signal);
            prop_assert_eq!(label.value, wanted.value, "{}", what);
            prop_assert_eq!(label.interval, Interval { first: label.signal + 1, last: wanted.last });
            prop_assert_eq!(label.exit.price, wanted.price, "{}", what);
            prop_assert_eq!(label.exit.ambiguous, wanted.ambiguous, "{}", what);
            let gross = spec.side.sign() * (wanted.price / label.entry - 1.0);
            prop_assert!((label.net_return - gross).abs() < 1e-12);
            prop_assert_eq!(label.meta(), wanted.value.map(|_| label.net_return > 0.0));
        }
    }

    #[test]
    fn a_label_is_made_of_the_bars_of_its_interval_alone(bars in path(), spec in any_spec()) {
        let signals: Vec<_> = (0..bars.len() - 1).map(|bar| Signal { bar, atr: 2.0 }).collect();
        let all = labels(&bars, &signals, &spec, &CostModel::default()).unwrap();
        for label in all.iter().filter(|label| label.value.is_some()) {
            let cut = &bars[..=label.interval.last];
            let signal = [Signal { bar: label.signal, atr: 2.0 }];
            let again = labels(cut, &signal, &spec, &CostModel::default()).unwrap();
            prop_assert_eq!(&again[..], &[*label][..]);
        }
    }

    #[test]
    fn a_partial_exit_is_in_the_net_result_of_a_label(bars in path(), share in 0.1_f64..0.9) {
        let plain = LabelSpec::new(Side::Long, (1.0, 2.0), 8);
        let near = LabelSpec { target_atr: 0.5, ..plain };
        let part = PartialExit { at_r: 0.5, share };
        let management = Management { partial_exit: Some(part), ..Management::OFF };
        let split = LabelSpec { management, ..plain };
        let signal = [Signal { bar: 0, atr: 4.0 }];
        let net = |spec: &LabelSpec| {
            labels(&bars, &signal, spec, &CostModel::default()).unwrap()[0].net_r
        };
        let wanted = share * net(&near) + (1.0 - share) * net(&plain);
        prop_assert!((net(&split) - wanted).abs() < 1e-9);
    }

    #[test]
    fn uniqueness_is_what_counting_gives_and_sums_to_the_bars_that_carry_labels(
        lengths in proptest::collection::vec((0_usize..40, 0_usize..12), 1..25),
    ) {
        let intervals: Vec<_> =
            lengths.iter().map(|(first, more)| Interval { first: *first, last: first + more }).collect();
        let weights = uniqueness(&intervals, 60);
        for (i, weight) in weights.iter().enumerate() {
            prop_assert!((weight - uniqueness_by_counting(&intervals, i)).abs() < 1e-12);
            prop_assert!(*weight > 0.0 && *weight <= 1.0);
        }
        let spread: f64 = weights
            .iter()
            .zip(&intervals)
            .map(|(weight, i)| weight * (i.last - i.first + 1) as f64)
            .sum();
        let covered = concurrency(&intervals, 60).iter().filter(|count| **count > 0).count();
        prop_assert!((spread - covered as f64).abs() < 1e-9);
    }

    #[test]
    fn trading_through_never_fills_what_a_touch_does_not(bars in path(), spec in any_spec()) {
        let signals: Vec<_> = (0..bars.len() - 1).map(|bar| Signal { bar, atr: 2.0 }).collect();
        let both = FillSensitivity::of(&bars, &signals, &spec, &CostModel::FREE).unwrap();
        for summary in [both.touch, both.trade_through] {
            let ends = summary.targets + summary.stops + summary.time_outs;
            prop_assert_eq!(ends, summary.labels);
            prop_assert_eq!(summary.labels + summary.end_of_data, signals.len());
        }
        if both.changed == 0 {
            prop_assert_eq!(both.touch, both.trade_through);
        }
        prop_assert!(both.trade_through.ambiguous <= both.touch.ambiguous + both.changed);
    }
}
