//! Help, completion, manual, doctor, configuration: what a newcomer meets first.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::reference::reference;
use crate::support::{Call, Home, skipped};

/// Every command, with its subcommands.
const COMMANDS: &[&[&str]] = &[
    &["run"],
    &["backtest"],
    &["validate"],
    &["report"],
    &["report", "tax"],
    &["compare"],
    &["sweep"],
    &["walk-forward"],
    &["reproduce"],
    &["explain"],
    &["why"],
    &["status"],
    &["positions"],
    &["orders"],
    &["trades"],
    &["account"],
    &["skill"],
    &["budgets"],
    &["doctor"],
    &["journal", "verify"],
    &["journal", "tail"],
    &["journal", "export"],
    &["data", "import"],
    &["data", "generate"],
    &["data", "sync"],
    &["data", "list"],
    &["data", "inspect"],
    &["quality", "list"],
    &["quality", "accept"],
    &["quality", "reject"],
    &["provenance"],
    &["tickets", "list"],
    &["tickets", "show"],
    &["tickets", "done"],
    &["tickets", "skip"],
    &["token", "add"],
    &["token", "status"],
    &["token", "rotate"],
    &["token", "revoke-drill"],
    &["config", "show"],
    &["config", "check"],
    &["completions"],
    &["man"],
];

#[test]
fn help_of_the_program_names_every_command_and_where_to_start() {
    let home = Home::new();
    let help = home.ok(&["--help"]).stdout;
    for &command in COMMANDS {
        assert!(help.contains(&format!("\n  {} ", command[0])), "{command:?}: {help}");
    }
    assert!(help.contains("tradebot run --mode demo") && help.contains("Exit codes"), "{help}");
    assert_eq!(home.names(), Vec::<String>::new());
    let none = home.tradebot(&[]).run().code(2);
    let _ = none.says(&["Usage", "run", "validate"]);
}

#[test]
fn help_of_every_command_says_what_it_does_and_shows_an_example() {
    let home = Home::new();
    let mut without = Vec::new();
    for &command in COMMANDS {
        let help = home.ok(&[command, &["--help"]].concat()).stdout;
        assert!(help.contains("Usage:"), "{command:?}: {help}");
        let example = format!("tradebot {}", command.join(" "));
        let after = help.split_once("Example").map_or("", |(_, after)| after);
        if !after.contains(&example) {
            without.push(command.join(" "));
        }
    }
    assert_eq!(without, Vec::<String>::new(), "commands whose help has no example of them");
}

#[test]
fn the_version_is_told() {
    let home = Home::new();
    let version = home.ok(&["--version"]).stdout;
    assert_eq!(version.trim(), format!("tradebot {}", env!("CARGO_PKG_VERSION")));
}

/// Feeds a script to a shell that only reads it; nothing where there is no such shell.
fn parses(shell: &str, script: &str) {
    let home = Home::new();
    let file = home.input("completions", script);
    let checked = Command::new(shell).args(["-n", &file]).stdin(Stdio::null()).output();
    match checked {
        Ok(output) => assert!(output.status.success(), "{shell}: {output:?}"),
        Err(_) => skipped(&format!("there is no {shell} to read its completions")),
    }
}

#[test]
fn completions_are_scripts_that_their_shells_can_read() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = home.ok(&["completions", shell]).stdout;
        for word in ["backtest", "explain", "warm-start", "demo"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        parses(shell, &script);
    }
    let _ = home.tradebot(&["completions", "cmd"]).run().code(2).says(&["cmd", "bash", "zsh"]);
    assert_eq!(home.names(), Vec::<String>::new());
}

#[test]
fn bash_completes_a_command_from_its_first_letters() {
    let home = Home::new();
    let script = home.ok(&["completions", "bash"]).stdout;
    let file = home.input("completions", &script);
    let ask = format!(
        "source {file}; COMP_WORDS=(tradebot back); COMP_CWORD=1; \
         _tradebot tradebot back tradebot; echo \"${{COMPREPLY[@]}}\""
    );
    match Command::new("bash").args(["--norc", "-c", &ask]).stdin(Stdio::null()).output() {
        Ok(output) => assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "backtest"),
        Err(_) => skipped("there is no bash"),
    }
}

#[test]
fn the_manual_page_has_every_command() {
    let home = Home::new();
    let page = home.ok(&["man"]).stdout;
    assert!(page.contains(".TH"), "{}", &page[..200.min(page.len())]);
    for &command in COMMANDS {
        let name = command.join(" ").to_uppercase();
        assert!(page.contains(&format!(".SH TRADEBOT {name}\n")), "{name}");
    }
}

#[test]
fn doctor_finds_nothing_wrong_with_a_good_home_and_changes_nothing() {
    let home = &reference().home;
    let before = home.names();
    let _ = home.ok(&["doctor"]).shows(&["sqlite", "policy", "data", "demo.db", "sound"]);
    let diagnosis = home.json(&["doctor", "--json"]);
    assert_eq!(diagnosis["ok"], true, "{diagnosis:#}");
    assert_eq!(home.names(), before);

    let nothing_yet = Home::new();
    let _ = nothing_yet.ok(&["doctor"]);
    assert_eq!(nothing_yet.names(), Vec::<String>::new());
}

