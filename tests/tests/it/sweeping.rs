//! Many settings on one history: kept as they come, the same on any number of threads, and judged.

use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;

use crate::support::{Call, Home};

/// Half a year of one symbol, before members are fitted: each trial takes a moment.
const RANGE: [&str; 6] = ["--symbols", "IBM", "--from", "2001-02-01", "--to", "2001-12-31"];
const VARY: [&str; 4] =
    ["--vary", "policy.*.r_multiple=1.5..2.5/0.5", "--vary", "costs.half_spread_bps=1,3"];

fn sweep(home: &Home, more: &[&str]) -> Call {
    home.tradebot(&[&["sweep", "--json"][..], &VARY, &RANGE, more].concat())
}

fn figures(answer: &Value) -> Vec<(String, Value)> {
    let lines = answer["lines"].as_array().unwrap().iter();
    lines.map(|l| (l["parameters"].to_string(), l["sharpe"].clone())).collect()
}

#[test]
fn a_sweep_is_the_same_on_any_number_of_threads_and_every_trial_is_a_run() {
    let (one, two) = (Home::new(), Home::new());
    let first = sweep(&one, &["--threads", "1"]).run().code(0).json();
    let second = sweep(&two, &["--threads", "2"]).run().code(0).json();
    assert_eq!(
        (&first["trials"], &first["done"], &first["failed"]),
        (&6.into(), &6.into(), &0.into())
    );
    assert_eq!(figures(&first), figures(&second));
    assert_eq!(first["verdict"], second["verdict"]);
    let html = std::fs::read_to_string(first["report"].as_str().unwrap()).unwrap();
    assert!(html.contains("policy.*.r_multiple") && html.contains("<svg"));
}

#[test]
fn a_trial_is_the_run_of_its_settings_and_no_further_attempt_when_that_is_made() {
    let home = Home::new();
    let vary = ["sweep", "--json", "--no-report", "--vary", "costs.half_spread_bps=1,3"];
    let swept = home.json(&[&vary[..], &RANGE].concat());
    assert_eq!(swept["verdict"]["trials"]["count"], 2, "{swept:#}");
    let run = ["backtest", "--json", "--half-spread-bps", "3"];
    let run = home.json(&[&run[..], &RANGE].concat());
    let lines = swept["lines"].as_array().unwrap();
    let same = |l: &&Value| l["parameters"].as_str().unwrap().ends_with("=3");
    assert_eq!(lines.iter().find(same).unwrap()["trades"], run["trades"]);
    let html = std::fs::read_to_string(run["report"].as_str().unwrap()).unwrap();
    let counted = html.split_once("Attempts counted").unwrap().1;
    let digits = counted.trim_start_matches(|c: char| !c.is_ascii_digit());
    assert!(digits.starts_with('2') && !digits[1..].starts_with(|c: char| c.is_ascii_digit()));
}

#[test]
fn a_sweep_that_was_killed_goes_on_where_it_was() {
    let whole = Home::new();
    let wanted = sweep(&whole, &[]).run().code(0).json();
    let home = Home::new();
    let killed = sweep(&home, &["--threads", "1"]).start().when_it_says("1 of 6");
    assert!(killed.killed_after(Duration::ZERO), "it was over before it could be killed");
    let again = sweep(&home, &[]).run().code(0);
    assert!(again.stderr.contains(" are known"), "{}", again.stderr);
    let again = again.json();
    assert_eq!(figures(&again), figures(&wanted));
    assert_eq!(again["verdict"]["overfitting"], wanted["verdict"]["overfitting"]);
    // What was kept before the kill is an attempt as well.
    let conn = Connection::open(home.file("backtest.db")).unwrap();
    let attempts: u32 = conn.query_row("SELECT count(*) FROM trials", [], |r| r.get(0)).unwrap();
    assert_eq!(attempts, 6);
    // Nothing is left to do.
    let idle = sweep(&home, &[]).run().code(0);
    assert!(!idle.stderr.contains("trials"), "{}", idle.stderr);
    // A torn line is made again.
    let file = again["results"].as_str().unwrap();
    let text = std::fs::read_to_string(file).unwrap();
    std::fs::write(file, &text[..text.len() - 9]).unwrap();
    let mended = sweep(&home, &[]).run().code(0);
    assert!(mended.stderr.contains("5 are known"), "{}", mended.stderr);
    assert_eq!(figures(&mended.json()), figures(&wanted));
}

#[test]
fn choices_are_tested_on_what_came_after_and_a_leak_has_to_be_asked_for_by_name() {
    let home = Home::new();
    let walk = |first: &str, more: &[&str]| {
        let stretches = ["walk-forward", "--json", "--first", first, "--every", "50"];
        home.tradebot(&[&stretches[..], &VARY, &RANGE, more].concat())
    };
    let answer = walk("120", &[]).run().code(0).json();
    assert_eq!((&answer["leaks"], &answer["trials"]), (&false.into(), &6.into()));
    let steps = answer["steps"].as_array().unwrap();
    assert!(steps.len() >= 2, "{answer:#}");
    for step in steps {
        assert!(step["learned_to"].as_str() < step["tested_from"].as_str(), "{step:#}");
    }
    for pair in steps.windows(2) {
        assert!(pair[0]["tested_to"].as_str() < pair[1]["tested_from"].as_str());
    }
    let purge = answer["purge"].as_u64().unwrap();
    assert!(purge >= 20, "as long as positions may be open: {purge}");
    let refused = walk("120", &["--purge", "5"]).run().code(2);
    let _ = refused.says(&["--purge 5", "--let-it-leak"]);
    let leaking = walk("120", &["--purge", "5", "--let-it-leak"]).run().code(0).json();
    assert_eq!(leaking["leaks"], true);
    let refused = walk("5000", &[]).run().code(2);
    let _ = refused.says(&["sessions"]);
}

#[test]
fn what_cannot_be_swept_is_refused_before_anything_is_run() {
    let home = Home::new();
    let refused = |arguments: &[&str]| {
        let call = home.tradebot(&[&["sweep"][..], arguments, &RANGE].concat());
        call.run().code(2).stderr
    };
    let text = refused(&["--vary", "policy.*.r_multiple=9,10"]);
    assert!(text.contains("r_multiple") && text.contains('3'), "{text}");
    let text = refused(&["--vary", "ensemble.half_life_sessons=1,2"]);
    assert!(text.contains("did you mean `ensemble.half_life_sessions`"), "{text}");
    let text = refused(&["--vary", "seed=1,2", "--search", "random"]);
    assert!(text.contains("--trials"), "{text}");
    let text = refused(&["--vary", "seed=1,2", "--vary", "seed=3,4"]);
    assert!(text.contains("seed"), "{text}");
    let text = refused(&["--vary", "seed=1,2", "--warm-start", "demo-0001"]);
    assert!(text.contains("has seen this history"), "{text}");
    assert!(!home.path().join("sweeps").exists(), "nothing was written");
}
