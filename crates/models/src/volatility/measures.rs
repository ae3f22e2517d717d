//! What is measured of a session, from it and those before it.

use std::f64::consts::LN_2;

use tradebot_features::Period;
use tradebot_features::market::VixOrProxy;
use tradebot_features::operators::ewma::SESSIONS_PER_YEAR;
use tradebot_features::operators::{EwmaVolatility, Window};

use super::config::VolatilityConfig;
use super::median::YearMedian;
use super::state::Day;

/// Sessions of Corsi's week.
pub(super) const WEEK: usize = 5;
/// Sessions of Corsi's month.
pub(super) const MONTH: usize = 22;
/// RiskMetrics' decay for daily returns.
const DECAY: f64 = 0.94;
/// Variance of a session below which there is none: a move of one basis point.
const FLOOR: f64 = 1e-8;

/// Columns of a regression.
pub(super) const COLUMNS: usize = 7;
/// The EWMA among them.
pub(super) const EWMA: std::ops::Range<usize> = 0..1;
/// Range variance of day, week and month.
pub(super) const HAR: std::ops::Range<usize> = 1..4;
/// The VIX.
const VIX: usize = 6;

/// What is known at the close of a session.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Observed {
    /// Logarithms of variance per session: EWMA; range of day, week and month. Then returns of day
    /// and week in standard deviations. Then the logarithm of the VIX as variance per session.
    pub(super) columns: [f64; COLUMNS],
    /// Median realised variance of `horizon` sessions in the last year.
    pub(super) median: f64,
    /// Logarithm of `median` per session.
    median_log: f64,
    /// Median of the VIX column in the last year.
    vix_median: f64,
}

impl Observed {
    /// The columns where the question is about the median: variances count from it.
    pub(super) fn against_median(&self) -> [f64; COLUMNS] {
        let mut columns = self.columns;
        for variance in &mut columns[..HAR.end] {
            *variance -= self.median_log;
        }
        columns[VIX] -= self.vix_median;
        columns
    }
}

/// What became of the last `horizon` sessions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Outcome {
    /// They moved more than the median.
    pub(super) is_above: bool,
    /// One of them was a large move.
    pub(super) is_large: bool,
    /// Logarithm of their realised variance per session.
    pub(super) variance_log: f64,
}

/// One series so far.
#[derive(Debug, Clone)]
pub(super) struct Measures {
    horizon: usize,
    large_move: f64,
    close_before: Option<f64>,
    ewma: EwmaVolatility,
    vix: VixOrProxy,
    /// Log returns, enough for `horizon` and a week.
    returns: Window,
    /// Range variance of each session of a month.
    ranges: Window,
    realised: YearMedian,
    vix_logs: YearMedian,
}

impl Measures {
    /// `config` is checked.
    pub(super) fn new(config: &VolatilityConfig) -> Self {
        let kept = Period::new(config.horizon.max(WEEK)).expect("a checked horizon is a period");
        Self {
            horizon: config.horizon,
            large_move: config.large_move,
            close_before: None,
            ewma: EwmaVolatility::new(DECAY),
            vix: VixOrProxy::new(),
            returns: Window::new(kept),
            ranges: Window::new(Period::of::<MONTH>()),
            realised: YearMedian::new(),
            vix_logs: YearMedian::new(),
        }
    }

    /// Takes the next session; an answer when a year has been seen.
    pub(super) fn update(&mut self, day: &Day) -> Option<Observed> {
        let ewma = self.ewma.update(day.close);
        let vix = self.vix.update(day.close, day.vix);
        let vix_log = vix.map(|vix| log_variance((vix.value / 100.0).powi(2) / SESSIONS_PER_YEAR));
        if let Some(log) = vix_log {
            self.vix_logs.push(log);
        }
        let before = self.close_before.replace(day.close)?;
        self.returns.push((day.close / before).ln());
        self.ranges.push(range_variance(day, before));
        if let Some(variance) = self.realised_variance() {
            self.realised.push(variance);
        }
        let median = self.realised.value()?;
        Some(Observed {
            columns: self.columns(ewma?, vix_log?)?,
            median,
            median_log: log_variance(median / self.horizon as f64),
            vix_median: self.vix_logs.so_far()?,
        })
    }

    /// What became of the `horizon` sessions up to the latest, against a median known before them.
    pub(super) fn outcome(&self, median: f64) -> Outcome {
        let variance = self.realised_variance().unwrap_or_default();
        Outcome {
            is_above: variance > median,
            is_large: self.last(self.horizon).any(|r| r.abs() > self.large_move),
            variance_log: log_variance(variance / self.horizon as f64),
        }
    }

    fn columns(&self, ewma: f64, vix_log: f64) -> Option<[f64; COLUMNS]> {
        let variance = (ewma * ewma / SESSIONS_PER_YEAR).max(FLOOR);
        let range = |sessions: usize| {
            let sum = (0..sessions).try_fold(0.0, |sum, ago| Some(sum + self.ranges.ago(ago)?))?;
            Some(log_variance(sum / sessions as f64))
        };
        let week: f64 = self.last(WEEK).fold(0.0, |sum, r| sum + r);
        Some([
            variance.ln(),
            range(1)?,
            range(WEEK)?,
            range(MONTH)?,
            self.returns.ago(0)? / variance.sqrt(),
            week / (WEEK as f64 * variance).sqrt(),
            vix_log,
        ])
    }

    /// Sum of squared log returns of the last `horizon` sessions.
    fn realised_variance(&self) -> Option<f64> {
        self.returns.ago(self.horizon - 1)?;
        Some(self.last(self.horizon).fold(0.0, |sum, r| sum + r * r))
    }

    /// The last log returns, newest first.
    fn last(&self, sessions: usize) -> impl Iterator<Item = f64> + '_ {
        (0..sessions).filter_map(|ago| self.returns.ago(ago))
    }
}

/// Parkinson's variance of the session from its high and low, and its gap from the close before.
///
/// Without the gap a series that jumps between sessions would look calm.
fn range_variance(day: &Day, close_before: f64) -> f64 {
    let range = (day.high / day.low).ln();
    let gap = (day.open / close_before).ln();
    range * range / (4.0 * LN_2) + gap * gap
}

fn log_variance(variance: f64) -> f64 {
    variance.max(FLOOR).ln()
}
