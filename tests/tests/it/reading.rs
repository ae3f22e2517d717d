//! What a finished run tells those who ask: decisions, reasons, tables, the journal, the report.

use rusqlite::Connection;
use serde_json::Value;

use crate::support::journal::{entries, of_kind};
use crate::support::reference::reference;
use crate::support::{Home, Outcome};

fn home() -> &'static Home {
    &reference().home
}

/// Decisions of the reference that pass a filter, in order.
fn decisions(filter: impl Fn(&Value) -> bool) -> Vec<Value> {
    let mut decisions = of_kind(&entries(home()), "decision");
    decisions.retain(|d| filter(d));
    decisions
}

fn name_of(decision: &Value) -> (String, String) {
    let text = |part: &str| decision["id"][part].as_str().unwrap().to_owned();
    (text("symbol"), text("session"))
}

/// A trade that members fitted in this run had a say in.
fn late_trade() -> (String, String) {
    let fitted = |d: &Value| d["opinions"].as_array().unwrap().iter().all(|o| !o["raw"].is_null());
    let trades = decisions(|d| d["verdict"]["verdict"] == "trade" && fitted(d));
    name_of(&trades[trades.len() / 2])
}

#[test]
fn explain_shows_every_step_from_the_bar_to_what_became_of_it() {
    let (symbol, session) = late_trade();
    let shown = home().ok(&["explain", &symbol, &session]).shows(&[
        "a trade of",
        "Data",
        "admitted",
        "bundled",
        "Regime and row",
        "Features",
        "Members",
        "trend",
        "mean_reversion",
        "momentum",
        "logistic",
        "naive_bayes",
        "forest",
        "Consensus",
        "break-even",
        "Basis",
        "Bracket",
        "entry limit",
        "stop",
        "target",
        "Sizing",
        "whole_shares",
        "Checks",
        "portfolio_heat",
        "Verdict",
        "buy",
        "What became of it",
        "entry filled",
        "net",
    ]);
    assert_eq!(shown.stderr, "");
}

#[test]
fn explain_takes_a_decision_in_both_forms_and_the_last_one_by_name() {
    let (symbol, session) = late_trade();
    let two = home().ok(&["explain", &symbol, &session]).stdout;
    assert_eq!(home().ok(&["explain", &format!("{symbol}@{session}")]).stdout, two);
    assert_eq!(home().ok(&["explain", &symbol.to_lowercase(), &session]).stdout, two);
    let last = home().ok(&["explain", "IBM", "latest"]).stdout;
    assert!(last.starts_with("IBM on 2002-06-28"), "{last}");
    let bare = home().tradebot(&["explain", "IBM"]).run().code(2);
    let _ = bare.says(&["which session of IBM?", "IBM latest"]);
}

#[test]
fn explain_as_json_has_the_record_and_what_came_of_it() {
    let (symbol, session) = late_trade();
    let explained = home().json(&["explain", &symbol, &session, "--json"]);
    let recorded = decisions(|d| name_of(d) == (symbol.clone(), session.clone()));
    for part in ["id", "close", "row", "features", "bracket", "opinions", "sizing", "checks"] {
        assert_eq!(explained["decision"][part], recorded[0][part], "{part}");
    }
    assert_eq!(explained["run_id"], "demo-0001");
    assert_eq!(explained["regime"]["session"], session.as_str());
    assert_eq!(explained["outcome"]["taken"], true);
    assert_eq!(explained["trade"]["symbol"], symbol.as_str());
    assert_eq!(explained["features"].as_array().unwrap().len(), 36);
    assert_eq!(explained["history"][0]["event"], "intended");
}

#[test]
fn why_says_for_each_reason_what_happened_and_gives_it_to_programs_too() {
    let mut reasons: Vec<String> = Vec::new();
    for decision in decisions(|d| d["verdict"]["verdict"] == "no_trade") {
        let reason = decision["verdict"]["reason"].as_str().unwrap().to_owned();
        if reasons.contains(&reason) {
            continue;
        }
        let (symbol, session) = name_of(&decision);
        let text = format!("No trade in {symbol} on {session}:");
        let _ = home().ok(&["why", &symbol, &session]).shows(&[&text]);
        let answer = home().json(&["why", &symbol, &session, "--json"]);
        assert_eq!(
            (&answer["reason"], &answer["traded"]),
            (&reason.as_str().into(), &false.into())
        );
        assert!(answer["sentence"].as_str().unwrap().starts_with(&text));
        reasons.push(reason);
    }
    assert!(reasons.len() >= 3, "{reasons:?}");
}

