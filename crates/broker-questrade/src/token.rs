//! The reply of the login host, and the secrets in it.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer};
use zeroize::Zeroize as _;

use crate::environment::{Environment, ForeignHost};
use crate::wire;

/// A token. It cannot be printed or serialised, and its memory is cleared when it is dropped;
/// [`Secret::expose`] is the one way to its text.
#[derive(Clone)]
pub struct Secret(SecretString);

/// A text that is no token: empty, with white space or quotes in it, or longer than any token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a token that is empty, longer than 4096 bytes, or holds white space or quotes")]
pub struct NotAToken;

/// No token comes near this.
const BYTES_MAX: usize = 4096;

impl Secret {
    /// A token from its text, as a person pasted it: white space around it is taken off.
    ///
    /// # Errors
    /// [`NotAToken`], which does not quote it. The broker answers such a text with a bare refusal.
    pub fn new(text: &str) -> Result<Self, NotAToken> {
        let text = text.trim();
        let odd = |c: char| c.is_whitespace() || c.is_control() || c == '"' || c == '\'';
        if text.is_empty() || text.len() > BYTES_MAX || text.contains(odd) {
            return Err(NotAToken);
        }
        Ok(Self(SecretString::from(text)))
    }

    /// The text, for the one header or form field it belongs in.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let mut text = String::deserialize(d)?;
        let padded = text.trim().len() != text.len();
        let secret = if padded { Err(NotAToken) } else { Self::new(&text) };
        text.zeroize();
        // The text of the error must not hold the token, and does not.
        secret.map_err(serde::de::Error::custom)
    }
}

/// What an exchange of the refresh token gives.
///
/// The refresh token is single use: the new one must be durable before the access token is used.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct TokenReply {
    /// Goes into the `Authorization` header of every call.
    pub access_token: Secret,
    /// `Bearer`.
    pub token_type: String,
    /// Life of the access token in seconds, as replied: 1800 usually, 300 has been seen.
    #[serde(deserialize_with = "wire::integer::deserialize")]
    pub expires_in: i64,
    /// The only refresh token that is valid from now on.
    pub refresh_token: Secret,
    /// Base address of the API for this access token; it changes between refreshes.
    pub api_server: String,
}

impl TokenReply {
    /// Base address of version 1 of the API, ending in `/v1/`.
    ///
    /// # Errors
    /// [`ForeignHost`] when the address is not https, or not the broker's domain: a token is not
    /// sent anywhere else.
    pub fn api_base(&self) -> Result<String, ForeignHost> {
        Environment::Live.api_base(&self.api_server).map(String::from)
    }

    /// Seconds after which to refresh: life less 120 s, or four fifths of a short life.
    pub fn refresh_after_s(&self) -> i64 {
        refresh_after_s(self.expires_in)
    }
}

/// Seconds of a life after which to refresh: 120 s before its end, or after four fifths of it.
pub(crate) fn refresh_after_s(life_s: i64) -> i64 {
    let life = life_s.max(0);
    life - (life / 5).min(120)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(server: &str, expires_in: &str) -> TokenReply {
        let json = format!(
            r#"{{"access_token":"acc+/=123","token_type":"Bearer","expires_in":{expires_in},
                "refresh_token":"refr456","api_server":"{server}"}}"#
        );
        serde_json::from_str(&json).unwrap()
    }

    #[test]
    fn a_token_is_read_and_never_printed() {
        let reply = reply(r"https:\/\/api03.iq.questrade.com\/", "1800");
        assert_eq!(reply.access_token.expose(), "acc+/=123");
        assert_eq!(reply.refresh_token.expose(), "refr456");
        let printed = format!("{reply:?}");
        assert!(!printed.contains("acc") || !printed.contains("123"), "{printed}");
        assert!(!printed.contains("456"), "{printed}");
        assert_eq!(reply.api_base().unwrap(), "https://api03.iq.questrade.com/v1/");
    }

    #[test]
    fn a_token_with_white_space_is_refused_without_being_quoted() {
        let json = r#"{"access_token":"s3cret word","token_type":"Bearer","expires_in":1,
            "refresh_token":"x","api_server":"y"}"#;
        let error = serde_json::from_str::<TokenReply>(json).unwrap_err().to_string();
        assert!(!error.contains("s3cret"), "{error}");
    }

    #[test]
    fn a_token_goes_to_the_broker_alone() {
        for bad in [
            "http://api03.iq.questrade.com/",
            "https://api03.iq.questrade.com.example.org/",
            "https://questrade.com@example.org/",
            "https://example.org/questrade.com",
            "",
        ] {
            assert!(reply(bad, "1800").api_base().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_short_life_is_refreshed_in_time() {
        assert_eq!(reply("x", "1800").refresh_after_s(), 1680);
        assert_eq!(reply("x", "\"300\"").refresh_after_s(), 240);
        assert_eq!(reply("x", "-5").refresh_after_s(), 0);
    }
}
