//! Volatility forecasts on real data, walk-forward, beside their baselines.
//!
//! ```text
//! cargo run --release -p tradebot-models --example volatility_walk_forward [FILTER | times]
//! ```
//!
//! The bundled S&P 500, Nasdaq Composite and stocks, and with `TRADEBOT_EXTRA_DATA` set to a
//! directory with the wide data: the VIX of all years and more stocks. `FILTER` keeps the series
//! whose name contains it. Each forecast is scored against what the next five sessions brought.
//!
//! - *skill* is `1 - Brier / Brier of the reference`, on the same forecasts: `base` is the base
//!   rate known at the time, `EWMA` and `HAR` are the baselines. Intervals are the middle 95 % of
//!   2,000 histories of the stationary bootstrap in stretches of 25 sessions on average, five
//!   times as long as outcomes overlap.
//! - `20 %` is the share of right forecasts among the fifth furthest from one half, with the share
//!   of the commoner outcome among them in brackets.
//! - *QLIKE* is the mean of `v / f - ln(v / f) - 1`, v realised and f expected variance (Patton
//!   2011): 0 is perfect.
//!
//! `times` measures updates, refits and linfa's logistic regression instead.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a measurement for people"
)]

#[path = "common/market.rs"]
mod market;

use std::collections::BTreeMap;
use std::time::Instant;

use linfa::prelude::{Dataset, Fit as _};
use linfa_logistic::LogisticRegression;
use market::{Vix, fixture, lean, series, vix, wide};
use ndarray::{Array1, Array2};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};
use tradebot_calibration::metrics::{Forecasts, auc, brier, ece, prequential_base_rate};
use tradebot_domain::Bar;
use tradebot_models::{VolatilityConfig, VolatilityForecast, VolatilityForecaster, VolatilityView};

const REPLICATES: u64 = 2_000;
/// Mean length of a stretch, in sessions.
const STRETCH: f64 = 25.0;

fn main() {
    let filter = std::env::args().nth(1).unwrap_or_default();
    let bundled = vix(&fixture("vix_close_2014_2018.csv.gz"));
    let indices = series(&fixture("indices_daily_1999_2018.csv.gz"), None);
    if filter == "times" {
        return times(&indices["^GSPC"]);
    }
    let extra = wide();
    let quoted = extra.as_ref().map(|wide| vix(&wide.join("vix_daily.csv.gz")));
    let report = |name: String, bars: &[Bar], vix: &Vix| {
        if name.contains(&filter) {
            Scored::of(bars, vix).print(&name);
        }
    };
    for (name, bars) in &indices {
        report(format!("{name}, no VIX"), bars, &Vix::new());
        report(format!("{name}, bundled VIX (2014 on)"), bars, &bundled);
        if let Some(quoted) = &quoted {
            report(format!("{name}, VIX"), bars, quoted);
        }
    }
    for (name, bars) in &series(&fixture("stocks_daily_raw_2000_2013.csv.gz"), Some("adj_close")) {
        report(format!("{name}, no VIX"), bars, &Vix::new());
        if let Some(quoted) = &quoted {
            report(format!("{name}, VIX"), bars, quoted);
        }
    }
    let Some((wide, quoted)) = extra.zip(quoted) else {
        return println!("skipped: TRADEBOT_EXTRA_DATA is not set, so the wide data are left out");
    };
    for (name, bars) in &lean(&wide) {
        report(format!("{name} 1998-2021, VIX"), bars, &quoted);
    }
    let many = series(&wide.join("daily_stocknet_2012_2017.csv.gz"), Some("adj_close"));
    let scored: Vec<Scored> = many
        .iter()
        .filter(|(name, bars)| name.contains(&filter) && bars.len() > 1_000)
        .map(|(_, bars)| Scored::of(bars, &quoted))
        .collect();
    summary("stocks 2012-2017, VIX", &scored);
}

// ---- walk --------------------------------------------------------------------------------------

/// One forecast with what happened.
struct Resolved {
    forecast: VolatilityForecast,
    is_above: bool,
    is_large: bool,
    /// Realised variance, annualised.
    variance: f64,
}

