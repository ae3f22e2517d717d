//! Round trips.

use serde::{Deserialize, Serialize};
use tradebot_domain::{Moment, Money, Price, Regime, Shares, Symbol};

use super::costs::CostKinds;
use super::decision::{DecisionId, SizeBasis};

/// Why a position was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExitReason {
    /// The stop traded.
    Stop,
    /// The session opened at or beyond the stop: filled at the open.
    StopGap,
    /// The target traded.
    Target,
    /// The session opened at or beyond the target: filled at the open.
    TargetGap,
    /// The time limit, at the close of its session.
    Time,
    /// Sold at the open because the consensus turned against the position, or because a rule
    /// strategy left it.
    Reversal,
    /// Sold at the open because the drawdown limit latched.
    Flatten,
    /// Data ended: last close, left out of statistics.
    EndOfData,
}

impl ExitReason {
    /// The word in tables and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::StopGap => "stop_gap",
            Self::Target => "target",
            Self::TargetGap => "target_gap",
            Self::Time => "time",
            Self::Reversal => "reversal",
            Self::Flatten => "flatten",
            Self::EndOfData => "end_of_data",
        }
    }
}

/// A closed round trip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TradeRecord {
    /// The decision that opened it.
    pub decision: DecisionId,
    /// Its intent.
    pub intent_id: String,
    /// The symbol.
    pub symbol: Symbol,
    /// Regime row of the decision.
    pub row: Regime,
    /// What the size was earned by.
    pub basis: SizeBasis,
    /// Session of the entry fill.
    pub entry_session: Moment,
    /// Entry price.
    pub entry_price: Price,
    /// Session of the exit fill.
    pub exit_session: Moment,
    /// Exit price.
    pub exit_price: Price,
    /// Shares at the entry.
    pub entry_shares: Shares,
    /// Shares at the exit (differs after a split).
    pub exit_shares: Shares,
    /// Why it ended.
    pub reason: ExitReason,
    /// Stop and target were both inside one bar and the stop was assumed.
    pub ambiguous: bool,
    /// Sessions held, the entry's included.
    pub sessions_held: u32,
    /// Sale less purchase, before dividends and costs.
    pub gross: Money,
    /// Dividends and cash in lieu received.
    pub dividends: Money,
    /// All costs of both fills.
    pub costs: Money,
    /// Gross + dividends - costs.
    pub net: Money,
    /// Planned risk: (entry limit - stop) x shares, of those of the decision that were filled.
    pub planned_risk: Money,
    /// Net over planned risk.
    pub r_multiple: f64,
    /// [`TradeRecord::costs`] by kind; none where flat rates were charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kinds: Option<CostKinds>,
    /// What it would have brought, whichever of stop and target came first inside its bar; none
    /// where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounds: Option<TradeBounds>,
    /// Value of purchase and sales in the account's currency; none where prices are in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traded: Option<Money>,
    /// How far prices went while it was held; none where that was not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<Reach>,
}

/// Net of a trade that ended in a bar which held both its stop and its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradeBounds {
    /// The less of the two; with the default rule [`TradeRecord::net`].
    pub pessimistic: Money,
    /// The more of the two.
    pub optimistic: Money,
}

/// The lowest and the highest price while a trade was held, for analysis.
///
/// - **Units:** currency per share of the entry's day, what dividends paid since added back.
/// - **The bar of the exit** counts by the exit's price only: the rest of it may have come after.
///   What a bar does before its exit is not known, so the true reach may be a little wider.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Reach {
    /// The lowest.
    pub low: f64,
    /// The highest.
    pub high: f64,
}
