//! Reads that the broker cuts, pages and doubles, put together again.

use std::collections::BTreeSet;

use tradebot_broker_questrade::client::{
    Client, ClientError, Interval, Named, OrderFilter, Window,
};
use tradebot_broker_questrade::option_quote::OptionQuotesRequest;
use tradebot_broker_questrade::time::BrokerTime;
use tradebot_broker_questrade::words::{Currency, Exchange};
use tradebot_domain::Timestamp;

use crate::support::{Answer, Broker, Request, client, home, ok, refusal};

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn window(from: &str, to: &str) -> Window {
    Window::new(moment(from), moment(to)).unwrap()
}

/// Begin and end that a request asked for.
fn asked_window(request: &Request) -> (Timestamp, Timestamp) {
    let of = |key| request.value(key).unwrap().parse::<BrokerTime>().unwrap().instant();
    (of("startTime"), of("endTime"))
}

/// The broker's rule for windows of more than 31 days.
fn too_long(request: &Request) -> bool {
    let (from, to) = asked_window(request);
    to.duration_since(from).as_hours() > 31 * 24
}

async fn with(
    handler: impl Fn(&Request) -> Answer + Send + Sync + 'static,
) -> (tempfile::TempDir, Broker, Client) {
    let (home, broker) = (home(), Broker::start(handler));
    let client = client(home.path(), &broker).await;
    (home, broker, client)
}

fn execution(id: i64, at: &str) -> String {
    format!(
        r#"{{"symbol":"ZZQ.TO","symbolId":9001001,"quantity":0.5,"side":"Gift","price":36.5,"id":{id},"orderId":1,"timestamp":"{at}"}}"#
    )
}

