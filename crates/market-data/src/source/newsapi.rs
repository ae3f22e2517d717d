//! NewsAPI: headlines by words.
//!
//! **Source:** the provider's documentation of `/v2/everything` and of its error codes: 100 calls a
//! day with a free key, whose articles are a day old and reach a month back.

use std::sync::Arc;

use serde_json::Value;
use tradebot_domain::Symbol;

use super::alpha_vantage::{each_once, item};
use super::body::{json, shown, str_of};
use super::fault::Fault;
use super::http::{Call, Http, Key, KeyPlace};
use super::rows::Sieve;
use super::text::words;
use super::{About, Answer, Capability, News, NewsAsk, Source, SourceError};
use crate::cache::Kind;

const ABOUT: About = About { name: "newsapi", unofficial: false, can: &[Capability::News] };
const ROOT: &str = "https://newsapi.org/v2";
const ROUTE: &str = "everything";

/// NewsAPI with a key.
#[derive(Debug, Clone)]
pub struct NewsApi {
    http: Arc<Http>,
    key: Key,
}

impl NewsApi {
    /// Asks over `http` with `key`.
    pub const fn new(http: Arc<Http>, key: Key) -> Self {
        Self { http, key }
    }
}

impl Source for NewsApi {
    fn about(&self) -> About {
        ABOUT
    }

    fn news<'a>(&'a self, ask: &'a NewsAsk) -> Answer<'a, News> {
        let Some(wanted) = words_of(ask) else {
            let refused = SourceError::new(ABOUT.name, ROUTE, Fault::NotOffered);
            return Box::pin(std::future::ready(Err(refused)));
        };
        let call = Call {
            about: ABOUT,
            route: ROUTE,
            root: self.http.place().root(ABOUT.name, ROOT),
            path: &["everything"],
            query: vec![
                ("q", wanted),
                ("from", ask.from.to_string()),
                ("to", ask.to.to_string()),
                ("language", "en".to_owned()),
                ("sortBy", "publishedAt".to_owned()),
                ("pageSize", "100".to_owned()),
            ],
            key: Some((KeyPlace::Header("X-Api-Key"), &self.key)),
            kind: Kind::NewsSentiment,
            explain,
        };
        Box::pin(self.http.ask(call, |body| parse(body, ask.symbol)))
    }
}

/// What is searched for: the words given, else the symbol without its market.
pub(super) fn words_of(ask: &NewsAsk) -> Option<String> {
    let named = || ask.symbol.map(|s| format!("\"{}\"", s.as_str().trim_end_matches(".TO")));
    ask.query.clone().or_else(named)
}

/// Its errors carry a code, under any status.
fn explain(status: u16, text: &str) -> Option<Fault> {
    let value: Value = serde_json::from_str(text).ok()?;
    if str_of(&value, "status")? != "error" {
        return None;
    }
    let (code, said) = (str_of(&value, "code").unwrap_or_default(), str_of(&value, "message"));
    let words = words(said.unwrap_or(code));
    Some(match code {
        "rateLimited" | "apiKeyExhausted" => {
            // A quota of the day: waiting a moment does not help, whatever the status.
            Fault::Limited {
                words,
                retry_after: None,
                in_words: status == 200 || code == "apiKeyExhausted",
            }
        }
        "apiKeyDisabled" | "apiKeyInvalid" | "apiKeyMissing" => Fault::KeyRefused { words },
        "maximumResultsReached" | "corsNotAllowed" => Fault::Premium { words },
        _ if status == 426 => Fault::Premium { words },
        _ if status >= 500 => Fault::Down { status, words },
        _ => Fault::Apology { words },
    })
}

/// Headlines.
///
/// # Errors
/// What a body can be instead; its error object is named before.
pub fn parse(body: &[u8], symbol: Option<Symbol>) -> Result<News, Fault> {
    let value = json(body)?;
    if let Some(fault) = explain(200, &value.to_string()) {
        return Err(fault);
    }
    let field = "articles";
    let rows = value.get(field).and_then(Value::as_array).ok_or(Fault::Missing { field })?;
    let mut sieve = Sieve::default();
    let mut items = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let of = |name: &str| str_of(row, name).unwrap_or_default();
        let publisher = row.get("source").and_then(|s| str_of(s, "name")).unwrap_or_default();
        let published = of("publishedAt").parse().ok();
        // Articles that were taken back stay in the list with this for a title.
        let title = Some(of("title")).filter(|t| *t != "[Removed]").unwrap_or_default();
        let read = item(symbol, [title, of("description"), of("url"), publisher], published)
            .ok_or_else(|| format!("no headline with an address: {}", shown(row)));
        items.extend(sieve.keep(|| format!("{field}[{at}]"), read));
    }
    let kept = items.len();
    Ok(News { items: each_once(items), left_out: sieve.finish(kept)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_are_read_and_those_taken_back_left_out() {
        let news = parse(br#"{"status":"ok","totalResults":2,"articles":[
            {"source":{"id":null,"name":"Wire"},"title":"ZZQ lifts","description":null,"url":"https://example.com/1","publishedAt":"2026-07-09T14:30:00Z"},
            {"title":"[Removed]","url":"https://removed.com"}, 5]}"#, None).unwrap();
        assert_eq!((news.items.len(), news.left_out.len()), (1, 2));
        assert_eq!(
            (news.items[0].publisher.as_str(), news.items[0].summary.as_str()),
            ("Wire", "")
        );
        let empty = br#"{"status":"ok","totalResults":0,"articles":[]}"#;
        assert_eq!(parse(empty, None), Ok(News::default()));
    }

    #[test]
    fn its_error_codes_are_named_under_any_status() {
        let of = |status, code: &str| {
            explain(status, &format!(r#"{{"status":"error","code":"{code}","message":"m"}}"#))
                .unwrap()
        };
        assert_eq!(of(401, "apiKeyInvalid").name(), "key_refused");
        assert_eq!(of(426, "maximumResultsReached").name(), "premium");
        assert!(of(429, "rateLimited").passes() && !of(429, "apiKeyExhausted").passes());
        assert_eq!(of(400, "parameterInvalid").name(), "apology");
        assert_eq!(of(500, "unexpectedError").name(), "down");
        assert_eq!(
            parse(br#"{"status":"error","code":"apiKeyMissing"}"#, None).unwrap_err().name(),
            "key_refused"
        );
        assert_eq!(parse(b"{}", None).unwrap_err().name(), "missing");
    }
}
