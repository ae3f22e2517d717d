//! The future does not reach back: a run that ends later decides the same until then.

use crate::support::Home;
use crate::support::journal::{entries, session};

/// Everything a run over both symbols wrote, but the frame of the run.
fn written(to: &str) -> Vec<serde_json::Value> {
    let home = Home::new();
    let arguments = ["run", "--json", "--no-report", "--symbols", "AAPL,MSFT"];
    let range = ["--from", "2004-10-01", "--to", to];
    let call = home.tradebot(&[&arguments[..], &range].concat());
    let _ = call.env("TRADEBOT_TRAINING__EXAMPLES_MIN", "60").run().code(0);
    let mut entries = entries(&home);
    entries.retain(|entry| session(entry).is_some());
    entries
}

#[test]
fn a_run_to_a_day_and_a_run_to_three_months_later_write_the_same_until_that_day() {
    let day = "2005-03-31";
    let short = written(day);
    let mut long = written("2005-06-28");
    assert!(long.len() > short.len());
    long.retain(|entry| session(entry).unwrap() <= day);
    for (a, b) in short.iter().zip(&long) {
        assert_eq!(a, b);
    }
    assert_eq!(short.len(), long.len());

    // What could have told: a split and a dividend on held positions, and refits.
    let of = |kind: &str| short.iter().filter(|e| e["kind"] == kind).cloned().collect::<Vec<_>>();
    let actions = of("action_applied");
    let action = |date: &str, what: &str| {
        actions.iter().any(|a| a["session"] == date && a["action"].to_string().contains(what))
    };
    assert!(action("2005-02-28", "split"), "{actions:#?}");
    assert!(actions.iter().any(|a| a["action"].to_string().contains("dividend")), "{actions:#?}");
    assert!(of("model_fitted").len() >= 3);
    assert!(of("decision").len() > 200);
}
