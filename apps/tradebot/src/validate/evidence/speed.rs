//! Times and memory, measured before anything else runs beside.

use std::path::Path;
use std::time::Instant;

use tradebot_domain::{Bar, Feed as _, SessionData, Symbol, Timestamp};
use tradebot_engine::{Engine, EngineConfig, Silent};
use tradebot_journal::{Event, Ledger, LedgerError};
use tradebot_market_data::{History, Replay};
use tradebot_storage::{Mode, SqliteLedger, Store};

use crate::exit::Failure;
use crate::validate::evidence::scenario::Scenario;
use crate::validate::suite::now;

/// Symbols of the wide market: what the service level is about.
const WIDE_SYMBOLS: usize = 1_200;
/// Sessions that warm it up.
const WIDE_WARM_UP: usize = 270;
/// Cycles that are timed.
const WIDE_CYCLES: usize = 12;
/// Sessions of one symbol, from bar to durable intent, before the first refit is due.
const SINGLE_SESSIONS: usize = 200;

/// Times in seconds.
#[derive(Debug, Clone)]
pub struct Speed {
    /// Symbols of the wide market.
    pub wide_symbols: usize,
    /// Cycles over all of them, journal made durable after each.
    pub wide_cycles: Vec<f64>,
    /// Decisions that those cycles recorded with an opinion.
    pub wide_opinions: usize,
    /// Cycles over one symbol, journal made durable after each.
    pub single_cycles: Vec<f64>,
    /// Durable commits of those.
    pub commits: Vec<f64>,
    /// Peak memory of this process after the wide market, bytes; none where it is not told.
    pub peak_bytes: Option<u64>,
}

impl Speed {
    /// Runs both.
    ///
    /// # Errors
    /// When the engine or the journal refuses.
    pub fn measure(scenario: &Scenario, home: &Path) -> Result<Self, Failure> {
        let wide = Wide::new(&scenario.market.history)?;
        let (wide_cycles, wide_opinions) = wide.run(scenario.config()?, &home.join("wide"))?;
        let peak_bytes = tradebot_telemetry::peak_rss_bytes();
        let (single_cycles, commits) = single(scenario, &home.join("single"))?;
        std::fs::remove_dir_all(home)?;
        Ok(Self {
            wide_symbols: WIDE_SYMBOLS,
            wide_cycles,
            wide_opinions,
            single_cycles,
            commits,
            peak_bytes,
        })
    }
}

/// A market of many symbols made of real bars: each symbol is IBM, which had no split in the
/// data, begun at a session of its own.
struct Wide<'h> {
    bars: &'h [Bar],
    index: &'h [Bar],
    symbols: Vec<Symbol>,
}

impl<'h> Wide<'h> {
    fn new(history: &'h History) -> Result<Self, Failure> {
        let ibm = Symbol::new("IBM")?;
        let series =
            history.series.get(&ibm).ok_or_else(|| Failure::work("no IBM in the market"))?;
        let from = series.first().unwrap_or_default();
        let begin = history.index.bars.partition_point(|b| b.date.date() < from);
        let names = (0..WIDE_SYMBOLS).map(|i| Symbol::new(&format!("W{i:04}")));
        let symbols = names.collect::<Result<_, _>>()?;
        Ok(Self { bars: &series.bars, index: &history.index.bars[begin..], symbols })
    }

    fn session(&self, at: usize) -> SessionData {
        let index = self.index[at];
        let bar = |i: usize| Bar { date: index.date, ..self.bars[at + i] };
        SessionData {
            session: index.date,
            bars: (0..).zip(&self.symbols).map(|(i, s)| (*s, bar(i))).collect(),
            actions: Vec::new(),
            index: Some(index),
            vix_previous: Some(20.0),
            missed: Vec::new(),
            listed: self.symbols.clone(),
            ended: Vec::new(),
        }
    }

    fn run(&self, config: EngineConfig, home: &Path) -> Result<(Vec<f64>, usize), Failure> {
        let symbols = self.symbols.clone();
        let mut engine = Engine::new(EngineConfig { symbols, ..config })?;
        for at in 0..WIDE_WARM_UP {
            engine.observe(&self.session(at));
        }
        let mut ledger = Timed::open(&engine, home)?;
        engine.begin(&mut ledger)?;
        let mut cycles = Vec::new();
        for at in WIDE_WARM_UP..WIDE_WARM_UP + WIDE_CYCLES {
            let data = self.session(at);
            cycles.push(timed_cycle(&mut engine, &data, &mut ledger)?);
        }
        Ok((cycles, ledger.opinions))
    }
}

fn single(scenario: &Scenario, home: &Path) -> Result<(Vec<f64>, Vec<f64>), Failure> {
    let market = &scenario.market;
    let symbols: Vec<Symbol> = market.symbols.iter().copied().take(1).collect();
    let config = EngineConfig { symbols: symbols.clone(), ..scenario.config()? };
    let (from, to) = (config.from, config.to);
    let mut engine = Engine::new(config)?;
    let mut feed = Replay::new(&market.history, &symbols, from, to)?;
    for data in feed.by_ref().take(WIDE_WARM_UP) {
        engine.observe(&data);
    }
    let mut ledger = Timed::open(&engine, home)?;
    engine.begin(&mut ledger)?;
    ledger.commits.clear();
    let mut cycles = Vec::new();
    while let Some(data) = feed.next_session().filter(|_| cycles.len() < SINGLE_SESSIONS) {
        cycles.push(timed_cycle(&mut engine, &data, &mut ledger)?);
    }
    Ok((cycles, ledger.commits))
}

fn timed_cycle(
    engine: &mut Engine,
    data: &SessionData,
    ledger: &mut Timed,
) -> Result<f64, Failure> {
    let begun = now();
    engine.run_session(data, ledger, &mut Silent)?;
    Ok(begun.elapsed().as_secs_f64())
}

/// The durable journal, with a stopwatch on its commits.
struct Timed {
    inner: SqliteLedger,
    commits: Vec<f64>,
    opinions: usize,
}

impl Timed {
    fn open(engine: &Engine, home: &Path) -> Result<Self, Failure> {
        let mut store = Store::open(home, Mode::Paper)?;
        let handle = store.begin_run(&engine.started(), Timestamp::UNIX_EPOCH)?;
        let inner = SqliteLedger::new(store, handle, 1)?;
        Ok(Self { inner, commits: Vec::new(), opinions: 0 })
    }
}

impl Ledger for Timed {
    fn append(&mut self, event: &Event) -> Result<(), LedgerError> {
        if let Event::Decision(decision) = event {
            self.opinions += usize::from(decision.consensus.is_some());
        }
        self.inner.append(event)
    }

    fn commit(&mut self, force: bool) -> Result<(), LedgerError> {
        let begun: Instant = now();
        self.inner.commit(force)?;
        self.commits.push(begun.elapsed().as_secs_f64());
        Ok(())
    }

    fn artefact(&mut self, training_digest: &str) -> Option<Vec<u8>> {
        self.inner.artefact(training_digest)
    }

    fn digest(&self) -> String {
        self.inner.digest()
    }
}
