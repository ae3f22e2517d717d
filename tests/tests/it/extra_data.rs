//! Wider market data that are not part of the repository: large files of a vendor, reused tickers,
//! holes, a real VIX. Set TRADEBOT_EXTRA_DATA to their folder to run these; without it they say so
//! and pass.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::journal::{entries, of_kind};
use crate::support::{Home, Outcome, skipped};

/// A file of the wider data.
pub(crate) fn extra(name: &str) -> Option<String> {
    let Some(root) = std::env::var_os("TRADEBOT_EXTRA_DATA") else {
        skipped(&format!("TRADEBOT_EXTRA_DATA is not set, {name} was not read"));
        return None;
    };
    let file: PathBuf = Path::new(&root).join("wide").join(name);
    Some(file.to_str().unwrap().to_owned())
}

fn import(home: &Home, file: &str, more: &[&str]) -> Outcome {
    home.tradebot(&[&["data", "import", file][..], more].concat()).run()
}

/// What is in the catalogue, by symbol.
fn imported(home: &Home) -> Vec<Value> {
    let list = home.json(&["data", "list", "--json"]);
    let own = list.as_array().unwrap().iter().filter(|s| s["source"] == "catalogue");
    own.cloned().collect()
}

#[test]
fn a_vendors_raw_bars_and_factors_can_be_imported_and_run_on_with_the_real_vix() {
    let (Some(bars), Some(factors), Some(vix)) = (
        extra("daily_lean_raw.csv.gz"),
        extra("lean_factor_table.csv.gz"),
        extra("vix_daily.csv.gz"),
    ) else {
        return;
    };
    let home = Home::new();
    let _ = import(&home, &bars, &["--factors", &factors, "--only", "SPY,AAPL"]).code(0);
    // Its early years have highs below opens; only the close is ever used.
    let mapping = ["--symbol", "^VIX", "--map", "open=,high=,low="];
    let _ = import(&home, &vix, &mapping).code(0);
    let all = imported(&home);
    let names: Vec<&str> = all.iter().map(|s| s["symbol"].as_str().unwrap()).collect();
    assert_eq!(names, ["AAPL", "SPY", "^VIX"]);
    assert_eq!((&all[0]["bars"], &all[1]["bars"]), (&5_849.into(), &5_849.into()));

    // Across Apple's split of seven for one.
    let range = ["--from", "2013-10-01", "--to", "2014-09-30"];
    let run = |command: &str| {
        let command = [command, "--data", "catalogue", "--json", "--no-report"];
        home.json(&[&command[..], &range].concat())
    };
    let summary = run("run");
    assert_eq!(summary["symbols"], serde_json::json!(["AAPL", "SPY"]));
    assert_eq!(summary["cycles"], 252);
    assert_eq!(run("backtest")["digest"], summary["digest"]);

    let journal = entries(&home);
    let regimes = of_kind(&journal, "regime");
    assert!(regimes.iter().all(|r| r["vix_is_proxy"] == false), "the imported VIX is used");
    let first = regimes.iter().find(|r| r["session"] == "2014-02-04").unwrap();
    assert_eq!(first["vix"], 21.44, "the close of the session before");
    let decided = of_kind(&journal, "decision");
    let on = |date: &str| {
        let same = |d: &&Value| d["id"]["session"] == date && d["id"]["symbol"] == "AAPL";
        decided.iter().find(same).unwrap()
    };
    let (before, after) = (on("2014-06-06"), on("2014-06-09"));
    assert!(before["close"].as_f64().unwrap() > 600.0 && after["close"].as_f64().unwrap() < 100.0);
    assert_eq!(after["quality"]["admitted"], true, "a split that was announced is no fault");
    let ratio = after["quality"]["adjustment"].as_f64().unwrap()
        / before["quality"]["adjustment"].as_f64().unwrap();
    assert!((ratio / 7.0 - 1.0).abs() < 1e-9, "{ratio}");
}

#[test]
fn raw_bars_without_their_factors_are_refused_for_their_splits() {
    let Some(bars) = extra("daily_lean_raw.csv.gz") else { return };
    let home = Home::new();
    let refused = import(&home, &bars, &["--only", "AAPL"]).code(1);
    let _ = refused.says(&["AAPL", "split", "nothing was stored"]);
    assert_eq!(imported(&home), Vec::<Value>::new());
}

#[test]
fn a_ticker_that_changed_hands_is_refused_until_someone_looked() {
    let Some(file) = extra("dirty/lean_ticker_reuse_fb_uso.csv.gz") else { return };
    let home = Home::new();
    let refused = import(&home, &file, &[]).code(1);
    let _ = refused.says(&["FB", "USO", "identity", "nothing was stored"]);
    assert_eq!(imported(&home), Vec::<Value>::new());
}

#[test]
fn a_file_with_holes_is_refused_with_the_rows_and_usable_without_them() {
    let Some(file) = extra("dirty/djia_2006_2017_with_nulls.csv.gz") else { return };
    let home = Home::new();
    let refused = import(&home, &file, &[]).code(1);
    let _ = refused.says(&["128 of 63414 rows", "line", "--accept-dirty"]);
    assert_eq!(imported(&home), Vec::<Value>::new());
    let _ = import(&home, &file, &["--accept-dirty"]).code(0);
    let all = imported(&home);
    let bars: u64 = all.iter().map(|s| s["bars"].as_u64().unwrap()).sum();
    assert_eq!((all.len(), bars), (21, 63_414 - 128));
}
