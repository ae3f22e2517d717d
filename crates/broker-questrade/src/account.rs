//! Time, accounts, positions and balances.

use serde::{Deserialize, Serialize};
use tradebot_domain::{Decimal, Shares, Symbol};

use crate::reply::Conversion;
use crate::time::BrokerTime;
use crate::wire::fields::tolerant_record;
use crate::wire::{integer, number, text};
use crate::words::{AccountStatus, AccountType, ClientAccountType, Currency};

/// `GET /v1/time`: the broker's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeReply {
    /// Now, for the broker.
    pub time: BrokerTime,
}

/// `GET /v1/accounts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountsReply {
    /// The accounts of the user.
    pub accounts: Vec<Account>,
    /// The user.
    #[serde(deserialize_with = "integer::deserialize")]
    pub user_id: i64,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct Account {
    /// What kind it is.
    #[serde(rename = "type")]
    pub account_type: AccountType,
    /// Eight digits, leading zeros included: a text, not a number.
    #[serde(deserialize_with = "text::deserialize")]
    pub number: String,
    /// Whether it may trade.
    pub status: AccountStatus,
    /// The user's first account.
    #[serde(default)]
    pub is_primary: bool,
    /// The account that is billed for data.
    #[serde(default)]
    pub is_billing: bool,
    /// Who owns it.
    pub client_account_type: ClientAccountType,
}
tolerant_record!(Account);

/// `GET /v1/accounts/:id/positions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionsReply {
    /// Open positions, and those closed today.
    pub positions: Vec<Position>,
}

/// One position. Its currency is that of the symbol, which has to be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct Position {
    /// The broker's symbol.
    pub symbol: String,
    /// The broker's id of it.
    #[serde(deserialize_with = "integer::deserialize")]
    pub symbol_id: i64,
    /// Shares held: negative when short, 0 when closed today, a fraction at times.
    #[serde(with = "number")]
    pub open_quantity: Decimal,
    /// Shares closed today.
    #[serde(default, with = "number")]
    pub closed_quantity: Decimal,
    /// Value at the current price; none or zero when there is no price.
    #[serde(default, with = "number::optional")]
    pub current_market_value: Option<Decimal>,
    /// Last price; none or zero for halted and unquoted names.
    #[serde(default, with = "number::optional")]
    pub current_price: Option<Decimal>,
    /// Average price paid per share.
    #[serde(default, with = "number::optional")]
    pub average_entry_price: Option<Decimal>,
    /// Profit realised today.
    #[serde(default, with = "number")]
    pub closed_pnl: Decimal,
    /// Profit not realised.
    #[serde(default, with = "number::optional")]
    pub open_pnl: Option<Decimal>,
    /// Profit of the day; not in the broker's pages.
    #[serde(default, with = "number::optional")]
    pub day_pnl: Option<Decimal>,
    /// What the position cost.
    #[serde(default, with = "number::optional")]
    pub total_cost: Option<Decimal>,
    /// The price is real-time, not delayed.
    #[serde(default)]
    pub is_real_time: bool,
    /// A corporate action is under way: not to be traded.
    #[serde(default)]
    pub is_under_reorg: bool,
}
tolerant_record!(Position);

impl Position {
    /// The symbol in domain words.
    ///
    /// # Errors
    /// [`Conversion`] when it has characters that no domain symbol has.
    pub fn symbol(&self) -> Result<Symbol, Conversion> {
        Symbol::new(&self.symbol).map_err(|_| Conversion::new("symbol", &self.symbol))
    }

    /// Whole shares held long.
    ///
    /// # Errors
    /// [`Conversion`] for a short position or a fraction of a share: neither is ours.
    pub fn shares(&self) -> Result<Shares, Conversion> {
        whole_shares("openQuantity", self.open_quantity)
    }

    /// The current price, when there is one: zero is not a price.
    pub fn price(&self) -> Option<Decimal> {
        self.current_price.filter(|p| *p > Decimal::ZERO)
    }
}

/// A quantity as whole shares, zero or more.
pub(crate) fn whole_shares(what: &'static str, quantity: Decimal) -> Result<Shares, Conversion> {
    let whole = quantity.fract().is_zero();
    u64::try_from(quantity)
        .ok()
        .filter(|_| whole)
        .map(Shares)
        .ok_or_else(|| Conversion::new(what, &quantity))
}

