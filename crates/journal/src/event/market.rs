//! The market's regime.

use serde::{Deserialize, Serialize};
use tradebot_domain::{Date, Regime};

/// The market's regime on a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegimeRecord {
    /// The session.
    pub session: Date,
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
}
