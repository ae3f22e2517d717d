//! Logs as they come out: levels, formats, files, and no secrets.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tradebot_telemetry::logging::{self, REDACTED};
use tradebot_telemetry::{LogConfig, LogError, LogFormat, Metrics};

/// Collects what is written.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What `f` logs with this format and level.
fn logged(format: LogFormat, level: &str, f: impl FnOnce()) -> String {
    let sink = Sink::default();
    let writer = sink.clone();
    let config = LogConfig { format, level: level.to_owned(), ..LogConfig::default() };
    let subscriber = logging::subscriber(&config, move || writer.clone()).unwrap();
    tracing::subscriber::with_default(subscriber, f);
    let bytes = sink.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

const CANARY: &str = "hunter2-canary";

/// Every way a value can be recorded, in events and in spans.
fn log_secrets() {
    #[derive(Debug)]
    #[expect(dead_code, reason = "read through Debug only")]
    struct Header(&'static str);

    let span = tracing::info_span!(
        "login",
        account = "main",
        access_token = CANARY,
        client_secret = tracing::field::Empty
    );
    let _in = span.enter();
    span.record("client_secret", CANARY);
    tracing::info!(token = CANARY, password = %CANARY, secret = ?Header(CANARY), "signed in");
    tracing::warn!(Authorization = format!("Bearer {CANARY}"), symbol = "AAPL", "refused");
    tracing::warn!(header = format!("bearer {CANARY}"), "Bearer {CANARY}, in the message");
    tracing::error!(refreshToken = 12_345_678_u64, api_key = CANARY, "expired");
}

#[test]
fn no_secret_is_printed_in_any_format_from_events_or_spans() {
    for format in [LogFormat::Text, LogFormat::Json] {
        let text = logged(format, "trace", log_secrets);
        assert_eq!(text.lines().count(), 4, "{text}");
        assert!(!text.contains(CANARY), "{text}");
        assert!(!text.contains("12345678"), "{text}");
        assert!(
            text.contains(REDACTED) && text.contains("AAPL") && text.contains("main"),
            "{text}"
        );
    }
}

#[test]
fn a_json_line_is_an_object_with_typed_fields_and_its_spans() {
    let text = logged(LogFormat::Json, "info", || {
        let _run = tracing::info_span!("run", id = "demo-0001").entered();
        let _cycle = tracing::info_span!("cycle").entered();
        tracing::info!(target: "engine", shares = 10_u64, edge = 0.25, nan = f64::NAN, held = true, "two\nlines");
    });
    assert_eq!(text.lines().count(), 1, "{text}");
    let line: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["target"], "engine");
    assert_eq!(line["fields"]["shares"], 10);
    assert_eq!(line["fields"]["edge"], 0.25);
    assert_eq!(line["fields"]["nan"], "NaN");
    assert_eq!(line["fields"]["held"], true);
    assert_eq!(line["spans"][0], serde_json::json!({"name": "run", "id": "demo-0001"}));
    assert_eq!(line["spans"][1], serde_json::json!({"name": "cycle"}));
    let time = line["timestamp"].as_str().unwrap();
    assert!(time.ends_with('Z'), "{time}");
}

#[test]
fn fields_recorded_later_join_those_of_their_span() {
    for format in [LogFormat::Text, LogFormat::Json] {
        let text = logged(format, "info", || {
            let span = tracing::info_span!("run", id = "demo-0001", cycles = tracing::field::Empty);
            span.record("cycles", 7);
            span.in_scope(|| tracing::info!("done"));
        });
        match format {
            LogFormat::Text => assert!(text.contains("run{id=demo-0001 cycles=7}"), "{text}"),
            LogFormat::Json => {
                let line: Value = serde_json::from_str(&text).unwrap();
                assert_eq!(line["spans"][0]["cycles"], 7);
            }
        }
    }
}

#[test]
fn a_text_line_stays_one_line_whatever_is_in_it() {
    let text = logged(LogFormat::Text, "info", || {
        tracing::info!(note = "a\r\nb", "forged\n2026-01-01 INFO all is well\x1b[2J");
    });
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(!text.contains('\x1b') && !text.contains('\r'), "{text}");
}

#[test]
fn levels_and_directives_filter() {
    let log = || {
        tracing::debug!(target: "engine", "small");
        tracing::info!(target: "engine", "usual");
        tracing::info!(target: "store", "usual");
    };
    assert_eq!(logged(LogFormat::Text, "info", log).lines().count(), 2);
    assert_eq!(logged(LogFormat::Text, "warn,engine=debug", log).lines().count(), 2);
    assert_eq!(logged(LogFormat::Text, "off", log), "");
    let config = LogConfig { level: "engine=loud".to_owned(), ..LogConfig::default() };
    match logging::subscriber(&config, io::sink) {
        Err(LogError::Level { level, .. }) => assert_eq!(level, "engine=loud"),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("a level that does not exist was accepted"),
    }
}

#[test]
fn the_process_wide_set_up_writes_files_and_happens_once() {
    let dir = tempfile::tempdir().unwrap();
    let logs = dir.path().join("logs");
    let config = LogConfig {
        format: LogFormat::Json,
        level: "info".to_owned(),
        file: Some(logs.clone()),
        color: false,
    };
    let guard = logging::init(&config).unwrap();
    tracing::info!(password = CANARY, "to the file");
    drop(guard);
    assert!(matches!(logging::init(&config), Err(LogError::AlreadySet(_))));
    let files: Vec<_> = std::fs::read_dir(&logs).unwrap().map(|f| f.unwrap().path()).collect();
    let written: String = files.iter().map(|f| std::fs::read_to_string(f).unwrap()).collect();
    assert!(written.contains("to the file"), "{written}");
    assert!(!written.contains(CANARY), "{written}");
}

#[test]
fn a_log_directory_that_cannot_be_made_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let config = LogConfig { file: Some(file.join("logs")), ..LogConfig::default() };
    let error = logging::init(&config).unwrap_err();
    assert!(matches!(error, LogError::Directory { .. }), "{error}");
    assert!(error.to_string().contains("logs"), "{error}");
}

#[test]
fn the_process_wide_recorder_is_installed_once() {
    let metrics = Metrics::install().unwrap();
    metrics::counter!(tradebot_telemetry::metric::CYCLES).increment(2);
    assert!(metrics.render().contains("tradebot_cycles_total 2"));
    assert!(Metrics::install().is_err());
}
