//! The same over real sockets: faults that only a connection can show, and the stream ports.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use questrade_sim::knobs::Knobs;
use questrade_sim::server::SimServer;
use questrade_sim::world::Command;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Answer, http};

/// A server whose clock stands, and an access token.
async fn start(yaml: &str) -> (SimServer, String) {
    let mut knobs = Knobs::from_text(yaml).unwrap();
    knobs.clock.speed = 0.0;
    let server = SimServer::start(knobs).await.unwrap();
    let access = log_in(&server).await["access_token"].as_str().unwrap().to_owned();
    (server, access)
}

async fn log_in(server: &SimServer) -> Value {
    exchange(server, &server.refresh_token(0).unwrap()).await.unwrap().value()
}

async fn exchange(server: &SimServer, token: &str) -> Option<Answer> {
    let target = format!("/oauth2/token?grant_type=refresh_token&refresh_token={token}");
    http(&server.login_url(), "GET", &target, &[], "").await
}

async fn get(server: &SimServer, access: &str, target: &str) -> Option<Answer> {
    let bearer = format!("Bearer {access}");
    http(&server.api_urls()[0], "GET", target, &[("authorization", &bearer)], "").await
}

fn command(server: &SimServer, value: Value) {
    let command: Command = serde_json::from_value(value).unwrap();
    server.command(command).unwrap();
}

fn fault(server: &SimServer, route: &str, effect: Value) {
    command(server, json!({"do": "fault", "rule": {"route": route, "times": 1, "effect": effect}}));
}

#[tokio::test]
async fn a_client_logs_in_and_reads_from_the_host_it_was_told() {
    let (server, _) = start("").await;
    let reply = log_in(&server).await;
    let base = reply["api_server"].as_str().unwrap().to_owned();
    assert!(server.api_urls().contains(&base));
    let bearer = format!("Bearer {}", reply["access_token"].as_str().unwrap());
    let time = http(&base, "GET", "/v1/time", &[("authorization", &bearer)], "").await.unwrap();
    assert_eq!(time.value()["time"], "2026-07-09T10:31:22.417000-04:00");
    assert!(time.header("x-ratelimit-remaining").is_some() && time.is_whole());
}

