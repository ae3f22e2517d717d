//! Bars of a source beside stored ones: what is new is added, what is stored stays.

use serde::Serialize;
use tradebot_domain::{Currency, Date, Exchange, Symbol};

use super::transaction::{commit, prepare};
use super::{Catalogue, Entry, disk};
use crate::error::DataError;
use crate::history::is_index;
use crate::import::series::Incoming;
use crate::import::{ActionSource, Blocker, ImportOptions, OnConflict, SymbolReport};
use crate::source::{Agreement, Bars, Fetched, Tolerance, agreement};

/// What a symbol is listed as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Listing {
    /// The symbol.
    pub symbol: Symbol,
    /// Currency of its prices.
    pub currency: Currency,
    /// Exchange whose sessions its bars are of.
    pub exchange: Exchange,
}

impl Listing {
    /// As its name says: `.TO` is Toronto in Canadian dollars, all else New York in US dollars.
    pub fn by_name(symbol: Symbol) -> Self {
        let (currency, exchange) = if symbol.as_str().strip_suffix(".TO").is_some() {
            (Currency::Cad, Exchange::Xtse)
        } else {
            (Currency::Usd, Exchange::Xnys)
        };
        Self { symbol, currency, exchange }
    }
}

/// What became of fetched bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// The catalogue has the new ones.
    Stored,
    /// There was nothing new: nothing was written.
    Unchanged,
    /// The quality gate speaks against the series: nothing was written.
    Refused,
}

/// What storing fetched bars did.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[must_use = "the bars may have been refused"]
pub struct FetchReport {
    /// Stored, nothing new, or refused.
    pub kept: Kept,
    /// The series as it is or would be; none where nothing was fetched.
    pub series: Option<SymbolReport>,
    /// Stored and fetched bars compared on the sessions of both.
    pub agreement: Agreement,
    /// Where the stored bars of those sessions came from.
    pub held_from: String,
    /// Why it was refused, or what was accepted of an index.
    pub blockers: Vec<Blocker>,
}

impl Catalogue {
    /// What a stored symbol is listed as, else what its name says.
    pub fn listing(&self, symbol: Symbol) -> Listing {
        self.entries.get(&symbol).map_or_else(
            || Listing::by_name(symbol),
            |entry| Listing { symbol, currency: entry.currency, exchange: entry.exchange },
        )
    }

    /// Sessions that the catalogue has bars of; none for a symbol that is not stored.
    ///
    /// # Errors
    /// As [`Catalogue::load`].
    pub fn sessions_of(&self, symbol: Symbol) -> Result<Vec<Date>, DataError> {
        match self.entries.get(&symbol) {
            Some(_) => Ok(self.load(symbol)?.bars.iter().map(|bar| bar.date.date()).collect()),
            None => Ok(Vec::new()),
        }
    }

    /// Adds the bars of sessions that are not stored. A session that is stored stays as it is; where
    /// the source says otherwise, the report tells. When nothing is new, nothing is written.
    ///
    /// An index is context: what the quality gate says against it is noted as accepted.
    ///
    /// # Errors
    /// [`DataError::Mixed`] where the catalogue holds a made-up world, [`DataError::Stored`] for
    /// another listing than the stored one; else as [`Catalogue::import`].
    pub fn store_fetched(
        &mut self,
        listing: Listing,
        fetched: &Fetched<Bars>,
        tolerance: Tolerance,
    ) -> Result<FetchReport, DataError> {
        let lock = disk::Lock::take(&self.dir)?;
        self.entries = disk::read_index(&self.dir)?;
        self.require_unmixed(None)?;
        let report = self.add(listing, fetched, tolerance)?;
        drop(lock);
        Ok(report)
    }

    fn add(
        &mut self,
        listing: Listing,
        fetched: &Fetched<Bars>,
        tolerance: Tolerance,
    ) -> Result<FetchReport, DataError> {
        let (symbol, Fetched { value, provenance }) = (listing.symbol, fetched);
        let mut report = FetchReport {
            kept: Kept::Unchanged,
            series: None,
            agreement: Agreement::default(),
            held_from: String::new(),
            blockers: Vec::new(),
        };
        if value.bars.is_empty() {
            return Ok(report);
        }
        if let Some(entry) = self.entries.get(&symbol) {
            report.agreement = agreement(&self.load(symbol)?.bars, &value.bars, tolerance);
            report.held_from = origin_of(entry);
        }
        let options = ImportOptions {
            currency: listing.currency,
            exchange: listing.exchange,
            on_conflict: OnConflict::Keep,
            imported_at: Some(provenance.fetched_at),
            ..ImportOptions::default()
        };
        let source = if value.tells_actions { ActionSource::Columns } else { ActionSource::None };
        let incoming = Incoming {
            bars: value.bars.clone(),
            actions: value.actions.clone(),
            action_source: Some(source),
            ..Incoming::default()
        };
        let name = format!("{} {}", provenance.source, provenance.url);
        let files = vec![(name, provenance.blake3.clone())];
        let (candidate, blockers) = prepare(self, symbol, &incoming, files, &options)?;
        let series = candidate.report.clone();
        let known = self.entries.get(&symbol).map_or(0, |entry| entry.actions);
        let is_new = series.added > 0 || series.actions.len() != known;
        let stops = |blocker: &Blocker| !(blocker.acceptable && is_index(symbol));
        report.kept = if !is_new {
            Kept::Unchanged
        } else if blockers.iter().any(stops) {
            Kept::Refused
        } else {
            commit(self, &mut [candidate], &blockers)?;
            Kept::Stored
        };
        report.series = Some(series);
        report.blockers = if is_new { blockers } else { Vec::new() };
        Ok(report)
    }
}

