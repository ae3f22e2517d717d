//! What indicators of whole columns cost, each alone and all in one pass: a line of JSON each.
//!
//! `cargo run --release -p tradebot-features --example indicator_times [BARS] [FOLDER]`; one
//! thread, CPU time, the best of many. With a folder, the prices and all outputs are written there
//! as little-endian doubles, one file a column, for comparison with other systems.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement for people")]

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use tradebot_features::Period;
use tradebot_features::batch::{
    BatchError, BollingerColumns, IndicatorColumns, IndicatorSet, MacdColumns, PriceColumns, adx,
    atr, bollinger, ema, macd, rsi, sma, standard_deviation,
};

/// Output columns, in the order of the files.
const NAMES: [&str; 12] = [
    "sma",
    "ema",
    "rsi",
    "atr",
    "upper",
    "middle",
    "lower",
    "line",
    "signal",
    "histogram",
    "adx",
    "deviation",
];
const REPEATS: usize = 25;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let bars = arguments.next().map_or(Ok(1_000_000), |bars| bars.parse())?;
    let [open, high, low, close] = prices(bars);
    let prices = PriceColumns { high: &high, low: &low, close: &close };
    let mut out = NAMES.map(|_| vec![0.0; bars]);
    one_by_one(&prices, &mut out)?;
    let alone = out.clone();
    together(&prices, &mut out)?;
    let apart = alone.iter().zip(&out).map(|(alone, out)| largest_error(alone, out));
    println!("{{\"apart\":{:e}}}", apart.fold(0.0, f64::max));
    if let Some(folder) = arguments.next() {
        let folder = Path::new(&folder);
        fs::create_dir_all(folder)?;
        for (name, column) in ["open", "high", "low", "close"].iter().zip([open, high, low, close])
        {
            write(folder, name, &column)?;
        }
        for (name, column) in NAMES.iter().zip(&alone) {
            write(folder, name, column)?;
        }
    }
    Ok(())
}

/// Each indicator as its own function computes it.
fn one_by_one(prices: &PriceColumns<'_>, out: &mut [Vec<f64>; 12]) -> Result<(), BatchError> {
    let set = IndicatorSet::default();
    let close = prices.close;
    let [o_sma, o_ema, o_rsi, o_atr, upper, middle, lower, line, signal, histogram, o_adx, o_dev] =
        out;
    measure("SMA30", o_sma, |out| sma(black_box(close), set.sma, out))?;
    measure("EMA30", o_ema, |out| ema(black_box(close), set.ema, out))?;
    measure("RSI14", o_rsi, |out| rsi(black_box(close), set.rsi, out))?;
    measure("ATR14", o_atr, |out| atr(black_box(prices), set.atr, out))?;
    measure("BBANDS20_2", upper, |upper| {
        let mut out = BollingerColumns { upper, middle, lower };
        bollinger(black_box(close), set.bands, set.deviations, &mut out)
    })?;
    measure("MACD12_26_9", histogram, |histogram| {
        let mut out = MacdColumns { line, signal, histogram };
        macd(black_box(close), set.macd, &mut out)
    })?;
    measure("ADX14", o_adx, |out| adx(black_box(prices), set.adx, out))?;
    let twenty = Period::of::<20>();
    measure("STDDEV20", o_dev, |out| standard_deviation(black_box(close), twenty, out))
}

/// All in one pass.
fn together(prices: &PriceColumns<'_>, out: &mut [Vec<f64>; 12]) -> Result<(), BatchError> {
    let [sma, ema, rsi, atr, upper, middle, lower, line, signal, histogram, adx, deviation] = out;
    measure("ALL8", sma, |sma| {
        let mut out = IndicatorColumns {
            sma,
            ema,
            rsi,
            atr,
            adx,
            deviation,
            bands: BollingerColumns { upper, middle, lower },
            macd: MacdColumns { line, signal, histogram },
        };
        IndicatorSet::default().compute(black_box(prices), &mut out)
    })
}