#[test]
fn why_says_when_there_was_a_trade_or_no_session_at_all() {
    let (symbol, session) = late_trade();
    let _ = home().ok(&["why", &symbol, &session]).shows(&["There was a trade"]);
    for (date, word) in [
        ("2001-07-04", "no session on Wednesday"),
        ("2001-09-12", "no session on Wednesday"),
        ("2000-01-05", "the run begins on 2001-02-01"),
        ("2005-01-05", "the run ends on 2002-06-28"),
    ] {
        let _ = home().ok(&["why", "IBM", date]).shows(&[word, "decision"]);
    }
    let other = home().tradebot(&["why", "FB", "2001-07-03"]).run().code(2);
    let _ = other.says(&["AAPL, IBM, MSFT, not FB"]);
    let _ = home().tradebot(&["why", "IBM", "yesterday"]).run().code(2).says(&["yesterday"]);
}

#[test]
fn a_symbol_that_is_not_listed_yet_is_said_to_be_so() {
    let home = Home::new();
    let run = |from: &str, to: &str| {
        let symbols = ["run", "--no-report", "--quiet", "--symbols", "FB,IBM"];
        let _ = home.ok(&[&symbols[..], &["--from", from, "--to", to]].concat());
    };
    run("2005-01-03", "2005-01-14");
    let _ = home.ok(&["why", "FB", "2005-01-05"]).shows(&["FB has no data", "listed later"]);
    run("2012-05-01", "2012-05-31");
    let _ = home.ok(&["why", "FB", "2012-05-04"]).shows(&["not listed yet", "2012-05-18"]);
    let _ = home.ok(&["why", "FB", "2012-05-21"]).shows(&["not warm", "252"]);
    let absent = home.tradebot(&["explain", "FB", "2012-05-04"]).run().code(2);
    let _ = absent.says(&["not listed yet", "2012-05-18"]);
}

/// A command's three forms: text, JSON with `count` records (if it is a list), CSV with as many.
#[track_caller]
fn three_forms(command: &[&str], count: usize, heading: &str) {
    let with = |flag| home().ok(&[command, &[flag]].concat());
    let text = home().ok(command);
    assert!(!text.stdout.trim().is_empty() && text.stderr.is_empty(), "{text}");
    let json = with("--json").json();
    let (head, rows) = with("--csv").csv();
    assert!(head.contains(&heading.to_owned()), "{head:?}");
    assert!(rows.iter().all(|row| row.len() == head.len()));
    assert_eq!(rows.len(), count);
    if let Some(records) = json.as_array() {
        assert_eq!(records.len(), count);
    }
    let both = home().tradebot(&[command, &["--json", "--csv"]].concat()).run().code(2);
    let _ = both.says(&["--json", "--csv"]);
}

#[test]
fn tables_come_as_text_json_and_csv_with_the_same_records() {
    let journal = entries(home());
    let trades = of_kind(&journal, "trade_closed");
    let of_ibm = trades.iter().filter(|t| t["symbol"] == "IBM").count();
    let snapshots = of_kind(&journal, "snapshot");
    let held = snapshots.last().unwrap()["positions"].as_array().unwrap().len();
    let mut orders: Vec<Value> =
        of_kind(&journal, "order").iter().map(|o| o["order_id"].clone()).collect();
    orders.sort_by_key(ToString::to_string);
    orders.dedup();
    three_forms(&["trades"], trades.len(), "net");
    three_forms(&["trades", "--symbol", "ibm"], of_ibm, "reason");
    three_forms(&["positions"], held, "stop");
    three_forms(&["orders"], orders.len(), "state");
    three_forms(&["status"], held, "symbol");
    let parts = home().json(&["account", "--json"])["profit"].as_array().unwrap().len();
    three_forms(&["account"], parts, "net");
    three_forms(&["data", "list"], 5, "symbol");
}

#[test]
fn runs_are_found_by_name_mode_and_age() {
    let named = home().ok(&["status", "--run", "demo-0001"]).stdout;
    assert_eq!(home().ok(&["status"]).stdout, named);
    assert_eq!(home().ok(&["status", "--mode", "demo"]).stdout, named);
    let none = home().tradebot(&["status", "--mode", "backtest"]).run().code(2);
    let _ = none.says(&["there is no run"]);
    let none = home().tradebot(&["trades", "--run", "demo-0002"]).run().code(2);
    let _ = none.says(&["there is no run `demo-0002`", "demo-0001"]);
}

