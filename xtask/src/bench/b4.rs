//! A walk-forward over nineteen years of an index, member by member: what a year of research asks
//! of the learners, and the same work that scikit-learn is timed on.
//!
//! Will the S&P 500 close higher tomorrow? Twenty features of it and of the Nasdaq, known at
//! today's close. After the first 1,000 days a logistic regression, a forest of 100 trees and a
//! Gaussian naive Bayes are refitted with each calendar month on the first four fifths of all that
//! is known; each is calibrated on the last fifth by isotonic regression, shrunk towards the base
//! rate; the ensemble weighs them by softmax(-Brier / 0.01) there and predicts the month. The
//! label of the last known day is the move of the first predicted one, so that day is left out.
//!
//! The check states the base rate's score beside the ensemble's: nothing here foresees a direction.

use serde_json::json;
use tradebot_calibration::metrics::{Forecasts, brier, ece, isotonic};
use tradebot_domain::Bar;
use tradebot_features::Period;
use tradebot_features::operators::{Atr, Bollinger, LogReturn, Macd, Rsi, Sma, StandardDeviation};
use tradebot_market_data::bundled_index;
use tradebot_models::{
    Examples, Forest, ForestConfig, GaussianBayes, GaussianConfig, LogisticConfig,
    LogisticRegression, Table,
};

use super::measure::Subject;

/// Features of one index.
const OF_AN_INDEX: usize = 10;
const COLUMNS: usize = 2 * OF_AN_INDEX;
/// Days before the first prediction.
const FIRST: usize = 1_000;
/// Share of the known days that the members are fitted to.
const FITTED: f64 = 0.8;
/// Days at the base rate that an isotonic probability is shrunk by.
const SHRINK: f64 = 20.0;
/// Brier score that halves a member's weight but for a factor of ln 2.
const TEMPERATURE: f64 = 0.01;

/// The walk-forward; refits per second.
pub(crate) fn walk_forward() -> anyhow::Result<Subject> {
    let days = Days::read()?;
    let refits = days.months().len() as u64;
    let work = move || {
        let mut scores = Scores::default();
        for month in days.months() {
            days.predict(month.start, month.end, &mut scores)?;
        }
        scores.check(refits)
    };
    Ok(Subject {
        system: "walk-forward, 3 members, monthly refits",
        unit: "refits/s",
        n: refits,
        reps: 1,
        work: Box::new(work),
    })
}

/// One forest of the same kind, on the first 3,200 days.
pub(crate) fn one_forest() -> anyhow::Result<Subject> {
    let days = Days::read()?;
    // Ten fits to a repetition, much longer than the ticks that CPU time may be told in.
    let fit_ten = move || {
        let x = Table::new(&days.values, COLUMNS)?;
        let examples = Examples::new(x, &days.won)?.range(0..3_200)?;
        let mut bytes = 0;
        for _ in 0..10 {
            bytes = Forest::fit(&forest(), &examples)?.to_bytes().len();
        }
        Ok(json!({ "rows": examples.len(), "bytes": bytes }))
    };
    Ok(Subject {
        system: "one forest fit, 100 trees, depth 6",
        unit: "fits/s",
        n: 10,
        reps: 9,
        work: Box::new(fit_ten),
    })
}

fn forest() -> ForestConfig {
    ForestConfig { trees: 100, depth: 6, min_leaf: 20, seed: 42, ..ForestConfig::default() }
}

/// The same days column by column, for others to learn from: the features, 1 where the next day
/// closed higher, the number of the month.
pub(crate) fn columns() -> anyhow::Result<Vec<Vec<f64>>> {
    let days = Days::read()?;
    let feature = |column| days.values.iter().skip(column).step_by(COLUMNS).copied().collect();
    let mut columns: Vec<Vec<f64>> = (0..COLUMNS).map(feature).collect();
    columns.push(days.won.iter().map(|won| f64::from(u8::from(*won))).collect());
    let number = |(year, month): &(i16, i8)| f64::from(*year) * 12.0 + f64::from(*month);
    columns.push(days.month.iter().map(number).collect());
    Ok(columns)
}

/// Days on which all features are known, and the move of the next day.
struct Days {
    values: Vec<f64>,
    won: Vec<bool>,
    /// Calendar month of each day.
    month: Vec<(i16, i8)>,
}