fn walk(bars: &[Bar], vix: &Vix) -> Vec<Resolved> {
    let config = VolatilityConfig::default();
    let mut forecaster = VolatilityForecaster::new(config).unwrap();
    let mut resolved = Vec::new();
    for (t, bar) in bars.iter().enumerate() {
        // The close of the last session before this one that the VIX has.
        let before =
            t.checked_sub(1).and_then(|before| vix.get(&bars[before].date.date())).copied();
        let forecast = forecaster.update(bar, before);
        let ahead = bars.get(t..=t + config.horizon);
        let Some((forecast, ahead)) = forecast.zip(ahead) else { continue };
        let returns: Vec<f64> = ahead.windows(2).map(|w| (w[1].close / w[0].close).ln()).collect();
        let variance = 252.0 / 5.0 * returns.iter().map(|r| r * r).sum::<f64>();
        resolved.push(Resolved {
            is_above: variance > forecast.median * forecast.median,
            is_large: returns.iter().any(|r| r.abs() > config.large_move),
            variance,
            forecast,
        });
    }
    resolved
}

// ---- scores ------------------------------------------------------------------------------------

/// One question: what was said, by whom, and what happened.
struct Question {
    name: &'static str,
    /// Ours, EWMA, HAR, base rate.
    said: [Vec<f64>; 4],
    happened: Vec<bool>,
}

impl Question {
    fn of(
        name: &'static str,
        resolved: &[Resolved],
        happened: fn(&Resolved) -> bool,
        p: fn(&VolatilityView) -> f64,
    ) -> Self {
        let happened: Vec<bool> = resolved.iter().map(happened).collect();
        let views = resolved.iter().map(|r| views(&r.forecast));
        let [ours, ewma, har] = [0, 1, 2].map(|k| views.clone().map(|v| p(&v[k])).collect());
        // An outcome is known five sessions after its forecast.
        let known = happened.len().saturating_sub(4);
        let mut base = vec![0.5; happened.len() - known];
        base.extend(prequential_base_rate(&happened[..known]));
        Self { name, said: [ours, ewma, har, base], happened }
    }

    fn score(&self, who: usize) -> Forecasts<'_> {
        Forecasts::new(&self.said[who], &self.happened).unwrap()
    }

    fn skill(&self, reference: usize) -> f64 {
        1.0 - brier(&self.score(0)) / brier(&self.score(reference))
    }

    /// Share right when all forecasts but those nearest to one half are kept, and the share of the
    /// commoner outcome among them.
    fn right(&self, who: usize, coverage: f64) -> (f64, f64) {
        let mut order: Vec<usize> = (0..self.happened.len()).collect();
        let sure = |i: &usize| (self.said[who][*i] - 0.5).abs();
        order.sort_by(|a, b| sure(b).total_cmp(&sure(a)));
        let kept = (coverage * order.len() as f64).ceil();
        let kept: Vec<usize> = order.into_iter().take(kept as usize).collect();
        let share = |f: &dyn Fn(usize) -> bool| {
            kept.iter().filter(|i| f(**i)).count() as f64 / kept.len() as f64
        };
        let happened = share(&|i| self.happened[i]);
        let right = share(&|i| (self.said[who][i] >= 0.5) == self.happened[i]);
        (right, happened.max(1.0 - happened))
    }

    /// Columns of the bootstrap: squared errors of all four, and ours right.
    fn sums(&self) -> [Vec<f64>; 5] {
        let squared = |who: usize| {
            let pairs = self.score(who).pairs();
            pairs.map(|(p, y)| (p - y) * (p - y)).collect::<Vec<f64>>()
        };
        let right =
            self.score(0).pairs().map(|(p, y)| f64::from(u8::from((p >= 0.5) == (y > 0.5))));
        [squared(0), squared(1), squared(2), squared(3), right.collect()]
    }

    fn print(&self) {
        let draws = Draws::of(&self.sums());
        let range = |values: Vec<f64>| {
            let (low, high) = middle(values);
            format!("[{low:+.3}, {high:+.3}]")
        };
        let right = draws.mean(4);
        println!("  {}: base rate {:.3}", self.name, self.score(0).rate());
        for (who, name) in ["ours", "EWMA", "HAR", "base"].into_iter().enumerate() {
            let of = self.score(who);
            let [fifth, tenth] = [0.2, 0.1].map(|coverage| self.right(who, coverage));
            let skill = if who == 0 {
                String::new()
            } else {
                format!("  skill of ours {:+.3} {}", self.skill(who), range(draws.skill(who)))
            };
            println!(
                "    {name:<4} right {:.3}  20 % {:.3} ({:.3})  10 % {:.3} ({:.3})  Brier {:.4}  AUC {:.3}  ECE {:.3}{skill}",
                self.right(who, 1.0).0,
                fifth.0,
                fifth.1,
                tenth.0,
                tenth.1,
                brier(&of),
                auc(&of).unwrap_or(f64::NAN),
                ece(&of, 10),
            );
        }
        let (low, high) = middle(right);
        println!("    right {:.3} [{low:.3}, {high:.3}]", self.right(0, 1.0).0);
    }
}

