//! How fast the one loop is: a crossing of averages over generated bars of one symbol.
//!
//! `cargo run --release -p tradebot-engine --example sma_bench [BARS ...] [once] [idle] [phases]`
//!
//! `once` runs each length once, for a profiler; `idle` runs a rule that never trades beside it, so that
//! the cost of a bar and that of a fill can be told apart; `phases` samples the phases.
//!
//! Everything is the real engine: review, intent, simulated broker, exact book, equity and drawdown
//! at every close. One line of JSON per length, with the fills and the final equity to compare.

#![allow(clippy::print_stdout, reason = "a program that prints")]

use std::fs;
use std::time::Instant;

use tradebot_brackets::CostModel;
use tradebot_domain::{Bar, ColumnFeed, Decimal, Moment, Money, Symbol};
use tradebot_engine::{
    Admission, Engine, EngineConfig, Entry, Holding, Observer, Phase, Ruling, Silent, Strategy,
    Wish,
};
use tradebot_journal::{RunFinished, SnapshotRecord, SweepLedger};

#[path = "support/generated.rs"]
mod generated;
#[path = "strategies/sma_cross.rs"]
mod sma_cross;

use generated::Generated;
use sma_cross::SmaCross;

type Failure = Box<dyn std::error::Error>;

/// Bars, fills and final equity as independent implementations have them.
const CHECKS: [(usize, usize, &str); 5] = [
    (1_000, 34, "99999890.053"),
    (10_000, 394, "99996309.140"),
    (100_000, 3_760, "99964479.507"),
    (1_000_000, 38_844, "99639135.897"),
    (5_000_000, 194_098, "98270271.093"),
];

/// Never trades.
struct Idle;

impl Strategy for Idle {
    fn on_bar(&mut self, _: &Bar, _: &Holding) -> Wish {
        Wish::Stay
    }
}

fn cross() -> Box<dyn Strategy> {
    Box::new(SmaCross::<10, 30>::new(Entry::shares(1)))
}

type Make = fn() -> Box<dyn Strategy>;

fn engine(symbol: Symbol, make: Make) -> Result<Engine, Failure> {
    let mut config = EngineConfig::simulated(
        (Moment::MIN.date(), Moment::MAX.date()),
        vec![symbol],
        Money(Decimal::from(100_000_000)),
    );
    // 0.1 % of the price on each side.
    config.costs = CostModel { half_spread_bps: 10.0, ..CostModel::FREE };
    let ruling = Ruling { admission: Admission::Shape, ..Ruling::new("sma_10_30")? };
    Ok(Engine::with_strategy(config, ruling, &mut |_| make())?)
}

fn run(
    bars: &Generated,
    n: usize,
    make: Make,
    observer: &mut dyn Observer,
) -> Result<Left, Failure> {
    let symbol = Symbol::new("GEN")?;
    let mut ledger = SweepLedger::default();
    let mut feed = ColumnFeed::new(symbol, bars.columns(n), Moment::MIN.date());
    let finished = engine(symbol, make)?.run(&mut feed, &mut ledger, observer)?;
    Ok((ledger, finished))
}

fn main() -> Result<(), Failure> {
    let asked: Vec<usize> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    let wanted = |n: usize| asked.is_empty() || asked.contains(&n);
    let checks: Vec<_> = CHECKS.into_iter().filter(|(n, ..)| wanted(*n)).collect();
    let most = checks.iter().map(|(n, ..)| *n).max().unwrap_or(1_000_000);
    let bars = Generated::bars(most);
    for (n, fills, equity) in checks {
        let ((wall, cpu), (ledger, finished)) = timed(&bars, n, cross)?;
        assert_eq!(ledger.fills.len(), fills, "fills of {n} bars");
        let expected: Decimal = equity.parse()?;
        assert_eq!(finished.final_equity.0, expected, "equity after {n} bars");
        println!(
            "{{\"bench\":\"B1\",\"system\":\"tradebot engine, rule strategy, run in brief\",\"n\":{n},\
             \"unit\":\"bars/s\",\"min_s\":{wall:.9},\"cpu_min_s\":{cpu:.9},\"rate\":{:.0},\
             \"rate_cpu\":{:.0},\"peak_rss_mb\":{:.1},\"check\":{{\"fills\":{fills},\
             \"trades\":{},\"final_equity\":{equity}}}}}",
            n as f64 / wall,
            n as f64 / cpu,
            peak_rss_mb(),
            fills / 2,
        );
        if has("idle") {
            let ((_, idle), _) = timed(&bars, n, || Box::new(Idle))?;
            let (bar, fill) = (idle * 1e9 / n as f64, (cpu - idle) * 1e9 / fills as f64);
            println!("idle bar {bar:.1} ns; beside it a fill with its rule {fill:.0} ns");
        }
    }
    if has("phases") {
        phases(&bars)?;
    }
    Ok(())
}

