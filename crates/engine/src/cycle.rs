//! One session from top to bottom.
//!
//! Read [`Engine::run_session`]: its lines are the steps of a cycle in order, and each calls one
//! function below or in a stage crate. Nothing else in the workspace branches over all stages.

use std::collections::BTreeMap;
use std::sync::Arc;
use tradebot_domain::{Feed, FinerBars, Moment, Regime, SessionData};
use tradebot_features::{FEATURE_SET, MarketContext, MarketFeatures, feature_names};
use tradebot_journal::{
    Event, Ledger, OutcomeRecord, RunFinished, RunStarted, Scratch, SnapshotRecord,
};
use tradebot_models::{VolatilityConfig, VolatilityForecast, VolatilityForecaster};
use tradebot_policy::RowPolicy;
use tradebot_regime::{
    RegimeConfig, RegimeDetector, RegimeReading, SecondOpinion, SecondOpinionReading,
};

use crate::account::{Account, Mark};
use crate::adapting::{self, Adapting, Taught};
use crate::arrival::{Arrival, Brought};
use crate::config::EngineConfig;
use crate::error::EngineError;
use crate::intraday::SessionClock;
use crate::learning::Learning;
use crate::phase::{Observer, Phase, Phases};
use crate::roster::Roster;
use crate::shadow::{self, Resolved};
use crate::strategy::{Factory, Ruling};
use crate::symbol_state::SymbolState;
use crate::warm::question::answers_of;
use crate::warm::{LearnedSession, Recalled, Recollection};
use gliding::Glided;
use ruling::Rules;

mod acting;
mod believing;
mod reading;
mod ruling; // a rule strategy in the place of the ensemble
mod meeting; // its sessions
mod gliding; // those in which nothing happens
mod asking; // its wishes
mod sizing;

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
    last_session: Option<Moment>,
    warm_start: Option<String>,
    /// Hours of the session, where bars are shorter than one.
    clock: Option<SessionClock>,
    /// Why no entry may be decided: the reason and its detail.
    barred: Option<(&'static str, String)>,
    /// A rule strategy that decides instead of the ensemble.
    rules: Option<Box<Rules>>,
    /// Bars inside the sessions' bars.
    finer: Option<Box<dyn FinerBars>>,
}

impl Engine {
    /// # Errors
    /// [`EngineError::Config`] when the configuration cannot be run.
    pub fn new(config: EngineConfig) -> Result<Self, EngineError> {
        config.validate()?;
        let mut config = config;
        // Its calendar and its evidence are those of daily decisions.
        config.training.adapt_r &= config.intraday.is_none();
        // The slowest bracket decided at t ends on the close of t + max holding.
        let purge = Regime::ALL
            .into_iter()
            .map(|r| config.policy.row(r).max_holding_sessions)
            .max()
            .unwrap_or(0);
        let adapting = Adapting::new(&config)?;
        let roster = Roster::new(purge)
            .drawing(config.training.examples_max, config.seed)
            .through(config.ensemble.experts)
            .keeping(adapting.adapts());
        let learning = Learning::new(roster.ids(), config.policy.r_multiples(), config.ensemble);
        Ok(Self {
            symbols: config.symbols.iter().map(|s| SymbolState::of(*s, &config)).collect(),
            market: MarketFeatures::new(),
            context: None,
            detector: RegimeDetector::new(RegimeConfig::default()),
            second_opinion: SecondOpinion::new(config.second_opinion())
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
            clock: config.intraday.map(SessionClock::new),
            barred: None,
            rules: None,
            finer: None,
            config,
        })
    }

    /// The real account that orders go to, as the broker tells of it now. Reviews make its checks
    /// from the next decision on; without one, and in every replay, they make none of them.
    pub fn see_account(&mut self, account: Option<tradebot_risk::BrokerAccount>) {
        self.account.see(account);
    }

    /// The same engine with a rule strategy in the place of the ensemble: same sessions, review,
    /// intents, broker and book. Nothing is learned, and features and regime are not asked for:
    /// the limits are those of the row that `ruling` names.
    ///
    /// `make` is called once per symbol, in their order.
    ///
    /// # Errors
    /// As [`Engine::new`].
    pub fn with_strategy(
        config: EngineConfig,
        ruling: Ruling,
        make: &mut Factory<'_>,
    ) -> Result<Self, EngineError> {
        let mut config = config;
        config.training.adapt_r = false;
        let mut engine = Self::new(config)?;
        engine.account = Account::new(&engine.config).marking_lightly(&engine.config.symbols);
        engine.rules = Some(Box::new(Rules::new(ruling, &engine.config, make)));
        Ok(engine)
    }