#[tokio::test]
async fn executions_of_a_long_window_come_once_each() {
    // One each day at midnight: on the border of any window that is cut at a day.
    let (_home, broker, client) = with(|request| {
        if too_long(request) {
            return refusal(400, 1002);
        }
        let (from, to) = asked_window(request);
        let days = (0..200)
            .map(|day| moment("2026-01-01T05:00:00Z") + jiff::SignedDuration::from_hours(day * 24));
        let rows: Vec<String> = days
            .zip(0..)
            .filter(|(at, _)| *at >= from && *at <= to)
            .map(|(at, id)| execution(id, &at.to_string()))
            .collect();
        ok(format!(r#"{{"executions":[{}]}}"#, rows.join(",")))
    })
    .await;
    let window = window("2026-01-01T05:00:00Z", "2026-06-01T04:00:00Z");
    let executions = client.executions("01234567", window).await.unwrap();
    let ids: Vec<i64> = executions.iter().map(|e| e.id).collect();
    assert_eq!(ids, (0..=150).collect::<Vec<_>>());
    let requests = broker.asked("executions");
    assert!(requests.len() > 4 && requests[0].path == "/v1/accounts/01234567/executions");
    // Eastern offsets of the day, both seasons.
    let starts: BTreeSet<String> =
        requests.iter().map(|r| r.value("startTime").unwrap()[26..].to_owned()).collect();
    assert_eq!(starts, BTreeSet::from(["-04:00".to_owned(), "-05:00".to_owned()]));
}

#[tokio::test]
async fn equal_activities_of_one_day_stay_two_and_shared_ones_become_one() {
    let row = |day: &str| {
        format!(
            r#"{{"tradeDate":"{day}T00:00:00.000000-05:00","transactionDate":"{day}T00:00:00.000000-05:00","settlementDate":"{day}T00:00:00.000000-05:00","action":"","symbol":"","symbolId":0,"description":"","currency":"CAD","quantity":0,"price":0,"grossAmount":0,"commission":0,"netAmount":2500,"type":"Deposits"}}"#
        )
    };
    let (_home, broker, client) = with(move |request| {
        if too_long(request) {
            return refusal(400, 1002);
        }
        let (from, to) = asked_window(request);
        // The 30th is where the first part ends and the second begins.
        let rows: Vec<String> =
            ["2026-01-10", "2026-01-10", "2026-01-30", "2026-01-30", "2026-02-20"]
                .iter()
                .filter(|day| {
                    let at = format!("{day}T05:00:00Z").parse::<Timestamp>().unwrap();
                    at >= from && at <= to
                })
                .map(|day| row(day))
                .collect();
        ok(format!(r#"{{"activities":[{}]}}"#, rows.join(",")))
    })
    .await;
    let window = window("2026-01-01T05:00:00Z", "2026-03-01T05:00:00Z");
    let rows = client.activities("01234567", window).await.unwrap();
    assert_eq!(rows.len(), 5);
    assert!(broker.asked("activities").len() >= 2);
}

fn order(id: i64, state: &str, updated: &str) -> String {
    format!(
        r#"{{"id":{id},"symbol":"ZZQ.TO","symbolId":1,"totalQuantity":40,"side":"Buy","type":"Limit","timeInForce":"GoodTillCanceled","state":"{state}","creationTime":"2026-05-01T10:00:00.000000-04:00","updateTime":"{updated}"}}"#
    )
}

#[tokio::test]
async fn an_order_from_months_ago_that_still_works_is_seen() {
    // The default of the broker is today: without a window it says nothing of older orders.
    let (_home, broker, client) = with(|request| {
        let old = request
            .value("startTime")
            .is_some_and(|_| asked_window(request).0 < moment("2026-05-01T14:00:00Z"));
        let orders = if old {
            order(7, "Accepted", "2026-05-01T10:00:00.000000-04:00")
        } else {
            String::new()
        };
        ok(format!(r#"{{"orders":[{orders}]}}"#))
    })
    .await;
    let open = client.open_orders("01234567", moment("2026-07-09T14:00:00Z")).await.unwrap();
    assert_eq!(open.len(), 1);
    let requests = broker.asked("orders");
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].value("stateFilter").as_deref(), Some("Open"));
}

#[tokio::test]
async fn an_order_in_two_parts_is_shown_as_it_was_last_changed() {
    let turn = std::sync::atomic::AtomicUsize::new(0);
    let (_home, _broker, client) = with(move |_| {
        let first = turn.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
        let order = if first {
            order(7, "Executed", "2026-05-03T10:00:00.000000-04:00")
        } else {
            order(7, "Accepted", "2026-05-01T10:00:00.000000-04:00")
        };
        ok(format!(r#"{{"orders":[{order}]}}"#))
    })
    .await;
    let window = window("2026-04-01T04:00:00Z", "2026-05-20T04:00:00Z");
    let orders = client.orders("01234567", OrderFilter::All, window).await.unwrap();
    assert_eq!((orders.len(), orders[0].state.as_str()), (1, "Executed"));
}

#[tokio::test]
async fn an_unknown_order_is_none_in_both_of_the_brokers_ways() {
    for answer in [ok(r#"{"orders":[]}"#), refusal(404, 1020)] {
        let (_home, _broker, client) = with(move |_| answer.clone()).await;
        assert_eq!(client.order("01234567", 5).await.unwrap(), None);
    }
    let (_home, _broker, client) = with(|_| refusal(404, 1018)).await;
    assert!(client.order("01234567", 5).await.is_err());
    let error = client.order("../../markets", 5).await.unwrap_err();
    assert!(matches!(error, ClientError::Argument { .. }), "{error}");
}

#[tokio::test]
async fn a_session_lost_in_the_middle_of_a_paged_read_loses_no_page() {
    let (_home, broker, client) = with(|request| {
        let offset: usize = request.value("offset").unwrap().parse().unwrap();
        let found = |id: usize| {
            format!(r#"{{"symbol":"Z{id}","symbolId":{id},"securityType":"Stock","listingExchange":"TSX","currency":"CAD"}}"#)
        };
        let page: Vec<String> = (offset..(offset + 20).min(45)).map(found).collect();
        ok(format!(r#"{{"symbols":[{}]}}"#, page.join(",")))
    })
    .await;
    let truth = std::sync::Arc::clone(&broker.truth);
    let forgetting = std::thread::spawn(move || {
        loop {
            let mut truth = truth.lock().unwrap();
            if truth.requests.iter().filter(|r| r.path.contains("search")).count() >= 2 {
                "forgotten".clone_into(&mut truth.access);
                return;
            }
            drop(truth);
            std::thread::yield_now();
        }
    });
    assert_eq!(client.search("Z").await.unwrap().len(), 45);
    forgetting.join().unwrap();
    let named = |symbol: &str, exchange: &str| Named {
        symbol: symbol.into(),
        exchange: Exchange::from(exchange),
        currency: Currency::Cad,
    };
    assert_eq!(client.find(&named("z44", "TSX")).await.unwrap().unwrap().symbol_id, 44);
    assert_eq!(client.find(&named("Z44", "NYSE")).await.unwrap(), None);
}

#[tokio::test]
async fn a_search_that_never_ends_is_ended() {
    let (_home, _broker, client) = with(|request| {
        let id = request.value("offset").unwrap();
        ok(format!(
            r#"{{"symbols":[{{"symbol":"Z","symbolId":{id},"securityType":"Stock","listingExchange":"","currency":"CAD"}}]}}"#
        ))
    })
    .await;
    assert!(matches!(client.search("Z").await, Err(ClientError::Endless { .. })));
    // A broker that ignores the offset says the same page twice, and that ends it.
    let (_home, broker, client) = with(|_| {
        ok(r#"{"symbols":[{"symbol":"Z","symbolId":1,"securityType":"Stock","listingExchange":"","currency":"CAD"}]}"#)
    })
    .await;
    assert_eq!(client.search("Z").await.unwrap().len(), 1);
    assert_eq!(broker.asked("search").len(), 2);
}

#[tokio::test]
async fn quotes_are_asked_for_in_lots_and_what_is_missing_or_delayed_is_said() {
    let (_home, broker, client) = with(|request| {
        let ids = request.value("ids").unwrap();
        let quotes: Vec<String> = ids
            .split(',')
            .filter(|id| *id != "13")
            .map(|id| {
                format!(
                    r#"{{"symbolId":{id},"delay":{},"isHalted":false}}"#,
                    u8::from(id.len() == 1)
                )
            })
            .collect();
        ok(format!(r#"{{"quotes":[{}]}}"#, quotes.join(",")))
    })
    .await;
    let ids: Vec<i64> = (1..=230).rev().collect();
    let quotes = client.quotes(&ids).await.unwrap();
    assert_eq!((quotes.quotes.len(), quotes.missing.as_slice()), (229, &[13][..]));
    assert_eq!(quotes.delayed(), 9);
    assert_eq!(broker.asked("quotes").len(), 3);
}

#[tokio::test]
async fn option_quotes_are_a_read_that_is_posted_as_json() {
    let (_home, broker, client) = with(|request| {
        let json: serde_json::Value = serde_json::from_str(&request.body).unwrap();
        let rows: Vec<String> = json["optionIds"]
            .as_array()
            .unwrap()
            .iter()
            .map(|id| format!(r#"{{"symbolId":{id},"delay":0,"isHalted":false}}"#))
            .collect();
        ok(format!(r#"{{"optionQuotes":[{}]}}"#, rows.join(",")))
    })
    .await;
    let request = OptionQuotesRequest { option_ids: (1..=120).collect(), filters: Vec::new() };
    assert_eq!(client.option_quotes(&request).await.unwrap().len(), 120);
    let requests = broker.asked("quotes/options");
    assert!(requests.len() == 2 && requests.iter().all(|r| r.method == "POST"));
}

#[tokio::test]
async fn a_year_of_minutes_comes_whole_though_a_reply_holds_two_thousand() {
    const STEP: i64 = 60;
    // A market that never closes, clipped to the window, refused beyond 2,000.
    let (_home, broker, client) = with(|request| {
        let (from, to) = asked_window(request);
        let (from, to) = (from.as_second(), to.as_second());
        let first = from.div_euclid(STEP);
        let last = (to - 1).div_euclid(STEP);
        if last - first + 1 > 2000 {
            return refusal(400, 1002);
        }
        let rows: Vec<String> = (first..=last)
            .map(|n| {
                let at = |s: i64| Timestamp::from_second(s).unwrap();
                let (start, end) = (at((n * STEP).max(from)), at(((n + 1) * STEP).min(to)));
                format!(r#"{{"start":"{start}","end":"{end}","low":1,"high":1,"open":1,"close":1,"volume":1}}"#)
            })
            .collect();
        ok(format!(r#"{{"candles":[{}]}}"#, rows.join(",")))
    })
    .await;
    // Begins and ends in the middle of a minute, and spans a change of the clock.
    let window = window("2026-03-06T00:00:30Z", "2026-03-12T00:00:30Z");
    let series = client.candles(9, Interval::OneMinute, window).await.unwrap();
    assert!(series.first_is_clipped && series.last_is_clipped);
    assert_eq!(series.candles.len(), 6 * 24 * 60 + 1);
    let inner = &series.candles[1..series.candles.len() - 1];
    let length = |c: &tradebot_broker_questrade::candle::Candle| {
        c.end.instant().duration_since(c.start.instant()).as_secs()
    };
    assert!(inner.iter().all(|candle| length(candle) == STEP), "a border left a cut candle");
    assert!(inner.windows(2).all(|pair| pair[0].end.instant() == pair[1].start.instant()));
    assert!(broker.asked("candles").len() >= 5);
}
