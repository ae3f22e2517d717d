//! Volatility forecasts on the bundled index: what they are worth, so that it cannot be lost
//! unseen. The example `volatility_walk_forward` prints the whole picture.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tradebot_calibration::metrics::{Forecasts, auc, brier, ece, prequential_base_rate};
use tradebot_domain::{Bar, Date};
use tradebot_models::{VolatilityConfig, VolatilityForecast, VolatilityForecaster};

fn records(path: PathBuf) -> Vec<csv::StringRecord> {
    let unzipped = flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap());
    csv::Reader::from_reader(unzipped).into_records().map(Result::unwrap).collect()
}

fn fixture(file: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/market")).join(file)
}

fn index() -> Vec<Bar> {
    let rows = records(fixture("indices_daily_1999_2018.csv.gz"));
    rows.iter()
        .filter(|row| &row[0] == "^GSPC")
        .map(|row| {
            let [open, high, low, close] = [2, 3, 4, 5].map(|at| row[at].parse().unwrap());
            Bar { date: row[1].parse().unwrap(), open, high, low, close, volume: 1.0 }
        })
        .collect()
}

/// Closes by date, the last column.
fn vix(path: PathBuf) -> BTreeMap<Date, f64> {
    let rows = records(path);
    rows.iter().map(|r| (r[0].parse().unwrap(), r[r.len() - 1].parse().unwrap())).collect()
}

/// A forecast with the log returns of the five sessions after it.
type Walked = Vec<(VolatilityForecast, Vec<f64>)>;

fn walk(bars: &[Bar], vix: &BTreeMap<Date, f64>) -> Walked {
    let config = VolatilityConfig { refit_every: 63, ..Default::default() };
    let mut forecaster = VolatilityForecaster::new(config).unwrap();
    let mut all = Vec::new();
    for (t, bar) in bars.iter().enumerate() {
        let before =
            t.checked_sub(1).and_then(|before| vix.get(&bars[before].date.date())).copied();
        let forecast = forecaster.update(bar, before);
        if let Some((forecast, ahead)) = forecast.zip(bars.get(t..=t + config.horizon)) {
            all.push((
                forecast,
                ahead.windows(2).map(|w| (w[1].close / w[0].close).ln()).collect(),
            ));
        }
    }
    all
}

/// Realised volatility of five sessions, annualised.
fn realised(returns: &[f64]) -> f64 {
    (252.0 / 5.0 * returns.iter().map(|r| r * r).sum::<f64>()).sqrt()
}

/// Share right among the given share of forecasts that lie furthest from one half.
fn right(p: &[f64], happened: &[bool], coverage: f64) -> f64 {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| (p[*b] - 0.5).abs().total_cmp(&(p[*a] - 0.5).abs()));
    let kept = p.len() - (0..p.len()).filter(|i| *i as f64 >= coverage * p.len() as f64).count();
    order[..kept].iter().filter(|i| (p[**i] >= 0.5) == happened[**i]).count() as f64 / kept as f64
}

/// The base rate as it was known five sessions before each outcome.
fn base_rate(happened: &[bool]) -> Vec<f64> {
    let known = happened.len() - 4;
    [vec![0.5; 4], prequential_base_rate(&happened[..known])].concat()
}

#[derive(Debug)]
struct Figures {
    right: f64,
    right_of_fifth: f64,
    right_of_tenth: f64,
    auc: f64,
    ece: f64,
    skill_over_base: f64,
    skill_over_ewma: f64,
    skill_over_har: f64,
}

fn figures(said: &[Vec<f64>; 3], happened: &[bool]) -> Figures {
    let score = |p: &[f64]| brier(&Forecasts::new(p, happened).unwrap());
    let [ours, ewma, har] = said;
    let of = Forecasts::new(ours, happened).unwrap();
    let skill = |reference: &[f64]| 1.0 - score(ours) / score(reference);
    Figures {
        right: right(ours, happened, 1.0),
        right_of_fifth: right(ours, happened, 0.2),
        right_of_tenth: right(ours, happened, 0.1),
        auc: auc(&of).unwrap(),
        ece: ece(&of, 10),
        skill_over_base: skill(&base_rate(happened)),
        skill_over_ewma: skill(ewma),
        skill_over_har: skill(har),
    }
}

fn above_median(walked: &Walked) -> Figures {
    let happened: Vec<bool> = walked.iter().map(|(f, r)| realised(r) > f.median).collect();
    let of = |p: fn(&VolatilityForecast) -> f64| walked.iter().map(|(f, _)| p(f)).collect();
    figures(
        &[of(|f| f.p_above_median), of(|f| f.ewma.p_above_median), of(|f| f.har.p_above_median)],
        &happened,
    )
}

