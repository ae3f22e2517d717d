//! Starting is recovery: the open run of the mode is found and computed anew, or a new one begins.

use std::sync::Arc;

use jiff::SignedDuration;
use tradebot_domain::calendar::CALENDAR_LAST;
use tradebot_domain::{Currency, Date, Exchange, Symbol, Timestamp};
use tradebot_engine::{Engine, EngineConfig};
use tradebot_market_data::{History, Replay};
use tradebot_policy::Policy;
use tradebot_storage::{ApiCheck, Mode, RunInfo, RunStatus, ScratchFile, SqliteLedger, Store};

use super::Job;
use super::session::{Edges, Place, Session};
use crate::exit::Failure;
use crate::live::assembling::Assembler;
use crate::live::broker::{Broker, Trouble};
use crate::live::clock::Clock;
use crate::live::credentials::{Held, Paper};
use crate::live::gathering::{Context, Universe};
use crate::live::opening::{self, NoHistory, Wanted};
use crate::live::schedule::{Pace, Schedule};
use crate::live::usage::UsageRecorder;
use crate::manifest::{self, Manifest};
use crate::market::Market;
use crate::progress::say;
use crate::recorder::{Notes, Recorder};
use crate::{continuing, replaying};

/// Every cycle is durable before the next one.
const GROUP_CYCLES: u32 = 1;

type Time<'a> = (&'a mut dyn Clock, &'a dyn Fn() -> bool);

/// Begins or continues the run; none when somebody asked to stop meanwhile.
pub(super) fn start<'a>(
    job: &'a Job<'_>,
    held: Held<Paper>,
    (clock, stop): Time<'a>,
) -> Result<Option<Session<'a>>, Failure> {
    let pace = job.settings.paper.pace().map_err(Failure::usage)?;
    let asked = Asked {
        symbols: symbols(job)?,
        context: context(job)?,
        source: format!("questrade {}", held.environment()),
        pace,
    };
    let broker = Broker::new(held)?;
    let mut universe = Universe::new(asked.symbols.clone(), asked.context.clone());
    let store = Store::open(job.home, Mode::Paper)?;
    let usage = UsageRecorder::begin(Arc::clone(&job.governor), job.home, Mode::Paper)?;
    check(job, &broker, &store)?;
    let begun = match continued(job, &asked)? {
        Some(begun) => Some(begun),
        None => fresh(job, &asked, (&broker, &mut universe), (clock, stop))?,
    };
    let Some(begun) = begun else { return Ok(None) };
    universe.remember(&begun.market.history, begun.market.from);
    enter(job, begun, (store, universe, asked.pace), Edges { broker, clock, stop, usage }).map(Some)
}

/// Every interface that is enabled is asked before anything relies on it.
fn check(job: &Job<'_>, broker: &Broker, store: &Store) -> Result<(), Failure> {
    for failed in broker.check(&job.governor, store)?.iter().filter(|check| !check.passed) {
        let ApiCheck { api, probe, detail, remedy, .. } = failed;
        say(&format!("{api} {probe}: {detail}; {remedy}"));
    }
    Ok(())
}

/// What the settings ask for.
struct Asked {
    symbols: Vec<Symbol>,
    context: Context,
    /// Name of the source, for provenance.
    source: String,
    pace: Pace,
}

/// A new run: listings, its first session, the history before it.
fn fresh(
    job: &Job<'_>,
    asked: &Asked,
    (broker, universe): (&Broker, &mut Universe),
    (clock, stop): (&mut dyn Clock, &dyn Fn() -> bool),
) -> Result<Option<Begun>, Failure> {
    let resolve = || universe.resolve(broker).map(drop).map_err(Into::into);
    let Some(()) = patiently(job, (clock, stop), resolve)? else { return Ok(None) };
    let exchanges = require_listed(job, universe)?;
    let now = clock.now()?;
    let from = Schedule::new(exchanges, asked.pace.clone()).first_session(now)?;
    let wanted = Wanted { home: job.home, settings: job.settings, context: &asked.context, from };
    let make = || opening::make(&wanted, (broker, &*universe), now);
    let Some(history) = patiently(job, (clock, stop), make)? else { return Ok(None) };
    begin(job, history, asked, from).map(Some)
}

