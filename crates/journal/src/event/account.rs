//! The account at a close, and its limits.

use serde::{Deserialize, Serialize};
use tradebot_domain::{Moment, Money, Price, Shares, Symbol};

use super::decision::SizeBasis;

/// A risk event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RiskRecord {
    /// The session.
    pub session: Moment,
    /// `daily_loss`, `drawdown_stop`, `rearmed`, ...
    pub event: String,
    /// The symbol, when it is about one.
    pub symbol: Option<Symbol>,
    /// The reading.
    pub value: f64,
    /// The limit.
    pub limit: f64,
    /// In words.
    pub detail: String,
}

/// One open position in a snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PositionRecord {
    /// The symbol.
    pub symbol: Symbol,
    /// Its intent.
    pub intent_id: String,
    /// Session of the entry.
    pub entry_session: Moment,
    /// Entry price, split-adjusted.
    pub entry_price: Price,
    /// Shares held.
    pub shares: Shares,
    /// Stop in force.
    pub stop: Price,
    /// Target in force.
    pub target: Price,
    /// Last close.
    pub mark: Price,
    /// Value at the mark.
    pub value: Money,
    /// Profit not yet realised, dividends included, costs of the entry deducted.
    pub unrealised: Money,
    /// Sessions held so far.
    pub sessions_held: u32,
    /// What the size was earned by.
    pub basis: SizeBasis,
}

/// The account at a close.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SnapshotRecord {
    /// The session.
    pub session: Moment,
    /// Cash.
    pub cash: Money,
    /// Cash plus positions at their marks.
    pub equity: Money,
    /// Highest equity since the start or the last re-arming.
    pub peak: Money,
    /// 1 - equity / peak.
    pub drawdown: f64,
    /// Equity over the previous session's, less 1.
    pub day_return: f64,
    /// Open risk at stops over equity.
    pub heat: f64,
    /// Value of positions over equity.
    pub gross: f64,
    /// Entries are stopped by the drawdown limit.
    pub stopped: bool,
    /// Buy-and-hold value of the same cash spread over the symbols as they list, f64 for charts.
    pub benchmark: f64,
    /// Open positions by symbol.
    pub positions: Vec<PositionRecord>,
}