    /// The same engine with finer bars inside the sessions' bars: orders and shadows take from them
    /// which of stop and target came first. Where there are none of a session, or they contradict
    /// its bar, the session's bar is walked.
    #[must_use]
    pub fn with_finer_bars(mut self, finer: Box<dyn FinerBars>) -> Self {
        self.finer = Some(finer);
        self
    }

    /// Runs a whole feed: the start, every session, the end.
    ///
    /// # Errors
    /// [`EngineError`] stops the run; nothing has been sent that is not on record.
    pub fn run(
        &mut self,
        feed: &mut dyn Feed,
        ledger: &mut dyn Ledger,
        observer: &mut dyn Observer,
    ) -> Result<RunFinished, EngineError> {
        self.begin(ledger)?;
        let mut session = SessionData::empty(self.config.from.into());
        while feed.next_into(&mut session) {
            self.run_session(&session, ledger, observer)?;
        }
        self.finish(ledger)
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
        let (mut config_digest, mut members) = (self.config.digest(), self.roster.ids().to_vec());
        let mut features = (FEATURE_SET, feature_names().to_vec());
        if let Some(rules) = &self.rules {
            let Ruling { name, row, admission } = rules.ruling;
            let text = format!("{config_digest} {name} {row:?} {admission:?}");
            config_digest = blake3::hash(text.as_bytes()).to_hex().to_string();
            members = vec![name];
            features = ("none", Vec::new());
        }
        RunStarted {
            from: self.config.from,
            to: self.config.to,
            symbols: self.config.symbols.clone(),
            cash: self.config.cash,
            currency: self.config.currency,
            seed: self.config.seed,
            config_digest,
            data_digest: self.config.data_digest.clone(),
            feature_set: features.0.to_owned(),
            feature_names: features.1.iter().map(|n| (*n).to_owned()).collect(),
            members,
            warm_start: self.warm_start.clone(),
        }
    }

    /// Begins with what an earlier run learned, session by session in its order. Outcomes of brackets
    /// that this policy would not have asked about teach nothing: another option, another distance
    /// or another limit is another question. (Another R-multiple is one too, but what it would have
    /// made of an outcome is on record.)
    ///
    /// # Errors
    /// [`EngineError::Learning`] when its outcomes do not fit the members of this engine.
    pub fn warm_start(
        &mut self,
        origin: &str,
        sessions: &[LearnedSession],
    ) -> Result<Recalled, EngineError> {
        self.warm_start = Some(origin.to_owned());
        let (sessions, recalled) = answers_of(&self.config.policy, sessions);
        for session in &sessions {
            let taught = self.adapting.recall(session)?;
            self.adapting
                .teach(&mut self.learning, &taught)
                .map_err(|detail| EngineError::Learning { session: session.session, detail })?;
        }
        let mut known = BTreeMap::new();
        let note = |r: &OutcomeRecord| known.extend(r.won.map(|won| (r.id, (won, r.uniqueness))));
        let read = self.adapting.each_known(note);
        let last =
            sessions.last().map_or(Moment::daily(self.config.from), |session| session.session);
        read.map_err(|detail| EngineError::Learning { session: last, detail })?;
        self.roster.recall(&sessions, &known);
        self.adapting.forget_what_is_settled();
        Ok(recalled)
    }

    /// The past that a new R-multiple is learned from goes to `scratch` instead of memory. To be
    /// called first; nothing else changes, in decisions or on record.
    #[must_use]
    pub fn setting_aside(mut self, scratch: Arc<dyn Scratch>) -> Self {
        self.adapting.set_aside_to(scratch);
        self
    }

    /// Bytes of the past that a new R-multiple is learned from, in memory and set aside.
    pub fn past_bytes(&self) -> (usize, usize) {
        self.adapting.past_bytes()
    }

    /// What the engine knows now, to be taken through sessions on record.
    pub fn recollection(&self) -> Recollection {
        Recollection::new(self.adapting.clone(), self.learning.clone())
    }

