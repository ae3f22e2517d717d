//! Paper mode against the simulated broker: the real program, a virtual clock, real sockets.

use std::io::Write as _;
use std::process::{Command, Stdio};

use questrade_sim::http::{Host, Request};
use questrade_sim::{Command as Do, Knobs, SimServer};
use serde_json::{Value, json};
use tradebot_domain::{Date, Exchange, Timestamp};
use tradebot_journal::{Event, RunDigest};

use crate::support::{BINARY, Call, Home};

/// What is traded; the simulator plays their recorded bars on their own dates.
const SYMBOLS: &str = "AAPL,IBM,MSFT";

/// A simulated broker, and a home that has brought its token.
struct Desk {
    runtime: tokio::runtime::Runtime,
    sim: SimServer,
    home: Home,
    keys: String,
}

impl Desk {
    /// The broker's clock stands at `start` and moves when the program waits.
    fn at(start: &str) -> Self {
        let knobs = format!(
            "clock: {{start: '{start}', speed: 0}}\n\
             market: {{replay_from: '', generated: []}}\n\
             limits: {{market_data: {{per_second: 100000, per_hour: 10000000}}, \
             account: {{per_second: 100000, per_hour: 10000000}}}}"
        );
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let sim = runtime.block_on(SimServer::start(Knobs::from_text(&knobs).unwrap())).unwrap();
        let home = Home::new();
        let key = home.input("tradebot-token-key", &"5c".repeat(32));
        close(&key);
        let keys = home.desk("").to_str().unwrap().to_owned();
        Self { runtime, sim, home, keys }
    }