impl Days {
    fn read() -> anyhow::Result<Self> {
        let [sp500, nasdaq] = ["^GSPC", "^IXIC"].map(bundled_index);
        let (sp500, nasdaq) = (rounded(&sp500?.bars), rounded(&nasdaq?.bars));
        let (mut a, mut b) = (IndexFeatures::new(), IndexFeatures::new());
        let mut days = Self { values: Vec::new(), won: Vec::new(), month: Vec::new() };
        for (i, (day, other)) in sp500.iter().zip(&nasdaq).enumerate() {
            anyhow::ensure!(day.date == other.date, "the indices have one calendar");
            let rows = (a.update(day), b.update(other));
            if let ((Some(x), Some(y)), Some(next)) = (rows, sp500.get(i + 1)) {
                days.values.extend(x.into_iter().chain(y));
                days.won.push(next.close > day.close);
                days.month.push((day.date.year(), day.date.month()));
            }
        }
        Ok(days)
    }

    /// Days of each month from the first to be predicted on.
    fn months(&self) -> Vec<std::ops::Range<usize>> {
        let n = self.month.len();
        let mut starts: Vec<usize> =
            (FIRST..n).filter(|i| self.month[*i] != self.month[*i - 1]).collect();
        starts.push(n);
        starts.windows(2).map(|pair| pair[0]..pair[1]).collect()
    }

    /// Fits, calibrates, and predicts the days from `start` to `end`.
    fn predict(&self, start: usize, end: usize, scores: &mut Scores) -> anyhow::Result<()> {
        let known = start - 1;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a count"
        )]
        let cut = (known as f64 * FITTED) as usize;
        let x = Table::new(&self.values, COLUMNS)?;
        let learn = Examples::new(x, &self.won)?.range(0..cut)?;
        let asked = x.range(cut..end);
        let base_rate = Examples::new(x, &self.won)?.range(0..known)?.base_rate();
        let logistic = LogisticConfig { cut: f64::INFINITY, ..LogisticConfig::default() };
        let gaussian =
            GaussianConfig { smoothing: 1e-9, cut: f64::INFINITY, ..GaussianConfig::default() };
        let raw = [
            LogisticRegression::fit(&logistic, &learn)?.predict_all(asked)?,
            Forest::fit(&forest(), &learn)?.predict_all(asked)?,
            GaussianBayes::fit(&gaussian, &learn)?.predict_all(asked)?,
        ];
        let held_out = &self.won[cut..known];
        let members = raw.map(|raw| Calibrated::new(&raw, held_out, base_rate, start - cut));
        let weights = weights(&members.each_ref().map(|m| m.brier));
        for (i, won) in self.won[start..end].iter().enumerate() {
            let parts = members.each_ref().map(|m| m.unseen[i]);
            let ensemble = weights.iter().zip(parts).map(|(w, p)| w * p).sum();
            scores.add([ensemble, base_rate, parts[0], parts[1], parts[2]], *won);
        }
        Ok(())
    }
}

/// Prices to the cent, as the files have them that others are timed on.
fn rounded(bars: &[Bar]) -> Vec<Bar> {
    let cent = |x: f64| (x * 100.0).round() / 100.0;
    let round = |bar: &Bar| Bar {
        open: cent(bar.open),
        high: cent(bar.high),
        low: cent(bar.low),
        close: cent(bar.close),
        ..*bar
    };
    bars.iter().map(round).collect()
}

/// The ten features of an index, all known at the close.
struct IndexFeatures {
    day: LogReturn,
    week: LogReturn,
    month: LogReturn,
    short: StandardDeviation,
    long: StandardDeviation,
    rsi: Rsi,
    macd: Macd,
    bands: Bollinger,
    range: Atr,
    volume: Sma,
}

impl IndexFeatures {
    fn new() -> Self {
        Self {
            day: LogReturn::new(Period::of::<1>()),
            week: LogReturn::new(Period::of::<5>()),
            month: LogReturn::new(Period::of::<21>()),
            short: StandardDeviation::new(Period::of::<5>()),
            long: StandardDeviation::new(Period::of::<21>()),
            rsi: Rsi::new(Period::of::<14>()),
            macd: Macd::new(Period::of::<12>(), Period::of::<26>(), Period::of::<9>()),
            bands: Bollinger::new(Period::of::<20>(), 2.0),
            range: Atr::new(Period::of::<14>()),
            volume: Sma::new(Period::of::<20>()),
        }
    }

