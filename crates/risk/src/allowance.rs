//! What an entry asks of the account, and what the account allows it.

use tradebot_domain::Shares;
use tradebot_journal::SizeBasis;
use tradebot_policy::{Limits, RowPolicy, bounds};

use crate::order::Order;
use crate::view::BookView;

/// Of the heat that the row allows, the part that may be open when a size is earned by drift.
const DRIFT_HEAT_SHARE: f64 = 0.5;

/// `value`, but never above the compiled-in `bound`. What is not a number allows nothing.
pub(crate) fn tightened(value: f64, bound: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value.min(bound) }
}

/// Five measures of one entry; a limit for each when they are allowed, else what is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Measures {
    /// Lost at the stop, fraction of equity.
    pub(crate) risk: f64,
    /// Open risk at all stops, this entry included, fraction of equity.
    pub(crate) heat: f64,
    /// Value at the limit, fraction of equity.
    pub(crate) notional: f64,
    /// Shares of the order.
    pub(crate) participation: f64,
    /// Cash that the order takes, account currency.
    pub(crate) cash: f64,
}

impl Measures {
    /// What buying `shares` asks.
    pub(crate) fn asked(order: Order<'_>, shares: Shares, view: &BookView<'_>) -> Self {
        let loss = order.loss_at_stop(shares);
        Self {
            risk: loss / view.equity,
            heat: (view.risk_of_all() + loss) / view.equity,
            notional: order.notional(shares) / view.equity,
            participation: shares.to_f64(),
            cash: order.cash_needed(shares),
        }
    }

    /// What this row, these limits and this account allow a size earned by `basis`.
    pub(crate) fn allowed(
        basis: SizeBasis,
        row: &RowPolicy,
        limits: &Limits,
        view: &BookView<'_>,
    ) -> Self {
        let heat_part = if basis == SizeBasis::Drift { DRIFT_HEAT_SHARE } else { 1.0 };
        let heat = tightened(limits.heat_share * row.max_portfolio_risk, bounds::HEAT_MAX);
        Self {
            risk: tightened(row.max_risk_per_position, bounds::RISK_PER_POSITION_MAX),
            heat: heat_part * heat,
            notional: tightened(limits.notional_max, bounds::NOTIONAL_MAX),
            participation: tightened(limits.participation_max, bounds::PARTICIPATION_MAX)
                * view.adv_20,
            cash: view.cash,
        }
    }

    /// No measure is above that of `allowed`; NaN on either side is above.
    pub(crate) fn within(&self, allowed: &Self) -> bool {
        self.risk <= allowed.risk
            && self.heat <= allowed.heat
            && self.notional <= allowed.notional
            && self.participation <= allowed.participation
            && self.cash <= allowed.cash
    }
}
