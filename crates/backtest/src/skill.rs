//! Whether the probabilities knew anything, out of sample.
//!
//! Every forecast was issued before its outcome, so all of this is prequential. What they are
//! measured against is the row rate: the base rate of the policy row as it was known when the
//! forecast was issued. Overlapping outcomes are not several: every figure here but those that say
//! otherwise weighs an outcome by its uniqueness (1 / brackets open at the time), so that accuracy
//! is a share of effective outcomes, not of rows in a table.
//!
//! Intervals hold 90 % but for one that says otherwise, and come from the stationary bootstrap of whole sessions: all forecasts of
//! a session, of all symbols and members, are drawn together, in stretches at least as long as
//! outcomes live.

mod scored;
mod resample;
mod calibration;
mod coverage;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradebot_calibration::metrics::{Forecasts, auc, brier_skill, corp};
use tradebot_domain::{MemberId, Regime};

pub use calibration::{BINS, CalibrationRow};
pub use coverage::{AtCoverage, COVERAGES};

use crate::result::ScoredForecast;
use crate::summary::Interval;
use resample::Resampled;
use scored::{Scored, Sums, Timeline, score};

/// Sessions below which no skill is claimed, however good the score.
pub const SESSIONS_MIN: usize = 250;

/// How good one forecaster was. Weighed by uniqueness unless said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ForecasterSkill {
    /// The member, `equal_weight` or `consensus`.
    pub name: String,
    /// Forecasts with an outcome.
    pub forecasts: usize,
    /// What they are worth: the sum of their uniqueness.
    pub effective: f64,
    /// Sessions in which they were issued.
    pub sessions: usize,
    /// Share of wins: the base rate.
    pub base_rate: f64,
    /// Mean probability.
    pub mean_forecast: f64,
    /// Share of forecasts on the right side of one half (one half itself says win).
    pub accuracy: f64,
    /// 90 % interval of the accuracy.
    pub accuracy_interval: Option<Interval>,
    /// Accuracy of always saying the more frequent outcome, known only afterwards: accuracy below
    /// it means nothing.
    pub majority: f64,
    /// Accuracy of the row rate on the same forecasts, known beforehand.
    pub row_rate_accuracy: f64,
    /// Mean squared error of the probability.
    pub brier: f64,
    /// The same of the row rate.
    pub row_rate_brier: f64,
    /// `1 - brier / row_rate_brier`: above 0 is better than the base rate.
    pub brier_skill: Option<f64>,
    /// 90 % interval of the Brier skill.
    pub brier_skill_interval: Option<Interval>,
    /// The same at 95 %.
    pub brier_skill_95: Option<Interval>,
    /// Mean of -ln of the probability given to what happened.
    pub log_loss: f64,
    /// The same of the row rate.
    pub row_rate_log_loss: f64,
    /// Mean squared error of the raw scores, before calibration; for members.
    pub raw_brier: Option<f64>,
    /// Chance that a random win was given more than a random loss; each forecast counts once.
    pub auc: Option<f64>,
    /// Accuracy among the surest forecasts, one entry per share of [`COVERAGES`].
    pub at_coverage: Vec<AtCoverage>,
    /// What recalibration would save of the Brier score; each forecast counts once.
    pub miscalibration: f64,
    /// What is known beyond the overall base rate; each forecast counts once.
    pub discrimination: f64,
    /// Mean distance of probability from share of wins over the rows of `calibration`.
    pub calibration_error: f64,
    /// The reliability diagram, ten bins of equal width.
    pub calibration: Vec<CalibrationRow>,
    /// Skill is shown: the whole interval of the Brier skill is above 0, on enough sessions.
    pub shown: bool,
}

/// The consensus within one policy row.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RowSkill {
    /// Forecasts with an outcome.
    pub forecasts: usize,
    /// The sum of their uniqueness.
    pub effective: f64,
    /// Share of wins.
    pub base_rate: f64,
    /// Mean probability of the consensus.
    pub mean_forecast: f64,
    /// Brier skill of the consensus against the row rate.
    pub brier_skill: Option<f64>,
    /// Its 90 % interval.
    pub brier_skill_interval: Option<Interval>,
}

/// How good all forecasters of a run were.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SkillAssessment {
    /// Forecasts with an outcome.
    pub forecasts: usize,
    /// Sessions in which they were issued.
    pub sessions: usize,
    /// Replicates of the intervals.
    pub replications: usize,
    /// Mean length of the stretches drawn, sessions; `None` when there were too few to draw.
    pub block_length: Option<f64>,
    /// Members, in the run's order; those that never gave a scored opinion are left out.
    pub members: Vec<ForecasterSkill>,
    /// The unweighted mean of the awake members.
    pub equal_weight: Option<ForecasterSkill>,
    /// The pool.
    pub consensus: Option<ForecasterSkill>,
    /// 90 % interval of `1 - brier of consensus / brier of equal weight`: above 0 learned weights
    /// are worth having.
    pub consensus_over_equal_weight: Option<Interval>,
    /// The consensus by policy row.
    pub by_row: BTreeMap<Regime, RowSkill>,
}

