//! What a broker reports.

use std::sync::Arc;

use crate::leg::Leg;
use tradebot_brackets::{CostBreakdown, ExitKind};
use tradebot_domain::{Decimal, Moment, Money, Price, Shares, Symbol};
use tradebot_journal::{
    ActionApplied, CostKinds, ExitReason, IntentRecord, OrderRecord, OrderRole,
};

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
    pub session: Moment,
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
    /// What there is to say beyond that; most often nothing.
    pub more: Option<Box<FillDetail>>,
    /// See [`Execution::charged`].
    pub(crate) charged: Money,
    /// See [`Execution::cash_change`].
    pub(crate) cash_change: Money,
}

/// What is said of an execution where there is more to say than price and costs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FillDetail {
    /// Its costs by kind.
    pub kinds: Option<CostKinds>,
    /// Shares of an entry that were not filled and are cancelled.
    pub unfilled: Shares,
    /// Units of the account's currency for one of the price's; none: they are the same.
    pub exchange_rate: Option<Decimal>,
    /// How much more cash this session's exits would have brought, had the target of an ambiguous
    /// bar come before its stop.
    pub otherwise: Option<Money>,
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

    /// Price times shares, in the account's currency.
    pub fn value(&self) -> Money {
        let value = self.price.times(self.shares);
        match self.more.as_ref().and_then(|more| more.exchange_rate) {
            None => value,
            Some(rate) => Money(value.0 * rate),
        }
    }

    /// All of its costs.
    pub const fn charged(&self) -> Money {
        self.charged
    }

    /// What it does to cash: value and costs out for an entry; value in, costs out for an exit.
    pub const fn cash_change(&self) -> Money {
        self.cash_change
    }
}
