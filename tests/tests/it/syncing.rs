//! `data sync` against the providers' simulator and the broker's: what is missing comes, once.

use std::path::Path;

use feed_sim::{Command, Effect, FeedServer, Knobs};
use questrade_sim::SimServer;
use serde_json::Value;

use crate::support::{Call, Home};

const SPAN: [&str; 4] = ["--from", "2012-11-01", "--to", "2013-03-01"];
const KEY: &str = "canary-key-4711";

async fn providers() -> FeedServer {
    FeedServer::start(Knobs::default()).await.unwrap()
}

fn settings(home: &Home, sim: &FeedServer, more: &str) -> String {
    let text = format!("sources:\n  simulator: {}\n{more}", sim.url());
    home.input("tradebot.yaml", &text)
}

fn sync(home: &Home, config: &str, args: &[&str]) -> Call {
    let args = [&["data", "sync"], args, &SPAN, &["--config", config]].concat();
    home.tradebot(&args)
}

/// A field of the line of a symbol.
fn field<'a>(report: &'a Value, symbol: &str, name: &str) -> &'a Value {
    let lines = report["lines"].as_array().unwrap();
    &lines.iter().find(|line| line["symbol"] == symbol).unwrap()[name]
}

fn outcome<'a>(report: &'a Value, symbol: &str) -> &'a str {
    field(report, symbol, "outcome").as_str().unwrap()
}

fn catalogue(home: &Home) -> Vec<(String, Vec<u8>)> {
    let files = std::fs::read_dir(home.file("catalogue")).unwrap();
    let mut all: Vec<(String, Vec<u8>)> = files
        .map(|file| file.unwrap().path())
        .map(|path| (path.display().to_string(), std::fs::read(path).unwrap()))
        .collect();
    all.sort();
    all
}

