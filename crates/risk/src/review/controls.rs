//! Controls without a compiled-in bound: they warn unless their owner wants them to refuse.

use tradebot_journal::CheckRecord;
use tradebot_policy::{Control, Limits, OnBreach};

use super::{Checks, order_of, recordable};
use crate::propose::Proposal;
use crate::refusal::Refusal;
use crate::view::BookView;

impl Checks {
    /// Value of the order and of the session's entries, one sector, a losing streak.
    pub(super) fn controls(&mut self, proposal: &Proposal, limits: &Limits, view: &BookView<'_>) {
        let value = order_of(proposal).notional(proposal.shares);
        let standing = &view.standing;
        self.control("order_value", value, limits.order_value, |asked, allowed| {
            Refusal::OrderValue { asked, allowed }
        });
        let entered = (standing.entered + value) / view.equity;
        self.control("turnover", entered, limits.turnover, |asked, allowed| Refusal::Turnover {
            asked,
            allowed,
        });
        let in_sector = (standing.in_sector + value) / view.equity;
        self.control("sector", in_sector, limits.sector, |asked, allowed| Refusal::Sector {
            asked,
            allowed,
        });
        let losses = f64::from(standing.losses_in_a_row);
        self.control("loss_streak", losses, limits.loss_streak, |asked, allowed| {
            Refusal::LossStreak { asked, allowed }
        });
    }

    /// A check whose failure refuses or warns, as its owner has chosen. NaN fails.
    fn control(
        &mut self,
        limit: &str,
        asked: f64,
        control: Control,
        refusal: fn(f64, f64) -> Refusal,
    ) {
        let allowed = control.max;
        if control.on_breach == OnBreach::Refuse {
            self.at_most(limit, asked, allowed, refusal);
            return;
        }
        let passed = asked <= allowed;
        if !self.recorded {
            return;
        }
        if !passed {
            self.warnings.push(refusal(asked, allowed));
        }
        let (asked, allowed) = (recordable(asked), recordable(allowed));
        let limit = limit.to_owned();
        self.records.push(CheckRecord { limit, asked, allowed, passed, warns: true });
    }
}
