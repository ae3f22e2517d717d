//! Feeds of headlines: RSS and Atom, at addresses that a user names.
//!
//! **Source:** RSS 2.0 and Atom as `feed-rs` reads them. A feed is asked for at most every four
//! hours by one process (its cache), and every story is kept once.

use std::sync::Arc;

use reqwest::Url;
use tradebot_domain::{Date, Timestamp};

use super::alpha_vantage::{each_once, item};
use super::body;
use super::fault::Fault;
use super::http::{Call, Http};
use super::place::PlaceError;
use super::rows::Sieve;
use super::text::words;
use super::{About, Answer, Capability, News, NewsAsk, Source};
use crate::cache::Kind;

const ABOUT: About = About { name: "rss", unofficial: false, can: &[Capability::News] };
/// Entries of one feed that are read.
const ENTRIES_MAX: usize = 1_000;

/// One feed.
#[derive(Debug, Clone)]
pub struct Rss {
    http: Arc<Http>,
    url: Url,
}

impl Rss {
    /// The feed at `url`: `https`, or on this machine where the other sources are.
    ///
    /// # Errors
    /// [`PlaceError`] for any other address.
    pub fn new(http: Arc<Http>, url: &str) -> Result<Self, PlaceError> {
        let url = http.place().named(url)?;
        Ok(Self { http, url })
    }
}

impl Source for Rss {
    fn about(&self) -> About {
        ABOUT
    }

    /// All of the feed that was published between the dates, and what has no date.
    fn news<'a>(&'a self, ask: &'a NewsAsk) -> Answer<'a, News> {
        let call = Call {
            about: ABOUT,
            route: "feed",
            root: self.url.clone(),
            path: &[],
            query: Vec::new(),
            key: None,
            kind: Kind::NewsSentiment,
            explain: |_, _| None,
        };
        Box::pin(self.http.ask(call, |body| parse(body, (ask.from, ask.to))))
    }
}

/// Headlines of a feed.
///
/// # Errors
/// [`Fault::Truncated`] for a feed that ends in the middle, else what a body can be instead.
pub fn parse(body: &[u8], (from, to): (Date, Date)) -> Result<News, Fault> {
    let text = body::text(body)?;
    if !text.trim_start().starts_with(['<', '{']) {
        return Err(Fault::Apology { words: words(text) });
    }
    let feed = feed_rs::parser::parse(text.as_bytes()).map_err(|error| {
        let ended = text.trim_end().ends_with("</rss>")
            || text.trim_end().ends_with("</feed>")
            || text.trim_end().ends_with("</rdf:RDF>")
            || text.trim_end().ends_with('}');
        if ended {
            Fault::Malformed { format: "feed", detail: words(&error.to_string()) }
        } else {
            Fault::Truncated { format: "feed", bytes: body.len() }
        }
    })?;
    let publisher = feed.title.map(|title| title.content).unwrap_or_default();
    let mut sieve = Sieve::default();
    let mut items = Vec::new();
    for (at, entry) in feed.entries.into_iter().take(ENTRIES_MAX).enumerate() {
        let published = entry.published.or(entry.updated);
        let published = published.and_then(|t| Timestamp::from_second(t.timestamp()).ok());
        let title = entry.title.map(|title| title.content).unwrap_or_default();
        let summary = entry.summary.map(|summary| summary.content).unwrap_or_default();
        let url = entry.links.first().map_or("", |link| link.href.as_str());
        let read = item(None, [&title, &summary, url, &publisher], published)
            .ok_or_else(|| format!("no headline with an address: {}", words(&title)));
        items.extend(sieve.keep(|| format!("entry {at}"), read));
    }
    let kept = items.len();
    let inside = |at: Timestamp| {
        let day = at.to_zoned(jiff::tz::TimeZone::UTC).date();
        (from..=to).contains(&day)
    };
    items.retain(|item| item.published_at.is_none_or(inside));
    Ok(News { items: each_once(items), left_out: sieve.finish(kept)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<News, Fault> {
        parse(text.as_bytes(), (Date::constant(2026, 7, 1), Date::constant(2026, 7, 31)))
    }

    const RSS: &str = r#"<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title><ttl>60</ttl>
        <item><title>ZZQ &amp;amp; Co lift &lt;b&gt;guidance&lt;/b&gt;</title><link>https://example.com/1</link><guid>1</guid><pubDate>Thu, 09 Jul 2026 14:30:00 GMT</pubDate></item>
        <item><title>old</title><link>https://example.com/2</link><pubDate>Thu, 09 Jul 2020 14:30:00 GMT</pubDate></item>
        <item><title>undated</title><link>https://example.com/3</link><pubDate>yesterday</pubDate></item>
        <item><link>https://example.com/4</link></item></channel></rss>"#;

    #[test]
    fn a_feed_is_read_as_plain_text() {
        let news = read(RSS).unwrap();
        let titles: Vec<&str> = news.items.iter().map(|i| i.title.as_str()).collect();
        assert_eq!(titles, ["ZZQ & Co lift guidance", "undated"]);
        assert_eq!(news.items[0].publisher, "Wire");
        assert_eq!(news.left_out.len(), 1);
    }

    #[test]
    fn atom_is_read_too() {
        let atom = r#"<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><title>A</title><link href="https://example.com/a"/><updated>2026-07-09T14:30:00Z</updated></entry></feed>"#;
        assert_eq!(
            read(atom).unwrap().items[0].published_at.unwrap().to_string(),
            "2026-07-09T14:30:00Z"
        );
    }

    #[test]
    fn what_is_no_feed_is_named() {
        let of = |text: &str| read(text).unwrap_err().name();
        assert_eq!(of("<!doctype html><html><body>x"), "html");
        assert_eq!(of("slow down"), "apology");
        assert_eq!(of(&RSS[..RSS.len() - 200]), "truncated");
        assert_eq!(of("<rss version=\"2.0\"></wrong></rss>"), "malformed");
        let bomb = r#"<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><rss version="2.0"><channel><title>t</title><item><title>&b;&b;</title><link>https://example.com/1</link></item></channel></rss>"#;
        if let Ok(news) = read(bomb) {
            assert!(
                news.items.iter().all(|item| item.title.len() < 100),
                "entities are not unfolded"
            );
        }
    }
}
