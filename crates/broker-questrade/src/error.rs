//! The broker's error object.

use serde::{Deserialize, Serialize};

use crate::order::Order;
use crate::wire;
use crate::wire::fields::tolerant_record;

/// An error code of the broker. Documented as text, sent as a number; both are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct ErrorCode(pub i64);

/// What may be done about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Nothing: the same call would fail again, or must not be repeated.
    Never,
    /// A read may be repeated later, a bounded number of times.
    ReadsLater,
    /// Once, after the access token was refreshed.
    AfterRefresh,
}

impl ErrorCode {
    /// Outside the scopes of the token: what a personal token gets on every order call.
    pub const OUT_OF_SCOPE: Self = Self(1016);
    /// The rate limit.
    pub const RATE_LIMIT: Self = Self(1006);

    /// What the broker's pages say of a general error.
    pub const fn meaning(self) -> &'static str {
        match self.0 {
            1001 => "no such endpoint",
            1002 => "argument invalid or malformed",
            1003 => "argument too long",
            1004 => "argument missing",
            1005 => "request body too large",
            1006 => "rate limit",
            1007 => "business error",
            1008 => "technical error",
            1009 => "unexpected error",
            1010 => "back-end servers down",
            1011 => "service unavailable",
            1012 => "method not allowed",
            1013 => "body is not JSON",
            1014 => "authorization header missing",
            1015 => "authorization header malformed",
            1016 => "outside the scopes of the token",
            1017 => "access token invalid or expired",
            1018 => "account not found",
            1019 => "symbol not found",
            1020 => "order not found",
            1021 => "undefined error",
            3000..=3999 => "order refused",
            _ => "unknown error",
        }
    }

    /// What may be done about it; an unknown code is not retried.
    pub const fn retry(self) -> Retry {
        match self.0 {
            1006 | 1008..=1011 | 1021 => Retry::ReadsLater,
            1014 | 1017 => Retry::AfterRefresh,
            _ => Retry::Never,
        }
    }
}

impl<'de> Deserialize<'de> for ErrorCode {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        wire::integer::deserialize(d).map(Self)
    }
}

/// `{"code": ..., "message": ...}`, and the order when one was made before the refusal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct ErrorBody {
    /// The code.
    pub code: ErrorCode,
    /// For people; may end with the name of an argument.
    #[serde(default)]
    pub message: String,
    /// The order that was made and then refused.
    #[serde(default)]
    pub order_id: Option<i64>,
    /// The same order, in full.
    #[serde(default)]
    pub orders: Vec<Order>,
}
tolerant_record!(ErrorBody);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_number_and_as_text() {
        for json in [r#"{"code":1016,"message":"m"}"#, r#"{"code":"1016","message":"m"}"#] {
            let body: ErrorBody = serde_json::from_str(json).unwrap();
            assert_eq!(body.code, ErrorCode::OUT_OF_SCOPE);
            assert_eq!(body.code.retry(), Retry::Never);
        }
    }

    #[test]
    fn only_passing_troubles_are_retried() {
        let later: Vec<_> =
            (1001..=1021).filter(|c| ErrorCode(*c).retry() == Retry::ReadsLater).collect();
        assert_eq!(later, [1006, 1008, 1009, 1010, 1011, 1021]);
        let refresh: Vec<_> =
            (1001..=1021).filter(|c| ErrorCode(*c).retry() == Retry::AfterRefresh).collect();
        assert_eq!(refresh, [1014, 1017]);
        for code in [0, 3139, 9999] {
            assert_eq!(ErrorCode(code).retry(), Retry::Never);
        }
    }

    #[test]
    fn every_documented_code_has_a_meaning() {
        for code in 1001..=1021 {
            assert_ne!(ErrorCode(code).meaning(), "unknown error", "{code}");
        }
    }
}
