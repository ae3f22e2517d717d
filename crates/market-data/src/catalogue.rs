//! The user's own data: imported once, checked, kept with their origin.
//!
//! On disk, under the home directory of the product:
//! - `catalogue/index.json`: one [`Entry`] a symbol; the only commit point of an import.
//! - `catalogue/SYMBOL.csv.gz`: bars and actions, named in the index by their BLAKE3.
//! - `catalogue/1m`: the same for bars of one minute, which are a catalogue of their own.
//!
//! An import writes its files beside the old ones (`.new`), then the index, then moves the files
//! into place. A crash before the index leaves the old catalogue, a crash after it the new one:
//! a `.new` file that the index speaks of is taken for the file itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tradebot_domain::{
    CorporateAction, Currency, Date, Exchange, Interval, SYNTHETIC, Symbol, Timestamp,
};
use tradebot_quality_gates::{GateConfig, Level, SeriesReport, assess_series};

use crate::aggregate::aggregate;
use crate::bundled;
use crate::error::DataError;
use crate::finer::FinerHistory;
use crate::history::{History, Series, is_index};
use crate::import::{ActionSource, ImportOptions, ImportReport};
use crate::sessions::OwnSessions;

mod disk;
mod bars_file;
mod fetched;
mod mending;
mod merge;
mod transaction;

pub use fetched::{FetchReport, Kept, Listing};
pub use mending::{Decision, Mending, Offer};

/// Name of the volatility index when imported.
const VIX: &str = "^VIX";

/// Imported series and where they came from.
#[derive(Debug)]
pub struct Catalogue {
    dir: PathBuf,
    interval: Interval,
    entries: BTreeMap<Symbol, Entry>,
}

/// What the catalogue knows of one symbol without opening its bars.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The symbol.
    pub symbol: Symbol,
    /// Currency of its prices.
    pub currency: Currency,
    /// Exchange whose sessions its bars are of.
    pub exchange: Exchange,
    /// Number of bars.
    pub bars: usize,
    /// First bar.
    pub first: Date,
    /// Last bar.
    pub last: Date,
    /// Number of corporate actions.
    pub actions: usize,
    /// Quality of the series when it was stored.
    pub score: f64,
    /// The same in words.
    pub level: Level,
    /// BLAKE3 of the stored file, hex.
    pub blake3: String,
    /// The imports that made it, oldest first.
    pub imports: Vec<Provenance>,
    /// Repairs that were offered and decided on, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mendings: Vec<Mending>,
}

impl Entry {
    /// The bars were made up.
    pub fn is_synthetic(&self) -> bool {
        self.label().is_some()
    }

    /// The made-up world that the bars are of.
    fn label(&self) -> Option<&str> {
        let (name, _) = self.imports.first()?.files.first()?;
        name.starts_with(SYNTHETIC).then_some(name)
    }
}

/// Where bars came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The files, as they were named, with the BLAKE3 of each (hex).
    pub files: Vec<(String, String)>,
    /// When.
    pub imported_at: Timestamp,
    /// First and last session imported.
    pub range: (Date, Date),
    /// Rows used.
    pub rows: usize,
    /// Where corporate actions came from.
    pub actions: ActionSource,
    /// Findings that were accepted with `accept_dirty`.
    pub accepted: Vec<String>,
}

/// A look into one series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspection {
    /// What the index says.
    pub entry: Entry,
    /// Spans of sessions without bars, oldest first.
    pub gaps: Vec<GapSpan>,
    /// Every corporate action.
    pub actions: Vec<CorporateAction>,
    /// The quality gate over the whole series.
    pub quality: SeriesReport,
}

/// Sessions in a row without a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct GapSpan {
    /// First session without.
    pub from: Date,
    /// Last session without.
    pub to: Date,
    /// How many.
    pub sessions: u32,
}

impl Catalogue {
    /// The catalogue under `home`; empty where none was begun. Writes nothing.
    ///
    /// # Errors
    /// [`DataError::CatalogueIndex`] when its index is damaged, [`DataError::Io`] when it cannot
    /// be read.
    pub fn open(home: &Path) -> Result<Self, DataError> {
        Self::open_of(home, Interval::DAILY)
    }

    /// The catalogue of bars of another length under `home`, as [`Catalogue::open`].
    ///
    /// # Errors
    /// As [`Catalogue::open`]; [`DataError::NotImported`] for an interval that is neither a session
    /// nor a minute.
    pub fn open_of(home: &Path, interval: Interval) -> Result<Self, DataError> {
        let mut dir = home.join("catalogue");
        match interval {
            Interval::DAILY => {}
            Interval::MINUTE => dir.push(interval.to_string()),
            _ => return Err(DataError::NotImported { interval }),
        }
        let entries = disk::read_index(&dir)?;
        Ok(Self { dir, interval, entries })
    }

    /// How long its bars are.
    pub const fn interval(&self) -> Interval {
        self.interval
    }

    /// All entries, in symbol order.
    pub fn list(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.entries.values()
    }

    /// The symbols, in order.
    pub fn symbols(&self) -> Vec<Symbol> {
        self.entries.keys().copied().collect()
    }