fn views(f: &VolatilityForecast) -> [VolatilityView; 3] {
    let VolatilityForecast { p_above_median, p_large_move, volatility, .. } = *f;
    [VolatilityView { p_above_median, p_large_move, volatility }, f.ewma, f.har]
}

struct Scored {
    resolved: Vec<Resolved>,
    questions: [Question; 2],
}

impl Scored {
    fn of(bars: &[Bar], vix: &Vix) -> Self {
        let resolved = walk(bars, vix);
        let above = Question::of("above median", &resolved, |r| r.is_above, |v| v.p_above_median);
        let large = Question::of("move > 2 %", &resolved, |r| r.is_large, |v| v.p_large_move);
        Self { resolved, questions: [above, large] }
    }

    fn qlike(&self, who: usize) -> f64 {
        let loss = |r: &Resolved| {
            let ratio = (r.variance / views(&r.forecast)[who].volatility.powi(2)).max(1e-6);
            ratio - ratio.ln() - 1.0
        };
        self.resolved.iter().map(loss).sum::<f64>() / self.resolved.len() as f64
    }

    fn print(&self, name: &str) {
        let (Some(first), Some(last)) = (self.resolved.first(), self.resolved.last()) else {
            return println!("{name}: too short");
        };
        let (from, to) = (first.forecast.session, last.forecast.session);
        println!("{name}: {} forecasts, {from} to {to}", self.resolved.len());
        self.questions.iter().for_each(Question::print);
        let realised: f64 = self.resolved.iter().map(|r| r.variance).sum();
        let expected: f64 = self.resolved.iter().map(|r| r.forecast.volatility.powi(2)).sum();
        println!(
            "  volatility: QLIKE ours {:.3}, EWMA {:.3}, HAR {:.3}; realised over expected variance {:.3}",
            self.qlike(0),
            self.qlike(1),
            self.qlike(2),
            realised / expected
        );
        println!("  years better than EWMA and HAR on `above median`: {}", self.years());
    }

    fn years(&self) -> String {
        let sums = self.questions[0].sums();
        let mut by_year = BTreeMap::<i16, [f64; 3]>::new();
        for (i, r) in self.resolved.iter().enumerate() {
            let year = by_year.entry(r.forecast.session.year()).or_default();
            (0..3).for_each(|k| year[k] += sums[k][i]);
        }
        let better = by_year.values().filter(|y| y[0] < y[1].min(y[2])).count();
        format!("{better} of {}", by_year.len())
    }
}

fn summary(name: &str, scored: &[Scored]) {
    println!("{name}: {} series, medians (and the tenth from below)", scored.len());
    let show = |what: &str, value: &dyn Fn(&Scored) -> f64| {
        let mut values: Vec<f64> = scored.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        if let (Some(mid), Some(low)) =
            (values.get(values.len() / 2), values.get(values.len() / 10))
        {
            print!("  {what} {mid:.3} ({low:.3})");
        }
    };
    for q in 0..2 {
        print!(" ");
        show("right", &|s| s.questions[q].right(0, 1.0).0);
        show("20 %", &|s| s.questions[q].right(0, 0.2).0);
        show("skill over base", &|s| s.questions[q].skill(3));
        show("EWMA", &|s| s.questions[q].skill(1));
        show("HAR", &|s| s.questions[q].skill(2));
        println!("  {}", scored.first().map_or("", |s| s.questions[q].name));
    }
    show("QLIKE ours", &|s| s.qlike(0));
    show("EWMA", &|s| s.qlike(1));
    show("HAR", &|s| s.qlike(2));
    println!();
}

