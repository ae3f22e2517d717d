//! A call and its reply as plain values: what the core sees instead of sockets.

use tradebot_domain::Timestamp;

/// Which listener a call came in on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    /// The login host.
    Login,
    /// An API host, by number.
    Api(usize),
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Where it came in.
    pub host: Host,
    /// `GET`, `POST`, `DELETE`, ...
    pub method: String,
    /// Path, beginning with a slash, still percent-encoded.
    pub path: String,
    /// What follows the question mark, still percent-encoded.
    pub query: String,
    /// Header names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
    /// When it came in by the machine's clock: what rate limits count by.
    pub arrived: Timestamp,
}

impl Request {
    /// A call without body or headers, at the beginning of Unix time.
    pub fn new(host: Host, method: &str, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self {
            host,
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            arrived: Timestamp::UNIX_EPOCH,
        }
    }

    /// The same with a header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_ascii_lowercase(), value.to_owned()));
        self
    }

    /// The same with an access token.
    #[must_use]
    pub fn with_bearer(self, token: &str) -> Self {
        self.with_header("authorization", &format!("Bearer {token}"))
    }

    /// The same with a JSON body.
    #[must_use]
    pub fn with_json(mut self, body: &serde_json::Value) -> Self {
        self.body = body.to_string().into_bytes();
        let length = self.body.len().to_string();
        self.with_header("content-type", "application/json").with_header("content-length", &length)
    }

    /// The first header of that name, given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Parameters of the query.
    pub(crate) fn parameters(&self) -> Parameters {
        Parameters::of(&self.query)
    }
}

/// Parameters of a query or a form, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(crate) fn of(text: &str) -> Self {
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        };
        Self(text.split('&').filter(|p| !p.is_empty()).map(pair).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// Percent-decoded; a plus is a space, which is what becomes of one that was not encoded.
pub(crate) fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        if let Some(byte) = hex.and_then(|h| u8::from_str_radix(h, 16).ok()) {
            out.push(byte);
            at += 3;
        } else {
            out.push(if bytes[at] == b'+' { b' ' } else { bytes[at] });
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// How a reply reaches the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// As it is.
    Whole,
    /// Never; the connection stays open.
    Hang,
    /// The connection is closed without a byte.
    Drop,
    /// So many bytes of the body, against the length promised, then the connection is closed.
    Cut(usize),
    /// So many bytes of the body in a second.
    Slow(u32),
}

/// One reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
    /// How it is delivered.
    pub delivery: Delivery,
    /// How long it waits before that, milliseconds.
    pub delay_ms: u64,
}

impl Reply {
    /// A reply with a body of some type.
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.into(),
            delivery: Delivery::Whole,
            delay_ms: 0,
        }
    }

    /// JSON.
    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::new(status, "application/json; charset=utf-8", body.to_string())
    }

    /// Plain text.
    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", body)
    }

    pub(crate) fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// The first header of that name, given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON; null when it is none.
    pub fn value(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or(serde_json::Value::Null)
    }

    /// The body as text.
    pub fn body_text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_plus_that_is_not_encoded_becomes_a_space() {
        let parameters = Parameters::of("a=2026-07-09T00:00:00%2B00:00&b=x+y&c&=");
        assert_eq!(parameters.get("a"), Some("2026-07-09T00:00:00+00:00"));
        assert_eq!(parameters.get("b"), Some("x y"));
        assert_eq!((parameters.get("c"), parameters.get("d")), (Some(""), None));
    }

    proptest! {
        #[test]
        fn no_text_makes_decoding_panic(text in "\\PC{0,40}") {
            let _ = Parameters::of(&text);
        }
    }
}