/// Measures all forecasters of a run on the same draws.
pub fn assess_skill(
    forecasts: &[ScoredForecast],
    members: &[MemberId],
    replications: usize,
    seed: u64,
) -> SkillAssessment {
    let timeline = Timeline::of(forecasts);
    let mut names: Vec<String> = members.iter().map(ToString::to_string).collect();
    let mut columns: Vec<Vec<Scored>> =
        (0..members.len()).map(|k| timeline.column(forecasts, |f| *f.members.get(k)?)).collect();
    names.extend(["equal_weight".to_owned(), "consensus".to_owned()]);
    columns.push(timeline.column(forecasts, |f| Some(f.equal_weight)));
    columns.push(timeline.column(forecasts, |f| Some(f.consensus)));
    let resampled = Resampled::draw(&columns, &timeline, replications, seed);

    let mut judged: Vec<Option<ForecasterSkill>> = names
        .into_iter()
        .enumerate()
        .map(|(k, name)| {
            let raw = timeline.column(forecasts, |f| *f.raw.get(k)?);
            judge(name, &columns[k], &raw, resampled.as_ref().map(|r| (r, k)))
        })
        .collect();
    let consensus = judged.pop().flatten();
    let equal_weight = judged.pop().flatten();
    SkillAssessment {
        forecasts: forecasts.len(),
        sessions: timeline.sessions(),
        replications,
        block_length: resampled.as_ref().map(|r| r.block_length),
        members: judged.into_iter().flatten().collect(),
        equal_weight,
        consensus,
        consensus_over_equal_weight: resampled
            .as_ref()
            .and_then(|r| r.ratio(members.len() + 1, members.len())),
        by_row: by_row(&columns[members.len() + 1], resampled.as_ref()),
    }
}

fn judge(
    name: String,
    scored: &[Scored],
    raw: &[Scored],
    resampled: Option<(&Resampled, usize)>,
) -> Option<ForecasterSkill> {
    let sums = score(scored)?;
    let (p, won): (Vec<f64>, Vec<bool>) = scored.iter().map(|s| (s.p, s.y > 0.5)).unzip();
    let each = Forecasts::new(&p, &won).ok()?;
    let parts = corp(&each);
    let mean = |sum: f64| sum / sums.weight;
    let base_rate = mean(sums.wins);
    let brier_skill_interval = resampled.and_then(|(r, k)| r.brier_skill(k));
    let sessions = scored.chunk_by(|a, b| a.session == b.session).count();
    let bins = resampled.map_or_else(Vec::new, |(r, k)| r.bin_rates(k));
    let calibration = calibration::table(scored, &bins);
    Some(ForecasterSkill {
        name,
        forecasts: scored.len(),
        effective: sums.weight,
        sessions,
        base_rate,
        mean_forecast: mean(sums.forecast),
        accuracy: mean(sums.right),
        accuracy_interval: resampled.and_then(|(r, k)| r.accuracy(k)),
        majority: base_rate.max(1.0 - base_rate),
        row_rate_accuracy: mean(sums.row_right),
        brier: mean(sums.squared),
        row_rate_brier: mean(sums.row_squared),
        brier_skill: brier_skill(sums.squared, sums.row_squared),
        brier_skill_interval,
        brier_skill_95: resampled.and_then(|(r, k)| r.brier_skill_95(k)),
        log_loss: mean(sums.log),
        row_rate_log_loss: mean(sums.row_log),
        raw_brier: score(raw).map(|raw| raw.squared / raw.weight),
        auc: auc(&each),
        at_coverage: coverage::curve(scored),
        miscalibration: parts.miscalibration,
        discrimination: parts.discrimination,
        calibration_error: calibration::error(&calibration),
        calibration,
        shown: sessions >= SESSIONS_MIN && brier_skill_interval.is_some_and(|i| i.lo > 0.0),
    })
}

fn by_row(consensus: &[Scored], resampled: Option<&Resampled>) -> BTreeMap<Regime, RowSkill> {
    Regime::ALL
        .into_iter()
        .filter_map(|row| {
            let of_row: Vec<Scored> = consensus.iter().filter(|s| s.row == row).copied().collect();
            let Sums { weight, wins, forecast, squared, row_squared, .. } = score(&of_row)?;
            let skill = RowSkill {
                forecasts: of_row.len(),
                effective: weight,
                base_rate: wins / weight,
                mean_forecast: forecast / weight,
                brier_skill: brier_skill(squared, row_squared),
                brier_skill_interval: resampled.and_then(|r| r.brier_skill_of_row(row)),
            };
            Some((row, skill))
        })
        .collect()
}

#[cfg(test)]
mod tests;
