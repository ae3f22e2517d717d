//! The exchange of a refresh token at the login host.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::seal::Access;
use crate::token::Secret;
use crate::transport::{Answer, Ask, Body, Fault, Route, Transport};
use crate::wire::integer::integer_of;

/// What an exchange gave. The access part may be unusable; the refresh token is the chain.
pub(super) struct Exchanged {
    pub(super) refresh: Secret,
    pub(super) access: Option<Access>,
}

/// Sends the token, once.
///
/// A refusal (400, whatever the body) is [`Fault::Auth`]. No fault quotes the body: it may hold a
/// token.
pub(super) async fn exchange(transport: &Transport, token: &Secret) -> Result<Exchanged, Fault> {
    let login = transport.environment().login();
    let url = login.join("oauth2/token").expect("a login address is a base");
    let form = [("grant_type", "refresh_token"), ("refresh_token", token.expose())];
    let ask = Ask { route: Route::Login, url, body: Body::Form(&form), bearer: None };
    transport.counted(&ask, read).await
}

/// Reads the answer of the login host, which answers JSON when all is well and bare text when not.
pub(super) fn read(answer: &Answer) -> Result<Exchanged, Fault> {
    let status = answer.status;
    match status {
        200 => exchanged(answer),
        400 | 401 => Err(Fault::Auth { status, code: 0 }),
        429 => Err(Fault::Limit { wait: answer.readings.wait(answer.now) }),
        _ => Err(Fault::Unavailable {
            status,
            excerpt: "(the login host's words are not quoted)".into(),
        }),
    }
}

/// Field by field: a refresh token in an answer that is otherwise unfit is the chain, and must not
/// be lost with it.
fn exchanged(answer: &Answer) -> Result<Exchanged, Fault> {
    let unfit = |why: &str| Fault::Malformed {
        status: answer.status,
        why: why.into(),
        excerpt: "(the login host's words are not quoted)".into(),
    };
    let fields: BTreeMap<String, Box<RawValue>> =
        serde_json::from_slice(&answer.body).map_err(|_| unfit("no JSON object"))?;
    let field = |name: &str| fields.get(name).map(|raw| raw.get());
    let token = |name| field(name).and_then(|raw| serde_json::from_str::<Secret>(raw).ok());
    let refresh = token("refresh_token").ok_or_else(|| unfit("no refresh token in it"))?;
    let access = || {
        let life = field("expires_in")?;
        let life_s = integer_of(life.trim_matches('"')).filter(|s| *s > 0)?.min(86_400);
        let api_server: String = serde_json::from_str(field("api_server")?).ok()?;
        let expires = answer.now.checked_add(jiff::SignedDuration::from_secs(life_s)).ok()?;
        Some(Access { token: token("access_token")?, api_server, expires, life_s })
    };
    Ok(Exchanged { refresh, access: access() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Readings;
    use proptest::prelude::*;
    use tradebot_domain::Timestamp;
    use zeroize::Zeroizing;

    fn answered(status: u16, body: &str) -> Result<Exchanged, Fault> {
        let body = Zeroizing::new(body.as_bytes().to_vec());
        read(&Answer { status, readings: Readings::default(), now: Timestamp::UNIX_EPOCH, body })
    }

    #[test]
    fn a_whole_answer_is_read() {
        let exchanged = answered(200, crate::samples::TOKEN).ok().unwrap();
        let access = exchanged.access.unwrap();
        assert_eq!((exchanged.refresh.expose(), access.token.expose()), ("Zy9xWv", "aBcD3f"));
        assert_eq!(access.expires.as_second(), 1800);
        assert_eq!(access.api_server, "https://api03.iq.questrade.com/");
    }

    #[test]
    fn a_refresh_token_survives_an_answer_that_is_otherwise_unfit() {
        for damage in ["\"expires_in\":1800", "\"api_server\"", "\"access_token\":\"aBcD3f\""] {
            let json = crate::samples::TOKEN.replace(damage, "\"x\":[1]");
            // Still JSON, or not an object at all: what matters is the refresh token.
            if let Ok(exchanged) = answered(200, &json) {
                assert_eq!(exchanged.refresh.expose(), "Zy9xWv", "{json}");
                assert!(exchanged.access.is_none(), "{json}");
            }
        }
        let none = r#"{"refresh_token":"only"}"#;
        assert_eq!(answered(200, none).ok().unwrap().refresh.expose(), "only");
    }

    #[test]
    fn each_refusal_has_its_name() {
        for (status, body, name) in [
            (400, "Bad Request", "auth"),
            (400, r#"{"code":1002}"#, "auth"),
            (401, "", "auth"),
            (429, "", "limit"),
            (500, "<html>", "unavailable"),
            (403, "<html>", "unavailable"),
            (204, "", "unavailable"),
            (200, "<html>", "malformed"),
            (200, "{}", "malformed"),
            (200, r#"{"refresh_token":7}"#, "malformed"),
            (200, r#"{"refresh_token":""}"#, "malformed"),
        ] {
            assert_eq!(answered(status, body).err().unwrap().name(), name, "{status} {body}");
        }
    }

    proptest! {
        #[test]
        fn no_answer_panics_or_is_quoted(
            status in prop::sample::select(vec![200_u16, 400, 401, 403, 429, 500, 502]),
            at in any::<prop::sample::Index>(),
            replacement in "\\PC{0,8}",
            cut in any::<prop::sample::Index>(),
        ) {
            let mut json = crate::samples::TOKEN.to_owned();
            let at = at.index(json.len());
            json.replace_range(at..=at, &replacement);
            let body: String = json.chars().take(cut.index(json.len() + 1)).collect();
            for body in [json, body] {
                if let Err(fault) = answered(status, &body) {
                    let said = format!("{fault} {fault:?}");
                    prop_assert!(!said.contains("aBcD3f") && !said.contains("Zy9xWv"), "{}", said);
                }
            }
        }
    }
}
