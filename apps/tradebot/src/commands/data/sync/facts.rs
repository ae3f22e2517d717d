//! Fundamentals, dates and headlines, kept as known from now on.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use tradebot_domain::{Date, Timestamp};
use tradebot_market_data::source::{
    EventKind, Events, EventsAsk, Fetched, News, NewsAsk, Provenance, Source as _, SourceError,
};
use tradebot_storage::facts::{EventAnswer, EventState, NewsRow, Origin};

use super::desk::Desk;
use super::plan::Item;
use super::report::{FeedLine, Line};
use crate::exit::Failure;

/// Days of news that are asked for.
const NEWS_DAYS: i32 = 7;
/// Months of the calendar of events that are asked for, this one included.
const EVENT_MONTHS: i32 = 4;
/// Days after the last session whose events are shown.
const CALENDAR_DAYS: i32 = 10;

/// What a source said, or why not.
type Said<T> = Result<Fetched<T>, SourceError>;

/// Asks for all that is set of one symbol.
pub(super) async fn sync(item: &Item, desk: &mut Desk, line: &mut Line) -> Result<(), Failure> {
    let symbol = item.symbol();
    for name in desk.sources.fundamentals.clone() {
        let Some(source) = desk.source(&name) else { continue };
        let said = source.fundamentals(symbol).await;
        let Some(facts) = heard(said, &name, desk, line) else { continue };
        line.facts += desk.facts.record_fundamentals(
            symbol,
            &facts.value.facts,
            &origin(&facts.provenance),
        )?;
    }
    let ask = EventsAsk { symbol, from: item.to.first_of_month(), to: months_on(item.to) };
    for name in desk.sources.events.clone() {
        let Some(source) = desk.source(&name) else { continue };
        let said = source.events(&ask).await;
        let Some(events) = heard(said, &name, desk, line) else { continue };
        keep_events(item, &ask, &events, desk, line)?;
    }
    if !desk.sources.events.is_empty() {
        line.calendar = calendar(item, desk)?;
    }
    let from = item.to.saturating_sub(NEWS_DAYS.days());
    let ask = NewsAsk { symbol: Some(symbol), query: None, from, to: item.to };
    for name in desk.sources.news.clone() {
        let Some(source) = desk.source(&name) else { continue };
        let said = source.news(&ask).await;
        let Some(news) = heard(said, &name, desk, line) else { continue };
        line.news += desk.facts.record_news(&rows(&news.value), &origin(&news.provenance))?;
    }
    Ok(())
}

/// Keeps what a source said of each kind: dates, or that there are none.
fn keep_events(
    item: &Item,
    ask: &EventsAsk,
    said: &Fetched<Events>,
    desk: &mut Desk,
    line: &mut Line,
) -> Result<(), Failure> {
    let Events { events, covers, until, .. } = &said.value;
    let span = (ask.from, until.map_or(ask.to, |until| until.min(ask.to)));
    for kind in EventKind::ALL {
        let dates: Vec<_> = events
            .iter()
            .filter(|event| event.kind == kind && event.date <= span.1)
            .map(|event| (event.date, event.detail.clone()))
            .collect();
        let covers = covers.contains(&kind);
        if !covers && dates.is_empty() {
            continue;
        }
        let symbol = whose(item, kind);
        let answer = EventAnswer { symbol, kind: kind.name(), span, covers, events: dates };
        let new = desk.facts.record_events(&answer, &origin(&said.provenance))?;
        line.events += usize::from(new);
    }
    Ok(())
}

/// Central banks concern all; the rest is a company's own.
fn whose(item: &Item, kind: EventKind) -> String {
    match kind {
        EventKind::CentralBank => String::new(),
        EventKind::Earnings | EventKind::ExDividend => item.symbol().to_string(),
    }
}

/// What is due in the days after the last session: a date, `none`, or `unknown`.
fn calendar(item: &Item, desk: &Desk) -> Result<BTreeMap<&'static str, String>, Failure> {
    // Not the beginning of the run: what was just fetched is known since then.
    let now = super::now();
    let mut all = BTreeMap::new();
    for kind in EventKind::ALL {
        let (symbol, mut text) = (whose(item, kind), "none".to_owned());
        for days in 1..=CALENDAR_DAYS {
            let date = item.to.saturating_add(days.days());
            match desk.facts.event_state(&symbol, kind.name(), date, now)? {
                EventState::Due(words) => {
                    let due = format!("{date} {}", words.join(", "));
                    due.trim_end().clone_into(&mut text);
                    break;
                }
                EventState::Nothing => {}
                EventState::Unknown => "unknown".clone_into(&mut text),
            }
        }
        all.insert(kind.name(), text);
    }
    Ok(all)
}

/// Asks every feed for what it has.
pub(super) async fn feeds(desk: &mut Desk) -> Result<Vec<FeedLine>, Failure> {
    let mut lines = Vec::new();
    let to = desk.to.unwrap_or_else(|| day(desk.now));
    let ask = NewsAsk { symbol: None, query: None, from: to.saturating_sub(NEWS_DAYS.days()), to };
    for (feed, url) in desk.feeds.clone().iter().zip(desk.sources.feeds.clone()) {
        let mut line = FeedLine { url, new: 0, error: None };
        match feed.news(&ask).await {
            Ok(news) => {
                line.new = desk.facts.record_news(&rows(&news.value), &origin(&news.provenance))?;
            }
            Err(error) => line.error = Some(error.to_string()),
        }
        lines.push(line);
    }
    Ok(lines)
}

/// An answer, or its error on the line.
fn heard<T>(said: Said<T>, name: &str, desk: &mut Desk, line: &mut Line) -> Option<Fetched<T>> {
    match said {
        Ok(fetched) => Some(fetched),
        Err(error) => {
            desk.hear(name, &error);
            line.errors.push(error.to_string());
            None
        }
    }
}

fn origin(p: &Provenance) -> Origin<'_> {
    Origin { source: &p.source, url: &p.url, blake3: &p.blake3, known_at: p.fetched_at }
}

fn rows(news: &News) -> Vec<NewsRow> {
    let row = |item: &tradebot_market_data::source::NewsItem| NewsRow {
        symbol: item.symbol.map(|symbol| symbol.to_string()).unwrap_or_default(),
        fingerprint: item.fingerprint.clone(),
        title: item.title.clone(),
        summary: item.summary.clone(),
        link: item.url.clone(),
        publisher: item.publisher.clone(),
        published_at: item.published_at,
    };
    news.items.iter().map(row).collect()
}

/// The last day of the months that are asked for: the span stays the same all month, so that an
/// answer that says the same is not written twice.
fn months_on(date: Date) -> Date {
    date.first_of_month().saturating_add((EVENT_MONTHS - 1).months()).last_of_month()
}

fn day(at: Timestamp) -> Date {
    at.to_zoned(jiff::tz::TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_span_of_events_is_the_same_all_month() {
        let day = |d: i8| Date::constant(2026, 11, d);
        assert_eq!(months_on(day(1)), Date::constant(2027, 2, 28));
        assert_eq!(months_on(day(30)), months_on(day(1)));
    }
}
