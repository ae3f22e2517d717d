//! What programs may rely on: the names and types of `--json`, and that the digest tells runs
//! apart by what they decided and by nothing else.

use std::collections::BTreeSet;

use rusqlite::Connection;
use serde_json::Value;
use tradebot_journal::{Event, RunDigest};

use crate::support::Home;
use crate::support::journal::{entries, of_kind};
use crate::support::reference::{self, Reference, identity, over_range, reference};

/// A decimal number as a text, as money always is: no exponent, no binary rounding.
fn is_decimal(value: &Value) -> bool {
    let Some(text) = value.as_str() else { return false };
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    all_digits(whole) && all_digits(fraction)
}

/// A field by its name, and whether a value is of its type.
type Field = (&'static str, fn(&Value) -> bool);

/// Checks that an object has exactly these fields, each of its type.
#[track_caller]
fn has_fields(object: &Value, fields: &[Field]) {
    let wanted: BTreeSet<&str> = fields.iter().map(|(name, _)| *name).collect();
    let found: BTreeSet<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(found, wanted);
    for (name, is_right) in fields {
        assert!(is_right(&object[name]), "{name}: {}", object[name]);
    }
}

const SUMMARY: [Field; 16] = [
    ("run_id", Value::is_string),
    ("mode", Value::is_string),
    ("from", Value::is_string),
    ("to", Value::is_string),
    ("symbols", Value::is_array),
    ("cycles", Value::is_u64),
    ("decisions", Value::is_u64),
    ("trades", Value::is_u64),
    ("final_equity", is_decimal),
    ("digest", |v| v.as_str().is_some_and(|d| d.len() == 64)),
    ("elapsed_s", Value::is_f64),
    ("peak_rss_mb", |v| v.is_f64() || v.is_null()),
    ("first_cycle_s", |v| v.is_f64() || v.is_null()),
    ("resumed", Value::is_boolean),
    ("database", Value::is_string),
    ("report", |v| v.is_string() || v.is_null()),
];

#[test]
fn the_summary_of_a_run_and_of_a_backtest_have_the_same_named_fields() {
    has_fields(&reference().summary, &SUMMARY);
    let home = Home::new();
    let arguments = ["backtest", "--json", "--symbols", "IBM", "--from", "2001-03-01"];
    let summary = home.json(&[&arguments[..], &["--to", "2001-03-30"]].concat());
    has_fields(&summary, &SUMMARY);
    assert_eq!(
        (&summary["mode"], &summary["run_id"]),
        (&"backtest".into(), &"backtest-0001".into())
    );
    for name in ["database", "report"] {
        let file = std::path::Path::new(summary[name].as_str().unwrap());
        assert!(file.is_file() && file.starts_with(home.path()), "{name}: {}", file.display());
    }
}

#[test]
fn the_figures_of_a_summary_are_those_of_its_journal() {
    let Reference { home, summary, .. } = reference();
    let journal = entries(home);
    let count = |kind: &str| of_kind(&journal, kind).len();
    assert_eq!(summary["decisions"], count("decision"));
    assert_eq!(summary["cycles"], count("snapshot"));
    assert_eq!(summary["trades"], count("trade_closed"));
    let snapshots = of_kind(&journal, "snapshot");
    assert_eq!(summary["final_equity"], snapshots.last().unwrap()["equity"]);
    // Each symbol of each session ends in exactly one record.
    let decided: BTreeSet<String> =
        of_kind(&journal, "decision").iter().map(|d| d["id"].to_string()).collect();
    assert_eq!(decided.len(), 3 * snapshots.len());
}

#[test]
fn the_digest_is_that_of_the_decisions_and_fills_on_record() {
    let conn = Connection::open(reference().home.file("demo.db")).unwrap();
    let mut statement = conn.prepare("SELECT body FROM journal ORDER BY seq").unwrap();
    let bodies = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let mut digest = RunDigest::default();
    for body in bodies.map(Result::unwrap) {
        let event: Event = serde_json::from_str(&body).unwrap();
        digest.update(&event, body.as_bytes());
    }
    assert_eq!(reference().summary["digest"], digest.hex());
}

/// The three figures of the same range under other conditions.
fn under(arguments: &[&str]) -> [Value; 3] {
    let home = Home::new();
    identity(&over_range(&home, arguments).run().code(0).json())
}

#[test]
fn the_same_command_twice_gives_the_same_digest() {
    let home = Home::new();
    let summary = reference::call(&home).run().code(0).json();
    assert_eq!(identity(&summary), identity(&reference().summary));
}

#[test]
fn a_backtest_gives_the_digest_of_the_demo() {
    let backtest = under(&["backtest", "--json", "--no-report", "--quiet"]);
    assert_eq!(backtest, identity(&reference().summary));
}

#[test]
fn the_number_of_threads_does_not_matter() {
    for threads in ["1", "2", "5"] {
        let run = under(&["run", "--json", "--no-report", "--threads", threads]);
        assert_eq!(run, identity(&reference().summary), "{threads} threads");
    }
}

#[test]
fn the_order_of_symbols_does_not_matter() {
    let home = Home::new();
    let mut arguments = vec!["run", "--json", "--no-report"];
    arguments.extend(reference::RANGE);
    let symbols = arguments.iter().position(|a| *a == reference::RANGE[1]).unwrap();
    arguments[symbols] = "MSFT,AAPL,IBM,AAPL";
    let call = home.tradebot(&arguments).env("TRADEBOT_TRAINING__EXAMPLES_MIN", "150");
    assert_eq!(identity(&call.run().code(0).json()), identity(&reference().summary));
}

#[test]
fn time_zone_and_language_do_not_matter() {
    let home = Home::new();
    let call = reference::call(&home).env("TZ", "Pacific/Kiritimati");
    let call = call.env("LC_ALL", "de_DE.UTF-8").env("LANG", "tr_TR.UTF-8");
    assert_eq!(identity(&call.run().code(0).json()), identity(&reference().summary));
}

#[test]
fn another_seed_changes_what_is_drawn_and_nothing_else() {
    let home = Home::new();
    let other = reference::call(&home).arg("--seed").arg("43").run().code(0).json();
    assert_ne!(other["digest"], reference().summary["digest"]);
    let ours = of_kind(&entries(&reference().home), "decision");
    let theirs = of_kind(&entries(&home), "decision");
    assert_eq!(ours.len(), theirs.len());
    let member = |opinion: &Value| opinion["member"].as_str().unwrap().to_owned();
    let mut drawn = 0;
    for (a, b) in ours.iter().zip(&theirs) {
        for part in ["id", "close", "quality", "row", "features", "bracket"] {
            assert_eq!(a[part], b[part], "{}: {part}", a["id"]);
        }
        let (a, b) = (a["opinions"].as_array().unwrap(), b["opinions"].as_array().unwrap());
        for (a, b) in a.iter().zip(b) {
            let is_rule = ["trend", "mean_reversion", "momentum"].contains(&member(a).as_str());
            let same = a["raw"] == b["raw"];
            assert!(same || !is_rule, "a rule draws nothing: {a} {b}");
            drawn += u32::from(!same);
        }
    }
    assert!(drawn > 100, "fitted members answered differently {drawn} times");
}

#[test]
fn another_range_account_or_cost_is_another_run() {
    let home = Home::new();
    let short = ["backtest", "--json", "--no-report", "--symbols", "IBM", "--from", "2001-03-01"];
    let mut digests = BTreeSet::new();
    for other in [
        &["--to", "2001-04-30"][..],
        &["--to", "2001-05-01"],
        &["--to", "2001-04-30", "--cash", "50000"],
        &["--to", "2001-04-30", "--half-spread-bps", "10"],
    ] {
        let summary = home.json(&[&short[..], other].concat());
        digests.insert(summary["digest"].as_str().unwrap().to_owned());
    }
    assert_eq!(digests.len(), 4, "{digests:?}");
}

#[test]
fn a_trade_that_only_the_end_of_data_closed_is_not_counted() {
    let home = Home::new();
    for (name, of, last) in [("ENDS", "IBM", "2001-07-03"), ("GOES", "MSFT", "2001-12-31")] {
        let file = home.input(&format!("{name}.csv"), &bundled_bars(of, last));
        let _ = home.ok(&["data", "import", &file, "--symbol", name]);
    }
    let run = ["run", "--data", "catalogue", "--json", "--no-report", "--from", "2001-06-01"];
    let summary = home.json(&run);
    let trades = home.json(&["trades", "--json"]);
    let trades = trades.as_array().unwrap();
    let ended: Vec<&Value> = trades.iter().filter(|t| t["reason"] == "end_of_data").collect();
    assert_eq!(ended.len(), 1, "a position was held when the data of ENDS ended: {trades:#?}");
    assert_eq!(ended[0]["symbol"], "ENDS");
    assert_eq!(summary["trades"], trades.len() - 1);
}

/// Bars of a bundled symbol from the fixture, as CSV, up to a date.
fn bundled_bars(symbol: &str, last: &str) -> String {
    let fixture = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../fixtures/market/stocks_daily_raw_2000_2013.csv.gz"
    );
    let file = std::fs::File::open(fixture).unwrap();
    let mut reader = csv::Reader::from_reader(flate2::read::MultiGzDecoder::new(file));
    let head = reader.headers().unwrap().clone();
    let at = |name: &str| head.iter().position(|h| h == name).unwrap();
    let (of, date) = (at("symbol"), at("date"));
    let columns = ["date", "open", "high", "low", "close", "volume"].map(at);
    let mut text = "date,open,high,low,close,volume\n".to_owned();
    for record in reader.records().map(Result::unwrap) {
        if &record[of] == symbol && &record[date] <= last {
            let cells: Vec<&str> = columns.iter().map(|c| &record[*c]).collect();
            text.push_str(&cells.join(","));
            text.push('\n');
        }
    }
    text
}

#[test]
fn money_is_a_decimal_text_wherever_programs_read_it() {
    let home = &reference().home;
    let status = home.json(&["status", "--json"]);
    let account = home.json(&["account", "--json"]);
    let trades = home.json(&["trades", "--json"]);
    for (object, names) in [
        (&status, &["equity", "cash"][..]),
        (
            &account,
            &["cash_at_start", "cash", "equity", "realised", "unrealised", "costs", "dividends"],
        ),
        (
            &trades[0],
            &["gross", "dividends", "costs", "net", "planned_risk", "entry_price", "exit_price"],
        ),
    ] {
        for name in names {
            assert!(is_decimal(&object[name]), "{name}: {}", object[name]);
        }
    }
}

#[test]
fn what_was_won_and_lost_adds_up_to_the_last_decimal() {
    let account = reference().home.json(&["account", "--json"]);
    let amount = |name: &str| -> tradebot_domain::Decimal {
        account[name].as_str().unwrap().parse().unwrap()
    };
    let change = amount("equity") - amount("cash_at_start");
    assert_eq!(change, amount("realised") + amount("unrealised"));
    assert_eq!(account["equity"], reference().summary["final_equity"]);
}
