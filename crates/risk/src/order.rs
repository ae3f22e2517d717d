//! What an entry of a given size asks of the account.

use tradebot_brackets::{Bracket, CostModel, ExitKind};
use tradebot_domain::Shares;

/// What the rounding of three cost parts to four decimals can add to an order, and more.
const COST_ROUNDING: f64 = 0.001;

/// An entry with its bracket and costs, before its size is known.
///
/// How costs enter: every figure is what the account would really lose or pay. The loss per share
/// is the planned risk (limit less stop) plus the costs of the entry at the limit and of the exit
/// at the stop. A minimum commission counts once per order on top of the commission per share,
/// which is never less than what is charged. So a higher cost never gives a larger size.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order<'a> {
    pub(crate) bracket: &'a Bracket,
    pub(crate) costs: &'a CostModel,
}

impl Order<'_> {
    /// Limit price, currency per share.
    pub(crate) fn limit(&self) -> f64 {
        self.bracket.entry_limit.to_f64()
    }

    /// Stop, limit and target stand in this order, so there is something to lose and to win.
    pub(crate) fn is_complete(&self) -> bool {
        let bracket = self.bracket;
        bracket.stop < bracket.entry_limit && bracket.entry_limit < bracket.target
    }

    /// Money lost per share from the limit to the stop, costs of both orders included.
    pub(crate) fn loss_per_share(&self) -> f64 {
        let stop = self.bracket.stop.to_f64();
        self.bracket.planned_risk_per_share()
            + self.costs.entry_per_share(self.limit())
            + self.costs.exit_per_share(stop, ExitKind::Stop)
    }

    /// Money lost whatever the size: the minimum commission of both orders.
    pub(crate) fn fixed_loss(&self) -> f64 {
        2.0 * self.costs.commission_min
    }

    /// Money lost when `shares` are bought at the limit and sold at the stop.
    pub(crate) fn loss_at_stop(&self, shares: Shares) -> f64 {
        shares.to_f64() * self.loss_per_share() + self.fixed_loss()
    }

    /// Value at the limit.
    pub(crate) fn notional(&self, shares: Shares) -> f64 {
        shares.to_f64() * self.limit()
    }

    /// Cash per share that the entry takes.
    pub(crate) fn cash_per_share(&self) -> f64 {
        self.limit() + self.costs.entry_per_share(self.limit())
    }

    /// Cash that the entry takes whatever its size.
    pub(crate) fn fixed_cash(&self) -> f64 {
        self.costs.commission_min + COST_ROUNDING
    }

    /// Cash that the entry takes.
    pub(crate) fn cash_needed(&self, shares: Shares) -> f64 {
        shares.to_f64() * self.cash_per_share() + self.fixed_cash()
    }
}
