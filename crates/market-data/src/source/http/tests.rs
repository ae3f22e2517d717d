//! Over real sockets: what comes, what is refused, what is counted, and what is never told.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::budget::{Limits, MachineClock, Quota};
use crate::source::Capability;

const ABOUT: About = About { name: "test", unofficial: false, can: &[Capability::News] };
const SECRET: &str = "canary-key-7";

/// A server that answers call by call with what it is given, then with the last again.
struct Server {
    url: String,
    calls: Arc<AtomicUsize>,
    heads: Arc<Mutex<Vec<String>>>,
}

async fn server(answers: Vec<Vec<u8>>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (calls, heads) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
    let (count, seen) = (Arc::clone(&calls), Arc::clone(&heads));
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let at = count.fetch_add(1, Ordering::SeqCst);
            let answer = answers[at.min(answers.len() - 1)].clone();
            let mut head = vec![0; 8_192];
            let length = stream.read(&mut head).await.unwrap_or(0);
            seen.lock().unwrap().push(String::from_utf8_lossy(&head[..length]).into_owned());
            let _ = stream.write_all(&answer).await;
            let _ = stream.shutdown().await;
        }
    });
    Server { url, calls, heads }
}

fn reply(status: u16, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}").into_bytes()
}

fn http(server: &Server, limits: HttpLimits) -> Http {
    let budget =
        Limits { use_of_short: 1.0, ..Limits::of([Quota::per_second(50)]).without_reserve() };
    let budgets = [("test".to_owned(), Limits { research: 1.0, ..budget })].into();
    let governor = Governor::new(Arc::new(MachineClock::new()), budgets).unwrap();
    Http::new(Place::simulator(&server.url).unwrap(), governor, limits).unwrap()
}

fn quick() -> HttpLimits {
    let retry = RetryPolicy {
        first: Duration::from_millis(5),
        longest: Duration::from_millis(10),
        ..HttpLimits::default().retry
    };
    HttpLimits {
        retry,
        attempt: Duration::from_secs(2),
        silence: Duration::from_secs(1),
        ..HttpLimits::default()
    }
}

async fn ask(http: &Http, key: Option<(KeyPlace, &Key)>) -> Result<Fetched<String>, SourceError> {
    let call = Call {
        about: ABOUT,
        route: "route",
        root: http.place().root("test", "https://example.com"),
        path: &["a b", "c"],
        query: vec![("q", "x&y".to_owned())],
        key,
        kind: Kind::NewsSentiment,
        explain: |_, _| None,
    };
    http.ask(call, |body| body::text(body).map(str::to_owned)).await
}

async fn fault_of_answer(answers: Vec<Vec<u8>>, limits: HttpLimits) -> (Fault, usize) {
    let server = server(answers).await;
    let http = http(&server, limits);
    let fault = ask(&http, None).await.unwrap_err().fault;
    (fault, server.calls.load(Ordering::SeqCst))
}

#[tokio::test]
async fn an_answer_comes_with_its_provenance_and_is_kept() {
    let server = server(vec![reply(200, "", "hello")]).await;
    let http = http(&server, quick());
    let got = ask(&http, None).await.unwrap();
    assert_eq!(got.value, "hello");
    assert_eq!(got.provenance.url, format!("{}/test/a%20b/c?q=x%26y", server.url));
    assert_eq!(got.provenance.blake3, blake3::hash(b"hello").to_hex().to_string());
    assert_eq!(ask(&http, None).await.unwrap(), got);
    assert_eq!((server.calls.load(Ordering::SeqCst), http.hits().hits), (1, 1));
    assert_eq!(http.governor().status()["test"].windows[0].used, 1);
}

