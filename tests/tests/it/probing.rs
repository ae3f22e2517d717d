//! Checks of the broker at the start and on demand, over real sockets: each trouble has its name, a
//! row and a remedy, and none takes longer than it may.

use std::net::TcpListener;
use std::process::{Output, Stdio};
use std::time::Duration;

use questrade_sim::SimServer;
use serde_json::json;
use tradebot_app::live::probes::{self, Probe, questrade::Questrade};
use tradebot_domain::Timestamp;
use tradebot_market_data::budget::standard_limits;
use tradebot_storage::{ApiCheck, Mode, Store};

use crate::support::{BINARY, Home, broker};

/// Long enough for a loaded machine, short enough for a hang.
const LIMIT: Duration = Duration::from_secs(4);

fn start() -> Timestamp {
    "2026-03-02T14:30:00Z".parse().unwrap()
}

/// Asks a broker everything, with a token or without one.
async fn asked(url: &str, token: Option<String>) -> Vec<ApiCheck> {
    let governor = broker::governor(start(), standard_limits());
    let home = broker::folder_with_key();
    let client = broker::client(&home, broker::governed(url, &governor), token).await;
    let probes: Vec<Box<dyn Probe>> = vec![Box::new(Questrade::new(client))];
    probes::ask_within(&probes, governor.clock(), LIMIT).await
}

async fn of(sim: &SimServer) -> Vec<ApiCheck> {
    asked(&sim.login_url(), sim.refresh_token(0)).await
}

/// The questions asked, and whether each passed.
fn passed(rows: &[ApiCheck]) -> Vec<(&str, bool)> {
    rows.iter().map(|row| (row.probe.as_str(), row.passed)).collect()
}

#[track_caller]
fn failed<'a>(rows: &'a [ApiCheck], probe: &str) -> &'a ApiCheck {
    let row = rows.iter().find(|row| row.probe == probe && !row.passed);
    let row = row.unwrap_or_else(|| panic!("{probe} did not fail: {rows:#?}"));
    assert!(!row.remedy.is_empty(), "{row:?}");
    row
}

const NOW: &str = "clock: {start: now}";

#[tokio::test]
async fn a_broker_that_works_passes_every_question() {
    let sim = broker::simulator(NOW).await;
    let rows = of(&sim).await;
    let questions = ["session", "clock", "accounts", "symbol", "market_data"];
    assert_eq!(passed(&rows), questions.map(|q| (q, true)), "{rows:#?}");
    assert!(rows.iter().all(|row| row.api == "questrade" && row.remedy.is_empty()));
    // A start notes them, and they are read back.
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), Mode::Paper).unwrap();
    probes::record(&store, &rows).unwrap();
    assert_eq!(Store::open_read(dir.path(), Mode::Paper).unwrap().api_checks().unwrap(), rows);
}

#[tokio::test]
async fn a_revoked_token_says_how_to_get_another() {
    let sim = broker::simulator(NOW).await;
    let old = sim.refresh_token(0);
    broker::does(&sim, json!({"do": "issue_token"}));
    let rows = asked(&sim.login_url(), old).await;
    assert_eq!(passed(&rows), [("session", false)], "nothing else can be asked");
    assert!(failed(&rows, "session").remedy.contains("tradebot token add --environment simulator"));
    let none = asked(&sim.login_url(), None).await;
    assert!(failed(&none, "session").remedy.contains("tradebot token add"));
}

#[tokio::test]
async fn a_server_that_is_not_the_brokers_gets_no_token() {
    let foreign =
        r#"{login: {advertise: ["https://api01.iq.questrade.example.org/"], api_hosts: 1}}"#;
    let sim = broker::simulator(foreign).await;
    let rows = of(&sim).await;
    let row = failed(&rows, "session");
    assert!(row.detail.contains("questrade.example.org") && row.remedy.contains("send nothing"));
    // A login host that answers with a page for people.
    let sim = broker::simulator("{login: {fail_next: [html, html, html]}}").await;
    let row = &of(&sim).await[0];
    assert!(!row.passed && !row.detail.contains("<html"), "{row:?}");
}

#[tokio::test]
async fn a_broker_that_is_down_or_slow_ends_in_its_time() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let rows = asked(&format!("http://{nobody}"), Some("AnyTokenAtAll".into())).await;
    assert!(failed(&rows, "session").detail.contains("cannot be reached"), "{rows:?}");

    let sim = broker::simulator(NOW).await;
    for route in ["accounts", "symbols"] {
        let rule = json!({"route": route, "effect": {"do": "hang"}});
        broker::does(&sim, json!({"do": "fault", "rule": rule}));
    }
    let rows = of(&sim).await;
    assert!(failed(&rows, "accounts").detail.contains("no answer within 4 s"), "{rows:?}");
    failed(&rows, "symbol");
    assert!(rows.iter().all(|row| row.millis < 10_000), "{rows:?}");
    assert_eq!(passed(&rows)[..2], [("session", true), ("clock", true)]);

    let sim = broker::simulator(NOW).await;
    broker::does(&sim, json!({"do": "fail_login", "faults": ["hang"]}));
    assert!(failed(&of(&sim).await, "session").detail.contains("no answer within"));
}