// ---- bootstrap ---------------------------------------------------------------------------------

/// Sums of columns in resampled histories: stretches of geometric length from random places, going
/// on at the beginning where the end is reached (Politis and Romano 1994).
struct Draws(Vec<Vec<f64>>, usize);

impl Draws {
    fn of(columns: &[Vec<f64>]) -> Self {
        let n = columns[0].len();
        let replicate = |seed| {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
            let mut unit = || (rng.next_u64() >> 11) as f64 * 0.5_f64.powi(53);
            let (mut sums, mut at) = (vec![0.0; columns.len()], 0);
            for i in 0..n {
                at = if i == 0 || unit() < 1.0 / STRETCH {
                    (unit() * n as f64) as usize
                } else {
                    (at + 1) % n
                };
                sums.iter_mut().zip(columns).for_each(|(sum, column)| *sum += column[at]);
            }
            sums
        };
        Self((0..REPLICATES).map(replicate).collect(), n)
    }

    fn skill(&self, reference: usize) -> Vec<f64> {
        self.0.iter().map(|sums| 1.0 - sums[0] / sums[reference]).collect()
    }

    fn mean(&self, column: usize) -> Vec<f64> {
        self.0.iter().map(|sums| sums[column] / self.1 as f64).collect()
    }
}

/// The middle 95 %.
fn middle(mut values: Vec<f64>) -> (f64, f64) {
    values.sort_by(f64::total_cmp);
    let at = |q: f64| values[(q * (values.len() - 1) as f64).round() as usize];
    (at(0.025), at(0.975))
}

// ---- times -------------------------------------------------------------------------------------

fn times(bars: &[Bar]) {
    let walk = |refit_every: usize| {
        let config = VolatilityConfig { refit_every, ..VolatilityConfig::default() };
        let mut forecaster = VolatilityForecaster::new(config).unwrap();
        let started = Instant::now();
        for bar in bars {
            forecaster.update(bar, None);
        }
        (started.elapsed().as_secs_f64(), forecaster)
    };
    let (monthly, forecaster) = walk(21);
    let (once, _) = walk(usize::MAX);
    let refits = (bars.len() - forecaster.config().warm_up()) / 21;
    let each = (monthly - once) / refits as f64;
    println!(
        "{} sessions in {:.0} ms, of these refits {:.0} ms",
        bars.len(),
        1e3 * monthly,
        1e3 * (monthly - once)
    );
    println!(
        "  {:.1} us an update, {:.1} ms a refit on average",
        1e6 * once / bars.len() as f64,
        1e3 * each
    );
    let text = serde_json::to_string(&forecaster).unwrap();
    let started = Instant::now();
    let restored: VolatilityForecaster = serde_json::from_str(&text).unwrap();
    let restoring = 1e3 * started.elapsed().as_secs_f64();
    let (kb, examples) = (text.len() / 1000, restored.examples());
    println!("  stored {kb} kB, restored in {restoring:.1} ms with {examples} examples");
    println!(
        "  linfa: {:.1} ms for one logistic regression on as many rows as the average refit, which has six",
        1e3 * linfa_time(bars.len() / 2, 7)
    );
}

/// Seconds for one fit, the mean of ten.
fn linfa_time(rows: usize, columns: usize) -> f64 {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let mut unit = || (rng.next_u64() >> 11) as f64 * 0.5_f64.powi(53);
    let x = Array2::from_shape_fn((rows, columns), |_| 3.4 * (unit() - 0.5));
    let won = Array1::from_shape_fn(rows, |i| {
        unit() < 1.0 / (1.0 + (-1.5 * x[[i, 0]] - x[[i, 1]]).exp())
    });
    let data = Dataset::new(x, won);
    let solver = LogisticRegression::default().alpha(20.0).gradient_tolerance(1e-5 * rows as f64);
    let started = Instant::now();
    for _ in 0..10 {
        assert!(solver.fit(&data).is_ok());
    }
    started.elapsed().as_secs_f64() / 10.0
}
