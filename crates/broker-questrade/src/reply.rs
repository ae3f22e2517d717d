//! From a status and a body to a reply, or to what is wrong with it.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::ErrorBody;
use crate::wire::fields::Fields;

/// How much of a body an error quotes.
const QUOTED_CHARS: usize = 120;

/// Why there is no reply.
#[derive(Debug, thiserror::Error)]
pub enum ReplyError {
    /// The broker says so. The status may be 200: a 200 is not success, a missing `code` is.
    #[error("HTTP {status}, code {}: {} ({})", body.code.0, body.message, body.code.meaning())]
    Broker {
        /// HTTP status.
        status: u16,
        /// The broker's error object.
        body: Box<ErrorBody>,
    },
    /// No JSON object, as in the plain `Bad Request` of the login host.
    #[error("HTTP {status} with a body that is no JSON object: {start}")]
    NotJson {
        /// HTTP status.
        status: u16,
        /// How the body begins.
        start: String,
    },
    /// A status other than 200 without the broker's error object.
    #[error("HTTP {status} without an error object: {start}")]
    Status {
        /// HTTP status.
        status: u16,
        /// How the body begins.
        start: String,
    },
    /// A field is missing or does not read.
    #[error("the reply does not read as {wanted}: {source}")]
    Shape {
        /// The reply that was wanted.
        wanted: &'static str,
        /// What serde says.
        source: serde_json::Error,
    },
}

/// A value of the wire that has no place in the domain's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}: `{value}` cannot be said in the words of this product")]
pub struct Conversion {
    /// Which field.
    pub what: &'static str,
    /// Its value.
    pub value: String,
}

impl Conversion {
    /// A field that cannot be converted.
    pub(crate) fn new(what: &'static str, value: &(impl ToString + ?Sized)) -> Self {
        Self { what, value: value.to_string() }
    }
}

/// Reads a reply. Login replies ([`crate::TokenReply`]) go through here too; the start of a body is
/// quoted in errors only when it is no JSON, so that no token can be.
///
/// # Errors
/// [`ReplyError`]; `Broker` when the body has a `code`, whatever the status.
pub fn read<T: DeserializeOwned>(status: u16, body: &[u8]) -> Result<T, ReplyError> {
    let Ok(fields) = serde_json::from_slice::<Fields>(body) else {
        return Err(ReplyError::NotJson { status, start: start_of(body) });
    };
    if fields.has("code") {
        let body = shaped(body, "error object")?;
        return Err(ReplyError::Broker { status, body: Box::new(body) });
    }
    if status != 200 {
        let start = format!("an object with {} keys", fields.len());
        return Err(ReplyError::Status { status, start });
    }
    shaped(body, std::any::type_name::<T>())
}

fn shaped<'a, T: Deserialize<'a>>(body: &'a [u8], wanted: &'static str) -> Result<T, ReplyError> {
    serde_json::from_slice(body).map_err(|source| ReplyError::Shape { wanted, source })
}

/// The first characters of a body, for people.
fn start_of(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().take(QUOTED_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{AccountsReply, TimeReply};
    use crate::error::Retry;
    use crate::token::TokenReply;

    #[test]
    fn a_200_with_a_code_is_an_error() {
        let body = br#"{"code":3054,"message":"Bracket refused","orderId":900000501,"orders":[]}"#;
        match read::<AccountsReply>(200, body) {
            Err(ReplyError::Broker { status: 200, body }) => {
                assert_eq!(body.order_id, Some(900_000_501));
                assert_eq!(body.code.retry(), Retry::Never);
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn text_where_json_was_due_is_named() {
        let error = read::<TokenReply>(400, b"Bad Request").unwrap_err();
        assert_eq!(error.to_string(), "HTTP 400 with a body that is no JSON object: Bad Request");
        let page = "<html>".repeat(100);
        let error = read::<TimeReply>(200, page.as_bytes()).unwrap_err().to_string();
        assert!(error.len() < 200, "{error}");
        assert!(matches!(read::<TimeReply>(200, b"[]"), Err(ReplyError::NotJson { .. })));
        assert!(matches!(read::<TimeReply>(200, b"\xff\xfe"), Err(ReplyError::NotJson { .. })));
    }

    #[test]
    fn a_body_that_may_hold_tokens_is_not_quoted() {
        let body = br#"{"access_token":"s3cret","refresh_token":"t0ken","expires_in":"soon",
            "token_type":"Bearer","api_server":"x"}"#;
        for status in [200, 500] {
            let error = read::<TokenReply>(status, body).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn a_missing_field_is_named_and_not_made_up() {
        let error = read::<TimeReply>(200, b"{}").unwrap_err().to_string();
        assert!(error.contains("missing field `time`"), "{error}");
    }
}
