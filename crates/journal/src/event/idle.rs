//! Stretches in which nothing was asked of a symbol.

use serde::{Deserialize, Serialize};
use tradebot_domain::{Moment, Symbol};

/// Cycles of one symbol, one after the other, that all ended the same way and without an order.
///
/// It stands for `count` decision records: every symbol of every cycle ends in one record, and
/// those that say the same are counted instead of repeated. It is written when the stretch ends,
/// before the record that ends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdleRecord {
    /// The symbol.
    pub symbol: Symbol,
    /// First session of the stretch.
    pub from: Moment,
    /// Last session of the stretch.
    pub to: Moment,
    /// Cycles in it.
    pub count: u64,
    /// Machine-readable: `flat`, `holding`, `no_bar`, ...
    pub reason: String,
}
