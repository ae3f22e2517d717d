//! The market's regime.

use serde::{Deserialize, Serialize};
use tradebot_domain::{Moment, Regime};

/// The market's regime on a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegimeRecord {
    /// The session.
    pub session: Moment,
    /// The regime, and so the policy row.
    pub regime: Regime,
    /// In 0.5..=1.
    pub confidence: f64,
    /// Severity of volatility, 0 calm to 3 crisis.
    pub severity: u8,
    /// Confirmed or pending trend state is TRENDING.
    pub trending: bool,
    /// Sign of the 20-session slope of log price: -1, 0, 1.
    pub direction: i8,
    /// min(1, ADX / 50).
    pub strength: f64,
    /// ADX(14) of the index.
    pub adx: f64,
    /// Mid-rank percentile of NATR(14) in 252 sessions.
    pub atr_percentile: f64,
    /// VIX close of the previous session, or its proxy.
    pub vix: f64,
    /// `vix` comes from index volatility, not from the VIX.
    pub vix_is_proxy: bool,
    /// Sessions since the regime last changed.
    pub age: u32,
    /// Chance of a change within 5 sessions, from the past.
    pub transition_probability: f64,
    /// What the statistical detectors make of the index; they choose no row.
    pub second_opinion: Option<SecondOpinionRecord>,
    /// How much the index is expected to move; none before the first fit.
    pub outlook: Option<OutlookRecord>,
}

/// Forecast of the index's volatility over the next 5 sessions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OutlookRecord {
    /// Expected volatility, annualised, a fraction.
    pub volatility: f64,
    /// Median of such stretches within the last year, annualised.
    pub median: f64,
    /// P(the stretch moves more than that median).
    pub p_above_median: f64,
    /// P(one of the sessions moves by more than 2 %).
    pub p_large_move: f64,
}

/// A hidden Markov model and a detector of change points on the index's log returns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SecondOpinionRecord {
    /// P(state of high volatility | returns so far); none before the first fit.
    pub high_volatility: Option<f64>,
    /// P(the returns changed in the last 10 sessions).
    pub changed: f64,
    /// Expected sessions since the last change.
    pub run_length: f64,
    /// A change is more likely than not: the next session's learning forgets twice as much.
    pub alarm: bool,
    /// Sessions in a row in which rule and model called volatility differently.
    pub disagreement: u32,
    /// They have disagreed for 10 sessions or more.
    pub warning: bool,
}
