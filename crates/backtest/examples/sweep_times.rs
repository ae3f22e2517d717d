//! How long a sweep of crossing averages takes: 1,000 and 10,000 pairs over 5,031 bars of the S&P 500.
//!
//! `cargo run --release -p tradebot-backtest --example sweep_times`; prints a JSON line per
//! measurement. Rates are per second of CPU time, the best of five measurements; each builds all of
//! its tables anew. One thread, but for the last line.
#![expect(clippy::print_stdout, reason = "a measurement for people")]

use std::error::Error;
use std::io::Read as _;

use serde_json::{Value, json};
use tradebot_backtest::sweep::crossover::{Pair, Rules, Screen};
use tradebot_backtest::sweep::{Axis, Measure, Parameters, Space, Sweep, TrialResult};

/// Of any thread.
type Failure = Box<dyn Error + Send + Sync>;

const RULES: Rules = Rules { cash: 1_000_000.0, fee: 0.001, wait: 1 };
const MEASUREMENTS: usize = 5;
/// CPU time of one measurement, at least: the clock of a process ticks every few milliseconds.
const SECONDS_MIN: f64 = 0.5;

fn main() -> Result<(), Failure> {
    let (opens, closes) = index()?;
    let spaces = [grid((5, 44), (50, 170))?, grid((2, 101), (105, 600))?];
    rayon::ThreadPoolBuilder::new().num_threads(1).build()?.install(|| {
        for space in &spaces {
            let screen = || screen(&opens, &closes, space);
            measure("tradebot screen", closes.len(), screen)?;
            let sweep = || sweep(&opens, &closes, space);
            measure("tradebot screen as a sweep with its table", closes.len(), sweep)?;
        }
        Ok::<_, Failure>(())
    })?;
    let last = || screen(&opens, &closes, &spaces[1]);
    measure("tradebot screen, all threads", closes.len(), last)
}

/// The pairs and nothing else.
fn screen(opens: &[f64], closes: &[f64], space: &Space) -> Result<Vec<TrialResult>, Failure> {
    let pair = |point: Parameters| {
        let count = |name| point.count(name).ok_or("an axis of counts");
        Ok::<_, Failure>(Pair::new(count("fast")?, count("slow")?)?)
    };
    let pairs: Vec<Pair> = space.grid().map(pair).collect::<Result<_, _>>()?;
    Ok(Screen::for_pairs(opens, closes, RULES, &pairs)?.evaluate_all(&pairs)?)
}

/// The same through trials with names, digests, states and ranks.
fn sweep(opens: &[f64], closes: &[f64], space: &Space) -> Result<Vec<TrialResult>, Failure> {
    let periods = |name| space.grid().filter_map(move |point| point.count(name));
    let periods: Vec<usize> = periods("fast").chain(periods("slow")).collect();
    let screen = Screen::new(opens, closes, RULES, &periods)?;
    let evaluate = |point: &Parameters| screen.evaluate_point(point, ("fast", "slow"));
    let table = Sweep::of("^GSPC").run(space, space.grid(), &evaluate);
    table.best(Measure::FinalEquity).ok_or("no trial")?;
    Ok(table.trials().iter().filter_map(|trial| trial.result().cloned()).collect())
}

fn measure(
    system: &str,
    bars: usize,
    work: impl Fn() -> Result<Vec<TrialResult>, Failure>,
) -> Result<(), Failure> {
    let mut best = f64::INFINITY;
    let mut figures = work()?;
    for _ in 0..MEASUREMENTS {
        let (begun, mut runs) = (cpu_seconds()?, 0_u32);
        let mut spent = 0.0;
        while spent < SECONDS_MIN {
            figures = work()?;
            runs += 1;
            spent = cpu_seconds()? - begun;
        }
        best = best.min(spent / f64::from(runs));
    }
    let combos = figures.len();
    let line = json!({
        "bench": "B2",
        "system": system,
        "n": combos,
        "unit": "combos",
        "rate_cpu": combos as f64 / best,
        "ns_per_bar_combo": best * 1e9 / (combos * bars) as f64,
        "peak_rss_mb": peak_rss_mb()?,
        "check": check(&figures),
    });
    println!("{line}");
    Ok(())
}

fn check(figures: &[TrialResult]) -> Value {
    let sum = |of: &dyn Fn(&TrialResult) -> f64| figures.iter().map(of).sum::<f64>();
    let combos = figures.len() as f64;
    json!({
        "sum_final_equity": sum(&|f| f.final_equity),
        "total_fills": figures.iter().map(|f| f.fills).sum::<u64>(),
        "mean_maxdd": sum(&|f| -f.max_drawdown) / combos,
        "mean_sharpe": sum(&|f| f.sharpe.unwrap_or(0.0)) / combos,
    })
}

/// Fast periods one by one, slow ones in steps of 5.
fn grid(fast: (i64, i64), slow: (i64, i64)) -> Result<Space, Failure> {
    let axes =
        vec![Axis::integers("fast", fast.0, fast.1, 1), Axis::integers("slow", slow.0, slow.1, 5)];
    Ok(Space::new(axes, vec!["fast < slow".parse()?])?)
}

/// Opens and closes of the S&P 500, in cents.
fn index() -> Result<(Vec<f64>, Vec<f64>), Failure> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fixtures/market/indices_daily_1999_2018.csv.gz"
    );
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path)?).read_to_string(&mut text)?;
    let (mut opens, mut closes) = (Vec::new(), Vec::new());
    for line in text.lines().filter(|line| line.starts_with("^GSPC,")) {
        let fields: Vec<&str> = line.split(',').collect();
        opens.push((fields[2].parse::<f64>()? * 100.0).round());
        closes.push((fields[5].parse::<f64>()? * 100.0).round());
    }
    Ok((opens, closes))
}

/// CPU time of all threads of this process so far.
fn cpu_seconds() -> Result<f64, Failure> {
    let mut nanoseconds = 0.0;
    for thread in std::fs::read_dir("/proc/self/task")? {
        let spent = std::fs::read_to_string(thread?.path().join("schedstat"))?;
        nanoseconds += spent.split(' ').next().ok_or("no time spent")?.parse::<f64>()?;
    }
    Ok(nanoseconds / 1e9)
}

fn peak_rss_mb() -> Result<f64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).ok_or("no peak memory")?;
    Ok(line.split_whitespace().nth(1).ok_or("no figure")?.parse::<f64>()? / 1024.0)
}
