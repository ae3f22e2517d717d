//! An account in the words of the pre-trade review.

use std::collections::BTreeMap;

use tradebot_domain::{Currency, Decimal, Money, Symbol};
use tradebot_risk::RecentLoss;
use tradebot_risk::account::{AccountKind, AccountRules, BrokerAccount, External};

use super::{OrderRow, PositionRow, Snapshot};

/// The broker's word for a sale of shares that are not held.
const SHORT: &str = "Short";

/// What the review wants to know beside the account itself.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// Losses of the last days by symbol, of all accounts.
    pub losses: BTreeMap<Symbol, Vec<RecentLoss>>,
    /// Shares by symbol in other accounts.
    pub elsewhere: BTreeMap<Symbol, f64>,
    /// Purchases and sales of the last twelve months in this account.
    pub trades_of_year: u32,
    /// The owner's rules.
    pub rules: AccountRules,
}

/// The account for trading in one currency.
///
/// What is not known is NaN and fails the check that needs it: a balance the broker did not send, a
/// position without any price, an order without one, a currency without a rate.
pub fn broker_account(snapshot: &Snapshot, currency: Currency, beside: Beside) -> BrokerAccount {
    let code = currency.code();
    let known = |value: Option<Money>| value.map_or(f64::NAN, Money::to_f64);
    let whole = snapshot.combined_in(code);
    let cash = known(snapshot.held_in(code).map(|row| row.cash));
    let pending: f64 = purchases(snapshot, code).map(OrderRow::cost).sum();
    BrokerAccount {
        kind: AccountKind::from_broker(&snapshot.kind),
        active: snapshot.status == "Active",
        currency,
        cash: cash - pending,
        equity: known(whole.map(|row| row.equity)),
        maintenance_excess: known(whole.map(|row| row.maintenance_excess)),
        external: externals(snapshot, currency),
        losses: beside.losses,
        elsewhere: beside.elsewhere,
        trades_of_year: beside.trades_of_year,
        rules: beside.rules,
    }
}

/// Open orders that buy in a currency, or may; where the currency is not known they count.
fn purchases<'a>(snapshot: &'a Snapshot, code: &'a str) -> impl Iterator<Item = &'a OrderRow> {
    let here = move |order: &&OrderRow| order.currency.as_deref().is_none_or(|c| c == code);
    snapshot.orders.iter().filter(here).filter(|order| order.buys != Some(false))
}

/// Positions and orders that are not ours, valued in a currency. A sale of what is held opens
/// nothing; a short one does.
fn externals(snapshot: &Snapshot, currency: Currency) -> Vec<External> {
    let mut found = Vec::new();
    for position in snapshot.positions.iter().filter(|p| !p.external.is_zero()) {
        let rate = rate(snapshot, position.currency.as_deref(), currency);
        let value = number(position.external_value()).abs() * rate;
        let at_risk = at_stop(snapshot, position).map(|lost| lost * rate);
        found.extend(external(&position.symbol, number(Some(position.external)), value, at_risk));
    }
    let opens = |o: &&OrderRow| o.external && (o.buys != Some(false) || o.side == SHORT);
    for order in snapshot.orders.iter().filter(opens) {
        let value = order.cost() * rate(snapshot, order.currency.as_deref(), currency);
        let shares = number(Some(if order.side == SHORT { -order.shares } else { order.shares }));
        let order = external(&order.symbol, shares, value, None);
        found.extend(order.map(|e| External { order: true, ..e }));
    }
    found
}

/// None for a symbol that has characters no symbol of ours has: an option, whose value the
/// balances hold.
fn external(symbol: &str, shares: f64, value: f64, at_risk: Option<f64>) -> Option<External> {
    let symbol = Symbol::new(symbol).ok()?;
    Some(External { symbol, shares, value, at_risk, order: false })
}

/// Lost when the stops of others that rest on all of their shares trade.
fn at_stop(snapshot: &Snapshot, position: &PositionRow) -> Option<f64> {
    let price = position.price?;
    let rests = |o: &&OrderRow| {
        o.external && o.symbol == position.symbol && o.buys == Some(false) && o.stop.is_some()
    };
    let stops = || snapshot.orders.iter().filter(rests);
    let covered: Decimal = stops().map(|o| o.shares).sum();
    if position.external <= Decimal::ZERO || covered < position.external {
        return None;
    }
    let lowest = stops().filter_map(|o| o.stop).min()?;
    let lost = (price - lowest).max(Decimal::ZERO).checked_mul(position.external)?;
    Some(number(Some(lost)))
}

/// Units of `to` for one of `from`, as the combined balances imply; NaN where they do not.
fn rate(snapshot: &Snapshot, from: Option<&str>, to: Currency) -> f64 {
    let total = |code: &str| snapshot.combined_in(code).map(|row| row.equity.to_f64());
    match from {
        Some(code) if code == to.code() => 1.0,
        Some(code) => match (total(to.code()), total(code)) {
            (Some(to), Some(from)) if to > 0.0 && from > 0.0 => to / from,
            _ => f64::NAN,
        },
        None => f64::NAN,
    }
}

fn number(value: Option<Decimal>) -> f64 {
    value.map_or(f64::NAN, |value| Money(value).to_f64())
}

impl OrderRow {
    /// What is left of it costs at its limit, else at its stop; NaN for an order at the market.
    fn cost(&self) -> f64 {
        number(self.limit.or(self.stop).and_then(|price| price.checked_mul(self.shares)))
    }
}
