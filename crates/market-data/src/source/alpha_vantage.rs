//! Alpha Vantage: daily bars, company overviews, news. Nearly everything comes with status 200.
//!
//! **Source:** the provider's documentation of `TIME_SERIES_DAILY`, `OVERVIEW`, `NEWS_SENTIMENT`:
//! 25 calls a day with a free key, of which `TIME_SERIES_DAILY` gives the last 100 sessions, as
//! traded. A limit is told as `Information` or `Note`, a wrong symbol as `Error Message`. Toronto's
//! symbols end with `.TRT`.

use std::sync::Arc;

use serde_json::Value;
use tradebot_domain::{Date, Symbol};

use super::body::{json, number, shown, str_of};
use super::fault::Fault;
use super::http::{Call, Http, Key, KeyPlace};
use super::rows::{Sieve, bar, date};
use super::text::{self, words};
use super::{
    About, Answer, Bars, BarsAsk, Capability, Event, EventKind, Events, EventsAsk, Fundamentals,
    News, NewsAsk, NewsItem, Source,
};
use crate::cache::Kind;

const ABOUT: About = About {
    name: "alpha_vantage",
    unofficial: false,
    can: &[Capability::DailyBars, Capability::Fundamentals, Capability::News, Capability::Events],
};
const ROOT: &str = "https://www.alphavantage.co";
/// Sessions that a free key gets.
const COMPACT: usize = 100;

/// Alpha Vantage with a key.
#[derive(Debug, Clone)]
pub struct AlphaVantage {
    http: Arc<Http>,
    key: Key,
}

impl AlphaVantage {
    /// Asks over `http` with `key`.
    pub const fn new(http: Arc<Http>, key: Key) -> Self {
        Self { http, key }
    }

    fn call(
        &self,
        route: &'static str,
        kind: Kind,
        query: Vec<(&'static str, String)>,
    ) -> Call<'_> {
        Call {
            about: ABOUT,
            route,
            root: self.http.place().root(ABOUT.name, ROOT),
            path: &["query"],
            query,
            key: Some((KeyPlace::Query("apikey"), &self.key)),
            kind,
            explain: |_, _| None,
        }
    }

    fn overview(&self, symbol: Symbol) -> Call<'_> {
        let query = vec![("function", "OVERVIEW".to_owned()), ("symbol", spelled(symbol))];
        self.call("overview", Kind::CompanyMetrics, query)
    }
}

impl Source for AlphaVantage {
    fn about(&self) -> About {
        ABOUT
    }

    fn daily_bars<'a>(&'a self, ask: &'a BarsAsk) -> Answer<'a, Bars> {
        let query = vec![
            ("function", "TIME_SERIES_DAILY".to_owned()),
            ("symbol", spelled(ask.symbol)),
            ("outputsize", "compact".to_owned()),
        ];
        let call = self.call("daily", Kind::DailyBars, query);
        Box::pin(self.http.ask(call, |body| parse_daily(body, ask)))
    }

    fn fundamentals(&self, symbol: Symbol) -> Answer<'_, Fundamentals> {
        Box::pin(self.http.ask(self.overview(symbol), move |body| parse_overview(body, symbol)))
    }

    /// The ex-dividend date of the overview, when it lies in the span; of other dates nothing is
    /// known.
    fn events<'a>(&'a self, ask: &'a EventsAsk) -> Answer<'a, Events> {
        let parse = |body: &[u8]| parse_overview(body, ask.symbol).map(|f| ex_dividend(&f, ask));
        Box::pin(self.http.ask(self.overview(ask.symbol), parse))
    }

    fn news<'a>(&'a self, ask: &'a NewsAsk) -> Answer<'a, News> {
        let mut query = vec![
            ("function", "NEWS_SENTIMENT".to_owned()),
            ("time_from", format!("{}T0000", ask.from.strftime("%Y%m%d"))),
            ("time_to", format!("{}T2359", ask.to.strftime("%Y%m%d"))),
            ("limit", "200".to_owned()),
        ];
        query.extend(ask.symbol.map(|symbol| ("tickers", spelled(symbol))));
        let call = self.call("news", Kind::NewsSentiment, query);
        Box::pin(self.http.ask(call, |body| parse_news(body, ask.symbol)))
    }
}

