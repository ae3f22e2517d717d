//! Market data with faults: found, named with file and line, and nothing of it stored.

use serde_json::Value;

use crate::support::{Home, Outcome};

/// Ten sessions of January 2005.
pub(crate) const JANUARY: &str = "\
date,open,high,low,close,volume
2005-01-03,50.00,51.00,49.50,50.20,1000000
2005-01-04,50.20,51.10,49.90,50.60,1100000
2005-01-05,50.60,51.30,50.10,50.40,1200000
2005-01-06,50.40,51.00,49.80,50.90,1300000
2005-01-07,50.90,51.90,50.50,51.40,1400000
2005-01-10,51.40,52.00,51.00,51.10,1500000
2005-01-11,51.10,51.60,50.20,50.70,1600000
2005-01-12,50.70,51.20,50.00,50.80,1700000
2005-01-13,50.80,51.50,50.30,51.00,1800000
2005-01-14,51.00,52.10,50.80,51.70,1900000
";

/// Imports a text as the bars of AAA.
fn import(home: &Home, text: &str, more: &[&str]) -> Outcome {
    let file = home.input("aaa.csv", text);
    let arguments = [&["data", "import", &file, "--symbol", "AAA"][..], more].concat();
    home.tradebot(&arguments).run()
}

/// What `data list` shows of the catalogue.
fn imported(home: &Home) -> Vec<Value> {
    let list = home.json(&["data", "list", "--json"]);
    let all = list.as_array().unwrap().iter();
    all.filter(|entry| entry["source"] == "catalogue").cloned().collect()
}

/// An import that must be refused, saying all of `words`; the catalogue stays empty.
#[track_caller]
fn refused(text: &str, words: &[&str]) {
    let home = Home::new();
    let outcome = import(&home, text, &[]).code(1);
    let said = format!("{}{}", outcome.stdout, outcome.stderr);
    for word in words {
        assert!(said.contains(word), "`{word}` is not said: {outcome}");
    }
    assert_eq!(imported(&home), Vec::<Value>::new());
}

#[test]
fn a_high_below_its_low_is_refused_with_file_and_line() {
    let swapped = JANUARY.replace("51.30,50.10", "50.10,51.30");
    refused(&swapped, &["aaa.csv, line 4, column high", "swapped"]);
}

#[test]
fn prices_that_are_no_prices_are_refused_with_the_cell() {
    refused(&JANUARY.replace("51.30", "fifty"), &["aaa.csv, line 4, column high", "fifty"]);
    refused(&JANUARY.replace("50.10", "-50.10"), &["aaa.csv, line 4, column low", "-50.10"]);
    refused(&JANUARY.replace("51.30", "NaN"), &["aaa.csv, line 4, column high", "NaN"]);
}

#[test]
fn a_session_twice_with_different_bars_is_refused() {
    let twice = JANUARY.replace("2005-01-06,", "2005-01-05,");
    refused(&twice, &["aaa.csv", "2005-01-05"]);
}

#[test]
fn a_split_that_nobody_announced_is_refused() {
    let halved: String = JANUARY
        .lines()
        .map(|line| match line.split_once(',') {
            Some((date, _)) if date > "2005-01-07" && date < "3" => {
                format!("{date},25.50,26.00,25.00,25.60,3000000\n")
            }
            _ => format!("{line}\n"),
        })
        .collect();
    refused(&halved, &["split", "2005-01-10"]);
}

#[test]
fn a_file_without_the_columns_of_bars_is_refused() {
    refused(
        &JANUARY.replace("close", "x"),
        &["aaa.csv", "close", "date, open, high, low, x, volume"],
    );
    refused("", &["aaa.csv"]);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let home = Home::new();
    home.tradebot(&["data", "import", "nowhere.csv", "--symbol", "AAA"])
        .run()
        .code(1)
        .says(&["nowhere.csv"]);
}

#[test]
fn dirty_rows_can_be_left_out_on_request() {
    let home = Home::new();
    let swapped = JANUARY.replace("51.30,50.10", "50.10,51.30");
    let _ = import(&home, &swapped, &["--accept-dirty"]).code(0);
    let list = imported(&home);
    assert_eq!((&list[0]["symbol"], &list[0]["bars"]), (&"AAA".into(), &9.into()), "{list:?}");
}

#[test]
fn a_preview_writes_nothing() {
    let home = Home::new();
    let _ = import(&home, JANUARY, &["--preview"]).code(0).shows(&["2005-01-03", "50.2"]);
    assert_eq!(home.names(), Vec::<String>::new());
}

#[test]
fn imported_bars_can_be_run_on_and_a_damaged_store_of_them_is_found() {
    let home = Home::new();
    let _ = import(&home, JANUARY, &[]).code(0);
    let run = ["run", "--data", "catalogue", "--json", "--no-report"];
    assert_eq!(home.json(&run)["cycles"], 10);

    let stored = home.file("catalogue").join("AAA.csv.gz");
    let good = std::fs::read(&stored).unwrap();
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 1;
    for bad in [&flipped[..], &good[..good.len() / 2], b""] {
        std::fs::write(&stored, bad).unwrap();
        home.tradebot(&run).run().code(1).says(&["AAA.csv.gz", "import AAA again"]);
    }
    std::fs::write(&stored, &good).unwrap();
    assert_eq!(home.json(&run)["cycles"], 10);

    std::fs::write(home.file("catalogue").join("index.json"), "{").unwrap();
    home.tradebot(&run).run().code(1).says(&["index.json", "restore it from a backup"]);
}