#[tokio::test]
async fn a_key_is_sent_and_never_told() {
    let key = Key::new(&format!(" {SECRET}\n")).unwrap();
    assert!(!format!("{key:?}").contains("canary"));
    for place in [KeyPlace::Query("apikey"), KeyPlace::Header("X-Token")] {
        let said = format!("your key {SECRET} is wrong");
        let server = server(vec![reply(401, "", &said), reply(200, "", "fine")]).await;
        let http = http(&server, quick());
        let error = ask(&http, Some((place, &key))).await.unwrap_err();
        assert!(format!("{error} {error:?}").contains("your key *** is wrong"), "{error}");
        let got = ask(&http, Some((place, &key))).await.unwrap();
        assert!(!got.provenance.url.contains("canary"));
        let heads = server.heads.lock().unwrap();
        assert!(heads.iter().all(|head| head.contains(SECRET)), "{heads:?}");
    }
    assert!(Key::new("  ").is_none());
}

#[tokio::test]
async fn what_passes_is_asked_again_and_what_does_not_is_not() {
    for (answer, name, calls) in [
        (reply(503, "", "maintenance"), "down", 3),
        (reply(404, "", "nothing here"), "status", 1),
        (reply(402, "", "pay"), "premium", 1),
        (reply(429, "Retry-After: 3600\r\n", "slow down"), "limited", 1),
        (reply(200, "", "<!DOCTYPE html><title>Just a moment</title>"), "html", 1),
        (reply(200, "", ""), "empty", 1),
        (b"HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\nhalf of it".to_vec(), "cut", 3),
    ] {
        let (fault, made) = fault_of_answer(vec![answer], quick()).await;
        assert_eq!((fault.name(), made), (name, calls), "{fault}");
    }
    let server = server(vec![reply(503, "", "x"), reply(200, "", "back")]).await;
    assert_eq!(ask(&http(&server, quick()), None).await.unwrap().value, "back");
}

#[tokio::test]
async fn redirects_stay_on_their_host() {
    let away = reply(302, "Location: http://127.0.0.2:1/steal\r\n", "");
    let (fault, calls) = fault_of_answer(vec![away], quick()).await;
    assert_eq!(
        (fault, calls),
        (Fault::Redirect { status: 302, to: "http://127.0.0.2:1".to_owned() }, 1)
    );
    let server =
        server(vec![reply(302, "Location: /test/other\r\n", ""), reply(200, "", "moved")]).await;
    assert_eq!(ask(&http(&server, quick()), None).await.unwrap().value, "moved");
}

#[tokio::test]
async fn bodies_and_patience_have_an_end() {
    let limits = HttpLimits { body_bytes_max: 1_000, ..quick() };
    let (fault, calls) = fault_of_answer(vec![reply(200, "", &"x".repeat(5_000))], limits).await;
    assert_eq!((fault, calls), (Fault::TooLarge { bytes_max: 1_000 }, 1));

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let silent = Server { url, calls: Arc::default(), heads: Arc::default() };
    let retry = RetryPolicy { attempts: 1, ..quick().retry };
    let limits = HttpLimits {
        silence: Duration::from_millis(100),
        attempt: Duration::from_millis(200),
        retry,
        ..quick()
    };
    let error = ask(&http(&silent, limits), None).await.unwrap_err();
    assert_eq!(error.fault.name(), "timeout", "{error}");
    drop(listener);
    let retry = RetryPolicy { attempts: 1, ..quick().retry };
    let error = ask(&http(&silent, HttpLimits { retry, ..quick() }), None).await.unwrap_err();
    assert_eq!(error.fault.name(), "connect", "{error}");
}

#[tokio::test]
async fn without_budget_nothing_leaves() {
    let server = server(vec![reply(503, "", "x")]).await;
    let one = Limits {
        quotas: vec![Quota::per_day(1)],
        ..Limits::of([Quota::per_day(1)]).without_reserve()
    };
    let governor =
        Governor::new(Arc::new(MachineClock::new()), [("test".to_owned(), one)].into()).unwrap();
    let http = Http::new(Place::simulator(&server.url).unwrap(), governor, quick()).unwrap();
    let error = ask(&http, None).await.unwrap_err();
    assert_eq!(error.fault.name(), "budget", "{error}");
    assert_eq!(server.calls.load(Ordering::SeqCst), 1, "the one call of the day");
}
