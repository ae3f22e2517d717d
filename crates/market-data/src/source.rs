//! Market data from elsewhere: many sources behind one trait.
//!
//! How it works:
//! 1. A [`Source`] says in [`About`] what it can tell, and tells it: daily bars, a quote, news, a
//!    series of observations, fundamentals, dated events. What it cannot tell is a named refusal.
//! 2. Every answer comes with its [`Provenance`]: who, from which address (without any key), when,
//!    and the hash of the very bytes that were read.
//! 3. [`http`] is the one way out: only to the hosts of a source, no redirects to others, bodies of
//!    bounded size, an end to silence, the shared budgets, repetitions, breaker and cache.
//! 4. Each provider has a file in which the parser stands apart from the transport: a body becomes
//!    values or one [`Fault`] by name. Several providers answer with status 200 to say that they do
//!    not answer; each of these cases has its name too.
//! 5. [`agreement()`] compares two series on the sessions that both have.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use serde::{Deserialize, Serialize};
use tradebot_domain::{Bar, CorporateAction, Currency, Date, Decimal, Symbol, Timestamp};

pub mod agreement;
pub mod alpha_vantage;
pub mod body;
pub mod cboe;
pub mod dates;
pub mod fault;
pub mod files;
pub mod finnhub;
pub mod fred;
pub mod gdelt;
pub mod http;
pub mod newsapi;
mod place;
mod rows;
pub mod rss;
pub mod text;
pub mod valet;
pub mod yahoo;

pub use agreement::{Agreement, Disagreement, Tolerance, agreement};
pub use fault::{Fault, SourceError};
pub use http::{Http, HttpLimits, Key};
pub use place::{Place, PlaceError};
pub use rows::LeftOut;

use crate::budget::{Limits, Quota, standard_limits};

/// What a source can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Bars of sessions.
    DailyBars,
    /// The price now.
    Quotes,
    /// Headlines.
    News,
    /// Numbers by date: rates, index levels.
    Series,
    /// Facts about a company.
    Fundamentals,
    /// Dates on which something is due.
    Events,
}

impl Capability {
    /// The words in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DailyBars => "daily bars",
            Self::Quotes => "quotes",
            Self::News => "news",
            Self::Series => "series of numbers",
            Self::Fundamentals => "fundamentals",
            Self::Events => "events",
        }
    }
}

/// A source in a few words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// Its name in settings, budgets, metrics and provenance.
    pub name: &'static str,
    /// Nobody promised that it may be used like this; it may change or end without a word.
    pub unofficial: bool,
    /// What it can tell.
    pub can: &'static [Capability],
}

/// Where an answer came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Name of the source.
    pub source: String,
    /// The address asked, without any key; for a file its path.
    pub url: String,
    /// When the answer was complete.
    pub fetched_at: Timestamp,
    /// BLAKE3 of the bytes read, hex.
    pub blake3: String,
    /// The source is an unofficial one.
    pub unofficial: bool,
}

/// An answer and where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetched<T> {
    /// The answer.
    pub value: T,
    /// Its origin.
    pub provenance: Provenance,
}

impl<T> Fetched<T> {
    /// The same origin with another form of the answer.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Fetched<U> {
        Fetched { value: change(self.value), provenance: self.provenance }
    }
}

/// An answer on its way.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<Fetched<T>, SourceError>> + Send + 'a>>;

/// Which daily bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BarsAsk {
    /// Whose, in our spelling (`RY.TO`, `BRK.B`, `^VIX`).
    pub symbol: Symbol,
    /// First session.
    pub from: Date,
    /// Last session; must be finished.
    pub to: Date,
}

