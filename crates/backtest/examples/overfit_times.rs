//! How long the statistics of overfitting take, one JSON line each: halves of history, resampled
//! Sharpe ratios, the deflated Sharpe ratio.
//!
//! `cargo run --release -p tradebot-backtest --example overfit_times [matrix.f64]`; one thread, CPU
//! time, the best of some batches. The matrix is 5,040 sessions of 100 strategies, little-endian, session by
//! session; without one, returns without merit are made up. The series that is resampled is the
//! S&P 500 of the fixtures, 1999 to 2018.
#![expect(clippy::print_stdout, reason = "a measurement for people")]

use std::error::Error;
use std::fs;
use std::io::Read as _;

use serde_json::{Value, json};
use tradebot_backtest::bootstrap::{Chance, resampled_sharpes};
use tradebot_backtest::overfit::{Panel, Trials, cscv};

const SESSIONS: usize = 5_040;
const STRATEGIES: usize = 100;
const BLOCKS: usize = 16;
const SPLITS: u32 = 12_870;
const RESAMPLES: u32 = 10_000;

/// An error that may come from another thread.
type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let panel = match std::env::args().nth(1) {
        Some(path) => Panel::from_rows(numbers(&fs::read(path)?), STRATEGIES)?,
        None => Panel::from_rows(made_up(), STRATEGIES)?,
    };
    let returns = index_returns()?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    pool.install(|| -> Result<(), Failure> {
        report("CSCV/PBO", SPLITS, "splits/s", SPLITS, 100, || {
            let halves = cscv(&panel, BLOCKS)?;
            Ok(json!({ "splits": halves.logits.len(), "pbo": halves.probability,
                "mean_logit": halves.mean_logit, "slope": halves.slope }))
        })?;
        report("deflated Sharpe", 100, "calls/s", 1, 200, || {
            let trials = Trials::of(&panel).ok_or("no variance")?;
            Ok(json!({ "best": trials.best, "sr_best": trials.estimate.ratio,
                "sr0": trials.benchmark(), "dsr": trials.deflated() }))
        })?;
        report("stationary bootstrap Sharpe", RESAMPLES, "resamples/s", RESAMPLES, 10, || {
            let mut drawn =
                resampled_sharpes(&returns, 20.0, RESAMPLES as usize, 42).ok_or("no variance")?;
            drawn.sort_unstable_by(f64::total_cmp);
            let mean = drawn.iter().sum::<f64>() / drawn.len() as f64;
            let squares: f64 = drawn.iter().map(|d| (d - mean) * (d - mean)).sum();
            Ok(json!({ "lo": drawn[drawn.len() / 40], "hi": drawn[drawn.len() - drawn.len() / 40],
                "se": (squares / drawn.len() as f64).sqrt(), "n": returns.len() }))
        })
    })?;
    Ok(())
}

/// Batches of which the fastest counts.
const BATCHES: u32 = 8;

/// Least CPU time of a repetition over some batches of them, and what the work has found. The system
/// brings CPU times up to date every few milliseconds only, so batches are much longer than that.
fn report(
    system: &str,
    n: u32,
    unit: &str,
    work_units: u32,
    batch: u32,
    work: impl Fn() -> Result<Value, Failure>,
) -> Result<(), Failure> {
    let (mut best, mut check) = (f64::INFINITY, Value::Null);
    for _ in 0..BATCHES {
        let begun = cpu_seconds();
        for _ in 0..batch {
            check = work()?;
        }
        best = best.min((cpu_seconds() - begun) / f64::from(batch));
    }
    let line = json!({ "bench": "B5", "system": format!("tradebot {system}"), "n": n, "unit": unit,
        "cpu_min_s": best, "rate_cpu": f64::from(work_units) / best, "peak_rss_mb": peak_rss_mb(),
        "check": check });
    println!("{line}");
    Ok(())
}

/// CPU seconds of all threads so far, to the nanosecond; 0 where the system does not tell.
fn cpu_seconds() -> f64 {
    let Ok(tasks) = fs::read_dir("/proc/self/task") else { return 0.0 };
    let nanos: u64 = tasks
        .flatten()
        .filter_map(|task| fs::read_to_string(task.path().join("schedstat")).ok())
        .filter_map(|text| text.split_whitespace().next()?.parse::<u64>().ok())
        .sum();
    nanos as f64 / 1e9
}

/// Peak memory so far; `None` where the system does not tell.
fn peak_rss_mb() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<f64>().ok()? / 1_024.0)
}

fn numbers(bytes: &[u8]) -> Vec<f64> {
    bytes.as_chunks::<8>().0.iter().map(|eight| f64::from_le_bytes(*eight)).collect()
}

/// Independent returns of mean 0 and deviation 1 %.
fn made_up() -> Vec<f64> {
    let mut chance = Chance::numbered(7, 0);
    let mut normal = || (0..12).map(|_| chance.uniform()).sum::<f64>() - 6.0;
    (0..SESSIONS * STRATEGIES).map(|_| 0.01 * normal()).collect()
}

/// Close-to-close returns of the S&P 500.
fn index_returns() -> Result<Vec<f64>, Failure> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fixtures/market/indices_daily_1999_2018.csv.gz"
    );
    let mut text = String::new();
    flate2::read::GzDecoder::new(fs::File::open(path)?).read_to_string(&mut text)?;
    let closes: Vec<f64> = text
        .lines()
        .filter(|line| line.starts_with("^GSPC,"))
        .filter_map(|line| line.split(',').nth(5)?.parse().ok())
        .collect();
    Ok(closes.windows(2).map(|w| w[1] / w[0] - 1.0).collect())
}
