//! Checks of the account at the broker: kind, cash, margin, what else is in it, tax.

use tradebot_journal::CheckRecord;

use super::{Checks, order_of, recordable};
use crate::account::{AccountKind, AccountSight, BrokerAccount, margin_rate};
use crate::propose::Proposal;
use crate::refusal::Refusal;

impl Checks {
    /// Everything that a real account asks beside the limits.
    pub(super) fn broker_account(&mut self, proposal: &Proposal, sight: AccountSight<'_>) {
        let account = sight.account;
        self.may_trade(account);
        self.not_external(proposal, account);
        self.currency_cash(proposal, sight);
        self.margin(proposal, sight);
        self.gross(proposal, sight);
        self.tax(proposal, account);
    }

    /// Active, and of a kind whose rules are known.
    fn may_trade(&mut self, account: &BrokerAccount) {
        let yes = |is: bool| (f64::from(u8::from(is)), 1.0);
        self.add("account_active", yes(account.active), account.active, || {
            Refusal::AccountNotActive
        });
        let known = account.kind.is_some();
        self.add("account_kind", yes(known), known, || Refusal::AccountKindUnknown);
    }

    /// A symbol in which someone else has a position or an order is theirs: buying into it would
    /// mix the two, or cover a short sale.
    fn not_external(&mut self, proposal: &Proposal, account: &BrokerAccount) {
        let symbol = proposal.symbol;
        let of_symbol = account.external.iter().filter(|e| e.symbol == symbol);
        let (count, shares) = of_symbol.fold((0_u32, 0.0), |(n, sum), e| (n + 1, sum + e.shares));
        let refusal = || Refusal::ExternalHolding { symbol, shares };
        self.add("external", (f64::from(count), 0.0), count == 0, refusal);
    }

    /// Cash in the currency of the purchase. Only a margin account whose owner allows it may owe.
    fn currency_cash(&mut self, proposal: &Proposal, sight: AccountSight<'_>) {
        let account = sight.account;
        if account.rules.may_borrow && account.kind.is_some_and(AccountKind::may_borrow) {
            return;
        }
        let asked = order_of(proposal).cash_needed(proposal.shares);
        let allowed = account.cash - sight.promised;
        let currency = account.currency;
        self.add("currency_cash", (asked, allowed), asked <= allowed, || Refusal::CurrencyCash {
            currency,
            asked,
            allowed,
        });
    }

    /// Maintenance excess that is left after the purchase. What is promised to other entries counts
    /// in full.
    fn margin(&mut self, proposal: &Proposal, sight: AccountSight<'_>) {
        let account = sight.account;
        if account.kind != Some(AccountKind::Margin) {
            return;
        }
        let order = order_of(proposal);
        let reduced = account.rules.reduced_margin.contains(&proposal.symbol);
        let value = order.notional(proposal.shares);
        let costs = order.cash_needed(proposal.shares) - value;
        let needed = value * margin_rate(order.limit(), reduced) + costs;
        let left = account.maintenance_excess - sight.promised - needed;
        let buffer = account.rules.margin_buffer * account.equity;
        self.add("maintenance_excess", (left, buffer), left >= buffer, || Refusal::MarginExcess {
            asked: left,
            allowed: buffer,
        });
    }

    /// Everything held and ordered, External included.
    fn gross(&mut self, proposal: &Proposal, sight: AccountSight<'_>) {
        let value = order_of(proposal).notional(proposal.shares);
        let account = sight.account;
        let asked = (sight.own + account.external_value() + value) / account.equity;
        let allowed = account.rules.gross_max;
        self.warn("gross_exposure", (asked, allowed), asked <= allowed, || {
            Refusal::GrossExposure { asked, allowed }
        });
    }

    /// Superficial losses, and tax-free accounts that trade as a business would.
    fn tax(&mut self, proposal: &Proposal, account: &BrokerAccount) {
        let (symbol, shares) = (proposal.symbol, proposal.shares.to_f64());
        let registered = account.kind.is_some_and(AccountKind::is_registered);
        for loss in account.losses.get(&symbol).into_iter().flatten() {
            let denied = loss.would_deny(shares);
            let (sold_on, ends) = (loss.sold_on, loss.ends);
            let shares = shares.min(loss.sold);
            self.warn("superficial_loss", (denied, 0.0), denied <= 0.0, || {
                Refusal::SuperficialLoss { sold_on, ends, shares, denied, lost: registered }
            });
        }
        let elsewhere = account.elsewhere.get(&symbol).copied().unwrap_or(0.0);
        if !registered {
            self.warn("held_elsewhere", (elsewhere, 0.0), elsewhere <= 0.0, || {
                Refusal::HeldElsewhere { shares: elsewhere }
            });
        }
        if account.kind == Some(AccountKind::Tfsa) {
            let asked = f64::from(account.trades_of_year) + 1.0;
            let allowed = f64::from(account.rules.registered_trades_max);
            self.warn("registered_trades", (asked, allowed), asked <= allowed, || {
                Refusal::RegisteredTrades { asked, allowed }
            });
        }
    }

    /// A check that never refuses. NaN fails it.
    fn warn(
        &mut self,
        limit: &str,
        (asked, allowed): (f64, f64),
        passed: bool,
        warning: impl FnOnce() -> Refusal,
    ) {
        if !self.recorded {
            return;
        }
        if !passed {
            self.warnings.push(warning());
        }
        let (asked, allowed) = (recordable(asked), recordable(allowed));
        let limit = limit.to_owned();
        self.records.push(CheckRecord { limit, asked, allowed, passed, warns: true });
    }
}
