//! What risk may know about the account and the symbol.

use tradebot_domain::Symbol;

/// The account and one symbol, at the close on which the decision is taken.
///
/// Everything that sizing and review compare with is here; what is missing is a refusal, never a
/// default. "Pending" means an entry order that has not been filled or ended yet.
#[derive(Debug, Clone, Copy)]
pub struct BookView<'a> {
    /// Cash plus positions at their marks, account currency, > 0.
    pub equity: f64,
    /// Cash that is not promised to pending entries.
    pub cash: f64,
    /// 1 - equity / peak since the start or the last re-arming.
    pub drawdown: f64,
    /// 1 - equity / highest equity of the last 20 sessions.
    pub drawdown_20: f64,
    /// Equity over the previous session's, less 1.
    pub day_return: f64,
    /// The drawdown stop is latched: no entries until a re-arming.
    pub stopped: bool,
    /// Money lost if every position closed at its stop and every pending entry filled at its
    /// limit and did the same.
    pub open_risk: f64,
    /// Open positions and pending entries.
    pub positions: usize,
    /// Symbols held or pending.
    pub held: &'a [Symbol],
    /// Raw close of the symbol that the bracket stands around.
    pub close: f64,
    /// Median daily volume of the symbol over 20 sessions, shares.
    pub adv_20: f64,
    /// Correlation of 60-session log returns with each held or pending symbol; `None` when fewer
    /// than 40 are in common.
    pub correlations: &'a [(Symbol, Option<f64>)],
}
