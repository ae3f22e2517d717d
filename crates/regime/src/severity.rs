//! The volatility axis: how nervous the market is.

use crate::config::RegimeConfig;

/// 0 calm, 1 normal, 2 stressed, 3 crisis: up at once, down after a dwell.
///
/// Each feature has a level, the number of its thresholds it has reached; the more alarmed feature
/// counts. Higher up-levels than the state raise it in the same session; lower down-levels lower
/// it after the dwell, and any session in between starts the count anew.
#[derive(Debug, Clone)]
pub struct SeverityMachine {
    config: RegimeConfig,
    state: Option<u8>,
    lower_sessions: u32,
}

/// Severity at and above which volatility is HIGH.
pub const HIGH: u8 = 2;

/// How many thresholds `value` has reached.
fn level(value: f64, thresholds: &[f64]) -> u8 {
    thresholds.iter().map(|threshold| u8::from(*threshold <= value)).sum()
}

impl SeverityMachine {
    /// Knows no session yet.
    pub const fn new(config: RegimeConfig) -> Self {
        Self { config, state: None, lower_sessions: 0 }
    }

    /// Takes the session's VIX in points and ATR percentile, as far as they are known.
    ///
    /// **Edges:** `None` when both are missing or not numbers: not knowing is not calm. The state
    /// stays for when they come back.
    pub fn update(&mut self, vix: Option<f64>, atr_percentile: Option<f64>) -> Option<u8> {
        let vix = vix.filter(|value| value.is_finite());
        let rank = atr_percentile.filter(|value| value.is_finite());
        let worse = |vix_levels: &[f64], rank_levels: &[f64]| {
            let by_vix = vix.map(|value| level(value, vix_levels));
            by_vix.max(rank.map(|value| level(value, rank_levels)))
        };
        let up = worse(&self.config.vix_up, &self.config.atr_up)?;
        let down = worse(&self.config.vix_down, &self.config.atr_down)?;
        let state = self.next(self.state.unwrap_or(up), up, down);
        self.state = Some(state);
        self.state
    }

    fn next(&mut self, state: u8, up: u8, down: u8) -> u8 {
        if up > state {
            self.lower_sessions = 0;
            return up;
        }
        self.lower_sessions = if down < state { self.lower_sessions + 1 } else { 0 };
        if down < state && self.lower_sessions >= self.config.dwell_sessions {
            self.lower_sessions = 0;
            return down;
        }
        state
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn run(vix: &[f64]) -> Vec<Option<u8>> {
        let mut machine = SeverityMachine::new(RegimeConfig::default());
        vix.iter().map(|value| machine.update(Some(*value), None)).collect()
    }

    #[test]
    fn alarm_is_instant_and_calm_takes_five_sessions() {
        let got = run(&[15.0, 40.0, 13.0, 13.0, 13.0, 13.0, 13.0]);
        assert_eq!(got, [0, 3, 3, 3, 3, 3, 0].map(Some));
    }

    #[test]
    fn one_session_back_above_starts_the_dwell_anew() {
        let got = run(&[26.0, 21.0, 21.0, 21.0, 21.0, 23.0, 21.0, 21.0, 21.0, 21.0, 21.0]);
        assert_eq!(got, [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1].map(Some));
    }

    #[test]
    fn a_value_on_the_threshold_has_reached_it() {
        assert_eq!(run(&[16.0, 25.0, 35.0]), [1, 2, 3].map(Some));
    }

    #[test]
    fn range_alone_makes_stress_but_no_crisis() {
        let mut machine = SeverityMachine::new(RegimeConfig::default());
        assert_eq!(machine.update(None, Some(0.999)), Some(2));
    }

    #[test]
    fn nothing_known_is_undetermined_and_the_state_waits() {
        let mut machine = SeverityMachine::new(RegimeConfig::default());
        assert_eq!(machine.update(None, None), None);
        assert_eq!(machine.update(Some(f64::NAN), Some(f64::NAN)), None);
        assert_eq!(machine.update(Some(30.0), None), Some(2));
        assert_eq!(machine.update(None, None), None);
        assert_eq!(machine.update(Some(13.0), None), Some(2), "the dwell begins now");
    }

    proptest! {
        /// Never below what the session itself says, and never lower but after five that say so.
        #[test]
        fn severity_is_never_late_up_nor_early_down(
            sessions in prop::collection::vec((10.0_f64..45.0, 0.0_f64..1.0), 6..80)
        ) {
            let config = RegimeConfig::default();
            let mut machine = SeverityMachine::new(config);
            let mut downs = Vec::new();
            let mut before = 0;
            for (vix, rank) in sessions {
                let up = level(vix, &config.vix_up).max(level(rank, &config.atr_up));
                downs.push(level(vix, &config.vix_down).max(level(rank, &config.atr_down)));
                let state = machine.update(Some(vix), Some(rank)).unwrap();
                prop_assert!(state >= up);
                if state < before {
                    prop_assert!(downs.iter().rev().take(5).filter(|down| **down < before).count() == 5);
                }
                before = state;
            }
        }
    }
}
