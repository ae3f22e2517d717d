//! The page as a whole.

use std::collections::BTreeSet;

use tradebot_backtest::RunResult;

use crate::render;
use crate::testing::{MadeUp, assessed, hostile};

const VOID: [&str; 1] = ["meta"];

fn page(of: &RunResult) -> String {
    render(of, &assessed(of)).unwrap()
}

/// Every element is closed, in the order in which it was opened.
#[track_caller]
fn check_balance(html: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html.strip_prefix("<!DOCTYPE html>").expect("begins with its type");
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let end = rest.find('>').expect("a tag ends");
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        assert!(!tag.contains('<'), "a tag within a tag: <{tag}>");
        if let Some(name) = tag.strip_prefix('/') {
            let opened = open.pop().unwrap_or_else(|| panic!("</{name}> closes nothing"));
            assert_eq!(opened, name, "still open: {open:?}");
            continue;
        }
        let name = tag.split([' ', '/']).next().unwrap();
        assert!(name.bytes().all(|b| b.is_ascii_alphanumeric()), "<{tag}>");
        assert_eq!(tag.matches('"').count() % 2, 0, "<{tag}>");
        if !tag.ends_with('/') && !VOID.contains(&name) {
            open.push(name);
        }
        if name == "style" {
            rest = &rest[rest.find("</style>").expect("the style sheet ends")..];
        }
    }
    assert!(open.is_empty(), "never closed: {open:?}");
}

/// What every page has, whatever the run.
#[track_caller]
fn check_page(html: &str) {
    check_balance(html);
    for (id, title) in [
        ("verdict", "Verdict"),
        ("key-figures", "Key figures"),
        ("equity", "Equity and drawdown"),
        ("monthly", "Monthly returns"),
        ("earned-by", "What the trades were earned by"),
        ("skill", "Skill out of sample"),
        ("reliability", "Do the probabilities mean what they say?"),
        ("weights", "Weights over time"),
        ("prices", "Trades on prices"),
        ("trades", "Trades"),
        ("exits", "Exits and costs"),
        ("regimes", "Regimes"),
        ("no-trade", "Why there was no trade"),
        ("risk-events", "Limits reached"),
        ("refits", "Refits and model cards"),
        ("timings", "How long it took"),
        ("configuration", "Configuration and digests"),
        ("glossary", "What the numbers mean"),
    ] {
        assert!(html.contains(&format!("<section id=\"{id}\" ")), "section {id}");
        assert!(html.contains(&format!("id=\"{id}-h\">{title}</h2>")), "heading of {id}");
        assert!(html.contains(&format!("<a href=\"#{id}\">{title}</a>")), "link to {id}");
    }
    assert!(!html.contains("NaN") && !html.contains("inf "), "numbers that are none");
    let ids: Vec<&str> = html.split(" id=\"").skip(1).map(|s| &s[..s.find('"').unwrap()]).collect();
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "an id twice");
    for named in html.split(" aria-labelledby=\"").skip(1) {
        for id in named[..named.find('"').unwrap()].split(' ') {
            assert!(unique.contains(id), "nothing has the id {id}");
        }
    }
}

#[test]
fn a_page_has_all_sections_and_is_balanced() {
    let html = page(&MadeUp::default().run());
    check_page(&html);
    // Two figures of the account, one of skill, eight of reliability, one of weights, two of
    // prices, one of results; all but reliability for two widths.
    assert_eq!(html.matches("<svg ").count(), 2 * 7 + 8);
    assert_eq!(html.matches("<desc ").count(), html.matches("<svg ").count());
    assert_eq!(html.matches("<caption>").count(), html.matches("<table").count());
}

#[test]
fn a_page_loads_nothing_and_runs_nothing() {
    let html = page(&MadeUp::default().run());
    let forbidden = [
        "http:",
        "https:",
        "//",
        "<script",
        "<link",
        "<img",
        "<iframe",
        " src=",
        "@import",
        "url(",
        "javascript:",
        "onclick",
        "@font-face",
    ];
    for word in forbidden {
        assert!(!html.contains(word), "{word}");
    }
    assert!(html.contains("default-src 'none'"));
    let links = html.split("href=\"").skip(1);
    assert!(links.map(|l| &l[..1]).all(|first| first == "#"), "a link out of the page");
}

#[test]
fn texts_of_a_run_cannot_become_markup() {
    let html = page(&hostile());
    check_page(&html);
    assert!(!html.contains("<script") && !html.contains("<img"));
    assert!(html.matches("&lt;script&gt;").count() > 20, "the texts are there, escaped");
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let run = MadeUp { trade_every: 5, ..MadeUp::default() }.run();
    assert_eq!(page(&run), page(&run.clone()));
}

#[test]
fn a_run_may_be_empty_short_idle_or_unfinished() {
    let empty = MadeUp { sessions: 0, finished: false, symbols: &[], ..MadeUp::default() }.run();
    let html = page(&empty);
    check_page(&html);
    assert!(html.contains("no session yet") && html.contains("has not ended"));
    for sessions in [1, 2, 3, 40, 70] {
        check_page(&page(&MadeUp { sessions, ..MadeUp::default() }.run()));
    }
    let idle = MadeUp { trade_every: 0, finished: false, ..MadeUp::default() }.run();
    let html = page(&idle);
    check_page(&html);
    assert!(html.contains("No trade was closed.") && html.contains("class=\"notice\""));
}

#[test]
fn values_that_are_not_finite_are_drawn_and_written_as_nothing() {
    let clean = MadeUp::default().run();
    let mut run = clean.clone();
    for snapshot in run.snapshots.iter_mut().skip(5).step_by(9) {
        snapshot.benchmark = f64::NAN;
        snapshot.heat = f64::INFINITY;
    }
    for points in run.prices.values_mut() {
        points[7].close = f64::NAN;
        points[8].close = f64::INFINITY;
    }
    for learned in run.learned.iter_mut().step_by(11) {
        learned.members[0].weight = f64::NAN;
    }
    run.timings[0].p95_ms = f64::NAN;
    let html = render(&run, &assessed(&clean)).unwrap();
    check_balance(&html);
    assert!(!html.contains("NaN") && !html.contains(">inf"));
}

#[test]
fn thirteen_years_fit_into_three_megabytes() {
    let symbols = &["AAPL", "AMZN", "FB", "GOOG", "IBM", "MSFT"];
    let run = MadeUp { sessions: 3_272, symbols, trade_every: 26, ..MadeUp::default() }.run();
    let html = page(&run);
    check_page(&html);
    assert!(run.trades.len() > 900, "{}", run.trades.len());
    assert!(html.len() < 3_000_000, "{} bytes", html.len());
    assert!(html.contains("The last 200 of"));
}
