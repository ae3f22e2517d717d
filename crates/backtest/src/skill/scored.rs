//! Forecasts of one forecaster, checked and in order of their sessions.

use std::collections::BTreeSet;

use tradebot_calibration::metrics::LOG_CLIP;
use tradebot_domain::{Moment, Regime};

use crate::result::ScoredForecast;

/// One probability with its outcome and weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scored {
    /// Position of its session among those in which forecasts were issued.
    pub(super) session: usize,
    pub(super) row: Regime,
    pub(super) p: f64,
    /// 1 for a win, 0 for a loss.
    pub(super) y: f64,
    /// Uniqueness.
    pub(super) weight: f64,
    pub(super) row_rate: f64,
}

impl Scored {
    pub(super) fn squared(&self) -> f64 {
        (self.p - self.y) * (self.p - self.y)
    }

    pub(super) fn row_squared(&self) -> f64 {
        (self.row_rate - self.y) * (self.row_rate - self.y)
    }

    /// 1 when one half is a border on whose side the forecast was right, else 0.
    pub(super) fn right(&self) -> f64 {
        right(self.p, self.y)
    }
}

fn right(p: f64, y: f64) -> f64 {
    f64::from(u8::from((p >= 0.5) == (y > 0.5)))
}

fn surprise(p: f64, y: f64) -> f64 {
    let p = p.clamp(LOG_CLIP, 1.0 - LOG_CLIP);
    if y > 0.5 { -p.ln() } else { -(-p).ln_1p() }
}

/// Weighted sums over forecasts.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Sums {
    pub(super) weight: f64,
    pub(super) wins: f64,
    pub(super) forecast: f64,
    pub(super) right: f64,
    pub(super) row_right: f64,
    pub(super) squared: f64,
    pub(super) row_squared: f64,
    pub(super) log: f64,
    pub(super) row_log: f64,
}

/// Adds up; `None` of nothing.
pub(super) fn score(forecasts: &[Scored]) -> Option<Sums> {
    let mut sums = Sums::default();
    for f in forecasts {
        sums.weight += f.weight;
        sums.wins += f.weight * f.y;
        sums.forecast += f.weight * f.p;
        sums.right += f.weight * f.right();
        sums.row_right += f.weight * right(f.row_rate, f.y);
        sums.squared += f.weight * f.squared();
        sums.row_squared += f.weight * f.row_squared();
        sums.log += f.weight * surprise(f.p, f.y);
        sums.row_log += f.weight * surprise(f.row_rate, f.y);
    }
    (sums.weight > 0.0).then_some(sums)
}

/// Sessions in which forecasts were issued, in order, and how long outcomes took.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Timeline {
    issued: Vec<Moment>,
    /// Mean sessions from a forecast to its outcome.
    pub(super) mean_life: f64,
}

impl Timeline {
    pub(super) fn of(forecasts: &[ScoredForecast]) -> Self {
        let issued: BTreeSet<Moment> = forecasts.iter().map(|f| f.issued).collect();
        let known: BTreeSet<Moment> =
            issued.iter().copied().chain(forecasts.iter().map(|f| f.resolved)).collect();
        let known: Vec<Moment> = known.into_iter().collect();
        let at = |date: Moment| known.partition_point(|d| *d < date) as f64;
        let lives: f64 = forecasts.iter().map(|f| at(f.resolved) - at(f.issued)).sum();
        let mean_life = if forecasts.is_empty() { 0.0 } else { lives / forecasts.len() as f64 };
        Self { issued: issued.into_iter().collect(), mean_life }
    }

    pub(super) fn sessions(&self) -> usize {
        self.issued.len()
    }

    /// The forecasts of one forecaster in order of issue, without abstentions and without anything
    /// that is no probability or has no weight.
    pub(super) fn column(
        &self,
        forecasts: &[ScoredForecast],
        p: impl Fn(&ScoredForecast) -> Option<f64>,
    ) -> Vec<Scored> {
        let is_probability = |p: f64| (0.0..=1.0).contains(&p);
        let mut column: Vec<Scored> = forecasts
            .iter()
            .filter(|f| f.uniqueness > 0.0 && f.uniqueness.is_finite())
            .filter(|f| is_probability(f.row_rate))
            .filter_map(|f| {
                let p = p(f).filter(|p| is_probability(*p))?;
                Some(Scored {
                    session: self.issued.partition_point(|d| *d < f.issued),
                    row: f.row,
                    p,
                    y: f64::from(u8::from(f.won)),
                    weight: f.uniqueness,
                    row_rate: f.row_rate,
                })
            })
            .collect();
        column.sort_by_key(|s| s.session);
        column
    }
}
