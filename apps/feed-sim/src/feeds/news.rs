//! Headlines and dates, made up from a seed: one story a weekday, told twice on Mondays.

use std::fmt::Write as _;

use serde_json::{Value, json};
use tradebot_domain::Date;

use super::market::{Market, our_name};
use crate::call::{Reply, Request};

/// Stories told at once at the most.
const STORIES_MAX: usize = 100;

struct Story {
    date: Date,
    title: String,
    url: String,
}

fn stories(seed: u64, subject: &str, from: Date, to: Date) -> Vec<Story> {
    const DEEDS: [&str; 5] =
        ["lifts guidance", "cuts costs", "names a chair", "opens a plant", "faces a claim"];
    let mut all = Vec::new();
    let mut date = to;
    while date >= from && all.len() < STORIES_MAX {
        let weekday = date.weekday().to_monday_zero_offset();
        if weekday < 5 {
            let number = seed.wrapping_add(u64::from(date.day().unsigned_abs()));
            let deed = DEEDS[usize::try_from(number % 5).unwrap_or(0)];
            let title = format!("{subject} {deed} on {date}");
            let url = |n: u8| format!("https://news.example.com/{subject}/{date}/{n}");
            all.push(Story { date, url: url(1), title: title.clone() });
            if weekday == 0 {
                let title = format!("<b>{subject}</b> {deed} on {date}!");
                all.push(Story { date, url: url(2), title });
            }
        }
        let Ok(before) = date.yesterday() else { break };
        date = before;
    }
    all
}

fn days(request: &Request, [from, to]: [&str; 2]) -> (Date, Date) {
    let of = |name: &str| {
        let text = request.parameter(name);
        let compact = || Date::strptime("%Y%m%d", text.get(..8)?).ok();
        text.parse().ok().or_else(compact).unwrap_or(Date::constant(2013, 3, 1))
    };
    (of(from), of(to))
}

pub(super) fn alpha_vantage(seed: u64, request: &Request) -> Reply {
    let (from, to) = days(request, ["time_from", "time_to"]);
    let told = stories(seed, request.parameter("tickers"), from, to);
    if told.is_empty() {
        let text = "No articles found. Please adjust the time range.";
        return Reply::json(200, &json!({ "Information": text }));
    }
    let row = |s: &Story| {
        json!({"title": s.title, "url": s.url, "summary": "A <i>summary</i>.", "source": "Wire",
        "time_published": format!("{}T143000", s.date.strftime("%Y%m%d")), "overall_sentiment_score": 0.1})
    };
    let feed: Vec<Value> = told.iter().map(row).collect();
    Reply::json(200, &json!({"items": feed.len().to_string(), "feed": feed}))
}

pub(super) fn finnhub(seed: u64, request: &Request) -> Reply {
    let (from, to) = days(request, ["from", "to"]);
    let at =
        |date: Date| date.at(14, 30, 0, 0).in_tz("UTC").map_or(0, |z| z.timestamp().as_second());
    let row = |s: &Story| {
        json!({"category": "company", "datetime": at(s.date), "headline": s.title, "id": 700_001,
        "image": "", "related": request.parameter("symbol"), "source": "ExampleWire", "summary": "...", "url": s.url})
    };
    let rows: Vec<Value> =
        stories(seed, request.parameter("symbol"), from, to).iter().map(row).collect();
    Reply::json(200, &Value::Array(rows))
}

/// The last Tuesday but one of each quarter's first month.
pub(super) fn earnings(market: &Market, request: &Request) -> Reply {
    let (from, to) = days(request, ["from", "to"]);
    let name = request.parameter("symbol");
    let mut rows = Vec::new();
    let mut date = from;
    while date <= to && market.knows(&our_name(name)) {
        let tuesday = date.weekday().to_monday_zero_offset() == 1;
        if tuesday && (18..=24).contains(&date.day()) && date.month() % 3 == 1 {
            rows.push(json!({"date": date.to_string(), "epsActual": null, "epsEstimate": 1.2, "hour": "amc",
                "quarter": 1, "revenueActual": null, "revenueEstimate": null, "symbol": name, "year": date.year()}));
        }
        let Ok(next) = date.tomorrow() else { break };
        date = next;
    }
    Reply::json(200, &json!({ "earningsCalendar": rows }))
}

pub(super) fn newsapi(seed: u64, request: &Request) -> Reply {
    let subject = request.parameter("q").trim_matches('"');
    if subject.is_empty() {
        let text = "Required parameters are missing.";
        return Reply::json(
            400,
            &json!({"status": "error", "code": "parametersMissing", "message": text}),
        );
    }
    let (from, to) = days(request, ["from", "to"]);
    let row = |s: &Story| {
        json!({"source": {"id": null, "name": "Wire"}, "author": null, "title": s.title,
        "description": "A summary.", "url": s.url, "urlToImage": null, "publishedAt": format!("{}T14:30:00Z", s.date), "content": "..."})
    };
    let mut articles: Vec<Value> = stories(seed, subject, from, to).iter().map(row).collect();
    articles.push(json!({"source": {"id": null, "name": "[Removed]"}, "title": "[Removed]", "url": "https://removed.com"}));
    Reply::json(200, &json!({"status": "ok", "totalResults": articles.len(), "articles": articles}))
}

/// With one title escaped as JSON does not allow it.
pub(super) fn gdelt(seed: u64, request: &Request) -> Reply {
    let subject = request.parameter("query").trim_matches('"');
    if subject.len() < 3 {
        return Reply::sentence(200, "The specified phrase is too short.");
    }
    let (from, to) = days(request, ["startdatetime", "enddatetime"]);
    let row = |s: &Story| {
        json!({"url": s.url, "url_mobile": "", "title": format!("{} QUOTED", s.title),
        "seendate": format!("{}T143000Z", s.date.strftime("%Y%m%d")), "socialimage": "", "domain": "news.example.com",
        "language": "English", "sourcecountry": "United States"})
    };
    let rows: Vec<Value> = stories(seed, subject, from, to).iter().map(row).collect();
    let text = json!({ "articles": rows }).to_string().replacen("QUOTED", "\\'quoted\\'", 1);
    Reply::new(200, "application/json", text.replace(" QUOTED", ""))
}

pub(super) fn rss(seed: u64, today: Date, rest: &str) -> Reply {
    let from = today.saturating_sub(jiff::Span::new().days(10));
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\"><channel><title>Wire</title><ttl>60</ttl>",
    );
    for story in stories(seed, rest.trim_end_matches(".xml"), from, today) {
        let escaped = story.title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        // A text takes whatever is written into it.
        let _ = write!(
            text,
            "<item><title>{escaped}</title><link>{0}</link><guid>{0}</guid><pubDate>{1}</pubDate></item>",
            story.url,
            story.date.strftime("%a, %d %b %Y 14:30:00 GMT")
        );
    }
    text.push_str("</channel></rss>");
    Reply::new(200, "application/rss+xml", text)
}
