//! The sources that are set, and what they share.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use tradebot_domain::{Date, Exchange, Span, Symbol, Timestamp};
use tradebot_market_data::budget::{Governor, MachineClock, Usage};
use tradebot_market_data::last_finished;
use tradebot_market_data::source::{
    Http, HttpLimits, Place, Source, SourceError, alpha_vantage::AlphaVantage, cboe::Cboe,
    dates::Dates, files::Files, finnhub::Finnhub, fred::Fred, gdelt::Gdelt, newsapi::NewsApi,
    rss::Rss, source_limits, valet::Valet, yahoo::Yahoo,
};
use tradebot_storage::FactStore;

use super::adapt::SeriesBars;
use super::questrade::Questrade;
use crate::cli::SyncArgs;
use crate::commands::Context;
use crate::exit::Failure;
use crate::live::usage;
use crate::progress::say;
use crate::settings::{Settings, Sources, closest};

/// Names that may stand in the settings.
pub(super) const NAMES: [&str; 12] = [
    "questrade",
    "alpha_vantage",
    "files",
    "yahoo",
    "cboe",
    "fred",
    "valet",
    "finnhub",
    "newsapi",
    "gdelt",
    "rss",
    "dates",
];
/// Calls of earlier processes that still count: two days cover the longest window.
const USAGE_HOURS: i64 = 48;

/// A source that is not asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Off {
    pub(super) source: String,
    pub(super) why: String,
}

pub(super) struct Desk {
    pub(super) sources: Sources,
    pub(super) now: Timestamp,
    /// Last session wanted, where it is said.
    pub(super) to: Option<Date>,
    pub(super) bars_from: Vec<String>,
    pub(super) facts: FactStore,
    pub(super) off: Vec<Off>,
    pub(super) feeds: Vec<Rss>,
    open: BTreeMap<String, Arc<dyn Source>>,
    governor: Arc<Governor>,
}

impl Desk {
    pub(super) fn new(
        context: &Context,
        args: &SyncArgs,
        settings: &Settings,
    ) -> Result<Self, Failure> {
        let sources = settings.sources.clone();
        let now = super::now();
        let clock = Arc::new(MachineClock::new());
        let governor = Governor::new(Arc::clone(&clock) as _, source_limits())?;
        let facts = FactStore::open(&context.home)?;
        let since = now.checked_sub(Span::new().hours(USAGE_HOURS)).unwrap_or(Timestamp::MIN);
        let rows = facts.api_usage(since)?.into_iter().map(|u| {
            let usage = Usage {
                calls: u.calls,
                throttled: u.throttled,
                failed: u.failed,
                cache_hits: u.cache_hits,
                cache_misses: u.cache_misses,
            };
            (u.api, u.window_start, usage)
        });
        governor.recall(rows);
        let place = match &sources.simulator {
            None => Place::World,
            Some(url) => Place::simulator(url)
                .map_err(|e| Failure::usage(format!("sources.simulator: {e}")))?,
        };
        let http = Arc::new(Http::new(place, Arc::clone(&governor), HttpLimits::default())?);
        let mut desk = Self {
            bars_from: args.bars.clone().unwrap_or_else(|| sources.bars.clone()),
            to: args.to.as_deref().map(|text| date("--to", text)).transpose()?,
            sources,
            now,
            facts,
            off: Vec::new(),
            feeds: Vec::new(),
            open: BTreeMap::new(),
            governor,
        };
        desk.open_all(&http)?;
        desk.open_local(context, args, &clock);
        Ok(desk)
    }

    /// Every source that is named, and those of the context.
    fn open_all(&mut self, http: &Arc<Http>) -> Result<(), Failure> {
        let wanted = self.wanted()?;
        let is_wanted = |name: &str| wanted.iter().any(|w| w == name);
        let own = || Arc::clone(http);
        self.put("cboe", Cboe::new(own()));
        self.put("valet", SeriesBars::new(Valet::new(own()), "^USDCAD", "FXUSDCAD"));
        if is_wanted("gdelt") {
            self.put("gdelt", Gdelt::new(own()));
        }
        if is_wanted("yahoo") {
            self.put("yahoo", Yahoo::new(own()));
        }
        for name in ["alpha_vantage", "finnhub", "newsapi", "fred"] {
            match self.sources.keys.of(name) {
                Some(key) => match name {
                    "alpha_vantage" => self.put(name, AlphaVantage::new(own(), key)),
                    "finnhub" => self.put(name, Finnhub::new(own(), key)),
                    "newsapi" => self.put(name, NewsApi::new(own(), key)),
                    _ => self.put(name, SeriesBars::new(Fred::new(own(), key), "^VIX", "VIXCLS")),
                },
                None if is_wanted(name) => {
                    let variable = format!("TRADEBOT_SOURCES__KEYS__{}", name.to_uppercase());
                    self.turn_off(
                        name,
                        format!("it has no key; set sources.keys.{name} or {variable}"),
                    );
                }
                None => {}
            }
        }
        for url in &self.sources.feeds {
            let feed = Rss::new(own(), url);
            self.feeds.push(feed.map_err(|e| Failure::usage(format!("sources.feeds: {e}")))?);
        }
        Ok(())
    }

