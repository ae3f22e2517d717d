//! One session from top to bottom.
//!
//! Read [`Engine::run_session`]: its lines are the steps of a cycle in order, and each calls one
//! function below or in a stage crate. Nothing else in the workspace branches over all stages.

use tradebot_domain::{Date, Regime, SessionData};
use tradebot_execution::{bracket_record, management_record};
use tradebot_features::{FEATURE_SET, MarketContext, MarketFeatures, feature_names};
use tradebot_journal::{
    BracketRecord, DecisionId, DecisionRecord, Event, Ledger, OutlookRecord, RegimeRecord,
    RunFinished, RunStarted, SecondOpinionRecord, SizingStep, SnapshotRecord, Verdict,
};
use tradebot_models::{VolatilityConfig, VolatilityForecast, VolatilityForecaster};
use tradebot_policy::RowPolicy;
use tradebot_regime::severity::HIGH;
use tradebot_regime::{
    RegimeConfig, RegimeDetector, RegimeReading, SecondOpinion, SecondOpinionConfig,
    SecondOpinionReading,
};
use tradebot_risk::gap::STRESSED_SLIP_ATR;
use tradebot_risk::{Approved, Hold, Overlays, Proposal, Refusal, Sizer, review};

use crate::account::Account;
use crate::adapting::{self, Adapting};
use crate::arrival::Arrival;
use crate::candidate::{self, Candidate, Passed};
use crate::config::EngineConfig;
use crate::error::EngineError;
use crate::learning::Learning;
use crate::phase::{Observer, Phase};
use crate::roster::Roster;
use crate::shadow::{self, Resolved, Shadow};
use crate::symbol_state::SymbolState;
use crate::warm::{LearnedSession, Recollection};

/// The decision loop of one run.
pub struct Engine {
    config: EngineConfig,
    symbols: Vec<SymbolState>,
    market: MarketFeatures,
    context: Option<MarketContext>,
    detector: RegimeDetector,
    second_opinion: SecondOpinion,
    volatility: VolatilityForecaster,
    regime: Option<RegimeReading>,
    outlook: Option<VolatilityForecast>,
    opinion: Option<SecondOpinionReading>,
    /// The last session of the run rang the alarm of change points.
    alarm: bool,
    roster: Roster,
    adapting: Adapting,
    learning: Learning,
    account: Account,
    cycle: u32,
    decisions: u64,
    last_session: Option<Date>,
    warm_start: Option<String>,
}

impl Engine {
    /// # Errors
    /// [`EngineError::Config`] when the configuration cannot be run.
    pub fn new(config: EngineConfig) -> Result<Self, EngineError> {
        config.validate()?;
        // The slowest bracket decided at t ends on the close of t + max holding.
        let purge = Regime::ALL
            .into_iter()
            .map(|r| config.policy.row(r).max_holding_sessions)
            .max()
            .unwrap_or(0);
        let adapting = Adapting::new(&config)?;
        let roster = Roster::new(purge).keeping(adapting.adapts());
        let learning = Learning::new(roster.ids(), config.policy.r_multiples(), config.ensemble);
        Ok(Self {
            symbols: config
                .symbols
                .iter()
                .map(|s| SymbolState::new(*s, config.sectors.get(s).cloned()))
                .collect(),
            market: MarketFeatures::new(),
            context: None,
            detector: RegimeDetector::new(RegimeConfig::default()),
            second_opinion: SecondOpinion::new(SecondOpinionConfig::default())
                .map_err(|e| EngineError::Config(e.to_string()))?,
            volatility: VolatilityForecaster::new(VolatilityConfig::default())
                .map_err(|e| EngineError::Config(e.to_string()))?,
            regime: None,
            outlook: None,
            opinion: None,
            alarm: false,
            account: Account::new(&config),
            roster,
            adapting,
            learning,
            cycle: 0,
            decisions: 0,
            last_session: None,
            warm_start: None,
            config,
        })
    }

    /// The configuration of the run.
    pub const fn config(&self) -> &EngineConfig {
        &self.config
    }

    /// The learned state: calibration, row rates and weights.
    pub const fn learning(&self) -> &Learning {
        &self.learning
    }