    fn update(&mut self, bar: &Bar) -> Option<[f64; OF_AN_INDEX]> {
        let close = bar.close;
        let day = self.day.update(close);
        // Every operator takes every bar, whether or not another one still warms up.
        let week = self.week.update(close);
        let month = self.month.update(close);
        let short = self.short.update(day.unwrap_or(0.0));
        let long = self.long.update(day.unwrap_or(0.0));
        let rsi = self.rsi.update(close);
        let macd = self.macd.update(close);
        let bands = self.bands.update(close);
        let range = self.range.update(bar);
        let volume = self.volume.update(bar.volume);
        let all = [
            day?,
            week?,
            month?,
            short?,
            long?,
            rsi? / 100.0,
            macd?.histogram / close,
            bands?.z(close) / 2.0,
            range? / close,
            (bar.volume / volume?).ln(),
        ];
        // A day without volume has no logarithm.
        all.iter().all(|x| x.is_finite()).then_some(all)
    }
}

/// A member's probabilities after calibration.
struct Calibrated {
    /// Mean squared error where it was calibrated.
    brier: f64,
    /// Of the days to predict.
    unseen: Vec<f64>,
}

impl Calibrated {
    /// From scores of the held-out days and, from `from` on, of the days to predict.
    fn new(raw: &[f64], held_out: &[bool], base_rate: f64, from: usize) -> Self {
        let n = held_out.len() as f64;
        let curve = Curve::fit(&raw[..held_out.len()], held_out);
        let shrunk = |raw: &f64| (n * curve.at(*raw) + SHRINK * base_rate) / (n + SHRINK);
        let miss = |(raw, won): (&f64, &bool)| (shrunk(raw) - f64::from(u8::from(*won))).powi(2);
        let brier = raw.iter().zip(held_out).map(miss).sum::<f64>() / n;
        Self { brier, unseen: raw[from..].iter().map(shrunk).collect() }
    }
}

/// A rising line through the isotonic values of the scores it was fitted to; flat beyond them.
struct Curve {
    scores: Vec<f64>,
    values: Vec<f64>,
}

impl Curve {
    fn fit(raw: &[f64], won: &[bool]) -> Self {
        let mut order: Vec<usize> = (0..raw.len()).collect();
        order.sort_by(|a, b| raw[*a].total_cmp(&raw[*b]));
        // Equal scores are one point: their mean, with the weight of all.
        let (mut scores, mut means, mut weights) = (Vec::new(), Vec::new(), Vec::new());
        for same in order.chunk_by(|a, b| raw[*a] == raw[*b]) {
            let wins = same.iter().filter(|i| won[**i]).count() as f64;
            scores.push(raw[same[0]]);
            means.push(wins / same.len() as f64);
            weights.push(same.len() as f64);
        }
        Self { values: isotonic(&means, &weights), scores }
    }

    fn at(&self, score: f64) -> f64 {
        let next = self.scores.partition_point(|s| *s < score);
        let last = self.scores.len() - 1;
        if next == 0 || next > last {
            return self.values[next.min(last)];
        }
        let (low, high) = (self.scores[next - 1], self.scores[next]);
        let share = (score - low) / (high - low);
        self.values[next - 1] + share * (self.values[next] - self.values[next - 1])
    }
}

/// softmax(-Brier / temperature).
fn weights<const N: usize>(brier: &[f64; N]) -> [f64; N] {
    let least = brier.iter().copied().fold(f64::INFINITY, f64::min);
    let raw = brier.map(|b| (-(b - least) / TEMPERATURE).exp());
    let sum: f64 = raw.iter().sum();
    raw.map(|w| w / sum)
}

/// What was predicted, day by day.
#[derive(Default)]
struct Scores {
    /// Of the ensemble, the base rate, then the members.
    probabilities: [Vec<f64>; 5],
    won: Vec<bool>,
}

impl Scores {
    fn add(&mut self, probabilities: [f64; 5], won: bool) {
        for (all, p) in self.probabilities.iter_mut().zip(probabilities) {
            all.push(p);
        }
        self.won.push(won);
    }

    fn check(&self, refits: u64) -> anyhow::Result<serde_json::Value> {
        let [ensemble, base, logistic, forest, bayes] =
            self.probabilities.each_ref().map(|p| Forecasts::new(p, &self.won));
        let (ensemble, base) = (ensemble?, base?);
        let right = ensemble.pairs().filter(|(p, won)| (*p > 0.5) == (*won > 0.5)).count();
        Ok(json!({
            "refits": refits,
            "oos_rows": self.won.len(),
            "brier": brier(&ensemble),
            "brier_base_rate": brier(&base),
            "brier_lr": brier(&logistic?),
            "brier_rf": brier(&forest?),
            "brier_nb": brier(&bayes?),
            "accuracy": right as f64 / self.won.len() as f64,
            "accuracy_always_up": base.rate(),
            "ece": ece(&ensemble, 10),
            "ece_base": ece(&base, 10),
            "brier_skill": 1.0 - brier(&ensemble) / brier(&base),
        }))
    }
}
