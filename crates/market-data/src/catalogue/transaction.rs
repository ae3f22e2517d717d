//! One import, from files to a committed index.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::take;
use std::path::PathBuf;

use tradebot_domain::{Bar, Date, Interval, SYNTHETIC, Symbol, Timestamp};
use tradebot_quality_gates::{Check, SeriesReport};

use super::merge::{Merged, merge};
use super::{Catalogue, Entry, Mending, Provenance, assess, bars_file, disk};
use crate::error::DataError;
use crate::history::Series;
use crate::import::read::read_file;
use crate::import::series::{Incoming, Sourced, arrange};
use crate::import::{
    ActionSource, Blocker, FileReport, ImportOptions, ImportReport, OnConflict, Outcome,
    SymbolReport, factor_file,
};

/// A symbol ready to be stored.
pub(super) struct Candidate {
    series: Series,
    pub(super) report: SymbolReport,
    provenance: Provenance,
}

pub(super) fn import(
    catalogue: &mut Catalogue,
    files: &[PathBuf],
    options: &ImportOptions,
) -> Result<ImportReport, DataError> {
    // A dry run writes nothing, not even a lock.
    let lock = if options.dry_run { None } else { Some(disk::Lock::take(&catalogue.dir)?) };
    catalogue.entries = disk::read_index(&catalogue.dir)?;
    catalogue.require_unmixed(None)?;
    let (mut reports, rows) = read_all(files, options, catalogue.interval)?;
    let factors = match &options.factors {
        Some(path) => factor_file::read(path, options)?,
        None => BTreeMap::new(),
    };
    let names: Vec<String> = reports.iter().map(|report| report.file.clone()).collect();
    let (mut candidates, mut blockers) = (Vec::new(), Vec::new());
    for (symbol, rows) in rows {
        let origin: BTreeSet<usize> = rows.iter().map(|sourced| sourced.file).collect();
        let table = factors.get(&symbol).map(Vec::as_slice);
        let mut incoming = arrange(symbol, options.exchange, rows, table, &names);
        if options.factors.is_some() && table.is_none() {
            incoming.notes.push(format!("the factor table says nothing of {symbol}"));
        }
        for (file, issue) in incoming.issues.drain(..) {
            reports[file].note(issue);
        }
        let origin = origin.iter().map(|&file| &reports[file]);
        let files = origin.map(|report| (report.file.clone(), report.blake3.clone())).collect();
        let (candidate, found) = prepare(catalogue, symbol, &incoming, files, options)?;
        candidates.push(candidate);
        blockers.extend(found);
    }
    blockers.extend(reports.iter().filter_map(bad_rows));
    if candidates.is_empty() {
        blockers.push(nothing_usable());
    }
    let stops = |blocker: &Blocker| !(blocker.acceptable && options.accept_dirty);
    let outcome = if blockers.iter().any(stops) {
        Outcome::Refused
    } else if options.dry_run {
        Outcome::Previewed
    } else {
        commit(catalogue, &mut candidates, &blockers)?;
        Outcome::Stored
    };
    drop(lock);
    let symbols = candidates.into_iter().map(|candidate| candidate.report).collect();
    Ok(ImportReport { outcome, files: reports, symbols, blockers })
}

pub(super) fn store_synthetic(
    catalogue: &mut Catalogue,
    label: &str,
    series: Vec<Series>,
    imported_at: Option<Timestamp>,
) -> Result<ImportReport, DataError> {
    debug_assert!(label.starts_with(SYNTHETIC), "`{label}` does not say what it is");
    store_series(catalogue, (label, Some(label)), series, imported_at)
}

/// Stores series that are not read from files. `world`: the made-up world that they are of.
pub(super) fn store_series(
    catalogue: &mut Catalogue,
    (label, world): (&str, Option<&str>),
    series: Vec<Series>,
    imported_at: Option<Timestamp>,
) -> Result<ImportReport, DataError> {
    let lock = disk::Lock::take(&catalogue.dir)?;
    catalogue.entries = disk::read_index(&catalogue.dir)?;
    catalogue.require_unmixed(world)?;
    let (mut candidates, mut blockers) = (Vec::new(), Vec::new());
    for series in series {
        let options = ImportOptions {
            currency: series.currency,
            exchange: series.exchange,
            imported_at,
            ..ImportOptions::default()
        };
        let files = vec![(label.to_owned(), series.digest)];
        let incoming = Incoming {
            bars: series.bars,
            actions: series.actions,
            action_source: Some(ActionSource::Columns),
            ..Incoming::default()
        };
        let (candidate, found) = prepare(catalogue, series.symbol, &incoming, files, &options)?;
        candidates.push(candidate);
        blockers.extend(found);
    }
    let stored = blockers.iter().all(|blocker| blocker.acceptable);
    if stored {
        commit(catalogue, &mut candidates, &blockers)?;
    }
    drop(lock);
    let outcome = if stored { Outcome::Stored } else { Outcome::Refused };
    let symbols = candidates.into_iter().map(|candidate| candidate.report).collect();
    Ok(ImportReport { outcome, files: Vec::new(), symbols, blockers })
}

