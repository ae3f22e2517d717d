//! One stream over many connections.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use backoff::ExponentialBackoff;
use backoff::backoff::Backoff as _;
use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::Url;
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::sync::mpsc::Sender;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_tls_with_config};

use super::frames::Frames;
use super::{Event, Rules};
use crate::client::{Client, ClientError};
use crate::custody::{CustodyError, Session};
use crate::environment::ForeignHost;
use crate::reply::{self, ReplyError};
use crate::transport::{FaultClass, Route};
use crate::wire::integer;

/// No frame is larger.
const FRAME_BYTES_MAX: usize = 4 << 20;

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub enum StreamTrouble {
    /// The port was not told.
    #[error(transparent)]
    Port(ClientError),
    /// The port is on a host, or of a kind, that no token is sent to.
    #[error(transparent)]
    Host(#[from] ForeignHost),
    /// No connection, or it broke.
    #[error("the stream broke: {0}")]
    Socket(String),
    /// Not let in, or nothing said, in time.
    #[error("nothing came for {} s", .0.as_secs())]
    Silent(Duration),
    /// The broker did not let us in.
    #[error("the stream was refused: {0}")]
    Refused(String),
    /// The other side closed it.
    #[error("the broker closed the stream")]
    Closed,
    /// The other side closes it again and again.
    #[error(
        "the broker closed the stream {times} times within {} s: another program or a second copy of \
         this one uses it. It is not taken back; close the other one and start the stream again",
        within.as_secs()
    )]
    Replaced {
        /// How often.
        times: usize,
        /// Within.
        within: Duration,
    },
    /// The session was renewed: host, port and token are new.
    #[error("the session was renewed")]
    Renewed,
}

impl StreamTrouble {
    /// Another connection would end the same way.
    fn is_final(&self) -> bool {
        match self {
            Self::Replaced { .. } | Self::Host(_) => true,
            Self::Port(ClientError::Call(error)) => {
                matches!(error.fault.class(), FaultClass::Scope | FaultClass::Refused)
            }
            Self::Port(ClientError::Custody(error)) => error.needs_a_person(),
            _ => false,
        }
    }
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// `{"streamPort": ...}`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PortReply {
    #[serde(deserialize_with = "integer::deserialize")]
    stream_port: i64,
}

/// `{"success": true}`.
#[derive(Deserialize)]
struct Welcome {
    success: bool,
}