/// The run in the database, the engine warm, and what is on record computed anew.
fn enter<'a>(
    job: &'a Job<'_>,
    begun: Begun,
    (mut store, universe, pace): (Store, Universe, Pace),
    edges: Edges<'a>,
) -> Result<Session<'a>, Failure> {
    let Begun { market, engine } = begun;
    let mut engine = engine.setting_aside(Arc::new(ScratchFile::create(job.home)?));
    let handle = store.begin_run(&engine.started(), edges.clock.now()?)?;
    if handle.resumed {
        continuing::check_learned(job.home, Mode::Paper, &handle, &engine)?;
    }
    let policy = manifest::policy_text(job.settings)?;
    let manifest = Manifest::of(job.settings, &market, policy, &engine);
    store.keep_manifest(handle.key, &serde_json::to_string(&manifest)?)?;
    announce(job, &market, &handle);

    let inputs = Store::open_read(job.home, Mode::Paper)?.session_inputs(handle.key)?;
    for data in Replay::warm_up(&market.history, &market.symbols, market.from)? {
        engine.observe(&data);
    }
    let exchanges: Vec<Exchange> = market.history.series.values().map(|s| s.exchange).collect();
    let place = Place {
        run_id: handle.id.clone(),
        resumed: handle.resumed,
        from: market.from,
        assembler: Assembler::after(&market.history, &market.symbols, market.from),
        universe,
        schedule: Schedule::new(exchanges, pace),
    };
    let notes = Notes::default();
    let ledger = SqliteLedger::new(store, handle, GROUP_CYCLES)?;
    let recorder = Recorder::new(ledger, market.source, notes.clone());
    let mut session = Session::new(job, place, edges, (engine, recorder, notes))?;
    session.recover(&inputs)?;
    Ok(session)
}

/// A run with its market, before its first session.
struct Begun {
    market: Market,
    engine: Engine,
}

/// The open run of the mode, if it was asked for the same thing.
fn continued(job: &Job<'_>, asked: &Asked) -> Result<Option<Begun>, Failure> {
    let runs = Store::open_read(job.home, Mode::Paper)?.runs()?;
    let Some(open) = runs.into_iter().find(|run| run.status == RunStatus::Running) else {
        return Ok(None);
    };
    let RunInfo { id, start, .. } = open;
    if start.symbols == asked.symbols {
        let history = opening::read(job.home, &start.data_digest, &asked.symbols)?;
        let begun = begin(job, history, asked, start.from)?;
        if begun.engine.started() == start {
            return Ok(Some(begun));
        }
    }
    say(&format!(
        "{id} is open, and was asked for something else (symbols, account, policy or limits): a new run \
         begins, and {id} is given up"
    ));
    Ok(None)
}

fn begin(job: &Job<'_>, history: History, asked: &Asked, from: Date) -> Result<Begun, Failure> {
    let (symbols, source) = (asked.symbols.clone(), asked.source.clone());
    let currency = currency(job)?;
    let listing = job.settings.execution.listing(currency);
    history.require_currency(&symbols, listing).map_err(|e| Failure::usage(e.to_string()))?;
    let market = Market { history, source, symbols, from, to: CALENDAR_LAST, currency };
    let engine = Engine::new(config(job, &market)?).map_err(|e| Failure::usage(e.to_string()))?;
    Ok(Begun { market, engine })
}

/// As a replay of the same bars is configured, but durable before anything is sent, and armed again
/// after a drawdown by nobody but a person.
fn config(job: &Job<'_>, market: &Market) -> Result<EngineConfig, Failure> {
    let policy = match &job.settings.policy {
        None => Policy::bundled(),
        Some(path) => Policy::read(path).map_err(|e| Failure::usage(e.to_string()))?,
    };
    let config = replaying::config_with(job.settings, market, policy)?;
    Ok(EngineConfig { durable_before_send: true, rearm_by_itself: false, ..config })
}

fn currency(job: &Job<'_>) -> Result<Currency, Failure> {
    job.settings.account.currency.parse().map_err(Failure::usage)
}

