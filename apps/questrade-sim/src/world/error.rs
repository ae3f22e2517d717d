//! Errors as the broker writes them.

use serde_json::{Value, json};

/// A refusal on the wire.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    pub(crate) code: i64,
    pub(crate) message: String,
    /// Further keys of the body: the order that was made before it was refused.
    pub(crate) extra: Option<Value>,
}

impl ApiError {
    pub(crate) fn new(status: u16, code: i64, message: &str) -> Self {
        Self { status, code, message: message.to_owned(), extra: None }
    }

    /// 400/1002: the message ends with the name of the argument.
    pub(crate) fn invalid(argument: &str) -> Self {
        Self::new(400, 1002, &format!("Invalid or malformed argument: {argument}"))
    }

    /// 400/1004.
    pub(crate) fn missing(argument: &str) -> Self {
        Self::new(400, 1004, &format!("Missing required argument: {argument}"))
    }

    /// One of the general errors by its code.
    pub(crate) fn general(code: i64) -> Self {
        let (status, message) = match code {
            1001 => (404, "Invalid endpoint"),
            1003 => (400, "Argument length exceeds imposed limit"),
            1005 => (413, "Request body is too large"),
            1006 => (429, "Allowed rate limit exceeded"),
            1010 => (502, "IQ servers are down"),
            1011 => (503, "Service is unavailable"),
            1012 => (405, "Method is not allowed"),
            1013 => (400, "Content type is not application/json"),
            1014 => (401, "Authorization header is missing"),
            1015 => (400, "Authorization header is malformed"),
            1016 => (403, "Request is out of allowed OAuth scopes"),
            1017 => (401, "Access token is invalid"),
            1018 => (404, "Account number not found"),
            1019 => (404, "Symbol not found"),
            1020 => (404, "Order not found"),
            _ => (500, "Unexpected error"),
        };
        Self::new(status, code, message)
    }

    /// The body.
    pub(crate) fn body(&self, code_as_text: bool) -> Value {
        let code = if code_as_text { json!(self.code.to_string()) } else { json!(self.code) };
        let mut body = json!({"code": code, "message": self.message});
        if let (Value::Object(body), Some(Value::Object(extra))) = (&mut body, self.extra.clone()) {
            body.extend(extra);
        }
        body
    }
}
