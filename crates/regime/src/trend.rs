//! The trend axis: whether the market goes somewhere, and since when that is believed.

use crate::config::RegimeConfig;

/// Trending once ADX is high enough, until it is low enough, with confirmation.
///
/// There is no short cut: a state that comes back after a few sessions is new again.
#[derive(Debug, Clone)]
pub struct TrendMachine {
    config: RegimeConfig,
    state: Option<TrendState>,
}

/// What [`TrendMachine`] says of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrendState {
    /// TRENDING, else CHOPPY.
    pub trending: bool,
    /// Sessions of this state, the first included.
    pub sessions: u32,
    /// The state has lasted long enough to be believed.
    pub confirmed: bool,
}

impl TrendMachine {
    /// Knows no session yet.
    pub const fn new(config: RegimeConfig) -> Self {
        Self { config, state: None }
    }

    /// Takes the session's ADX, a number from 0 to 100.
    pub fn update(&mut self, adx: f64) -> TrendState {
        let threshold = match self.state {
            Some(TrendState { trending: true, .. }) => self.config.trend_leave,
            _ => self.config.trend_enter,
        };
        let trending = adx >= threshold;
        let sessions = match self.state {
            Some(before) if before.trending == trending => before.sessions.saturating_add(1),
            _ => 1,
        };
        let confirmed = sessions >= self.config.confirm_sessions;
        *self.state.insert(TrendState { trending, sessions, confirmed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(adx: &[f64]) -> Vec<(bool, u32, bool)> {
        let mut machine = TrendMachine::new(RegimeConfig::default());
        let states = adx.iter().map(|value| machine.update(*value));
        states.map(|state| (state.trending, state.sessions, state.confirmed)).collect()
    }

    #[test]
    fn between_the_thresholds_the_state_stays() {
        let trending: Vec<bool> =
            run(&[22.0, 24.9, 25.0, 20.0, 19.9, 24.0]).iter().map(|state| state.0).collect();
        assert_eq!(trending, [false, false, true, true, false, false]);
    }

    #[test]
    fn a_new_state_is_confirmed_with_its_fifth_session_the_flip_included() {
        let states = run(&[15.0, 15.0, 30.0, 30.0, 30.0, 30.0, 30.0, 30.0]);
        assert_eq!(states[2], (true, 1, false));
        assert_eq!(states[5], (true, 4, false));
        assert_eq!(states[6], (true, 5, true));
    }

    #[test]
    fn a_state_that_comes_back_has_no_short_cut() {
        let states = run(&[15.0, 15.0, 15.0, 15.0, 15.0, 30.0, 15.0, 15.0]);
        assert_eq!(states[4], (false, 5, true));
        assert_eq!(states[5], (true, 1, false));
        assert_eq!(states[6], (false, 1, false));
    }
}