    /// What needs more than an address: files and the broker.
    fn open_local(&mut self, context: &Context, args: &SyncArgs, clock: &Arc<MachineClock>) {
        let wanted = |desk: &Self, name: &str| desk.bars_from.iter().any(|n| n == name);
        if wanted(self, "files") {
            match self.sources.folder.clone() {
                Some(folder) => {
                    let files = Files::new(&folder, Exchange::Xnys, Arc::clone(clock) as _);
                    self.put("files", files);
                }
                None => self.turn_off("files", "it has no folder; set sources.folder".to_owned()),
            }
        }
        if self.sources.events.iter().any(|name| name == "dates") {
            match self.sources.dates.clone() {
                Some(path) => self.put("dates", Dates::new(&path, Arc::clone(clock) as _)),
                None => self.turn_off("dates", "it has no file; set sources.dates".to_owned()),
            }
        }
        if wanted(self, "questrade") {
            match Questrade::open(context, &args.token) {
                Ok(questrade) => self.put("questrade", questrade),
                Err(error) => self.turn_off("questrade", error.to_string()),
            }
        }
    }

    /// Names in the settings, each known.
    fn wanted(&self) -> Result<Vec<String>, Failure> {
        let Sources { check, fundamentals, events, news, .. } = &self.sources;
        let lists = [&self.bars_from, fundamentals, events, news];
        let all: Vec<String> = lists.into_iter().flatten().chain(check.as_ref()).cloned().collect();
        for name in &all {
            if !NAMES.contains(&name.as_str()) {
                let meant = closest(name, NAMES.into_iter());
                let meant = meant.map_or_else(String::new, |m| format!("; did you mean `{m}`?"));
                let known = NAMES.join(", ");
                return Err(Failure::usage(format!(
                    "there is no source `{name}`{meant} (known: {known})"
                )));
            }
        }
        Ok(all)
    }

    fn put(&mut self, name: &str, source: impl Source + 'static) {
        self.open.insert(name.to_owned(), Arc::new(source));
    }

    fn turn_off(&mut self, name: &str, why: String) {
        self.open.remove(name);
        if !self.off.iter().any(|off| off.source == name) {
            self.off.push(Off { source: name.to_owned(), why });
        }
    }

    /// A source that is on.
    pub(super) fn source(&self, name: &str) -> Option<Arc<dyn Source>> {
        self.open.get(name).cloned()
    }

    /// Hears of an error: a source from which nothing more will come is asked no more.
    pub(super) fn hear(&mut self, name: &str, error: &SourceError) {
        if error.fault.ends_the_source() {
            self.turn_off(name, format!("asked no more in this run: {}", error.fault));
        }
    }

    /// The last session wanted of an exchange.
    pub(super) fn last_wanted(&self, exchange: Exchange) -> Result<Date, Failure> {
        let finished = last_finished(exchange, self.now)?;
        Ok(self.to.map_or(finished, |to| to.min(finished)))
    }

    pub(super) fn say_what_is_off(&self, quiet: bool) {
        for off in self.off.iter().filter(|_| !quiet) {
            say(&format!("source {} is off: {}", off.source, off.why));
        }
    }

    /// Writes what was called, so that the next run counts it.
    pub(super) fn keep_usage(&self) -> Result<(), Failure> {
        for row in self.governor.take_usage().into_iter().map(usage::row) {
            self.facts.record_api_usage(&row)?;
        }
        Ok(())
    }

    /// Calls used of the longest window of each source that was asked.
    pub(super) fn calls(&self) -> BTreeMap<String, u32> {
        let used = |(api, status): (String, tradebot_market_data::budget::Status)| {
            let window = status.windows.last()?;
            (window.used > 0).then_some((api, window.used))
        };
        self.governor.status().into_iter().filter_map(used).collect()
    }
}

/// A date of the command line.
pub(super) fn date(what: &str, text: &str) -> Result<Date, Failure> {
    text.parse().map_err(|e| {
        Failure::usage(format!("{what}: `{text}` is not a date like 2005-02-28 ({e})"))
    })
}

/// A symbol of the command line or the settings.
pub(super) fn symbol(text: &str) -> Result<Symbol, Failure> {
    Symbol::new(text).map_err(|e| Failure::usage(e.to_string()))
}