/// Raw daily bars: prices as they were traded, not adjusted by what came later.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bars {
    /// In order, one a session, all between the dates asked for. Volume is 0 where a source has none.
    pub bars: Vec<Bar>,
    /// Splits and dividends in the same span, by ex-date.
    pub actions: Vec<CorporateAction>,
    /// The source tells splits and dividends; else `actions` is empty because nothing is known.
    pub tells_actions: bool,
    /// Currency of the prices, where the source says it.
    pub currency: Option<Currency>,
    /// The source cannot reach further back than its first bar.
    pub is_cut: bool,
    /// Rows that could not be used.
    pub left_out: Vec<LeftOut>,
}

/// The price of one symbol.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quote {
    /// Whose.
    pub symbol: Symbol,
    /// Last trade.
    pub last: f64,
    /// First trade of the session, where it is told.
    pub open: Option<f64>,
    /// Highest of the session.
    pub high: Option<f64>,
    /// Lowest of the session.
    pub low: Option<f64>,
    /// Close of the session before.
    pub previous_close: Option<f64>,
    /// When the last trade was, as the source says.
    pub at: Timestamp,
}

/// Which news.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewsAsk {
    /// About whom; none for sources that are not asked by symbol.
    pub symbol: Option<Symbol>,
    /// Words to look for, for sources that search; else the symbol's name is taken.
    pub query: Option<String>,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
}

/// A headline. Texts are plain: no markup, no control characters, of bounded length; what they say
/// is somebody else's word and never an instruction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewsItem {
    /// Whom the source says it is about.
    pub symbol: Option<Symbol>,
    /// The headline.
    pub title: String,
    /// Some sentences, where there are any.
    pub summary: String,
    /// Where to read it; `http` or `https`.
    pub url: String,
    /// Who published it.
    pub publisher: String,
    /// When, as the source says. It may have been known later than that: see
    /// [`Provenance::fetched_at`].
    pub published_at: Option<Timestamp>,
    /// The same for the same story: hash of the normalised title and the domain, hex.
    pub fingerprint: String,
}

/// News, newest first, each story once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct News {
    /// The headlines.
    pub items: Vec<NewsItem>,
    /// Entries that could not be used.
    pub left_out: Vec<LeftOut>,
}

/// Which series of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesAsk {
    /// The source's own name of it: `FXUSDCAD`, `VIXCLS`.
    pub id: String,
    /// First date.
    pub from: Date,
    /// Last date.
    pub to: Date,
}

/// A number of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// The day.
    pub date: Date,
    /// The number, exact as written; `None` where the source says that there is none.
    pub value: Option<Decimal>,
}

/// Numbers by date, in order, each date once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Observations {
    /// The numbers.
    pub values: Vec<Observation>,
    /// Rows that could not be used.
    pub left_out: Vec<LeftOut>,
}

/// Facts about a company as a source words them: name of the fact and its text. What the source
/// does not know is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fundamentals {
    /// Whose.
    pub symbol: Symbol,
    /// Facts by their names.
    pub facts: BTreeMap<String, String>,
}

/// What kind of thing is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A company reports.
    Earnings,
    /// First session without the dividend.
    ExDividend,
    /// A central bank decides.
    CentralBank,
}

impl EventKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Earnings, Self::ExDividend, Self::CentralBank];

    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Earnings => "earnings",
            Self::ExDividend => "ex_dividend",
            Self::CentralBank => "central_bank",
        }
    }
}

/// Something that is due on a date.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Event {
    /// The date.
    pub date: Date,
    /// What.
    pub kind: EventKind,
    /// Whose; none for what concerns all.
    pub symbol: Option<Symbol>,
    /// More of it, such as `before the open`.
    pub detail: String,
}

/// Which events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventsAsk {
    /// Whose.
    pub symbol: Symbol,
    /// First date.
    pub from: Date,
    /// Last date.
    pub to: Date,
}

/// Events, and of which kinds the source would have told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Events {
    /// What is due, by date.
    pub events: Vec<Event>,
    /// Kinds for which silence means that there is none in the span asked for. Of every other kind
    /// it is unknown.
    pub covers: Vec<EventKind>,
    /// The answer holds up to this date; none for all of the span asked for.
    pub until: Option<Date>,
    /// Rows that could not be used.
    pub left_out: Vec<LeftOut>,
}

