//! The reply of the login host, and the secrets in it.

use std::fmt;

use serde::{Deserialize, Deserializer};

use crate::wire;

/// A token. It cannot be printed or serialised; [`Secret::expose`] is the one way to its text.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text, for the one header or form field it belongs in.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        // The text of the error must not hold the token.
        if text.is_empty() || text.contains(char::is_whitespace) {
            return Err(serde::de::Error::custom("a token that is empty or holds white space"));
        }
        Ok(Self(text))
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

/// An API server that no token may be sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("API server `{api_server}` is not an https address of questrade.com")]
pub struct ForeignServer {
    /// The address as replied.
    pub api_server: String,
}

impl TokenReply {
    /// Base address of version 1 of the API, ending in `/v1/`.
    ///
    /// # Errors
    /// [`ForeignServer`] when the address is not https, or not the broker's domain: a token is not
    /// sent anywhere else.
    pub fn api_base(&self) -> Result<String, ForeignServer> {
        let foreign = || ForeignServer { api_server: self.api_server.clone() };
        let host = self.api_server.strip_prefix("https://").ok_or_else(foreign)?;
        let host = host.strip_suffix('/').unwrap_or(host);
        let plain = host.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
        if plain && host.ends_with(".questrade.com") {
            Ok(format!("https://{host}/v1/"))
        } else {
            Err(foreign())
        }
    }

    /// Seconds after which to refresh: life less 120 s, or four fifths of a short life.
    pub fn refresh_after_s(&self) -> i64 {
        let life = self.expires_in.max(0);
        life - (life / 5).min(120)
    }
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
