//! The broker's accounts in our words: what is in them, what of it is ours, and what the pre-trade
//! review may know of it.
//!
//! 1. [`look`] asks the broker for an account's balances, positions and open orders.
//! 2. [`Snapshot::of`] turns the answers into records, and marks as External what is not ours:
//!    shares beyond those that we hold, orders that we did not send. They are shown and counted,
//!    and nothing here can sell, protect or cancel them.
//! 3. [`risk::broker_account`] says it in the words of the review, with what [`taxed::beside`] knows
//!    of losses, other accounts and frequency from [`activities`].
//!
//! All but [`look`] is computation on what was read.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tradebot_broker_questrade::account::{Account, Balance, BalancesReply, Position};
use tradebot_broker_questrade::client::{Client, ClientError};
use tradebot_broker_questrade::order::Order;
use tradebot_broker_questrade::symbol::SymbolDetail;
use tradebot_domain::{Decimal, Money, Symbol, Timestamp};
use tradebot_storage::SeenAccount;

pub mod activities; // what moved
pub mod risk; // for the review
pub mod taxed; // losses and other accounts

/// What of an account is ours.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ours {
    /// Shares by symbol.
    pub shares: BTreeMap<Symbol, Decimal>,
    /// Ids of our orders at the broker.
    pub orders: BTreeSet<i64>,
}

/// An account as it was when the broker was asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Its number.
    pub account: String,
    /// The broker's word for its kind.
    pub kind: String,
    /// The broker's word for its status.
    pub status: String,
    /// When the broker was asked.
    pub seen_at: Timestamp,
    /// What is held in each currency.
    pub balances: Vec<BalanceRow>,
    /// The whole account, said once in each currency: never to be added up.
    pub combined: Vec<BalanceRow>,
    /// Positions that are open, ours and others.
    pub positions: Vec<PositionRow>,
    /// Orders that work, ours and others.
    pub orders: Vec<OrderRow>,
}

/// Money in one currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BalanceRow {
    /// ISO 4217.
    pub currency: String,
    /// Cash; below zero where money is owed.
    pub cash: Money,
    /// Value of positions.
    pub positions: Money,
    /// Both.
    pub equity: Money,
    /// What may be bought.
    pub buying_power: Money,
    /// Equity above the maintenance margin.
    pub maintenance_excess: Money,
    /// Not delayed.
    pub real_time: bool,
}

/// A position.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PositionRow {
    /// The broker's symbol.
    pub symbol: String,
    /// Currency of the listing; none where the broker did not say.
    pub currency: Option<String>,
    /// Shares, below zero when short.
    pub shares: Decimal,
    /// Of these, those that are not ours.
    pub external: Decimal,
    /// Last price; none for what is not quoted.
    pub price: Option<Decimal>,
    /// Average price paid.
    pub paid: Option<Decimal>,
    /// A corporate action is under way.
    pub under_reorg: bool,
}

/// An open order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderRow {
    /// The broker's id.
    pub id: i64,
    /// The broker's symbol.
    pub symbol: String,
    /// Currency of the listing; none where the broker did not say.
    pub currency: Option<String>,
    /// The broker's word: `Buy`, `Sell`, `Short` ...
    pub side: String,
    /// It buys; none where the word is not known.
    pub buys: Option<bool>,
    /// Shares still working.
    pub shares: Decimal,
    /// Limit price.
    pub limit: Option<Decimal>,
    /// Stop price.
    pub stop: Option<Decimal>,
    /// Where it was entered.
    pub source: String,
    /// Not ours.
    pub external: bool,
}

/// The broker's answers about one account.
#[derive(Debug, Clone)]
pub struct Seen<'a> {
    /// The account.
    pub account: &'a Account,
    /// Its balances.
    pub balances: &'a BalancesReply,
    /// Its positions, closed ones too.
    pub positions: &'a [Position],
    /// Its orders, ended ones too.
    pub orders: &'a [Order],
    /// The symbols of both, for their currencies.
    pub symbols: &'a [SymbolDetail],
}

