//! From an answer to a reply, or to the name of what is wrong with it.

use serde::de::DeserializeOwned;
use tradebot_domain::Timestamp;
use zeroize::Zeroizing;

use super::fault::Fault;
use super::headers::Readings;
use super::mask::excerpt;
use crate::error::ErrorCode;
use crate::reply::{self, ReplyError};
use crate::token::Secret;

/// An answer, as it came.
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// What its headers say.
    pub readings: Readings,
    /// When it came, by our clock.
    pub now: Timestamp,
    /// The body, unpacked.
    pub body: Zeroizing<Vec<u8>>,
}

/// Reads an answer; `secrets` are struck out of everything that is quoted.
///
/// # Errors
/// The [`Fault`] that fits best; a body with a `code` is an error whatever the status.
pub fn judge<T: DeserializeOwned>(answer: &Answer, secrets: &[&Secret]) -> Result<T, Fault> {
    let Answer { status, body, .. } = answer;
    let status = *status;
    let quoted = || excerpt(body, secrets);
    let masked = |text: &str| excerpt(text.as_bytes(), secrets);
    match reply::read(status, body) {
        Ok(reply) => Ok(reply),
        Err(_) if status == 429 => Err(limit(answer)),
        Err(ReplyError::Broker { body, .. }) => {
            match Fault::of_code(status, body.code, masked(&body.message)) {
                Fault::Limit { .. } => Err(limit(answer)),
                fault => Err(fault),
            }
        }
        Err(ReplyError::Shape { source, .. }) => Err(Fault::Malformed {
            status,
            why: masked(&source.to_string()),
            excerpt: String::new(),
        }),
        Err(ReplyError::NotJson { .. } | ReplyError::Status { .. }) => Err(match status {
            500.. => Fault::Unavailable { status, excerpt: quoted() },
            401 => Fault::Auth { status, code: 0 },
            _ if is_html(body) => Fault::Html { status, excerpt: quoted() },
            200..=299 => {
                Fault::Malformed { status, why: "no JSON object".into(), excerpt: quoted() }
            }
            _ => Fault::Broker { status, code: ErrorCode(0), message: quoted() },
        }),
    }
}

fn limit(answer: &Answer) -> Fault {
    Fault::Limit { wait: answer.readings.wait(answer.now) }
}

/// A page for people: the first thing in it is a tag.
fn is_html(body: &[u8]) -> bool {
    body.iter().find(|b| !b.is_ascii_whitespace() && b.is_ascii()).is_some_and(|b| *b == b'<')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::AccountsReply;
    use crate::transport::FaultClass;
    use proptest::prelude::*;

    fn judged(status: u16, body: &str) -> Result<AccountsReply, Fault> {
        let body = Zeroizing::new(body.as_bytes().to_vec());
        let now = Timestamp::UNIX_EPOCH;
        judge(&Answer { status, readings: Readings::default(), now, body }, &[])
    }

    #[test]
    fn every_answer_has_its_name() {
        let error = |code: i64| format!(r#"{{"code":{code},"message":"m"}}"#);
        for (status, body, name) in [
            (200, error(1017), "auth"),
            (401, error(1014), "auth"),
            (401, "nope".into(), "auth"),
            (403, error(1016), "scope"),
            (403, "<html>blocked</html>".into(), "html"),
            (429, error(1006), "limit"),
            (429, "slow down".into(), "limit"),
            (200, error(1006), "limit"),
            (500, error(1008), "unavailable"),
            (500, error(1007), "broker"),
            (502, "<html>bad gateway</html>".into(), "unavailable"),
            (503, String::new(), "unavailable"),
            (404, error(1018), "broker"),
            (400, "Bad Request".into(), "broker"),
            (200, "<!doctype html><p>maintenance".into(), "html"),
            (200, "\u{feff}<html>".into(), "html"),
            (200, r#"{"accounts":["#.into(), "malformed"),
            (200, "[]".into(), "malformed"),
            (200, String::new(), "malformed"),
            (200, r#"{"accounts":7,"userId":1}"#.into(), "malformed"),
            (200, "{}".into(), "malformed"),
        ] {
            let fault = judged(status, &body).unwrap_err();
            assert_eq!(fault.name(), name, "{status} {body}: {fault}");
        }
    }

    #[test]
    fn scope_is_never_transient_and_says_what_to_do() {
        let fault = judged(403, r#"{"code":1016,"message":"scopes"}"#).unwrap_err();
        assert_eq!(fault.class(), FaultClass::Scope);
        assert!(fault.to_string().contains("App Hub"), "{fault}");
    }

    proptest! {
        #[test]
        fn no_answer_panics_or_quotes_the_token(
            status in 100_u16..600,
            mut body in "\\PC{0,200}",
            token in "[A-Za-z0-9]{8,16}",
            at in any::<prop::sample::Index>(),
        ) {
            let places: Vec<usize> = body.char_indices().map(|(i, _)| i).collect();
            let at = if places.is_empty() { 0 } else { places[at.index(places.len())] };
            body.insert_str(at, &token);
            let secret = Secret::new(&token).unwrap();
            let answer = Answer {
                status, readings: Readings::default(), now: Timestamp::UNIX_EPOCH,
                body: Zeroizing::new(body.into_bytes()),
            };
            if let Err(fault) = judge::<AccountsReply>(&answer, &[&secret]) {
                let said = format!("{fault} {fault:?}");
                prop_assert!(!said.contains(&token), "{}", said);
            }
        }
    }
}
