//! The history before a run on live data: fetched or read once, kept beside the run, never changed.
//!
//! A run that is continued is computed anew from its beginning, features included, so the bars
//! before it must stay what they were. They are kept in a catalogue of their own, in a folder named
//! by the digest of what they are: an import or a source that changes its mind does not reach them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::ToSpan as _;
use tradebot_domain::{Bar, Currency, Date, Exchange, Symbol, Timestamp};
use tradebot_market_data::{Catalogue, DataError, FinerHistory, History, Series, bundled_index};

use super::broker::{Broker, Trouble};
use super::gathering::{Context, LocalContext, Universe};
use super::overlap::{self, Overlap};
use crate::exit::Failure;
use crate::market::Market;
use crate::settings::{Opening, Settings};

/// Names under which context is kept, whatever the broker calls it.
const INDEX: &str = "^GSPC";
const VIX: &str = "^VIX";

/// What is asked for.
pub struct Wanted<'a> {
    /// The home folder.
    pub home: &'a Path,
    /// The settings.
    pub settings: &'a Settings,
    /// The broker's names of index and volatility index.
    pub context: &'a Context,
    /// First session of the run: the history ends before it.
    pub from: Date,
}

/// Why there is no history.
pub enum NoHistory {
    /// The broker did not answer.
    Trouble(Trouble),
    /// Settings or data are not what they must be.
    Failure(Failure),
}

