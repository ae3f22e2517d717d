//! `run --mode demo` and `backtest`: the same loop over recorded sessions, each with its database.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use tradebot_backtest::{Ending, RunResult, replay};
use tradebot_domain::{Decimal, Exchange, Money, Symbol, Timestamp};
use tradebot_engine::{Engine, EngineConfig, Intraday, Observer, Phase, Recalled};
use tradebot_journal::{RunFinished, SnapshotRecord};
use tradebot_policy::Policy;
use tradebot_storage::{Mode, ScratchFile, SqliteLedger, Store};

use crate::cli::ReplayArgs;
use crate::exit::Failure;
use crate::interrupt::Interrupt;
use crate::manifest::{self, Manifest};
use crate::market::Market;
use crate::progress::{Progress, say};
use crate::recorder::{NotedFeed, Notes, PhaseTimer, Recorder};
use crate::settings::Settings;
use crate::{attempts, continuing, metering, output, reading};

/// Cycles whose journal entries are made durable together in a replay; paper and live use 1.
const GROUP_CYCLES: u32 = 64;

/// What a replay is asked to do beside its settings.
pub struct Job<'a> {
    /// Whose database.
    pub mode: Mode,
    /// The home folder.
    pub home: &'a Path,
    /// The settings in force.
    pub settings: &'a Settings,
    /// The arguments.
    pub args: &'a ReplayArgs,
    /// Sessions a second, if slowed down.
    pub pace: Option<f64>,
    /// No talk.
    pub quiet: bool,
}

/// What `--json` prints of a replay. The names are a contract.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// Name of the run.
    pub run_id: String,
    /// `demo` or `backtest`.
    pub mode: String,
    /// First session.
    pub from: String,
    /// Last session.
    pub to: String,
    /// What was traded.
    pub symbols: Vec<Symbol>,
    /// Sessions.
    pub cycles: u32,
    /// Decision records.
    pub decisions: u64,
    /// Closed trades without those cut by the end of data.
    pub trades: u32,
    /// Equity at the last close, a decimal string.
    pub final_equity: Money,
    /// Digest of decisions and fills.
    pub digest: String,
    /// Wall time of the replay, seconds.
    pub elapsed_s: f64,
    /// Peak memory of the process, MB; null where the system does not tell.
    pub peak_rss_mb: Option<f64>,
    /// Start of the program to the end of the first cycle, seconds.
    pub first_cycle_s: Option<f64>,
    /// An interrupted run was continued.
    pub resumed: bool,
    /// The database.
    pub database: PathBuf,
    /// The HTML report, when one was written.
    pub report: Option<PathBuf>,
}

/// Runs the job to its end and prints its summary.
///
/// # Errors
/// Usage failures before anything is written; an interruption; failures of the work.
pub fn run(job: &Job<'_>) -> Result<(), Failure> {
    let begun = now();
    set_threads(job.args.threads)?;
    let metrics = metering::start();
    let interrupt = Interrupt::listen();
    let market = Market::load(job.settings, job.home)?;
    let config = engine_config(job.settings, &market)?;
    let policy = manifest::policy_text(job.settings)?;
    let (mut warm_up, sessions) = market.feeds()?;
    let mut engine = market.engine(config).map_err(|e| Failure::usage(e.to_string()))?;
    if let Some(origin) = &job.args.warm_start {
        begin_warm(job, &mut engine, origin)?;
    }

    let mut store = Store::open(job.home, job.mode)?;
    engine = engine.setting_aside(Arc::new(ScratchFile::create(job.home)?));
    let handle = store.begin_run(&engine.started(), utc_now())?;
    if handle.resumed {
        continuing::check_learned(job.home, job.mode, &handle, &engine)?;
    }
    let manifest = Manifest::of(job.settings, &market, policy, &engine);
    store.keep_manifest(handle.key, &serde_json::to_string(&manifest)?)?;
    announce(job, &market, &handle);
    let (run_id, resumed) = (handle.id.clone(), handle.resumed);
    let total = sessions.len() as u64;
    let notes = Notes::default();
    let ledger = SqliteLedger::new(store, handle, GROUP_CYCLES)?;
    let mut recorder = Recorder::new(ledger, market.source.clone(), notes.clone());
    recorder.log("INFO", if resumed { "run continues" } else { "run begins" }, utc_now())?;
    let mut sessions = NotedFeed::new(sessions, notes.clone());

    let mut watch = Watch::new(total, job, begun, notes);
    let mut stop = || interrupt.asked();
    let ending =
        replay(&mut engine, (&mut warm_up, &mut sessions), &mut recorder, &mut watch, &mut stop);
    watch.progress.finish();
    let ending = ending?;
    let how =
        if matches!(ending, Ending::Finished(_)) { "run finished" } else { "run interrupted" };
    recorder.log("INFO", how, utc_now())?;
    drop(recorder.close(utc_now())?);
    if let Some(metrics) = &metrics {
        metering::write(metrics, job.home, job.mode)?;
    }
    let finished = finished(ending, &run_id)?;
    let result = reading::result(job.home, job.mode, &run_id)?;
    attempts::record(&mut Store::open(job.home, job.mode)?, &manifest, &result, utc_now())?;
    let mut summary = summarise(job, &market, run_id, &finished);
    summary.elapsed_s = begun.elapsed().as_secs_f64();
    summary.first_cycle_s = watch.first_cycle.map(|d| d.as_secs_f64());
    summary.resumed = resumed;
    finish(job, &result, summary)
}

