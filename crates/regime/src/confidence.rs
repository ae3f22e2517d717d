//! How sure a reading is, and how often readings as sure as it were followed by a change.

use tradebot_domain::Regime;

use crate::config::RegimeConfig;
use crate::severity::HIGH;

/// What the margins are measured on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Evidence {
    pub(crate) severity: u8,
    pub(crate) vix: f64,
    pub(crate) atr_percentile: f64,
    pub(crate) adx: f64,
}

/// Confidence of a reading: 0.5 + 0.5 x min(volatility margin, trend margin, 1), in 0.5..=1.
pub(crate) fn confidence(config: &RegimeConfig, evidence: &Evidence) -> f64 {
    let margin = volatility_margin(config, evidence).min(trend_margin(config, evidence));
    0.5 + 0.5 * margin.clamp(0.0, 1.0)
}

/// Distance to the threshold that would move volatility between LOW and HIGH, in safe distances.
///
/// LOW ends when either feature reaches its way up: the nearer one counts. HIGH ends when both
/// are below their way down: the one that holds it up the longest counts. Below both, with the
/// dwell running, nothing is left.
fn volatility_margin(config: &RegimeConfig, evidence: &Evidence) -> f64 {
    let edge = usize::from(HIGH) - 1;
    let vix = |threshold: f64| (evidence.vix - threshold) / config.vix_margin;
    let rank = |threshold: f64| (evidence.atr_percentile - threshold) / config.atr_margin;
    if evidence.severity >= HIGH {
        vix(config.vix_down[edge]).max(rank(config.atr_down[edge]))
    } else {
        (-vix(config.vix_up[edge])).min(-rank(config.atr_up[edge]))
    }
}

/// Distance of ADX from the middle of its two thresholds, in safe distances.
fn trend_margin(config: &RegimeConfig, evidence: &Evidence) -> f64 {
    let middle = f64::midpoint(config.trend_enter, config.trend_leave);
    (evidence.adx - middle).abs() / config.adx_margin
}

/// Remembers every session's confidence and whether the regime changed soon after.
///
/// **Cost:** one pass over the past per session: once a session for the whole market.
#[derive(Debug, Clone)]
pub(crate) struct TransitionRecord {
    horizon: usize,
    /// Sessions whose horizon has passed.
    known: Vec<(f64, bool)>,
    /// The latest sessions, oldest first, at most `horizon` of them: confidence, regime, changed.
    pending: Vec<(f64, Regime, bool)>,
}

/// Pseudo-sessions of the Beta(2, 2) prior: two with a change of four.
const PRIOR_CHANGED: f64 = 2.0;
const PRIOR_SESSIONS: f64 = 4.0;

impl TransitionRecord {
    pub(crate) fn new(horizon_sessions: u32) -> Self {
        let horizon = usize::try_from(horizon_sessions).unwrap_or(usize::MAX).max(1);
        Self { horizon, known: Vec::new(), pending: Vec::new() }
    }

    /// The chance of a change within the horizon: the smoothed share of past sessions with at most
    /// this confidence that saw one. Then remembers the session.
    pub(crate) fn update(&mut self, confidence: f64, regime: Regime) -> f64 {
        for (_, then, changed) in &mut self.pending {
            *changed |= *then != regime;
        }
        if self.pending.len() == self.horizon {
            let (confidence, _, changed) = self.pending.remove(0);
            self.known.push((confidence, changed));
        }
        self.pending.push((confidence, regime, false));
        self.probability(confidence)
    }

    fn probability(&self, confidence: f64) -> f64 {
        let alike = self.known.iter().filter(|(then, _)| *then <= confidence);
        let (sessions, changed) =
            alike.fold((0_u32, 0_u32), |(n, k), (_, changed)| (n + 1, k + u32::from(*changed)));
        (PRIOR_CHANGED + f64::from(changed)) / (PRIOR_SESSIONS + f64::from(sessions))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(severity: u8, vix: f64, atr_percentile: f64, adx: f64) -> f64 {
        let evidence = Evidence { severity, vix, atr_percentile, adx };
        confidence(&RegimeConfig::default(), &evidence)
    }

    #[test]
    fn far_from_every_threshold_is_certain_and_on_one_is_even() {
        assert_eq!(of(0, 12.0, 0.20, 40.0), 1.0);
        assert_eq!(of(1, 25.0, 0.20, 40.0), 0.5);
        assert_eq!(of(0, 12.0, 0.20, 22.5), 0.5);
    }

    #[test]
    fn the_smaller_margin_counts() {
        assert!((of(1, 22.5, 0.20, 40.0) - 0.75).abs() < 1e-12, "half of 5 points below 25");
        assert!((of(1, 12.0, 0.79, 40.0) - 0.70).abs() < 1e-12, ".06 of .15 below .85");
        assert!((of(1, 12.0, 0.20, 24.0) - 0.60).abs() < 1e-12, "1.5 of 7.5 above 22.5");
    }

    #[test]
    fn high_volatility_is_held_by_the_feature_farthest_above_its_way_down() {
        assert!((of(2, 24.0, 0.10, 40.0) - 0.70).abs() < 1e-12, "2 of 5 points above 22");
        assert_eq!(of(2, 15.0, 0.95, 40.0), 1.0, "the range alone holds it");
        assert_eq!(of(2, 21.0, 0.70, 40.0), 0.5, "the dwell is running");
    }

    #[test]
    fn the_chance_of_a_change_is_learned_only_from_sessions_whose_horizon_has_passed() {
        let mut record = TransitionRecord::new(5);
        let regimes = [Regime::ChoppyLowVol; 5].into_iter().chain([Regime::Transition; 6]);
        let got: Vec<f64> = regimes.map(|regime| record.update(0.7, regime)).collect();
        // Known with session 6 (place 5): session 1, which changed; and so on until session 5.
        assert_eq!(got[..5], [0.5; 5]);
        assert_eq!(got[5], 3.0 / 5.0);
        assert_eq!(got[9], 7.0 / 9.0);
        // Session 6 began the new regime and saw no change.
        assert_eq!(got[10], 7.0 / 10.0);
    }

    #[test]
    fn surer_sessions_of_the_past_say_nothing_about_an_unsure_one() {
        let mut record = TransitionRecord::new(1);
        for _ in 0..10 {
            record.update(0.9, Regime::ChoppyLowVol);
        }
        assert_eq!(record.update(0.6, Regime::ChoppyLowVol), 0.5);
        assert_eq!(record.update(0.9, Regime::ChoppyLowVol), 2.0 / 15.0);
    }
}
