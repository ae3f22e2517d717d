//! One case: so many symbols, so many years, with or without a database.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tradebot_domain::{Date, Decimal, Feed as _, Money, SessionData, Timestamp};
use tradebot_engine::phase::Phase;
use tradebot_engine::{Engine, EngineConfig, Observer};
use tradebot_journal::chain::Chain;
use tradebot_journal::digest::RunDigest;
use tradebot_journal::{Event, Ledger, LedgerError, SnapshotRecord};
use tradebot_simulator::{Churn, World, WorldConfig};
use tradebot_storage::{Mode, ScratchFile, SqliteLedger, Store};

use crate::bench::measure::{cpu_seconds, now};

/// Cycles that a replay groups into a commit.
const GROUP_CYCLES: u32 = 64;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Case {
    pub(crate) symbols: u32,
    pub(crate) years: i16,
    pub(crate) sqlite: bool,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ledger = if self.sqlite { "sqlite" } else { "memory" };
        write!(f, "{}:{}:{ledger}", self.symbols, self.years)
    }
}

impl FromStr for Case {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not like 100:5:sqlite or 100:5:memory");
        let parts: Vec<&str> = text.split(':').collect();
        let [symbols, years, ledger] = parts[..] else { return Err(wrong()) };
        let sqlite = match ledger {
            "sqlite" => true,
            "memory" => false,
            _ => return Err(wrong()),
        };
        let symbols = symbols.parse().map_err(|_| wrong())?;
        let years = years.parse().map_err(|_| wrong())?;
        Ok(Self { symbols, years, sqlite })
    }
}

/// What came out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) case: Case,
    pub(crate) cycles: usize,
    pub(crate) trades: u32,
    /// Wall time of the cycles, milliseconds.
    pub(crate) median_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) max_ms: f64,
    /// CPU time of the cycles, all threads, milliseconds.
    pub(crate) cpu_median_ms: f64,
    pub(crate) cpu_p99_ms: f64,
    pub(crate) cpu_max_ms: f64,
    /// CPU time of all cycles, seconds.
    pub(crate) cpu_s: f64,
    pub(crate) wall_s: f64,
    /// CPU time per symbol and session, refits included, microseconds.
    pub(crate) cpu_us: f64,
    pub(crate) peak_rss_mb: f64,
    pub(crate) database_mb: Option<f64>,
    /// Wall time by phase, seconds.
    pub(crate) phases: Vec<(String, f64)>,
    pub(crate) digest: String,
}

impl Measured {
    /// A line for people.
    pub(crate) fn line(&self) -> String {
        let phases: Vec<String> =
            self.phases.iter().map(|(name, s)| format!("{name} {s:.1}")).collect();
        format!(
            "{:<16} wall {:.1} / {:.1} / {:.1} ms  CPU {:.1} / {:.1} / {:.1} ms (median, p99, max)  \
             {:.1} us CPU/symbol-day  {:.1} s  {:.0} MB  {} trades  {}  [{}]",
            self.case.to_string(),
            self.median_ms,
            self.p99_ms,
            self.max_ms,
            self.cpu_median_ms,
            self.cpu_p99_ms,
            self.cpu_max_ms,
            self.cpu_us,
            self.wall_s,
            self.peak_rss_mb,
            self.trades,
            self.database_mb.map_or_else(String::new, |mb| format!("{mb:.0} MB on disk")),
            phases.join(", "),
        )
    }
}

pub(crate) fn measure(case: Case) -> anyhow::Result<Measured> {
    let folder = tempfile::tempdir()?;
    let from = Date::constant(2004, 1, 2);
    let to = Date::new(2003 + case.years, 12, 31)?;
    let churn = Churn { listed_later: 0.0, delistings: 0.0, ..Churn::default() };
    let world = World::new(WorldConfig {
        symbols: case.symbols,
        from: Date::constant(2003, 1, 2),
        to,
        churn,
        ..WorldConfig::default()
    })?;
    let cash = Money(Decimal::from(1_000_000));
    let mut config = EngineConfig::simulated((from, to), world.symbols(), cash);
    config.data_source = world.label();
    config.data_digest = world.label();
    // As the program does it: what R is learned from again does not stay in memory.
    let scratch = Arc::new(ScratchFile::create(folder.path())?);
    let mut engine = Engine::new(config)?.setting_aside(scratch);
    if !case.sqlite {
        let mut ledger = Hashed::default();
        return run(case, &world, &mut engine, &mut ledger);
    }
    let mut store = Store::open(folder.path(), Mode::Backtest)?;
    let handle = store.begin_run(&engine.started(), Timestamp::UNIX_EPOCH)?;
    let mut ledger = SqliteLedger::new(store, handle, GROUP_CYCLES)?;
    let mut measured = run(case, &world, &mut engine, &mut ledger)?;
    drop(ledger.close(Timestamp::UNIX_EPOCH)?);
    let bytes = std::fs::metadata(Mode::Backtest.database(folder.path()))?.len();
    measured.database_mb = Some(bytes as f64 / 1e6);
    Ok(measured)
}