    /// Lets features and regime see a session before the first decision. Nothing is recorded.
    pub fn observe(&mut self, data: &SessionData) {
        if let Some(mut rules) = self.rules.take() {
            self.rehearse(&mut rules, data);
            self.rules = Some(rules);
            self.last_session = Some(data.session);
            return;
        }
        let arrivals = self.arrive(data);
        self.update_market(data);
        for (state, arrival) in self.symbols.iter_mut().zip(&arrivals) {
            if let Some(bar) = arrival.walkable() {
                self.account.observe(state.symbol, bar, &arrival.actions);
                let continuous = state.take(bar, &arrival.actions);
                state.features.update(&continuous, self.context.as_ref());
            }
        }
        self.last_session = Some(data.session);
    }

    /// From the next session on no entry is decided, and every record says why: the name of a reason
    /// and its detail. `None` lets entries be decided again.
    ///
    /// Bars, orders, positions and what is learned go on as ever. For what only the surroundings of
    /// a run can know, such as a session that reached it too late to be acted on; whoever sets it
    /// keeps it with the session, since a replay must set it again.
    pub fn bar_entries(&mut self, why: Option<(&'static str, String)>) {
        self.barred = why;
    }

    /// Records the start of the run. To be called once, before the first session.
    ///
    /// # Errors
    /// [`EngineError::Ledger`] when the journal refuses.
    pub fn begin(&mut self, ledger: &mut dyn Ledger) -> Result<(), EngineError> {
        if let Some(rules) = &mut self.rules {
            rules.tell(ledger.detail());
            self.account.tell(ledger.detail());
        }
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
        let mut phases = Phases::of(observer, self.cycle);
        if !phases.are_watched() {
            match self.glide_to_end(data, ledger) {
                Glided::No => {}
                Glided::Whole => return Ok(()),
                glided => return self.go_on(&glided, data, ledger, &mut phases),
            }
        }
        self.whole_session(data, ledger, &mut phases)
    }

    /// [`Engine::run_session`], whatever happens in it.
    #[inline(never)] // keeps the idle path short
    fn whole_session(
        &mut self,
        data: &SessionData,
        ledger: &mut dyn Ledger,
        phases: &mut Phases<'_>,
    ) -> Result<(), EngineError> {
        phases.enter(Phase::Ingest);
        self.advance(data.session)?;

        if let Some(mut rules) = self.rules.take() {
            let done = self.rule_session(&mut rules, data, ledger, phases);
            self.rules = Some(rules);
            return done;
        }

        phases.enter(Phase::Gate);
        let mut arrivals = self.arrive(data);

        phases.enter(Phase::Learn);
        let resolved = self.settle(data, &arrivals, ledger)?;
        self.learn(data.session, &arrivals, &resolved, ledger)?;

        phases.enter(Phase::Features);
        self.read(data, &mut arrivals, ledger)?;

        let mut mark = self.account.mark(data.session, &self.symbols);
        self.watch_limits(&mut mark, ledger)?;
        self.leave_for_the_night(data.session, ledger)?;

        phases.enter(Phase::Opine);
        self.decide(&arrivals, &mark, ledger, phases)?;
        Self::close(mark, ledger, phases)
    }

    /// Ends the run: its summary becomes the last record.
    ///
    /// # Errors
    /// [`EngineError::Ledger`] when the journal refuses.
    pub fn finish(&mut self, ledger: &mut dyn Ledger) -> Result<RunFinished, EngineError> {
        if let Some(rules) = &mut self.rules {
            rules.finish(ledger)?;
        }
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

    fn advance(&mut self, session: Moment) -> Result<(), EngineError> {
        if let Some(previous) = self.last_session.filter(|p| *p >= session) {
            return Err(EngineError::OutOfOrder { previous, found: session });
        }
        self.last_session = Some(session);
        if let Some(clock) = &mut self.clock {
            clock.set(session);
        }
        self.cycle += 1;
        Ok(())
    }

    /// Puts every symbol's bar through its gate.
    fn arrive(&mut self, data: &SessionData) -> Vec<Arrival> {
        let brought = Brought::new(data);
        self.symbols.iter_mut().map(|state| Arrival::of(state, &brought)).collect()
    }

    /// Market, features and regime of the session.
    fn read(
        &mut self,
        data: &SessionData,
        arrivals: &mut [Arrival],
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        self.update_market(data);
        self.update_features(arrivals);
        // The regime is that of completed sessions, whatever the bars.
        if data.session.is_daily() || data.index.is_some() {
            return self.record_regime(data.session, ledger);
        }
        // An alarm is heard once, on the bar after it.
        self.alarm = false;
        Ok(())
    }

    /// The ensemble's decisions, from admitted bars to orders.
    fn decide(
        &mut self,
        arrivals: &[Arrival],
        mark: &Mark,
        ledger: &mut dyn Ledger,
        phases: &mut Phases<'_>,
    ) -> Result<(), EngineError> {
        let (mut records, candidates) = self.consider(mark.session, arrivals, phases);

        phases.enter(Phase::Risk);
        let approved = self.size(&mut records, &candidates, mark);

        phases.enter(Phase::Execute);
        self.turn(mark.session, &records, &candidates, ledger)?;
        self.ask(mark.session, &records, candidates);
        self.act(records, approved, None, ledger)
    }

    /// The account at the close goes on record.
    #[inline]
    fn close(
        mark: Mark,
        ledger: &mut dyn Ledger,
        phases: &mut Phases<'_>,
    ) -> Result<(), EngineError> {
        let Some(record) = mark.record else {
            ledger.mark(mark.session, mark.equity);
            return Ok(());
        };
        Self::record_close(*record, ledger, phases)
    }

    fn record_close(
        record: SnapshotRecord,
        ledger: &mut dyn Ledger,
        phases: &mut Phases<'_>,
    ) -> Result<(), EngineError> {
        let event = Event::Snapshot(record);
        ledger.append(&event)?;
        ledger.commit(false)?;
        if let Event::Snapshot(snapshot) = &event {
            phases.session_done(snapshot);
        }
        Ok(())
    }

    /// What the open and the bar did to orders, positions and brackets in question.
    fn settle(
        &mut self,
        data: &SessionData,
        arrivals: &[Arrival],
        ledger: &mut dyn Ledger,
    ) -> Result<Vec<Resolved>, EngineError> {
        let mut resolved = Vec::new();
        self.account.release_reservations(data.session);
        for (state, arrival) in self.symbols.iter_mut().zip(arrivals) {
            if let Some(bar) = arrival.walkable() {
                let fine = self.finer.as_ref().map_or(&[][..], |f| f.of(state.symbol, bar.date));
                self.account.step(state.symbol, (bar, fine), &arrival.actions, ledger)?;
                self.adapting.step(state.symbol, bar, &arrival.actions);
                let (costs, bars) = (&self.config.costs, (bar, fine));
                resolved.extend(shadow::step_all(
                    &mut state.shadows,
                    bars,
                    &arrival.actions,
                    costs,
                ));
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
        session: Moment,
        arrivals: &[Arrival],
        resolved: &[Resolved],
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let with_bars = arrivals.iter().filter(|a| a.bar.is_some()).count();
        let symbols = u32::try_from(with_bars).unwrap_or(u32::MAX);
        let mut taught = self.adapting.session(session, (symbols, self.alarm), resolved)?;
        for record in std::mem::take(&mut taught.candidates) {
            ledger.append(&Event::Candidates(record))?;
        }
        for r in &taught.outcomes {
            self.roster.answer(&r.record);
        }
        for moved in &taught.moved {
            ledger.append(&Event::Risk(adapting::note(moved)))?;
        }
        self.relabel(session, &taught)?;
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

    /// Rows that ask something new: their decisions are labelled with what is known of the new
    /// question, or wait for it.
    fn relabel(&mut self, session: Moment, taught: &Taught) -> Result<(), EngineError> {
        if taught.moved.is_empty() {
            return Ok(());
        }
        let rows: Vec<Regime> = taught.moved.iter().map(|(row, _)| *row).collect();
        for row in &rows {
            self.roster.unlabel(*row);
        }
        let roster = &mut self.roster;
        let label = |outcome: &OutcomeRecord| {
            if rows.contains(&outcome.row) {
                roster.label(outcome);
            }
        };
        self.adapting
            .each_known(label)
            .map_err(|detail| EngineError::Learning { session, detail })?;
        self.roster.relabelled();
        Ok(())
    }

    /// The policy's row with the R-multiple in force.
    fn row(&self, row: Regime) -> RowPolicy {
        let policy = *self.config.policy.row(row);
        RowPolicy { r_multiple: self.adapting.r_multiple(row), ..policy }
    }

    /// Latches and releases the drawdown stop, and notes a session that lost too much.
    fn watch_limits(
        &mut self,
        mark: &mut Mark,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let row = self.regime.as_ref().map(|r| self.config.policy.row(r.regime));
        self.account.watch_limits(mark, row.map(|r| r.daily_loss_limit), ledger)
    }
}