/// Asks the broker for an account.
///
/// # Errors
/// [`ClientError`] of the first question that has no answer: half a picture is none.
pub async fn look(
    client: &Client,
    account: &Account,
    ours: &Ours,
    now: Timestamp,
) -> Result<Snapshot, ClientError> {
    let balances = client.balances(&account.number).await?;
    let positions = client.positions(&account.number).await?;
    let orders = client.open_orders(&account.number, now).await?;
    let ids: BTreeSet<i64> =
        positions.iter().map(|p| p.symbol_id).chain(orders.iter().map(|o| o.symbol_id)).collect();
    let ids: Vec<i64> = ids.into_iter().collect();
    let symbols = if ids.is_empty() { Vec::new() } else { client.symbols(&ids).await? };
    let (balances, positions, orders) = (&balances, &positions[..], &orders[..]);
    let seen = Seen { account, balances, positions, orders, symbols: &symbols };
    Ok(Snapshot::of(&seen, ours, now))
}

impl Snapshot {
    /// The answers as records.
    pub fn of(seen: &Seen<'_>, ours: &Ours, seen_at: Timestamp) -> Self {
        let currency = |id: i64| {
            let found = seen.symbols.iter().find(|s| s.symbol_id == id);
            found.map(|s| s.currency.as_str().to_owned())
        };
        let positions = seen.positions.iter().filter(|p| !p.open_quantity.is_zero());
        let orders = seen.orders.iter().filter(|o| o.is_open());
        Self {
            account: seen.account.number.clone(),
            kind: seen.account.account_type.as_str().to_owned(),
            status: seen.account.status.as_str().to_owned(),
            seen_at,
            balances: seen.balances.per_currency_balances.iter().map(BalanceRow::of).collect(),
            combined: seen.balances.combined_balances.iter().map(BalanceRow::of).collect(),
            positions: positions.map(|p| PositionRow::of(p, currency(p.symbol_id), ours)).collect(),
            orders: orders.map(|o| OrderRow::of(o, currency(o.symbol_id), ours)).collect(),
        }
    }

    /// As the database keeps it.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn to_seen(&self) -> serde_json::Result<SeenAccount> {
        Ok(SeenAccount {
            seen_at: self.seen_at,
            account: self.account.clone(),
            kind: self.kind.clone(),
            status: self.status.clone(),
            snapshot: serde_json::to_string(self)?,
        })
    }

    /// As it was kept.
    ///
    /// # Errors
    /// When the record does not read back.
    pub fn from_seen(seen: &SeenAccount) -> serde_json::Result<Self> {
        serde_json::from_str(&seen.snapshot)
    }

    /// The number with all but its last four digits hidden.
    pub fn masked(&self) -> String {
        let last: String = {
            let digits: Vec<char> = self.account.chars().collect();
            digits[digits.len().saturating_sub(4)..].iter().collect()
        };
        format!("..{last}")
    }

    /// What is held in a currency.
    pub fn held_in(&self, currency: &str) -> Option<&BalanceRow> {
        self.balances.iter().find(|row| row.currency == currency)
    }

    /// The whole account in a currency.
    pub fn combined_in(&self, currency: &str) -> Option<&BalanceRow> {
        self.combined.iter().find(|row| row.currency == currency)
    }
}

impl BalanceRow {
    fn of(balance: &Balance) -> Self {
        Self {
            currency: balance.currency.as_str().to_owned(),
            cash: Money(balance.cash),
            positions: Money(balance.market_value),
            equity: Money(balance.total_equity),
            buying_power: Money(balance.buying_power),
            maintenance_excess: Money(balance.maintenance_excess),
            real_time: balance.is_real_time,
        }
    }
}

impl PositionRow {
    fn of(position: &Position, currency: Option<String>, ours: &Ours) -> Self {
        let ours = position.symbol().ok().and_then(|s| ours.shares.get(&s)).copied();
        Self {
            symbol: position.symbol.clone(),
            currency,
            shares: position.open_quantity,
            external: position.open_quantity - ours.unwrap_or_default(),
            price: position.price(),
            paid: position.average_entry_price.filter(|p| *p > Decimal::ZERO),
            under_reorg: position.is_under_reorg,
        }
    }

    /// Value of the shares that are not ours, with the sign of a short one; at the price paid where
    /// there is no last one. None where neither is known.
    pub fn external_value(&self) -> Option<Decimal> {
        self.external.checked_mul(self.price.or(self.paid)?)
    }
}

impl OrderRow {
    fn of(order: &Order, currency: Option<String>, ours: &Ours) -> Self {
        Self {
            id: order.id,
            symbol: order.symbol.clone(),
            currency,
            side: order.side.as_str().to_owned(),
            buys: order.side.buys(),
            shares: order.open_quantity,
            limit: order.limit_price,
            stop: order.stop_price,
            source: order.source.clone(),
            external: !ours.orders.contains(&order.id),
        }
    }
}

#[cfg(test)]
mod tests;
