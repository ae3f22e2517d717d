//! Quotes and order notifications as they happen.
//!
//! 1. A REST call names the port; the connection's first message is the access token.
//! 2. The first event of every connection is [`Event::Reconcile`]: what was missed is not known,
//!    so the caller asks REST before it believes anything that follows. A stream is a hint.
//! 3. Silence is broken by pings and ended by a deadline; a renewed session opens a new connection,
//!    because the old token, host and port go with the old one.
//! 4. The broker allows one connection a user and closes the older one. Being closed twice within
//!    minutes means that someone else wants it: the stream ends and says so, and does not fight.
//!
//! Metrics: `tradebot_broker_stream_connections_total{stream}`,
//! `tradebot_broker_stream_frames_total{stream,outcome}`, `tradebot_broker_stream_up{stream}`.

mod connection;
mod frames;

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::client::Client;
use crate::quote::Quote;
use crate::transport::Route;
use connection::Listener;
use frames::{Notices, QuoteFrames};

pub use connection::StreamTrouble;
pub use frames::{FrameError, Notification};

/// When a stream is taken for dead, and how it is taken up again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// A ping, and a look whether the session was renewed.
    pub ping_every: Duration,
    /// Without a frame or a pong for so long, the connection is dead.
    pub silence_max: Duration,
    /// To connect, and to be let in.
    pub handshake: Duration,
    /// The first wait before a new connection; it doubles, with jitter.
    pub first_wait: Duration,
    /// The longest.
    pub longest_wait: Duration,
    /// Closed by the other side so often ...
    pub closed_max: usize,
    /// ... within this time: someone else wants the connection.
    pub closed_within: Duration,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            ping_every: Duration::from_secs(20),
            silence_max: Duration::from_mins(1),
            handshake: Duration::from_secs(15),
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_mins(1),
            closed_max: 2,
            closed_within: Duration::from_mins(5),
        }
    }
}

/// What happens on a stream.
#[derive(Debug)]
pub enum Event<T> {
    /// A connection stands. Ask REST for the state before believing what follows.
    Reconcile {
        /// Which connection of this stream, from 1.
        connection: u64,
    },
    /// News.
    Item(T),
    /// A frame that does not read; the connection goes on. Something was missed: ask REST.
    Unread(FrameError),
    /// The connection is gone, and another follows.
    Lost {
        /// Why.
        why: StreamTrouble,
        /// When.
        again_in: Duration,
    },
    /// The stream has ended, and is not taken up again by itself.
    Ended {
        /// Why.
        why: StreamTrouble,
    },
}

/// A stream; dropping it closes the connection.
#[derive(Debug)]
pub struct Stream<T> {
    events: mpsc::Receiver<Event<T>>,
    task: JoinHandle<()>,
}

impl<T> Stream<T> {
    /// The next event; none after [`Event::Ended`].
    pub async fn next(&mut self) -> Option<Event<T>> {
        self.events.recv().await
    }
}

impl<T> Drop for Stream<T> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Events that wait for a slow reader; beyond them the connection is not read.
const WAITING_MAX: usize = 4096;

impl Client {
    /// Quotes of these symbols. Another set of symbols is another stream. Frames are partial: each
    /// item is the whole quote as it stands after the frame.
    pub fn stream_quotes(&self, ids: &[i64], rules: Rules) -> Stream<Quote> {
        let query = vec![
            ("ids", crate::client::listed(ids)),
            ("stream", "true".to_owned()),
            ("mode", "WebSocket".to_owned()),
        ];
        self.listen(Route::QuoteStream, "markets/quotes", query, (QuoteFrames::default(), rules))
    }

    /// Orders and executions of all accounts.
    pub fn stream_notifications(&self, rules: Rules) -> Stream<Notification> {
        let query = vec![("mode", "WebSocket".to_owned())];
        self.listen(Route::Notifications, "notifications", query, (Notices, rules))
    }

    fn listen<F: frames::Frames>(
        &self,
        route: Route,
        path: &'static str,
        query: Vec<(&'static str, String)>,
        (frames, rules): (F, Rules),
    ) -> Stream<F::Item> {
        let (sender, events) = mpsc::channel(WAITING_MAX);
        let listener = Listener::new(self.clone(), route, path, query, rules);
        let task = tokio::spawn(listener.run(frames, sender));
        Stream { events, task }
    }
}
