//! Wrong configuration, policy and arguments: said what, where and what to do, before anything is
//! written.

use crate::support::reference::RANGE;
use crate::support::{Call, Home, Outcome};

/// A call that must be refused as wrong usage, saying all of `words`, with nothing written.
#[track_caller]
fn refused(home: &Home, call: Call, words: &[&str]) -> Outcome {
    let outcome = call.run().code(2).says(words);
    assert_eq!(outcome.stdout, "", "{outcome}");
    assert_eq!(home.names(), Vec::<String>::new(), "something was written: {outcome}");
    outcome
}

#[track_caller]
fn refused_arguments(arguments: &[&str], words: &[&str]) {
    let home = Home::new();
    refused(&home, home.tradebot(arguments), words);
}

#[track_caller]
fn refused_configuration(yaml: &str, words: &[&str]) {
    let home = Home::new();
    home.input("tradebot.yaml", yaml);
    let words: Vec<&str> = words.iter().copied().chain(["tradebot.yaml"]).collect();
    refused(&home, home.tradebot(&["run"]), &words);
}

#[track_caller]
fn refused_variable(name: &str, value: &str, words: &[&str]) {
    let home = Home::new();
    refused(&home, home.tradebot(&["run"]).env(name, value), words);
}

/// The bundled policy with one text replaced, given with `--policy`.
#[track_caller]
fn refused_policy(from: &str, to: &str, words: &[&str]) {
    let home = Home::new();
    let bundled = concat!(env!("CARGO_MANIFEST_DIR"), "/../policies/regimes.yaml");
    let text = std::fs::read_to_string(bundled).unwrap();
    assert!(text.contains(from), "`{from}` is not in the bundled policy");
    let file = home.input("mine.yaml", &text.replacen(from, to, 1));
    refused(&home, home.tradebot(&["run", "--policy", &file]), words);
}

#[test]
fn a_policy_with_a_typo_names_line_and_the_key_that_was_meant() {
    refused_policy(
        "    kelly_multiplier: 1.2",
        "    kely_multiplier: 1.2",
        &["mine.yaml:", "kely_multiplier", "did you mean `kelly_multiplier`?"],
    );
}

#[test]
fn a_policy_with_a_key_twice_names_both_lines() {
    refused_policy(
        "    edge: 0.02\n",
        "    edge: 0.02\n    edge: 0.03\n",
        &["mine.yaml:", "TRENDING_LOW_VOL.edge", "first given on line"],
    );
}

#[test]
fn a_policy_beyond_the_hard_bounds_names_value_and_range() {
    refused_policy(
        "max_risk_per_position: 0.025",
        "max_risk_per_position: 0.5",
        &["mine.yaml:", "max_risk_per_position", "0.5 is out of range", "0 to 0.03"],
    );
    refused_policy(
        "max_risk_per_position: 0.025",
        "max_risk_per_position: 2.5 %",
        &["mine.yaml:", "max_risk_per_position", "2.5 %", "0.025"],
    );
    refused_policy("edge: 0.02", "edge: .nan", &["mine.yaml:", "edge", "0 to 0.5"]);
    refused_policy("edge: 0.02", "edge: -0.02", &["mine.yaml:", "edge", "0 to 0.5"]);
}

#[test]
fn a_policy_that_is_not_there_is_named() {
    refused_arguments(&["run", "--policy", "nowhere.yaml"], &["nowhere.yaml", "cannot be read"]);
}

#[test]
fn an_unknown_key_is_named_with_its_place_and_the_one_that_was_meant() {
    refused_configuration(
        "limits:\n  kelly_fractoin: 0.1\n",
        &["kelly_fractoin", "kelly_fraction"],
    );
    refused_configuration("acount:\n  cash: 5\n", &["acount", "did you mean `account`?"]);
    refused_variable("TRADEBOT_SEEED", "7", &["seeed", "did you mean `seed`?"]);
    refused_variable("TRADEBOT_COSTS__SLIPAGE_BPS", "7", &["slipage_bps", "slippage_bps"]);
}

