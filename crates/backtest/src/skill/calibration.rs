//! The reliability diagram: what happened when a chance of so much was given.

use serde::{Deserialize, Serialize};
use tradebot_calibration::{BetaPosterior, bin_of};

use super::scored::{Scored, score};
use crate::summary::Interval;

/// Bins of equal width.
pub const BINS: usize = 10;

/// One bin of a reliability diagram, weighed by uniqueness.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CalibrationRow {
    /// Lower border.
    pub from: f64,
    /// Upper border.
    pub until: f64,
    /// Forecasts in it.
    pub forecasts: usize,
    /// The sum of their uniqueness.
    pub effective: f64,
    /// Mean probability; `None` for an empty bin.
    pub mean_forecast: Option<f64>,
    /// Share of wins; `None` for an empty bin.
    pub rate: Option<f64>,
    /// 90 % interval of the chance of a win: the wider of Beta(2,2) updated by effective outcomes
    /// and, where sessions can be resampled, the bootstrap by session.
    pub interval: Interval,
    /// The mean probability lies within the interval; true for an empty bin.
    pub consistent: bool,
}

/// All bins, empty ones included; `resampled` has an interval of the share of wins per bin, or is
/// empty.
pub(super) fn table(forecasts: &[Scored], resampled: &[Option<Interval>]) -> Vec<CalibrationRow> {
    let mut bins = vec![Vec::new(); BINS];
    for s in forecasts {
        let bin = bin_of(s.p, BINS).expect("only probabilities are in a column");
        bins[bin].push(*s);
    }
    bins.iter()
        .enumerate()
        .map(|(bin, members)| row(bin, members, resampled.get(bin).copied().flatten()))
        .collect()
}

fn row(bin: usize, members: &[Scored], resampled: Option<Interval>) -> CalibrationRow {
    let sums = score(members);
    let (weight, wins) = sums.map_or((0.0, 0.0), |s| (s.weight, s.wins));
    let (lo, hi) = BetaPosterior::ROOT.updated(wins, (weight - wins).max(0.0)).interval(0.05);
    let belief = Interval { lo, hi };
    let interval = resampled.map_or(belief, |resampled| belief.hull(resampled));
    let mean_forecast = sums.map(|s| s.forecast / s.weight);
    CalibrationRow {
        from: bin as f64 / BINS as f64,
        until: (bin + 1) as f64 / BINS as f64,
        forecasts: members.len(),
        effective: weight,
        mean_forecast,
        rate: sums.map(|s| s.wins / s.weight),
        interval,
        consistent: mean_forecast.is_none_or(|p| interval.contains(p)),
    }
}

/// Expected calibration error: the mean distance of probability from share of wins. Biased upwards
/// when there are few outcomes.
pub(super) fn error(rows: &[CalibrationRow]) -> f64 {
    let total: f64 = rows.iter().map(|r| r.effective).sum();
    let gap = |r: &CalibrationRow| Some(r.effective * (r.mean_forecast? - r.rate?).abs());
    if total > 0.0 { rows.iter().filter_map(gap).sum::<f64>() / total } else { 0.0 }
}
