//! Accounts: cash by currency, holdings, what has not settled, and rows of activities.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, RoundingStrategy};
use tradebot_broker_questrade::account::Balance;
use tradebot_broker_questrade::activity::Activity;
use tradebot_broker_questrade::words::{AccountStatus, AccountType, ClientAccountType, Currency};
use tradebot_domain::Date;

use crate::knobs::AccountKnobs;

/// To cents, half away from zero, as statements are.
pub(crate) fn cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// A position.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Holding {
    /// Shares, negative when short.
    pub(crate) quantity: Decimal,
    /// Average price of the shares held.
    pub(crate) average: Decimal,
    /// Shares closed today, and what that realised.
    pub(crate) closed_today: Decimal,
    pub(crate) closed_pnl: Decimal,
    /// Shares at the start of the day.
    pub(crate) sod_quantity: Decimal,
    /// Paid for shares today, less what sales brought.
    pub(crate) paid_today: Decimal,
}

impl Holding {
    /// Books a trade: `signed` shares, negative when sold.
    pub(crate) fn trade(&mut self, signed: Decimal, price: Decimal) {
        self.paid_today += signed * price;
        let same_way =
            self.quantity.is_zero() || (self.quantity > Decimal::ZERO) == (signed > Decimal::ZERO);
        if same_way {
            let cost = self.average * self.quantity + price * signed;
            self.quantity += signed;
            self.average = cost.checked_div(self.quantity).unwrap_or_default().round_dp(10);
            return;
        }
        let closed = signed.abs().min(self.quantity.abs());
        let direction =
            if self.quantity > Decimal::ZERO { Decimal::ONE } else { Decimal::NEGATIVE_ONE };
        self.closed_today += closed;
        self.closed_pnl += (price - self.average) * closed * direction;
        self.quantity += signed;
        if self.quantity.is_zero() {
            self.average = Decimal::ZERO;
        } else if (self.quantity > Decimal::ZERO) != (direction > Decimal::ZERO) {
            self.average = price;
        }
    }

    /// Begins a day.
    fn roll(&mut self) {
        self.sod_quantity = self.quantity;
        (self.closed_today, self.closed_pnl, self.paid_today) = Default::default();
    }
}

/// Money that changes hands later.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Unsettled {
    pub(crate) date: Date,
    pub(crate) currency: Currency,
    pub(crate) amount: Decimal,
}

/// A row of activities and the day from which on it is listed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Posting {
    pub(crate) from: Date,
    pub(crate) row: Activity,
}

/// One account.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) number: String,
    pub(crate) kind: AccountType,
    pub(crate) status: AccountStatus,
    pub(crate) client: ClientAccountType,
    pub(crate) primary: bool,
    /// Cash by trade date.
    pub(crate) cash: BTreeMap<Currency, Decimal>,
    pub(crate) unsettled: Vec<Unsettled>,
    pub(crate) holdings: BTreeMap<i64, Holding>,
    pub(crate) postings: Vec<Posting>,
    /// Balances at the start of the day: by currency, and combined.
    pub(crate) start_of_day: (Vec<Balance>, Vec<Balance>),
}

impl Account {
    pub(crate) fn new(knobs: &AccountKnobs, primary: bool) -> Self {
        Self {
            number: knobs.number.clone(),
            kind: AccountType::from(knobs.kind.as_str()),
            status: AccountStatus::from(knobs.status.as_str()),
            client: ClientAccountType::from(knobs.client_account_type.as_str()),
            primary,
            cash: [(Currency::Cad, knobs.cash.cad), (Currency::Usd, knobs.cash.usd)].into(),
            unsettled: Vec::new(),
            holdings: BTreeMap::new(),
            postings: Vec::new(),
            start_of_day: (Vec::new(), Vec::new()),
        }
    }

    pub(crate) fn is_margin(&self) -> bool {
        self.kind == AccountType::Margin
    }

    /// US tax on dividends is not withheld.
    pub(crate) fn is_exempt(&self) -> bool {
        matches!(
            self.kind,
            AccountType::Rrsp
                | AccountType::SpousalRrsp
                | AccountType::LockedInRrsp
                | AccountType::Lira
                | AccountType::Lif
                | AccountType::Rif
                | AccountType::SpousalRif
                | AccountType::Lrif
                | AccountType::Rrif
                | AccountType::Prif
        )
    }

    pub(crate) fn cash_in(&self, currency: &Currency) -> Decimal {
        self.cash.get(currency).copied().unwrap_or_default()
    }

    pub(crate) fn quantity(&self, symbol: i64) -> Decimal {
        self.holdings.get(&symbol).map(|h| h.quantity).unwrap_or_default()
    }

    /// Cash that has changed hands.
    pub(crate) fn settled_in(&self, currency: &Currency) -> Decimal {
        let open: Decimal =
            self.unsettled.iter().filter(|u| u.currency == *currency).map(|u| u.amount).sum();
        self.cash_in(currency) - open
    }

    /// Books cash; `settles` says when it changes hands.
    pub(crate) fn book(
        &mut self,
        currency: &Currency,
        amount: Decimal,
        (today, settles): (Date, Date),
    ) {
        *self.cash.entry(currency.clone()).or_default() += amount;
        if settles > today {
            self.unsettled.push(Unsettled { date: settles, currency: currency.clone(), amount });
        }
    }

    /// Begins a day: what settles today has settled, positions closed yesterday are gone.
    pub(crate) fn roll(&mut self, today: Date) {
        self.unsettled.retain(|u| u.date > today);
        self.holdings.retain(|_, h| !h.quantity.is_zero());
        self.holdings.values_mut().for_each(Holding::roll);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_round_trip_realises_the_difference_and_leaves_nothing() {
        let mut holding = Holding::default();
        holding.trade(dec("10"), dec("5"));
        holding.trade(dec("10"), dec("7"));
        assert_eq!(holding.average, dec("6"));
        holding.trade(dec("-20"), dec("6.5"));
        assert_eq!((holding.quantity, holding.closed_pnl), (dec("0"), dec("10.0")));
        assert_eq!(holding.closed_today, dec("20"));
    }

    #[test]
    fn selling_through_zero_opens_a_short_at_the_price_of_the_sale() {
        let mut holding = Holding::default();
        holding.trade(dec("5"), dec("10"));
        holding.trade(dec("-8"), dec("12"));
        assert_eq!((holding.quantity, holding.average), (dec("-3"), dec("12")));
        holding.trade(dec("3"), dec("11"));
        assert_eq!(holding.closed_pnl, dec("13"));
    }

    proptest! {
        #[test]
        fn paid_is_value_held_less_profit(trades in prop::collection::vec((-20_i64..20, 100_i64..900), 1..30)) {
            let mut holding = Holding::default();
            for (quantity, cents) in trades.into_iter().filter(|t| t.0 != 0) {
                holding.trade(Decimal::from(quantity), Decimal::new(cents, 2));
            }
            let cost = holding.quantity * holding.average;
            let gap = holding.paid_today - (cost - holding.closed_pnl);
            prop_assert!(gap.abs() < dec("0.000001"), "{gap}");
        }
    }
}
