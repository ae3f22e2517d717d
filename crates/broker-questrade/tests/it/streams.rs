//! Streams: let REST speak first, do not fight over the connection, do not trust silence.

use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use tokio_tungstenite::tungstenite::{Message, WebSocket, accept};
use tradebot_broker_questrade::quote::Quote;
use tradebot_broker_questrade::stream::{Event, Rules, Stream, StreamTrouble};

use crate::support::{Broker, client, home, ok, refusal};

type Peer = WebSocket<TcpStream>;

/// A stream server that plays one script a connection, then closes. Tells the tokens it was given.
fn server(scripts: Vec<fn(&mut Peer)>) -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, tokens) = channel();
    std::thread::spawn(move || {
        for script in scripts {
            let Ok((stream, _)) = listener.accept() else { return };
            let Ok(mut peer) = accept(stream) else { continue };
            let Ok(first) = peer.read() else { continue };
            sender.send(first.to_text().unwrap().to_owned()).unwrap();
            script(&mut peer);
        }
    });
    (port, tokens)
}

fn say(peer: &mut Peer, text: &str) {
    peer.send(Message::text(text)).unwrap();
}

fn welcome(peer: &mut Peer) {
    say(peer, r#"{"success":true}"#);
}

/// Reads, and so answers pings, until the other side goes.
fn stay(peer: &mut Peer) {
    while peer.read().is_ok() {}
}

fn brisk() -> Rules {
    let ms = Duration::from_millis;
    Rules {
        ping_every: ms(50),
        silence_max: ms(300),
        handshake: ms(2000),
        first_wait: ms(5),
        longest_wait: ms(20),
        ..Rules::default()
    }
}

async fn quotes(port: u16, rules: Rules) -> (tempfile::TempDir, Broker, Stream<Quote>) {
    let broker = Broker::start(move |request| match request.value("stream").as_deref() {
        Some("true") => ok(format!(r#"{{"streamPort":{port}}}"#)),
        _ => refusal(404, 1001),
    });
    let home = home();
    let client = client(home.path(), &broker).await;
    (home, broker, client.stream_quotes(&[1, 2], rules))
}

/// The next events, each in a word.
async fn events(stream: &mut Stream<Quote>, count: usize) -> Vec<String> {
    let mut seen = Vec::new();
    while seen.len() < count {
        let event = tokio::time::timeout(Duration::from_secs(20), stream.next()).await;
        let Some(event) = event.expect("an event in time") else { break };
        seen.push(match event {
            Event::Reconcile { connection } => format!("reconcile {connection}"),
            Event::Item(quote) => format!("{} {}", quote.symbol_id, quote.bid_price.unwrap()),
            Event::Unread(_) => "unread".into(),
            Event::Lost { why, .. } => format!("lost {}", word(&why)),
            Event::Ended { why } => format!("ended {}", word(&why)),
        });
    }
    seen
}

fn word(why: &StreamTrouble) -> String {
    format!("{why:?}").split(['(', ' ']).next().unwrap().to_owned()
}

#[tokio::test]
async fn the_token_goes_first_and_every_connection_begins_with_a_reconcile() {
    let (port, tokens) = server(vec![
        |peer| {
            welcome(peer);
            say(peer, r#"{"quotes":[{"symbolId":1,"bidPrice":1.50,"delay":0,"isHalted":false}]}"#);
            say(peer, "<html>");
            say(peer, r#"{"quotes":[{"symbolId":1,"bidPrice":1.75}]}"#);
            let _ = peer.close(None);
            stay(peer);
        },
        |peer| {
            welcome(peer);
            say(peer, r#"{"quotes":[{"symbolId":2,"bidPrice":2,"delay":0,"isHalted":false}]}"#);
            stay(peer);
        },
    ]);
    let (_home, _broker, mut stream) = quotes(port, brisk()).await;
    let seen = events(&mut stream, 7).await;
    assert_eq!(
        seen,
        ["reconcile 1", "1 1.50", "unread", "1 1.75", "lost Closed", "reconcile 2", "2 2"]
    );
    assert_eq!(tokens.recv().unwrap(), "Access1canary+/=");
}

#[tokio::test]
async fn being_closed_twice_is_not_fought() {
    let once: fn(&mut Peer) = |peer| {
        welcome(peer);
        let _ = peer.close(None);
        stay(peer);
    };
    let (port, tokens) = server(vec![once; 5]);
    let (_home, _broker, mut stream) = quotes(port, brisk()).await;
    let seen = events(&mut stream, 9).await;
    assert_eq!(seen, ["reconcile 1", "lost Closed", "reconcile 2", "ended Replaced"]);
    assert_eq!(tokens.iter().take(2).count(), 2);
    assert!(tokens.try_recv().is_err(), "a third connection was made");
}

#[tokio::test]
async fn silence_is_noticed_though_the_socket_is_open() {
    let (port, _tokens) = server(vec![
        |peer| {
            welcome(peer);
            std::thread::sleep(Duration::from_millis(1500));
        },
        |peer| {
            welcome(peer);
            stay(peer);
        },
    ]);
    let (_home, _broker, mut stream) = quotes(port, brisk()).await;
    assert_eq!(events(&mut stream, 3).await, ["reconcile 1", "lost Silent", "reconcile 2"]);
    // The second answers pings, though it has no news: it lives on.
    let more = tokio::time::timeout(Duration::from_millis(800), stream.next()).await;
    assert!(more.is_err(), "{more:?}");
}

#[tokio::test]
async fn a_refusal_and_a_stranger_are_named() {
    let refuse: fn(&mut Peer) = |peer| say(peer, r#"{"code":1017,"message":"bad token"}"#);
    let (port, _tokens) = server(vec![refuse; 2]);
    let (_home, _broker, mut stream) = quotes(port, brisk()).await;
    assert_eq!(events(&mut stream, 2).await, ["lost Refused", "lost Refused"]);
    // A port that is none.
    let (_home, _broker, mut stream) = quotes(0, brisk()).await;
    assert_eq!(events(&mut stream, 1).await, ["lost Refused"]);
}

#[tokio::test]
async fn a_renewed_session_opens_a_new_connection_with_the_new_token() {
    let listen: fn(&mut Peer) = |peer| {
        welcome(peer);
        stay(peer);
    };
    let (port, tokens) = server(vec![listen; 2]);
    let broker = Broker::start(move |_| ok(format!(r#"{{"streamPort":{port}}}"#)));
    let home = home();
    let client = client(home.path(), &broker).await;
    let mut stream = client.stream_quotes(&[1], brisk());
    assert_eq!(events(&mut stream, 1).await, ["reconcile 1"]);
    client.custody().rotate().await.unwrap();
    assert_eq!(events(&mut stream, 2).await, ["lost Renewed", "reconcile 2"]);
    let tokens: Vec<String> = tokens.iter().take(2).collect();
    assert_eq!(tokens, ["Access1canary+/=", "Access2canary+/="]);
}

#[tokio::test]
async fn a_token_without_the_right_ends_the_stream_instead_of_asking_for_ever() {
    let broker = Broker::start(|_| refusal(403, 1016));
    let home = home();
    let client = client(home.path(), &broker).await;
    let mut stream = client.stream_quotes(&[1], brisk());
    assert_eq!(events(&mut stream, 5).await, ["ended Port"]);
    assert_eq!(broker.asked("quotes").len(), 1);
}