fn run(
    case: Case,
    world: &World,
    engine: &mut Engine,
    ledger: &mut dyn Ledger,
) -> anyhow::Result<Measured> {
    let mut feed = world.feed();
    let mut session = SessionData::empty(world.config().from.into());
    let (mut walls, mut clocks) = (Vec::new(), Clocks::default());
    let (mut cpus, mut began) = (Vec::new(), false);
    while feed.next_into(&mut session) {
        if session.session.date() < engine.config().from {
            engine.observe(&session);
            continue;
        }
        if !std::mem::replace(&mut began, true) {
            engine.begin(ledger)?;
        }
        let (wall_begun, cpu_begun) = (now(), cpu_seconds());
        engine.run_session(&session, ledger, &mut clocks)?;
        clocks.end();
        walls.push(wall_begun.elapsed().as_secs_f64());
        cpus.push(cpu_seconds() - cpu_begun);
    }
    let finished = engine.finish(ledger)?;
    let (wall_s, cpu_s) = (walls.iter().sum(), cpus.iter().sum::<f64>());
    walls.sort_by(f64::total_cmp);
    cpus.sort_by(f64::total_cmp);
    let symbol_days = f64::from(case.symbols) * walls.len() as f64;
    Ok(Measured {
        case,
        cycles: walls.len(),
        trades: finished.trades,
        median_ms: quantile_ms(&walls, 50),
        p99_ms: quantile_ms(&walls, 99),
        max_ms: quantile_ms(&walls, 100),
        cpu_median_ms: quantile_ms(&cpus, 50),
        cpu_p99_ms: quantile_ms(&cpus, 99),
        cpu_max_ms: quantile_ms(&cpus, 100),
        cpu_s,
        wall_s,
        cpu_us: 1e6 * cpu_s / symbol_days,
        peak_rss_mb: tradebot_telemetry::peak_rss_bytes().unwrap_or(0) as f64 / 1e6,
        database_mb: None,
        phases: clocks.spent(),
        digest: finished.digest,
    })
}

/// A percentile (nearest rank) of seconds in order, as milliseconds.
fn quantile_ms(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).map_or(f64::NAN, |seconds| 1e3 * seconds)
}

/// How long each phase took.
#[derive(Default)]
struct Clocks {
    spent: [Duration; Phase::ALL.len()],
    current: Option<(Phase, Instant)>,
}

impl Clocks {
    fn end(&mut self) {
        if let Some((phase, since)) = self.current.take() {
            self.spent[phase as usize] += since.elapsed();
        }
    }

    fn spent(&self) -> Vec<(String, f64)> {
        let seconds = |phase: Phase| self.spent[phase as usize].as_secs_f64();
        Phase::ALL.into_iter().map(|p| (p.name().to_owned(), seconds(p))).collect()
    }
}

impl Observer for Clocks {
    fn enter(&mut self, phase: Phase) {
        self.end();
        self.current = Some((phase, now()));
    }

    fn session_done(&mut self, _snapshot: &SnapshotRecord) {}
}

/// A ledger that encodes, chains and digests every event, and keeps none.
#[derive(Default)]
struct Hashed {
    chain: Chain,
    digest: RunDigest,
}

impl Ledger for Hashed {
    fn append(&mut self, event: &Event) -> Result<(), LedgerError> {
        let body = serde_json::to_vec(event)?;
        self.chain.push(event.kind(), &body);
        self.digest.update(event, &body);
        Ok(())
    }

    fn commit(&mut self, _force: bool) -> Result<(), LedgerError> {
        Ok(())
    }

    fn artefact(&mut self, _training_digest: &str) -> Option<Vec<u8>> {
        None
    }

    fn digest(&self) -> String {
        self.digest.hex()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_reads_back_from_its_text() {
        for sqlite in [false, true] {
            let case = Case { symbols: 1_200, years: 3, sqlite };
            assert_eq!(case.to_string().parse(), Ok(case));
        }
        assert!("100:5:postgres".parse::<Case>().is_err());
    }
}