    /// The entry of a symbol.
    ///
    /// # Errors
    /// [`DataError::UnknownSymbol`] with what there is.
    pub fn entry(&self, symbol: Symbol) -> Result<&Entry, DataError> {
        self.entries.get(&symbol).ok_or_else(|| DataError::unknown(symbol, self.symbols()))
    }

    /// Imports files: all of their symbols or, with blockers, none.
    ///
    /// # Errors
    /// [`DataError`] when a file cannot be read at all, or the catalogue not be written. What is
    /// wrong inside readable files stands in the report.
    pub fn import(
        &mut self,
        files: &[PathBuf],
        options: &ImportOptions,
    ) -> Result<ImportReport, DataError> {
        transaction::import(self, files, options)
    }

    /// Stores a world that was made up: all of these series or none.
    ///
    /// - `label`: names the world, and begins with `SYNTHETIC`. It takes the place of a file's name
    ///   in the provenance.
    ///
    /// Findings of the quality gate are noted as accepted: the gates of a run meet these bars too.
    /// Bars of the same world that are stored already must be the same ones.
    ///
    /// # Errors
    /// [`DataError::Mixed`] where the catalogue holds anything but this world; else as
    /// [`Catalogue::import`].
    pub fn store_synthetic(
        &mut self,
        label: &str,
        series: Vec<Series>,
        imported_at: Option<Timestamp>,
    ) -> Result<ImportReport, DataError> {
        transaction::store_synthetic(self, label, series, imported_at)
    }

    /// Stores series that a program has at hand: all of them or none.
    ///
    /// - `label`: says where they are from, such as `questrade`. It takes the place of a file's name
    ///   in the provenance.
    ///
    /// Findings of the quality gate are noted as accepted: the gates of a run meet these bars too.
    /// Bars that are stored already must be the same ones.
    ///
    /// # Errors
    /// [`DataError::Mixed`] where the catalogue holds a made-up world; else as
    /// [`Catalogue::import`].
    pub fn store_series(
        &mut self,
        label: &str,
        series: Vec<Series>,
        imported_at: Option<Timestamp>,
    ) -> Result<ImportReport, DataError> {
        transaction::store_series(self, (label, None), series, imported_at)
    }

    /// The made-up world that the catalogue holds, if it holds one.
    pub fn world(&self) -> Option<&str> {
        self.entries.values().find_map(Entry::label)
    }

    /// Refuses what must not stand beside what is stored. `asked`: the label of a made-up world.
    fn require_unmixed(&self, asked: Option<&str>) -> Result<(), DataError> {
        let held = self.world();
        if self.entries.is_empty() || held == asked {
            return Ok(());
        }
        Err(DataError::Mixed {
            path: self.dir.clone(),
            held: held.unwrap_or("real data").to_owned(),
            asked: asked.unwrap_or("real data").to_owned(),
        })
    }

    /// Forgets a symbol and its bars.
    ///
    /// # Errors
    /// [`DataError::UnknownSymbol`], or [`DataError::Io`] when the disk refuses.
    pub fn remove(&mut self, symbol: Symbol) -> Result<Entry, DataError> {
        let lock = disk::Lock::take(&self.dir)?;
        self.entries = disk::read_index(&self.dir)?;
        self.entry(symbol)?;
        let mut entries = self.entries.clone();
        let entry = entries.remove(&symbol).expect("the entry was found just above");
        disk::write_index(&self.dir, &entries)?;
        self.entries = entries;
        disk::discard(&self.dir, symbol);
        drop(lock);
        Ok(entry)
    }

    /// The bars and actions of a symbol.
    ///
    /// # Errors
    /// [`DataError::UnknownSymbol`]; [`DataError::Catalogue`] when the stored file is not the one
    /// that was written.
    pub fn load(&self, symbol: Symbol) -> Result<Series, DataError> {
        let entry = self.entry(symbol)?;
        let bytes = disk::read_bars(&self.dir, entry)?;
        let (bars, actions) = bars_file::decode(&bytes)
            .map_err(|problem| disk::broken(&self.dir, symbol, problem))?;
        let sources: Vec<&str> =
            entry.imports.iter().flat_map(|i| &i.files).map(|(file, _)| file.as_str()).collect();
        let source = format!("catalogue, from {}", sources.join(", "));
        let kind = (entry.currency, entry.exchange);
        Ok(Series::of_interval(symbol, kind, self.interval, bars, actions).from_source(source))
    }

    /// Range, gaps against the exchange calendar, actions and quality of a symbol.
    ///
    /// # Errors
    /// As [`Catalogue::load`].
    pub fn inspect(&self, symbol: Symbol) -> Result<Inspection, DataError> {
        let series = self.load(symbol)?;
        let quality = assess(&series, GateConfig::default());
        Ok(Inspection {
            entry: self.entry(symbol)?.clone(),
            gaps: gaps(&series),
            actions: series.actions,
            quality,
        })
    }
}

