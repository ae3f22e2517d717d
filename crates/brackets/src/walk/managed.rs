//! The part of a walk that manages the position: reversal, break-even stop, partial exit.

use serde::{Deserialize, Serialize};
use tradebot_domain::Rounding;

use super::Walk;
use crate::cost::CostModel;
use crate::exit::{Exit, ExitKind, PartialFill};
use crate::manage::{Management, PartialExit};
use crate::rules::{Hit, Side};

/// Options of a walk, and what has become of them. Prices are in current share units.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Managed {
    options: Management,
    /// What the break-even stop has to cover.
    costs: CostModel,
    /// Entry price less dividends since: what a share that is still held has to fetch again.
    basis: f64,
    /// The stop has risen to break-even.
    raised: bool,
    /// To be left at the next open.
    leaving: bool,
    /// Limit of the partial exit; none before the entry.
    part_limit: Option<f64>,
    sold: Option<PartialFill>,
}

impl Managed {
    fn new(options: Management, costs: CostModel) -> Self {
        Self {
            options,
            costs,
            basis: 0.0,
            raised: false,
            leaving: false,
            part_limit: None,
            sold: None,
        }
    }
}

impl Walk {
    /// The same walk under `management`; `costs` is what its break-even stop covers. With every
    /// option off nothing changes.
    ///
    /// - **Break-even:** after a bar whose high is at or above entry + m R, the stop of a long is
    ///   at least the price at which a sale pays back the entry and the costs of both fills; it
    ///   takes effect with the next bar and never falls but by a dividend, as every stop to sell.
    ///   Dividends received lower both prices. The least commission per order is not counted: a
    ///   walk knows no shares.
    /// - **Partial exit:** a limit at entry + m R for a share of the position. Part and rest are
    ///   two brackets with one stop.
    /// - **Reversal:** [`Walk::on_reversal`].
    #[must_use]
    pub fn managed(self, management: &Management, costs: &CostModel) -> Self {
        if management.is_off() {
            return Self { managed: None, ..self };
        }
        let mut walk = Self { managed: Some(Managed::new(*management, *costs)), ..self };
        if let Some(entry) = walk.entry {
            walk.manage_entry(entry);
        }
        walk
    }

    /// The consensus turned against the position at this close: it is left at the next open, if
    /// it is open and its management says so. True when it will be.
    pub fn on_reversal(&mut self) -> bool {
        let open = self.is_open();
        match &mut self.managed {
            Some(managed) if open && managed.options.exit_on_reversal => {
                managed.leaving = true;
                true
            }
            _ => false,
        }
    }

    /// It is left at the next open whatever its management says: the session is about to end. True
    /// when it was open.
    pub fn leave_at_next_open(&mut self) -> bool {
        let open = self.is_open();
        if open {
            let none = || Managed::new(Management::OFF, CostModel::FREE);
            self.managed.get_or_insert_with(none).leaving = true;
        }
        open
    }

    /// It will be left at the next open.
    #[inline]
    pub fn is_leaving(&self) -> bool {
        self.is_open() && self.managed.as_ref().is_some_and(|managed| managed.leaving)
    }

    /// The stop has risen to break-even.
    pub fn is_at_break_even(&self) -> bool {
        self.managed.is_some_and(|managed| managed.raised)
    }

    /// Limit of the partial exit, filled or not; none without one, before the entry, and where it
    /// is not short of the target.
    pub fn part_limit(&self) -> Option<f64> {
        let up = |price: f64| self.side.sign() * price;
        self.managed?.part_limit.filter(|limit| up(*limit) < up(self.target))
    }

    /// What the partial exit sold, once it has.
    pub fn part_sold(&self) -> Option<PartialFill> {
        self.managed?.sold
    }

    /// Share of the position still held, 1 before a partial exit.
    pub(super) fn share_held(&self) -> f64 {
        self.part_sold().map_or(1.0, |sold| 1.0 - sold.share)
    }

    /// Limit of a part that is still held.
    pub(super) fn part_working(&self) -> Option<f64> {
        if self.part_sold().is_some() { None } else { self.part_limit() }
    }

