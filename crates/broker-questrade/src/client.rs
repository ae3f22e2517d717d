//! Every read of the broker, as a typed method.
//!
//! Each takes care of a session, renews it once when the broker refuses it, and mends what the
//! broker cuts: windows that are too long, lists that are too long, rows that come twice. No
//! method asks for orders or executions without a window: the broker's default is today, which
//! hides older orders that still work.

mod accounts;
mod candles;
mod markets;
mod symbols;
mod windows;

use std::sync::Arc;

use reqwest::Url;
use serde::de::DeserializeOwned;

use crate::custody::{Custodian, CustodyError, Session};
use crate::transport::{Ask, Body, CallError, Fault, Route, Transport};

pub use accounts::OrderFilter;
pub use candles::{Interval, Series};
pub use markets::Quotes;
pub use symbols::Named;
pub use windows::{EmptyWindow, Window};

/// A read that gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The call failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// There is no session to make it with.
    #[error(transparent)]
    Custody(#[from] CustodyError),
    /// An argument that the broker would misread.
    #[error("{what} cannot be asked for: `{value}`")]
    Argument {
        /// Which argument.
        what: &'static str,
        /// Its value.
        value: String,
    },
    /// The list goes on and on.
    #[error("{route}: more than {pages} pages; ask for less")]
    Endless {
        /// Which read.
        route: Route,
        /// Pages read.
        pages: usize,
    },
}

impl ClientError {
    /// What was wrong with the call, if it was the call.
    pub const fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Call(error) => Some(&error.fault),
            _ => None,
        }
    }
}

/// The reads of one user.
#[derive(Clone)]
pub struct Client {
    transport: Arc<Transport>,
    custody: Custodian,
}

impl Client {
    /// Reads over `transport` with the sessions of `custody`.
    pub fn new(transport: Arc<Transport>, custody: Custodian) -> Self {
        Self { transport, custody }
    }

    /// The owner of its token.
    pub const fn custody(&self) -> &Custodian {
        &self.custody
    }

    /// The way to the broker.
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    /// A GET of `path` below `/v1/`.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        route: Route,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<T, ClientError> {
        self.with_session(route, path, query, || Body::None).await
    }

    /// A read that is a POST of JSON.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        route: Route,
        path: &str,
        json: &[u8],
    ) -> Result<T, ClientError> {
        self.with_session(route, path, &[], || Body::Json(json.to_vec())).await
    }

    /// A call that is no read: one attempt and no more, whatever comes back.
    pub(crate) async fn once<T: DeserializeOwned>(
        &self,
        route: Route,
        path: &str,
        body: Body<'_>,
    ) -> Result<T, ClientError> {
        let session = self.custody.session().await?;
        let url = address(&session.base, path, &[]);
        Ok(self.transport.once(&Ask { route, url, body, bearer: Some(&session.token) }).await?)
    }

    /// One read; once more with a new session when the broker refuses the one at hand.
    async fn with_session<'a, T: DeserializeOwned>(
        &self,
        route: Route,
        path: &str,
        query: &[(&str, String)],
        body: impl Fn() -> Body<'a>,
    ) -> Result<T, ClientError> {
        let session = self.custody.session().await?;
        let first = self.with(&session, route, path, query, body()).await;
        match first {
            Err(CallError { fault: Fault::Auth { .. }, .. }) => {
                tracing::info!(%route, generation = session.generation, "the session was refused");
                let session = self.custody.renew(session.generation).await?;
                Ok(self.with(&session, route, path, query, body()).await?)
            }
            result => Ok(result?),
        }
    }

    async fn with<T: DeserializeOwned>(
        &self,
        session: &Session,
        route: Route,
        path: &str,
        query: &[(&str, String)],
        body: Body<'_>,
    ) -> Result<T, CallError> {
        let url = address(&session.base, path, query);
        self.transport.read(&Ask { route, url, body, bearer: Some(&session.token) }).await
    }
}

/// An address below the base. Everything in the query is percent-encoded: a bare `+` in a time
/// would arrive as a space.
pub(crate) fn address(base: &Url, path: &str, query: &[(&str, String)]) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path()));
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    url
}

/// A part of a path: letters and digits alone, so that no value can turn into another path.
pub(crate) fn segment<'a>(what: &'static str, value: &'a str) -> Result<&'a str, ClientError> {
    let plain = !value.is_empty() && value.bytes().all(|b| b.is_ascii_alphanumeric());
    if plain { Ok(value) } else { Err(ClientError::Argument { what, value: value.to_owned() }) }
}

/// Ids as the broker wants a list of them.
pub(crate) fn listed(ids: &[i64]) -> String {
    ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_in_a_time_is_encoded_and_a_path_cannot_be_left() {
        let base = Url::parse("https://api01.iq.questrade.com/v1/").unwrap();
        let query = [("startTime", "2026-07-09T00:00:00.000000+00:00".to_owned())];
        let url = address(&base, "accounts/01234567/orders", &query);
        assert_eq!(url.path(), "/v1/accounts/01234567/orders");
        assert_eq!(url.query(), Some("startTime=2026-07-09T00%3A00%3A00.000000%2B00%3A00"));
        for bad in ["", "..", "1/2", "1?x", "1 2", "é"] {
            assert!(segment("account", bad).is_err(), "{bad}");
        }
    }
}
