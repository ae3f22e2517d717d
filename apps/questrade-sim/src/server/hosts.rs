//! The login host and the API hosts.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower_service::Service as _;

use super::StartError;
use super::deliver::{CloseInstead, response_of};
use super::shared::Shared;
use crate::http::{self, Host};

/// Most bytes of a body that are read; the API's own limit is far below.
const BODY_READ: usize = 64 << 20;

/// A connection is closed because a reply said so.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed on purpose")]
struct Closed;

#[derive(Debug, Clone)]
struct Door {
    shared: Arc<Shared>,
    host: Host,
}

/// Serves a host until the task is dropped.
pub(super) fn spawn(
    tasks: &mut JoinSet<()>,
    shared: &Arc<Shared>,
    host: Host,
    listener: TcpListener,
) -> Result<SocketAddr, StartError> {
    let address = address_of(&listener)?;
    let router =
        Router::new().fallback(answer).with_state(Door { shared: Arc::clone(shared), host });
    tasks.spawn(accept(listener, router));
    Ok(address)
}

/// Where a listener is.
pub(super) fn address_of(listener: &TcpListener) -> Result<SocketAddr, StartError> {
    let unknown = SocketAddr::from(([0, 0, 0, 0], 0));
    listener.local_addr().map_err(|source| StartError::Bind { address: unknown, source })
}

async fn accept(listener: TcpListener, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => { connections.spawn(serve(stream, router.clone())); }
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// One connection. The service fails where a reply says so, and hyper then closes the connection
/// without a byte: what no ordinary handler can do.
async fn serve(stream: TcpStream, router: Router) {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut router = router.clone();
        async move {
            let answer = router.call(request.map(Body::new)).await;
            let response = match answer {
                Ok(response) => response,
                Err(never) => match never {},
            };
            match response.extensions().get::<CloseInstead>() {
                Some(_) => Err(Closed),
                None => Ok(response),
            }
        }
    });
    // A connection that ends in an error has ended; the client knows.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// The date is that of the clock which the limits are counted by.
async fn answer(State(door): State<Door>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_READ).await.map(|b| b.to_vec()).unwrap_or_default();
    let headers = parts.headers.iter().map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    let request = http::Request {
        host: door.host,
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body,
        arrived: door.shared.wall(),
    };
    let reply = door.shared.with(|world| world.handle(&request));
    let mut response = response_of(reply).await;
    let date = door.shared.wall().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = HeaderValue::try_from(date) {
        response.headers_mut().entry(header::DATE).or_insert(date);
    }
    response
}