#[tokio::test]
async fn of_two_exchanges_at_once_exactly_one_succeeds() {
    let (server, _) = start("").await;
    let token = server.refresh_token(0).unwrap();
    let (a, b) = tokio::join!(exchange(&server, &token), exchange(&server, &token));
    let mut statuses = [a.unwrap().status, b.unwrap().status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
}

#[tokio::test]
async fn a_lost_reply_is_a_closed_connection_and_the_token_is_spent() {
    let (server, _) = start("").await;
    let token = server.refresh_token(0).unwrap();
    command(&server, json!({"do": "fail_login", "faults": ["drop_after_commit"]}));
    assert!(exchange(&server, &token).await.is_none());
    assert_ne!(server.refresh_token(0).unwrap(), token);
    assert_eq!(exchange(&server, &token).await.unwrap().status, 400);
}

#[tokio::test]
async fn a_login_host_that_hangs_never_answers() {
    let (server, _) = start("").await;
    let token = server.refresh_token(0).unwrap();
    command(&server, json!({"do": "fail_login", "faults": ["hang"]}));
    let waited = tokio::time::timeout(Duration::from_millis(300), exchange(&server, &token)).await;
    assert!(waited.is_err());
    assert_eq!(exchange(&server, &token).await.unwrap().status, 200);
}

#[tokio::test]
async fn bodies_are_cut_dripped_filled_up_or_dropped() {
    let (server, access) = start("").await;
    let mut seen = Vec::new();
    for effect in [
        json!({"do": "drop_before"}),
        json!({"do": "partial", "bytes": 10}),
        json!({"do": "truncated"}),
        json!({"do": "html", "status": 200}),
        json!({"do": "huge", "bytes": 10_000_000}),
        json!({"do": "slow", "bytes_per_s": 400}),
        json!({"do": "empty"}),
    ] {
        fault(&server, "time", effect);
        seen.push(get(&server, &access, "/v1/time").await);
    }
    assert!(seen[0].is_none());
    let partial = seen[1].as_ref().unwrap();
    assert_eq!((partial.body.len(), partial.is_whole()), (10, false));
    let truncated = seen[2].as_ref().unwrap();
    assert!(truncated.is_whole() && truncated.value().is_null());
    assert!(seen[3].as_ref().unwrap().header("content-type").unwrap().starts_with("text/html"));
    let huge = seen[4].as_ref().unwrap();
    assert_eq!((huge.body.len(), huge.value()["time"].is_string()), (10_000_000, true));
    assert!(seen[5].as_ref().unwrap().value()["time"].is_string());
    assert!(seen[6].as_ref().unwrap().body.is_empty());
    let calls = server.world(|w| w.log().iter().filter(|e| e.route == "time").count());
    assert_eq!(calls, 7);
}

#[tokio::test]
async fn the_control_endpoint_moves_the_clock() {
    let (server, access) = start("control_token: letmein").await;
    let headers = [("authorization", "Bearer letmein"), ("content-type", "application/json")];
    let body = json!({"do": "advance", "seconds": 60}).to_string();
    let reply = http(&server.login_url(), "POST", "/_sim/do", &headers, &body).await.unwrap();
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    let time = get(&server, &access, "/v1/time").await.unwrap();
    assert_eq!(time.value()["time"], "2026-07-09T10:32:22.417000-04:00");
    let yaml = http(&server.login_url(), "GET", "/_sim/assumptions", &headers, "").await.unwrap();
    assert!(String::from_utf8_lossy(&yaml.body).contains("refresh-life"));
}

#[tokio::test]
async fn the_clock_runs_by_itself_when_it_has_a_speed() {
    let server = SimServer::start(Knobs::from_text("clock: {speed: 1000}").unwrap()).await.unwrap();
    let before = server.world(|w| w.now());
    tokio::time::sleep(Duration::from_millis(100)).await;
    let after = server.world(|w| w.now());
    assert!(after.as_second() - before.as_second() >= 90);
}

type Web = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<TcpStream>>;

async fn connect(port: u16, path: &str, token: &str) -> Web {
    let address = format!("ws://127.0.0.1:{port}{path}");
    let (mut socket, _) = tokio_tungstenite::connect_async(address).await.unwrap();
    socket.send(Message::text(token)).await.unwrap();
    socket
}

async fn text(socket: &mut Web) -> Value {
    match tokio::time::timeout(Duration::from_secs(10), socket.next()).await.unwrap() {
        Some(Ok(Message::Text(text))) => serde_json::from_str(text.as_str()).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// The connection has ended, with a word or without one.
async fn ended(socket: &mut Web) -> bool {
    loop {
        match tokio::time::timeout(Duration::from_secs(10), socket.next()).await.unwrap() {
            None | Some(Err(_) | Ok(Message::Close(_))) => return true,
            Some(Ok(_)) => {}
        }
    }
}

#[tokio::test]
async fn a_websocket_takes_the_bare_token_and_sends_quotes_until_another_client_comes() {
    let (server, access) = start("").await;
    let id = server.world(|w| w.symbol_id("IBM")).unwrap();
    let target = format!("/v1/markets/quotes?ids={id}&stream=true&mode=WebSocket");
    let port =
        get(&server, &access, &target).await.unwrap().value()["streamPort"].as_u64().unwrap();
    let port = u16::try_from(port).unwrap();
    let mut first = connect(port, "/", &access).await;
    assert_eq!(text(&mut first).await, json!({"success": true}));
    assert_eq!(text(&mut first).await["quotes"][0]["symbol"], "IBM");
    command(&server, json!({"do": "advance", "seconds": 120}));
    assert_eq!(text(&mut first).await["quotes"][0]["symbolId"], id);
    let mut second = connect(port, &target, &access).await;
    assert_eq!(text(&mut second).await, json!({"success": true}));
    assert!(ended(&mut first).await);
    command(&server, json!({"do": "kill_streams"}));
    assert!(ended(&mut second).await);
    let mut stranger = connect(port, "/", "Bearer nobody").await;
    assert_eq!(text(&mut stranger).await["code"], 1017);
    assert!(ended(&mut stranger).await);
}

#[tokio::test]
async fn a_raw_socket_takes_the_token_and_a_space_and_gets_frames_in_pieces() {
    let (server, access) =
        start("{login: {profile: partner}, stream: {raw_chunk_bytes: 40}}").await;
    let reply = get(&server, &access, "/v1/notifications?mode=RawSocket").await.unwrap().value();
    let port = u16::try_from(reply["streamPort"].as_u64().unwrap()).unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(format!("{access} ").as_bytes()).await.unwrap();
    let mut seen = Vec::new();
    while !seen.ends_with(b"}\n") {
        seen.push(stream.read_u8().await.unwrap());
    }
    assert_eq!(seen, b"{\"success\":true}\n");
    let body = json!({"accountNumber": "26543210", "symbolId": server.world(|w| w.symbol_id("IBM")),
        "quantity": 1, "orderType": "Market", "timeInForce": "Day", "action": "Buy",
        "primaryRoute": "AUTO", "secondaryRoute": "AUTO"});
    let bearer = format!("Bearer {access}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let target = "/v1/accounts/26543210/orders";
    let api = server.api_urls()[1].clone();
    let placed = http(&api, "POST", target, &headers, &body.to_string()).await.unwrap();
    assert_eq!(placed.status, 200);
    let mut piece = [0; 4_096];
    let n = stream.read(&mut piece).await.unwrap();
    assert!(n <= 40, "a whole frame of {n} bytes at once");
    let mut rest = piece[..n].to_vec();
    while !rest.ends_with(b"\n") {
        rest.push(stream.read_u8().await.unwrap());
    }
    let frame: Value = serde_json::from_slice(&rest).unwrap();
    assert_eq!(
        (&frame["accountNumber"], &frame["orders"][0]["state"]),
        (&json!("26543210"), &json!("Pending"))
    );
}

#[tokio::test]
async fn who_says_nothing_within_the_patience_is_dropped() {
    let (server, access) = start("stream: {handshake_s: 0}").await;
    let reply = get(&server, &access, "/v1/notifications?mode=RawSocket").await.unwrap().value();
    let port = u16::try_from(reply["streamPort"].as_u64().unwrap()).unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let mut byte = [0];
    let read = tokio::time::timeout(Duration::from_secs(10), stream.read(&mut byte)).await.unwrap();
    assert_eq!(read.unwrap_or(0), 0);
}