/// Reports of the files, and the rows of each symbol over all files.
type Read = (Vec<FileReport>, BTreeMap<Symbol, Vec<Sourced>>);

fn read_all(
    files: &[PathBuf],
    options: &ImportOptions,
    interval: Interval,
) -> Result<Read, DataError> {
    let mut reports = Vec::new();
    let mut all: BTreeMap<Symbol, Vec<Sourced>> = BTreeMap::new();
    for (file, path) in files.iter().enumerate() {
        let (report, rows) = read_file(path, (options, interval))?;
        reports.push(report);
        for (symbol, rows) in rows {
            let sourced = rows.into_iter().map(|row| Sourced { file, row });
            all.entry(symbol).or_default().extend(sourced);
        }
    }
    Ok((reports, all))
}

/// Merges, assesses, and says what speaks against storing.
pub(super) fn prepare(
    catalogue: &Catalogue,
    symbol: Symbol,
    incoming: &Incoming,
    files: Vec<(String, String)>,
    options: &ImportOptions,
) -> Result<(Candidate, Vec<Blocker>), DataError> {
    let stored = stored_series(catalogue, symbol, options)?;
    let mut merged = merge(stored.as_ref(), incoming, options.on_conflict);
    let (bars, actions) = (take(&mut merged.bars), take(&mut merged.actions));
    let kind = (options.currency, options.exchange);
    let series = Series::of_interval(symbol, kind, catalogue.interval, bars, actions);
    let report = symbol_report(&series, incoming, &merged, options);
    let provenance = Provenance {
        files,
        imported_at: options.imported_at.unwrap_or_else(now),
        range: range(&incoming.bars),
        rows: incoming.bars.len(),
        actions: report.action_source,
        accepted: Vec::new(),
    };
    let mut blockers = quality_blockers(&report.quality);
    blockers.extend(conflict(symbol, &merged, options.on_conflict));
    blockers.extend(other_spelling(catalogue, symbol));
    Ok((Candidate { series, report, provenance }, blockers))
}

fn symbol_report(
    series: &Series,
    incoming: &Incoming,
    merged: &Merged,
    options: &ImportOptions,
) -> SymbolReport {
    let (first, last) = range(&series.bars);
    SymbolReport {
        symbol: series.symbol,
        rows: incoming.bars.len(),
        added: merged.added,
        unchanged: merged.unchanged,
        conflicting: merged.conflicts.len(),
        bars: series.bars.len(),
        first,
        last,
        action_source: incoming.action_source.unwrap_or(ActionSource::None),
        actions: series.actions.clone(),
        notes: incoming.notes.clone(),
        quality: assess(series, options.gates),
    }
}

fn range(bars: &[Bar]) -> (Date, Date) {
    let (first, last) = bars.first().zip(bars.last()).expect("a symbol comes with a row");
    (first.date.date(), last.date.date())
}

#[expect(clippy::disallowed_methods, reason = "an import is stamped with the time it happened")]
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}

/// What is stored of the symbol already; it must be the same kind of thing.
fn stored_series(
    catalogue: &Catalogue,
    symbol: Symbol,
    options: &ImportOptions,
) -> Result<Option<Series>, DataError> {
    let Some(entry) = catalogue.entries.get(&symbol) else { return Ok(None) };
    if (entry.currency, entry.exchange) == (options.currency, options.exchange) {
        return catalogue.load(symbol).map(Some);
    }
    Err(DataError::Stored {
        symbol,
        held: entry.currency,
        held_on: entry.exchange,
        asked: options.currency,
        asked_on: options.exchange,
    })
}

fn conflict(symbol: Symbol, merged: &Merged, choice: OnConflict) -> Option<Blocker> {
    let (held, new) = merged.conflicts.first().filter(|_| choice == OnConflict::Refuse)?;
    Some(Blocker {
        symbol: Some(symbol),
        file: None,
        detail: format!(
            "{symbol}: {} sessions differ from the stored ones, first {} with close {} stored and \
             {} new",
            merged.conflicts.len(),
            held.date,
            held.close,
            new.close
        ),
        remedy: "choose whether to keep the stored bars or to replace them".to_owned(),
        acceptable: false,
    })
}

