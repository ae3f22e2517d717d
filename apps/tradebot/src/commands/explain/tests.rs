//! Tests of the module `explain`.

use super::*;

fn explanation(decision: DecisionRecord) -> Explanation {
    Explanation {
        run_id: "demo-0001".to_owned(),
        features: Vec::new(),
        regime: None,
        outcome: None,
        history: Vec::new(),
        trade: None,
        position: None,
        decision,
    }
}

fn shown(decision: DecisionRecord, width: usize) -> String {
    let mut page = Page::of_width(width);
    explanation(decision).write(&mut page);
    page.text()
}

#[test]
fn the_waterfall_goes_from_the_bar_to_the_shares() {
    let text = shown(sample::trade(), 100);
    let sections = [
        "AAPL on 2005-03-01 in demo-0001: a trade of 112 shares (drift)",
        "Data",
        "Regime and row",
        "Members",
        "Consensus",
        "Basis of the size",
        "DRIFT:",
        "Bracket",
        "Sizing",
        "Checks",
        "Verdict",
        "What became of it",
    ];
    let places: Vec<usize> = sections.iter().map(|s| text.find(s).expect(s)).collect();
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn distances_are_in_percent_of_the_close_and_in_planned_risk() {
    let text = shown(sample::trade(), 100);
    let line = |name: &str| {
        let line = text.lines().find(|l| l.trim_start().starts_with(name)).expect(name);
        line.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("target"), "target 47.88 +7.6 % +1.09 R");
    assert_eq!(line("entry limit"), "entry limit 44.95 +1.0 % +0.00 R");
    assert_eq!(line("stop "), "stop 42.25 -5.1 % -1.00 R");
}

#[test]
fn it_fits_forty_columns() {
    for record in [sample::trade(), sample::refused("below_break_even", "consensus 0.42 ...")] {
        let text = shown(record, 40);
        for line in text.lines() {
            assert!(line.chars().count() <= 40, "{line}\n{text}");
        }
    }
}

#[test]
fn an_abstention_and_a_refusal_are_told() {
    let text = shown(sample::refused("below_break_even", "it does not"), 100);
    assert!(text.contains("abstains"), "{text}");
    assert!(text.contains("NO TRADE (below_break_even): it does not"), "{text}");
    assert!(text.contains("none: it does not"), "{text}");
}

#[test]
fn the_basis_of_a_size_that_came_to_nothing_is_read_from_its_steps() {
    let mut record = sample::trade();
    record.verdict = Verdict::NoTrade { reason: "cash".to_owned(), detail: String::new() };
    assert_eq!(size::basis_of(&record), Some(tradebot_journal::SizeBasis::Drift));
    record.sizing[1].note = "0.25 of Kelly".to_owned();
    assert_eq!(size::basis_of(&record), Some(tradebot_journal::SizeBasis::Skill));
    record.sizing.clear();
    assert_eq!(size::basis_of(&record), None);
}
