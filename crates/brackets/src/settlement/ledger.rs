//! An account's cash by the date on which it settles.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradebot_domain::{Currency, Date, Money};

/// Cash of one currency: what is there, and what comes and goes on which date.
///
/// - **Exact:** every amount is kept to the digit; nothing is rounded.
/// - **Spending without free-riding:** [`SettledCash::spendable`] is settled money less every payment
///   that is already promised. Who buys with no more than that never pays for shares with the
///   proceeds of selling them, and never sells shares before they are paid for.
///
/// **Source:** Regulation T, 12 CFR 220.8(a) and (c): a cash account buys with funds sufficient in
/// the account, or is restricted for freeriding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettledCash {
    currency: Currency,
    today: Date,
    settled: Money,
    /// By settlement date, each after `today`.
    pending: BTreeMap<Date, Flows>,
}

/// What settles on one date; both at least 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Flows {
    received: Money,
    paid: Money,
}

/// What a ledger refuses to book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CashError {
    /// An amount below zero: receipts and payments are told apart by name.
    #[error("{amount} is below zero; receipts and payments are booked as such")]
    Negative {
        /// The amount.
        amount: Money,
    },
    /// The past is settled.
    #[error("{date} is before {today}, which the ledger has reached")]
    Past {
        /// The date asked for.
        date: Date,
        /// Where the ledger stands.
        today: Date,
    },
    /// More than may be spent without free-riding.
    #[error("{asked} {currency} asked for; {spendable} of settled money may be spent")]
    NotSettled {
        /// The amount.
        asked: Money,
        /// What may be spent.
        spendable: Money,
        /// Its currency.
        currency: Currency,
    },
}

impl SettledCash {
    /// A ledger that holds `opening` of settled money on the morning of `today`.
    pub const fn new(currency: Currency, opening: Money, today: Date) -> Self {
        Self { currency, today, settled: opening, pending: BTreeMap::new() }
    }

    /// Goes on to the morning of `date`: what settles until then, that day included, is settled.
    ///
    /// # Errors
    /// [`CashError::Past`] when the ledger is further already.
    pub fn advance(&mut self, date: Date) -> Result<(), CashError> {
        if date < self.today {
            return Err(CashError::Past { date, today: self.today });
        }
        self.today = date;
        while let Some(due) = self.pending.first_entry().filter(|due| *due.key() <= date) {
            let Flows { received, paid } = due.remove();
            self.settled += received - paid;
        }
        Ok(())
    }

    /// Money to come: the proceeds of a sale, a dividend on its payment date, a deposit.
    ///
    /// # Errors
    /// [`CashError`] for an amount below zero or a date that is past.
    pub fn receive(&mut self, amount: Money, settles: Date) -> Result<(), CashError> {
        self.book(amount, settles, |flows| flows.received += amount)
    }

    /// Money to go, whether or not it is there: fees, interest, a purchase on margin.
    ///
    /// # Errors
    /// [`CashError`] for an amount below zero or a date that is past.
    pub fn pay(&mut self, amount: Money, settles: Date) -> Result<(), CashError> {
        self.book(amount, settles, |flows| flows.paid += amount)
    }

    /// A purchase for `amount`, costs included, out of settled money only.
    ///
    /// # Errors
    /// [`CashError::NotSettled`] when it is more than [`SettledCash::spendable`]; as
    /// [`SettledCash::pay`] otherwise. Nothing is booked then.
    pub fn buy(&mut self, amount: Money, settles: Date) -> Result<(), CashError> {
        let (spendable, currency) = (self.spendable(), self.currency);
        if amount > spendable {
            return Err(CashError::NotSettled { asked: amount, spendable, currency });
        }
        self.pay(amount, settles)
    }

    fn book(
        &mut self,
        amount: Money,
        settles: Date,
        add: impl FnOnce(&mut Flows),
    ) -> Result<(), CashError> {
        if amount < Money::ZERO {
            return Err(CashError::Negative { amount });
        }
        if settles < self.today {
            return Err(CashError::Past { date: settles, today: self.today });
        }
        add(self.pending.entry(settles).or_default());
        self.advance(self.today)
    }

    /// What may be spent today without free-riding: settled money less all payments promised, and
    /// never less than nothing.
    pub fn spendable(&self) -> Money {
        (self.settled - self.promised()).max(Money::ZERO)
    }

    /// The most that a payment due on `settles` may be without the balance going below zero on
    /// that date or a later one, receipts that settle by then counted; never less than nothing.
    ///
    /// Shares bought with more than [`SettledCash::spendable`] are paid for in time, but must not be
    /// sold before the receipts that pay for them have settled.
    pub fn payable(&self, settles: Date) -> Money {
        let mut balance = self.settled;
        let mut least = None;
        for (date, flows) in &self.pending {
            if *date > settles {
                // The balance of the evening of `settles`, if no later evening is lower.
                least = Some(least.map_or(balance, |least: Money| least.min(balance)));
            }
            balance += flows.received - flows.paid;
        }
        least.map_or(balance, |least| least.min(balance)).max(Money::ZERO)
    }

    /// Settled money; below zero when it is owed, and interest is due on it.
    pub const fn settled(&self) -> Money {
        self.settled
    }

    /// Receipts that have not settled.
    pub fn expected(&self) -> Money {
        self.pending.values().map(|flows| flows.received).sum()
    }

    /// Payments that have not settled.
    pub fn promised(&self) -> Money {
        self.pending.values().map(|flows| flows.paid).sum()
    }

    /// Cash by trade date: settled, plus expected, less promised.
    pub fn total(&self) -> Money {
        self.settled + self.expected() - self.promised()
    }

    /// The currency.
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The date it has reached.
    pub const fn today(&self) -> Date {
        self.today
    }
}

#[cfg(test)]
mod tests;
