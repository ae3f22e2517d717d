//! What a run says to a ledger that wants to know little and be quick.

use tradebot_domain::{Moment, Money, Price, Shares, Symbol};

use crate::event::{ExitReason, OrderRole};

/// How much of a run a ledger takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Detail {
    /// Every [`Event`](crate::Event): what an account, a report and a replay need.
    #[default]
    Full,
    /// [`Brief`] lines instead of decisions, intents, orders, fills, trades and snapshots: what a
    /// comparison of thousands of runs needs. Everything else still comes as an event.
    ///
    /// What is decided and traded is the same in both.
    Brief,
}

/// One line of a run in brief: no text that has to be made, nothing on the heap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Brief {
    /// Cycles of a symbol that ended without an order, as [`IdleRecord`](crate::IdleRecord).
    Idle {
        /// The symbol.
        symbol: Symbol,
        /// First session.
        from: Moment,
        /// Last session.
        to: Moment,
        /// Cycles.
        count: u64,
        /// Why, as in a decision record.
        reason: &'static str,
    },
    /// An entry that was wanted and is not made.
    Refused {
        /// The session.
        session: Moment,
        /// The symbol.
        symbol: Symbol,
        /// The limit, as in a decision record.
        reason: &'static str,
    },
    /// A position is to be left at the next open.
    Leaving {
        /// The session on whose close that was decided.
        session: Moment,
        /// The symbol.
        symbol: Symbol,
    },
    /// An approved order, before it is sent.
    Intent {
        /// The session on whose close it was decided.
        session: Moment,
        /// The symbol.
        symbol: Symbol,
        /// Shares to buy.
        shares: Shares,
        /// Limit on the open.
        limit: Price,
    },
    /// An execution.
    Fill(BriefFill),
    /// A position was closed.
    Closed {
        /// Session of the exit.
        session: Moment,
        /// The symbol.
        symbol: Symbol,
        /// Why.
        reason: ExitReason,
        /// What it brought, all costs and income counted.
        net: Money,
    },
}

/// One execution in brief.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BriefFill {
    /// Session of the execution.
    pub session: Moment,
    /// The symbol.
    pub symbol: Symbol,
    /// Entry buys, all other roles sell.
    pub role: OrderRole,
    /// Shares.
    pub shares: Shares,
    /// Price before costs.
    pub price: Price,
    /// All costs.
    pub costs: Money,
    /// Cash after the fill.
    pub cash_after: Money,
}
