//! Narrow terminals, pipes, silence, and no colours where none are wanted.

use crate::support::reference::{RANGE, reference};
use crate::support::{Call, Home, Outcome};

/// Lines wider than that many columns that could have been folded: a path, a digest or an id is
/// one word, and stays one so that it can be copied.
fn too_wide(text: &str, columns: usize) -> Vec<&str> {
    let one_word =
        |line: &str| line.split_whitespace().any(|word| word.chars().count() > columns - 8);
    text.lines().filter(|line| line.chars().count() > columns && !one_word(line)).collect()
}

fn at_forty(home: &Home, arguments: &[&str]) -> Outcome {
    home.tradebot(arguments).env("COLUMNS", "40").run()
}

#[test]
fn forty_columns_are_enough_for_every_table_and_page() {
    let home = &reference().home;
    let decision = home.json(&["trades", "--json"])[10]["decision"].clone();
    let [symbol, session] = ["symbol", "session"].map(|n| decision[n].as_str().unwrap().to_owned());
    for command in [
        &["status"][..],
        &["positions"],
        &["orders"],
        &["trades"],
        &["account"],
        &["explain", &symbol, &session],
        &["why", &symbol, &session],
        &["journal", "tail"],
        &["journal", "verify"],
        &["data", "list"],
        &["data", "inspect", "AAPL"],
        &["config", "show"],
        &["doctor"],
    ] {
        let shown = at_forty(home, command).code(0);
        assert_eq!(too_wide(&shown.stdout, 40), Vec::<&str>::new(), "{command:?}: {shown}");
    }
}

#[test]
fn forty_columns_are_enough_for_the_summary_of_a_run() {
    let home = Home::new();
    let run = [&["run", "--no-report"][..], &RANGE].concat();
    let shown = at_forty(&home, &run).code(0);
    assert_eq!(too_wide(&shown.stdout, 40), Vec::<&str>::new(), "{shown}");
}

#[test]
fn a_wide_terminal_gets_one_line_a_record() {
    let home = &reference().home;
    let shown = home.tradebot(&["trades"]).env("COLUMNS", "200").run().code(0);
    let trades = home.json(&["trades", "--json"]).as_array().unwrap().len();
    assert_eq!(shown.stdout.lines().count(), trades + 1, "{shown}");
}

#[test]
fn quiet_means_results_only() {
    let home = Home::new();
    let short =
        ["run", "--quiet", "--symbols", "IBM", "--from", "2001-03-01", "--to", "2001-03-30"];
    let run = home.ok(&short);
    assert_eq!(run.stderr, "");
    assert!(run.stdout.contains("demo-0001") && run.stdout.contains("digest"), "{run}");
    let json = home.ok(&[&short[..], &["--json", "--no-report"]].concat());
    assert_eq!(json.stderr, "");
    assert_eq!(json.json()["run_id"], "demo-0002");
    for reader in [&["status"][..], &["why", "IBM", "2001-03-01"], &["journal", "export"]] {
        assert_eq!(home.ok(&[reader, &["--quiet"]].concat()).stderr, "", "{reader:?}");
    }
}

#[test]
fn talk_goes_to_stderr_and_results_to_stdout() {
    let home = Home::new();
    let short = ["run", "--json", "--no-report", "--symbols", "IBM", "--from", "2001-03-01"];
    let run = home.ok(&[&short[..], &["--to", "2001-03-30"]].concat());
    let _ = run.json();
    let _ = run.says(&["demo-0001 begins: IBM from 2001-03-01 to 2001-03-30, 100000 USD"]);
}

#[test]
fn output_into_a_pipe_has_no_colours() {
    let home = &reference().home;
    for command in [&["status"][..], &["--help"], &["run", "--nonsense"], &["trades"]] {
        let outcome = home.tradebot(command).run();
        assert!(
            !outcome.stdout.contains('\u{1b}') && !outcome.stderr.contains('\u{1b}'),
            "{outcome}"
        );
    }
}

/// Runs on a terminal of its own, as `script` makes one; nothing where there is no `script`.
#[cfg(target_os = "linux")]
fn on_a_terminal(home: &Home, arguments: &str) -> Option<Outcome> {
    use std::process::Command;
    let has_script = Command::new("script").arg("--version").output();
    if !has_script.is_ok_and(|o| String::from_utf8_lossy(&o.stdout).contains("util-linux")) {
        crate::support::skipped("there is no `script` to make a terminal");
        return None;
    }
    let program =
        format!("{} {arguments} --home {}", crate::support::BINARY, home.path().display());
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &program, "/dev/null"]);
    let call = Call::bare(&home.desk(""), &[]).replaced_by(script);
    Some(call.env("TERM", "xterm-256color").env("NO_COLOR", "1").run())
}

#[cfg(target_os = "linux")]
#[test]
fn no_color_is_heeded_on_a_terminal() {
    let home = Home::new();
    let range = "--symbols IBM --from 2001-03-01 --to 2001-06-29";
    for arguments in [&format!("run -vv --no-report {range}"), "--help", "run --nonsense", "status"]
    {
        let Some(outcome) = on_a_terminal(&home, arguments) else { return };
        let text = outcome.stdout;
        assert!(!text.is_empty(), "{arguments}");
        // Select graphic rendition: ESC [ digits m. Moving the cursor is no colour.
        let coloured = text.split("\u{1b}[").skip(1).find(|rest| {
            let end = rest.find(|c: char| !(c.is_ascii_digit() || c == ';')).unwrap_or(0);
            rest[end..].starts_with('m') && !matches!(&rest[..end], "" | "0")
        });
        assert!(coloured.is_none(), "{arguments}: {:?}", coloured.map(|c| &c[..c.len().min(80)]));
    }
}

#[test]
fn a_reader_that_stops_reading_is_no_error() {
    let home = &reference().home;
    for command in [
        &["journal", "export"][..],
        &["trades", "--json"],
        &["orders", "--csv"],
        &["explain", "IBM", "2001-06-13"],
        &["--help"],
        &["man"],
        &["completions", "bash"],
    ] {
        let outcome = home.tradebot(command).with_nobody_reading();
        assert_eq!(outcome.stderr, "", "{command:?}: {outcome}");
        assert!(matches!(outcome.status.code(), Some(0) | None), "{command:?}: {outcome}");
    }
}

#[test]
fn the_log_is_json_where_that_is_asked_for_and_keeps_off_stdout() {
    let home = Home::new();
    let short = ["run", "--json", "--no-report", "-vv", "--log-format", "json", "--symbols", "IBM"];
    let run = home.ok(&[&short[..], &["--from", "2001-03-01", "--to", "2001-03-30"]].concat());
    let _ = run.json();
    let lines: Vec<&str> = run.stderr.lines().filter(|l| l.starts_with('{')).collect();
    assert!(!lines.is_empty(), "{run}");
    for line in lines {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(entry["level"].is_string() && entry["timestamp"].is_string(), "{line}");
    }
}
