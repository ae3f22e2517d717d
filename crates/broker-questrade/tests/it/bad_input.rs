//! Every read against every kind of broken answer, over a socket: a named error, a counted metric, no
//! panic, no token shown, none spent, and the next good answer is taken.

mod endpoints;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tradebot_broker_questrade::client::{Client, ClientError};
use tradebot_broker_questrade::environment::Environment;
use tradebot_broker_questrade::transport::{Limits, Transport, Unlimited};

use crate::metering::Counts;
use crate::support::{Answer, Broker, brisk, client, home, ok, refusal};
use endpoints::{ENDPOINTS, Endpoint};

/// A broker that says one thing until it is told another, and a client that tries once.
struct Desk {
    broker: Broker,
    says: Arc<Mutex<Answer>>,
    client: Client,
    _home: tempfile::TempDir,
}

impl Desk {
    async fn with(limits: Limits) -> Self {
        let says = Arc::new(Mutex::new(ok("{}")));
        let said = Arc::clone(&says);
        let broker = Broker::start(move |_| said.lock().unwrap().clone());
        let home = home();
        let custody = client(home.path(), &broker).await.custody().clone();
        custody.session().await.unwrap();
        let environment = Environment::simulator(&broker.url()).unwrap();
        let transport = Arc::new(Transport::new(environment, limits, Arc::new(Unlimited)).unwrap());
        Self { broker, says, client: Client::new(transport, custody), _home: home }
    }

    async fn asks(&self, endpoint: &Endpoint, answer: Answer) -> Result<(), ClientError> {
        *self.says.lock().unwrap() = answer;
        (endpoint.ask)(self.client.clone()).await
    }

    /// The broken answer has this name and is counted under it; the good one afterwards is taken.
    async fn refuses(&self, counts: &Counts, endpoint: &Endpoint, answer: Answer, name: &str) {
        let said = format!("{}: {}", endpoint.name, brief(&answer));
        let counted = || counts.of("tradebot_api_calls_total", &["questrade", endpoint.name, name]);
        let before = counted();
        let Err(error) = self.asks(endpoint, answer).await else { panic!("{said} was taken") };
        let fault = error.fault().unwrap_or_else(|| panic!("{said}: {error}"));
        assert_eq!(fault.name(), name, "{said}: {error}");
        assert_eq!(counted() - before, 1, "{said} is counted");
        let text = format!("{error} {error:?}");
        assert!(text.len() < 2_000 && !text.contains("canary"), "{said}: {text}");
    }

    async fn takes(&self, endpoint: &Endpoint, answer: Answer) {
        let said = format!("{}: {}", endpoint.name, brief(&answer));
        let result = self.asks(endpoint, answer).await;
        assert!(result.is_ok(), "{said}: {}", result.unwrap_err());
    }
}

/// An answer in few words: bodies may be large.
fn brief(answer: &Answer) -> String {
    let head = |body: &str| body.chars().take(200).collect::<String>();
    match answer {
        Answer::Json(status, body) | Answer::With(status, _, body) => {
            format!("{status} {}", head(body))
        }
        Answer::Packed(body) => {
            format!("packed {}", head(&String::from_utf8_lossy(&body[..40.min(body.len())])))
        }
        other => head(&format!("{other:?}")),
    }
}

/// A page, sometimes with the token that was sent, as an echoing proxy would.
fn page() -> String {
    format!("<!doctype html><p>Access1canary+/= {}", "maintenance ".repeat(50))
}

/// What can come back instead of a good body, and the name of each.
fn troubles(good: &str) -> Vec<(Answer, &'static str)> {
    let text = |body: &str| Answer::With(200, "", body.to_owned());
    let packed = |body: &[u8]| Answer::Packed(body.to_vec());
    let padded = format!("{good}{}", " ".repeat(10 << 20));
    let elsewhere = "Location: http://127.0.0.1:9/v1/steal\r\n";
    vec![
        (text("null"), "malformed"),
        (text("[]"), "malformed"),
        (text("7"), "malformed"),
        (text("\"text\""), "malformed"),
        (text(""), "malformed"),
        (text("{}"), "malformed"),
        (text("{\"futureField\":1}"), "malformed"),
        (text(&good[..good.len() / 2]), "malformed"),
        (text(&good[..good.len() - 1]), "malformed"),
        (text(&format!("{good}{good}")), "malformed"),
        (text(&"[".repeat(100_000)), "malformed"),
        (text(&"{\"a\":".repeat(100_000)), "malformed"),
        (packed(b"\xff\xfe\x00{\"a\":1}"), "malformed"),
        (packed(&good.as_bytes().iter().flat_map(|b| [*b, 0]).collect::<Vec<_>>()), "malformed"),
        (Answer::With(204, "", String::new()), "malformed"),
        (text(&page()), "html"),
        (Answer::With(403, "", page()), "html"),
        (Answer::With(404, "", page()), "html"),
        (Answer::With(500, "", page()), "unavailable"),
        (Answer::With(502, "", page()), "unavailable"),
        (Answer::With(503, "", String::new()), "unavailable"),
        (refusal(200, 1008), "unavailable"),
        (refusal(502, 1010), "unavailable"),
        (refusal(500, 1007), "broker"),
        (refusal(200, 1002), "broker"),
        (refusal(404, 1018), "broker"),
        (Answer::With(400, "", "Bad Request".into()), "broker"),
        (Answer::With(418, "", good.to_owned()), "broker"),
        (refusal(403, 1016), "scope"),
        (refusal(200, 1016), "scope"),
        (refusal(429, 1006), "limit"),
        (Answer::With(429, "", page()), "limit"),
        (Answer::With(302, elsewhere, String::new()), "redirect"),
        (Answer::With(307, elsewhere, good.to_owned()), "redirect"),
        (packed(&padded.as_bytes()[..2 << 20]), "too_large"),
        (Answer::With(200, "", padded), "too_large"),
        (Answer::Cut(good.to_owned()), "broken"),
        (Answer::Drop, "broken"),
        (Answer::With(200, "Content-Encoding: gzip\r\n", good.to_owned()), "broken"),
    ]
}