/// Runs `work` on `out` many times and prints the best.
fn measure(
    indicator: &str,
    out: &mut [f64],
    mut work: impl FnMut(&mut [f64]) -> Result<(), BatchError>,
) -> Result<(), BatchError> {
    let bars = out.len();
    let mut best = f64::INFINITY;
    for _ in 0..REPEATS {
        let (cpu, wall) = (cpu_seconds(), Instant::now());
        work(out)?;
        let wall = wall.elapsed().as_secs_f64();
        let cpu = cpu.zip(cpu_seconds()).map(|(before, after)| after - before);
        best = best.min(cpu.filter(|cpu| *cpu > 0.0).unwrap_or(wall));
    }
    let last = out.last().copied().unwrap_or(f64::NAN);
    let recent = &out[bars.saturating_sub(1_000)..];
    let mean = recent.iter().sum::<f64>() / recent.len() as f64;
    println!(
        "{{\"bench\":\"B3\",\"system\":\"tradebot\",\"indicator\":\"{indicator}\",\"n\":{bars},\
         \"unit\":\"bars\",\"ns_per_element\":{:.3},\"rate_cpu\":{:.0},\"peak_rss_mb\":{:.1},\
         \"check\":{{\"last\":{last},\"mean_last_1000\":{mean}}}}}",
        best / bars as f64 * 1e9,
        bars as f64 / best,
        peak_rss_mb().unwrap_or(f64::NAN),
    );
    Ok(())
}

/// CPU time of this thread, where the system tells. The count is brought up to date when the
/// thread yields.
fn cpu_seconds() -> Option<f64> {
    std::thread::yield_now();
    let nanos = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(nanos.split_whitespace().next()?.parse::<f64>().ok()? / 1e9)
}

fn peak_rss_mb() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? / 1024.0)
}

/// The largest difference of two columns as a share of the second.
fn largest_error(got: &[f64], expected: &[f64]) -> f64 {
    let apart = got.iter().zip(expected).filter(|(a, b)| a != b && !(a.is_nan() && b.is_nan()));
    apart.map(|(a, b)| ((a - b) / b).abs()).fold(0.0, f64::max)
}

fn write(folder: &Path, name: &str, column: &[f64]) -> std::io::Result<()> {
    let bytes: Vec<u8> = column.iter().flat_map(|x| x.to_le_bytes()).collect();
    fs::write(folder.join(format!("{name}.f64")), bytes)
}

/// Open, high, low and close of made-up bars in whole ticks, the same on every machine: a walk
/// whose variance clusters (GARCH) and which is drawn weakly towards 10,000. Steps are sums of
/// twelve uniform numbers of SplitMix64, less their mean.
fn prices(bars: usize) -> [Vec<f64>; 4] {
    let mut state = 42;
    let (mut price, mut variance) = (10_000.0_f64, 2.5e-7_f64);
    let mut columns = [const { Vec::new() }; 4];
    for _ in 0..bars {
        let before = price;
        let step = variance.sqrt() * 0.5;
        price *= 1.0 + step * 0.5 * normal(&mut state);
        price -= 2e-6 * (price - 10_000.0);
        let (open, mut high, mut low) = (price, price, price);
        for _ in 0..4 {
            price *= 1.0 + step * normal(&mut state);
            (high, low) = (high.max(price), low.min(price));
        }
        let _volume = next(&mut state);
        let change = price / before - 1.0;
        variance = 1.25e-9 + 0.05 * change * change + 0.945 * variance;
        for (column, value) in columns.iter_mut().zip([open, high, low, price]) {
            column.push((value + 0.5).floor());
        }
    }
    columns
}

/// Nearly normal, with deviation 1.
fn normal(state: &mut u64) -> f64 {
    let mut sum = 0;
    for _ in 0..3 {
        let draw = next(state);
        sum += (0..4).map(|word| (draw >> (16 * word)) & 0xffff).sum::<u64>();
    }
    (sum as f64 - 393_210.0) / 65_536.0
}

/// The next number of SplitMix64 (Steele, Lea and Flood, *OOPSLA* 2014).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
