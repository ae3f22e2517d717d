//! Finnhub: quotes, news of companies, dates of earnings.
//!
//! **Source:** the provider's documentation of `/quote`, `/company-news`, `/calendar/earnings`: 60
//! calls a minute with a free key, US listings for quotes, news of one year. A symbol it does not
//! know has a quote of zeros; what the plan does not include is status 403.

use std::sync::Arc;

use serde_json::Value;
use tradebot_domain::{Symbol, Timestamp};

use super::alpha_vantage::{each_once, item};
use super::body::{json, number, shown, str_of};
use super::fault::Fault;
use super::http::{Call, Http, Key, KeyPlace};
use super::rows::{Sieve, date};
use super::text::words;
use super::{
    About, Answer, Capability, Event, EventKind, Events, EventsAsk, News, NewsAsk, Quote, Source,
    SourceError,
};
use crate::cache::Kind;

const ABOUT: About = About {
    name: "finnhub",
    unofficial: false,
    can: &[Capability::Quotes, Capability::News, Capability::Events],
};
const ROOT: &str = "https://finnhub.io/api/v1";

/// Finnhub with a key.
#[derive(Debug, Clone)]
pub struct Finnhub {
    http: Arc<Http>,
    key: Key,
}

impl Finnhub {
    /// Asks over `http` with `key`.
    pub const fn new(http: Arc<Http>, key: Key) -> Self {
        Self { http, key }
    }

    fn call<'a>(
        &'a self,
        route: &'static str,
        kind: Kind,
        path: &'a [&'a str],
        query: Vec<(&'static str, String)>,
    ) -> Call<'a> {
        Call {
            about: ABOUT,
            route,
            root: self.http.place().root(ABOUT.name, ROOT),
            path,
            query,
            key: Some((KeyPlace::Header("X-Finnhub-Token"), &self.key)),
            kind,
            explain,
        }
    }
}

impl Source for Finnhub {
    fn about(&self) -> About {
        ABOUT
    }

    fn quote(&self, symbol: Symbol) -> Answer<'_, Quote> {
        let query = vec![("symbol", symbol.to_string())];
        let call = self.call("quote", Kind::TradedQuotes, &["quote"], query);
        Box::pin(self.http.ask(call, move |body| parse_quote(body, symbol)))
    }

    fn news<'a>(&'a self, ask: &'a NewsAsk) -> Answer<'a, News> {
        let Some(symbol) = ask.symbol else {
            let refused = SourceError::new(ABOUT.name, "company_news", Fault::NotOffered);
            return Box::pin(std::future::ready(Err(refused)));
        };
        let query = vec![
            ("symbol", symbol.to_string()),
            ("from", ask.from.to_string()),
            ("to", ask.to.to_string()),
        ];
        let call = self.call("company_news", Kind::NewsSentiment, &["company-news"], query);
        Box::pin(self.http.ask(call, move |body| parse_news(body, symbol)))
    }

    fn events<'a>(&'a self, ask: &'a EventsAsk) -> Answer<'a, Events> {
        let query = vec![
            ("from", ask.from.to_string()),
            ("to", ask.to.to_string()),
            ("symbol", ask.symbol.to_string()),
        ];
        let path = &["calendar", "earnings"];
        let call = self.call("earnings", Kind::CompanyMetrics, path, query);
        Box::pin(self.http.ask(call, |body| parse_earnings(body, ask)))
    }
}

/// Its errors are `{"error":"..."}`, under any status.
fn explain(status: u16, text: &str) -> Option<Fault> {
    let value: Value = serde_json::from_str(text).ok()?;
    let said = str_of(&value, "error")?;
    let (lower, words) = (said.to_ascii_lowercase(), words(said));
    let has = |word: &str| lower.contains(word);
    Some(if has("limit reached") || has("too many") || status == 429 {
        Fault::Limited { words, retry_after: None, in_words: status == 200 }
    } else if has("invalid api key") || has("please use an api key") || status == 401 {
        Fault::KeyRefused { words }
    } else if has("access to this resource") || has("premium") || status == 402 {
        Fault::Premium { words }
    } else if status >= 500 {
        Fault::Down { status, words }
    } else {
        Fault::Apology { words }
    })
}

/// A quote.
///
/// # Errors
/// [`Fault::Unknown`] for its quote of zeros; what a body can be instead.
pub fn parse_quote(body: &[u8], symbol: Symbol) -> Result<Quote, Fault> {
    let value = json(body)?;
    let of = |name: &str| value.get(name).and_then(number);
    let last = of("c").ok_or(Fault::Missing { field: "c" })?;
    let seconds = of("t").ok_or(Fault::Missing { field: "t" })?;
    if last == 0.0 {
        return Err(Fault::Unknown { name: symbol.to_string() });
    }
    if last < 0.0 {
        return Err(Fault::Missing { field: "c" });
    }
    let at = moment(seconds).ok_or(Fault::Missing { field: "t" })?;
    let price = |name: &str| of(name).filter(|p| *p > 0.0);
    let (open, high, low) = (price("o"), price("h"), price("l"));
    Ok(Quote { symbol, last, open, high, low, previous_close: price("pc"), at })
}

/// Seconds since 1970, above zero.
pub(super) fn moment(seconds: f64) -> Option<Timestamp> {
    if !(1.0..=4e9).contains(&seconds) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "between 1 and 4e9")]
    Timestamp::from_second(seconds as i64).ok()
}