/// Our symbol in its spelling.
fn spelled(symbol: Symbol) -> String {
    let text = symbol.as_str();
    match text.strip_suffix(".TO") {
        Some(stem) => format!("{}.TRT", stem.replace('.', "-")),
        None => text.replace('.', "-"),
    }
}

/// The JSON of an answer that is one: its apologies come with status 200.
fn answer(body: &[u8], name: &str) -> Result<Value, Fault> {
    let value = json(body)?;
    if let Some(said) = str_of(&value, "Error Message") {
        let lower = said.to_ascii_lowercase();
        return Err(if lower.contains("apikey") && !lower.contains("invalid api call") {
            Fault::KeyRefused { words: words(said) }
        } else {
            Fault::Unknown { name: name.to_owned() }
        });
    }
    let said = str_of(&value, "Information").or_else(|| str_of(&value, "Note"));
    let Some(said) = said else { return Ok(value) };
    let lower = said.to_ascii_lowercase();
    let (has, words) = (|word: &str| lower.contains(word), words(said));
    // A limit is told together with praise for the premium plans: it is looked for first.
    Err(
        if ["rate limit", "per day", "per minute", "per second", "quota", "call frequency"]
            .into_iter()
            .any(has)
        {
            Fault::Limited { words, retry_after: None, in_words: true }
        } else if has("premium") {
            Fault::Premium { words }
        } else if has("demo") || has("api key") || has("apikey") {
            Fault::KeyRefused { words }
        } else {
            Fault::Apology { words }
        },
    )
}

/// Bars as they were traded, of the span asked for.
///
/// # Errors
/// [`Fault::Limited`], [`Fault::Premium`], [`Fault::KeyRefused`], [`Fault::Unknown`] for what it
/// says with status 200, and what a body can be instead of JSON.
pub fn parse_daily(body: &[u8], ask: &BarsAsk) -> Result<Bars, Fault> {
    let value = answer(body, ask.symbol.as_str())?;
    let field = "Time Series (Daily)";
    let days = value.get(field).and_then(Value::as_object).ok_or(Fault::Missing { field })?;
    let mut sieve = Sieve::default();
    let mut bars = Vec::new();
    for (day, row) in days {
        let of = |name: &str| row.get(name).and_then(number);
        let columns = ["1. open", "2. high", "3. low", "4. close", "5. volume"].map(of);
        let read = date(day).and_then(|date| bar(date, columns));
        bars.extend(sieve.keep(|| words(day), read));
    }
    let kept = bars.len();
    let mut bars = sieve.in_order(bars);
    let is_cut = days.len() >= COMPACT && bars.first().is_some_and(|b| b.date.date() > ask.from);
    bars.retain(|bar| (ask.from..=ask.to).contains(&bar.date.date()));
    Ok(Bars { bars, is_cut, left_out: sieve.finish(kept)?, ..Bars::default() })
}

