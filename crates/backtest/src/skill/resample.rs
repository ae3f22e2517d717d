//! Intervals of skill from resampled sessions, all forecasters on the same draws.

use tradebot_calibration::bin_of;
use tradebot_domain::Regime;

use super::calibration::BINS;
use super::scored::{Scored, Timeline};
use crate::bootstrap::{RunningSums, StationaryBootstrap, block_length};
use crate::summary::Interval;

/// Sessions below which nothing is drawn.
const SESSIONS_MIN: usize = 20;

/// Columns kept per forecaster: weight, right, squared, squared of the row rate; then weight and
/// wins of each bin.
const FIXED: usize = 4;
const PER_FORECASTER: usize = FIXED + 2 * BINS;

/// Sums of every replicate.
pub(super) struct Resampled {
    pub(super) block_length: f64,
    forecasters: usize,
    /// Where each column stands among those drawn; `None` when it is 0 in every session, as bins
    /// that nobody uses are.
    places: Vec<Option<usize>>,
    drawn: Vec<Vec<f64>>,
}

impl Resampled {
    /// Draws sessions; the last column is the consensus, which is also kept by row.
    ///
    /// Stretches are as long as the most persistent forecaster's advantage asks for, and not
    /// shorter than outcomes live. `None` below 20 sessions.
    pub(super) fn draw(
        columns: &[Vec<Scored>],
        timeline: &Timeline,
        replications: usize,
        seed: u64,
    ) -> Option<Self> {
        let sessions = timeline.sessions();
        if sessions < SESSIONS_MIN {
            return None;
        }
        let persistent = columns
            .iter()
            .filter_map(|column| Some(block_length(&advantages(column, sessions))?.stationary))
            .fold(1.0, f64::max);
        let block_length = persistent.max(timeline.mean_life).min(sessions as f64 / 3.0);
        let rows = session_sums(columns, sessions);
        let (places, sums) = without_empty_columns(&rows);
        let bootstrap = StationaryBootstrap::new(sessions, block_length, seed);
        let drawn = bootstrap.replicate(replications, |stretches| sums.over(stretches));
        Some(Self { block_length, forecasters: columns.len(), places, drawn })
    }

    pub(super) fn accuracy(&self, forecaster: usize) -> Option<Interval> {
        let at = forecaster * PER_FORECASTER;
        self.share(at + 1, at)
    }

    pub(super) fn brier_skill(&self, forecaster: usize) -> Option<Interval> {
        let at = forecaster * PER_FORECASTER;
        self.advantage(at + 2, at + 3)
    }

    /// The same at 95 %.
    pub(super) fn brier_skill_95(&self, forecaster: usize) -> Option<Interval> {
        let at = forecaster * PER_FORECASTER;
        let ratios = self.ratios(at + 2, at + 3)?;
        Interval::between(
            (0.025, 0.975),
            &ratios.iter().map(|ratio| 1.0 - ratio).collect::<Vec<_>>(),
        )
    }

    /// Interval of `1 - brier of one / brier of other`; both have to be awake together.
    pub(super) fn ratio(&self, one: usize, other: usize) -> Option<Interval> {
        self.advantage(one * PER_FORECASTER + 2, other * PER_FORECASTER + 2)
    }

    pub(super) fn brier_skill_of_row(&self, row: Regime) -> Option<Interval> {
        let at = self.forecasters * PER_FORECASTER + 2 * row.index();
        self.advantage(at, at + 1)
    }

    /// Intervals of the share of wins, one per bin.
    pub(super) fn bin_rates(&self, forecaster: usize) -> Vec<Option<Interval>> {
        let at = forecaster * PER_FORECASTER + FIXED;
        (0..BINS).map(|bin| self.share(at + 2 * bin + 1, at + 2 * bin)).collect()
    }

    fn share(&self, part: usize, whole: usize) -> Option<Interval> {
        Interval::middle_90(&self.ratios(part, whole)?)
    }

    fn advantage(&self, own: usize, reference: usize) -> Option<Interval> {
        let ratios = self.ratios(own, reference)?;
        Interval::middle_90(&ratios.iter().map(|ratio| 1.0 - ratio).collect::<Vec<_>>())
    }

    /// One column over another in every replicate; `None` when the other is always 0.
    fn ratios(&self, part: usize, whole: usize) -> Option<Vec<f64>> {
        let (part, whole) = (self.places[part], self.places[whole]?);
        let value = |sums: &Vec<f64>| ratio(part.map_or(0.0, |part| sums[part]), sums[whole]);
        Some(self.drawn.iter().map(value).collect())
    }
}

/// NaN when there is (next to) nothing to divide by: differences of running sums leave crumbs.
fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 1e-9 { part / whole } else { f64::NAN }
}

/// Sum per session of `u [(row rate - y)^2 - (p - y)^2]`.
fn advantages(column: &[Scored], sessions: usize) -> Vec<f64> {
    let mut advantages = vec![0.0; sessions];
    for s in column {
        advantages[s.session] += s.weight * (s.row_squared() - s.squared());
    }
    advantages
}

/// `[sessions x columns]`.
fn session_sums(columns: &[Vec<Scored>], sessions: usize) -> Vec<Vec<f64>> {
    let width = columns.len() * PER_FORECASTER + 2 * Regime::ALL.len();
    let mut rows = vec![vec![0.0; width]; sessions];
    for (k, column) in columns.iter().enumerate() {
        for s in column {
            let own = &mut rows[s.session][k * PER_FORECASTER..(k + 1) * PER_FORECASTER];
            own[0] += s.weight;
            own[1] += s.weight * s.right();
            own[2] += s.weight * s.squared();
            own[3] += s.weight * s.row_squared();
            let bin = bin_of(s.p, BINS).expect("only probabilities are in a column");
            own[FIXED + 2 * bin] += s.weight;
            own[FIXED + 2 * bin + 1] += s.weight * s.y;
        }
    }
    for s in columns.last().into_iter().flatten() {
        let at = columns.len() * PER_FORECASTER + 2 * s.row.index();
        rows[s.session][at] += s.weight * s.squared();
        rows[s.session][at + 1] += s.weight * s.row_squared();
    }
    rows
}

/// Running sums of the columns that are not all 0, and where each column went.
fn without_empty_columns(rows: &[Vec<f64>]) -> (Vec<Option<usize>>, RunningSums) {
    let width = rows.first().map_or(0, Vec::len);
    let kept: Vec<usize> = (0..width).filter(|k| rows.iter().any(|row| row[*k] != 0.0)).collect();
    let mut sums = RunningSums::new(kept.len());
    for row in rows {
        sums.push(&kept.iter().map(|k| row[*k]).collect::<Vec<_>>());
    }
    ((0..width).map(|k| kept.binary_search(&k).ok()).collect(), sums)
}