/// Headlines about a company.
///
/// # Errors
/// What a body can be instead of a list.
pub fn parse_news(body: &[u8], symbol: Symbol) -> Result<News, Fault> {
    let value = json(body)?;
    let rows = value.as_array().ok_or(Fault::Missing { field: "[]" })?;
    let mut sieve = Sieve::default();
    let mut items = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let of = |name: &str| str_of(row, name).unwrap_or_default();
        let published = row.get("datetime").and_then(number).and_then(moment);
        let read =
            item(Some(symbol), [of("headline"), of("summary"), of("url"), of("source")], published)
                .ok_or_else(|| format!("no headline with an address: {}", shown(row)));
        items.extend(sieve.keep(|| format!("[{at}]"), read));
    }
    let kept = items.len();
    Ok(News { items: each_once(items), left_out: sieve.finish(kept)? })
}

/// Dates of earnings.
///
/// # Errors
/// What a body can be instead.
pub fn parse_earnings(body: &[u8], ask: &EventsAsk) -> Result<Events, Fault> {
    let value = json(body)?;
    let field = "earningsCalendar";
    let rows = value.get(field).and_then(Value::as_array).ok_or(Fault::Missing { field })?;
    let mut sieve = Sieve::default();
    let mut events = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        if str_of(row, "symbol").is_some_and(|name| name != ask.symbol.as_str()) {
            continue;
        }
        let event = date(str_of(row, "date").unwrap_or_default()).map(|date| Event {
            date,
            kind: EventKind::Earnings,
            symbol: Some(ask.symbol),
            detail: hour(str_of(row, "hour").unwrap_or_default()).to_owned(),
        });
        events.extend(sieve.keep(|| format!("{field}[{at}]"), event));
    }
    let kept = events.len();
    events.retain(|event| (ask.from..=ask.to).contains(&event.date));
    events.sort();
    events.dedup();
    let left_out = sieve.finish(kept)?;
    // A row that could not be read may have been the one that matters.
    let covers = if left_out.is_empty() { vec![EventKind::Earnings] } else { Vec::new() };
    Ok(Events { events, covers, until: None, left_out })
}

const fn hour(word: &str) -> &'static str {
    match word.as_bytes() {
        b"bmo" => "before the open",
        b"amc" => "after the close",
        b"dmh" => "during the session",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradebot_domain::Date;

    fn symbol() -> Symbol {
        Symbol::new("AAPL").unwrap()
    }

    #[test]
    fn a_quote_is_read_and_zeros_are_an_unknown_symbol() {
        let quote = parse_quote(br#"{"c":261.7,"d":1,"dp":0.4,"h":263.3,"l":260.6,"o":261,"pc":259.4,"t":1783605000,"x":[]}"#, symbol()).unwrap();
        assert_eq!((quote.last, quote.previous_close), (261.7, Some(259.4)));
        let of = |text: &str| parse_quote(text.as_bytes(), symbol()).unwrap_err().name();
        for (text, name) in [
            (r#"{"c":0,"d":null,"dp":null,"h":0,"l":0,"o":0,"pc":0,"t":0}"#, "unknown"),
            (r#"{"c":"x","t":1}"#, "missing"),
            (r#"{"c":1}"#, "missing"),
            (r#"{"c":-1,"t":1783605000}"#, "missing"),
            (r#"{"c":1,"t":-5}"#, "missing"),
            ("[]", "missing"),
            ("null", "apology"),
            ("", "empty"),
        ] {
            assert_eq!(of(text), name, "{text}");
        }
    }

    #[test]
    fn its_errors_are_named_under_any_status() {
        let of = |status, said: &str| {
            explain(status, &format!(r#"{{"error":"{said}"}}"#)).unwrap().name()
        };
        assert_eq!(of(403, "You don't have access to this resource."), "premium");
        assert_eq!(of(401, "Invalid API key."), "key_refused");
        assert_eq!(of(429, "API limit reached. Please try again later."), "limited");
        assert_eq!(of(200, "API limit reached."), "limited");
        assert_eq!(of(502, "bad"), "down");
        assert_eq!(of(200, "Wrong format"), "apology");
        assert_eq!(explain(200, r#"{"c":1}"#), None);
    }

    #[test]
    fn news_and_earnings_are_read_and_bad_rows_left_out() {
        let news = parse_news(br#"[{"category":"company","datetime":1783605000,"headline":"ZZQ lifts","id":1,"source":"W","summary":"x","url":"https://example.com/1"},{"headline":7},null]"#, symbol()).unwrap();
        assert_eq!((news.items.len(), news.left_out.len()), (1, 2));
        assert_eq!(parse_news(b"[]", symbol()), Ok(News::default()));
        assert!(parse_news(b"{}", symbol()).is_err());

        let ask = EventsAsk {
            symbol: symbol(),
            from: Date::constant(2026, 7, 1),
            to: Date::constant(2026, 8, 1),
        };
        let text = br#"{"earningsCalendar":[{"date":"2026-07-30","hour":"amc","symbol":"AAPL","epsActual":null},{"date":"2026-07-29","symbol":"MSFT"},{"date":"2026-10-30","symbol":"AAPL"}]}"#;
        let events = parse_earnings(text, &ask).unwrap();
        assert_eq!(events.events.len(), 1);
        assert_eq!(
            (events.events[0].detail.as_str(), &events.covers[..]),
            ("after the close", &[EventKind::Earnings][..])
        );
        let none = parse_earnings(br#"{"earningsCalendar":[]}"#, &ask).unwrap();
        assert_eq!(none.covers, [EventKind::Earnings], "silence is an answer here");
        let bad = parse_earnings(br#"{"earningsCalendar":[{"date":"2026-07-30","symbol":"AAPL"},{"date":"soon","symbol":"AAPL"}]}"#, &ask).unwrap();
        assert!(bad.covers.is_empty(), "and here it is not");
    }
}