/// A run that somebody stopped says how it goes on.
fn finished(ending: Ending, run_id: &str) -> Result<RunFinished, Failure> {
    match ending {
        Ending::Finished(finished) => Ok(finished),
        Ending::Interrupted { after } => {
            let place = after
                .map_or_else(|| "before the first session".to_owned(), |d| format!("after {d}"));
            Err(Failure::interrupted(format!(
                "interrupted {place}; everything so far is durable, the same command continues {run_id}"
            )))
        }
    }
}

/// Sets the number of worker threads, where one is given.
///
/// # Errors
/// A usage failure for a number out of range.
pub fn set_threads(threads: Option<usize>) -> Result<(), Failure> {
    let Some(threads) = threads else { return Ok(()) };
    if threads == 0 || threads > 256 {
        return Err(Failure::usage(format!("--threads {threads}: 1 to 256 are allowed")));
    }
    Ok(rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?)
}

/// The engine's configuration from settings and market.
///
/// # Errors
/// A usage failure that names the setting.
pub fn engine_config(settings: &Settings, market: &Market) -> Result<EngineConfig, Failure> {
    let policy = match &settings.policy {
        None => Policy::bundled(),
        Some(path) => Policy::read(path).map_err(|e| Failure::usage(e.to_string()))?,
    };
    config_with(settings, market, policy)
}

/// As [`engine_config`], with a policy that was read already.
///
/// # Errors
/// A usage failure that names the setting.
pub fn config_with(
    settings: &Settings,
    market: &Market,
    policy: Policy,
) -> Result<EngineConfig, Failure> {
    let cash: Decimal =
        settings.account.cash.parse().map_err(|e| {
            Failure::usage(format!("account.cash is `{}`: {e}", settings.account.cash))
        })?;
    Ok(EngineConfig {
        from: market.from,
        to: market.to,
        symbols: market.symbols.clone(),
        sectors: sectors(settings)?,
        cash: Money(cash),
        currency: market.currency,
        seed: settings.seed,
        costs: settings.costs,
        terms: settings.execution.terms(settings.costs, market.currency),
        limits: settings.limits,
        policy,
        training: settings.training,
        ensemble: settings.ensemble,
        second_opinion: settings.second_opinion,
        rearm_by_itself: true,
        durable_before_send: false,
        intraday: intraday(settings, market)?,
        data_source: market.source.clone(),
        data_digest: market.history.digest(&market.symbols),
    })
}

/// What the engine is told of bars shorter than a session.
fn intraday(settings: &Settings, market: &Market) -> Result<Option<Intraday>, Failure> {
    let Some(given) = &settings.intraday else { return Ok(None) };
    let minutes = crate::market::interval(settings)?.minutes().unwrap_or_default();
    let first = market.symbols.first().and_then(|symbol| market.history.series.get(symbol));
    let exchange = first.map_or(Exchange::Xnys, |series| series.exchange);
    let (flat_at_close, quiet_minutes) = (given.flat_at_close, given.quiet_minutes);
    Ok(Some(Intraday { minutes, exchange, flat_at_close, quiet_minutes }))
}

fn sectors(settings: &Settings) -> Result<BTreeMap<Symbol, String>, Failure> {
    let named = |(name, sector): (&String, &String)| match Symbol::new(name.trim()) {
        Ok(symbol) => Ok((symbol, sector.clone())),
        Err(e) => Err(Failure::usage(format!("universe.sectors: {e}"))),
    };
    settings.universe.sectors.iter().map(named).collect()
}

/// Begins with what a finished run learned, as far as it answers what this policy asks.
fn begin_warm(job: &Job<'_>, engine: &mut Engine, origin: &str) -> Result<(), Failure> {
    if job.settings.intraday.is_some() {
        return Err(Failure::usage(
            "--warm-start is for daily bars: what was learned of one length of bars says nothing of another",
        ));
    }
    let recalled = engine.warm_start(origin, &reading::learned_sessions(job.home, origin)?)?;
    let left = recalled.left_in_all();
    if recalled.taken == 0 && left > 0 {
        return Err(Failure::usage(format!(
            "--warm-start {origin}: none of its {left} outcomes answers what this policy asks; \
             its brackets had {}. Begin without it, or with the policy of that run",
            asked_otherwise(&recalled)
        )));
    }
    if left > 0 && !job.quiet {
        say(&format!(
            "{left} of the {} outcomes of {origin} answer another question and are not learned \
             from: {}",
            left + recalled.taken,
            asked_otherwise(&recalled)
        ));
    }
    Ok(())
}

