//! The same run in other ways: each must come to the same.

use std::path::Path;

use rayon::ThreadPoolBuilder;
use tradebot_backtest::{Ending, replay};
use tradebot_domain::{Date, Money, Span, Timestamp};
use tradebot_engine::{Engine, EngineError, Silent};
use tradebot_journal::{DecisionRecord, Event, Ledger, LedgerError, MemoryLedger, RunFinished};
use tradebot_market_data::{History, Series};
use tradebot_storage::{Mode, SqliteLedger, Store};

use crate::exit::Failure;
use crate::market::Market;
use crate::reading;
use crate::validate::evidence::learning::{LearningFacts, State};
use crate::validate::evidence::program::{Answer, ask};
use crate::validate::evidence::records::RunRecords;
use crate::validate::evidence::scenario::Scenario;

/// Cycles per durable group, as in the program's replays.
const GROUP_CYCLES: u32 = 64;
/// Sessions of the run with a warm start.
const WARM_SESSIONS: usize = 60;

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twin {
    /// Digest of decisions and fills.
    pub digest: String,
    /// Equity at the last close.
    pub equity: Money,
    /// Decision records.
    pub decisions: u64,
}

impl From<&RunFinished> for Twin {
    fn from(finished: &RunFinished) -> Self {
        let RunFinished { digest, final_equity, decisions, .. } = finished;
        Self { digest: digest.clone(), equity: *final_equity, decisions: *decisions }
    }
}

/// What the other ways came to.
#[derive(Debug, Clone)]
pub struct Twins {
    /// In this process, journal in memory, one thread.
    pub one_thread: Twin,
    /// The same on two threads.
    pub two_threads: Twin,
    /// `tradebot backtest` on the same market.
    pub backtest: Answer,
    /// A run whose journal failed half way, continued.
    pub continued: Twin,
    /// Entries that were on record when it was continued.
    pub continued_from: u64,
    /// The store knew that it was continuing.
    pub continued_as_such: bool,
    /// Last session of the data that were cut short.
    pub cut_at: Date,
    /// Decisions taken on them.
    pub cut_decisions: Vec<DecisionRecord>,
    /// Decisions of a run that began with what the demo had learned.
    pub warm_decisions: Vec<DecisionRecord>,
}

/// Runs all of them, two at a time.
///
/// # Errors
/// When one cannot be run.
pub fn gather(
    scenario: &Scenario,
    program: &Path,
    home: &Path,
    run: &RunRecords,
) -> Result<(Twins, LearningFacts), Failure> {
    let cut_at = cut(run)?;
    let (first, second) = std::thread::scope(|scope| {
        let second = scope.spawn(|| -> Result<_, Failure> {
            let two = in_memory(scenario, 2)?;
            Ok((two.twin, continued(scenario, &home.join("continued"), run)?))
        });
        let first = || -> Result<_, Failure> {
            let one = in_memory(scenario, 1)?;
            let warm = warm(scenario, home, run)?;
            Ok((one, cut_short(scenario, cut_at)?, warm, backtest(scenario, program, home)?))
        };
        (first(), second.join())
    });
    let (one, cut_decisions, warm, backtest) = first?;
    let second = second.map_err(|_| Failure::work("a run of the suite panicked"))?;
    let (two_threads, (continued, continued_from, continued_as_such)) = second?;
    let learning = LearningFacts::gather(scenario, home, run, (one.state, warm.state))?;
    let twins = Twins {
        one_thread: one.twin,
        two_threads,
        backtest,
        continued,
        continued_from,
        continued_as_such,
        cut_at,
        cut_decisions,
        warm_decisions: warm.decisions,
    };
    Ok((twins, learning))
}

/// Two thirds into the run.
fn cut(run: &RunRecords) -> Result<Date, Failure> {
    let sessions = &run.snapshots;
    let at = sessions.get(sessions.len() * 2 / 3);
    at.map(|s| s.session.date()).ok_or_else(|| Failure::work("the demo has no sessions"))
}

/// A finished run in this process.
struct Finished {
    twin: Twin,
    state: State,
}

fn in_memory(scenario: &Scenario, threads: usize) -> Result<Finished, Failure> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
    let mut engine = Engine::new(scenario.config()?)?;
    let mut ledger = MemoryLedger::default();
    let finished = pool.install(|| to_the_end(&mut engine, &scenario.market, &mut ledger))?;
    Ok(Finished { twin: Twin::from(&finished), state: State::of(&engine) })
}

/// Drives an engine over a market until it ends by itself.
fn to_the_end(
    engine: &mut Engine,
    market: &Market,
    ledger: &mut dyn Ledger,
) -> Result<RunFinished, Failure> {
    match drive(engine, market, ledger)?? {
        Ending::Finished(finished) => Ok(finished),
        Ending::Interrupted { .. } => Err(Failure::work("a run stopped that nobody stopped")),
    }
}

fn drive(
    engine: &mut Engine,
    market: &Market,
    ledger: &mut dyn Ledger,
) -> Result<Result<Ending, EngineError>, Failure> {
    let (mut warm_up, mut sessions) = market.feeds()?;
    let feeds = (&mut warm_up as _, &mut sessions as _);
    Ok(replay(engine, feeds, ledger, &mut Silent, &mut || false))
}

/// A journal that fails after so many entries, as a full disk or a power cut does.
struct Failing {
    inner: SqliteLedger,
    entries_left: usize,
}

