//! Broken bars, missing bars, endings and corporate actions inside the loop.

use tradebot_domain::{ActionKind, CorporateAction, Decimal, Symbol};
use tradebot_journal::{Event, Verdict};

use crate::market::{Market, run};

fn reason_on(
    outcome: &crate::market::Outcome,
    market: &Market,
    session: usize,
    symbol: &str,
) -> String {
    let date = market.date(session);
    outcome
        .decisions()
        .find(|d| d.id.session == date && d.id.symbol.as_str() == symbol)
        .map(|d| match &d.verdict {
            Verdict::NoTrade { reason, .. } => reason.clone(),
            Verdict::Trade { .. } => "trade".to_owned(),
        })
        .unwrap()
}

#[test]
fn a_bar_that_cannot_be_is_refused_and_the_next_one_has_a_fresh_chance() {
    let mut market = Market::random(&["AAA", "BBB"], 420, 0.0005, 5);
    let bar = market.bar(400, "AAA");
    (bar.high, bar.low) = (bar.low, bar.high);
    market.bar(405, "AAA").close = f64::NAN;
    let outcome = run(&market, |_| {});
    assert_eq!(reason_on(&outcome, &market, 400, "AAA"), "gate_refused");
    assert_eq!(reason_on(&outcome, &market, 405, "AAA"), "gate_refused");
    assert_ne!(reason_on(&outcome, &market, 400, "BBB"), "gate_refused");
    assert_ne!(reason_on(&outcome, &market, 401, "AAA"), "gate_refused");
}

#[test]
fn a_missing_bar_is_a_named_reason_and_not_an_error() {
    let mut market = Market::random(&["AAA", "BBB"], 420, 0.0005, 5);
    let gone: Symbol = "AAA".parse().unwrap();
    market.sessions[410].bars.retain(|(s, _)| *s != gone);
    market.sessions[411].missed.push((gone, 1));
    let outcome = run(&market, |_| {});
    assert_eq!(reason_on(&outcome, &market, 410, "AAA"), "no_bar");
    assert_eq!(outcome.decisions().count(), 2 * 420);
}

#[test]
fn a_symbol_whose_data_end_leaves_the_cycle_and_its_position_is_closed_at_the_last_close() {
    let mut market = Market::random(&["AAA", "BBB"], 500, 0.002, 9);
    let gone: Symbol = "AAA".parse().unwrap();
    for (i, session) in market.sessions.iter_mut().enumerate().skip(450) {
        session.bars.retain(|(s, _)| *s != gone);
        session.listed.retain(|s| *s != gone);
        if i == 450 {
            session.ended.push(gone);
        }
    }
    let outcome = run(&market, |_| {});
    let last = outcome.decisions().filter(|d| d.id.symbol == gone).map(|d| d.id.session).max();
    assert_eq!(last, Some(market.date(449)));
    assert!(outcome.snapshots().last().unwrap().positions.iter().all(|p| p.symbol != gone));
}

#[test]
fn a_split_changes_shares_and_prices_and_nothing_else_of_what_is_decided() {
    let plain = Market::random(&["AAA"], 520, 0.0015, 21);
    let mut split = Market { sessions: plain.sessions.clone() };
    let symbol: Symbol = "AAA".parse().unwrap();
    split.shift(480, "AAA", 0.5);
    let action = CorporateAction {
        ex_date: split.date(480).date(),
        kind: ActionKind::Split { ratio: Decimal::TWO },
    };
    split.sessions[480].actions.push((symbol, action));
    for session in 480..520 {
        split.bar(session, "AAA").volume *= 2.0;
    }
    let (plain, split) = (run(&plain, |_| {}), run(&split, |_| {}));
    // Half prices are rounded to cents, so equity agrees to a few cents a share and no step shows.
    for (a, b) in plain.snapshots().zip(split.snapshots()).skip(470).take(20) {
        let (a, b) = (a.equity.to_f64(), b.equity.to_f64());
        assert!((a / b - 1.0).abs() < 2e-4, "{a} {b}");
    }
    let worst = split.snapshots().map(|s| s.day_return).fold(0.0, f64::min);
    assert!(worst > -0.05, "no session shows the split as a loss: {worst}");
}

#[test]
fn an_action_whose_ex_date_has_no_usable_bar_applies_with_the_next_one() {
    let mut market = Market::random(&["AAA"], 520, 0.0015, 21);
    let symbol: Symbol = "AAA".parse().unwrap();
    market.shift(480, "AAA", 0.5);
    let action = CorporateAction {
        ex_date: market.date(480).date(),
        kind: ActionKind::Split { ratio: Decimal::TWO },
    };
    market.sessions[480].actions.push((symbol, action));
    market.sessions[480].bars.clear();
    market.sessions[481].missed.push((symbol, 1));
    let outcome = run(&market, |_| {});
    let worst = outcome.snapshots().map(|s| s.day_return).fold(0.0, f64::min);
    assert!(worst > -0.05, "the split is not taken for a loss: {worst}");
    let applied = outcome.events.iter().filter(|e| matches!(e, Event::ActionApplied(_))).count();
    let held = outcome.snapshots().nth(479).is_some_and(|s| !s.positions.is_empty());
    assert_eq!(applied, usize::from(held));
}