fn symbols(job: &Job<'_>) -> Result<Vec<Symbol>, Failure> {
    if job.settings.intraday.is_some() {
        return Err(Failure::usage("paper decides on daily bars; leave the intraday section out"));
    }
    let names = job.settings.universe.symbols.as_deref().unwrap_or_default();
    let parse = |name: &String| named("universe.symbols", name);
    let mut symbols: Vec<Symbol> = names.iter().map(parse).collect::<Result<_, _>>()?;
    symbols.sort_unstable();
    symbols.dedup();
    if symbols.is_empty() {
        return Err(Failure::usage(
            "paper must be told what to trade: name symbols as the broker does, as in --symbols AAPL,RY.TO",
        ));
    }
    Ok(symbols)
}

fn named(key: &str, name: &str) -> Result<Symbol, Failure> {
    Symbol::new(name.trim()).map_err(|e| Failure::usage(format!("{key}: {e}")))
}

fn context(job: &Job<'_>) -> Result<Context, Failure> {
    let paper = &job.settings.paper;
    let name = |key, text: &Option<String>| text.as_ref().map(|t| named(key, t)).transpose();
    Ok(Context { index: name("paper.index", &paper.index)?, vix: name("paper.vix", &paper.vix)? })
}

/// Everything that was asked for is listed, may be traded, and is paid in the account's currency.
fn require_listed(job: &Job<'_>, universe: &Universe) -> Result<Vec<Exchange>, Failure> {
    let wanted = job.settings.execution.listing(currency(job)?);
    let mut exchanges = Vec::new();
    for &symbol in universe.symbols() {
        let problem = match universe.listing(symbol) {
            None => {
                "the broker does not list it: names must be exact, with .TO for Toronto".to_owned()
            }
            Some(listing) if !listing.tradable => "the broker does not let it be traded".to_owned(),
            Some(listing) if listing.currency != Some(wanted) => {
                let held = listing.currency.map_or("another currency", Currency::code);
                format!("it is paid in {held}, and the run in {wanted}")
            }
            Some(listing) => {
                exchanges.push(listing.exchange);
                continue;
            }
        };
        return Err(Failure::usage(format!("{symbol}: {problem}")));
    }
    let context = [job.settings.paper.index.as_deref(), job.settings.paper.vix.as_deref()];
    for name in context.into_iter().flatten() {
        if universe.listing(named("paper", name)?).is_none() {
            return Err(Failure::usage(format!(
                "{name}: the broker does not list it; leave paper.index or paper.vix out to use what is imported"
            )));
        }
    }
    Ok(exchanges)
}

/// Tries until it works: a network that is away is waited for, what a person must do is told at
/// once. None when somebody asked to stop.
fn patiently<T>(
    job: &Job<'_>,
    (clock, stop): (&mut dyn Clock, &dyn Fn() -> bool),
    mut try_it: impl FnMut() -> Result<T, NoHistory>,
) -> Result<Option<T>, Failure> {
    let pause = SignedDuration::from_secs(i64::from(job.settings.paper.retry_seconds));
    loop {
        match try_it() {
            Ok(done) => return Ok(Some(done)),
            Err(NoHistory::Failure(failure)) => return Err(failure),
            Err(NoHistory::Trouble(Trouble::Person(text))) => return Err(Failure::work(text)),
            Err(NoHistory::Trouble(Trouble::Passing(text))) => {
                say(&format!("the broker does not answer, and is asked again: {text}"));
            }
        }
        let now: Timestamp = clock.now()?;
        clock.wait(now + pause, stop)?;
        if stop() {
            return Ok(None);
        }
    }
}

fn announce(job: &Job<'_>, market: &Market, handle: &tradebot_storage::RunHandle) {
    if job.quiet {
        return;
    }
    let names: Vec<&str> = market.symbols.iter().map(Symbol::as_str).collect();
    let verb = if handle.resumed { "continues" } else { "begins" };
    say(&format!(
        "{} {verb}: {} from {}, {} {} of play money; data from {}, fills simulated",
        handle.id,
        names.join(" "),
        market.from,
        job.settings.account.cash,
        market.currency,
        market.source
    ));
}
