//! The market's part of a session: context, regime with its second opinion, features.

use tradebot_domain::{Moment, SessionData};
use tradebot_journal::{Event, Ledger, OutlookRecord, RegimeRecord, SecondOpinionRecord};

use super::Engine;
use crate::arrival::Arrival;
use crate::candidate;
use crate::error::EngineError;

impl Engine {
    pub(super) fn update_market(&mut self, data: &SessionData) {
        if let Some(index) = &data.index {
            self.context = self.market.update(index, data.vix_previous);
            self.regime = self.detector.update(index, data.vix_previous);
            let severity = self.regime.as_ref().map(|r| r.severity);
            self.outlook = self.volatility.update(index, data.vix_previous);
            self.opinion = self.second_opinion.update_bar(index, data.vix_previous, severity);
        }
    }

    pub(super) fn update_features(&mut self, arrivals: &mut [Arrival]) {
        for (state, arrival) in self.symbols.iter_mut().zip(arrivals) {
            if let Some(bar) = arrival.walkable().copied() {
                let continuous = state.take(&bar, &arrival.actions);
                state.first_close.get_or_insert(continuous.close);
                arrival.features =
                    state.features.update(&continuous, self.context.as_ref()).map(<[f64]>::to_vec);
            }
        }
    }

    /// The regime with its second opinion, and a note when the two begin to disagree for long.
    pub(super) fn record_regime(
        &mut self,
        session: Moment,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let Some(r) = &self.regime else { return Ok(()) };
        let opinion = self.opinion.as_ref();
        self.alarm = opinion.is_some_and(|o| o.alarm);
        if let Some(warning) = opinion.and_then(|o| candidate::disagreement(session, r, o)) {
            ledger.append(&Event::Risk(warning))?;
        }
        Ok(ledger.append(&Event::Regime(RegimeRecord {
            session,
            regime: r.regime,
            confidence: r.confidence,
            severity: r.severity,
            trending: r.trending,
            direction: r.direction,
            strength: r.strength,
            adx: r.adx,
            atr_percentile: r.atr_percentile,
            vix: r.vix,
            vix_is_proxy: r.vix_is_proxy,
            age: r.age,
            transition_probability: r.transition_probability,
            second_opinion: opinion.map(|o| SecondOpinionRecord {
                high_volatility: o.high_volatility,
                changed: o.changed,
                run_length: o.run_length,
                alarm: o.alarm,
                disagreement: o.disagreement,
                warning: o.warning,
            }),
            outlook: self.outlook.as_ref().map(|o| OutlookRecord {
                volatility: o.volatility,
                median: o.median,
                p_above_median: o.p_above_median,
                p_large_move: o.p_large_move,
            }),
        }))?)
    }
}
