//! What a broker reports.

use std::sync::Arc;

use crate::leg::Leg;
use tradebot_brackets::{CostBreakdown, ExitKind};
use tradebot_domain::{Date, Money, Price, Shares, Symbol};
use tradebot_journal::{ActionApplied, ExitReason, IntentRecord, OrderRecord, OrderRole};

/// One thing that happened at the broker. Order is the order in which it happened.
#[derive(Debug, Clone, PartialEq)]
pub enum BrokerEvent {
    /// An intent was taken: its entry works, and this much cash is promised to it.
    Accepted {
        /// The intent.
        intent: Arc<IntentRecord>,
        /// Value at the limit, costs included.
        reserved: Money,
    },
    /// An order is in a new state.
    Order(OrderRecord),
    /// An order was executed.
    Fill(Execution),
    /// A corporate action reached a position.
    Action(ActionApplied),
}

/// One execution, before the account is charged for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Execution {
    /// Session of the execution.
    pub session: Date,
    /// The intent it belongs to.
    pub intent: Arc<IntentRecord>,
    /// The order filled, of those of the intent.
    pub leg: Leg,
    /// How often that order had been replaced.
    pub replacements: u32,
    /// The symbol.
    pub symbol: Symbol,
    /// Entry buys, all other roles sell.
    pub role: OrderRole,
    /// Shares.
    pub shares: Shares,
    /// Price before costs.
    pub price: Price,
    /// What it costs.
    pub costs: CostBreakdown,
    /// Why a position, or a part of it, was left; none for an entry.
    pub exit: Option<ExitDetail>,
    /// See [`Execution::cash_change`].
    pub(crate) cash_change: Money,
}

/// Why and when a position was left, and what stays of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExitDetail {
    /// Shares still held: none, but after a partial exit.
    pub left: Shares,
    /// Why.
    pub reason: ExitReason,
    /// Stop and target were both inside one bar and the stop was assumed.
    pub ambiguous: bool,
    /// Sessions held, the entry's included.
    pub sessions_held: u32,
}

/// The journal's word for an exit of the walker.
pub const fn exit_reason(kind: ExitKind) -> ExitReason {
    match kind {
        ExitKind::Stop => ExitReason::Stop,
        ExitKind::StopGap => ExitReason::StopGap,
        ExitKind::Target => ExitReason::Target,
        ExitKind::TargetGap => ExitReason::TargetGap,
        ExitKind::Time => ExitReason::Time,
        ExitKind::Reversal => ExitReason::Reversal,
        ExitKind::EndOfData => ExitReason::EndOfData,
    }
}

impl Execution {
    /// The order filled.
    pub fn order_id(&self) -> String {
        self.leg.order_id(&self.intent.intent_id, self.replacements)
    }

    /// The execution, unique in the run: each order is executed once, in full.
    pub fn fill_id(&self) -> String {
        format!("{}:1", self.order_id())
    }

    /// What it does to cash: value and costs out for an entry; value in, costs out for an exit.
    pub const fn cash_change(&self) -> Money {
        self.cash_change
    }
}