fn large_move(walked: &Walked) -> Figures {
    let is_large = |returns: &[f64]| returns.iter().any(|r| r.abs() > 0.02);
    let happened: Vec<bool> = walked.iter().map(|(_, returns)| is_large(returns)).collect();
    let of = |p: fn(&VolatilityForecast) -> f64| walked.iter().map(|(f, _)| p(f)).collect();
    figures(
        &[of(|f| f.p_large_move), of(|f| f.ewma.p_large_move), of(|f| f.har.p_large_move)],
        &happened,
    )
}

/// Measured above the median: right 0.729, of the fifth and tenth furthest from one half 0.938 and
/// 0.976; skill over the base rate 0.295, the EWMA 0.109, the HAR 0.047. Of a large move: 0.844,
/// 0.974, 0.976; 0.405, 0.087, 0.034. QLIKE 0.334 against 0.416 and 0.357.
#[test]
fn a_week_of_the_index_is_foreseen_better_than_by_ewma_and_har() {
    let walked = walk(&index(), &vix(fixture("vix_close_2014_2018.csv.gz")));
    assert_eq!(walked.len(), 4_640);
    let above = above_median(&walked);
    assert!(above.right > 0.715 && above.right_of_fifth > 0.91, "{above:?}");
    assert!(above.right_of_tenth > 0.95, "{above:?}");
    assert!(above.auc > 0.79 && above.ece < 0.035, "{above:?}");
    assert!(above.skill_over_base > 0.27, "{above:?}");
    assert!(above.skill_over_ewma > 0.08 && above.skill_over_har > 0.03, "{above:?}");

    let large = large_move(&walked);
    assert!(large.right > 0.83 && large.right_of_fifth > 0.955, "{large:?}");
    assert!(large.right_of_tenth > 0.955, "{large:?}");
    assert!(large.auc > 0.86 && large.ece < 0.03, "{large:?}");
    assert!(large.skill_over_base > 0.37, "{large:?}");
    assert!(large.skill_over_ewma > 0.06 && large.skill_over_har > 0.02, "{large:?}");

    // The level, by the loss that is fair to noisy variance (Patton 2011).
    let qlike = |expected: fn(&VolatilityForecast) -> f64| {
        let loss = |(f, r): &(VolatilityForecast, Vec<f64>)| {
            let ratio = (realised(r) / expected(f)).powi(2).max(1e-6);
            ratio - ratio.ln() - 1.0
        };
        walked.iter().map(loss).sum::<f64>() / walked.len() as f64
    };
    let ours = qlike(|f| f.volatility);
    let (ewma, har) = (qlike(|f| f.ewma.volatility), qlike(|f| f.har.volatility));
    assert!(ours < 0.35 && ours < ewma - 0.05 && ours < har - 0.01, "{ours} {ewma} {har}");
}

/// Measured above the median: right 0.736, 0.949, 0.974; skill over EWMA 0.136 and HAR 0.076. Of a
/// large move: 0.109 and 0.057.
#[test]
fn the_vix_of_all_years_adds_to_it() {
    let Some(extra) = std::env::var_os("TRADEBOT_EXTRA_DATA") else {
        println!("skipped: TRADEBOT_EXTRA_DATA is not set");
        return;
    };
    let walked = walk(&index(), &vix(Path::new(&extra).join("wide/vix_daily.csv.gz")));
    let above = above_median(&walked);
    assert!(above.right > 0.72 && above.right_of_fifth > 0.925, "{above:?}");
    assert!(above.right_of_tenth > 0.955, "{above:?}");
    assert!(above.skill_over_ewma > 0.11 && above.skill_over_har > 0.06, "{above:?}");
    let large = large_move(&walked);
    assert!(large.skill_over_ewma > 0.085 && large.skill_over_har > 0.04, "{large:?}");
}

/// The same days in random order have the same moves and no memory: whoever shows skill on them
/// has seen the future.
#[test]
fn on_days_in_random_order_there_is_no_skill() {
    let mut days: Vec<[f64; 4]> = index()
        .windows(2)
        .map(|w| [w[1].open, w[1].high, w[1].low, w[1].close].map(|price| price / w[0].close))
        .collect();
    let mut state = 7_u64;
    for last in (1..days.len()).rev() {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        days.swap(last, usize::try_from(state >> 33).unwrap() % (last + 1));
    }
    let mut before = 100.0;
    let bars: Vec<Bar> = days
        .iter()
        .zip(index())
        .map(|(day, real)| {
            let [open, high, low, close] = day.map(|ratio| before * ratio);
            before = close;
            Bar { date: real.date, open, high, low, close, volume: 1.0 }
        })
        .collect();
    let walked = walk(&bars, &BTreeMap::new());
    let p: Vec<f64> = walked.iter().map(|(f, _)| f.p_above_median).collect();
    let happened: Vec<bool> = walked.iter().map(|(f, r)| realised(r) > f.median).collect();
    let skill = above_median(&walked).skill_over_base;
    assert!(skill < 0.01, "{skill}");
    let share = happened.iter().filter(|h| **h).count() as f64 / p.len() as f64;
    let mean = p.iter().sum::<f64>() / p.len() as f64;
    assert!((mean - share).abs() < 0.03, "{mean} {share}");
}