    fn with_token(start: &str) -> Self {
        let desk = Self::at(start);
        let mut command = Command::new(BINARY);
        command.args(["token", "add", "--environment", "simulator", "--simulator"]);
        command.arg(desk.sim.login_url()).arg("--home").arg(desk.home.path());
        command.env("CREDENTIALS_DIRECTORY", &desk.keys);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let token = desk.sim.refresh_token(0).unwrap();
        child.stdin.take().unwrap().write_all(token.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        desk
    }

    /// `run --mode paper` that leaves after so many sessions, with the broker's index.
    fn paper(&self, sessions: usize) -> Call {
        self.with_local_index(sessions).env("TRADEBOT_PAPER__INDEX", "GSPC.IN")
    }

    /// The same with the bundled index: the broker rounds its prices to four decimals.
    fn with_local_index(&self, sessions: usize) -> Call {
        let url = self.sim.login_url();
        let sessions = sessions.to_string();
        let args = ["run", "--mode", "paper", "--symbols", SYMBOLS, "--environment", "simulator"];
        let more = ["--simulator", &url, "--simulator-clock", "--sessions", &sessions, "--json"];
        self.home
            .tradebot(&[&args[..], &more[..]].concat())
            .env("CREDENTIALS_DIRECTORY", &self.keys)
            .env("QUESTRADE_SIM_CONTROL", &self.sim.control_token())
            .env("TRADEBOT_PAPER__OPENING", "local")
    }

    fn does(&self, command: Value) {
        let command: Do = serde_json::from_value(command).unwrap();
        self.sim.command(command).unwrap();
    }

    /// So many calls meet a dead line, after so many that do not.
    fn cut(&self, skip: u32, calls: u32) {
        let rule =
            json!({"route": "*", "skip": skip, "times": calls, "effect": {"do": "drop_before"}});
        self.does(json!({"do": "fault", "rule": rule}));
    }

    fn now(&self) -> Timestamp {
        self.sim.world(|world| world.now())
    }

    fn state(&self) -> Value {
        let request =
            Request::new(Host::Login, "GET", "/_sim/state").with_bearer(&self.sim.control_token());
        self.sim.world(|world| world.handle(&request)).value()
    }

    fn rows<T>(&self, sql: &str, map: impl Fn(&rusqlite::Row<'_>) -> T) -> Vec<T> {
        let conn = rusqlite::Connection::open(self.home.file("paper.db")).unwrap();
        let mut statement = conn.prepare(sql).unwrap();
        statement.query_map([], |row| Ok(map(row))).unwrap().map(Result::unwrap).collect()
    }

    fn inputs(&self) -> usize {
        if !self.home.file("paper.db").exists() {
            return 0;
        }
        // A process may be making the file at this moment.
        let count = || -> rusqlite::Result<i64> {
            let conn = rusqlite::Connection::open(self.home.file("paper.db"))?;
            conn.query_row("SELECT count(*) FROM session_inputs", [], |row| row.get::<_, i64>(0))
        };
        usize::try_from(count().unwrap_or(0)).unwrap()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // Sockets are closed in the runtime that made them.
        let _guard = self.runtime.enter();
    }
}

fn close(path: &str) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let _ = path;
}

/// Decisions and fills of the only run in a database, in order, as text.
fn decided(database: &std::path::Path) -> Vec<String> {
    let conn = rusqlite::Connection::open(database).unwrap();
    let sql = "SELECT body FROM journal WHERE kind IN ('decision', 'fill', 'idle') ORDER BY seq";
    let mut statement = conn.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Sessions of the long run: weekends, a half day (3 July), a holiday (4 July), ex-dates of all three
/// (August).
const SESSIONS: usize = 34;

#[test]
fn weeks_of_sessions_over_cuts_rotations_holidays_and_a_kill_end_as_a_backtest_of_the_same_bars() {
    // A Friday afternoon.
    let desk = Desk::with_token("2012-06-29T15:00:00-04:00");
    let began = desk.now();
    desk.cut(120, 60);
    desk.cut(300, 160);
    desk.cut(520, 100);
    let done = killed_in_the_middle(&desk);
    let summary = desk.with_local_index(SESSIONS - done).run().code(0).json();
    assert_eq!((&summary["resumed"], &summary["sessions"]), (&json!(true), &json!(SESSIONS)));
    let hours = desk.now().duration_since(began).as_hours();
    assert!(hours > 25, "{hours}");
    assert!(desk.state()["exchanges"].as_u64().unwrap() > 20, "{}", desk.state()["exchanges"]);
    assert_eq!(desk.state()["faults"], json!([]), "every cut struck");

    let from: Date = "2012-06-29".parse().unwrap();
    let to: Date = summary["last_session"].as_str().unwrap().parse().unwrap();
    each_session_was_decided_once(&desk, (from, to));
    a_backtest_decides_the_same(&desk, (from, to), &summary);
}

/// The first process dies in the middle of July, whatever it is doing then; sessions that it kept.
fn killed_in_the_middle(desk: &Desk) -> usize {
    let running = desk.with_local_index(SESSIONS).start();
    // A kill in the middle of an exchange may lose the token for good, which is tested elsewhere: in
    // the last day before it, exchanges give the same one again.
    let eve: Timestamp = "2012-07-16T12:00:00-04:00".parse().unwrap();
    let running = running.when(|_| desk.now() >= eve);
    desk.does(json!({"do": "set", "knobs": {"login": {"rotate": false}}}));
    let middle: Timestamp = "2012-07-17T12:00:00-04:00".parse().unwrap();
    let running = running.when(|_| desk.now() >= middle);
    #[cfg(unix)]
    running.signal("KILL");
    drop(running);
    desk.does(json!({"do": "set", "knobs": {"login": {"rotate": true}}}));
    let done = desk.inputs();
    assert!((5..SESSIONS).contains(&done), "{done}");
    done
}

fn each_session_was_decided_once(desk: &Desk, (from, to): (Date, Date)) {
    let expected: Vec<String> =
        Exchange::Xnys.sessions(from, to).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(expected.len(), SESSIONS);
    let sql = "SELECT session, count(*) FROM decisions GROUP BY session ORDER BY session";
    let sessions: Vec<(String, i64)> = desk.rows(sql, |row| (row.get_unwrap(0), row.get_unwrap(1)));
    let once: Vec<(String, i64)> = expected.iter().map(|s| (s.clone(), 3)).collect();
    assert_eq!(sessions, once, "each session is decided once for each symbol");
    let sql = "SELECT session FROM session_inputs WHERE bar_reason IS NULL ORDER BY session";
    assert_eq!(desk.rows(sql, |row| row.get_unwrap::<_, String>(0)), expected, "none was late");
    let findings = desk
        .rows("SELECT finding || ' ' || symbol || ' ' || detail FROM input_findings", |row| {
            row.get_unwrap::<_, String>(0)
        });
    assert_eq!(findings, Vec::<String>::new());
    let checks = desk.rows("SELECT count(*) FROM api_validation_log WHERE passed = 1", |row| {
        row.get_unwrap::<_, i64>(0)
    });
    assert!(checks[0] >= 5, "what is enabled is asked at every start: {checks:?}");
    desk.home.ok(&["journal", "verify", "--mode", "paper"]);
}

/// One loop: the backtest of the recorded bars decides and fills the same, to the last digit.
fn a_backtest_decides_the_same(desk: &Desk, (from, to): (Date, Date), summary: &Value) {
    let (first, last) = (from.to_string(), to.to_string());
    let args = ["backtest", "--symbols", SYMBOLS, "--from", &first, "--to", &last, "--no-report"];
    let backtest = desk.home.json(&[&args[..], &["--json"][..]].concat());
    let named =
        |body: String| body.replace("\"source\":\"bundled\"", "\"source\":\"questrade simulator\"");
    let replayed: Vec<String> =
        decided(&desk.home.file("backtest.db")).into_iter().map(named).collect();
    let live = decided(&desk.home.file("paper.db"));
    assert_eq!(live.len(), replayed.len());
    for (live, replayed) in live.iter().zip(&replayed) {
        assert_eq!(live, replayed);
    }
    let mut digest = RunDigest::default();
    for body in &replayed {
        let event: Event = serde_json::from_str(body).unwrap();
        digest.update(&event, body.as_bytes());
    }
    assert_eq!(summary["digest"], json!(digest.hex()));
    assert_eq!(summary["equity"], backtest["final_equity"]);
}

#[test]
fn without_a_token_paper_says_how_to_bring_one_and_begins_nothing() {
    let desk = Desk::at("2012-06-29T15:00:00-04:00");
    let _ = desk.paper(1).run().code(1).says(&["no simulator token", "tradebot token add"]);
    assert_eq!(desk.inputs(), 0);
    let args = ["run", "--mode", "paper", "--symbols", SYMBOLS];
    let _ = desk.home.tradebot(&args).run().code(2).says(&["no key to seal the token with"]);
    let _ = desk.home.tradebot(&["run", "--mode", "live"]).run().code(2).says(&["--mode paper"]);
}

#[test]
fn what_cannot_be_traded_is_said_before_a_run_begins() {
    let desk = Desk::with_token("2012-06-29T15:00:00-04:00");
    for (symbols, words) in [
        ("AAPL,NOSUCH", &["NOSUCH", "does not list it"][..]),
        ("GSPC.IN", &["GSPC.IN", "does not let it be traded"]),
    ] {
        let call =
            desk.paper(1).env("TRADEBOT_UNIVERSE__SYMBOLS", symbols).arg("--symbols").arg(symbols);
        let _ = call.run().code(2).says(words);
    }
    let _ = desk
        .paper(1)
        .arg("--from")
        .arg("2012-07-02")
        .run()
        .code(2)
        .says(&["--from", "next session"]);
}

#[test]
fn sessions_slept_through_are_decided_in_order_without_entries_and_say_so() {
    let desk = Desk::with_token("2012-06-29T15:00:00-04:00");
    desk.does(json!({"do": "set", "knobs": {"login": {"refresh_ttl_s": 5_000_000}}}));
    desk.paper(1).run().code(0);
    // The machine is away for a week, over the holiday.
    desk.does(json!({"do": "advance_to", "time": "2012-07-09T12:00:00-04:00"}));
    let summary = desk.paper(5).run().code(0).json();
    assert_eq!(summary["last_session"], json!("2012-07-09"));
    let rows = desk
        .rows("SELECT session, bar_reason FROM session_inputs ORDER BY session", |row| {
            (row.get_unwrap::<_, String>(0), row.get_unwrap::<_, Option<String>>(1))
        });
    let late = |day: &str| (day.to_owned(), Some("decided_late".to_owned()));
    let timely = |day: &str| (day.to_owned(), None);
    let expected = [
        timely("2012-06-29"),
        late("2012-07-02"),
        late("2012-07-03"),
        late("2012-07-05"),
        late("2012-07-06"),
        timely("2012-07-09"),
    ];
    assert_eq!(rows, expected);
    let sql =
        "SELECT DISTINCT reason FROM decisions WHERE session BETWEEN '2012-07-02' AND '2012-07-06'";
    assert_eq!(desk.rows(sql, |row| row.get_unwrap::<_, String>(0)), ["decided_late"]);
    desk.home.ok(&["journal", "verify", "--mode", "paper"]);
    // Computed anew, the same run stands where it stood.
    let again = desk.paper(0).run().code(0).json();
    assert_eq!((&again["digest"], &again["decided_here"]), (&summary["digest"], &json!(0)));
}

#[test]
fn a_split_is_told_by_its_candles_and_is_no_crash() {
    let desk = Desk::with_token("2012-07-02T15:00:00-04:00");
    desk.does(json!({"do": "split", "symbol": "IBM", "ratio": "4", "ex_date": "2012-07-06"}));
    desk.paper(5).run().code(0);
    let sql = "SELECT finding, symbol, session FROM input_findings";
    let found =
        desk.rows(sql, |row| [0, 1, 2].map(|column| row.get_unwrap::<_, String>(column)).join(" "));
    assert_eq!(found, ["split IBM 2012-07-06"]);
    let sql =
        "SELECT count(*) FROM journal WHERE kind = 'decision' AND body LIKE '%suspected_split%'";
    assert_eq!(desk.rows(sql, |row| row.get_unwrap::<_, i64>(0)), [0]);
    let sql = "SELECT count(*) FROM decisions WHERE symbol = 'IBM' AND session >= '2012-07-06' AND reason = 'gate_refused'";
    assert_eq!(desk.rows(sql, |row| row.get_unwrap::<_, i64>(0)), [0]);
}

#[test]
fn status_tells_what_comes_next_and_an_interrupted_run_goes_on() {
    let desk = Desk::with_token("2012-06-29T15:00:00-04:00");
    let running = desk.paper(100_000).start().when(|_| desk.inputs() >= 3);
    #[cfg(unix)]
    running.signal("INT");
    let _ =
        running.wait().code(130).says(&["everything so far is durable", "continues paper-0001"]);
    let status = desk.home.json(&["status", "--mode", "paper", "--json"]);
    assert_eq!(status["run_id"], json!("paper-0001"));
    assert_eq!(status["live"]["activity"], json!("stopped"));
    assert!(status["live"]["next_at"].is_string() && status["live"]["decided"].is_string());
    let _ = desk.home.ok(&["status", "--mode", "paper"]).shows(&["Live data", "next", "decided"]);
    let before = desk.inputs();
    let summary = desk.paper(2).run().code(0).json();
    assert_eq!(summary["sessions"], json!(before + 2));
}
