//! What was sent and what came back.

use serde::{Deserialize, Serialize};
use tradebot_domain::{CorporateAction, Decimal, Moment, Money, Price, Regime, Shares, Symbol};

use super::costs::CostKinds;
use super::decision::{BracketRecord, DecisionId, SizeBasis};

/// A corporate action met a held position on its ex-date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionApplied {
    /// The ex-date.
    pub session: Moment,
    /// The symbol.
    pub symbol: Symbol,
    /// The action.
    pub action: CorporateAction,
    /// Shares held before.
    pub shares_before: Shares,
    /// Shares held after.
    pub shares_after: Shares,
    /// Cash received: a dividend, or cash in lieu of a fraction.
    pub cash: Money,
    /// Stop after the action.
    pub stop: Price,
    /// Target after the action.
    pub target: Price,
}

/// What an order is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderRole {
    /// Opens the position: a limit on the open.
    Entry,
    /// Protective stop, good till cancelled.
    Stop,
    /// Profit target, good till cancelled.
    Target,
    /// Time limit, flattening or end of data: at the market.
    Exit,
}

impl OrderRole {
    /// The word in tables and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Stop => "stop",
            Self::Target => "target",
            Self::Exit => "exit",
        }
    }
}

/// Where an order is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// At the venue.
    Working,
    /// Executed in full.
    Filled,
    /// Cancelled (the other leg filled, or we asked).
    Cancelled,
    /// Ended with its session, not executed.
    Expired,
    /// The venue refused it.
    Rejected,
}

impl OrderState {
    /// The word in tables and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Filled => "filled",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Rejected => "rejected",
        }
    }
}

/// An order in a new state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderRecord {
    /// Session of the change.
    pub session: Moment,
    /// Order id: `<intent>/<role>`, with `#n` appended when a stop is replaced.
    pub order_id: String,
    /// The intent it belongs to.
    pub intent_id: String,
    /// The symbol.
    pub symbol: Symbol,
    /// What it is for.
    pub role: OrderRole,
    /// New state.
    pub state: OrderState,
    /// Shares ordered.
    pub shares: Shares,
    /// Limit or stop price; none for a market order.
    pub price: Option<Price>,
    /// Why, when it is not obvious: `open 101.2 above limit 100.9`.
    pub note: String,
}

/// One execution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FillRecord {
    /// Session of the execution.
    pub session: Moment,
    /// Execution id, unique in the run.
    pub fill_id: String,
    /// The order filled.
    pub order_id: String,
    /// The symbol.
    pub symbol: Symbol,
    /// Entry buys, all other roles sell.
    pub role: OrderRole,
    /// Shares.
    pub shares: Shares,
    /// Price before costs.
    pub price: Price,
    /// Commission, fees and conversion, account currency, >= 0.
    pub commission: Money,
    /// Half the spread, >= 0.
    pub spread_cost: Money,
    /// Slippage and impact, >= 0.
    pub slippage_cost: Money,
    /// Cash after the fill.
    pub cash_after: Money,
    /// The three costs above by kind; none where flat rates were charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kinds: Option<CostKinds>,
    /// Units of the account's currency for one of the price's; none: they are the same currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_rate: Option<Decimal>,
}

/// A bracketed order about to be sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IntentRecord {
    /// Unique in the run.
    pub intent_id: String,
    /// Session on whose close it was made.
    pub session: Moment,
    /// The decision.
    pub decision: DecisionId,
    /// The symbol.
    pub symbol: Symbol,
    /// Shares to buy.
    pub shares: Shares,
    /// The bracket that goes with the entry.
    pub bracket: BracketRecord,
    /// Regime row.
    pub row: Regime,
    /// What the size was earned by.
    pub basis: SizeBasis,
    /// Planned risk at the limit.
    pub planned_risk: Money,
    /// Notional at the limit.
    pub notional: Money,
}
