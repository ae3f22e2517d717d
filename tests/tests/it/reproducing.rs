//! A result can be computed again, and every attempt is counted.

use rusqlite::Connection;
use serde_json::Value;

use crate::support::Home;
use crate::support::reference::{identity, reference};

/// A short run of its own, cheap to compute again.
fn short(home: &Home, more: &[&str]) -> Value {
    let range = ["--symbols", "IBM", "--from", "2001-02-01", "--to", "2001-06-29"];
    let run = ["backtest", "--json", "--no-report", "--quiet"];
    home.json(&[&run[..], &range, more].concat())
}

#[test]
fn a_run_is_reproduced_from_its_manifest_alone() {
    let home = &reference().home;
    // The settings of now are not those of the run: it was made with others, by the environment.
    let again = home.json(&["reproduce", "demo-0001", "--json", "--quiet"]);
    assert_eq!(again["reproduced"], true, "{again:#}");
    let [digest, trades, equity] = identity(&reference().summary);
    assert_eq!([&again["now"]["digest"], &again["then"]["digest"]], [&digest, &digest]);
    assert_eq!((&again["now"]["trades"], &again["now"]["final_equity"]), (&trades, &equity));
    let words = home.ok(&["reproduce", "--threads", "1"]).stdout;
    assert!(words.starts_with("demo-0001 reproduced: "), "{words}");
}

#[test]
fn a_result_that_does_not_come_again_says_what_came_then_and_now() {
    let home = Home::new();
    let made = short(&home, &[]);
    let conn = Connection::open(home.file("backtest.db")).unwrap();
    conn.execute("UPDATE runs SET final_equity = '1.00'", []).unwrap();
    let answer = home.tradebot(&["reproduce", "backtest-0001"]).run().code(1);
    assert!(answer.stdout.contains("NOT reproduced"), "{}", answer.stdout);
    assert!(answer.stdout.contains(made["final_equity"].as_str().unwrap()), "{}", answer.stdout);
}

#[test]
fn data_or_settings_that_are_no_longer_the_runs_are_named_before_anything_is_computed() {
    let home = Home::new();
    short(&home, &[]);
    let change = |from: &str, to: &str| {
        let conn = Connection::open(home.file("backtest.db")).unwrap();
        let sql = "UPDATE run_manifests SET body = replace(body, ?1, ?2)";
        assert_eq!(conn.execute(sql, [from, to]), Ok(1));
    };
    change("\"seed\":42", "\"seed\":43");
    let refused = home.tradebot(&["reproduce"]).run().code(1);
    let _ = refused.says(&["backtest-0001 cannot be reproduced", "understands its settings"]);
    change("\"data_digest\":\"", "\"data_digest\":\"00");
    let refused = home.tradebot(&["reproduce"]).run().code(1);
    let _ = refused.says(&["backtest-0001 cannot be reproduced", "market data", "bring back"]);
    let conn = Connection::open(home.file("backtest.db")).unwrap();
    conn.execute("DELETE FROM run_manifests", []).unwrap();
    let refused = home.tradebot(&["reproduce"]).run().code(2);
    let _ = refused.says(&["kept no manifest", "repeat it"]);
    let refused = home.tradebot(&["reproduce", "backtest-0007"]).run().code(2);
    let _ = refused.says(&["there is no run `backtest-0007`", "backtest-0001"]);
}

#[test]
fn every_different_attempt_counts_against_the_next_result_and_the_same_one_again_does_not() {
    let home = Home::new();
    let attempts = |home: &Home| {
        let file = home.desk("report.html");
        let _ = home.ok(&["report", "latest", "--output", file.to_str().unwrap()]);
        let html = std::fs::read_to_string(file).unwrap();
        let at = html.find("Attempts counted").expect("the report says how many");
        let rest = &html[at..];
        let digits: String = rest.chars().skip_while(|c| !c.is_ascii_digit()).collect();
        digits.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse::<u32>().unwrap()
    };
    short(&home, &[]);
    assert_eq!(attempts(&home), 1);
    short(&home, &[]);
    assert_eq!(attempts(&home), 1, "the same question again");
    short(&home, &["--seed", "7"]);
    assert_eq!(attempts(&home), 2);
    // A demo of what a backtest has tried is no new attempt, of anything else it is.
    let range = ["--symbols", "IBM", "--from", "2001-02-01", "--to", "2001-06-29"];
    let demo = ["run", "--mode", "demo", "--json", "--no-report", "--quiet"];
    home.json(&[&demo[..], &range].concat());
    assert_eq!(attempts(&home), 2);
    home.json(&[&demo[..], &range, &["--cash", "50000"]].concat());
    assert_eq!(attempts(&home), 3);
}