/// The sources of an entry, each once, in the order of their first import.
fn origin_of(entry: &Entry) -> String {
    let mut names: Vec<&str> = Vec::new();
    for (file, _) in entry.imports.iter().flat_map(|import| &import.files) {
        let name = file.split(' ').next().unwrap_or(file);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Provenance;
    use tradebot_domain::Bar;

    fn bar(day: i8, close: f64) -> Bar {
        let date = Date::constant(2005, 3, day).into();
        Bar { date, open: close, high: close, low: close, close, volume: 1_000.0 }
    }

    fn fetched(source: &str, bars: Vec<Bar>) -> Fetched<Bars> {
        let provenance = Provenance {
            source: source.to_owned(),
            url: "https://example.com/q".to_owned(),
            fetched_at: "2026-07-09T21:00:00Z".parse().unwrap(),
            blake3: "00".repeat(32),
            unofficial: false,
        };
        Fetched { value: Bars { bars, ..Bars::default() }, provenance }
    }

    fn everything(dir: &std::path::Path) -> Vec<(String, Vec<u8>)> {
        let files = std::fs::read_dir(dir.join("catalogue")).unwrap();
        let mut all: Vec<(String, Vec<u8>)> = files
            .map(|file| file.unwrap().path())
            .map(|path| (path.display().to_string(), std::fs::read(path).unwrap()))
            .collect();
        all.sort();
        all
    }

    #[test]
    fn new_sessions_are_added_stored_ones_stay_and_the_second_time_nothing_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let mut catalogue = Catalogue::open(dir.path()).unwrap();
        let listing = catalogue.listing(Symbol::new("ABC").unwrap());
        let mut store = |source: &str, bars: Vec<Bar>| {
            catalogue.store_fetched(listing, &fetched(source, bars), Tolerance::default()).unwrap()
        };
        let first = store("one", vec![bar(1, 10.0), bar(2, 10.1)]);
        assert_eq!((first.kept, first.series.unwrap().added), (Kept::Stored, 2));
        let next = store("two", vec![bar(2, 10.2), bar(3, 10.3)]);
        assert_eq!((next.kept, next.held_from.as_str()), (Kept::Stored, "one"));
        assert_eq!((next.agreement.compared, next.agreement.agreed), (1, 0));
        let before = everything(dir.path());
        let again = store("two", vec![bar(2, 10.2), bar(3, 10.3)]);
        assert_eq!((again.kept, again.agreement.agreed), (Kept::Unchanged, 1));
        assert_eq!(store("two", Vec::new()).kept, Kept::Unchanged);
        assert_eq!(everything(dir.path()), before, "not a byte");
        let closes: Vec<f64> =
            catalogue.load(listing.symbol).unwrap().bars.iter().map(|b| b.close).collect();
        assert_eq!(closes, [10.0, 10.1, 10.3], "the stored bar of the second stays");
    }

    #[test]
    fn what_the_gate_speaks_against_is_refused_and_an_index_noted() {
        let dir = tempfile::tempdir().unwrap();
        let mut catalogue = Catalogue::open(dir.path()).unwrap();
        let halved: Vec<Bar> =
            (1..=4).map(|d| bar(d, 100.0)).chain([bar(7, 50.0), bar(8, 50.1)]).collect();
        let mut store = |name: &str| {
            let listing = Listing::by_name(Symbol::new(name).unwrap());
            catalogue
                .store_fetched(listing, &fetched("one", halved.clone()), Tolerance::default())
                .unwrap()
        };
        let refused = store("ABC");
        assert_eq!(refused.kept, Kept::Refused, "a split that nobody tells");
        assert!(refused.blockers[0].detail.contains("split"), "{:?}", refused.blockers);
        assert_eq!(store("^ABC").kept, Kept::Stored);
        assert_eq!(catalogue.symbols().len(), 1);
    }

    #[test]
    fn a_listing_is_told_by_the_name_until_it_is_stored() {
        let toronto = Listing::by_name(Symbol::new("RY.TO").unwrap());
        assert_eq!((toronto.currency, toronto.exchange), (Currency::Cad, Exchange::Xtse));
        let york = Listing::by_name(Symbol::new("BRK.B").unwrap());
        assert_eq!((york.currency, york.exchange), (Currency::Usd, Exchange::Xnys));
    }
}
