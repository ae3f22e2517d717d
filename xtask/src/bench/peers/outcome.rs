//! What came of a comparison: a ratio and whether it reaches its goal, or why there is none.

use std::fmt;

use serde::Serialize;

use crate::bench::record::Record;

/// What a comparison should reach.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub(super) struct Goal {
    /// Least ratio of our rate to theirs.
    pub(super) ratio: Option<f64>,
    /// Most memory of our process, MB.
    pub(super) memory_mb: Option<f64>,
}

/// What came of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(super) enum Outcome {
    /// Outputs agree; `met` is `None` where there is no goal.
    Compared { ratio: f64, met: Option<bool>, ours: Box<Record>, theirs: Box<Record> },
    /// Outputs differ, so a ratio would say nothing.
    Differ { reason: String },
    /// The peer is not there; nothing is known.
    NotInstalled { reason: String },
    /// One side ended with an error.
    Broken { reason: String },
}

impl Goal {
    pub(super) const fn ratio(least: f64) -> Self {
        Self { ratio: Some(least), memory_mb: None }
    }

    /// Whether a ratio and our memory reach it; `None` for a goal of nothing.
    fn met(self, ratio: f64, memory_mb: Option<f64>) -> Option<bool> {
        let fast = self.ratio.map(|least| ratio >= least);
        // Memory that is not known reaches no goal.
        let small = self.memory_mb.map(|most| memory_mb.is_some_and(|mb| mb <= most));
        match (fast, small) {
            (Some(fast), Some(small)) => Some(fast && small),
            (one, other) => one.or(other),
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = |x: f64| (x * 100.0).round() / 100.0;
        let ratio = self.ratio.map(|least| format!("≥ {}", hundredths(least)));
        let memory = self.memory_mb.map(|most| format!("≤ {most} MB"));
        let parts: Vec<String> = ratio.into_iter().chain(memory).collect();
        f.write_str(if parts.is_empty() { "none" } else { "" })?;
        f.write_str(&parts.join(", "))
    }
}

impl Outcome {
    /// The ratio of two measurements of the same amount of work.
    pub(super) fn compare(ours: Record, theirs: Record, goal: Goal) -> Self {
        if ours.n != theirs.n {
            let reason = format!("ours did {} units, theirs {}", ours.n, theirs.n);
            return Self::Differ { reason };
        }
        let ratio = ours.rate_cpu / theirs.rate_cpu;
        let met = goal.met(ratio, ours.peak_rss_mb);
        let (ours, theirs) = (Box::new(ours), Box::new(theirs));
        Self::Compared { ratio, met, ours, theirs }
    }

    /// Whether the run as a whole fails by this: a goal missed, outputs that differ, an error.
    pub(super) const fn fails(&self) -> bool {
        match self {
            Self::Compared { met, .. } => matches!(met, Some(false)),
            Self::Differ { .. } | Self::Broken { .. } => true,
            Self::NotInstalled { .. } => false,
        }
    }

    /// In one word or two.
    pub(super) const fn verdict(&self) -> &'static str {
        match self {
            Self::Compared { met: Some(true), .. } => "met",
            Self::Compared { met: Some(false), .. } => "MISSED",
            Self::Compared { met: None, .. } => "no goal",
            Self::Differ { .. } => "OUTPUTS DIFFER",
            Self::NotInstalled { .. } => "not installed",
            Self::Broken { .. } => "BROKEN",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(n: u64, rate_cpu: f64, peak_rss_mb: Option<f64>) -> Record {
        let [bench, system, unit] = ["B1", "s", "bars/s"].map(str::to_owned);
        let check = serde_json::Value::Null;
        Record { bench, task: None, system, version: None, n, unit, rate_cpu, peak_rss_mb, check }
    }

    fn met(ours: f64, memory: Option<f64>, goal: Goal) -> Option<bool> {
        match Outcome::compare(record(10, ours, memory), record(10, 2.0, None), goal) {
            Outcome::Compared { met, ratio, .. } => {
                assert_eq!(ratio, ours / 2.0);
                met
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_ratio_reaches_its_goal_or_misses_it() {
        assert_eq!(met(5.0, None, Goal::ratio(2.5)), Some(true));
        assert_eq!(met(4.9, None, Goal::ratio(2.5)), Some(false));
        assert_eq!(met(4.9, None, Goal::default()), None);
    }

    #[test]
    fn memory_is_part_of_a_goal_and_unknown_memory_misses_it() {
        let goal = Goal { ratio: Some(2.5), memory_mb: Some(80.0) };
        assert_eq!(met(5.0, Some(80.0), goal), Some(true));
        assert_eq!(met(5.0, Some(80.1), goal), Some(false));
        assert_eq!(met(5.0, None, goal), Some(false));
        assert_eq!(met(1.0, Some(1.0), goal), Some(false));
        let memory_only = Goal { ratio: None, memory_mb: Some(80.0) };
        assert_eq!(met(1.0, Some(1.0), memory_only), Some(true));
    }

    #[test]
    fn different_amounts_of_work_give_no_ratio() {
        let outcome =
            Outcome::compare(record(10, 9.0, None), record(11, 1.0, None), Goal::ratio(1.0));
        assert!(matches!(outcome, Outcome::Differ { .. }) && outcome.fails());
    }

    #[test]
    fn a_peer_that_is_not_installed_neither_fails_nor_counts_as_met() {
        let outcome = Outcome::NotInstalled { reason: "no numba".to_owned() };
        assert_eq!((outcome.fails(), outcome.verdict()), (false, "not installed"));
    }

    #[test]
    fn goals_read_as_they_are_meant() {
        let goal = Goal { ratio: Some(10.0), memory_mb: Some(80.0) };
        assert_eq!(goal.to_string(), "≥ 10, ≤ 80 MB");
        assert_eq!(Goal::ratio(2.5).to_string(), "≥ 2.5");
        assert_eq!(Goal::ratio(1.0 / 1.1).to_string(), "≥ 0.91");
        assert_eq!(Goal::default().to_string(), "none");
    }
}