#[tokio::test]
async fn a_clock_that_is_minutes_off_and_a_right_that_is_missing_are_told() {
    let sim = broker::simulator("clock: {start: now, skew_ms: 300000}").await;
    let rows = of(&sim).await;
    let row = failed(&rows, "clock");
    assert!(row.detail.contains("-300") || row.detail.contains("-299"), "{row:?}");
    assert!(row.remedy.contains("timedatectl"), "{row:?}");
    assert_eq!(rows.iter().filter(|row| !row.passed).count(), 1, "{rows:?}");

    let sim = broker::simulator("{clock: {start: now}, login: {profile: retail_no_md}}").await;
    let rows = of(&sim).await;
    assert!(failed(&rows, "market_data").remedy.contains("App Hub"));
    assert_eq!(rows.iter().filter(|row| !row.passed).count(), 1, "{rows:?}");
}

#[tokio::test]
async fn probes_of_several_interfaces_do_not_wait_for_each_other() {
    struct Mute;
    impl Probe for Mute {
        fn api(&self) -> &'static str {
            "mute"
        }
        fn run<'a>(&'a self, findings: &'a mut probes::Findings) -> probes::Asking<'a> {
            Box::pin(async move {
                findings.ask("anything", std::future::pending()).await;
            })
        }
    }
    let sim = broker::simulator(NOW).await;
    let governor = broker::governor(start(), standard_limits());
    let home = broker::folder_with_key();
    let transport = broker::governed(&sim.login_url(), &governor);
    let client = broker::client(&home, transport, sim.refresh_token(0)).await;
    let probes: Vec<Box<dyn Probe>> = vec![Box::new(Mute), Box::new(Questrade::new(client))];
    let begun = tokio::time::Instant::now();
    let rows = probes::ask_within(&probes, governor.clock(), LIMIT).await;
    assert!(begun.elapsed() < LIMIT * 2);
    assert!(failed(&rows, "anything").api == "mute" && rows.len() == 6, "{rows:?}");
}

/// Calls the program while the simulator in this process goes on answering.
async fn tradebot(home: &Home, url: &str, args: &[&str], input: Option<String>) -> Output {
    let mut command = std::process::Command::new(BINARY);
    command.env_remove("CREDENTIALS_DIRECTORY").args(args).arg("--home").arg(home.path());
    if !url.is_empty() {
        let passphrase = home.desk("passphrase").to_str().unwrap().to_owned();
        command.args(["--environment", "simulator", "--simulator", url]);
        command.args(["--passphrase-file", &passphrase]);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = tokio::task::spawn_blocking(move || {
        let mut child = command.spawn().unwrap();
        if let Some(input) = input {
            let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes());
        }
        child.wait_with_output().unwrap()
    });
    child.await.unwrap()
}

#[track_caller]
fn says(output: &Output, code: i32, words: &[&str]) -> String {
    let bytes = [output.stdout.clone(), output.stderr.clone()].concat();
    let text = String::from_utf8_lossy(&bytes).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(output.status.code(), Some(code), "{text}");
    for word in words {
        assert!(text.contains(word), "`{word}` is not in: {text}");
    }
    text
}

#[tokio::test]
async fn doctor_asks_now_shows_the_last_checks_and_budgets_shows_the_calls() {
    let sim = broker::simulator(NOW).await;
    let (home, url) = (Home::new(), sim.login_url());
    home.input("passphrase", "correct horse battery staple\n");
    broker::closed(&home.desk("passphrase"));
    let call = |args: &'static [&'static str], with: bool| {
        let url = if with { url.clone() } else { String::new() };
        let home = &home;
        async move { tradebot(home, &url, args, None).await }
    };
    let empty = call(&["budgets"], false).await;
    says(&empty, 0, &["questrade_market", "15000", "No call of the last day is on record"]);
    says(&call(&["doctor", "--probe"], true).await, 0, &["not set up", "tradebot token add"]);

    let token = sim.refresh_token(0).unwrap() + "\n";
    let added = tradebot(&home, &url, &["token", "add"], Some(token)).await;
    says(&added, 0, &["generation 1"]);
    let all_well = ["questrade session", "questrade clock", "questrade market_data"];
    says(&call(&["doctor", "--probe"], true).await, 0, &all_well);
    says(&call(&["doctor"], false).await, 0, &["questrade (paper)", "all well", "s ago"]);
    let budgets = call(&["budgets", "--json"], false).await;
    let lines: serde_json::Value = serde_json::from_slice(&budgets.stdout).unwrap();
    let hour = lines
        .as_array()
        .unwrap()
        .iter()
        .find(|l| l["interface"] == "questrade_market" && l["window_seconds"] == 3_600);
    let hour = hour.unwrap();
    assert_eq!((&hour["limit"], hour["left"].as_u64().unwrap() < 10_500), (&json!(15_000), true));
    assert!(hour["used"].as_u64().unwrap() >= 3, "{hour}");

    // The token is revoked: the probe fails and stays on record with what to do.
    broker::does(&sim, json!({"do": "issue_token"}));
    let asked = call(&["doctor", "--probe"], true).await;
    says(&asked, 1, &["questrade clock", "then: tradebot token add --environment simulator"]);
    says(&call(&["doctor"], false).await, 1, &["questrade (paper)", "failed", "s ago", "then:"]);
    let status = call(&["status"], false).await;
    says(&status, 2, &["there is no run"]);
    let shown = call(&["budgets", "--mode", "live"], false).await;
    says(&shown, 0, &["No call of the last day"]);
}
