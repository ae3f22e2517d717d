//! Streams by value: who is dropped, what is sent, what is lost.

use questrade_sim::world::{Frame, StreamKind, StreamMode};
use serde_json::{Value, json};

use crate::support::{MARGIN, Sim};

fn open(sim: &mut Sim, kind: StreamKind) -> u64 {
    let token = sim.access.clone();
    let (answer, id) = sim.world.open_stream(kind, StreamMode::WebSocket, &token);
    assert_eq!(answer, r#"{"success":true}"#);
    id.unwrap()
}

fn texts(sim: &mut Sim) -> Vec<Value> {
    let frames = sim.world.take_frames();
    let text = |frame| match frame {
        (_, Frame::Text(text)) => serde_json::from_str(&text).ok(),
        (_, Frame::Close) => None,
    };
    frames.into_iter().filter_map(text).collect()
}

fn subscribe(sim: &mut Sim, symbols: &[&str]) {
    let ids: Vec<String> = symbols.iter().map(|s| sim.id(s).to_string()).collect();
    let reply =
        sim.get(&format!("markets/quotes?ids={}&stream=true&mode=WebSocket", ids.join(",")));
    assert!(reply.value()["streamPort"].is_u64(), "{}", reply.body_text());
}

#[test]
fn frames_after_the_first_carry_only_what_changed_and_no_symbol() {
    let mut sim = Sim::retail();
    subscribe(&mut sim, &["IBM", "ZZQ.TO"]);
    open(&mut sim, StreamKind::Quotes);
    let first = texts(&mut sim);
    let whole = first[0]["quotes"].as_array().unwrap();
    assert_eq!((whole.len(), &whole[0]["symbol"]), (2, &json!("IBM")));
    sim.advance(60);
    let later = texts(&mut sim);
    let part = &later[0]["quotes"][0];
    assert!(part.get("symbol").is_none() && part["symbolId"].is_i64());
    assert!(part.as_object().unwrap().len() < 12, "{part}");
}

#[test]
fn a_second_connection_drops_the_first_and_the_other_mode() {
    let mut sim = Sim::retail();
    let first = open(&mut sim, StreamKind::Notifications);
    let second = open(&mut sim, StreamKind::Notifications);
    assert_ne!(first, second);
    assert_eq!(sim.world.take_frames(), [(first, Frame::Close)]);
    subscribe(&mut sim, &["IBM"]);
    let token = sim.access.clone();
    let (_, raw) = sim.world.open_stream(StreamKind::Quotes, StreamMode::RawSocket, &token);
    assert!(raw.is_some());
    assert!(sim.world.take_frames().contains(&(second, Frame::Close)));
}

#[test]
fn notifications_tell_of_orders_and_executions() {
    let mut sim = Sim::with("{login: {profile: partner}, stream: {numeric_account: true}}");
    open(&mut sim, StreamKind::Notifications);
    sim.placed(MARGIN, "IBM", json!({}));
    sim.advance(60);
    let frames = texts(&mut sim);
    let states: Vec<&str> =
        frames.iter().filter_map(|f| f["orders"][0]["state"].as_str()).collect();
    assert_eq!(states, ["Pending", "Accepted", "Executed"]);
    assert_eq!(frames[0]["accountNumber"], 26_543_210);
    assert!(frames.iter().any(|f| f["executions"][0]["quantity"] == 10));
}

#[test]
fn q13_and_q14_a_frame_is_lost_and_a_stream_kicked() {
    let mut sim = Sim::partner();
    open(&mut sim, StreamKind::Notifications);
    sim.run(json!({"do": "quirk", "name": "q13_lost_frame", "times": 1}));
    sim.placed(MARGIN, "IBM", json!({}));
    sim.run(json!({"do": "lose_frames", "count": 1}));
    sim.advance(60);
    let states: Vec<Value> =
        texts(&mut sim).iter().map(|f| f["orders"][0]["state"].clone()).collect();
    assert!(!states.contains(&json!("Pending")) && !states.contains(&json!("Accepted")));
    sim.run(json!({"do": "quirk", "name": "q14_kick", "times": 1}));
    sim.advance(60);
    assert!(sim.world.take_frames().iter().any(|(_, f)| *f == Frame::Close));
}

#[test]
fn a_stream_ends_with_its_token_and_when_no_call_comes() {
    let mut sim = Sim::with("login: {expires_in_s: 7200}");
    let id = open(&mut sim, StreamKind::Notifications);
    sim.advance(1_700);
    assert_eq!(sim.get("time").status, 200);
    sim.advance(1_700);
    assert!(sim.world.take_frames().is_empty());
    sim.advance(200);
    assert_eq!(sim.world.take_frames(), [(id, Frame::Close)]);
    let id = open(&mut sim, StreamKind::Notifications);
    sim.get("time");
    sim.log_in();
    sim.advance(1);
    assert_eq!(sim.world.take_frames(), [(id, Frame::Close)]);
}

#[test]
fn a_wrong_token_and_a_wrong_mode_are_said() {
    let mut sim = Sim::retail();
    let (answer, id) = sim.world.open_stream(StreamKind::Quotes, StreamMode::WebSocket, "Bearer x");
    assert!(answer.contains("1017") && id.is_none());
    assert_eq!(sim.get("notifications?mode=Pigeon").value()["code"], 1002);
    assert_eq!(sim.get("notifications").value()["code"], 1004);
    let mut paid = Sim::with("stream: {requires_real_time: true}");
    let id = paid.id("IBM");
    let reply = paid.get(&format!("markets/quotes?ids={id}&stream=true&mode=WebSocket"));
    assert_eq!(reply.value()["code"], 1016);
}