/// A source of market data. Every question that a source cannot answer is refused by name, at once
/// and without a call.
pub trait Source: Send + Sync {
    /// What it is and can.
    fn about(&self) -> About;

    /// Raw daily bars of a symbol.
    fn daily_bars<'a>(&'a self, _ask: &'a BarsAsk) -> Answer<'a, Bars> {
        cannot(self.about(), Capability::DailyBars)
    }

    /// The price now.
    fn quote(&self, _symbol: Symbol) -> Answer<'_, Quote> {
        cannot(self.about(), Capability::Quotes)
    }

    /// Headlines.
    fn news<'a>(&'a self, _ask: &'a NewsAsk) -> Answer<'a, News> {
        cannot(self.about(), Capability::News)
    }

    /// Numbers by date.
    fn series<'a>(&'a self, _ask: &'a SeriesAsk) -> Answer<'a, Observations> {
        cannot(self.about(), Capability::Series)
    }

    /// Facts about a company.
    fn fundamentals(&self, _symbol: Symbol) -> Answer<'_, Fundamentals> {
        cannot(self.about(), Capability::Fundamentals)
    }

    /// What is due.
    fn events<'a>(&'a self, _ask: &'a EventsAsk) -> Answer<'a, Events> {
        cannot(self.about(), Capability::Events)
    }
}

fn cannot<'a, T: Send + 'a>(about: About, what: Capability) -> Answer<'a, T> {
    let refused = SourceError::new(about.name, what.name(), Fault::NotOffered);
    Box::pin(std::future::ready(Err(refused)))
}

/// Budgets of every source listed here, those of [`standard_limits`] included.
///
/// Sources: FRED's terms (120 a minute), GDELT's reply to faster callers (one request in 5 s). The
/// others publish none and are asked less than once a second.
pub fn source_limits() -> BTreeMap<String, Limits> {
    let modest = |quotas: &[Quota]| Limits { at_once: 1, ..Limits::of(quotas).without_reserve() };
    let five_seconds = Quota { seconds: 5, calls: 1 };
    let mut all = standard_limits();
    all.extend(
        [
            ("cboe", modest(&[Quota::per_second(1), Quota::per_day(100)])),
            ("fred", modest(&[Quota::per_minute(120)])),
            ("gdelt", modest(&[five_seconds, Quota::per_day(1_000)])),
            ("rss", modest(&[Quota::per_second(1), Quota::per_day(2_000)])),
            ("valet", modest(&[Quota::per_second(1), Quota::per_day(1_000)])),
            ("yahoo", modest(&[Quota::per_second(1), Quota::per_day(500)])),
        ]
        .map(|(name, limits)| (name.to_owned(), limits)),
    );
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Limits;

    struct Silent;

    impl Source for Silent {
        fn about(&self) -> About {
            About { name: "silent", unofficial: false, can: &[] }
        }
    }

    #[tokio::test]
    async fn what_a_source_cannot_tell_is_refused_by_name() {
        let symbol = Symbol::new("A").unwrap();
        let error = Silent.quote(symbol).await.unwrap_err();
        assert_eq!(error.fault, Fault::NotOffered);
        assert_eq!(error.to_string(), "silent, quotes: this source does not offer it");
        let day = Date::constant(2026, 7, 9);
        let ask = BarsAsk { symbol, from: day, to: day };
        assert!(Silent.daily_bars(&ask).await.is_err());
        let ask = SeriesAsk { id: "X".to_owned(), from: day, to: day };
        assert!(Silent.series(&ask).await.is_err());
    }

    #[test]
    fn every_budget_of_a_source_can_be_kept() {
        let all: BTreeMap<String, Limits> = source_limits();
        assert!(all.len() >= 12);
        for (name, limits) in &all {
            assert_eq!(limits.validate(name), Ok(()));
        }
    }
}
