//! What was seen at the broker: orders and executions, as facts that only grow.

use std::collections::BTreeMap;

use tradebot_domain::{Price, Shares, Symbol, Timestamp};
use tradebot_journal::{TicketOrder, TicketSide};

/// An order at the broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenOrder {
    /// The broker's id.
    pub id: i64,
    /// The first order of the chain: a replacement gets a new id and keeps this.
    pub chain: i64,
    /// The symbol.
    pub symbol: Symbol,
    /// Buy or sell.
    pub side: TicketSide,
    /// Its type.
    pub order: TicketOrder,
    /// Limit price.
    pub limit: Option<Price>,
    /// Stop price.
    pub stop: Option<Price>,
    /// Shares ordered.
    pub shares: Shares,
    /// Shares executed, as the list of orders has it.
    pub filled: Shares,
    /// Shares that may still be executed; 0 once it has ended.
    pub working: Shares,
    /// When it was entered, by the broker's clock.
    pub created: Timestamp,
    /// When it last changed, by the broker's clock.
    pub updated: Timestamp,
}

/// An execution at the broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenFill {
    /// The broker's id.
    pub id: i64,
    /// The order executed.
    pub order: i64,
    /// The symbol.
    pub symbol: Symbol,
    /// Bought or sold.
    pub side: TicketSide,
    /// Shares.
    pub shares: Shares,
    /// Price.
    pub price: Price,
    /// When, by the broker's clock.
    pub at: Timestamp,
}

/// One look at the account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observation {
    /// Orders, in any order.
    pub orders: Vec<SeenOrder>,
    /// Executions, in any order.
    pub fills: Vec<SeenFill>,
}

/// All that was ever seen. Looks may come in any order, twice, and in parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    orders: BTreeMap<i64, SeenOrder>,
    fills: BTreeMap<i64, SeenFill>,
}

/// All orders that replaced one another, and their executions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// Id of the first.
    pub id: i64,
    /// The latest.
    pub newest: SeenOrder,
    /// When the first was entered.
    pub created: Timestamp,
    /// Shares that may still be executed.
    pub working: Shares,
    /// Shares executed, whichever list knows of more.
    pub filled: Shares,
    /// Executions, by id.
    pub fills: Vec<SeenFill>,
}

impl Chain {
    fn of(order: &SeenOrder) -> Self {
        Self {
            id: order.chain,
            newest: order.clone(),
            created: order.created,
            working: Shares::ZERO,
            filled: Shares::ZERO,
            fills: Vec::new(),
        }
    }

    fn add(&mut self, order: &SeenOrder, fills: &[&SeenFill]) {
        let seen: u64 = fills.iter().map(|fill| fill.shares.0).sum();
        let filled = seen.max(order.filled.0);
        let working = order.working.0.min(order.shares.0.saturating_sub(filled));
        self.filled = Shares(self.filled.0.saturating_add(filled));
        self.working = Shares(self.working.0.saturating_add(working));
        self.created = self.created.min(order.created);
        if order.id > self.newest.id {
            self.newest = order.clone();
        }
        self.fills.extend(fills.iter().copied().cloned());
        self.fills.sort_by_key(|fill| fill.id);
    }

    /// Shares asked for: those executed and those at work.
    pub const fn total(&self) -> Shares {
        Shares(self.filled.0.saturating_add(self.working.0))
    }

    /// Something of it happened or may happen.
    pub const fn counts(&self) -> bool {
        self.total().0 > 0
    }
}

impl Facts {
    /// Takes a look into account. Of two states of one order the later one counts, and an order
    /// that has ended does not come back: lists lag, and some repeat an older state.
    pub fn learn(&mut self, look: &Observation) {
        for order in &look.orders {
            match self.orders.get(&order.id) {
                Some(known) if rank(known) >= rank(order) => {}
                _ => {
                    self.orders.insert(order.id, order.clone());
                }
            }
        }
        for fill in &look.fills {
            self.fills.entry(fill.id).or_insert_with(|| fill.clone());
        }
    }

    /// Chains of orders by the id of their first. An execution whose order was not seen yet waits.
    ///
    /// The lists of orders and of executions are two looks at two moments: what either knows of
    /// counts as executed, and cannot be at work as well.
    pub fn chains(&self) -> BTreeMap<i64, Chain> {
        let mut executed: BTreeMap<i64, Vec<&SeenFill>> = BTreeMap::new();
        for fill in self.fills.values() {
            executed.entry(fill.order).or_default().push(fill);
        }
        let mut chains: BTreeMap<i64, Chain> = BTreeMap::new();
        for order in self.orders.values() {
            let fills = executed.remove(&order.id).unwrap_or_default();
            chains.entry(order.chain).or_insert_with(|| Chain::of(order)).add(order, &fills);
        }
        chains
    }

    /// First order of the chain that an order belongs to, if it was seen.
    pub fn chain_of(&self, order: i64) -> Option<i64> {
        self.orders.get(&order).map(|order| order.chain)
    }

    /// Executions seen, by id.
    pub fn fills(&self) -> impl Iterator<Item = &SeenFill> {
        self.fills.values()
    }
}

/// Ended beats working, then later beats earlier, then fewer shares at work beat more.
fn rank(order: &SeenOrder) -> (bool, i128, u64) {
    let left = order.working.0;
    (left == 0, order.updated.as_nanosecond(), u64::MAX - left)
}
