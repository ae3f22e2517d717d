//! Finding a run on disk and reading it back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tradebot_backtest::{PricePoint, RunResult, ScoredForecast, Timing};
use tradebot_domain::{Moment, Symbol};
use tradebot_engine::shadow::Forecast;
use tradebot_engine::{Asked, LearnedOutcome, LearnedSession};
use tradebot_journal::{CandidatesRecord, RunFinished};
use tradebot_storage::{Mode, Reader, ResolvedRow, RunInfo, RunKey, Store, StoredQuestion};

use crate::cli::{ReadMode, Which};
use crate::exit::Failure;

/// A run and the connection that reads it.
pub struct Found {
    /// Whose database.
    pub mode: Mode,
    /// The connection.
    pub reader: Reader,
    /// The run.
    pub info: RunInfo,
}

impl From<ReadMode> for Mode {
    fn from(mode: ReadMode) -> Self {
        match mode {
            ReadMode::Demo => Self::Demo,
            ReadMode::Backtest => Self::Backtest,
            ReadMode::Paper => Self::Paper,
        }
    }
}

/// Finds the run a command is about.
///
/// # Errors
/// When there is no such database or run, with what there is and what to do.
pub fn find(home: &Path, which: &Which) -> Result<Found, Failure> {
    find_named(home, &which.run, which.mode.map(Mode::from))
}

/// Finds a run by name (`demo-0001`) or `latest`.
///
/// # Errors
/// As [`find`].
pub fn find_named(home: &Path, name: &str, mode: Option<Mode>) -> Result<Found, Failure> {
    let mode = match mode.or_else(|| mode_of(name)) {
        Some(mode) => mode,
        None => newest(home).ok_or_else(|| nothing_yet(home))?,
    };
    if !mode.database(home).is_file() {
        return Err(nothing_yet(home));
    }
    let reader = Store::open_read(home, mode)?;
    let runs = reader.runs()?;
    let found = if name == "latest" {
        runs.first().cloned()
    } else {
        runs.iter().find(|r| r.id == name).cloned()
    };
    let info = found.ok_or_else(|| {
        let known: Vec<&str> = runs.iter().map(|r| r.id.as_str()).collect();
        if known.is_empty() {
            return nothing_yet(home);
        }
        Failure::usage(format!(
            "there is no run `{name}` in {}; there are: {}",
            mode.database(home).display(),
            known.join(", ")
        ))
    })?;
    Ok(Found { mode, reader, info })
}

fn mode_of(name: &str) -> Option<Mode> {
    Mode::ALL.into_iter().find(|m| name.strip_prefix(m.name()).is_some_and(|r| r.starts_with('-')))
}

/// The mode whose database was written last, of those that have a run if any has: checks of
/// interfaces are noted before the first one.
fn newest(home: &Path) -> Option<Mode> {
    let written =
        |mode: &Mode| std::fs::metadata(mode.database(home)).and_then(|m| m.modified()).ok();
    let mut modes: Vec<_> =
        Mode::ALL.into_iter().filter_map(|m| written(&m).map(|at| (at, m))).collect();
    modes.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let has_run = |mode: Mode| {
        let runs = Store::open_read(home, mode).and_then(|reader| reader.runs());
        // What cannot be read is told by whoever reads it.
        runs.map_or(true, |runs| !runs.is_empty())
    };
    let with_run = modes.iter().find(|(_, mode)| has_run(*mode));
    with_run.or(modes.first()).map(|(_, mode)| *mode)
}

fn nothing_yet(home: &Path) -> Failure {
    Failure::usage(format!(
        "there is no run in {} yet; make one with: tradebot run --mode demo",
        home.display()
    ))
}

/// Everything a report or a verdict needs to know about a run, by sessions.
///
/// # Errors
/// When the database cannot be read.
pub fn result(home: &Path, mode: Mode, name: &str) -> Result<RunResult, Failure> {
    let Found { reader, info, .. } = find_named(home, name, Some(mode))?;
    let run = info.key;
    let result = RunResult {
        run_id: info.id.clone(),
        mode: mode.name().to_owned(),
        started: info.start.clone(),
        finished: finished(&info),
        snapshots: reader.snapshots(run)?,
        trades: reader.trades(run)?,
        forecasts: reader.resolved(run)?.iter().filter_map(scored).collect(),
        learned: reader.learned(run)?,
        regimes: reader.regimes(run)?,
        fits: reader.fits(run)?,
        risk_events: reader.risk_events(run)?,
        no_trade: reader.reasons(run)?.into_iter().collect(),
        prices: prices(&reader, &info)?,
        timings: timings(&reader, &info)?,
    };
    Ok(result.by_session())
}

