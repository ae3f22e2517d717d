//! A socket around the providers.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use futures_util::stream;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tradebot_domain::Timestamp;
use tradebot_market_data::DataError;

use crate::call::{self, Delivery, Reply};
use crate::feeds::{Command, Feeds, Knobs, UnknownProvider};

/// Most bytes of a command that are read.
const COMMAND_BYTES_MAX: usize = 64 << 10;

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The bundled bars cannot be had.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The port cannot be had.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// Address and port.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
}

/// A running server; it stops when dropped.
#[derive(Debug)]
pub struct FeedServer {
    feeds: Arc<Mutex<Feeds>>,
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl FeedServer {
    /// Starts on loopback, on a port that is free.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(knobs: Knobs) -> Result<Self, StartError> {
        Self::start_on(knobs, SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0)).await
    }

    /// Starts where it is told to.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start_on(knobs: Knobs, address: SocketAddr) -> Result<Self, StartError> {
        let feeds = Arc::new(Mutex::new(Feeds::new(knobs)?));
        let failed = |source| StartError::Bind { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let router = Router::new()
            .route("/_sim/do", post(command))
            .route("/_sim/calls", get(calls))
            .fallback(answer)
            .with_state(Arc::clone(&feeds));
        let task = tokio::spawn(async move {
            // `serve` ends with its listener alone.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { feeds, address, task })
    }

    /// Its address, without a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was asked, oldest first, without keys.
    pub fn calls(&self) -> Vec<String> {
        locked(&self.feeds).calls().to_vec()
    }

    /// Carries out a command, as the control endpoint does.
    ///
    /// # Errors
    /// [`UnknownProvider`].
    pub fn command(&self, command: Command) -> Result<(), UnknownProvider> {
        locked(&self.feeds).command(command)
    }

    /// Runs until the listener has failed, which is for ever.
    pub async fn run(mut self) {
        // A task that was not stopped ends when its listener does.
        let _ = (&mut self.task).await;
    }
}

impl Drop for FeedServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn locked(feeds: &Mutex<Feeds>) -> MutexGuard<'_, Feeds> {
    // A panic elsewhere must not hide the state from who looks for its reason.
    feeds.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The machine's clock, which limits count by.
#[expect(clippy::disallowed_methods, reason = "the socket is where the machine's time comes in")]
fn now() -> Timestamp {
    Timestamp::now()
}

async fn command(State(feeds): State<Arc<Mutex<Feeds>>>, request: Request) -> Response {
    let body = to_bytes(request.into_body(), COMMAND_BYTES_MAX).await.unwrap_or_default();
    let done = serde_json::from_slice::<Command>(&body)
        .map_err(|e| e.to_string())
        .and_then(|command| locked(&feeds).command(command).map_err(|e| e.to_string()));
    let reply = match done {
        Ok(()) => Reply::json(200, &json!({})),
        Err(problem) => Reply::json(400, &json!({ "error": problem })),
    };
    response_of(reply).await
}

async fn calls(State(feeds): State<Arc<Mutex<Feeds>>>) -> Response {
    let calls = json!(locked(&feeds).calls());
    response_of(Reply::json(200, &calls)).await
}

async fn answer(State(feeds): State<Arc<Mutex<Feeds>>>, request: Request) -> Response {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let mut call = call::Request::new(target);
    call.headers.extend(request.headers().iter().map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    }));
    let reply = locked(&feeds).answer(&call, now());
    response_of(reply).await
}

/// A reply as a response, when it is time for it.
async fn response_of(reply: Reply) -> Response {
    if reply.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(reply.delay_ms)).await;
    }
    let length = reply.body.len();
    let bytes = Bytes::from(reply.body);
    let body = match reply.delivery {
        Delivery::Whole => Body::from(bytes),
        Delivery::Cut(at) => cut(bytes.slice(..at.min(length))),
        Delivery::Slow(per_second) => drip(bytes, per_second),
    };
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().append(name, value);
        }
    }
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    response
}

/// A body that fails after its first bytes.
fn cut(bytes: Bytes) -> Body {
    let broken = std::io::Error::from(std::io::ErrorKind::ConnectionAborted);
    Body::from_stream(stream::unfold((Some(bytes), Some(broken)), |(bytes, broken)| async move {
        match (bytes, broken) {
            (Some(bytes), broken) => Some((Ok(bytes), (None, broken))),
            (None, Some(broken)) => {
                // What was sent must be on the wire before the connection breaks.
                tokio::time::sleep(Duration::from_millis(20)).await;
                Some((Err(broken), (None, None)))
            }
            (None, None) => None,
        }
    }))
}

/// A body in ten pieces a second.
fn drip(bytes: Bytes, per_second: u32) -> Body {
    let piece = usize::try_from(per_second / 10).unwrap_or(usize::MAX).max(1);
    Body::from_stream(stream::unfold(bytes, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        let next = rest.split_to(piece.min(rest.len()));
        tokio::time::sleep(Duration::from_millis(100)).await;
        Some((Ok::<_, Infallible>(next), rest))
    }))
}