fn has(word: &str) -> bool {
    std::env::args().any(|a| a == word)
}

/// What a run leaves.
type Left = (SweepLedger, RunFinished);

/// The least wall and CPU seconds of several runs, and what the last of them left.
fn timed(bars: &Generated, n: usize, make: Make) -> Result<((f64, f64), Left), Failure> {
    let (mut wall, mut cpu) = (f64::INFINITY, f64::INFINITY);
    let mut runs = if has("once") { 1 } else { (20_000_000 / n).clamp(3, 200) };
    loop {
        let (begun, cpu_begun) = (now(), cpu_seconds());
        let left = run(bars, n, make, &mut Silent)?;
        wall = wall.min(begun.elapsed().as_secs_f64());
        cpu = cpu.min(cpu_seconds() - cpu_begun);
        runs -= 1;
        if runs == 0 {
            return Ok(((wall, if cpu > 0.0 { cpu } else { wall }), left));
        }
    }
}

/// Looks at one cycle in 64 and reads the clock at each phase.
struct Sampling {
    at: Instant,
    phase: Option<Phase>,
    nanos: [f64; 8],
    cycles: u32,
}

impl Observer for Sampling {
    fn enter(&mut self, phase: Phase) {
        let now = now();
        if let Some(before) = self.phase.replace(phase) {
            self.nanos[before as usize] += now.duration_since(self.at).as_nanos() as f64;
        }
        self.at = now;
    }
    fn session_done(&mut self, _snapshot: &SnapshotRecord) {}
    fn watches(&mut self, cycle: u32) -> bool {
        let watched = cycle.is_multiple_of(64);
        self.cycles += u32::from(watched);
        self.phase = None;
        watched
    }
}

/// Nanoseconds of each phase but the last, the cost of the clock taken off.
fn phases(bars: &Generated) -> Result<(), Failure> {
    let (begun, reads) = (now(), 1_000_000);
    for _ in 0..reads {
        std::hint::black_box(now());
    }
    let clock = begun.elapsed().as_nanos() as f64 / f64::from(reads);
    let mut sampling = Sampling { at: now(), phase: None, nanos: [0.0; 8], cycles: 0 };
    run(bars, bars.len().min(1_000_000), cross, &mut sampling)?;
    // Members and sizes of the ensemble are not asked; the last phase is not ended.
    for phase in [Phase::Ingest, Phase::Gate, Phase::Learn, Phase::Features, Phase::Opine] {
        let nanos = sampling.nanos[phase as usize] / f64::from(sampling.cycles) - clock;
        println!("{:<10} {nanos:>6.1} ns a bar", phase.name());
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn now() -> Instant {
    Instant::now()
}

/// CPU seconds of all threads of this process; 0 where the system has no such file.
fn cpu_seconds() -> f64 {
    // The system counts a running thread's time when it looks at it: at ticks, milliseconds apart,
    // and when the thread offers to wait.
    std::thread::yield_now();
    let Ok(tasks) = fs::read_dir("/proc/self/task") else { return 0.0 };
    let nanos: u64 = tasks
        .flatten()
        .filter_map(|t| fs::read_to_string(t.path().join("schedstat")).ok())
        .filter_map(|s| s.split_whitespace().next()?.parse::<u64>().ok())
        .sum();
    nanos as f64 / 1e9
}

/// Peak memory of this process, MB; 0 where the system does not tell.
fn peak_rss_mb() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let kb = line.and_then(|l| l.split_whitespace().next()?.parse::<f64>().ok());
    kb.unwrap_or(0.0) * 1024.0 / 1e6
}