/// Which brackets were not this policy's, row by row.
fn asked_otherwise(recalled: &Recalled) -> String {
    let told = recalled.left.iter().map(|((row, variant), count)| match variant.as_str() {
        "plain" => format!("{count} of {row} with other stops, holding times or options"),
        options => format!("{count} of {row} under {options}"),
    });
    told.collect::<Vec<_>>().join(", ")
}

fn announce(job: &Job<'_>, market: &Market, handle: &tradebot_storage::RunHandle) {
    if job.quiet {
        return;
    }
    for abandoned in &handle.abandoned {
        say(&format!("{abandoned} was not finished and is given up: it asked for something else"));
    }
    let names: Vec<&str> = market.symbols.iter().map(Symbol::as_str).collect();
    let verb = if handle.resumed { "continues" } else { "begins" };
    say(&format!(
        "{} {verb}: {} from {} to {}, {} {}",
        handle.id,
        names.join(" "),
        market.from,
        market.to,
        job.settings.account.cash,
        market.currency,
    ));
    if !market.history.finer.is_empty() {
        let (minutes, bars) = market.history.finer.counts();
        say(&format!("{minutes} bars of a minute tell what came first inside {bars} bars"));
    }
    if let Some(terms) = job.settings.execution.terms(job.settings.costs, market.currency) {
        for told in &terms.assumed {
            say(&format!("assumed: {told}"));
        }
    }
    if handle.resumed {
        say(&format!("{} journal entries are replayed and compared first", handle.durable_entries));
    }
}

fn summarise(job: &Job<'_>, market: &Market, run_id: String, finished: &RunFinished) -> Summary {
    Summary {
        run_id,
        mode: job.mode.name().to_owned(),
        from: market.from.to_string(),
        to: market.to.to_string(),
        symbols: market.symbols.clone(),
        cycles: finished.cycles,
        decisions: finished.decisions,
        trades: finished.trades,
        final_equity: finished.final_equity,
        digest: finished.digest.clone(),
        elapsed_s: 0.0,
        peak_rss_mb: tradebot_telemetry::peak_rss_bytes().map(|b| b as f64 / 1e6),
        first_cycle_s: None,
        resumed: false,
        database: job.mode.database(job.home),
        report: None,
    }
}

/// Writes the report and prints the summary.
fn finish(job: &Job<'_>, result: &RunResult, mut summary: Summary) -> Result<(), Failure> {
    let assessment = attempts::assess(job.home, result);
    if !job.args.no_report {
        let path = job.home.join("reports").join(format!("{}.html", summary.run_id));
        crate::commands::report::write(result, &assessment, &path)?;
        summary.report = Some(path);
    }
    if job.args.json {
        return output::json(&summary);
    }
    output::line(&crate::summary::text(&summary, result, &assessment))
}

/// Watches a replay for people: progress, pace and the duration of phases.
struct Watch {
    progress: Progress,
    pace: Option<Duration>,
    begun: Instant,
    first_cycle: Option<Duration>,
    timer: PhaseTimer,
}

impl Watch {
    fn new(sessions: u64, job: &Job<'_>, begun: Instant, notes: Notes) -> Self {
        Self {
            progress: Progress::new(sessions, job.quiet),
            pace: job.pace.map(|p| Duration::from_secs_f64(1.0 / p)),
            begun,
            first_cycle: None,
            timer: PhaseTimer::new(notes),
        }
    }
}

impl Observer for Watch {
    fn enter(&mut self, phase: Phase) {
        self.timer.enter(phase);
    }

    fn session_done(&mut self, snapshot: &SnapshotRecord) {
        self.timer.session_done(snapshot.session);
        self.first_cycle.get_or_insert_with(|| self.begun.elapsed());
        self.progress.session(snapshot);
        if let Some(pace) = self.pace {
            wait(pace);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "durations shown to people; no decision reads them")]
fn now() -> Instant {
    Instant::now()
}

/// The time now, for the record.
#[expect(clippy::disallowed_methods, reason = "when a run was started is a fact about the run")]
pub fn utc_now() -> Timestamp {
    Timestamp::now()
}

#[expect(clippy::disallowed_methods, reason = "the user asked for a slower replay")]
fn wait(pace: Duration) {
    std::thread::sleep(pace);
}