impl Ledger for Failing {
    fn append(&mut self, event: &Event) -> Result<(), LedgerError> {
        match self.entries_left.checked_sub(1) {
            Some(left) => self.entries_left = left,
            None => return Err(LedgerError::Store("the disk is gone".into())),
        }
        self.inner.append(event)
    }

    fn commit(&mut self, force: bool) -> Result<(), LedgerError> {
        self.inner.commit(force)
    }

    fn artefact(&mut self, training_digest: &str) -> Option<Vec<u8>> {
        self.inner.artefact(training_digest)
    }

    fn digest(&self) -> String {
        self.inner.digest()
    }
}

/// Runs until the journal fails two thirds into the run, and continues as a new process would.
fn continued(
    scenario: &Scenario,
    home: &Path,
    run: &RunRecords,
) -> Result<(Twin, u64, bool), Failure> {
    let entries_left = run.decisions.len();
    let (inner, _) = open(scenario, home)?;
    let mut failing = Failing { inner, entries_left };
    if drive(&mut Engine::new(scenario.config()?)?, &scenario.market, &mut failing)?.is_ok() {
        return Err(Failure::work("a run went on without its journal"));
    }
    drop(failing);
    let (mut ledger, mut engine) = open(scenario, home)?;
    let (from, resumed) = (ledger.run().durable_entries, ledger.run().resumed);
    let finished = to_the_end(&mut engine, &scenario.market, &mut ledger)?;
    Ok((Twin::from(&finished), from, resumed))
}

fn open(scenario: &Scenario, home: &Path) -> Result<(SqliteLedger, Engine), Failure> {
    let engine = Engine::new(scenario.config()?)?;
    let mut store = Store::open(home, Mode::Demo)?;
    let handle = store.begin_run(&engine.started(), Timestamp::UNIX_EPOCH)?;
    Ok((SqliteLedger::new(store, handle, GROUP_CYCLES)?, engine))
}

/// The run on data that end at `end`: bars, index, VIX and actions after it do not exist.
fn cut_short(scenario: &Scenario, end: Date) -> Result<Vec<DecisionRecord>, Failure> {
    let full = &scenario.market;
    let history = truncated(&full.history, end);
    let listed = full.symbols.iter().filter(|symbol| history.series.contains_key(symbol));
    let market = Market {
        symbols: listed.copied().collect(),
        history,
        source: full.source.clone(),
        from: full.from,
        to: end,
        currency: full.currency,
    };
    let mut engine = Engine::new(crate::replaying::engine_config(&scenario.settings, &market)?)?;
    let mut ledger = MemoryLedger::default();
    to_the_end(&mut engine, &market, &mut ledger)?;
    Ok(decisions(ledger))
}

fn truncated(history: &History, end: Date) -> History {
    let cut = |series: &Series| {
        let bars = series.bars.iter().filter(|b| b.date.date() <= end).copied().collect();
        let actions = series.actions.iter().filter(|a| a.ex_date <= end).copied().collect();
        let of = (series.currency, series.exchange);
        Series::new(series.symbol, of, bars, actions, series.source.clone())
    };
    let known = history.series.iter().filter(|(_, s)| s.first().is_some_and(|d| d <= end));
    History {
        series: known.map(|(symbol, series)| (*symbol, cut(series))).collect(),
        index: cut(&history.index),
        vix: history.vix.iter().filter(|(date, _)| *date <= end).copied().collect(),
        finer: history.finer.clone(),
    }
}

fn decisions(ledger: MemoryLedger) -> Vec<DecisionRecord> {
    let decision = |event| match event {
        Event::Decision(record) => Some(*record),
        _ => None,
    };
    ledger.events.into_iter().filter_map(decision).collect()
}

/// A run that began with what the demo had learned.
struct Warm {
    decisions: Vec<DecisionRecord>,
    /// The engine's state after the warm start, before its first session.
    state: State,
}

fn warm(scenario: &Scenario, home: &Path, run: &RunRecords) -> Result<Warm, Failure> {
    let (from, to) = after(scenario, run)?;
    let next = scenario.over(from, to)?;
    let mut engine = Engine::new(next.config()?)?;
    engine.warm_start(&run.info.id, &reading::learned_sessions(home, &run.info.id)?)?;
    let state = State::of(&engine);
    let mut ledger = MemoryLedger::default();
    to_the_end(&mut engine, &next.market, &mut ledger)?;
    Ok(Warm { decisions: decisions(ledger), state })
}

/// The sessions after the demo; where the data end with it, its last ones.
fn after(scenario: &Scenario, run: &RunRecords) -> Result<(Date, Date), Failure> {
    let market = &scenario.market;
    let last = market.history.range(&market.symbols)?.map_or(market.to, |(_, last)| last);
    let next = market.to.checked_add(Span::new().days(1))?;
    let until = market.to.checked_add(Span::new().days(90))?;
    if until <= last {
        return Ok((next, until));
    }
    let begin = run.snapshots.len().saturating_sub(WARM_SESSIONS);
    Ok((run.snapshots.get(begin).map_or(market.from, |s| s.session.date()), market.to))
}

fn backtest(scenario: &Scenario, program: &Path, home: &Path) -> Result<Answer, Failure> {
    let flags = scenario.flags();
    let mut arguments = vec!["backtest", "--json", "--no-report", "--quiet"];
    arguments.extend(flags.iter().map(String::as_str));
    ask(program, home, &arguments)
}
