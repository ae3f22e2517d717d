//! Tests of the module `repair`.

use super::*;
use tradebot_domain::Span;

/// `n` bars around 50, up and down by 1 %.
fn walk(n: usize) -> Vec<Bar> {
    let first = Date::constant(2010, 1, 4);
    (0..n)
        .map(|i| {
            let close = if i % 2 == 0 { 50.0 } else { 50.5 };
            let date = first.checked_add(Span::new().days(i64::try_from(i).unwrap())).unwrap();
            let (open, high, low) = (close * 1.001, close * 1.02, close * 0.98);
            Bar { date: date.into(), open, high, low, close, volume: 1e5 }
        })
        .collect()
}

fn scaled(bar: &Bar, factor: f64) -> Bar {
    let by = |price: f64| price * factor;
    Bar { open: by(bar.open), high: by(bar.high), low: by(bar.low), close: by(bar.close), ..*bar }
}

fn split(bar: &Bar, ratio: i64) -> CorporateAction {
    let kind = ActionKind::Split { ratio: Decimal::from(ratio) };
    CorporateAction { ex_date: bar.date.date(), kind }
}

fn dividend(bar: &Bar, cents: i64) -> CorporateAction {
    let kind = ActionKind::Dividend { amount: Decimal::new(cents, 2) };
    CorporateAction { ex_date: bar.date.date(), kind }
}

/// Applies what is proposed; the bars then are `expected`, give or take the last bits.
#[track_caller]
fn check(mut bars: Vec<Bar>, mut actions: Vec<CorporateAction>, basis: Basis, expected: &[Bar]) {
    for proposal in propose(&bars, &actions, basis) {
        proposal.repair.apply(&mut bars, &mut actions);
    }
    bars.sort_by_key(|bar| bar.date);
    assert_eq!(bars.len(), expected.len());
    for (bar, expected) in bars.iter().zip(expected) {
        assert_eq!(bar.date, expected.date);
        for (a, b) in [
            (bar.open, expected.open),
            (bar.high, expected.high),
            (bar.low, expected.low),
            (bar.close, expected.close),
        ] {
            assert!((a / b - 1.0).abs() < 1e-12, "{bar:?} {expected:?}");
        }
    }
}

#[test]
fn nothing_is_proposed_for_a_sound_series() {
    let bars = walk(60);
    assert_eq!(propose(&bars, &[dividend(&bars[30], 25)], Basis::Raw), []);
    assert_eq!(propose(&[], &[], Basis::Raw), []);
    assert_eq!(propose(&bars[..1], &[], Basis::SplitAdjusted), []);
}

#[test]
fn pence_among_pounds_come_back_wherever_they_stand() {
    let good = walk(60);
    for (from, to) in [(0, 9), (20, 20), (30, 44), (58, 59)] {
        let mut bars = good.clone();
        for bar in &mut bars[from..=to] {
            *bar = scaled(bar, 100.0);
        }
        check(bars, Vec::new(), Basis::Raw, &good);
    }
}

#[test]
fn a_split_as_it_was_traded_is_no_other_unit() {
    let mut bars = walk(60);
    for bar in &mut bars[..30] {
        *bar = scaled(bar, 100.0);
    }
    let actions = [split(&bars[30], 100)];
    assert_eq!(propose(&bars, &actions, Basis::Raw), []);
    assert_eq!(propose(&bars, &actions, Basis::SplitAdjusted).len(), 1);
}

#[test]
fn bars_that_were_not_adjusted_for_a_split_are_and_a_fall_long_before_is_none() {
    let good = walk(60);
    let actions = vec![split(&good[40], 2)];
    let mut bars = good.clone();
    for bar in &mut bars[25..38] {
        *bar = scaled(bar, 2.0);
    }
    check(bars, actions.clone(), Basis::SplitAdjusted, &good);
    let mut fell = good;
    for bar in &mut fell[..20] {
        *bar = scaled(bar, 2.0);
    }
    assert_eq!(propose(&fell, &actions, Basis::SplitAdjusted), []);
}

#[test]
fn a_bar_told_twice_is_kept_once_and_two_that_differ_are_left_to_a_person() {
    let good = walk(20);
    let mut bars = good.clone();
    bars.push(good[4]);
    check(bars, Vec::new(), Basis::Raw, &good);
    let mut bars = good.clone();
    bars.push(scaled(&good[4], 1.01));
    assert_eq!(propose(&bars, &[], Basis::Raw), []);
}

#[test]
fn high_and_low_are_exchanged_only_where_that_makes_sense() {
    let good = walk(20);
    let mut bars = good.clone();
    (bars[7].high, bars[7].low) = (good[7].low, good[7].high);
    check(bars, Vec::new(), Basis::Raw, &good);
    let mut bars = good;
    bars[7].high = bars[7].close * 0.9;
    assert_eq!(propose(&bars, &[], Basis::Raw), []);
}

#[test]
fn a_dividend_of_half_the_price_that_left_no_trace_was_a_hundredth() {
    let bars = walk(60);
    let mut actions = vec![dividend(&bars[30], 2_500)];
    let proposals = propose(&bars, &actions, Basis::Raw);
    assert_eq!(proposals.len(), 1, "{proposals:?}");
    assert!(proposals[0].because.contains("in another unit"));
    proposals[0].repair.apply(&mut walk(60), &mut actions);
    assert_eq!(actions, [dividend(&bars[30], 25)]);
    // One that the price did fall by is what it is.
    let mut fell = walk(60);
    for bar in &mut fell[30..] {
        *bar = scaled(bar, 0.5);
    }
    assert_eq!(propose(&fell, &[dividend(&bars[30], 2_500)], Basis::Raw), []);
}

#[test]
fn the_splits_say_whether_prices_were_adjusted_for_them() {
    let adjusted = walk(60);
    let actions = [split(&adjusted[20], 2), split(&adjusted[40], 3), split(&adjusted[50], 1)];
    assert_eq!(Basis::of(&adjusted, &actions), Basis::SplitAdjusted);
    assert_eq!(Basis::of(&adjusted, &[]), Basis::Raw);
    assert_eq!(Basis::of(&[], &actions), Basis::Raw);
    let mut raw = adjusted;
    raw[..20].iter_mut().for_each(|bar| *bar = scaled(bar, 6.0));
    raw[20..40].iter_mut().for_each(|bar| *bar = scaled(bar, 3.0));
    assert_eq!(Basis::of(&raw, &actions), Basis::Raw);
}

#[test]
fn proposals_survive_json() {
    let mut bars = walk(60);
    bars[20] = scaled(&bars[20], 100.0);
    let proposals = propose(&bars, &[dividend(&bars[30], 2_500)], Basis::Raw);
    assert_eq!(proposals.len(), 2);
    let text = serde_json::to_string(&proposals).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Proposal>>(&text).unwrap(), proposals);
}
