//! Tests of the module `gate`.

use super::*;
use tradebot_domain::{ActionKind, Date, Decimal};

/// Sessions in a row: weekdays from Monday 2010-01-04 on.
fn sessions(n: usize) -> Vec<Moment> {
    let mut date: Date = "2010-01-04".parse().unwrap();
    std::iter::repeat_with(|| {
        let this = date.into();
        date = date.tomorrow().unwrap();
        while date.weekday().to_monday_zero_offset() >= 5 {
            date = date.tomorrow().unwrap();
        }
        this
    })
    .take(n)
    .collect()
}

/// A bar around `close` that differs a little from day to day, +-1 % close to close.
fn bar(date: Moment, close: f64) -> Bar {
    Bar { date, open: close * 0.999, high: close * 1.01, low: close * 0.99, close, volume: 1e6 }
}

/// A gate with forty quiet days behind it, the last close (100.0 or 101.0) and the days to come.
fn seasoned() -> (SymbolGate, Vec<Moment>) {
    let mut gate = SymbolGate::new(Symbol::new("AAPL").unwrap(), GateConfig::default());
    let all = sessions(60);
    for (i, &date) in all[..40].iter().enumerate() {
        let close = if i % 2 == 0 { 101.0 } else { 100.0 };
        gate.admit(date, Some(&bar(date, close)), &[], 0).1.unwrap();
    }
    (gate, all[40..].to_vec())
}

fn split(date: Moment, ratio: i64) -> CorporateAction {
    CorporateAction {
        ex_date: date.date(),
        kind: ActionKind::Split { ratio: Decimal::from(ratio) },
    }
}

#[track_caller]
fn refused(result: Result<Admitted, Refused>) -> Check {
    result.unwrap_err().reason
}

#[test]
fn a_bad_print_is_refused_and_the_next_good_bar_passes() {
    let (mut gate, days) = seasoned();
    let spike = gate.admit(days[0], Some(&bar(days[0], 650.0)), &[], 0).1;
    assert_eq!(refused(spike), Check::OutlierReturn);
    gate.admit(days[1], Some(&bar(days[1], 101.0)), &[], 0).1.unwrap();
}

#[test]
fn a_real_fall_by_half_costs_one_cycle() {
    let (mut gate, days) = seasoned();
    let mut fall = bar(days[0], 48.0);
    fall.open = 60.0;
    fall.high = 61.0;
    assert_eq!(refused(gate.admit(days[0], Some(&fall), &[], 0).1), Check::OutlierReturn);
    for &day in &days[1..4] {
        gate.admit(day, Some(&bar(day, 48.5)), &[], 0).1.unwrap();
    }
}

#[test]
fn a_large_earnings_move_is_noted_and_admitted() {
    let (mut gate, days) = seasoned();
    let (reading, verdict) = gate.admit(days[0], Some(&bar(days[0], 112.0)), &[], 0);
    verdict.unwrap();
    assert_eq!(reading.violations.len(), 1);
    assert_eq!(reading.violations[0].check, Check::OutlierReturn);
    assert_eq!(reading.level, crate::Level::Good);
}

#[test]
fn a_split_on_record_is_no_suspicion_and_one_off_record_is() {
    let (mut gate, days) = seasoned();
    let mut unrecorded = gate.clone();
    let halved = bar(days[0], 50.2);
    gate.admit(days[0], Some(&halved), &[split(days[0], 2)], 0).1.unwrap();
    let verdict = unrecorded.admit(days[0], Some(&halved), &[], 0).1;
    assert_eq!(refused(verdict), Check::SuspectedSplit);
    unrecorded.admit(days[1], Some(&bar(days[1], 50.4)), &[], 0).1.unwrap();
}

#[test]
fn a_split_on_record_that_did_not_move_the_price_is_suspected() {
    let (mut gate, days) = seasoned();
    let verdict = gate.admit(days[0], Some(&bar(days[0], 100.5)), &[split(days[0], 3)], 0).1;
    assert_eq!(refused(verdict), Check::SuspectedSplit);
}

#[test]
fn a_special_dividend_explains_its_fall() {
    let (mut gate, days) = seasoned();
    let amount = Decimal::from(18);
    let dividend =
        CorporateAction { ex_date: days[0].date(), kind: ActionKind::Dividend { amount } };
    let (reading, verdict) = gate.admit(days[0], Some(&bar(days[0], 82.5)), &[dividend], 0);
    verdict.unwrap();
    assert_eq!(reading.violations, []);
}

#[test]
fn a_split_that_falls_on_a_missing_day_still_counts() {
    let (mut gate, days) = seasoned();
    assert_eq!(refused(gate.admit(days[0], None, &[split(days[0], 2)], 1).1), Check::Gap);
    let (reading, verdict) = gate.admit(days[1], Some(&bar(days[1], 50.3)), &[], 1);
    verdict.unwrap();
    assert_eq!(reading.violations[0].check, Check::Gap);
}