impl From<Trouble> for NoHistory {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl From<DataError> for NoHistory {
    fn from(error: DataError) -> Self {
        Self::Failure(error.into())
    }
}

impl From<Failure> for NoHistory {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// The folder of the history with this digest.
pub fn folder(home: &Path, digest: &str) -> PathBuf {
    home.join("paper").join(digest.get(..16).unwrap_or(digest))
}

/// Makes the history of a new run and keeps it; gives it as it will be read back.
///
/// # Errors
/// [`NoHistory`].
pub fn make(
    wanted: &Wanted<'_>,
    (broker, universe): (&Broker, &Universe),
    now: Timestamp,
) -> Result<History, NoHistory> {
    let history = match wanted.settings.paper.opening {
        Opening::Broker => fetched(wanted, broker, universe)?,
        Opening::Local => continued(wanted, broker, universe)?,
    };
    let symbols = universe.symbols();
    let empty =
        history.series.values().chain([&history.index]).find(|series| series.bars.is_empty());
    if let Some(series) = empty {
        return Err(NoHistory::Failure(Failure::usage(format!(
            "there is no bar of {} before {}: nothing can be decided on it. Leave it out, or import its \
             history and set paper.opening: local",
            series.symbol, wanted.from
        ))));
    }
    let folder = folder(wanted.home, &history.digest(symbols));
    if let Ok(known) = read(wanted.home, &history.digest(symbols), symbols) {
        return Ok(known);
    }
    let vix = vix_series(&history.vix);
    let series: Vec<Series> =
        history.series.values().cloned().chain([history.index.clone()]).chain(vix).collect();
    let mut catalogue = Catalogue::open(&folder)?;
    let report = catalogue.store_series("history before a paper run", series, Some(now))?;
    if let Some(blocker) = report.blockers.iter().find(|blocker| !blocker.acceptable) {
        return Err(NoHistory::Failure(Failure::work(blocker.detail.clone())));
    }
    read(wanted.home, &history.digest(symbols), symbols).map_err(NoHistory::Failure)
}

/// Reads the history of a run back.
///
/// # Errors
/// When it is not there, or not what it was.
pub fn read(home: &Path, digest: &str, symbols: &[Symbol]) -> Result<History, Failure> {
    let folder = folder(home, digest);
    let history = load(&folder, symbols)?;
    if history.digest(symbols) == digest {
        return Ok(history);
    }
    Err(Failure::work(format!(
        "the history in {} is not the one that the run began with: restore the folder from a copy, \
         or begin a new run in another --home",
        folder.display()
    )))
}

fn load(folder: &Path, symbols: &[Symbol]) -> Result<History, Failure> {
    let mut history = History::from_catalogue(&Catalogue::open(folder)?, symbols)?;
    // Where no volatility index was known before the run, none is taken from elsewhere.
    let last = history.index.last();
    history.vix.retain(|(date, _)| last.is_some_and(|last| *date <= last));
    Ok(history)
}

/// All of it from the broker; what it does not have of the context, from this machine.
fn fetched(
    wanted: &Wanted<'_>,
    broker: &Broker,
    universe: &Universe,
) -> Result<History, NoHistory> {
    let years = i64::from(wanted.settings.paper.opening_years);
    let first = wanted.from.checked_sub(years.years()).unwrap_or(wanted.from);
    let eve = wanted.from.yesterday().unwrap_or(wanted.from);
    let local = Local::open(wanted.home);
    let mut history = History {
        series: BTreeMap::new(),
        index: index_of(local.index),
        vix: local.vix,
        finer: FinerHistory::default(),
    };
    for symbol in universe.symbols() {
        let Some(listing) = universe.listing(*symbol) else { continue };
        let currency = listing.currency.unwrap_or(Currency::Usd);
        let bars = broker.daily_bars(listing.id, first, eve)?;
        let kind = (currency, listing.exchange);
        let series = Series::new(*symbol, kind, bars, Vec::new(), "questrade".to_owned());
        history.series.insert(*symbol, series);
    }
    if let Some(listing) = wanted.context.index.and_then(|name| universe.listing(name)) {
        let bars = broker.daily_bars(listing.id, first, eve)?;
        history.index = index_of(bars);
    }
    if let Some(listing) = wanted.context.vix.and_then(|name| universe.listing(name)) {
        let bars = broker.daily_bars(listing.id, first, eve)?;
        if !bars.is_empty() {
            history.vix = bars.iter().map(|bar| (bar.date.date(), bar.close)).collect();
        }
    }
    cut(&mut history, wanted.from);
    Ok(history)
}

/// What this machine has, continued to the eve of the run with the broker's candles.
fn continued(
    wanted: &Wanted<'_>,
    broker: &Broker,
    universe: &Universe,
) -> Result<History, NoHistory> {
    let mut settings = wanted.settings.clone();
    (settings.universe.from, settings.universe.to) = (None, None);
    settings.universe.symbols = Some(universe.symbols().iter().map(ToString::to_string).collect());
    let mut history = Market::load(&settings, wanted.home).map_err(NoHistory::Failure)?.history;
    history.series.retain(|symbol, _| universe.symbols().contains(symbol));
    cut(&mut history, wanted.from);
    for (symbol, series) in &mut history.series {
        let Some(listing) = universe.listing(*symbol) else { continue };
        extend(series, listing.id, broker, wanted.from)?;
    }
    if let Some(listing) = wanted.context.index.and_then(|name| universe.listing(name)) {
        extend(&mut history.index, listing.id, broker, wanted.from)?;
    }
    Ok(history)
}

/// Adds the broker's bars after the last one, where the two agree on the sessions before.
fn extend(series: &mut Series, id: i64, broker: &Broker, from: Date) -> Result<(), NoHistory> {
    let Some(last) = series.last() else { return Ok(()) };
    let eve = from.yesterday().unwrap_or(from);
    let missing = series.exchange.sessions_between(last, eve).unwrap_or(u32::MAX);
    if missing == 0 {
        return Ok(());
    }
    let known = &series.bars[series.bars.len().saturating_sub(overlap::SESSIONS)..];
    let since = known.first().map_or(last, |bar| bar.date.date());
    let found = broker.daily_bars(id, since, eve)?;
    if overlap::compare(known, &found) != Overlap::Same {
        return Err(NoHistory::Failure(Failure::usage(format!(
            "{}: the broker's candles do not continue the local bars, which end on {last}: they differ \
             before it (splits since, or another basis). Import bars up to yesterday, or let the \
             history come from the broker with paper.opening: broker",
            series.symbol
        ))));
    }
    let newer = found.into_iter().filter(|bar| bar.date.date() > last);
    let bars: Vec<Bar> = series.bars.iter().copied().chain(newer).collect();
    let kind = (series.currency, series.exchange);
    let source = format!("{}, continued by questrade", series.source);
    *series = Series::new(series.symbol, kind, bars, series.actions.clone(), source);
    Ok(())
}

/// Nothing of `from` or later stays.
fn cut(history: &mut History, from: Date) {
    for series in history.series.values_mut().chain([&mut history.index]) {
        let bars = series.bars.iter().copied().filter(|bar| bar.date.date() < from).collect();
        let actions = series.actions.iter().copied().filter(|a| a.ex_date < from).collect();
        let kind = (series.currency, series.exchange);
        *series = Series::new(series.symbol, kind, bars, actions, series.source.clone());
    }
    history.vix.retain(|(date, _)| *date < from);
}

fn index_of(bars: Vec<Bar>) -> Series {
    let kind = (Currency::Usd, Exchange::Xnys);
    Series::new(name(INDEX), kind, bars, Vec::new(), "questrade".to_owned())
}

fn vix_series(closes: &[(Date, f64)]) -> Option<Series> {
    let bar = |&(date, close): &(Date, f64)| Bar {
        date: date.into(),
        open: close,
        high: close,
        low: close,
        close,
        volume: 0.0,
    };
    let bars: Vec<Bar> = closes.iter().map(bar).collect();
    let kind = (Currency::Usd, Exchange::Xnys);
    (!bars.is_empty()).then(|| Series::new(name(VIX), kind, bars, Vec::new(), String::new()))
}

fn name(text: &str) -> Symbol {
    Symbol::new(text).expect("names of indices are symbols")
}

/// Index and volatility index on this machine: imported, else bundled.
#[derive(Debug, Clone, Default)]
pub struct Local {
    index: Vec<Bar>,
    vix: Vec<(Date, f64)>,
}

impl Local {
    /// As they stand now. What cannot be read is not there: it is missed by name later.
    pub fn open(home: &Path) -> Self {
        let catalogue = Catalogue::open(home).ok();
        let imported = |text: &str| catalogue.as_ref()?.load(name(text)).ok();
        let index = imported(INDEX).or_else(|| bundled_index(INDEX).ok());
        let closes = |series: Series| -> Vec<(Date, f64)> {
            series.bars.iter().map(|bar| (bar.date.date(), bar.close)).collect()
        };
        let vix = imported(VIX).map(closes);
        let bundled = || History::bundled().map(|history| history.vix).unwrap_or_default();
        Self {
            index: index.map(|series| series.bars).unwrap_or_default(),
            vix: vix.unwrap_or_else(bundled),
        }
    }
}

impl LocalContext for Local {
    fn index(&self, session: Date) -> Option<Bar> {
        self.index.iter().rev().find(|bar| bar.date.date() == session).copied()
    }

    fn vix(&self, session: Date) -> Option<f64> {
        self.vix.iter().rev().find(|(date, _)| *date == session).map(|(_, close)| *close)
    }
}