impl History {
    /// Imported series with their context. With an empty choice, all that can be traded.
    ///
    /// An imported `^GSPC` or `^VIX` takes the place of the bundled one.
    ///
    /// # Errors
    /// [`DataError::UnknownSymbol`] or [`DataError::NotTradable`] for a wrong choice,
    /// [`DataError::NoSymbols`] for an empty catalogue, else as [`Catalogue::load`].
    pub fn from_catalogue(catalogue: &Catalogue, symbols: &[Symbol]) -> Result<Self, DataError> {
        let tradable = || catalogue.symbols().into_iter().filter(|&symbol| !is_index(symbol));
        let chosen: Vec<Symbol> =
            if symbols.is_empty() { tradable().collect() } else { symbols.to_vec() };
        if chosen.is_empty() {
            return Err(DataError::NoSymbols { available: Vec::new() });
        }
        let mut series = BTreeMap::new();
        for symbol in chosen {
            if is_index(symbol) {
                return Err(DataError::NotTradable { symbol });
            }
            if !catalogue.entries.contains_key(&symbol) {
                return Err(DataError::unknown(symbol, tradable().collect()));
            }
            series.insert(symbol, catalogue.load(symbol)?);
        }
        let (index, vix) = catalogue.market()?;
        Ok(Self { series, index, vix, finer: FinerHistory::default() })
    }

    /// The same history with imported bars of a minute inside its bars, for as many of its symbols
    /// as have some.
    ///
    /// # Errors
    /// As [`Catalogue::load`], for the catalogue of minutes.
    pub fn with_finer(mut self, minutes: &Catalogue) -> Result<Self, DataError> {
        let mut found = Vec::new();
        let mut interval = Interval::DAILY;
        for (symbol, series) in &self.series {
            interval = series.interval;
            if minutes.entries.contains_key(symbol) {
                found.push((*symbol, series.exchange, minutes.load(*symbol)?.bars));
            }
        }
        // Bars of a minute have nothing inside.
        if interval != Interval::MINUTE {
            self.finer = FinerHistory::new(found, interval);
        }
        Ok(self)
    }

    /// Imported one-minute bars as bars of `interval`, with their daily context.
    ///
    /// Index and VIX are those of the daily catalogue, or the bundled ones; corporate actions are
    /// those that the daily catalogue knows of a symbol.
    ///
    /// # Errors
    /// As [`History::from_catalogue`], for either catalogue.
    pub fn intraday(
        minutes: &Catalogue,
        daily: &Catalogue,
        symbols: &[Symbol],
        interval: Interval,
    ) -> Result<Self, DataError> {
        let mut history = Self::from_catalogue(minutes, symbols)?;
        for series in history.series.values_mut() {
            let bars = aggregate(&series.bars, series.exchange, interval);
            let (symbol, kind) = (series.symbol, (series.currency, series.exchange));
            let actions = match daily.entries.get(&symbol) {
                Some(_) => daily.load(symbol)?.actions,
                None => Vec::new(),
            };
            let source = std::mem::take(&mut series.source);
            *series =
                Series::of_interval(symbol, kind, interval, bars, actions).from_source(source);
        }
        (history.index, history.vix) = daily.market()?;
        Ok(history)
    }
}

impl Catalogue {
    /// Index and VIX: the imported ones, else the bundled ones.
    fn market(&self) -> Result<(Series, Vec<(Date, f64)>), DataError> {
        // What is imported as bars of a minute is no context of sessions.
        let context = |name| if self.interval.is_daily() { self.context(name) } else { Ok(None) };
        let index = match context(bundled::INDEX)? {
            Some(imported) => imported,
            None => bundled::bundled_index(bundled::INDEX)?,
        };
        let vix = match context(VIX)? {
            Some(imported) => {
                imported.bars.iter().map(|bar| (bar.date.date(), bar.close)).collect()
            }
            None => bundled::vix()?,
        };
        Ok((index, vix))
    }

    fn context(&self, name: &str) -> Result<Option<Series>, DataError> {
        let symbol = Symbol::new(name).expect("names of indices are symbols");
        self.entries.contains_key(&symbol).then(|| self.load(symbol)).transpose()
    }
}

/// The quality gate over a series, with the calendar where there is one.
fn assess(series: &Series, gates: GateConfig) -> SeriesReport {
    let gates = if is_index(series.symbol) { gates.for_index() } else { gates };
    let gates = if series.interval.is_daily() { gates } else { gates.for_intraday() };
    let own = OwnSessions::new(series.exchange, &series.bars);
    let is_session = |date| own.is_session(date);
    assess_series(series.symbol, &series.bars, &series.actions, &is_session, &gates)
}

/// Sessions without any bar, whatever the interval.
fn gaps(series: &Series) -> Vec<GapSpan> {
    let own = OwnSessions::new(series.exchange, &series.bars);
    let mut spans = Vec::new();
    for pair in series.bars.windows(2) {
        let mut span: Option<GapSpan> = None;
        let mut date = pair[0].date.date();
        while let Ok(next) = date.tomorrow()
            && next < pair[1].date.date()
        {
            date = next;
            if own.is_session(date) {
                let open = span.get_or_insert(GapSpan { from: date, to: date, sessions: 0 });
                open.to = date;
                open.sessions += 1;
            }
        }
        spans.extend(span);
    }
    spans
}
