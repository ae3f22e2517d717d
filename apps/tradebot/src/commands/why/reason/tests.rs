//! Tests of the module `reason`.

use tradebot_domain::Symbol;
use tradebot_journal::SizingStep;

use super::*;
use crate::commands::explain::sample;

fn answer(reason: &str, detail: &str) -> Because {
    because(&sample::refused(reason, detail), reason, detail, None)
}

#[test]
fn a_consensus_below_break_even_is_told_with_what_was_missing() {
    let b = answer("below_break_even", "");
    assert_eq!(b.sentence, "the consensus 0.420 does not beat break-even 0.450");
    assert_eq!(b.change.as_deref(), Some("A consensus above 0.450: 0.030 more."));
}

#[test]
fn a_failed_check_is_told_in_the_unit_of_its_limit() {
    let mut record = sample::refused("notional", "");
    let check = |limit: &str, asked, allowed| CheckRecord {
        limit: limit.to_owned(),
        asked,
        allowed,
        passed: false,
        warns: false,
    };
    record.checks = vec![check("notional", 0.213, 0.2)];
    let b = because(&record, "notional", "", None);
    assert_eq!(b.sentence, "the check notional failed: 21.30 % asked, at most 20.00 % allowed");
    assert_eq!(b.change.as_deref(), Some("At most 20.00 % instead."));

    record.checks = vec![check("correlation MSFT", 1.0, 0.6)];
    let b = because(&record, "correlation_unknown", "", None);
    assert!(b.sentence.starts_with("its correlation with MSFT is not known"), "{}", b.sentence);
    assert!(b.change.unwrap().starts_with("MSFT not held"));

    record.checks = vec![check("cash", 1_500.0, 1_200.5)];
    let b = because(&record, "cash", "", None);
    assert_eq!(b.change.as_deref(), Some("299.50 more cash."));
}

#[test]
fn less_than_a_share_says_how_much_is_missing() {
    let detail = "0.000100 of equity at risk buys no whole share: one takes 0.000250; held down by `explore`";
    let mut record = sample::refused("less_than_one_share", detail);
    record.sizing = vec![SizingStep {
        step: "explore".to_owned(),
        before: 0.0,
        after: 0.0001,
        note: String::new(),
    }];
    let b = because(&record, "less_than_one_share", detail, None);
    assert_eq!(b.change.as_deref(), Some("2.5 times the equity, or a size so much larger."));
    assert!(b.sentence.contains("0.010 % of equity") && b.sentence.contains("0.025 %"));
}

#[test]
fn what_is_held_is_named_with_its_dates() {
    let holding = Holding {
        shares: Shares(112),
        since: "2005-02-01".parse().unwrap(),
        until: Some("2005-03-10".parse().unwrap()),
    };
    let record = sample::refused("already_held", "");
    let b = because(&record, "already_held", "", Some(&holding));
    assert_eq!(b.sentence, "it is held already: 112 shares since 2005-02-01");
    assert!(b.change.unwrap().ends_with("closed on 2005-03-10."));
}

/// Every reason that the engine, sizing and review can give.
#[test]
fn no_reason_is_left_without_words() {
    for reason in [
        "no_bar",
        "gate_refused",
        "not_warm",
        "regime_undetermined",
        "no_bracket",
        "abstention",
        "already_held",
        "below_break_even",
        "row_unknown",
        "size_not_earned",
        "no_growth",
        "drawdown_limit",
        "gate_closed",
        "no_heat_room",
        "less_than_one_share",
    ] {
        let b = answer(reason, "the detail");
        assert!(b.change.is_some(), "{reason}");
        assert!(!b.sentence.ends_with('.') && !b.sentence.is_empty(), "{reason}");
    }
    // What only a bug or broken data can cause is told as it was recorded.
    for reason in ["sizing_input_unusable", "bracket_incomplete", "something new"] {
        assert_eq!(answer(reason, "the detail").sentence, "the detail");
    }
    assert_eq!(Symbol::new("AAPL").unwrap(), sample::refused("x", "").id.symbol);
}
