//! Whatever comes back: a name for it, a bounded time, and no token on its way to a stranger.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tradebot_broker_questrade::Secret;
use tradebot_broker_questrade::client::Client;
use tradebot_broker_questrade::client::ClientError;
use tradebot_broker_questrade::environment::Environment;
use tradebot_broker_questrade::transport::{
    Admitted, Ask, Body, Budget, Class, Ending, Fault, Heard, Leave, Limits, Pauses, Priority,
    Route, Transport,
};

use crate::metering::Counts;
use crate::support::{Answer, Broker, Patient, brisk, client, home, ok, refusal};

const TIME: &str = r#"{"time":"2026-07-09T10:31:22.417000-04:00"}"#;

/// Answers one after the other, the last one for ever.
fn in_turn(answers: Vec<Answer>) -> Broker {
    let turn = std::sync::atomic::AtomicUsize::new(0);
    Broker::start(move |_| {
        let at = turn.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        answers[at.min(answers.len() - 1)].clone()
    })
}

/// What asking for the time gives, and how many requests that took.
async fn time(answers: Vec<Answer>) -> (Result<(), ClientError>, usize) {
    let (home, broker) = (home(), in_turn(answers));
    let client = client(home.path(), &broker).await;
    let result = client.time().await.map(|_| ());
    (result, broker.asked("time").len())
}