#[test]
fn a_key_given_twice_in_the_configuration_is_refused() {
    refused_configuration("seed: 1\naccount:\n  cash: 5\nseed: 2\n", &["seed", "4:1", "line 1"]);
}

#[test]
fn a_configuration_that_is_no_yaml_is_refused() {
    refused_configuration("account: [\n", &[]);
    refused_configuration("\tseed: 1\n", &[]);
}

#[test]
fn a_configuration_that_was_named_and_is_not_there_is_refused() {
    refused_arguments(&["run", "--config", "nowhere.yaml"], &["nowhere.yaml", "does not exist"]);
}

#[test]
fn negative_numbers_and_no_numbers_are_refused_from_the_file() {
    refused_configuration(
        "limits:\n  kelly_fraction: -0.1\n",
        &["kelly_fraction", "-0.1", "0 to 0.5"],
    );
    refused_configuration(
        "limits:\n  drawdown_max: .nan\n",
        &["drawdown_max", "NaN", "0.01 to 0.2"],
    );
    refused_configuration(
        "costs:\n  slippage_bps: -5\n",
        &["costs.slippage_bps", "-5", "0 to 1000"],
    );
    refused_configuration("costs:\n  half_spread_bps: .nan\n", &["costs.half_spread_bps", "NaN"]);
    refused_configuration("costs:\n  half_spread_bps: .inf\n", &["costs.half_spread_bps", "inf"]);
    refused_configuration("account:\n  cash: -5\n", &["cash", "-5", "above zero"]);
    refused_configuration("seed: -1\n", &["seed"]);
    refused_configuration("training:\n  every_months: 0\n", &["training.every_months", "1 to 12"]);
}

#[test]
fn negative_numbers_and_no_numbers_are_refused_from_the_environment() {
    let words = ["kelly_fraction", "-0.1", "0 to 0.5"];
    refused_variable("TRADEBOT_LIMITS__KELLY_FRACTION", "-0.1", &words);
    refused_variable("TRADEBOT_LIMITS__EXPLORE_RISK", "nan", &["explore_risk"]);
    refused_variable("TRADEBOT_COSTS__SLIPPAGE_BPS", "-5", &["costs.slippage_bps", "-5"]);
    refused_variable("TRADEBOT_COSTS__SLIPPAGE_BPS", "NaN", &["costs.slippage_bps"]);
    refused_variable("TRADEBOT_ACCOUNT__CASH", "-5", &["cash", "-5"]);
    refused_variable("TRADEBOT_ACCOUNT__CASH", "nan", &["cash", "nan"]);
}

#[test]
fn negative_numbers_and_no_numbers_are_refused_from_flags() {
    for (flag, words) in [
        ("--slippage-bps=-5", ["costs.slippage_bps", "-5"]),
        ("--slippage-bps=NaN", ["costs.slippage_bps", "NaN"]),
        ("--half-spread-bps=inf", ["costs.half_spread_bps", "inf"]),
        ("--commission-per-share=-0.01", ["costs.commission_per_share", "-0.01"]),
        ("--commission-min=1e9", ["costs.commission_min", "100"]),
        ("--cash=-5", ["cash", "-5"]),
        ("--cash=NaN", ["cash", "NaN"]),
        ("--cash=0", ["cash", "above zero"]),
        ("--cash=ten", ["cash", "ten"]),
        ("--threads=0", ["--threads", "1 to 256"]),
        ("--seed=-1", ["--seed", "-1"]),
    ] {
        refused_arguments(&["backtest", flag], &words);
    }
    for pace in ["--pace=0", "--pace=-1", "--pace=NaN", "--pace=inf"] {
        refused_arguments(&["run", pace], &["--pace"]);
    }
}