/// No file below a folder has the words.
fn nowhere(folder: &Path, words: &str) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            nowhere(&path, words);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes.windows(words.len()).any(|window| window == words.as_bytes());
            assert!(!found, "{} has it", path.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_comes_once_and_the_second_time_nothing_is_asked_or_written() {
    let (sim, home) = (providers().await, Home::new());
    let more =
        format!("  bars: [yahoo]\n  check: alpha_vantage\n  keys: {{alpha_vantage: {KEY}}}\n");
    let config = settings(&home, &sim, &more);
    let planned =
        sync(&home, &config, &["AAPL", "ZZQ.TO", "--plan", "--json"]).run().code(0).json();
    assert_eq!(field(&planned, "AAPL", "missing"), 82, "sessions of New York");
    assert!(sim.calls().is_empty(), "a plan asks nobody");

    let first = sync(&home, &config, &["AAPL", "ZZQ.TO", "--json"]).run().code(0).json();
    for symbol in ["^VIX", "^USDCAD", "AAPL", "ZZQ.TO"] {
        assert_eq!(outcome(&first, symbol), "stored", "{first}");
    }
    assert_eq!(field(&first, "AAPL", "added"), 82);
    assert_eq!(field(&first, "AAPL", "compared"), &Value::from(61), "a second source was asked");
    assert_eq!(field(&first, "AAPL", "agreed"), field(&first, "AAPL", "compared"));

    let (calls, files) = (sim.calls().len(), catalogue(&home));
    let second = sync(&home, &config, &["AAPL", "ZZQ.TO", "--json"]).run().code(0).json();
    for symbol in ["^VIX", "^USDCAD", "AAPL", "ZZQ.TO"] {
        assert_eq!(outcome(&second, symbol), "up_to_date", "{second}");
    }
    assert_eq!(sim.calls().len(), calls, "nobody was asked");
    assert_eq!(catalogue(&home), files, "not a byte was written");
    assert!(
        second["calls"]["alpha_vantage"].as_u64() >= Some(2),
        "calls of the first run count: {second}"
    );

    let inspected = home.json(&["data", "inspect", "ZZQ.TO", "--json"]);
    assert_eq!((&inspected["currency"], &inspected["exchange"]), (&"CAD".into(), &"XTSE".into()));
    let from = inspected["imports"][0]["files"][0][0].as_str().unwrap();
    assert!(from.starts_with("yahoo http://127.0.0.1") && from.contains("/chart/ZZQ.TO"), "{from}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_that_was_killed_goes_on_where_it_was() {
    let (sim, home) = (providers().await, Home::new());
    let config = settings(&home, &sim, "  bars: yahoo\n  vix: false\n  usdcad: false\n");
    let symbols = ["AAPL", "GOOG", "IBM", "MSFT"];
    let fault = Command::Fault {
        provider: "yahoo".to_owned(),
        skip: 2,
        times: None,
        effect: Effect::Delay { ms: 600_000 },
    };
    sim.command(fault).unwrap();
    let running = sync(&home, &config, &symbols).start().when_it_says("2 of 4: GOOG: stored");
    let running = running.when(|_| sim.calls().len() == 3);
    assert!(running.killed_after(std::time::Duration::ZERO), "in the middle of the third");
    sim.command(Command::ClearFaults).unwrap();

    let resumed = sync(&home, &config, &[&symbols[..], &["--json"]].concat()).run().code(0).json();
    let outcomes = symbols.map(|symbol| outcome(&resumed, symbol));
    assert_eq!(outcomes, ["up_to_date", "up_to_date", "stored", "stored"]);
    let asked = |symbol: &str| sim.calls().iter().filter(|call| call.contains(symbol)).count();
    assert_eq!(symbols.map(asked), [1, 1, 2, 1], "what was stored is not asked for again");

    let whole = Home::new();
    let config = settings(&whole, &sim, "  bars: yahoo\n  vix: false\n  usdcad: false\n");
    let _ = sync(&whole, &config, &symbols).run().code(0);
    for symbol in symbols {
        let name = format!("catalogue/{symbol}.csv.gz");
        let read = |home: &Home| std::fs::read(home.file(&name)).unwrap();
        assert_eq!(read(&home), read(&whole), "{symbol}: the same bytes as without the kill");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_fails_is_named_the_rest_goes_on_and_keys_are_nowhere() {
    let (sim, home) = (providers().await, Home::new());
    let config = settings(&home, &sim, "  bars: [alpha_vantage]\n  news: [finnhub]\n");
    let limit = Command::Fault {
        provider: "alpha_vantage".to_owned(),
        skip: 1,
        times: None,
        effect: Effect::Limit,
    };
    sim.command(limit).unwrap();
    let call = |args: &[&str]| {
        sync(&home, &config, args).env("TRADEBOT_SOURCES__KEYS__ALPHA_VANTAGE", KEY)
    };
    let ended = call(&["AAPL", "IBM", "MSFT", "-vv"]).run().code(1);
    let ended = ended.says(&["source finnhub is off: it has no key", "2 symbols could not be had"]);
    let ended =
        ended.shows(&["IBM: alpha_vantage, daily: too many calls", "AAPL", "stored", "^VIX"]);
    assert_eq!(ended.stderr.matches("finnhub is off").count(), 1, "said once");
    assert!(!format!("{ended}").contains(KEY), "{ended}");
    let daily = sim.calls().iter().filter(|call| call.contains("TIME_SERIES_DAILY")).count();
    assert_eq!(daily, 2, "a source whose limit is reached is asked no more");

    sim.command(Command::ClearFaults).unwrap();
    let again = call(&["AAPL", "IBM", "MSFT", "--json"]).run().code(0).json();
    let symbols = ["AAPL", "IBM", "MSFT"].map(|symbol| outcome(&again, symbol));
    assert_eq!(symbols, ["up_to_date", "stored", "stored"]);
    let shown = home
        .tradebot(&["config", "show", "--config", &config])
        .env("TRADEBOT_SOURCES__KEYS__ALPHA_VANTAGE", KEY);
    let shown = shown.run().code(0).shows(&["sources.keys.alpha_vantage", "(set)"]);
    assert!(!shown.stdout.contains(KEY));
    nowhere(&home.path(), KEY);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_nobody_is_asked_and_wrong_names_are_told() {
    let (sim, home) = (providers().await, Home::new());
    let config = settings(&home, &sim, "  vix: false\n  usdcad: false\n");
    let ended = sync(&home, &config, &["AAPL"]).run().code(1);
    let _ = ended
        .says(&[
            "source alpha_vantage is off: it has no key",
            "TRADEBOT_SOURCES__KEYS__ALPHA_VANTAGE",
        ])
        .shows(&["AAPL: nobody to ask for daily bars: none of alpha_vantage is on"]);
    assert!(sim.calls().is_empty());
    let _ = sync(&home, &config, &["AAPL", "--bars", "yahooo"])
        .run()
        .code(2)
        .says(&["did you mean `yahoo`?"]);
    let wrong = home.input("wrong.yaml", "sources: {simulator: 'http://example.com'}\n");
    let _ = sync(&home, &wrong, &["AAPL"])
        .run()
        .code(2)
        .says(&["sources.simulator", "not on this machine"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn sources_that_differ_are_told_and_what_is_stored_stays() {
    let (sim, home) = (providers().await, Home::new());
    let more = format!(
        "  bars: [yahoo]\n  check: alpha_vantage\n  vix: false\n  usdcad: false\n  keys: {{alpha_vantage: {KEY}}}\n"
    );
    let config = settings(&home, &sim, &more);
    let from = "2013-02-25".parse().unwrap();
    sim.command(Command::Shift { provider: "alpha_vantage".to_owned(), from, percent: 103 })
        .unwrap();
    let ended = sync(&home, &config, &["IBM"]).run().code(0);
    let _ = ended.shows(&[
        "IBM: sources differ on 5 of 61 sessions",
        "2013-02-25 open",
        "from alpha_vantage",
        "What is stored stays.",
    ]);
    let db = rusqlite::Connection::open(home.file("sources.db")).unwrap();
    let noted: i64 = db
        .query_row("SELECT count(*) FROM source_disagreements WHERE symbol = 'IBM' AND told_by = 'alpha_vantage'", [], |r| r.get(0))
        .unwrap();
    assert_eq!(noted, 20, "four prices of five sessions");
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_dates_and_headlines_are_kept_as_known_when_fetched() {
    let (sim, home) = (providers().await, Home::new());
    let more = format!(
        "  bars: [yahoo]\n  vix: false\n  usdcad: false\n  fundamentals: [alpha_vantage]\n  events: [finnhub, alpha_vantage]\n  news: [finnhub, newsapi]\n  feeds: ['{}/rss/ZZQ.xml']\n  keys: {{alpha_vantage: {KEY}, finnhub: {KEY}, newsapi: {KEY}}}\n",
        sim.url()
    );
    let banks = home.input("banks.csv", "date,kind,symbol,detail\n2013-01-30,central_bank,,Federal Reserve\n2013-03-06,central_bank,,Bank of Canada\n");
    let more = more.replace("finnhub, alpha_vantage]", "finnhub, alpha_vantage, dates]")
        + &format!("  dates: '{banks}'\n");
    let config = settings(&home, &sim, &more);
    let first = sync(&home, &config, &["AAPL", "--json"]).run().code(0).json();
    let calendar = field(&first, "AAPL", "calendar");
    assert_eq!(calendar["central_bank"], "2013-03-06 Bank of Canada");
    assert_eq!(
        (&calendar["earnings"], &calendar["ex_dividend"]),
        (&"none".into(), &"unknown".into())
    );
    assert!(field(&first, "AAPL", "facts").as_u64() >= Some(8), "{first}");
    assert!(field(&first, "AAPL", "events").as_u64() >= Some(1), "{first}");
    assert!(field(&first, "AAPL", "news").as_u64() >= Some(5), "{first}");
    assert!(first["feeds"][0]["new"].as_u64() >= Some(5), "{first}");
    let second = sync(&home, &config, &["AAPL", "--json"]).run().code(0).json();
    for what in ["facts", "events", "news"] {
        assert_eq!(field(&second, "AAPL", what), 0, "{what}: {second}");
    }
    assert_eq!(second["feeds"][0]["new"], 0);
    let db = rusqlite::Connection::open(home.file("sources.db")).unwrap();
    let early: i64 = db
        .query_row("SELECT count(*) FROM fundamentals WHERE known_at < '2026-01-01'", [], |r| {
            r.get(0)
        })
        .unwrap();
    assert_eq!(early, 0, "facts of 2013 are known from today on");
    nowhere(&home.path(), KEY);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_brokers_candles_are_a_source_like_any_other() {
    let sim = SimServer::start(questrade_sim::Knobs::default()).await.unwrap();
    let home = Home::new();
    let passphrase = home.input("passphrase", "correct horse battery staple\n");
    close(Path::new(&passphrase));
    let url = sim.login_url();
    let which =
        ["--environment", "simulator", "--simulator", &url, "--passphrase-file", &passphrase];
    let config =
        home.input("tradebot.yaml", "sources: {vix: false, usdcad: false, bars: [questrade]}\n");
    let ask = |symbols: &[&str]| {
        let args = [
            &["data", "sync"],
            symbols,
            &which,
            &["--from", "2026-01-02", "--to", "2026-07-08", "--config", &config, "--json"],
        ]
        .concat();
        home.tradebot(&args)
    };
    let _ = ask(&["ZZQ.TO"]).run().code(1).says(&["questrade is off: no token was brought in"]);

    let token = home.input("token", &format!("{}\n", sim.refresh_token(0).unwrap()));
    let add = [&["token", "add"][..], &which].concat();
    let added = home.tradebot(&add).input(&token).run();
    let _ = added.code(0);
    let first = ask(&["ZZQ.TO", "NOPE.TO"]).run().code(1).json();
    assert_eq!(outcome(&first, "ZZQ.TO"), "stored", "{first}");
    assert!(field(&first, "ZZQ.TO", "added").as_u64() > Some(100), "{first}");
    assert_eq!(field(&first, "ZZQ.TO", "last"), "2026-07-08");
    assert_eq!(outcome(&first, "NOPE.TO"), "failed");
    let calls = |report: &Value| outcome(report, "ZZQ.TO").to_owned();
    let second = ask(&["ZZQ.TO"]).run().code(0).json();
    assert_eq!(calls(&second), "up_to_date");
}

fn close(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let _ = path;
}