#[tokio::test]
async fn every_broken_answer_has_its_name_and_is_repeated_only_if_that_may_help() {
    let counts = Counts::default();
    let _guard = metrics::set_default_local_recorder(&counts);
    let page = || "<html>".to_owned() + &"maintenance ".repeat(100);
    let slow = Answer::Slow(Duration::from_millis(100), TIME.into());
    for (answer, name, times) in [
        (Answer::Json(200, "{}".into()), "malformed", 1),
        (Answer::Json(200, r#"{"time":null}"#.into()), "malformed", 1),
        (Answer::Json(200, r#"{"time":7}"#.into()), "malformed", 1),
        (Answer::Json(200, r#"{"time":"#.into()), "malformed", 1),
        (Answer::Json(200, "null".into()), "malformed", 1),
        (Answer::With(200, "", page()), "html", 1),
        (Answer::With(403, "", page()), "html", 1),
        (Answer::With(200, "", "x".repeat(10 << 20)), "too_large", 1),
        (Answer::Packed(vec![b' '; 2 << 20]), "too_large", 1),
        (Answer::Cut(TIME.repeat(10)), "broken", 4),
        (Answer::Drop, "broken", 4),
        (Answer::With(503, "", page()), "unavailable", 4),
        (refusal(500, 1008), "unavailable", 4),
        (refusal(500, 1007), "broker", 1),
        (refusal(403, 1016), "scope", 1),
        (refusal(404, 1018), "broker", 1),
        (refusal(429, 1006), "limit", 4),
        (slow, "timeout", 4),
        (Answer::Hang(Duration::from_secs(2)), "timeout", 4),
    ] {
        let said = format!("{answer:?}").chars().take(60).collect::<String>();
        let counted = || counts.of("tradebot_api_calls_total", &["questrade", "time", name]);
        let before = counted();
        let (result, asked) = time(vec![answer]).await;
        let error = result.unwrap_err();
        assert_eq!(error.fault().unwrap().name(), name, "{said}: {error}");
        assert_eq!(counted() - before, times as u64, "{said}: each attempt is counted");
        assert_eq!(asked, times, "{said}");
        let text = error.to_string();
        assert!(text.len() < 400 && !text.contains("canary"), "{text}");
    }
}

#[tokio::test]
async fn what_passes_is_waited_out() {
    for trouble in [Answer::Drop, refusal(503, 1011), Answer::Cut(TIME.into()), refusal(429, 1006)]
    {
        let (result, asked) = time(vec![trouble.clone(), trouble, ok(TIME)]).await;
        assert!(result.is_ok());
        assert_eq!(asked, 3);
    }
}

#[tokio::test]
async fn a_wait_the_broker_asks_for_is_kept_and_a_long_one_is_handed_to_the_caller() {
    let limited = |header| Answer::With(429, header, r#"{"code":1006,"message":"m"}"#.into());
    let begun = Instant::now();
    let (result, _) = time(vec![limited("Retry-After: 1\r\n"), ok(TIME)]).await;
    assert!(result.is_ok() && begun.elapsed() >= Duration::from_secs(1));
    let reset = "Date: Thu, 09 Jul 2026 14:31:22 GMT\r\nX-RateLimit-Reset: 1783611082\r\n";
    let (result, asked) = time(vec![limited(reset), ok(TIME)]).await;
    let error = result.unwrap_err();
    let Some(Fault::Limit { wait: Some(wait) }) = error.fault() else { panic!("{error}") };
    assert!(*wait > Duration::from_mins(1), "{wait:?}");
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn a_packed_answer_is_unpacked() {
    let (result, _) = time(vec![Answer::Packed(TIME.into())]).await;
    assert!(result.is_ok(), "{result:?}");
}

/// A budget that writes down who asks and what came of it, and lets market data wait for ever.
#[derive(Default)]
struct Strict(Mutex<Vec<(Class, Priority)>>, Arc<Mutex<Vec<Heard>>>);

/// A call that is written down when it has ended.
struct Told(Arc<Mutex<Vec<Heard>>>);

impl Leave for Told {
    fn ended(self: Box<Self>, heard: &Heard) {
        self.0.lock().unwrap().push(*heard);
    }
}

impl Budget for Strict {
    fn admit(&self, class: Class, priority: Priority, _: Duration) -> Admitted<'_> {
        self.0.lock().unwrap().push((class, priority));
        let told = Told(Arc::clone(&self.1));
        Box::pin(async move {
            if class == Class::MarketData {
                std::future::pending::<()>().await;
            }
            Ok(Box::new(told) as Box<dyn Leave>)
        })
    }

    fn pauses(&self) -> Box<dyn Pauses> {
        Patient.pauses()
    }
}

/// Limits of a budget that a test cannot wait for.
fn strict(broker: &Broker, budget: Arc<Strict>) -> Arc<Transport> {
    let limits = Limits { budget: Duration::from_millis(50), ..brisk() };
    let environment = Environment::simulator(&broker.url()).unwrap();
    Arc::new(Transport::new(environment, limits, budget).unwrap())
}

#[tokio::test]
async fn every_attempt_asks_the_budget_and_tells_it_what_came_of_it() {
    let headers = "X-RateLimit-Remaining: 29\r\nX-RateLimit-Reset: 1783611082\r\n";
    let limited = Answer::With(429, headers, r#"{"code":1006,"message":"m"}"#.into());
    let answers = vec![refusal(503, 1011), limited, Answer::With(200, headers, TIME.into())];
    let (home, broker) = (home(), in_turn(answers));
    let owner = client(home.path(), &broker).await.custody().clone();
    let budget = Arc::new(Strict::default());
    let client = Client::new(strict(&broker, Arc::clone(&budget)), owner);
    client.time().await.unwrap();
    assert_eq!(*budget.0.lock().unwrap(), vec![(Class::Account, Priority::Decision); 3]);
    let heard: Vec<_> =
        budget.1.lock().unwrap().iter().map(|h| (h.ending, h.readings.remaining)).collect();
    let expected =
        [(Ending::Failed, None), (Ending::Limited, Some(29)), (Ending::Answered, Some(29))];
    assert_eq!(heard, expected);
    let error = client.markets().await.unwrap_err();
    assert!(matches!(error.fault(), Some(Fault::Budget { .. })), "{error}");
    assert!(broker.asked("markets").is_empty());
}

#[tokio::test]
async fn a_call_without_an_answer_is_told_as_failed_and_its_headers_count() {
    let huge = Answer::With(200, "X-RateLimit-Remaining: 7\r\n", "x".repeat(2 << 20));
    for (answer, ending, left) in [
        (Answer::Drop, Ending::Failed, None),
        (Answer::Hang(Duration::from_secs(2)), Ending::Failed, None),
        (huge, Ending::Answered, Some(7)),
    ] {
        let (home, broker) = (home(), in_turn(vec![answer]));
        let owner = client(home.path(), &broker).await.custody().clone();
        let budget = Arc::new(Strict::default());
        let client = Client::new(strict(&broker, Arc::clone(&budget)), owner);
        assert!(client.time().await.is_err());
        let heard = budget.1.lock().unwrap().clone();
        assert!(
            heard.iter().all(|h| (h.ending, h.readings.remaining) == (ending, left)),
            "{heard:?}"
        );
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_the_other_host_hears_nothing() {
    let stranger = TcpListener::bind("127.0.0.1:0").unwrap();
    stranger.set_nonblocking(true).unwrap();
    let to = stranger.local_addr().unwrap();
    let location: &'static str = format!("Location: http://{to}/steal?x=1\r\n").leak();
    for status in [301, 302, 307, 308] {
        let (result, asked) = time(vec![Answer::With(status, location, String::new())]).await;
        let error = result.unwrap_err();
        assert!(matches!(error.fault(), Some(Fault::Redirect { .. })), "{error}");
        assert_eq!(asked, 1);
    }
    assert!(stranger.accept().is_err(), "somebody came");
}

#[tokio::test]
async fn a_refused_session_is_renewed_once_and_no_more() {
    // The broker forgets the access token in between: one renewal, then the answer.
    let (home, broker) = (home(), Broker::start(|_| ok(TIME)));
    let client = client(home.path(), &broker).await;
    client.time().await.unwrap();
    "forgotten".clone_into(&mut broker.truth.lock().unwrap().access);
    client.time().await.unwrap();
    assert_eq!((broker.exchanges(), broker.asked("time").len()), (2, 3));

    // It refuses whatever is sent: two calls, one renewal, an error.
    let (result, asked) = time(vec![refusal(401, 1017)]).await;
    let error = result.unwrap_err();
    assert!(matches!(error.fault(), Some(Fault::Auth { .. })), "{error}");
    assert_eq!(asked, 2);
}

#[tokio::test]
async fn a_clock_that_is_minutes_off_is_measured_and_stops_nothing() {
    let (home, broker) = (home(), Broker::start(|_| ok(TIME)));
    let client = client(home.path(), &broker).await;
    let skew = client.clock_skew().await.unwrap();
    // The sample lies in the past or the future of whoever runs this, by more than minutes.
    assert!(skew.abs().as_secs() > 60, "{skew}");
    assert_eq!(client.time().await.unwrap().to_string(), "2026-07-09T10:31:22.417000-04:00");
}

#[tokio::test]
async fn what_is_not_a_read_is_sent_once_whatever_comes_back() {
    for answer in [refusal(503, 1011), refusal(429, 1006), Answer::Drop, Answer::Cut(TIME.into())] {
        let (home, broker) = (home(), in_turn(vec![answer, ok(TIME)]));
        let owner = client(home.path(), &broker).await.custody().clone();
        owner.session().await.unwrap();
        let bearer = Secret::new(&broker.truth.lock().unwrap().access.clone()).unwrap();
        let url = format!("{}/v1/accounts/1/orders", broker.url()).parse().unwrap();
        let body = Body::Json(b"{}".to_vec());
        let ask = Ask { route: Route::Orders, url, body, bearer: Some(&bearer) };
        let transport = strict(&broker, Arc::new(Strict::default()));
        let result = transport.once::<serde_json::Value>(&ask).await;
        assert_eq!(result.unwrap_err().attempts, 1);
        assert_eq!(broker.asked("orders").len(), 1, "an order is never sent again");
    }
}
