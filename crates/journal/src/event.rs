//! The records of a run, as plain values of `domain`.
//!
//! Read [`Event`] first: its variants stand in the order in which a session produces them.

mod run;
mod decision;
mod order;
mod trade;
mod costs;
mod learning;
mod market;
mod account;
mod idle;

use serde::{Deserialize, Serialize};
use tradebot_domain::{Decimal, Moment, Symbol};

pub use account::{PositionRecord, RiskRecord, SnapshotRecord};
pub use costs::CostKinds;
pub use decision::{
    BracketRecord, CheckRecord, ConsensusRecord, DecisionId, DecisionRecord, ManagementRecord,
    OpinionRecord, QualityRecord, SizeBasis, SizingStep, Verdict, ViolationRecord,
};
pub use idle::IdleRecord;
pub use learning::{
    CandidatesRecord, FitRecord, LearnedRecord, MemberLearned, OutcomeRecord, RowLearned,
};
pub use market::{OutlookRecord, RegimeRecord, SecondOpinionRecord};
pub use order::{ActionApplied, FillRecord, IntentRecord, OrderRecord, OrderRole, OrderState};
pub use run::{RunFinished, RunStarted};
pub use trade::{ExitReason, Reach, TradeBounds, TradeRecord};

/// One entry of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// A run begins: what it was given.
    RunStarted(RunStarted),
    /// A split or dividend reached a held position.
    ActionApplied(ActionApplied),
    /// An order changed its state.
    Order(OrderRecord),
    /// An execution.
    Fill(FillRecord),
    /// A position was closed: the round trip.
    TradeClosed(TradeRecord),
    /// How a bracket ended, taken or not.
    Outcome(OutcomeRecord),
    /// How a decision would have ended under other R-multiples.
    Candidates(CandidatesRecord),
    /// What calibration and weights learned from a session's outcomes.
    Learned(LearnedRecord),
    /// A member was refitted.
    ModelFitted(FitRecord),
    /// The regime of the session and the row it selects.
    Regime(RegimeRecord),
    /// One symbol of one cycle: a trade, or why not.
    Decision(Box<DecisionRecord>),
    /// Cycles of one symbol that ended alike and without an order, counted instead of repeated.
    Idle(IdleRecord),
    /// What is about to be sent. Durable before it is sent.
    Intent(IntentRecord),
    /// A limit was reached, a stop latched, trading re-armed.
    Risk(RiskRecord),
    /// The account at the close of the session.
    Snapshot(SnapshotRecord),
    /// A run ended by itself.
    RunFinished(RunFinished),
}

impl Event {
    /// The variant's name as it stands in the journal's `kind` column.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::RunStarted(_) => "run_started",
            Self::ActionApplied(_) => "action_applied",
            Self::Order(_) => "order",
            Self::Fill(_) => "fill",
            Self::TradeClosed(_) => "trade_closed",
            Self::Outcome(_) => "outcome",
            Self::Candidates(_) => "candidates",
            Self::Learned(_) => "learned",
            Self::ModelFitted(_) => "model_fitted",
            Self::Regime(_) => "regime",
            Self::Decision(_) => "decision",
            Self::Idle(_) => "idle",
            Self::Intent(_) => "intent",
            Self::Risk(_) => "risk",
            Self::Snapshot(_) => "snapshot",
            Self::RunFinished(_) => "run_finished",
        }
    }

    /// The session an event belongs to; `None` for the frame of the run.
    pub const fn session(&self) -> Option<Moment> {
        match self {
            Self::RunStarted(_) | Self::RunFinished(_) => None,
            Self::ActionApplied(r) => Some(r.session),
            Self::Order(r) => Some(r.session),
            Self::Fill(r) => Some(r.session),
            Self::TradeClosed(r) => Some(r.exit_session),
            Self::Outcome(r) => Some(r.resolved),
            Self::Candidates(r) => Some(r.resolved),
            Self::Learned(r) => Some(r.session),
            Self::ModelFitted(r) => Some(r.session),
            Self::Regime(r) => Some(r.session),
            Self::Decision(r) => Some(r.id.session),
            Self::Idle(r) => Some(r.to),
            Self::Intent(r) => Some(r.session),
            Self::Risk(r) => Some(r.session),
            Self::Snapshot(r) => Some(r.session),
        }
    }

    /// The symbol an event is about, if it is about one.
    pub const fn symbol(&self) -> Option<Symbol> {
        match self {
            Self::ActionApplied(r) => Some(r.symbol),
            Self::Order(r) => Some(r.symbol),
            Self::Fill(r) => Some(r.symbol),
            Self::TradeClosed(r) => Some(r.symbol),
            Self::Outcome(r) => Some(r.id.symbol),
            Self::Candidates(r) => Some(r.id.symbol),
            Self::Decision(r) => Some(r.id.symbol),
            Self::Idle(r) => Some(r.symbol),
            Self::Intent(r) => Some(r.symbol),
            Self::Risk(r) => r.symbol,
            _ => None,
        }
    }
}

/// A convenience for tables: a decimal of a fraction, for exact storage beside money.
pub fn decimal_of(value: f64, decimals: u32) -> Option<Decimal> {
    use tradebot_domain::Money as M;
    M::from_f64(value, decimals).ok().map(|m| m.0)
}
