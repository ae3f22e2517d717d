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
pub(crate) fn check_balance(html: &str) {
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

/// What every page of a run has, whatever the run.
#[track_caller]
fn check_page(html: &str) {
    check_document(html);
    for (id, title) in [
        ("verdict", "Verdict"),
        ("key-figures", "Key figures"),
        ("equity", "Equity and drawdown"),
        ("drawdowns", "Deepest drawdowns"),
        ("monthly", "Monthly returns"),
        ("annual", "Annual returns"),
        ("rolling", "Rolling Sharpe ratio and beta"),
        ("exposure", "Exposure and turnover"),
        ("earned-by", "What the trades were earned by"),
        ("skill", "Skill out of sample"),
        ("reliability", "Do the probabilities mean what they say?"),
        ("weights", "Weights over time"),
        ("prices", "Trades on prices"),
        ("trades", "Trades"),
        ("excursions", "How far trades went"),
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
}

/// What every page has: balance, numbers, names that exist and are unique, nothing from outside,
/// and figures that say in words what they are and how to read them.
#[track_caller]
pub(crate) fn check_document(html: &str) {
    check_balance(html);
    check_alone(html);
    assert!(!html.contains("NaN") && !html.contains("inf "), "numbers that are none");
    let ids: Vec<&str> = html.split(" id=\"").skip(1).map(|s| &s[..s.find('"').unwrap()]).collect();
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "an id twice");
    for named in html.split(" aria-labelledby=\"").skip(1) {
        for id in named[..named.find('"').unwrap()].split(' ') {
            assert!(unique.contains(id), "nothing has the id {id}");
        }
    }
    let svgs = html.matches("<svg ").count();
    assert_eq!(html.matches("<desc ").count(), svgs);
    assert_eq!(html.matches("role=\"img\"").count(), svgs);
    assert_eq!(html.matches("<caption>").count(), html.matches("<table").count());
    let figures = html.matches("<figure ").count();
    assert_eq!(html.matches("class=\"title\"").count(), figures, "a figure without a title");
}

/// Nothing is loaded and nothing runs.
#[track_caller]
fn check_alone(html: &str) {
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
    let written = html.replace("&lt;", "");
    for word in forbidden {
        assert!(!written.contains(word), "{word}");
    }
    assert!(html.contains("default-src 'none'"));
    let links = html.split("href=\"").skip(1);
    assert!(links.map(|l| &l[..1]).all(|first| first == "#"), "a link out of the page");
}

#[test]
fn a_page_has_all_sections_and_is_balanced() {
    let html = page(&MadeUp::default().run());
    check_page(&html);
    // Two figures of the account, one of years, two that roll, two of its use, one of skill, eight
    // of reliability, one of weights, two of prices, one of results, two of excursions; all but
    // reliability and excursions for two widths.
    assert_eq!(html.matches("<svg ").count(), 2 * 12 + 8 + 2);
    assert_eq!(html.matches("class=\"beneath help\"").count(), 12 + 8 + 2, "how to read each");
}

#[test]
fn texts_of_a_run_cannot_become_markup() {
    let html = page(&hostile());
    check_balance(&html);
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

/// The part of a page under one heading.
fn section<'h>(html: &'h str, id: &str) -> &'h str {
    let start = html.find(&format!("<section id=\"{id}\" ")).unwrap();
    let length = html[start..].find("</section>").unwrap();
    &html[start..start + length]
}

#[test]
fn a_section_without_data_says_why_in_a_sentence_and_draws_nothing() {
    let empty = MadeUp { sessions: 0, finished: false, symbols: &[], ..MadeUp::default() }.run();
    let idle = MadeUp { trade_every: 0, ..MadeUp::default() }.run();
    let short = MadeUp { sessions: 100, ..MadeUp::default() }.run();
    let mut cash = idle.clone();
    for snapshot in &mut cash.snapshots {
        (snapshot.gross, snapshot.positions) = (0.0, Vec::new());
    }
    let mut blind = MadeUp::default().run();
    blind.prices.clear();
    for (run, id, said) in [
        (&empty, "drawdowns", "nothing could fall"),
        (&empty, "annual", "no year has a return"),
        (&empty, "rolling", "A window needs 126 returns and the run has 0"),
        (&empty, "exposure", "nothing was exposed over time"),
        (&empty, "excursions", "No trade was closed"),
        (&short, "rolling", "A window needs 126 returns and the run has 99"),
        (&idle, "excursions", "No trade was closed"),
        (&idle, "exposure", "nothing was turned over"),
        (&cash, "exposure", "the account was in cash throughout"),
        (&blind, "excursions", "how far they went is not known"),
    ] {
        let html = page(run);
        let part = section(&html, id);
        assert!(part.contains("<p class=\"none\">"), "{id}");
        assert!(part.contains(said), "{id}: {said}");
        let drawn = part.contains("<svg");
        assert_eq!(drawn, id == "exposure" && said.contains("turned over"), "{id}");
    }
}

#[test]
fn one_trade_is_the_best_and_there_is_no_worst() {
    let mut run = MadeUp::default().run();
    run.trades.truncate(1);
    let html = page(&run);
    check_page(&html);
    let trades = section(&html, "trades");
    assert!(trades.contains("Best trades") && !trades.contains("Worst trades"));
    assert!(section(&html, "excursions").contains("1 trade as points"));
}

#[test]
fn excursions_say_what_they_are_measured_on() {
    let html = page(&MadeUp::default().run());
    assert!(section(&html, "excursions").contains("Measured on highs and lows"));
}

#[test]
fn costs_by_kind_and_both_sides_of_ambiguous_bars_are_told_where_a_run_has_them() {
    let mut run = MadeUp::default().run();
    let plain = page(&run);
    assert!(!section(&plain, "exits").contains("market impact"));
    let money = crate::testing::money;
    let trade = &mut run.trades[0];
    trade.kinds = Some(tradebot_journal::CostKinds {
        impact: money(1.25),
        venue: money(1.25),
        ..tradebot_journal::CostKinds::default()
    });
    let optimistic = tradebot_domain::Money(trade.net.0 + money(1_000.0).0);
    trade.bounds = Some(tradebot_journal::TradeBounds { pessimistic: trade.net, optimistic });
    let html = page(&run);
    check_page(&html);
    let exits = section(&html, "exits");
    assert!(exits.contains("- market impact") && exits.contains("1.25"));
    assert!(exits.contains("held both their stop and their target"));
}

#[test]
fn the_drawdown_table_begins_with_the_deepest_drawdown_of_the_run() {
    let run = MadeUp { sessions: 900, ..MadeUp::default() }.run();
    let html = page(&run);
    let part = section(&html, "drawdowns");
    let deepest = assessed(&run).performance.max_drawdown.unwrap();
    let first = part.find(&crate::format::percent(deepest, 2)).expect("it is in the table");
    assert!(part[first..].matches("<tr>").count() == 9, "and nine are below it");
}

#[test]
fn twenty_symbols_fit_on_a_page() {
    const SYMBOLS: [&str; 20] = [
        "AA", "AB", "AC", "AD", "AE", "AF", "AG", "AH", "AI", "AJ", "AK", "AL", "AM", "AN", "AO",
        "AP", "AQ", "AR", "AS", "AT",
    ];
    let run = MadeUp { sessions: 300, symbols: &SYMBOLS, ..MadeUp::default() }.run();
    let html = page(&run);
    check_page(&html);
    assert!(html.contains("and 8 more") && html.contains("Drawn are 12 of 20 symbols"));
    assert!(SYMBOLS.iter().all(|s| html.contains(&format!(">{s}<"))));
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
