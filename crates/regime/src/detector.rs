//! Both axes together: the regime of a session.

use serde::{Deserialize, Serialize};
use tradebot_domain::{Bar, Regime};
use tradebot_features::Period;
use tradebot_features::market::{VixOrProxy, VixReading};
use tradebot_features::operators::{Adx, MidRankPercentile, Natr, Slope};

use crate::confidence::{Evidence, TransitionRecord, confidence};
use crate::config::RegimeConfig;
use crate::severity::{HIGH, SeverityMachine};
use crate::trend::{TrendMachine, TrendState};

/// The regime of a session and all it was read from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RegimeReading {
    /// The regime, and so the row of the policy.
    pub regime: Regime,
    /// How far the nearest change is, in 0.5..=1.
    pub confidence: f64,
    /// 0 calm, 1 normal, 2 stressed, 3 crisis.
    pub severity: u8,
    /// The trend state, confirmed or not, is TRENDING.
    pub trending: bool,
    /// Sign of the 20-session slope of log price: -1, 0 or 1.
    pub direction: i8,
    /// ADX over the ADX of full strength, at most 1.
    pub strength: f64,
    /// ADX(14) of the index, 0 to 100.
    pub adx: f64,
    /// Mid-rank percentile of NATR(14) in its last 252 values, 0 to 1.
    pub atr_percentile: f64,
    /// VIX close of the session before in points, or its proxy.
    pub vix: f64,
    /// `vix` is computed from index volatility, not quoted.
    pub vix_is_proxy: bool,
    /// Sessions since the regime last changed: 0 in the session of the change.
    pub age: u32,
    /// Chance that the regime changes within 5 sessions, from the past; in 0..1.
    pub transition_probability: f64,
}

/// Reads the regime from the context index, one session at a time.
///
/// Periods (ADX 14, NATR 14, percentile 252, slope 20) are fixed: the thresholds were chosen for
/// them.
#[derive(Debug, Clone)]
pub struct RegimeDetector {
    config: RegimeConfig,
    adx: Adx,
    natr: Natr,
    natr_rank: MidRankPercentile,
    slope: Slope,
    vix: VixOrProxy,
    severity: SeverityMachine,
    trend: TrendMachine,
    latest: Option<(Regime, u32)>,
    transitions: TransitionRecord,
}

impl RegimeDetector {
    /// Sessions until the first reading, that session included: 14 for the first NATR after the
    /// first bar, 252 for the percentile.
    pub const WARM_UP: u32 = 266;

    /// Knows no session yet.
    pub fn new(config: RegimeConfig) -> Self {
        Self {
            config,
            adx: Adx::new(Period::of::<14>()),
            natr: Natr::new(Period::of::<14>()),
            natr_rank: MidRankPercentile::new(Period::of::<252>()),
            slope: Slope::new(Period::of::<20>()),
            vix: VixOrProxy::new(),
            severity: SeverityMachine::new(config),
            trend: TrendMachine::new(config),
            latest: None,
            transitions: TransitionRecord::new(config.horizon_sessions),
        }
    }

    /// Takes the session's index bar and the VIX close of the session before it.
    ///
    /// **Edges:** `None` (undetermined: no entries) while warming up and for a bar with a price
    /// that is none; such a bar leaves the state as it was. A missing VIX is replaced by its proxy
    /// and the reading says so.
    pub fn update(
        &mut self,
        index: &Bar,
        vix_previous_close: Option<f64>,
    ) -> Option<RegimeReading> {
        if ![index.open, index.high, index.low, index.close]
            .iter()
            .all(|price| price.is_finite() && *price > 0.0)
        {
            return None;
        }
        // Every operator sees every bar, whichever of them has no answer yet.
        let trend = self.adx.update(index).map(|adx| (adx, self.trend.update(adx)));
        let natr = self.natr.update(index);
        let atr_percentile = natr.and_then(|natr| self.natr_rank.update(natr));
        let slope = self.slope.update(index.close.ln());
        let vix = self.vix.update(index.close, vix_previous_close);
        let severity = self.severity.update(vix.map(|vix| vix.value), atr_percentile);
        let (adx, trend) = trend?;
        let evidence =
            Evidence { severity: severity?, vix: vix?.value, atr_percentile: atr_percentile?, adx };
        Some(self.read(evidence, trend, vix?, slope?))
    }

    fn read(
        &mut self,
        evidence: Evidence,
        trend: TrendState,
        vix: VixReading,
        slope: f64,
    ) -> RegimeReading {
        let regime = name(trend, evidence.severity);
        let confidence = confidence(&self.config, &evidence);
        RegimeReading {
            regime,
            confidence,
            severity: evidence.severity,
            trending: trend.trending,
            direction: i8::from(slope > 0.0) - i8::from(slope < 0.0),
            strength: (evidence.adx / self.config.strength_full).clamp(0.0, 1.0),
            adx: evidence.adx,
            atr_percentile: evidence.atr_percentile,
            vix: vix.value,
            vix_is_proxy: vix.is_proxy,
            age: self.age(regime),
            transition_probability: self.transitions.update(confidence, regime),
        }
    }

    fn age(&mut self, regime: Regime) -> u32 {
        let age = match self.latest {
            Some((before, age)) if before == regime => age.saturating_add(1),
            _ => 0,
        };
        self.latest = Some((regime, age));
        age
    }
}

/// The row: a rise of severity moves it at once, a new trend only when confirmed.
fn name(trend: TrendState, severity: u8) -> Regime {
    match (trend.confirmed, trend.trending, severity >= HIGH) {
        (false, _, _) => Regime::Transition,
        (true, true, false) => Regime::TrendingLowVol,
        (true, true, true) => Regime::TrendingHighVol,
        (true, false, false) => Regime::ChoppyLowVol,
        (true, false, true) => Regime::ChoppyHighVol,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(trending: bool, confirmed: bool) -> TrendState {
        TrendState { trending, sessions: 1, confirmed }
    }

    #[test]
    fn severity_two_and_three_are_high_and_an_unconfirmed_trend_has_no_row_of_its_own() {
        let table = [
            (state(true, true), [Regime::TrendingLowVol, Regime::TrendingHighVol]),
            (state(false, true), [Regime::ChoppyLowVol, Regime::ChoppyHighVol]),
            (state(true, false), [Regime::Transition; 2]),
            (state(false, false), [Regime::Transition; 2]),
        ];
        for (trend, [low, high]) in table {
            assert_eq!([0, 1].map(|severity| name(trend, severity)), [low; 2], "{trend:?}");
            assert_eq!([2, 3].map(|severity| name(trend, severity)), [high; 2], "{trend:?}");
        }
    }
}
