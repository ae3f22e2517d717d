//! No token in anything that is written, whatever happens to it.

use std::fmt::Write as _;
use std::io::Write;
use std::process::Command;
use std::sync::{Arc, Mutex};

use tradebot_broker_questrade::Secret;
use tradebot_broker_questrade::client::Client;
use tradebot_broker_questrade::stream::{Event, Rules};

use crate::support::{Answer, Broker, FIRST, Login, custodian, home, transport};

/// Keeps all that is logged.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Every token of this test holds this word.
const CANARY: &str = "canary";

/// Says that this process is the one where nothing else runs.
const ALONE: &str = "TRADEBOT_TEST_ALONE";

/// In a process of its own: tests beside it would decide which log records exist at all.
#[test]
fn logs_errors_debug_and_panics_never_show_a_token() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "secrets::the_child_that_is_listened_to", "--nocapture"])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success(), "{said}");
    assert!(!said.contains(CANARY), "{said}");
}

/// A broker that throws our own token back at us, in every way an answer can.
fn thrown_back(request: &crate::support::Request) -> Answer {
    let token = request.bearer.clone().unwrap_or_default();
    match request.path.as_str() {
        "/v1/time" => Answer::Json(200, format!(r#"{{"time":"{token}"}}"#)),
        "/v1/accounts" => Answer::Json(400, format!(r#"{{"code":1015,"message":"bad {token}"}}"#)),
        "/v1/markets" => Answer::With(500, "", format!("<html>{token}</html>")),
        "/v1/notifications" => Answer::Json(200, format!(r#"{{"streamPort":"{token}"}}"#)),
        _ => Answer::With(200, "", format!("token {token} is no JSON")),
    }
}

#[tokio::test]
async fn the_child_that_is_listened_to() {
    if std::env::var_os(ALONE).is_none() {
        return;
    }
    let kept = Kept::default();
    let writer = kept.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    // One thread: everything the libraries below say lands in the same place.
    let _guard = tracing::subscriber::set_default(subscriber);
    let mut said = String::new();

    let (home, broker) = (home(), Broker::start(thrown_back));
    let custody = custodian(home.path(), &broker.url(), None);
    let token = Secret::new(FIRST).unwrap();
    write!(said, "{token:?}").unwrap();
    custody.add(token).await.unwrap();
    let client = Client::new(transport(&broker.url()), custody.clone());
    let session = custody.session().await.unwrap();
    write!(said, "{session:?} {:?}", custody.store().status()).unwrap();
    for error in [
        client.time().await.err().map(|e| format!("{e} {e:?}")),
        client.accounts().await.err().map(|e| format!("{e} {e:?}")),
        client.markets().await.err().map(|e| format!("{e} {e:?}")),
        client.positions("1").await.err().map(|e| format!("{e} {e:?}")),
    ] {
        said += &error.expect("the broker answers nonsense");
    }
    let mut stream = client.stream_notifications(Rules::default());
    let event = stream.next().await;
    assert!(matches!(event, Some(Event::Lost { .. })), "{event:?}");
    write!(said, "{event:?}").unwrap();

    // The login host answers nonsense with the tokens in it, then refuses.
    for trouble in [Login::CutAfter, Login::Foreign] {
        broker.will(&[trouble]);
        if let Err(error) = custody.rotate().await {
            write!(said, "{error} {error:?}").unwrap();
        }
    }
    let panic = std::panic::catch_unwind(|| panic!("{session:?}"));
    said += panic.unwrap_err().downcast_ref::<String>().unwrap();

    let logged = String::from_utf8_lossy(&kept.0.lock().unwrap()).into_owned();
    assert!(logged.contains("the stream ended"), "the log was kept at all: {logged}");
    for (what, text) in [("texts", &said), ("log", &logged)] {
        let shown =
            text.find(CANARY).map(|at| &text[at.saturating_sub(200)..(at + 40).min(text.len())]);
        assert_eq!(shown, None, "{what}");
    }
    // And on disk: nothing but what is sealed.
    for entry in std::fs::read_dir(home.path().join("broker")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains(CANARY));
    }
}

#[test]
fn trace_records_of_the_websocket_library_are_not_compiled_in() {
    // It writes each frame there, and the first frame of a stream is the access token.
    assert!(log::STATIC_MAX_LEVEL < log::LevelFilter::Trace);
}
