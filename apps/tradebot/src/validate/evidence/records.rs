//! A run, read back from its database.

use std::collections::BTreeMap;
use std::path::Path;

use tradebot_domain::Moment;
use tradebot_journal::{
    CandidatesRecord, DecisionId, DecisionRecord, Event, FillRecord, FitRecord, IntentRecord,
    LearnedRecord, OrderRecord, OutcomeRecord, RegimeRecord, RiskRecord, RunDigest, SnapshotRecord,
    TradeRecord,
};
use tradebot_storage::{Mode, PhaseStats, RunInfo, Store};

use crate::exit::Failure;

/// Everything that a run's journal holds, by kind and in order.
#[derive(Debug, Clone)]
pub struct RunRecords {
    /// What it was given and how it ended.
    pub info: RunInfo,
    /// One per symbol and session.
    pub decisions: Vec<DecisionRecord>,
    /// Orders about to be sent.
    pub intents: Vec<IntentRecord>,
    /// Every change of every order.
    pub orders: Vec<OrderRecord>,
    /// Fills and corporate actions on positions, as they followed each other: what moves cash.
    pub flows: Vec<Event>,
    /// Closed round trips.
    pub trades: Vec<TradeRecord>,
    /// How brackets ended, taken or not.
    pub outcomes: Vec<OutcomeRecord>,
    /// How decisions would have ended under other R-multiples.
    pub candidates: Vec<CandidatesRecord>,
    /// What sessions taught.
    pub learned: Vec<LearnedRecord>,
    /// Refits.
    pub fits: Vec<FitRecord>,
    /// Regimes.
    pub regimes: Vec<RegimeRecord>,
    /// Limits reached.
    pub risks: Vec<RiskRecord>,
    /// The account at every close.
    pub snapshots: Vec<SnapshotRecord>,
    /// How long phases took.
    pub phases: Vec<PhaseStats>,
    /// Rows of the table of predictions.
    pub predictions: usize,
    /// Digest of decisions and fills, computed again from the events as they read back.
    pub digest_again: String,
}

/// A forecast with its outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settled {
    /// The consensus.
    pub consensus: f64,
    /// Base rate of the row when it was issued.
    pub row_rate: f64,
    /// Profit after costs.
    pub won: bool,
    /// In (0, 1].
    pub uniqueness: f64,
}

impl RunRecords {
    /// Reads a demo.
    ///
    /// # Errors
    /// When there is no such run, or it does not read back.
    pub fn read(home: &Path, run_id: &str) -> Result<Self, Failure> {
        let reader = Store::open_read(home, Mode::Demo)?;
        let info = reader.run(Some(run_id))?;
        let key = info.key;
        let mut run = Self::empty(info);
        let mut digest = RunDigest::default();
        reader.for_each_event(key, |_, event| -> Result<(), Failure> {
            digest.update(&event, &serde_json::to_vec(&event)?);
            run.take(event);
            Ok(())
        })?;
        run.digest_again = digest.hex();
        run.phases = reader.phases(key)?;
        let rows = reader.tables()?.into_iter().find(|t| t.table == "predictions");
        run.predictions = rows.map_or(0, |t| usize::try_from(t.rows).unwrap_or(usize::MAX));
        Ok(run)
    }

    const fn empty(info: RunInfo) -> Self {
        Self {
            info,
            decisions: Vec::new(),
            intents: Vec::new(),
            orders: Vec::new(),
            flows: Vec::new(),
            trades: Vec::new(),
            outcomes: Vec::new(),
            candidates: Vec::new(),
            learned: Vec::new(),
            fits: Vec::new(),
            regimes: Vec::new(),
            risks: Vec::new(),
            snapshots: Vec::new(),
            phases: Vec::new(),
            predictions: 0,
            digest_again: String::new(),
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Decision(r) => self.decisions.push(*r),
            Event::Intent(r) => self.intents.push(r),
            Event::Order(r) => self.orders.push(r),
            Event::Fill(_) | Event::ActionApplied(_) => self.flows.push(event),
            Event::TradeClosed(r) => self.trades.push(r),
            Event::Outcome(r) => self.outcomes.push(r),
            Event::Learned(r) => self.learned.push(r),
            Event::ModelFitted(r) => self.fits.push(r),
            Event::Regime(r) => self.regimes.push(r),
            Event::Risk(r) => self.risks.push(r),
            Event::Snapshot(r) => self.snapshots.push(r),
            Event::Candidates(r) => self.candidates.push(r),
            Event::RunStarted(_) | Event::RunFinished(_) | Event::Idle(_) => {}
        }
    }

    /// Executions.
    pub fn fills(&self) -> impl Iterator<Item = &FillRecord> {
        self.flows.iter().filter_map(|flow| match flow {
            Event::Fill(fill) => Some(fill),
            _ => None,
        })
    }

    /// Decisions by their names.
    pub fn by_id(&self) -> BTreeMap<DecisionId, &DecisionRecord> {
        self.decisions.iter().map(|d| (d.id, d)).collect()
    }

    /// Outcomes by the names of their decisions.
    pub fn outcomes_by_id(&self) -> BTreeMap<DecisionId, &OutcomeRecord> {
        self.outcomes.iter().map(|o| (o.id, o)).collect()
    }

    /// The account at the close of each session.
    pub fn accounts(&self) -> BTreeMap<Moment, &SnapshotRecord> {
        self.snapshots.iter().map(|s| (s.session, s)).collect()
    }

    /// Number of each session in the run.
    pub fn session_numbers(&self) -> BTreeMap<Moment, usize> {
        self.snapshots.iter().enumerate().map(|(i, s)| (s.session, i)).collect()
    }

    /// Forecasts whose outcome is known, in the order in which it became known.
    pub fn settled(&self) -> Vec<Settled> {
        let decisions = self.by_id();
        let settle = |o: &OutcomeRecord| {
            let consensus = decisions.get(&o.id)?.consensus.as_ref()?;
            Some(Settled {
                consensus: consensus.mean,
                row_rate: consensus.row_rate,
                won: o.won?,
                uniqueness: o.uniqueness,
            })
        };
        self.outcomes.iter().filter_map(settle).collect()
    }
}