    /// The first record of the run.
    pub fn started(&self) -> RunStarted {
        RunStarted {
            from: self.config.from,
            to: self.config.to,
            symbols: self.config.symbols.clone(),
            cash: self.config.cash,
            currency: self.config.currency,
            seed: self.config.seed,
            config_digest: self.config.digest(),
            data_digest: self.config.data_digest.clone(),
            feature_set: FEATURE_SET.to_owned(),
            feature_names: feature_names().iter().map(|n| (*n).to_owned()).collect(),
            members: self.roster.ids().to_vec(),
            warm_start: self.warm_start.clone(),
        }
    }

    /// Begins with what an earlier run learned, session by session in its order.
    ///
    /// # Errors
    /// [`EngineError::Learning`] when its outcomes do not fit the members of this engine.
    pub fn warm_start(
        &mut self,
        origin: &str,
        sessions: &[LearnedSession],
    ) -> Result<(), EngineError> {
        self.warm_start = Some(origin.to_owned());
        for session in sessions {
            let taught = self.adapting.recall(session);
            self.adapting
                .teach(&mut self.learning, &taught)
                .map_err(|detail| EngineError::Learning { session: session.session, detail })?;
        }
        self.roster.recall(sessions, self.adapting.known());
        self.adapting.forget_what_is_settled();
        Ok(())
    }

    /// What the engine knows now, to be taken through sessions on record.
    pub fn recollection(&self) -> Recollection {
        Recollection::new(self.adapting.clone(), self.learning.clone())
    }

    /// Lets features and regime see a session before the first decision. Nothing is recorded.
    pub fn observe(&mut self, data: &SessionData) {
        self.update_market(data);
        let arrivals = self.arrive(data);
        for (state, arrival) in self.symbols.iter_mut().zip(&arrivals) {
            if let Some(bar) = arrival.walkable() {
                let continuous = state.take(bar, &arrival.actions);
                state.features.update(&continuous, self.context.as_ref());
            }
        }
        self.last_session = Some(data.session);
    }

    /// Records the start of the run. To be called once, before the first session.
    ///
    /// # Errors
    /// [`EngineError::Ledger`] when the journal refuses.
    pub fn begin(&mut self, ledger: &mut dyn Ledger) -> Result<(), EngineError> {
        ledger.append(&Event::RunStarted(self.started()))?;
        Ok(ledger.commit(true)?)
    }

    /// Processes one session: what happened to orders, what it teaches, what to do next.
    ///
    /// # Errors
    /// [`EngineError`] stops the run; nothing has been sent that is not on record.
    pub fn run_session(
        &mut self,
        data: &SessionData,
        ledger: &mut dyn Ledger,
        observer: &mut dyn Observer,
    ) -> Result<(), EngineError> {
        observer.enter(Phase::Ingest);
        self.advance(data.session)?;

        observer.enter(Phase::Gate);
        let mut arrivals = self.arrive(data);

        observer.enter(Phase::Learn);
        let resolved = self.settle(data, &arrivals, ledger)?;
        self.learn(data.session, &arrivals, &resolved, ledger)?;

        observer.enter(Phase::Features);
        self.update_market(data);
        self.update_features(&mut arrivals);
        self.record_regime(data.session, ledger)?;

        let mut snapshot = self.account.mark(data.session, &self.symbols);
        self.watch_limits(&mut snapshot, ledger)?;

        observer.enter(Phase::Opine);
        let (mut records, candidates) = self.consider(data.session, &arrivals, observer);

        observer.enter(Phase::Risk);
        let approved = self.size(&mut records, &candidates, &snapshot);

        observer.enter(Phase::Execute);
        self.turn(data.session, &records, &candidates, ledger)?;
        self.ask(data.session, &records, candidates);
        self.act(records, approved, ledger)?;
        ledger.append(&Event::Snapshot(snapshot.clone()))?;
        ledger.commit(false)?;
        observer.session_done(&snapshot);
        Ok(())
    }

    /// Ends the run: its summary becomes the last record.
    ///
    /// # Errors
    /// [`EngineError::Ledger`] when the journal refuses.
    pub fn finish(&mut self, ledger: &mut dyn Ledger) -> Result<RunFinished, EngineError> {
        let finished = RunFinished {
            cycles: self.cycle,
            decisions: self.decisions,
            trades: self.account.trades(),
            final_equity: self.account.equity(),
            digest: ledger.digest(),
        };
        ledger.append(&Event::RunFinished(finished.clone()))?;
        ledger.commit(true)?;
        Ok(finished)
    }

