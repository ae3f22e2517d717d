//! Tests of the module `actions`.

use super::*;
use proptest::prelude::*;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// Sessions on consecutive days; `adjusted` as a vendor would compute it from the actions.
fn vendor(closes: &[f64], actions: &[(usize, ActionKind)]) -> Vec<AdjustedClose> {
    let mut date = day("2005-01-03");
    let mut rows: Vec<AdjustedClose> = Vec::new();
    for &close in closes {
        rows.push(AdjustedClose { date, close, adjusted: close, noise: 0.0 });
        date = date.tomorrow().unwrap();
    }
    for &(at, kind) in actions {
        let factor =
            CorporateAction { ex_date: rows[at].date, kind }.continuity_factor(rows[at].close);
        for row in &mut rows[..at] {
            row.adjusted /= factor;
        }
    }
    rows
}

fn split(text: &str) -> ActionKind {
    ActionKind::Split { ratio: text.parse().unwrap() }
}

fn dividend(text: &str) -> ActionKind {
    ActionKind::Dividend { amount: text.parse().unwrap() }
}

#[test]
fn splits_and_dividends_come_back_out_of_adjusted_closes() {
    let actions =
        [(1, split("2")), (3, dividend("0.125")), (4, split("0.1")), (6, dividend("3.08"))];
    let rows = vendor(&[88.0, 44.5, 44.0, 43.2, 430.0, 431.0, 428.0, 427.0], &actions);
    let derived = from_adjusted_close(&rows);
    let found: Vec<_> = derived.actions.iter().map(|a| (a.ex_date, a.kind)).collect();
    let expected: Vec<_> = actions.iter().map(|&(at, kind)| (rows[at].date, kind)).collect();
    assert_eq!(found, expected);
    assert_eq!(derived.doubts, []);
}

#[test]
fn amounts_are_right_whichever_close_the_vendor_relates_them_to() {
    // Four quarters of 0.23 with 3 % moves on the ex-dates, related to the close before.
    let closes = [29.0, 28.0, 28.5, 27.6, 28.2, 29.1, 30.0, 29.2];
    let mut rows = vendor(&closes, &[]);
    for at in [1, 3, 5, 7] {
        let factor = 1.0 - 0.23 / rows[at - 1].close;
        for row in &mut rows[..at] {
            row.adjusted *= factor;
        }
    }
    let derived = from_adjusted_close(&rows);
    let found: Vec<_> = derived.actions.iter().map(|a| (a.ex_date, a.kind)).collect();
    let expected: Vec<_> =
        [1, 3, 5, 7].iter().map(|&at| (rows[at].date, dividend("0.23"))).collect();
    assert_eq!(found, expected);
}

#[test]
fn rounding_of_the_adjusted_close_makes_no_dividends() {
    let mut rows = vendor(&[10.03, 10.11, 9.97, 10.20, 10.18], &[(2, dividend("0.5"))]);
    for row in &mut rows {
        row.adjusted = (row.adjusted * 100.0).round() / 100.0;
    }
    assert!(from_adjusted_close(&rows).actions.len() > 1);
    for row in &mut rows {
        row.noise = 0.005 / row.adjusted;
    }
    let derived = from_adjusted_close(&rows);
    assert_eq!(derived.actions.len(), 1);
    assert_eq!(derived.actions[0].ex_date, rows[2].date);
}

#[test]
fn a_negative_dividend_is_doubted_not_paid() {
    let rows = [
        AdjustedClose { date: day("2005-01-03"), close: 10.0, adjusted: 10.0, noise: 0.0 },
        AdjustedClose { date: day("2005-01-04"), close: 10.0, adjusted: 9.5, noise: 0.0 },
        AdjustedClose { date: day("2005-01-05"), close: 10.0, adjusted: f64::NAN, noise: 0.0 },
    ];
    let derived = from_adjusted_close(&rows);
    assert_eq!(derived.actions, []);
    assert_eq!(derived.doubts.len(), 2);
}

#[test]
fn a_large_step_that_is_no_simple_split_is_doubted() {
    let rows = vendor(&[100.0, 40.0], &[(1, dividend("13.7"))]);
    let derived = from_adjusted_close(&rows);
    assert_eq!(derived.actions[0].kind, dividend("13.7"));
    assert_eq!(derived.doubts.len(), 1);
}

#[test]
fn a_factor_table_gives_the_announced_amounts() {
    let bar = |date: &str, close: f64| Bar {
        date: day(date).into(),
        open: close,
        high: close,
        low: close,
        close,
        volume: 1.0,
    };
    let bars = [
        bar("2012-08-08", 619.86),
        bar("2012-08-09", 620.73),
        bar("2014-06-06", 645.57),
        bar("2014-06-09", 93.7),
    ];
    let row = |date: &str, price_factor, split_factor, reference_close| FactorRow {
        last_date: day(date),
        price_factor,
        split_factor,
        reference_close,
    };
    let table = [
        row("1998-01-02", 0.861_365_7, 0.035_714_3, 1.0),
        row("2012-08-08", 0.861_365_7, 0.035_714_3, 619.86),
        row("2014-06-06", 0.865_063_9, 0.035_714_3, 645.57),
        row("2050-12-31", 0.865_063_9, 0.25, 0.0),
    ];
    let derived = from_factor_table(&table, &bars, &|_| None);
    let found: Vec<_> = derived.actions.iter().map(|a| (a.ex_date, a.kind)).collect();
    assert_eq!(found, [(day("2012-08-09"), dividend("2.65")), (day("2014-06-09"), split("7"))]);
    assert_eq!(derived.doubts, []);
}

#[test]
fn simple_ratios_are_exact_and_others_are_not_splits() {
    for (step, ratio) in [
        (1.999_996, "2"),
        (1.5, "1.5"),
        (0.5, "0.5"),
        (0.100_05, "0.1"),
        (20.0, "20"),
        (1.25, "1.25"),
    ] {
        assert_eq!(simple_split(step), Some(ratio.parse().unwrap()), "{step}");
    }
    for step in [1.0, 1.046, 1.2, 0.83, 1.9, 2.01, f64::NAN, 0.0, -2.0] {
        assert_eq!(simple_split(step), None, "{step}");
    }
}

proptest! {
    /// What was put in by a vendor comes out, whatever the prices.
    #[test]
    fn any_dividend_of_a_cent_or_more_survives_the_round_trip(
        closes in prop::collection::vec(5.0_f64..500.0, 2..30),
        at in any::<prop::sample::Index>(),
        cents in 1_i64..100,
    ) {
        let at = 1 + at.index(closes.len() - 1);
        let kind = ActionKind::Dividend { amount: Decimal::new(cents, 2) };
        let derived = from_adjusted_close(&vendor(&closes, &[(at, kind)]));
        prop_assert_eq!(derived.actions.len(), 1);
        prop_assert_eq!(derived.actions[0].kind, kind);
    }
}