/// A copy of the reference's database whose journal may be changed.
fn tampered(change: &str) -> Home {
    let home = Home::new();
    std::fs::create_dir(home.path()).unwrap();
    for name in ["demo.db", "demo.anchors"] {
        std::fs::copy(reference().home.file(name), home.file(name)).unwrap();
    }
    let conn = Connection::open(home.file("demo.db")).unwrap();
    let triggers: Vec<String> = conn
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(triggers.len() >= 5, "the journal guards itself: {triggers:?}");
    for trigger in triggers {
        conn.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
    }
    conn.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    conn.execute_batch(change).unwrap_or_else(|e| panic!("{change}: {e}"));
    home
}

fn verify(home: &Home) -> (Outcome, Value) {
    let text = home.tradebot(&["journal", "verify"]).run();
    let json = home.tradebot(&["journal", "verify", "--json"]).run();
    assert_eq!(text.status.code(), json.status.code());
    let report = json.json()[0].clone();
    (text, report)
}

#[test]
fn an_intact_journal_verifies() {
    let (text, report) = verify(home());
    let _ = text.code(0).shows(&["demo: adds up", "1 run"]);
    assert_eq!((&report["ok"], &report["entries"]), (&true.into(), &entries(home()).len().into()));
}

#[test]
fn one_flipped_byte_anywhere_in_the_journal_is_found() {
    let last = entries(home()).len() - 1;
    for seq in [0, 1, last / 3, last / 2, last - 1, last] {
        // The last digit of the body becomes another.
        let home = tampered(&format!(
            "UPDATE journal SET body = substr(body, 1, length(body) - 3)
             || char(unicode(substr(body, -3, 1)) + 1) || substr(body, -2) WHERE seq = {seq}"
        ));
        let (text, report) = verify(&home);
        let _ = text.code(1);
        assert_eq!(
            (&report["ok"], &report["broken_entry"]),
            (&false.into(), &seq.into()),
            "{report}"
        );
    }
}

#[test]
fn entries_that_were_removed_renamed_or_exchanged_are_found() {
    for change in [
        "DELETE FROM journal WHERE seq = 100",
        "DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)",
        "UPDATE journal SET kind = 'fill' WHERE seq =
         (SELECT min(seq) FROM journal WHERE kind = 'decision')",
        "UPDATE journal SET seq = -1 WHERE seq = 100;
         UPDATE journal SET seq = 100 WHERE seq = 101;
         UPDATE journal SET seq = 101 WHERE seq = -1",
        "DELETE FROM journal",
    ] {
        let (text, report) = verify(&tampered(change));
        let _ = text.code(1);
        assert_eq!(report["ok"], false, "{change}: {report}");
    }
}

#[test]
fn the_end_of_the_journal_can_be_looked_at() {
    let tail = home().ok(&["journal", "tail", "-n", "3"]).stdout;
    assert!(tail.contains("run_finished") && tail.contains("snapshot"), "{tail}");
    let fills = home().ok(&["journal", "tail", "--kind", "fill", "-n", "2"]).stdout;
    assert!(fills.contains("fill") && !fills.contains("snapshot"), "{fills}");
    let wrong = home().tradebot(&["journal", "tail", "--kind", "fil"]).run().code(2);
    let _ = wrong.says(&["fil", "did you mean `fill`?"]);
}

#[test]
fn an_export_is_the_whole_journal_in_order_to_stdout_or_a_file() {
    let all = entries(home());
    for (i, entry) in all.iter().enumerate() {
        assert_eq!(entry["seq"], i);
    }
    assert_eq!(all[0]["kind"], "run_started");
    assert_eq!(all.last().unwrap()["kind"], "run_finished");
    let elsewhere = Home::new();
    let file = elsewhere.desk("journal.jsonl");
    let _ = home().ok(&["journal", "export", "--output", file.to_str().unwrap()]);
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text, home().ok(&["journal", "export"]).stdout);
}

#[test]
fn a_report_is_one_file_that_loads_nothing_and_comes_out_the_same_each_time() {
    let elsewhere = Home::new();
    let render = |name: &str| {
        let file = elsewhere.desk(name);
        let said = home().ok(&["report", "--output", file.to_str().unwrap()]);
        assert_eq!(said.stdout.trim(), file.to_str().unwrap());
        std::fs::read_to_string(&file).unwrap()
    };
    let html = render("one.html");
    assert!(html.starts_with("<!") && html.trim_end().ends_with("</html>"));
    let digest = reference().summary["digest"].as_str().unwrap();
    assert!(html.contains("demo-0001") && html.contains(&digest[..16]), "whose report it is");
    assert!(html.contains("<svg"), "figures");
    for loading in ["<script", "<link", "<iframe", "<object", "@import", "src=\"", "src='", "url("]
    {
        assert!(!html.contains(loading), "`{loading}` loads something");
    }
    assert_eq!(render("two.html"), html);
    let folder = elsewhere.desk("folder");
    std::fs::create_dir(&folder).unwrap();
    let refused = home().tradebot(&["report", "--output", folder.to_str().unwrap()]).run().code(2);
    let _ = refused.says(&["is a folder", "report.html"]);
    assert!(!elsewhere.desk("folder.html.partial").exists(), "nothing is left lying about");
    let unwritable = home().tradebot(&["report", "--output", "/proc/none/report.html"]).run();
    if cfg!(target_os = "linux") {
        let _ = unwritable.code(1).says(&["/proc/none/report.html", "cannot write"]);
    }
}

