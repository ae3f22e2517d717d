//! Tests of the module `compare`.

use tradebot_backtest::RunResult;

use crate::compare;
use crate::testing::{MadeUp, hostile, money};
use crate::tests::{check_balance, check_document};

/// The same market and other draws of the account.
fn another(run: &RunResult) -> RunResult {
    let other = MadeUp { seed: 8, ..MadeUp::default() }.run();
    RunResult {
        run_id: "demo-0002".to_owned(),
        snapshots: other.snapshots,
        trades: run.trades.iter().step_by(2).chain(&other.trades[..4]).cloned().collect(),
        ..run.clone()
    }
}

#[test]
fn runs_stand_side_by_side() {
    let one = MadeUp::default().run();
    let mut other = another(&one);
    other.started.seed = 43;
    other.started.symbols.pop();
    let html = compare(&[one, other]).unwrap();
    check_document(&html);
    for id in ["told", "runs", "courses", "figures", "settings", "trades"] {
        assert!(html.contains(&format!("<section id=\"{id}\" ")), "section {id}");
    }
    // Two figures in two widths, each with a help line.
    assert_eq!(html.matches("<svg ").count(), 4);
    assert_eq!(html.matches("class=\"beneath help\"").count(), 2);
    for said in ["A: demo-0001", "B: demo-0002", "B − A", "Sharpe ratio a year"] {
        assert!(html.contains(said), "{said}");
    }
    let settings = &html[html.find("<section id=\"settings\"").unwrap()..];
    for said in [">Seed<", ">43<", "The same in all: mode, ", ">IBM<"] {
        assert!(settings.contains(said), "{said}");
    }
}

#[test]
fn a_run_beside_itself_differs_in_nothing() {
    let run = MadeUp::default().run();
    let html = compare(&[run.clone(), run]).unwrap();
    check_document(&html);
    for said in [
        "A and B earned the same in every session.",
        "Nothing that a run records was set differently.",
        "100\u{202f}%",
    ] {
        assert!(html.contains(said), "{said}");
    }
}

#[test]
fn a_steady_lead_is_called_more_than_chance_and_noise_is_not() {
    let one = MadeUp::default().run();
    let mut ahead = one.clone();
    let mut equity = 100_000.0;
    for (n, snapshot) in ahead.snapshots.iter_mut().enumerate().skip(1) {
        snapshot.day_return += if n % 2 == 0 { 0.001_1 } else { 0.000_9 };
        equity *= 1.0 + snapshot.day_return;
        snapshot.equity = money(equity);
    }
    let html = compare(&[one.clone(), ahead.clone()]).unwrap();
    assert!(html.contains("B earned more than A, by more than chance explains."));
    let html = compare(&[ahead, one.clone()]).unwrap();
    assert!(html.contains("A earned more than B, by more than chance explains."));
    let html = compare(&[one.clone(), another(&one)]).unwrap();
    assert!(html.contains("Which of A and B earns more cannot be told from chance."));
}

#[test]
fn nothing_one_run_empty_runs_and_other_times_are_said_to_be_so() {
    let run = MadeUp::default().run();
    let empty = MadeUp { sessions: 0, finished: false, ..MadeUp::default() }.run();
    let mut early = run.clone();
    early.snapshots.truncate(100);
    let mut late = run.clone();
    late.snapshots.drain(..150);
    for (runs, said) in [
        (vec![], "No run was given."),
        (vec![run.clone()], "there is nothing to compare it with"),
        (vec![empty.clone(), empty.clone()], "No run has two closes"),
        (vec![run.clone(), empty], "have no returns in common sessions"),
        (vec![early, late], "The runs have no two sessions in common"),
    ] {
        let html = compare(&runs).unwrap();
        check_document(&html);
        assert!(html.contains(said), "{said}");
    }
    let idle = MadeUp { trade_every: 0, ..MadeUp::default() }.run();
    let html = compare(&[idle.clone(), idle]).unwrap();
    assert!(html.contains("No run closed a trade in the sessions that all have."));
}

#[test]
fn more_runs_than_colours_are_in_the_tables_and_said_not_to_be_drawn() {
    let run = MadeUp { sessions: 60, ..MadeUp::default() }.run();
    let runs = vec![run; 11];
    let html = compare(&runs).unwrap();
    check_document(&html);
    assert!(html.contains("Drawn are the first 8 of 11 runs") && html.contains("K − A"));
}

#[test]
fn texts_of_runs_cannot_become_markup_and_the_same_runs_give_the_same_bytes() {
    let runs = [hostile(), MadeUp::default().run()];
    let html = compare(&runs).unwrap();
    check_balance(&html);
    assert!(!html.contains("<script") && !html.contains("<img"));
    assert_eq!(html, compare(&runs).unwrap());
}