    pub(super) fn manage_entry(&mut self, entry: f64) {
        let Some(mut managed) = self.managed else { return };
        managed.basis = entry;
        let limit = |part: PartialExit| entry + self.side.sign() * part.at_r * self.risk;
        managed.part_limit =
            managed.options.partial_exit.map(|p| self.placed(limit(p), Rounding::Nearest));
        self.managed = Some(managed);
    }

    pub(super) fn manage_split(&mut self, ratio: f64) {
        let Some(mut managed) = self.managed else { return };
        managed.basis /= ratio;
        managed.part_limit =
            managed.part_limit.map(|limit| self.placed(limit / ratio, Rounding::Nearest));
        if let Some(sold) = &mut managed.sold {
            sold.price /= ratio;
        }
        self.managed = Some(managed);
    }

    /// A resting sell of a long stays on the ex-date, as its target does; a resting buy of a short
    /// is lowered.
    pub(super) fn manage_dividend(&mut self, amount: f64) {
        let Some(mut managed) = self.managed else { return };
        managed.basis -= amount;
        if self.side == Side::Short {
            managed.part_limit =
                managed.part_limit.map(|limit| self.placed(limit - amount, Rounding::Down));
        }
        self.managed = Some(managed);
    }

    pub(super) fn sell_part(&mut self, hit: Hit) {
        let (sessions, units) = (self.sessions, self.units);
        let Some(managed) = &mut self.managed else { return };
        let share = managed.options.partial_exit.map_or(0.0, |part| part.share);
        let Hit { kind, price, .. } = hit;
        managed.sold = Some(PartialFill { kind, price, share, sessions, units });
    }

    /// Raises the stop once a completed bar's best price is far enough; for the next bar.
    pub(super) fn raise_to_break_even(&mut self, extreme: f64) {
        let (Some(managed), Some(entry)) = (self.managed, self.entry) else { return };
        let Some(at_r) = managed.options.break_even_at_r.filter(|_| !managed.raised) else {
            return;
        };
        let sign = self.side.sign();
        if sign * extreme < sign * managed.basis + at_r * self.risk {
            return;
        }
        let asked = self.break_even(entry, &managed);
        self.stop = match self.side {
            Side::Long => self.stop.max(self.placed(asked, Rounding::Up)),
            Side::Short => self.stop.min(self.placed(asked, Rounding::Down)),
        };
        self.managed = Some(Managed { raised: true, ..managed });
    }

    /// The price at which leaving through the stop nets zero, entry and dividends counted.
    fn break_even(&self, entry: f64, managed: &Managed) -> f64 {
        let costs = &managed.costs;
        let paid = costs.entry_per_share(entry * self.units) / self.units;
        // What leaving costs is a fixed part and a part of its price.
        let fixed = costs.exit_per_share(0.0, ExitKind::Stop);
        let rate = costs.exit_per_share(1.0, ExitKind::Stop) - fixed;
        let sign = self.side.sign();
        (managed.basis + sign * (paid + fixed)) / (1.0 - sign * rate)
    }

    /// Net result of the position in units of its planned risk: price moves, dividends and the
    /// costs of every fill over `entry_limit - stop`, all per share; 0 when it was never entered.
    /// After a partial exit, the share-weighted sum of part and rest.
    ///
    /// A split on the way changes nothing in it.
    pub fn net_r(&self, exit: &Exit, costs: &CostModel) -> f64 {
        let Some(entry) = self.entry else { return 0.0 };
        // The entry was paid for in the shares of its day.
        let entry_cost = costs.entry_per_share(entry * self.units) / self.units;
        let exit_cost = costs.exit_per_share(exit.price, exit.kind);
        let move_in_price = self.side.sign() * (exit.price - entry);
        let Some(sold) = self.part_sold() else {
            return (move_in_price + self.income - entry_cost - exit_cost) / self.risk;
        };
        let since = self.units / sold.units;
        let part_cost = costs.exit_per_share(sold.price * since, sold.kind) / since;
        let part = self.side.sign() * (sold.price - entry) - part_cost;
        let rest = move_in_price - exit_cost;
        let both = sold.share * part + (1.0 - sold.share) * rest;
        (both + self.income - entry_cost) / self.risk
    }

    /// The same walk with another target: candidates that differ in nothing else.
    pub(crate) const fn with_target(self, target: f64) -> Self {
        Self { target, ..self }
    }
}
