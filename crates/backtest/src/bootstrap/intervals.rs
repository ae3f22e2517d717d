//! Bootstrap intervals of a run's performance.

use serde::{Deserialize, Serialize};

use super::{RunningSums, StationaryBootstrap, Stretch, block_length};
use crate::performance::{SESSIONS_PER_YEAR, annual_growth};
use crate::summary::{Interval, mean, standard_deviation};

/// Returns below which no interval is given.
const OBSERVATIONS_MIN: usize = 20;

/// 90 % intervals of performance, by stationary bootstrap of sessions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PerformanceIntervals {
    /// Replicates drawn.
    pub replications: usize,
    /// Mean length of the stretches drawn, sessions.
    pub block_length: f64,
    /// Annual Sharpe ratio.
    pub sharpe: Option<Interval>,
    /// Compound growth per year.
    pub cagr: Option<Interval>,
    /// Deepest drawdown, zero or negative.
    pub max_drawdown: Option<Interval>,
    /// Share of the replicates that lost money.
    pub share_losing: f64,
    /// Annual Sharpe ratio less that of the benchmark on the same sessions.
    pub sharpe_over_benchmark: Option<Interval>,
}

/// Draws sessions of the run together with the benchmark's, so that they can be compared.
///
/// - `benchmark`: as long as `returns`, or empty when there is none.
/// - **Edges:** `None` below 20 returns or without variance.
pub fn performance_intervals(
    returns: &[f64],
    benchmark: &[f64],
    replications: usize,
    seed: u64,
) -> Option<PerformanceIntervals> {
    if returns.len() < OBSERVATIONS_MIN {
        return None;
    }
    let block = block_length(returns)?.stationary;
    let run = Column::of(returns)?;
    let other = Column::of(benchmark).filter(|_| benchmark.len() == returns.len());
    let sums = sums_of(&run, other.as_ref());
    let bootstrap = StationaryBootstrap::new(returns.len(), block, seed);
    let drawn = bootstrap.replicate(replications, |stretches| {
        let sums = sums.over(stretches);
        let n = returns.len() as f64;
        let sharpe = run.sharpe(sums[0], sums[1], n);
        let ahead = other.as_ref().map_or(f64::NAN, |o| sharpe - o.sharpe(sums[2], sums[3], n));
        let (cagr, drawdown) = path(returns, stretches);
        [sharpe, cagr, drawdown, ahead]
    });
    let column = |index: usize| -> Vec<f64> { drawn.iter().map(|row| row[index]).collect() };
    let losing = drawn.iter().filter(|row| row[1] < 0.0).count();
    Some(PerformanceIntervals {
        replications,
        block_length: block,
        sharpe: Interval::middle_90(&column(0)),
        cagr: Interval::middle_90(&column(1)),
        max_drawdown: Interval::middle_90(&column(2)),
        share_losing: losing as f64 / replications.max(1) as f64,
        sharpe_over_benchmark: Interval::middle_90(&column(3)),
    })
}

/// Growth per year and deepest drawdown along the drawn path.
fn path(returns: &[f64], stretches: &[Stretch]) -> (f64, f64) {
    let (mut equity, mut peak, mut deepest) = (1.0_f64, 1.0_f64, 1.0_f64);
    let mut walk = |part: &[f64]| {
        for r in part {
            equity *= 1.0 + r;
            peak = peak.max(equity);
            deepest = deepest.min(equity / peak);
        }
    };
    for stretch in stretches {
        let until_end = stretch.length.min(returns.len() - stretch.start);
        walk(&returns[stretch.start..stretch.start + until_end]);
        walk(&returns[..stretch.length - until_end]);
    }
    (annual_growth(equity, returns.len()), deepest - 1.0)
}

/// A series with what its replicates are measured by.
struct Column {
    /// The values less their mean.
    centred: Vec<f64>,
    mean: f64,
    variance: f64,
}

impl Column {
    fn of(values: &[f64]) -> Option<Self> {
        let variance = standard_deviation(values)?.powi(2);
        let mean = mean(values)?;
        Some(Self { centred: values.iter().map(|v| v - mean).collect(), mean, variance })
    }

    /// Annual Sharpe ratio of `n` values drawn, from the sums of what they are off the mean and of
    /// the squares of that; NaN when there is no variance in them.
    fn sharpe(&self, sum: f64, squares: f64, n: f64) -> f64 {
        let variance = (squares - sum * sum / n) / (n - 1.0);
        if variance <= self.variance * 1e-12 {
            return f64::NAN;
        }
        (self.mean + sum / n) / variance.sqrt() * SESSIONS_PER_YEAR.sqrt()
    }
}

/// Values and squares of the run, then of the benchmark (0 where there is none).
fn sums_of(run: &Column, other: Option<&Column>) -> RunningSums {
    let mut sums = RunningSums::new(4);
    for (at, own) in run.centred.iter().enumerate() {
        let held = other.map_or(0.0, |other| other.centred[at]);
        sums.push(&[*own, own * own, held, held * held]);
    }
    sums
}