#[test]
fn a_price_that_stands_still_is_noted_then_refused_then_passes_when_it_moves() {
    let (mut gate, days) = seasoned();
    let verdicts: Vec<bool> = days[..7]
        .iter()
        .map(|&day| gate.admit(day, Some(&bar(day, 100.7)), &[], 0).1.is_ok())
        .collect();
    assert_eq!(verdicts, [true, true, true, true, false, false, false]);
    gate.admit(days[7], Some(&bar(days[7], 100.9)), &[], 0).1.unwrap();
}

#[test]
fn absence_is_a_gap_first_and_stale_after_five_sessions() {
    let (mut gate, days) = seasoned();
    for missed in 1..=7_u32 {
        let (reading, verdict) = gate.admit(days[missed as usize - 1], None, &[], missed);
        let expected = if missed <= 5 { Check::Gap } else { Check::Stale };
        assert_eq!(refused(verdict), expected, "{missed}");
        assert_eq!((reading.score, reading.bar_digest.as_str()), (0.0, ""));
    }
    let back = gate.admit(days[7], Some(&bar(days[7], 100.0)), &[], 7).1;
    assert_eq!(refused(back), Check::Gap);
    gate.admit(days[8], Some(&bar(days[8], 100.4)), &[], 0).1.unwrap();
}

#[test]
fn a_repeated_or_old_bar_does_not_move_the_gate() {
    let (mut gate, days) = seasoned();
    let first = bar(days[0], 100.4);
    gate.admit(days[0], Some(&first), &[], 0).1.unwrap();
    assert_eq!(refused(gate.admit(days[0], Some(&first), &[], 0).1), Check::Duplicate);
    let old = Bar { close: 5.0, low: 4.0, ..first };
    assert_eq!(refused(gate.admit(days[1], Some(&old), &[], 0).1), Check::Duplicate);
    gate.admit(days[1], Some(&bar(days[1], 100.0)), &[], 0).1.unwrap();
}

#[test]
fn a_bar_without_numbers_is_refused_and_forgotten() {
    let (mut gate, days) = seasoned();
    let hole = Bar { high: f64::NAN, ..bar(days[0], 100.0) };
    let (reading, verdict) = gate.admit(days[0], Some(&hole), &[], 0);
    assert_eq!(refused(verdict), Check::NonFinite);
    assert_eq!(reading.column_scores[1], ("high", 0.0));
    assert_eq!(reading.column_scores[3], ("close", 1.0));
    gate.admit(days[1], Some(&bar(days[1], 100.0)), &[], 0).1.unwrap();
}

#[test]
fn a_stray_low_that_would_set_off_stops_is_refused() {
    let (mut gate, days) = seasoned();
    let stray = Bar { low: 1.0, ..bar(days[0], 100.0) };
    assert_eq!(refused(gate.admit(days[0], Some(&stray), &[], 0).1), Check::OutlierReturn);
}

#[test]
fn a_bar_of_another_symbol_or_currency_is_refused_without_trace() {
    let (gate, days) = seasoned();
    let mut gate = gate.in_currency(Currency::Usd);
    let foreign = bar(days[0], 3.0);
    let label = |symbol: &str, currency| Label { symbol: Symbol::new(symbol).unwrap(), currency };
    let other = gate.admit_labelled(label("MSFT", None), days[0], &foreign, &[], 0).1;
    assert_eq!(refused(other), Check::SymbolMismatch);
    let cad = label("AAPL", Some(Currency::Cad));
    let other = gate.admit_labelled(cad, days[0], &foreign, &[], 0).1;
    assert_eq!(refused(other), Check::CurrencyMismatch);
    let usd = label("AAPL", Some(Currency::Usd));
    gate.admit_labelled(usd, days[0], &bar(days[0], 100.3), &[], 0).1.unwrap();
}

#[test]
fn a_symbol_without_a_past_may_begin_at_any_price() {
    let mut gate = SymbolGate::new(Symbol::new("NEW").unwrap(), GateConfig::default());
    let days = sessions(2);
    gate.admit(days[0], Some(&bar(days[0], 4_321.0)), &[], 0).1.unwrap();
    gate.admit(days[1], Some(&bar(days[1], 5_000.0)), &[], 0).1.unwrap();
}

#[test]
fn an_index_that_doubles_overnight_is_no_split() {
    let config = GateConfig::default().for_index();
    let mut gate = SymbolGate::new(Symbol::new("^VIX").unwrap(), config);
    let days = sessions(2);
    gate.admit(days[0], Some(&bar(days[0], 14.0)), &[], 0).1.unwrap();
    assert_eq!(
        refused(gate.admit(days[1], Some(&bar(days[1], 28.0)), &[], 0).1),
        Check::OutlierReturn
    );
}
