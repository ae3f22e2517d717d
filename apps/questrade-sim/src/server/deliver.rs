//! Replies on their way out: whole, late, in drips, cut short or not at all.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::stream;

use crate::http::{Delivery, Reply};

/// Set on a response whose connection is to be closed without a byte.
#[derive(Debug, Clone, Copy)]
pub(super) struct CloseInstead;

/// A reply as a response, when it is time for it.
pub(super) async fn response_of(reply: Reply) -> Response {
    if reply.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(reply.delay_ms)).await;
    }
    if reply.delivery == Delivery::Hang {
        // The client's patience ends this: its connection's task is dropped.
        std::future::pending::<Infallible>().await;
    }
    let length = reply.body.len();
    let bytes = Bytes::from(reply.body);
    let body = match reply.delivery {
        Delivery::Cut(at) => cut(bytes.slice(..at.min(length))),
        Delivery::Slow(per_second) => drip(bytes, per_second),
        Delivery::Whole | Delivery::Hang | Delivery::Drop => Body::from(bytes),
    };
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in reply.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    if reply.delivery == Delivery::Drop {
        response.extensions_mut().insert(CloseInstead);
    }
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
