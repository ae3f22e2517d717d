//! A call and its reply as plain values.

use std::collections::BTreeMap;

/// One call; every provider is asked with `GET`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    /// Path, beginning with a slash, decoded.
    pub path: String,
    /// Parameters, decoded; of equal names the first.
    pub query: BTreeMap<String, String>,
    /// Headers by their names in lower case.
    pub headers: BTreeMap<String, String>,
}

impl Request {
    /// A call of a path with its query.
    pub fn new(target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut parameters = BTreeMap::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            parameters.entry(decoded(name)).or_insert_with(|| decoded(value));
        }
        Self { path: decoded(path), query: parameters, headers: BTreeMap::new() }
    }

    /// A parameter; empty where there is none.
    pub fn parameter(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    /// A header; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// Percent-decoded; a plus is a space.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
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
    /// The connection breaks after so many bytes, against the length promised.
    Cut(usize),
    /// So many bytes in a second.
    Slow(u32),
}

/// One reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Status.
    pub status: u16,
    /// Headers.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub body: Vec<u8>,
    /// Milliseconds before anything is sent.
    pub delay_ms: u64,
    /// How it is sent.
    pub delivery: Delivery,
}

impl Reply {
    /// A reply with a content type.
    pub fn new(status: u16, content: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type", content.to_owned())];
        Self { status, headers, body: body.into(), delay_ms: 0, delivery: Delivery::Whole }
    }

    /// JSON.
    pub fn json(status: u16, value: &serde_json::Value) -> Self {
        Self::new(status, "application/json", value.to_string())
    }

    /// A sentence.
    pub fn sentence(status: u16, text: &str) -> Self {
        Self::new(status, "text/plain", text)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_taken_apart() {
        let request = Request::new("/yahoo/v8/%5EVIX?a=1%262&b=x+y&a=3");
        assert_eq!(request.path, "/yahoo/v8/^VIX");
        assert_eq!((request.parameter("a"), request.parameter("b")), ("1&2", "x y"));
        assert_eq!(request.parameter("c"), "");
        assert_eq!(Request::new("/%zz%").path, "/%zz%");
    }
}
