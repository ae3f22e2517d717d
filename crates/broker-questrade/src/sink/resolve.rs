//! What became of an order that no answer speaks of: found among the broker's orders, or not.

use std::collections::BTreeSet;

use tradebot_domain::Timestamp;

use super::order::{NewOrder, Wanted};
use crate::order::Order;

/// The broker's clock may differ by so much, in seconds.
const SKEW_S: i64 = 120;
/// So long after it was sent an order may still appear in the lists, in seconds.
const QUIET_S: i64 = 300;
/// Complete looks after that, before it is presumed absent.
const LOOKS: u32 = 3;

/// What is known so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// It is this order; of a bracket, the entry first and then its exits.
    Bound {
        /// The orders' ids.
        orders: Vec<i64>,
    },
    /// More than one order may be it, or a bracket is not whole: a person decides, and the symbol
    /// is left alone.
    Quarantined {
        /// The ids.
        candidates: Vec<i64>,
    },
    /// Not found yet: look again.
    Unknown,
    /// Not found in several complete looks, long after. The symbol stays locked for the session,
    /// and looks go on: it may still appear.
    PresumedAbsent,
}

/// Looks for one order.
#[derive(Debug, Clone)]
pub struct Resolver {
    wanted: Wanted,
    before: BTreeSet<i64>,
    sent: Timestamp,
    quiet_looks: u32,
}

impl Resolver {
    pub(super) const fn new(wanted: Wanted, before: BTreeSet<i64>, sent: Timestamp) -> Self {
        Self { wanted, before, sent, quiet_looks: 0 }
    }

    /// Takes one complete look into account: all orders of all states since the day before the
    /// order was sent. `now` is by the broker's clock; `bound` are orders known to be others'.
    pub fn look(&mut self, orders: &[Order], bound: &BTreeSet<i64>, now: Timestamp) -> Resolution {
        let free = |order: &&Order| !self.before.contains(&order.id) && !bound.contains(&order.id);
        let candidates: Vec<&Order> = orders
            .iter()
            .filter(free)
            .filter(|order| could_be(self.wanted.entry(), order, self.sent))
            .collect();
        match candidates[..] {
            [entry] => self.whole(entry, orders),
            [] => {
                if now.duration_since(self.sent).as_secs() >= QUIET_S {
                    self.quiet_looks += 1;
                }
                if self.quiet_looks >= LOOKS {
                    Resolution::PresumedAbsent
                } else {
                    Resolution::Unknown
                }
            }
            _ => {
                let candidates = candidates.iter().map(|order| order.id).collect();
                Resolution::Quarantined { candidates }
            }
        }
    }

    /// A bracket is found when all of its parts stand in one group.
    fn whole(&self, entry: &Order, orders: &[Order]) -> Resolution {
        let mut ids = vec![entry.id];
        for (class, part) in self.wanted.parts().iter().skip(1) {
            let same = |order: &&Order| {
                order.order_group_id == entry.order_group_id
                    && order.order_class == *class
                    && part.is(order)
            };
            let mut found = orders.iter().filter(same);
            match (found.next(), found.next()) {
                (Some(one), None) => ids.push(one.id),
                _ => return Resolution::Quarantined { candidates: ids },
            }
        }
        Resolution::Bound { orders: ids }
    }
}

/// Every field is that of the order, it is not older, and a program may have entered it. An order
/// whose source is a person's screen is a person's.
fn could_be(wanted: &NewOrder, order: &Order, sent: Timestamp) -> bool {
    let age = order.creation_time.instant().duration_since(sent).as_secs();
    let by_program = order.source.is_empty() || order.source == "TradingAPI";
    wanted.is(order) && age >= -SKEW_S && by_program
}