    fn advance(&mut self, session: Date) -> Result<(), EngineError> {
        if let Some(previous) = self.last_session.filter(|p| *p >= session) {
            return Err(EngineError::OutOfOrder { previous, found: session });
        }
        self.last_session = Some(session);
        self.cycle += 1;
        Ok(())
    }

    /// Puts every symbol's bar through its gate.
    fn arrive(&mut self, data: &SessionData) -> Vec<Arrival> {
        self.symbols.iter_mut().map(|state| Arrival::of(state, data)).collect()
    }

    /// What the open and the bar did to orders, positions and brackets in question.
    fn settle(
        &mut self,
        data: &SessionData,
        arrivals: &[Arrival],
        ledger: &mut dyn Ledger,
    ) -> Result<Vec<Resolved>, EngineError> {
        let mut resolved = Vec::new();
        self.account.release_reservations();
        for (state, arrival) in self.symbols.iter_mut().zip(arrivals) {
            if let Some(bar) = arrival.walkable() {
                self.account.step(state.symbol, bar, &arrival.actions, ledger)?;
                self.adapting.step(state.symbol, bar, &arrival.actions);
                let costs = &self.config.costs;
                resolved.extend(shadow::step_all(&mut state.shadows, bar, &arrival.actions, costs));
            } else if data.ended.contains(&state.symbol)
                && let Some((_, close)) = state.last_close
            {
                self.account.end_of_data(data.session, state.symbol, close, ledger)?;
                self.adapting.end_of_data(state.symbol);
                resolved.extend(shadow::end_all(&mut state.shadows, data.session, close));
            } else if arrival.in_cycle {
                self.account.no_bar(state.symbol, data.session, ledger)?;
                self.adapting.no_bar(state.symbol);
                resolved.extend(shadow::no_bar(&mut state.shadows, data.session));
            }
        }
        resolved.sort_by_key(|r| r.record.id);
        for r in &resolved {
            ledger.append(&Event::Outcome(r.record.clone()))?;
        }
        Ok(resolved)
    }

    /// Outcomes into calibration, row rates and weights; members refitted when a month begins.
    fn learn(
        &mut self,
        session: Date,
        arrivals: &[Arrival],
        resolved: &[Resolved],
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let with_bars = arrivals.iter().filter(|a| a.bar.is_some()).count();
        let symbols = u32::try_from(with_bars).unwrap_or(u32::MAX);
        let mut taught = self.adapting.session(session, (symbols, self.alarm), resolved);
        for record in std::mem::take(&mut taught.candidates) {
            ledger.append(&Event::Candidates(record))?;
        }
        for r in &taught.outcomes {
            self.roster.answer(&r.record);
        }
        for moved in &taught.moved {
            ledger.append(&Event::Risk(adapting::note(moved)))?;
            self.roster.relabel(moved.0, &self.adapting.labels(moved.0));
        }
        self.adapting
            .teach(&mut self.learning, &taught)
            .map_err(|detail| EngineError::Learning { session, detail })?;
        if let Some(record) = self.learning.record(session, &taught.outcomes) {
            ledger.append(&Event::Learned(record))?;
        }
        let (seed, training) = (self.config.seed, self.config.training);
        for fit in self.roster.refit_if_due(session, self.cycle, seed, training, ledger)? {
            ledger.append(&Event::ModelFitted(fit))?;
        }
        Ok(())
    }

    /// The policy's row with the R-multiple in force.
    fn row(&self, row: Regime) -> RowPolicy {
        let policy = *self.config.policy.row(row);
        RowPolicy { r_multiple: self.adapting.r_multiple(row), ..policy }
    }

    fn update_market(&mut self, data: &SessionData) {
        if let Some(index) = &data.index {
            self.context = self.market.update(index, data.vix_previous);
            self.regime = self.detector.update(index, data.vix_previous);
            let severity = self.regime.as_ref().map(|r| r.severity);
            self.outlook = self.volatility.update(index, data.vix_previous);
            self.opinion = self.second_opinion.update(index.close, severity);
        }
    }

