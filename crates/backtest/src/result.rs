//! Everything a report or a verdict needs to know about a finished run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradebot_domain::{MemberId, Moment, Regime, Symbol};
use tradebot_journal::{
    FitRecord, LearnedRecord, RegimeRecord, RiskRecord, RunFinished, RunStarted, SnapshotRecord,
    TradeRecord,
};

/// One forecast with its outcome, as it was issued and as it became known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoredForecast {
    /// Session of the decision.
    pub issued: Moment,
    /// Session in which the outcome became known.
    pub resolved: Moment,
    /// The symbol.
    pub symbol: Symbol,
    /// Row in question.
    pub row: Regime,
    /// Profit after costs.
    pub won: bool,
    /// Net result, units of planned risk.
    pub net_r: f64,
    /// Uniqueness, in (0, 1].
    pub uniqueness: f64,
    /// A real order went out for it.
    pub taken: bool,
    /// Calibrated probability per member, in the order of [`RunStarted::members`].
    pub members: Vec<Option<f64>>,
    /// Raw score per member.
    pub raw: Vec<Option<f64>>,
    /// The consensus.
    pub consensus: f64,
    /// Unweighted mean of the awake members.
    pub equal_weight: f64,
    /// Base rate of the row when it was issued.
    pub row_rate: f64,
}

/// How long a phase took over a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// The phase.
    pub phase: String,
    /// Cycles timed.
    pub cycles: u64,
    /// Sum, milliseconds.
    pub total_ms: f64,
    /// Median of a cycle, milliseconds.
    pub p50_ms: f64,
    /// 95 % quantile, milliseconds.
    pub p95_ms: f64,
}

/// A close for price charts, continuous over splits and dividends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PricePoint {
    /// The session.
    pub session: Moment,
    /// Raw close x product of factors up to the session.
    pub close: f64,
    /// That product: divides a chart price back into a raw one.
    pub factor: f64,
}

/// A run, read back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// Name of the run.
    pub run_id: String,
    /// `demo`, `backtest` ...
    pub mode: String,
    /// What it was given.
    pub started: RunStarted,
    /// How it ended; `None` while it runs or when it was interrupted.
    pub finished: Option<RunFinished>,
    /// The account at every close.
    pub snapshots: Vec<SnapshotRecord>,
    /// Closed trades in order of exit.
    pub trades: Vec<TradeRecord>,
    /// Forecasts with outcomes, ordered by (resolved, issued, symbol).
    pub forecasts: Vec<ScoredForecast>,
    /// What was learned, by session.
    pub learned: Vec<LearnedRecord>,
    /// The regime, by session.
    pub regimes: Vec<RegimeRecord>,
    /// Refits (without artefacts).
    pub fits: Vec<FitRecord>,
    /// Limits reached.
    pub risk_events: Vec<RiskRecord>,
    /// Reasons for no trade and how often.
    pub no_trade: BTreeMap<String, u64>,
    /// Closes by symbol.
    pub prices: BTreeMap<Symbol, Vec<PricePoint>>,
    /// Durations of phases.
    pub timings: Vec<Timing>,
}

impl RunResult {
    /// Names of the members.
    pub fn members(&self) -> &[MemberId] {
        &self.started.members
    }

    /// Simple returns from close to close; one less than snapshots.
    pub fn returns(&self) -> Vec<f64> {
        self.snapshots.iter().skip(1).map(|s| s.day_return).collect()
    }
}