/// Two spellings of one name would share a file where the system ignores case.
fn other_spelling(catalogue: &Catalogue, symbol: Symbol) -> Option<Blocker> {
    let same =
        |other: &&Symbol| **other != symbol && other.as_str().eq_ignore_ascii_case(symbol.as_str());
    let other = catalogue.entries.keys().find(same)?;
    Some(Blocker {
        symbol: Some(symbol),
        file: None,
        detail: format!("{symbol} is stored as {other} already"),
        remedy: format!("import it as {other}"),
        acceptable: false,
    })
}

/// One blocker for each check that speaks against the series.
fn quality_blockers(quality: &SeriesReport) -> Vec<Blocker> {
    let mut by_check: BTreeMap<Check, (usize, String)> = BTreeMap::new();
    for finding in quality.refusing() {
        let first = || (0, format!("{}: {}", finding.date, finding.detail));
        by_check.entry(finding.check).or_insert_with(first).0 += 1;
    }
    let symbol = quality.symbol;
    by_check
        .into_iter()
        .map(|(check, (count, first))| Blocker {
            symbol: Some(symbol),
            file: None,
            detail: format!("{symbol}: {count} x {check}, first {first}"),
            remedy: remedy(check).to_owned(),
            acceptable: true,
        })
        .collect()
}

const fn remedy(check: Check) -> &'static str {
    match check {
        Check::SuspectedSplit => {
            "give a factor table, adjusted closes or a split column, or prices that are raw; or \
             accept the series as it is"
        }
        Check::IdentityBreak => {
            "import only the years of the company you mean, or each company under its own symbol; \
             or accept the series as it is"
        }
        _ => "correct the source, or accept the series as it is",
    }
}

fn bad_rows(file: &FileReport) -> Option<Blocker> {
    let first = file.issues.iter().find(|issue| issue.blocks)?;
    Some(Blocker {
        symbol: None,
        file: Some(file.file.clone()),
        detail: format!("{} of {} rows are bad, first: {first}", file.blocking, file.rows),
        remedy: "correct the file, or accept it without them".to_owned(),
        acceptable: true,
    })
}

fn nothing_usable() -> Blocker {
    Blocker {
        symbol: None,
        file: None,
        detail: "there is no row that can be used".to_owned(),
        remedy: "look at the preview: are the columns the right ones?".to_owned(),
        acceptable: false,
    }
}

/// Files beside the old ones, then the index, then the files into place.
pub(super) fn commit(
    catalogue: &mut Catalogue,
    candidates: &mut [Candidate],
    blockers: &[Blocker],
) -> Result<(), DataError> {
    disk::recover(&catalogue.dir, &catalogue.entries)?;
    let mut entries = catalogue.entries.clone();
    for candidate in &mut *candidates {
        let symbol = candidate.series.symbol;
        candidate.accept(blockers);
        let bytes = bars_file::encode(&candidate.series.bars, &candidate.series.actions);
        disk::stage(&catalogue.dir, symbol, &bytes)?;
        let held = entries.remove(&symbol).map(|entry| (entry.imports, entry.mendings));
        entries.insert(symbol, candidate.entry(&bytes, held.unwrap_or_default()));
    }
    disk::sync_dir(&catalogue.dir)?;
    disk::write_index(&catalogue.dir, &entries)?;
    catalogue.entries = entries;
    for candidate in &*candidates {
        if let Err(error) = disk::promote(&catalogue.dir, candidate.series.symbol) {
            // The import stands: a staged file that the index names is read in its place.
            tracing::warn!(%error, "imported bars could not be moved into place");
        }
    }
    disk::sync_dir(&catalogue.dir)
}

impl Candidate {
    /// Notes the blockers of this symbol and its files as accepted.
    fn accept(&mut self, blockers: &[Blocker]) {
        let ours = |name: &String| self.provenance.files.iter().any(|(file, _)| file == name);
        let concerns = |blocker: &&Blocker| {
            blocker.symbol == Some(self.series.symbol) || blocker.file.as_ref().is_some_and(ours)
        };
        let accepted = blockers.iter().filter(concerns).map(|blocker| blocker.detail.clone());
        self.provenance.accepted = accepted.collect();
    }

    fn entry(
        &self,
        bytes: &[u8],
        (mut imports, mendings): (Vec<Provenance>, Vec<Mending>),
    ) -> Entry {
        imports.push(self.provenance.clone());
        let Self { series, report, .. } = self;
        Entry {
            symbol: series.symbol,
            currency: series.currency,
            exchange: series.exchange,
            bars: report.bars,
            first: report.first,
            last: report.last,
            actions: series.actions.len(),
            score: report.quality.score,
            level: report.quality.level,
            blake3: blake3::hash(bytes).to_hex().to_string(),
            imports,
            mendings,
        }
    }
}