#[test]
fn the_next_run_can_begin_with_what_this_one_learned() {
    let copy = tampered("");
    let range = ["--symbols", "AAPL,IBM,MSFT", "--from", "2002-07-01", "--to", "2002-07-12"];
    let run = [&["backtest", "--json", "--no-report", "--warm-start", "demo-0001"][..], &range];
    let _ = copy.json(&run.concat());
    let warm = copy.json(&["explain", "IBM", "2002-07-01", "--json"]);
    let known = warm["decision"]["consensus"]["row_n"].as_f64().unwrap();
    assert!(known > 0.0, "row counts {known} outcomes on its first session");
    let started = &entries(&copy)[0];
    assert_eq!(started["warm_start"], "demo-0001");
}

#[test]
fn a_run_does_not_begin_with_answers_to_a_question_that_it_does_not_ask() {
    let copy = tampered("");
    let bundled = concat!(env!("CARGO_MANIFEST_DIR"), "/../policies/regimes.yaml");
    let bundled = std::fs::read_to_string(bundled).unwrap();
    let own = "    kelly_multiplier:";
    let all = bundled.replace(own, &format!("    exit_on_reversal: yes\n{own}"));
    let policy = copy.desk("reversal.yaml");
    std::fs::write(&policy, all).unwrap();
    let range = ["--symbols", "AAPL,IBM,MSFT", "--from", "2002-07-01", "--to", "2002-07-12"];
    let asked = ["backtest", "--no-report", "--warm-start", "demo-0001", "--policy"];
    let run = [&asked[..], &[policy.to_str().unwrap()], &range].concat();
    let refused = copy.tradebot(&run).run().code(2);
    let _ = refused.says(&["--warm-start demo-0001", "none of its", "what this policy asks"]);
    // One row of another kind: the others teach, and the person is told.
    let at = bundled.find("  TRENDING_LOW_VOL:").unwrap();
    let at = at + bundled[at..].find(own).unwrap();
    let one = format!("{}    break_even_at_r: 1\n{}", &bundled[..at], &bundled[at..]);
    std::fs::write(&policy, one).unwrap();
    let told = copy.tradebot(&run).run().code(0);
    let _ = told.says(&["answer another question", "TRENDING_LOW_VOL"]);
}

#[test]
fn the_skill_of_every_member_and_of_the_ensemble_is_told_with_what_it_is_measured_against() {
    let skill = home().json(&["skill", "--json"]);
    let lines = skill.as_array().unwrap();
    let names: Vec<&str> = lines.iter().map(|l| l["name"].as_str().unwrap()).collect();
    assert!(names.len() > 4 && names.ends_with(&["equal_weight", "consensus"]), "{names:?}");
    for line in lines {
        let number = |name: &str| line[name].as_f64().unwrap();
        let skill = 1.0 - number("brier") / number("row_rate_brier");
        assert!((number("brier_skill") - skill).abs() < 1e-9, "{line:#}");
        let [narrow, wide] = ["brier_skill_interval", "brier_skill_95"].map(|name| &line[name]);
        assert!(wide["lo"].as_f64() <= narrow["lo"].as_f64(), "{line:#}");
        assert!(wide["hi"].as_f64() >= narrow["hi"].as_f64(), "{line:#}");
        let covered: Vec<f64> =
            (0..4).map(|i| line["at_coverage"][i]["coverage"].as_f64().unwrap()).collect();
        assert_eq!(covered, [1.0, 0.5, 0.2, 0.1]);
        assert!(
            (line["at_coverage"][0]["accuracy"].as_f64().unwrap() - number("accuracy")).abs()
                < 1e-12
        );
    }
    let csv = home().ok(&["skill", "--csv"]).stdout;
    assert_eq!(csv.lines().count(), lines.len() + 1, "{csv}");
    assert!(csv.starts_with("forecaster,forecasts,"), "{csv}");
}