fn finished(info: &RunInfo) -> Option<RunFinished> {
    info.result.as_ref().map(|r| RunFinished {
        cycles: r.cycles,
        decisions: r.decisions,
        trades: r.trades,
        final_equity: r.final_equity,
        digest: r.digest.clone(),
    })
}

fn scored(row: &ResolvedRow) -> Option<ScoredForecast> {
    let outcome = &row.outcome;
    let forecast = forecast(row)?;
    Some(ScoredForecast {
        issued: outcome.id.session,
        resolved: outcome.resolved,
        symbol: outcome.id.symbol,
        row: outcome.row,
        won: outcome.won?,
        net_r: outcome.net_r,
        uniqueness: outcome.uniqueness,
        taken: outcome.taken,
        members: forecast.means,
        raw: forecast.raw,
        consensus: forecast.consensus,
        equal_weight: forecast.equal_weight,
        row_rate: forecast.row_rate,
    })
}

fn forecast(row: &ResolvedRow) -> Option<Forecast> {
    Some(Forecast {
        raw: row.opinions.iter().map(|o| o.raw).collect(),
        means: row.opinions.iter().map(|o| o.raw.map(|_| o.mean)).collect(),
        consensus: row.consensus?,
        equal_weight: row.equal_weight?,
        row_rate: row.row_rate?,
    })
}

/// Continuous closes by symbol: raw close x factor, both as the decisions saw them.
fn prices(reader: &Reader, info: &RunInfo) -> Result<BTreeMap<Symbol, Vec<PricePoint>>, Failure> {
    let mut prices: BTreeMap<Symbol, Vec<PricePoint>> = BTreeMap::new();
    for (symbol, session, close, factor) in reader.closes(info.key)? {
        let close = close * factor;
        prices.entry(symbol).or_default().push(PricePoint { session, close, factor });
    }
    Ok(prices)
}

fn timings(reader: &Reader, info: &RunInfo) -> Result<Vec<Timing>, Failure> {
    let millis = |nanos: u64| nanos as f64 / 1e6;
    let stats = reader.phases(info.key)?;
    let order = tradebot_engine::Phase::ALL;
    let in_order = order.iter().filter_map(|p| stats.iter().find(|s| s.phase == p.name()));
    Ok(in_order
        .map(|s| Timing {
            phase: s.phase.clone(),
            cycles: s.count,
            total_ms: millis(s.total),
            p50_ms: millis(s.p50),
            p95_ms: millis(s.p95),
        })
        .collect())
}

/// What a finished run learned, session by session in its order: a warm start.
///
/// # Errors
/// When there is no such run, it is not finished, or it cannot be read.
pub fn learned_sessions(home: &Path, name: &str) -> Result<Vec<LearnedSession>, Failure> {
    let Found { reader, info, .. } = find_named(home, name, None)?;
    if info.result.is_none() {
        return Err(Failure::usage(format!(
            "run {name} is not finished; a warm start begins with what a finished run learned"
        )));
    }
    learned_so_far(&reader, info.key)
}

/// What a run has learned so far, finished or not, by its rows.
///
/// # Errors
/// When the rows cannot be read.
pub fn learned_so_far(reader: &Reader, run: RunKey) -> Result<Vec<LearnedSession>, Failure> {
    let mut by_session: BTreeMap<Moment, Vec<LearnedOutcome>> = BTreeMap::new();
    for row in reader.resolved(run)? {
        if let Some(forecast) = forecast(&row) {
            let StoredQuestion { features, close, bracket } = reader.question(row.decision_seq)?;
            let asked = close.zip(bracket).map(|(close, bracket)| Asked { close, bracket });
            let record = row.outcome;
            let outcome = LearnedOutcome { record, forecast, features, asked };
            by_session.entry(outcome.record.resolved).or_default().push(outcome);
        }
    }
    let mut candidates: BTreeMap<Moment, Vec<CandidatesRecord>> = BTreeMap::new();
    for record in reader.candidates(run)? {
        candidates.entry(record.resolved).or_default().push(record);
    }
    let alarms: BTreeSet<Moment> = reader
        .regimes(run)?
        .into_iter()
        .filter(|r| r.second_opinion.is_some_and(|o| o.alarm))
        .map(|r| r.session)
        .collect();
    let mut before: Option<Moment> = None;
    let mut learned = Vec::new();
    for (session, symbols) in reader.symbols_per_session(run)? {
        let alarm = before.is_some_and(|before| alarms.contains(&before));
        let outcomes = by_session.remove(&session).unwrap_or_default();
        let candidates = candidates.remove(&session).unwrap_or_default();
        learned.push(LearnedSession { session, symbols, alarm, outcomes, candidates });
        before = Some(session);
    }
    Ok(learned)
}