/// Facts of an overview. `None`, `-` and empty texts are absences.
///
/// # Errors
/// As [`parse_daily`]; an empty object says that the symbol is not known.
pub fn parse_overview(body: &[u8], symbol: Symbol) -> Result<Fundamentals, Fault> {
    let value = answer(body, symbol.as_str())?;
    let object = value.as_object().ok_or(Fault::Missing { field: "Symbol" })?;
    if object.is_empty() {
        return Err(Fault::Unknown { name: symbol.to_string() });
    }
    if !object.contains_key("Symbol") {
        return Err(Fault::Missing { field: "Symbol" });
    }
    let fact = |(name, value): (&String, &Value)| {
        let text = match value {
            Value::String(text) => text::plain(text, text::SUMMARY_MAX),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        let absent = matches!(text.as_str(), "" | "-" | "None" | "N/A" | "null");
        (!absent).then(|| (text::plain(name, 60), text))
    };
    Ok(Fundamentals { symbol, facts: object.iter().filter_map(fact).collect() })
}

fn ex_dividend(facts: &Fundamentals, ask: &EventsAsk) -> Events {
    let told = facts.facts.get("ExDividendDate").and_then(|text| text.parse::<Date>().ok());
    let event = told.filter(|date| (ask.from..=ask.to).contains(date)).map(|date| Event {
        date,
        kind: EventKind::ExDividend,
        symbol: Some(ask.symbol),
        detail: facts.facts.get("DividendPerShare").cloned().unwrap_or_default(),
    });
    // One date is told, the last or the next: silence about others says nothing.
    Events { events: event.into_iter().collect(), ..Events::default() }
}

/// Headlines of `NEWS_SENTIMENT`.
///
/// # Errors
/// As [`parse_daily`].
pub fn parse_news(body: &[u8], symbol: Option<Symbol>) -> Result<News, Fault> {
    let value = match answer(body, symbol.as_ref().map_or("news", Symbol::as_str)) {
        // No article is told as an `Information` as well.
        Err(Fault::Apology { words }) if words.to_ascii_lowercase().contains("no articles") => {
            return Ok(News::default());
        }
        other => other?,
    };
    let feed =
        value.get("feed").and_then(Value::as_array).ok_or(Fault::Missing { field: "feed" })?;
    let mut sieve = Sieve::default();
    let mut items = Vec::new();
    for (at, row) in feed.iter().enumerate() {
        let of = |name: &str| str_of(row, name).unwrap_or_default();
        let published = super::gdelt::compact_time(of("time_published"));
        let item = item(symbol, [of("title"), of("summary"), of("url"), of("source")], published)
            .ok_or_else(|| format!("no headline with an address: {}", shown(row)));
        items.extend(sieve.keep(|| format!("feed[{at}]"), item));
    }
    let kept = items.len();
    Ok(News { items: each_once(items), left_out: sieve.finish(kept)? })
}

/// A headline made harmless; `None` without words or an address of the web.
pub(super) fn item(
    symbol: Option<Symbol>,
    [title, summary, url, publisher]: [&str; 4],
    published_at: Option<tradebot_domain::Timestamp>,
) -> Option<NewsItem> {
    let title = text::plain(title, text::TITLE_MAX);
    let host = text::host(url)?;
    if title.is_empty() || url.len() > 2_000 || url.chars().any(char::is_control) {
        return None;
    }
    let publisher = text::plain(publisher, 80);
    Some(NewsItem {
        symbol,
        summary: text::plain(summary, text::SUMMARY_MAX),
        fingerprint: text::fingerprint(&title, url),
        url: url.to_owned(),
        publisher: if publisher.is_empty() { host } else { publisher },
        title,
        published_at,
    })
}

/// Newest first, each story once: its earliest telling.
pub(super) fn each_once(mut items: Vec<NewsItem>) -> Vec<NewsItem> {
    items.sort_by(|a, b| (a.published_at, &a.fingerprint).cmp(&(b.published_at, &b.fingerprint)));
    let mut seen = std::collections::BTreeSet::new();
    items.retain(|item| seen.insert(item.fingerprint.clone()));
    items.reverse();
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask() -> BarsAsk {
        let symbol = Symbol::new("RY.TO").unwrap();
        BarsAsk { symbol, from: Date::constant(2026, 7, 7), to: Date::constant(2026, 7, 9) }
    }

    const DAILY: &str = r#"{"Meta Data":{"2. Symbol":"RY.TRT"},"Time Series (Daily)":{
        "2026-07-08":{"1. open":"36.2000","2. high":"36.7000","3. low":"36.0200","4. close":"36.4300","5. volume":"501233"},
        "2026-07-07":{"1. open":36.0,"2. high":36.4,"3. low":35.9,"4. close":36.1,"5. volume":1,"6. new":"x"},
        "2026-07-09":{"1. open":null,"2. high":"36.4","3. low":"35.9","4. close":"36.1"},
        "2026-07-06":{"1. open":"36","2. high":"37","3. low":"35","4. close":"36","5. volume":"1"},
        "soon":{}}}"#;

    #[test]
    fn days_are_read_in_order_and_bad_ones_left_out() {
        let bars = parse_daily(DAILY.as_bytes(), &ask()).unwrap();
        let closes: Vec<f64> = bars.bars.iter().map(|b| b.close).collect();
        assert_eq!(closes, [36.1, 36.43]);
        assert_eq!(bars.left_out.len(), 2, "{:?}", bars.left_out);
        assert!(!bars.is_cut && !bars.tells_actions);
        assert_eq!(spelled(ask().symbol), "RY.TRT");
        assert_eq!(spelled(Symbol::new("BRK.B").unwrap()), "BRK-B");
    }

    #[test]
    fn what_it_says_with_status_200_is_named() {
        let read = |text: &str| parse_daily(text.as_bytes(), &ask()).unwrap_err().name();
        for (text, name) in [
            (
                r#"{"Information":"Thank you! Our standard API rate limit is 25 requests per day. Subscribe to any of the premium plans"}"#,
                "limited",
            ),
            (r#"{"Note":"Our standard API call frequency is 5 calls per minute"}"#, "limited"),
            (r#"{"Information":"daily quota of the free key has been used"}"#, "limited"),
            (r#"{"Information":"This is a premium endpoint"}"#, "premium"),
            (r#"{"Information":"The demo API key is for demo purposes only"}"#, "key_refused"),
            (r#"{"Information":"something else"}"#, "apology"),
            (
                r#"{"Error Message":"Invalid API call. Please retry or visit the documentation for TIME_SERIES_DAILY."}"#,
                "unknown",
            ),
            (r#"{"Error Message":"the parameter apikey is invalid or missing"}"#, "key_refused"),
            (r"{}", "missing"),
            (r#"{"Time Series (Daily)":[]}"#, "missing"),
            (r#"{"Time Series (Daily)":{"x":1}}"#, "no_rows"),
            (r#"{"Time Series (Daily)":{"2026"#, "truncated"),
            ("<!doctype html><title>x</title>", "html"),
            ("Thank you for your patience", "apology"),
        ] {
            assert_eq!(read(text), name, "{text}");
        }
    }

    #[test]
    fn a_history_that_begins_too_late_says_that_it_is_cut() {
        use std::fmt::Write as _;
        let mut days = String::new();
        let mut day = Date::constant(2026, 1, 5);
        for _ in 0..100 {
            write!(days, r#""{day}":{{"1. open":"1","2. high":"1","3. low":"1","4. close":"1","5. volume":"1"}},"#).unwrap();
            day = day.tomorrow().unwrap();
        }
        days.pop();
        let text = format!(r#"{{"Time Series (Daily)":{{{days}}}}}"#);
        let cut = |from| parse_daily(text.as_bytes(), &BarsAsk { from, ..ask() }).unwrap().is_cut;
        assert!(cut(Date::constant(2026, 1, 4)) && !cut(Date::constant(2026, 1, 5)));
    }

    #[test]
    fn an_overview_tells_facts_and_no_absences() {
        let symbol = ask().symbol;
        let text = br#"{"Symbol":"RY","PERatio":"12.1","Beta":"None","EPS":"-","MarketCapitalization":200,"ExDividendDate":"2026-07-08","X":null}"#;
        let facts = parse_overview(text, symbol).unwrap();
        assert_eq!(facts.facts.len(), 4);
        assert_eq!(facts.facts["MarketCapitalization"], "200");
        let span = EventsAsk { symbol, from: ask().from, to: ask().to };
        let events = ex_dividend(&facts, &span);
        assert_eq!(events.events[0].date, Date::constant(2026, 7, 8));
        assert!(events.covers.is_empty(), "of other dates nothing is known");
        assert_eq!(parse_overview(b"{}", symbol), Err(Fault::Unknown { name: "RY.TO".to_owned() }));
        assert!(parse_overview(b"[]", symbol).is_err());
    }

    #[test]
    fn news_is_plain_text_and_each_story_comes_once() {
        let text = br#"{"items":"3","feed":[
            {"title":"<b>ZZQ</b> lifts guidance","url":"https://example.com/1","time_published":"20260709T143000","summary":"s","source":"Wire"},
            {"title":"ZZQ lifts guidance!","url":"https://example.com/2","time_published":"20260709T150000"},
            {"title":"no address"},{"title":"bad","url":"javascript:1"}]}"#;
        let news = parse_news(text, None).unwrap();
        assert_eq!(news.items.len(), 1);
        assert_eq!(news.items[0].title, "ZZQ lifts guidance");
        assert_eq!(news.items[0].published_at.unwrap().to_string(), "2026-07-09T14:30:00Z");
        assert_eq!(news.left_out.len(), 2);
        let none = br#"{"Information":"No articles found. Please adjust the time range."}"#;
        assert_eq!(parse_news(none, None), Ok(News::default()));
    }
}