    fn update_features(&mut self, arrivals: &mut [Arrival]) {
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
    fn record_regime(&mut self, session: Date, ledger: &mut dyn Ledger) -> Result<(), EngineError> {
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

    /// Latches and releases the drawdown stop, and notes a session that lost too much.
    fn watch_limits(
        &mut self,
        snapshot: &mut SnapshotRecord,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let row = self.regime.as_ref().map(|r| self.config.policy.row(r.regime));
        self.account.watch_limits(snapshot, row.map(|r| r.daily_loss_limit), ledger)
    }

    /// From admitted bars to beliefs: a record per symbol, and a candidate for each that could be
    /// asked about.
    fn consider(
        &self,
        session: Date,
        arrivals: &[Arrival],
        observer: &mut dyn Observer,
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
        observer.enter(Phase::Consensus);
        (records, candidates)
    }

    fn consider_one(
        &self,
        session: Date,
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
        let bracket = candidate::bracket(bar.close, atr, policy)?;
        record.features.clone_from(features);
        let management = management_record(&candidate::management_of(policy));
        record.bracket = Some(BracketRecord { management, ..bracket_record(&bracket) });

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

    /// Sizes candidates in descending order of expected growth until room is used up.
    fn size(
        &mut self,
        records: &mut [DecisionRecord],
        candidates: &[Candidate],
        snapshot: &SnapshotRecord,
    ) -> Vec<Approved> {
        let mut order: Vec<(f64, &Candidate)> = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            if self.account.holds(self.symbols[candidate.symbol].symbol) {
                let verdict = &mut records[candidate.record].verdict;
                *verdict = Verdict::NoTrade {
                    reason: "already_held".to_owned(),
                    detail: "one position per symbol; the open one keeps its bracket".to_owned(),
                };
                continue;
            }
            match self.propose(candidate, &records[candidate.record], snapshot) {
                Ok(proposal) => order.push((proposal.expected_growth(), candidate)),
                Err((hold, steps)) => {
                    let record = &mut records[candidate.record];
                    record.sizing = steps;
                    record.verdict = held(&hold);
                }
            }
        }
        // A stable sort keeps symbol order among equals.
        order.sort_by(|a, b| b.0.total_cmp(&a.0));
        order
            .into_iter()
            .filter_map(|(_, candidate)| self.approve(candidate, records, snapshot))
            .collect()
    }

    fn propose(
        &self,
        candidate: &Candidate,
        record: &DecisionRecord,
        snapshot: &SnapshotRecord,
    ) -> Result<Proposal, (Hold, Vec<SizingStep>)> {
        let symbol = self.symbols[candidate.symbol].symbol;
        let sizer = Sizer {
            row: self.config.policy.row(record.row),
            limits: &self.config.limits,
            costs: &self.config.costs,
            overlays: self.overlays(),
        };
        self.account.with_view(candidate.symbol, &self.symbols, snapshot, |view| {
            sizer.propose(symbol, &candidate.bracket, &candidate.belief, view)
        })
    }

    /// Stops are assumed to slip while volatility is stressed, whatever the trend; and where the
    /// market is expected to move more than in the median of its year, sizes shrink in proportion.
    fn overlays(&self) -> Overlays {
        let stressed = self.regime.as_ref().is_some_and(|r| r.severity >= HIGH);
        let scaled = self.outlook.as_ref().filter(|_| self.config.limits.volatility_scaling);
        Overlays {
            gap_atr: stressed.then_some(STRESSED_SLIP_ATR),
            volatility_scale: scaled.map(|o| (o.median / o.volatility).min(1.0)),
        }
    }

    /// Proposes again with the room that is left, reviews, and reserves what is approved.
    fn approve(
        &mut self,
        candidate: &Candidate,
        records: &mut [DecisionRecord],
        snapshot: &SnapshotRecord,
    ) -> Option<Approved> {
        let record = &mut records[candidate.record];
        let proposal = match self.propose(candidate, record, snapshot) {
            Ok(proposal) => proposal,
            Err((hold, steps)) => {
                record.sizing = steps;
                record.verdict = held(&hold);
                return None;
            }
        };
        record.sizing = proposal.steps().to_vec();
        let row = self.config.policy.row(record.row);
        let limits = &self.config.limits;
        let reviewed = self.account.with_view(candidate.symbol, &self.symbols, snapshot, |view| {
            review(proposal, row, limits, view)
        });
        match reviewed {
            Ok(approved) => {
                record.checks = approved.checks().to_vec();
                self.account.reserve(&approved, candidate.symbol);
                Some(approved)
            }
            Err((refusal, checks)) => {
                record.checks = checks;
                record.verdict = refused(&refusal);
                None
            }
        }
    }

    /// Where the consensus has turned, what is open leaves at the next open if its row says so:
    /// positions and shadows alike. Turned is what lies as far below break-even as the row's edge
    /// lies above it: at break-even itself a consensus hovers.
    fn turn(
        &mut self,
        session: Date,
        records: &[DecisionRecord],
        candidates: &[Candidate],
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        for candidate in candidates {
            let consensus = records[candidate.record].consensus.as_ref();
            if consensus.is_none_or(|c| c.mean >= c.break_even - c.edge_wanted) {
                continue;
            }
            let state = &mut self.symbols[candidate.symbol];
            for shadow in &mut state.shadows {
                shadow.walk.on_reversal();
            }
            self.adapting.on_reversal(state.symbol);
            self.account.reverse(session, state.symbol, ledger)?;
        }
        Ok(())
    }

    /// Opens the shadow of every candidate, so that the bot also learns from what it did not do.
    fn ask(&mut self, session: Date, records: &[DecisionRecord], candidates: Vec<Candidate>) {
        for candidate in candidates {
            let record = &records[candidate.record];
            let state = &mut self.symbols[candidate.symbol];
            let id = DecisionId { session, symbol: state.symbol };
            let taken = self.account.is_reserved(candidate.symbol);
            self.roster.ask(id, self.cycle, record.row, &candidate.features);
            let management = candidate::management_of(self.config.policy.row(record.row));
            let walk = tradebot_brackets::Walk::new(&candidate.bracket)
                .managed(&management, &self.config.costs);
            let forecast = candidate.forecast;
            if let Some(close) = record.close {
                self.adapting.ask(id, record.row, close, candidate.bracket.atr, &forecast);
            }
            state.shadows.push(Shadow::new(id, self.cycle, record.row, walk, forecast, taken));
        }
    }

    /// Journals every decision and every intent, makes them durable where the venue is outside
    /// this process, and only then sends.
    fn act(
        &mut self,
        mut records: Vec<DecisionRecord>,
        approved: Vec<Approved>,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let mut orders = Vec::with_capacity(approved.len());
        let mut warnings = Vec::new();
        for approved in approved {
            let intent_id = self.account.next_intent_id();
            let record = records
                .iter_mut()
                .find(|r| r.id.symbol == approved.symbol())
                .expect("an approval comes from a record of this cycle");
            record.verdict = Verdict::Trade {
                intent_id: intent_id.clone(),
                shares: approved.shares(),
                basis: approved.basis(),
                risk: approved.planned_risk(),
            };
            warnings.extend(candidate::warning_records(record.id, &approved));
            orders.push(((intent_id, record.id, record.row), approved));
        }
        self.decisions += records.len() as u64;
        for record in records {
            ledger.append(&Event::Decision(Box::new(record)))?;
        }
        for warning in warnings {
            ledger.append(&Event::Risk(warning))?;
        }
        let mut intents = Vec::with_capacity(orders.len());
        for (order, approved) in orders {
            let management = candidate::management_of(self.config.policy.row(order.2));
            intents.push(Account::intend(order, approved, management, ledger)?);
        }
        if self.config.durable_before_send && !intents.is_empty() {
            ledger.commit(true)?;
        }
        for intent in intents {
            self.account.send(intent, ledger)?;
        }
        Ok(())
    }
}

fn held(hold: &Hold) -> Verdict {
    Verdict::NoTrade { reason: hold.code().to_owned(), detail: hold.to_string() }
}

fn refused(refusal: &Refusal) -> Verdict {
    Verdict::NoTrade { reason: refusal.code().to_owned(), detail: refusal.to_string() }
}
