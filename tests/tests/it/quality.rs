//! Dirty data from import to repair, and where a number came from.

use std::fmt::Write as _;

use crate::support::Home;
use crate::support::reference::reference;

fn home() -> &'static Home {
    &reference().home
}

/// Sessions of January 2005; those of the second week are in cents.
fn half_in_cents() -> String {
    let mut text = "date,open,high,low,close,volume\n".to_owned();
    for day in [3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 18, 19, 20, 21] {
        let unit = if (10..=14).contains(&day) { 100.0 } else { 1.0 };
        let close = if day % 2 == 0 { 50.0 } else { 50.5 };
        let [open, high, low] = [close + 0.1, close + 1.0, close - 1.0].map(|p| p * unit);
        writeln!(text, "2005-01-{day:02},{open},{high},{low},{},{}", close * unit, 1_000 + day)
            .unwrap();
    }
    text
}

fn with_dirty_data() -> Home {
    let home = Home::new();
    let file = home.input("cents.csv", &half_in_cents());
    let _ = home.ok(&["data", "import", &file, "--symbol", "CENT", "--accept-dirty"]);
    home
}

#[test]
fn prices_in_cents_are_proposed_mended_on_a_word_and_told_where_they_came_from() {
    let home = with_dirty_data();
    let offers = home.json(&["quality", "list", "--json"]);
    assert_eq!(offers.as_array().unwrap().len(), 1, "{offers:#}");
    assert!(offers[0]["what"].as_str().unwrap().contains("prices times 0.01"), "{offers:#}");
    let id = offers[0]["id"].as_str().unwrap();
    let before = home.json(&["provenance", "CENT", "2005-01-12", "--json"]);
    assert_eq!(before["bar"]["close"], 5_000.0);

    let _ =
        home.ok(&["quality", "accept", id, "--note", "quoted in cents"]).shows(&["CENT: mended"]);
    let after = home.json(&["provenance", "CENT@2005-01-12", "--json"]);
    assert_eq!(after["bar"]["close"], 50.0);
    assert_ne!(after["digest"], before["digest"]);
    assert_eq!(after["mendings"][0]["note"], "quoted in cents");
    assert_eq!(after["imports"].as_array().unwrap().len(), 1);
    let untouched = home.json(&["provenance", "CENT", "2005-01-03", "--json"]);
    assert_eq!(untouched["mendings"].as_array().unwrap().len(), 0);
    let _ = home.ok(&["quality", "list"]).shows(&["nothing is proposed"]);
    let decided = home.json(&["quality", "list", "--decided", "--json"]);
    assert_eq!((&decided[0]["id"], &decided[0]["accepted"]), (&offers[0]["id"], &true.into()));

    let again = home.tradebot(&["quality", "accept", id]).run().code(2);
    let _ = again.says(&[id, "decided on", "nothing was changed", "quality list"]);
}

#[test]
fn a_rejected_repair_is_not_proposed_again() {
    let home = with_dirty_data();
    let offers = home.json(&["quality", "list", "CENT", "--json"]);
    let id = offers[0]["id"].as_str().unwrap();
    let _ = home.ok(&["quality", "reject", id]).shows(&["CENT: left"]);
    assert_eq!(home.json(&["quality", "list", "--json"]).as_array().unwrap().len(), 0);
    let bar = home.json(&["provenance", "CENT", "2005-01-12", "--json"]);
    assert_eq!(bar["bar"]["close"], 5_000.0);
    let unknown = home.tradebot(&["quality", "list", "DOLLAR"]).run().code(2);
    let _ = unknown.says(&["DOLLAR", "CENT"]);
}

#[test]
fn the_chain_of_a_decision_ends_at_the_very_bar_that_it_was_taken_on() {
    let chain = home().json(&["provenance", "ibm", "2002-03-01", "--json"]);
    assert_eq!(chain["source"], "bundled");
    let decision = &chain["decision"];
    assert_eq!(decision["run_id"], "demo-0001");
    assert_eq!(decision["same_bar"], true);
    assert_eq!(decision["quality"]["bar_digest"], chain["digest"]);
    assert!(chain["later_factor"].as_f64().unwrap() > 1.0, "IBM paid dividends after 2002");
    let told = home().ok(&["provenance", "IBM@2002-03-01"]);
    let _ = told.shows(&["IBM 2002-03-01", "to the last bit", "admitted"]);
    let sunday = home().tradebot(&["provenance", "IBM", "2002-03-03"]).run().code(2);
    let _ = sunday.says(&["no bar of 2002-03-03", "2000-03-01"]);
}
