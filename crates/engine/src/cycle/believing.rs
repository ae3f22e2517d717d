//! From admitted bars to beliefs.

use tradebot_domain::{Moment, Regime};
use tradebot_execution::{bracket_record, management_record};
use tradebot_journal::{BracketRecord, DecisionRecord, Verdict};

use super::Engine;
use crate::arrival::Arrival;
use crate::candidate::{self, Candidate, Passed};
use crate::intraday::SessionClock;
use crate::phase::{Phase, Phases};

impl Engine {
    /// From admitted bars to beliefs: a record per symbol, and a candidate for each that could be
    /// asked about.
    pub(super) fn consider(
        &self,
        session: Moment,
        arrivals: &[Arrival],
        phases: &mut Phases<'_>,
    ) -> (Vec<DecisionRecord>, Vec<Candidate>) {
        let mut records = Vec::with_capacity(arrivals.len());
        let mut candidates = Vec::with_capacity(arrivals.len());
        for (i, arrival) in arrivals.iter().enumerate() {
            if !arrival.in_cycle {
                continue;
            }
            let (record, candidate) = self.consider_one(session, i, arrival);
            candidates.extend(candidate.map(|c| Candidate { record: records.len(), ..c }));
            records.push(record);
        }
        phases.enter(Phase::Consensus);
        (records, candidates)
    }

    fn consider_one(
        &self,
        session: Moment,
        index: usize,
        arrival: &Arrival,
    ) -> (DecisionRecord, Option<Candidate>) {
        let state = &self.symbols[index];
        let row = self.regime.as_ref().map_or(Regime::Transition, |r| r.regime);
        let close = arrival.bar.as_ref().map(|b| b.close);
        let quality = candidate::quality_record(
            &arrival.reading,
            arrival.admission.is_ok(),
            &self.config.data_source,
            state.factor,
        );
        let pending = Verdict::NoTrade { reason: String::new(), detail: String::new() };
        let mut record =
            candidate::empty_record(session, state.symbol, close, quality, row, pending);
        record.vix_is_proxy = self.regime.as_ref().map(|r| r.vix_is_proxy);
        match self.believe(index, arrival, row, &mut record) {
            Ok(candidate) => (record, Some(candidate)),
            Err(passed) => {
                record.verdict = passed.verdict();
                (record, None)
            }
        }
    }

    /// # Errors
    /// Entries are barred, or the session is too near its end for one.
    pub(super) fn entry_in_time(&self) -> Result<(), Passed> {
        if let Some((reason, detail)) = &self.barred {
            return Err(Passed { reason, detail: detail.clone() });
        }
        let late = self.clock.as_ref().and_then(SessionClock::no_entry);
        late.map_or(Ok(()), |detail| Err(Passed { reason: "near_close", detail }))
    }

    /// Gate, warm-up, regime, bracket, opinions and consensus of one symbol.
    fn believe(
        &self,
        index: usize,
        arrival: &Arrival,
        row: Regime,
        record: &mut DecisionRecord,
    ) -> Result<Candidate, Passed> {
        let state = &self.symbols[index];
        let bar = arrival.admitted()?;
        self.entry_in_time()?;
        let features = arrival.features.as_ref().ok_or_else(|| Passed {
            reason: "not_warm",
            detail: format!(
                "{} of {} bars seen that the features need",
                state.features.bars_seen(),
                tradebot_features::SymbolFeatures::WARM_UP
            ),
        })?;
        if self.regime.is_none() {
            let detail = "the context index has too little history for a regime".to_owned();
            return Err(Passed { reason: "regime_undetermined", detail });
        }
        let atr = state
            .atr()
            .ok_or_else(|| Passed { reason: "not_warm", detail: "no ATR yet".to_owned() })?;
        let policy = &self.row(row);
        let follows = policy.stop_follows_forecast;
        let stop_scale = follows.then(|| candidate::stop_scale(self.outlook.as_ref()));
        let bracket = candidate::bracket(bar.close, atr * stop_scale.unwrap_or(1.0), policy)?;
        record.features.clone_from(features);
        let management = management_record(&candidate::management_of(policy));
        record.bracket = Some(BracketRecord { stop_scale, management, ..bracket_record(&bracket) });

        let opinions = candidate::opine(&self.roster, &self.learning, row, features);
        let consensus = self
            .learning
            .ensemble
            .combine_in(row, &opinions.calibrated)
            .map_err(|e| Passed { reason: "abstention", detail: e.to_string() })?;
        let skill = self.learning.ensemble.skill().shown;
        let row_state = self.learning.learner.row(row);
        record.opinions =
            candidate::opinion_records(self.roster.ids(), &opinions, &consensus.weights);
        record.consensus =
            Some(candidate::consensus_record(&consensus, &row_state, policy.edge, skill));
        Ok(Candidate {
            symbol: index,
            record: 0,
            belief: candidate::belief(&consensus, &row_state, skill),
            forecast: candidate::forecast(&opinions, &consensus, &row_state),
            bracket,
            features: features.clone(),
        })
    }
}