/// `GET /v1/accounts/:id/balances`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct BalancesReply {
    /// What is held in each currency.
    pub per_currency_balances: Vec<Balance>,
    /// The same total, said once in each currency: never to be added up.
    pub combined_balances: Vec<Balance>,
    /// `per_currency_balances` at the start of the day.
    #[serde(default)]
    pub sod_per_currency_balances: Vec<Balance>,
    /// `combined_balances` at the start of the day.
    #[serde(default)]
    pub sod_combined_balances: Vec<Balance>,
}
tolerant_record!(BalancesReply);

/// Money in, or expressed in, one currency. All amounts may be negative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct Balance {
    /// The currency.
    pub currency: Currency,
    /// Cash.
    #[serde(with = "number")]
    pub cash: Decimal,
    /// Value of positions.
    #[serde(with = "number")]
    pub market_value: Decimal,
    /// Cash and positions.
    #[serde(with = "number")]
    pub total_equity: Decimal,
    /// What may be bought.
    #[serde(with = "number")]
    pub buying_power: Decimal,
    /// Equity above the maintenance margin.
    #[serde(with = "number")]
    pub maintenance_excess: Decimal,
    /// Values are real-time, not delayed.
    #[serde(default)]
    pub is_real_time: bool,
}
tolerant_record!(Balance);

impl BalancesReply {
    /// What is held in this currency; rows come in no fixed order.
    pub fn held_in(&self, currency: &Currency) -> Option<&Balance> {
        self.per_currency_balances.iter().find(|b| b.currency == *currency)
    }

    /// The whole account expressed in this currency.
    pub fn combined_in(&self, currency: &Currency) -> Option<&Balance> {
        self.combined_balances.iter().find(|b| b.currency == *currency)
    }

    /// Canadian dollars per US dollar that the combined rows imply: good enough to check a rate,
    /// not to trade on.
    pub fn implied_cad_per_usd(&self) -> Option<Decimal> {
        let cad = self.combined_in(&Currency::Cad)?.total_equity;
        let usd = self.combined_in(&Currency::Usd)?.total_equity;
        cad.checked_div(usd).filter(|rate| *rate > Decimal::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn an_account_number_keeps_its_leading_zeros() {
        let reply: AccountsReply = serde_json::from_str(samples::ACCOUNTS).unwrap();
        assert_eq!(reply.accounts[0].number, "01234567");
        assert_eq!(reply.accounts[0].account_type, AccountType::Tfsa);
        assert_eq!(reply.accounts[1].account_type, AccountType::Other("DAF".to_owned()));
        assert_eq!(reply.accounts[1].number, "26543210");
        assert_eq!(reply.accounts[1].status, AccountStatus::SuspendedViewOnly);
    }

    #[test]
    fn a_position_without_a_price_has_none() {
        let reply: PositionsReply = serde_json::from_str(samples::POSITIONS).unwrap();
        let [held, closed, short, fraction] = &reply.positions[..] else { panic!("four") };
        assert_eq!(held.shares(), Ok(Shares(120)));
        assert_eq!(held.price(), Some(decimal("36.55")));
        assert_eq!(held.average_entry_price, Some(decimal("33.102500000001")));
        assert_eq!(closed.shares(), Ok(Shares(0)));
        assert_eq!((closed.price(), closed.open_pnl), (None, None));
        assert!(short.shares().is_err() && fraction.shares().is_err());
        assert_eq!(short.price(), None);
    }

    #[test]
    fn balances_are_found_by_currency_and_never_added() {
        let reply: BalancesReply = serde_json::from_str(samples::BALANCES).unwrap();
        assert_eq!(reply.held_in(&Currency::Usd).unwrap().cash, decimal("-310.4"));
        assert_eq!(reply.combined_in(&Currency::Cad).unwrap().total_equity, decimal("7344.6"));
        let rate = reply.implied_cad_per_usd().unwrap();
        assert_eq!(rate.round_dp(4), decimal("1.3700"));
        assert_eq!(reply.held_in(&Currency::from("EUR")), None);
    }

    #[test]
    fn an_empty_account_implies_no_rate() {
        let zero = samples::BALANCES.replace("5361.0", "0");
        let reply: BalancesReply = serde_json::from_str(&zero).unwrap();
        assert_eq!(reply.implied_cad_per_usd(), None);
    }
}
