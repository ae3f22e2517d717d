//! GDELT DOC 2.0: headlines of the world by words, without a key.
//!
//! **Source:** the project's announcement of the DOC 2.0 interface: at most 250 articles, about
//! three months back, one request in five seconds; who asks faster is told so in plain text, under
//! status 429 or 200. Its JSON is not always escaped as it should be.

use std::sync::Arc;

use serde_json::Value;
use tradebot_domain::{Date, Symbol, Timestamp};

use super::alpha_vantage::{each_once, item};
use super::body::{self, shown, str_of};
use super::fault::Fault;
use super::http::{Call, Http};
use super::newsapi::words_of;
use super::rows::Sieve;
use super::text::words;
use super::{About, Answer, Capability, News, NewsAsk, Source, SourceError};
use crate::cache::Kind;

const ABOUT: About = About { name: "gdelt", unofficial: false, can: &[Capability::News] };
const ROOT: &str = "https://api.gdeltproject.org/api/v2";
const ROUTE: &str = "doc";

/// GDELT's article search.
#[derive(Debug, Clone)]
pub struct Gdelt(Arc<Http>);

impl Gdelt {
    /// Asks over `http`.
    pub const fn new(http: Arc<Http>) -> Self {
        Self(http)
    }
}

impl Source for Gdelt {
    fn about(&self) -> About {
        ABOUT
    }

    fn news<'a>(&'a self, ask: &'a NewsAsk) -> Answer<'a, News> {
        let Some(wanted) = words_of(ask) else {
            let refused = SourceError::new(ABOUT.name, ROUTE, Fault::NotOffered);
            return Box::pin(std::future::ready(Err(refused)));
        };
        let at = |date: Date, time: &str| format!("{}{time}", date.strftime("%Y%m%d"));
        let call = Call {
            about: ABOUT,
            route: ROUTE,
            root: self.0.place().root(ABOUT.name, ROOT),
            path: &["doc", "doc"],
            query: vec![
                ("query", wanted),
                ("mode", "ArtList".to_owned()),
                ("format", "json".to_owned()),
                ("maxrecords", "250".to_owned()),
                ("sort", "DateDesc".to_owned()),
                ("startdatetime", at(ask.from, "000000")),
                ("enddatetime", at(ask.to, "235959")),
            ],
            key: None,
            kind: Kind::NewsSentiment,
            explain,
        };
        Box::pin(self.0.ask(call, |body| parse(body, ask.symbol)))
    }
}

/// Its complaints are sentences.
fn explain(status: u16, text: &str) -> Option<Fault> {
    let lower = text.to_ascii_lowercase();
    let is_sentence = !text.trim_start().starts_with(['{', '[', '<']);
    (is_sentence && lower.contains("limit requests")).then(|| Fault::Limited {
        words: words(text),
        retry_after: None,
        in_words: status == 200,
    })
}

/// Headlines.
///
/// # Errors
/// [`Fault::Limited`] and [`Fault::Apology`] for its sentences; what a body can be instead.
pub fn parse(body: &[u8], symbol: Option<Symbol>) -> Result<News, Fault> {
    if let Ok(text) = body::text(body)
        && let Some(fault) = explain(200, text)
    {
        return Err(fault);
    }
    let value = match body::json(body) {
        Err(Fault::Malformed { .. }) => {
            body::json(mended(&String::from_utf8_lossy(body)).as_bytes())?
        }
        other => other?,
    };
    let rows = match value.get("articles") {
        Some(Value::Array(rows)) => rows.as_slice(),
        // No article is told as an empty object.
        None if value.as_object().is_some_and(serde_json::Map::is_empty) => &[],
        _ => return Err(Fault::Missing { field: "articles" }),
    };
    let mut sieve = Sieve::default();
    let mut items = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let of = |name: &str| str_of(row, name).unwrap_or_default();
        let seen = compact_time(of("seendate"));
        let read = item(symbol, [of("title"), "", of("url"), of("domain")], seen)
            .ok_or_else(|| format!("no headline with an address: {}", shown(row)));
        items.extend(sieve.keep(|| format!("articles[{at}]"), read));
    }
    let kept = items.len();
    Ok(News { items: each_once(items), left_out: sieve.finish(kept)? })
}

/// JSON with its raw control characters as spaces and its wrong escapes as the characters meant.
fn mended(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                if let Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u') = chars.peek() {
                    out.push('\\');
                    out.extend(chars.next());
                }
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// `20260709T143000Z` or `20260709T143000`, in UTC.
pub(super) fn compact_time(text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let digits = text.len() == 15 && text.is_ascii() && text.as_bytes()[8] == b'T';
    let [date, time] = if digits { [&text[..8], &text[9..]] } else { return None };
    let spelled = format!(
        "{}-{}-{}T{}:{}:{}Z",
        &date[..4],
        &date[4..6],
        &date[6..],
        &time[..2],
        &time[2..4],
        &time[4..]
    );
    spelled.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_are_read_even_when_badly_escaped() {
        let good = r#"{"articles":[{"url":"https://example.com/1","title":"ZZQ lifts","seendate":"20260709T143000Z","domain":"example.com","language":"English"}]}"#;
        let news = parse(good.as_bytes(), None).unwrap();
        assert_eq!(news.items[0].published_at.unwrap().to_string(), "2026-07-09T14:30:00Z");
        let bad = good.replace("ZZQ lifts", "ZZQ\\'s \u{1}lift \\d");
        assert_eq!(parse(bad.as_bytes(), None).unwrap().items[0].title, "ZZQ's lift d");
        assert_eq!(parse(b"{}", None), Ok(News::default()));
    }

    #[test]
    fn its_sentences_are_named() {
        let slow =
            b"Please limit requests to one every 5 seconds or contact us for larger queries.";
        assert_eq!(parse(slow, None).unwrap_err().name(), "limited");
        assert_eq!(
            explain(429, "Please limit requests to one every 5 seconds").map(|f| f.passes()),
            Some(true)
        );
        assert_eq!(
            parse(b"Your query was too short or too long.", None).unwrap_err().name(),
            "apology"
        );
        assert_eq!(parse(b"{\"articles\":7}", None).unwrap_err().name(), "missing");
        assert_eq!(parse(b"{\"articles\":[{\"ti", None).unwrap_err().name(), "truncated");
    }

    #[test]
    fn times_without_punctuation_are_read() {
        assert!(compact_time("20260709T143000").is_some());
        for bad in ["", "20260709", "20261309T143000", "2026070éT143000", "20260709 143000"] {
            assert_eq!(compact_time(bad), None, "{bad}");
        }
    }
}