#[test]
fn texts_of_the_environment_may_look_like_numbers() {
    let home = Home::new();
    let call = home.tradebot(&["run", "--json", "--no-report", "--symbols", "IBM"]);
    let call = call.env("TRADEBOT_ACCOUNT__CASH", "25000");
    let call = call.env("TRADEBOT_UNIVERSE__FROM", "2001-03-01");
    let summary = call.env("TRADEBOT_UNIVERSE__TO", "2001-03-09").run().code(0).json();
    assert_eq!((&summary["from"], &summary["cycles"]), (&"2001-03-01".into(), &7.into()));
    let cash: f64 = summary["final_equity"].as_str().unwrap().parse().unwrap();
    assert!((20_000.0..30_000.0).contains(&cash), "{cash}");
}

#[test]
fn an_unknown_symbol_is_named_with_the_one_that_was_meant() {
    refused_arguments(&["run", "--symbols", "AAPL,MSFTT"], &["MSFTT", "did you mean `MSFT`?"]);
    refused_arguments(&["run", "--symbols", "ZZZZ"], &["ZZZZ", "AAPL, FB, GOOG, IBM, MSFT"]);
    refused_arguments(&["run", "--symbols", "^GSPC"], &["^GSPC", "is an index"]);
    refused_arguments(&["run", "--symbols", "AA PL!"], &["AA PL!"]);
}

#[test]
fn dates_beyond_the_data_are_named_with_those_there_are() {
    let known = ["2000-03-01", "2013-03-01"];
    for dates in [["1995-01-03", "2001-01-03"], ["2012-01-03", "2020-01-03"]] {
        let arguments = ["run", "--symbols", "AAPL", "--from", dates[0], "--to", dates[1]];
        refused_arguments(&arguments, &known);
    }
}

#[test]
fn a_range_without_a_session_is_refused() {
    let range = |from, to| ["run", "--from", from, "--to", to];
    refused_arguments(&range("2005-02-01", "2004-02-01"), &["2005-02-01", "2004-02-01"]);
    refused_arguments(&range("2005-02-05", "2005-02-06"), &["no session", "exchange was closed"]);
}

#[test]
fn what_is_no_date_is_named_with_its_form() {
    for text in ["2005-13-01", "2005-02-30", "28.02.2005", "yesterday"] {
        refused_arguments(&["run", "--from", text], &["universe.from", text, "2005-02-28"]);
    }
}

#[test]
fn an_account_in_canadian_dollars_is_refused_for_prices_in_us_dollars() {
    refused_arguments(&["run", "--currency", "CAD"], &["AAPL", "USD", "CAD", "choose"]);
    refused_arguments(&["run", "--currency", "XYZ"], &["XYZ"]);
}

#[test]
fn paper_and_live_say_what_they_need() {
    for (mode, words) in [("paper", "no key to seal"), ("live", "--mode paper")] {
        refused_arguments(&["run", "--mode", mode], &[words]);
    }
    refused_arguments(&["run", "--mode", "production"], &["production", "demo", "paper", "live"]);
}

#[test]
fn an_unknown_command_or_flag_names_the_one_that_was_meant() {
    refused_arguments(&["valdiate"], &["valdiate", "validate"]);
    refused_arguments(&["run", "--symbol", "AAPL"], &["--symbol", "--symbols"]);
}

#[test]
fn a_warm_start_from_a_run_that_is_not_there_is_refused() {
    let home = Home::new();
    let arguments = [&["run", "--warm-start", "demo-0009"][..], &RANGE].concat();
    refused(&home, home.tradebot(&arguments), &["there is no run", "tradebot run --mode demo"]);
}

#[test]
fn reading_before_the_first_run_says_how_to_make_one() {
    for command in [
        &["status"][..],
        &["positions"],
        &["orders"],
        &["trades"],
        &["account"],
        &["explain", "AAPL", "2005-03-01"],
        &["why", "AAPL", "2005-03-01"],
        &["report"],
        &["journal", "tail"],
        &["journal", "export"],
    ] {
        let home = Home::new();
        let words = ["there is no run", "tradebot run --mode demo"];
        refused(&home, home.tradebot(command), &words);
    }
}