#[tokio::test]
async fn every_endpoint_names_every_kind_of_broken_answer() {
    let counts = Counts::default();
    let _guard = metrics::set_default_local_recorder(&counts);
    let desk = Desk::with(brisk()).await;
    for endpoint in ENDPOINTS {
        for (answer, name) in troubles(endpoint.good) {
            desk.refuses(&counts, endpoint, answer, name).await;
        }
        desk.takes(endpoint, ok(endpoint.good)).await;
    }
    assert_eq!(desk.broker.exchanges(), 1, "no broken answer spends a token");
    assert!(desk.broker.asked("steal").is_empty(), "no redirect is followed");
}

#[tokio::test]
async fn every_endpoint_gives_up_on_an_answer_that_does_not_come() {
    let counts = Counts::default();
    let _guard = metrics::set_default_local_recorder(&counts);
    let short = Duration::from_millis(300);
    let desk = Desk::with(Limits { silence: short, attempt: short, ..brisk() }).await;
    for endpoint in ENDPOINTS {
        let drip = Answer::Slow(Duration::from_millis(20), endpoint.good.repeat(3));
        desk.refuses(&counts, endpoint, drip, "timeout").await;
        desk.refuses(&counts, endpoint, Answer::Hang(short * 2), "timeout").await;
    }
    assert_eq!(desk.broker.exchanges(), 1);
}

#[tokio::test]
async fn a_clock_that_is_minutes_off_changes_no_answer() {
    let desk = Desk::with(brisk()).await;
    for endpoint in ENDPOINTS {
        for date in ["Thu, 09 Jul 2026 14:31:22 GMT", "Mon, 01 Jan 2001 00:00:00 GMT", "yesterday"]
        {
            let header: &'static str =
                format!("Date: {date}\r\nX-RateLimit-Reset: -5\r\nX-RateLimit-Remaining: x\r\n")
                    .leak();
            desk.takes(endpoint, Answer::With(200, header, endpoint.good.to_owned())).await;
        }
    }
}

/// The object whose fields are changed: the first row of the endpoint's list, or the reply itself.
fn row<'a>(reply: &'a mut Value, list: &str) -> &'a mut serde_json::Map<String, Value> {
    let row = if list.is_empty() { reply } else { &mut reply[list][0] };
    row.as_object_mut().unwrap()
}

#[tokio::test]
async fn what_a_row_must_have_is_asked_for_and_what_it_may_have_may_be_missing() {
    let counts = Counts::default();
    let _guard = metrics::set_default_local_recorder(&counts);
    let desk = Desk::with(brisk()).await;
    let mut cases = 0;
    for endpoint in ENDPOINTS {
        let good: Value = serde_json::from_str(endpoint.good).unwrap();
        let changed = |change: &dyn Fn(&mut serde_json::Map<String, Value>)| {
            let mut reply = good.clone();
            change(row(&mut reply, endpoint.list));
            ok(reply.to_string())
        };
        let fields: Vec<String> = row(&mut good.clone(), endpoint.list).keys().cloned().collect();
        for required in endpoint.required {
            assert!(fields.iter().any(|f| f == required), "{}: {required}", endpoint.name);
        }
        for field in &fields {
            let must = endpoint.required.contains(&field.as_str());
            let without = changed(&|row| drop(row.remove(field)));
            let null = changed(&|row| drop(row.insert(field.clone(), Value::Null)));
            for answer in [without, null] {
                if must {
                    desk.refuses(&counts, endpoint, answer, "malformed").await;
                } else {
                    desk.takes(endpoint, answer).await;
                }
            }
            // No field of ours is an object of anything.
            let wrong = changed(&|row| drop(row.insert(field.clone(), json!({"a": [1, null]}))));
            if !endpoint.raw.contains(&field.as_str()) {
                desk.refuses(&counts, endpoint, wrong, "malformed").await;
            }
            cases += 3;
        }
        let richer = changed(&|row| drop(row.insert("futureField".into(), json!([{"a": null}]))));
        desk.takes(endpoint, richer).await;
        if !endpoint.list.is_empty() {
            for list in [json!(null), json!("text"), json!(7), json!([null]), json!([7])] {
                let mut reply = good.clone();
                reply[endpoint.list] = list;
                desk.refuses(&counts, endpoint, ok(reply.to_string()), "malformed").await;
            }
        }
        desk.takes(endpoint, ok(endpoint.good)).await;
    }
    assert!(cases > 500, "{cases}");
}
