//! A made-up market: generated, traded with all gates, and called by its name wherever it surfaces.

use rusqlite::Connection;

use crate::support::Home;

const WORLD: [&str; 9] = [
    "data",
    "generate",
    "--symbols",
    "3",
    "--from",
    "2004-01-02",
    "--to",
    "2006-06-30",
    "--complete",
];

#[test]
fn a_generated_market_is_traded_like_any_other_and_says_that_it_is_synthetic() {
    let home = Home::new();
    let text = home.ok(&WORLD).stdout;
    assert!(text.contains("SYNTHETIC seed 42 XNYS from 2004-01-02"), "{text}");
    assert!(home.ok(&["data", "list"]).stdout.contains("SYNTHETIC"));

    let run = ["backtest", "--data", "catalogue", "--from", "2005-07-01", "--to", "2006-06-30"];
    let summary = home.ok(&run).stdout;
    assert!(summary.starts_with("SYNTHETIC market"), "{summary}");
    let again = home.json(&[&run[..], &["--json"]].concat());
    assert_eq!(again["decisions"], 3 * 252);
    let html = std::fs::read_to_string(again["report"].as_str().unwrap()).unwrap();
    assert!(html.contains(", SYNTHETIC market</h1>"));

    let database = Connection::open(again["database"].as_str().unwrap()).unwrap();
    let one = |sql: &str| database.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
    let manifest = one("SELECT body FROM run_manifests LIMIT 1");
    assert!(manifest.contains("\"data_source\":\"SYNTHETIC catalogue\""), "{manifest}");
    assert!(one("SELECT data_digest FROM runs LIMIT 1").starts_with("SYNTHETIC "));
    home.ok(&["reproduce", "latest"]);
}

#[test]
fn real_data_and_a_made_up_market_are_not_mixed() {
    let home = Home::new();
    home.ok(&WORLD);
    let other = home.tradebot(&[&WORLD[..], &["--seed", "7"]].concat()).run().code(1);
    let _ = other.says(&["seed 42", "--home"]);
    let file = home.input("abc.csv", "date,open,high,low,close,volume\n2005-03-01,9,9,9,9,9\n");
    let import = home.tradebot(&["data", "import", &file, "--symbol", "ABC"]).run().code(1);
    let _ = import.says(&["real data", "--home"]);
}

#[test]
fn a_sweep_over_a_rule_strategy_writes_its_table_as_parquet_and_as_csv() {
    let home = Home::new();
    let range = ["--symbols", "IBM,MSFT", "--from", "2001-02-01", "--to", "2002-12-31"];
    let rule = ["sweep", "--json", "--no-report", "--strategy", "sma_cross"];
    let over = ["--over", "fast=5:15:5", "--over", "slow=10:20:10"];
    let (parquet, csv) = (home.desk("s.parquet"), home.desk("s.csv"));
    let wide = |path: &std::path::Path| {
        let output = ["--output", path.to_str().unwrap()];
        home.json(&[&rule[..], &over, &range, &output].concat())
    };
    // Of 3 lengths by 2, those with the short average below the long one.
    let answer = wide(&parquet);
    assert_eq!((&answer["trials"], &answer["done"]), (&4.into(), &4.into()), "{answer:#}");
    assert_eq!(answer["verdict"]["trials"]["count"], 4, "{answer:#}");
    assert!(answer["lines"].as_array().unwrap().iter().any(|l| l["trades"].as_u64() > Some(0)));
    let bytes = std::fs::read(&parquet).unwrap();
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    assert_eq!(wide(&csv)["lines"], answer["lines"], "what is kept is not run again");
    let lines = std::fs::read_to_string(&csv).unwrap();
    assert!(lines.starts_with("trial,digest,state,fast,slow,"), "{lines}");
}