#[test]
fn doctor_names_what_is_wrong_with_a_remedy_and_fails() {
    let home = Home::new();
    std::fs::create_dir(home.path()).unwrap();
    std::fs::write(home.file("demo.db"), "garbage ".repeat(1_000)).unwrap();
    home.input("tradebot.yaml", "limits:\n  kelly_fraction: 3\n");
    let _ = home.tradebot(&["doctor"]).run().code(1).shows(&["FAIL", "demo.db", "kelly_fraction"]);
    let diagnosis = home.tradebot(&["doctor", "--json"]).run().code(1).json();
    assert_eq!(diagnosis["ok"], false);
    let findings = diagnosis["findings"].as_array().unwrap();
    let failed: Vec<&Value> = findings.iter().filter(|f| f["level"] == "fail").collect();
    assert!(failed.len() >= 2, "{findings:#?}");
    assert!(failed.iter().all(|f| f["remedy"].is_string()), "{failed:#?}");
}

#[test]
fn every_value_in_force_is_shown_with_where_it_comes_from() {
    let home = Home::new();
    home.input("tradebot.yaml", "account:\n  cash: 25000\nlimits:\n  kelly_fraction: 0.2\n");
    let show = |json: &[&str]| {
        let call = home.tradebot(&[&["config", "show"], json].concat());
        call.env("TRADEBOT_SEED", "7").env("TRADEBOT_LIMITS__KELLY_FRACTION", "0.1").run().code(0)
    };
    let values = show(&["--json"]).json();
    let of = |key: &str| {
        let found = values.as_array().unwrap().iter().find(|v| v["key"] == key);
        let value = found.unwrap_or_else(|| panic!("{key}: {values:#}"));
        (value["value"].to_string(), value["source"].as_str().unwrap().to_owned())
    };
    assert_eq!(of("seed"), ("7".to_owned(), "environment (TRADEBOT_SEED)".to_owned()));
    assert_eq!(of("costs.slippage_bps"), ("5.0".to_owned(), "default".to_owned()));
    let (cash, file) = of("account.cash");
    assert!(cash.contains("25000") && file.ends_with("tradebot.yaml"), "{cash} {file}");
    let (fraction, from) = of("limits.kelly_fraction");
    assert_eq!((fraction.as_str(), from.contains("KELLY_FRACTION")), ("0.1", true), "{from}");
    let _ = show(&[]).shows(&["limits.kelly_fraction", "0.1", "TRADEBOT_LIMITS__KELLY_FRACTION"]);
}

#[test]
fn a_configuration_can_be_checked_without_running() {
    let home = Home::new();
    let _ = home.ok(&["config", "check"]).shows(&["valid"]);
    home.input("tradebot.yaml", "universe:\n  from: 2005-02-30\n");
    let wrong = home.tradebot(&["config", "check"]).run().code(2);
    let _ = wrong.says(&["universe.from", "2005-02-30"]);
    assert_eq!(home.names(), Vec::<String>::new());
}

#[test]
fn flags_go_before_the_environment_and_that_before_the_file() {
    let home = Home::new();
    home.input("tradebot.yaml", "account:\n  cash: 1000\nuniverse:\n  symbols: [IBM]\n");
    let range = ["--from", "2001-03-01", "--to", "2001-03-01"];
    let run = |more: &[&str], cash: Option<&str>| {
        let base = [&["run", "--json", "--no-report"][..], &range, more].concat();
        let call = home.tradebot(&base);
        let call =
            cash.map_or_else(|| home.tradebot(&base), |c| call.env("TRADEBOT_ACCOUNT__CASH", c));
        let summary = call.run().code(0).json();
        assert_eq!(summary["symbols"], serde_json::json!(["IBM"]));
        summary["final_equity"].as_str().unwrap().to_owned()
    };
    assert_eq!(run(&[], None), "1000");
    assert_eq!(run(&[], Some("2000")), "2000");
    assert_eq!(run(&["--cash", "3000"], Some("2000")), "3000");
}

#[test]
fn without_a_home_the_folder_of_the_system_is_used() {
    let home = Home::new();
    let desk = home.desk("");
    let run = ["run", "--no-report", "--quiet", "--symbols", "IBM", "--from", "2001-03-01"];
    let call = |run: &[&str]| Call::bare(&desk, run).arg("--to").arg("2001-03-01");
    let _ = call(&run).env("HOME", desk.to_str().unwrap()).run().code(0);
    assert!(desk.join(".local/share/tradebot/demo.db").is_file());
    let data = home.desk("data");
    let _ = call(&run).env("XDG_DATA_HOME", data.to_str().unwrap()).run().code(0);
    assert!(data.join("tradebot/demo.db").is_file());
    if cfg!(unix) {
        let _ = call(&run).run().code(2).says(&["no home folder", "--home DIR"]);
    }
}
