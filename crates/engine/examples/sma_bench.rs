//! How fast the one loop is: a crossing of averages over generated bars of one symbol.
//!
//! `cargo run --release -p tradebot-engine --example sma_bench [BARS ...] [phases]`
//!
//! Everything is the real engine: review, intent, simulated broker, exact book, equity and drawdown
//! at every close. One line of JSON per length, with the fills and the final equity to compare.

#![allow(clippy::print_stdout, reason = "a program that prints")]

use std::fs;
use std::time::Instant;

use tradebot_brackets::CostModel;
use tradebot_domain::{ColumnFeed, Decimal, Moment, Money, Symbol};
use tradebot_engine::{
    Admission, Engine, EngineConfig, Entry, Observer, Phase, Ruling, Silent, Strategy,
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

fn engine(symbol: Symbol) -> Result<Engine, Failure> {
    let mut config = EngineConfig::simulated(
        (Moment::MIN.date(), Moment::MAX.date()),
        vec![symbol],
        Money(Decimal::from(100_000_000)),
    );
    // 0.1 % of the price on each side.
    config.costs = CostModel { half_spread_bps: 10.0, ..CostModel::FREE };
    let ruling = Ruling { admission: Admission::Shape, ..Ruling::new("sma_10_30")? };
    let make = &mut |_| Box::new(SmaCross::<10, 30>::new(Entry::shares(1))) as Box<dyn Strategy>;
    Ok(Engine::with_strategy(config, ruling, make)?)
}

fn run(
    bars: &Generated,
    n: usize,
    observer: &mut dyn Observer,
) -> Result<(SweepLedger, RunFinished), Failure> {
    let symbol = Symbol::new("GEN")?;
    let mut ledger = SweepLedger::default();
    let mut feed = ColumnFeed::new(symbol, bars.columns(n), Moment::MIN.date());
    let finished = engine(symbol)?.run(&mut feed, &mut ledger, observer)?;
    Ok((ledger, finished))
}

fn main() -> Result<(), Failure> {
    let asked: Vec<usize> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    let wanted = |n: usize| asked.is_empty() || asked.contains(&n);
    let checks: Vec<_> = CHECKS.into_iter().filter(|(n, ..)| wanted(*n)).collect();
    let most = checks.iter().map(|(n, ..)| *n).max().unwrap_or(1_000_000);
    let bars = Generated::bars(most);
    for (n, fills, equity) in checks {
        let (mut wall, mut cpu) = (f64::INFINITY, f64::INFINITY);
        for _ in 0..(20_000_000 / n).clamp(3, 200) {
            let (begun, cpu_begun) = (now(), cpu_seconds());
            let (ledger, finished) = run(&bars, n, &mut Silent)?;
            wall = wall.min(begun.elapsed().as_secs_f64());
            cpu = cpu.min(cpu_seconds() - cpu_begun);
            assert_eq!(ledger.fills.len(), fills, "fills of {n} bars");
            let expected: Decimal = equity.parse()?;
            assert_eq!(finished.final_equity.0, expected, "equity after {n} bars");
        }
        let cpu = if cpu > 0.0 { cpu } else { wall };
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
    }
    if std::env::args().any(|a| a == "phases") {
        phases(&bars)?;
    }
    Ok(())
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
    run(bars, bars.len().min(1_000_000), &mut sampling)?;
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