/// Opens connections, one at a time, for as long as someone listens.
pub(super) struct Listener {
    client: Client,
    route: Route,
    path: &'static str,
    query: Vec<(&'static str, String)>,
    rules: Rules,
    opened: u64,
}

impl Listener {
    pub(super) fn new(
        client: Client,
        route: Route,
        path: &'static str,
        query: Vec<(&'static str, String)>,
        rules: Rules,
    ) -> Self {
        Self { client, route, path, query, rules, opened: 0 }
    }

    /// Until nobody listens any more or nothing helps.
    pub(super) async fn run<F: Frames>(mut self, mut frames: F, events: Sender<Event<F::Item>>) {
        let mut waits = growing(&self.rules);
        let mut closed: VecDeque<Instant> = VecDeque::new();
        loop {
            let before = self.opened;
            let trouble = self.connection(&mut frames, &events).await;
            metrics::gauge!("tradebot_broker_stream_up", "stream" => self.route.as_str()).set(0.0);
            let Err(trouble) = trouble else { return };
            let trouble = self.judged(trouble, &mut closed);
            tracing::info!(stream = %self.route, why = %trouble, "the stream ended");
            if trouble.is_final() {
                let _ = events.send(Event::Ended { why: trouble }).await;
                return;
            }
            if self.opened > before {
                waits = growing(&self.rules);
            }
            let again_in = match trouble {
                StreamTrouble::Renewed => Duration::ZERO,
                _ => waits.next_backoff().unwrap_or(self.rules.longest_wait),
            };
            if events.send(Event::Lost { why: trouble, again_in }).await.is_err() {
                return;
            }
            tokio::time::sleep(again_in).await;
        }
    }

    /// Whether being closed has become being replaced.
    fn judged(&self, trouble: StreamTrouble, closed: &mut VecDeque<Instant>) -> StreamTrouble {
        if !matches!(trouble, StreamTrouble::Closed) {
            return trouble;
        }
        let (times, within) = (self.rules.closed_max, self.rules.closed_within);
        closed.push_back(Instant::now());
        closed.retain(|at| at.elapsed() <= within);
        if closed.len() >= times { StreamTrouble::Replaced { times, within } } else { trouble }
    }

    /// One connection, from the port to its end. `Ok` when nobody listens.
    async fn connection<F: Frames>(
        &mut self,
        frames: &mut F,
        events: &Sender<Event<F::Item>>,
    ) -> Result<(), StreamTrouble> {
        let (mut socket, session) = self.opened().await?;
        self.opened += 1;
        frames.begin();
        let stream = self.route.as_str();
        metrics::counter!("tradebot_broker_stream_connections_total", "stream" => stream)
            .increment(1);
        metrics::gauge!("tradebot_broker_stream_up", "stream" => stream).set(1.0);
        if events.send(Event::Reconcile { connection: self.opened }).await.is_err() {
            return Ok(());
        }
        let every = self.rules.ping_every;
        let mut ticks = interval_at(Instant::now() + every, every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard = Instant::now();
        loop {
            tokio::select! {
                message = socket.next() => {
                    heard = Instant::now();
                    if !self.hear(received(message)?, frames, events).await {
                        return Ok(());
                    }
                }
                _ = ticks.tick() => self.tick(&mut socket, &session, heard).await?,
                () = events.closed() => return Ok(()),
            }
        }
    }

    /// Passes on what a message says; false when nobody listens.
    async fn hear<F: Frames>(
        &self,
        message: Message,
        frames: &mut F,
        events: &Sender<Event<F::Item>>,
    ) -> bool {
        if !message.is_text() && !message.is_binary() {
            return true;
        }
        for reading in frames.read(&message.into_data()) {
            let outcome = if reading.is_ok() { "ok" } else { "unread" };
            metrics::counter!(
                "tradebot_broker_stream_frames_total",
                "stream" => self.route.as_str(), "outcome" => outcome
            )
            .increment(1);
            let event = reading.map_or_else(Event::Unread, Event::Item);
            if events.send(event).await.is_err() {
                return false;
            }
        }
        true
    }

    /// The heartbeat: is the other side there, and is the session still ours?
    async fn tick(
        &self,
        socket: &mut Socket,
        session: &Session,
        heard: Instant,
    ) -> Result<(), StreamTrouble> {
        if heard.elapsed() > self.rules.silence_max {
            return Err(StreamTrouble::Silent(self.rules.silence_max));
        }
        // Also what keeps the session from lapsing: the socket does not.
        let now = self.client.custody().session().await.map_err(port)?;
        if now.generation != session.generation {
            return Err(StreamTrouble::Renewed);
        }
        socket.send(Message::Ping(Vec::new().into())).await.map_err(broke)
    }

    /// A connection that has let us in.
    async fn opened(&self) -> Result<(Socket, Arc<Session>), StreamTrouble> {
        let reply: PortReply = self
            .client
            .get(self.route, self.path, &self.query)
            .await
            .map_err(StreamTrouble::Port)?;
        let session = self.client.custody().session().await.map_err(port)?;
        let url = self.address(&session, reply.stream_port)?;
        let limit = self.rules.handshake;
        let connected = timeout(limit, async {
            let config = WebSocketConfig::default()
                .max_message_size(Some(FRAME_BYTES_MAX))
                .max_frame_size(Some(FRAME_BYTES_MAX));
            let connecting = connect_async_tls_with_config(url.as_str(), Some(config), true, None);
            let (mut socket, _) = connecting.await.map_err(broke)?;
            socket.send(Message::text(session.token.expose())).await.map_err(broke)?;
            let welcome = received(socket.next().await)?;
            welcomed(&welcome.into_data()).map(|()| socket)
        });
        let socket = connected.await.map_err(|_| StreamTrouble::Silent(limit))??;
        Ok((socket, session))
    }

    /// The same host as the API, another port, the same care.
    fn address(&self, session: &Session, port: i64) -> Result<Url, StreamTrouble> {
        let mut url = session.base.clone();
        let unfit = || StreamTrouble::Refused(format!("`{port}` is no port"));
        let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
        url.set_scheme(scheme).map_err(|()| unfit())?;
        let number = u16::try_from(port).ok().filter(|port| *port > 0).ok_or_else(unfit)?;
        url.set_port(Some(number)).map_err(|()| unfit())?;
        url.set_path("/");
        self.client.transport().environment().admits(&url)?;
        Ok(url)
    }
}

/// Whether the first message lets us in.
fn welcomed(message: &[u8]) -> Result<(), StreamTrouble> {
    match reply::read::<Welcome>(200, message) {
        Ok(Welcome { success: true }) => Ok(()),
        Ok(_) => Err(StreamTrouble::Refused("it says that it is no success".into())),
        Err(ReplyError::Broker { body, .. }) => {
            Err(StreamTrouble::Refused(format!("code {} ({})", body.code.0, body.code.meaning())))
        }
        // Its words are not quoted: they may be those we sent.
        Err(_) => Err(StreamTrouble::Refused("the first message does not read".into())),
    }
}

fn received(message: Option<Result<Message, SocketError>>) -> Result<Message, StreamTrouble> {
    match message {
        Some(Ok(Message::Close(_))) | None => Err(StreamTrouble::Closed),
        Some(Ok(message)) => Ok(message),
        Some(Err(error)) => Err(broke(error)),
    }
}

/// An end without a farewell is how the broker drops the older of two connections.
fn broke(error: SocketError) -> StreamTrouble {
    use tokio_tungstenite::tungstenite::error::ProtocolError;
    match error {
        SocketError::ConnectionClosed
        | SocketError::AlreadyClosed
        | SocketError::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            StreamTrouble::Closed
        }
        SocketError::Io(error) => StreamTrouble::Socket(error.to_string()),
        SocketError::Http(response) => {
            StreamTrouble::Refused(format!("HTTP {}", response.status().as_u16()))
        }
        SocketError::Capacity(error) => StreamTrouble::Socket(error.to_string()),
        SocketError::Tls(error) => StreamTrouble::Socket(error.to_string()),
        _ => StreamTrouble::Socket("the other side does not speak the protocol".into()),
    }
}

fn port(error: CustodyError) -> StreamTrouble {
    StreamTrouble::Port(error.into())
}

fn growing(rules: &Rules) -> ExponentialBackoff {
    ExponentialBackoff {
        current_interval: rules.first_wait,
        initial_interval: rules.first_wait,
        max_interval: rules.longest_wait,
        multiplier: 2.0,
        randomization_factor: 0.5,
        max_elapsed_time: None,
        ..ExponentialBackoff::default()
    }
}
