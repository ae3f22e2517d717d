//! What holding costs: borrowed shares, and money that is owed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradebot_domain::{Currency, Date, Decimal, Money, Symbol};

use super::config::{ConfigError, in_range};
use super::exact;
use super::table::{NotKnown, Table};

/// Days of a year that rates are quoted over.
const YEAR: u32 = 365;

/// Rates of borrowing shares and money. All off by default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Financing {
    /// Annual rate for borrowing shares, a fraction, 0 to 5: 0.0025 to 0.005 for shares easy to
    /// find, above 0.1 for those that are not.
    pub borrow_rate: f64,
    /// Shares with a rate of their own.
    pub borrow_rates: BTreeMap<Symbol, f64>,
    /// Annual rate on a negative balance by currency, a fraction, 0 to 1; a currency that is not
    /// named may not be owed.
    pub margin_rates: BTreeMap<Currency, Table<f64>>,
}

/// Why interest is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InterestError {
    /// No rate is agreed for that currency: it may not be owed.
    #[error("{balance} {currency} is owed, and no margin rate is configured for {currency}")]
    NotAgreed {
        /// The currency.
        currency: Currency,
        /// The balance, negative.
        balance: Money,
    },
    /// The rate of a day is not known.
    #[error("margin rate of {currency}: {source}")]
    NotKnown {
        /// The currency.
        currency: Currency,
        /// What is known.
        source: NotKnown,
    },
}

/// Cost of borrowing shares worth `notional` for `days` calendar days: N r d / 365, not rounded.
///
/// - **annual_rate:** a fraction, >= 0.
pub fn borrow_cost(notional: Money, annual_rate: f64, days: u32) -> Money {
    Money(notional.0 * exact(annual_rate) * Decimal::from(days) / Decimal::from(YEAR))
}

impl Financing {
    /// Cost of being short shares of `symbol` worth `notional` for `days` calendar days, not
    /// rounded. Dividends that a short pays are the walk's matter.
    pub fn borrow(&self, symbol: Symbol, notional: Money, days: u32) -> Money {
        let rate = self.borrow_rates.get(&symbol).unwrap_or(&self.borrow_rate);
        borrow_cost(notional, *rate, days)
    }

    /// Interest on a balance that stood from the evening of `from` to that of `until`: B r / 365 for
    /// each night at the rate of the day it begins on, not rounded. Nothing on a balance that is
    /// not negative.
    ///
    /// # Errors
    /// [`InterestError`] when money is owed at a rate that is not known.
    pub fn margin_interest(
        &self,
        currency: Currency,
        balance: Money,
        (from, until): (Date, Date),
    ) -> Result<Money, InterestError> {
        if balance >= Money::ZERO || until <= from {
            return Ok(Money::ZERO);
        }
        let table = self
            .margin_rates
            .get(&currency)
            .ok_or(InterestError::NotAgreed { currency, balance })?;
        let mut rates = Decimal::ZERO;
        for night in from.series(tradebot_domain::Span::new().days(1)).take_while(|d| *d < until) {
            let rate = table.on(night);
            rates += exact(*rate.map_err(|source| InterestError::NotKnown { currency, source })?);
        }
        Ok(Money(-balance.0 * rates / Decimal::from(YEAR)))
    }

    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        let borrow = (0.0, 5.0);
        in_range("borrow_rate", self.borrow_rate, borrow)?;
        for (symbol, rate) in &self.borrow_rates {
            in_range(&format!("borrow_rates.{symbol}"), *rate, borrow)?;
        }
        for (currency, table) in &self.margin_rates {
            let at = format!("margin_rates.{currency}");
            let rate = |rate: &f64| in_range("rate", *rate, (0.0, 1.0));
            table.validate(rate).map_err(|error| error.within(&at))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::table::Row;

    fn money(text: &str) -> Money {
        Money(text.parse().unwrap())
    }

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn financing() -> Financing {
        let row = |from, terms| Row { from: Some(date(from)), terms };
        let rows = vec![row("2020-01-01", 0.073), row("2020-01-11", 0.0365)];
        let usd = Table { rows, known_through: None };
        Financing {
            borrow_rate: 0.0025,
            borrow_rates: BTreeMap::from([("GME".parse().unwrap(), 0.5)]),
            margin_rates: BTreeMap::from([(Currency::Usd, usd)]),
        }
    }

    #[test]
    fn shares_hard_to_find_cost_a_rate_of_their_own() {
        let cost = |symbol: &str| financing().borrow(symbol.parse().unwrap(), money("5000"), 4);
        assert_eq!(cost("SPY").to_cents(), money("0.14"));
        assert_eq!(cost("GME").to_cents(), money("27.40"));
    }

    #[test]
    fn a_night_costs_the_rate_of_the_day_it_begins_on() {
        let interest = |balance: &str, from: &str, until: &str| {
            financing()
                .margin_interest(Currency::Usd, money(balance), (date(from), date(until)))
                .unwrap()
        };
        // 10,000 at 7.3 % is 2 a night, at 3.65 % it is 1.
        assert_eq!(interest("-10000", "2020-01-05", "2020-01-06"), money("2"));
        assert_eq!(interest("-10000", "2020-01-09", "2020-01-13"), money("6"));
        assert_eq!(interest("10000", "2020-01-09", "2020-01-13"), Money::ZERO);
        assert_eq!(interest("-10000", "2020-01-09", "2020-01-09"), Money::ZERO);
    }

    #[test]
    fn money_that_no_one_agreed_to_lend_is_refused() {
        let nights = (date("2020-01-05"), date("2020-01-06"));
        let owed = |currency| financing().margin_interest(currency, money("-1"), nights);
        assert!(owed(Currency::Usd).is_ok());
        let refused = owed(Currency::Cad).unwrap_err().to_string();
        assert!(refused.contains("-1 CAD"), "{refused}");
        let early = (date("2019-12-31"), date("2020-01-02"));
        let unknown = financing().margin_interest(Currency::Usd, money("-1"), early);
        assert!(matches!(unknown, Err(InterestError::NotKnown { .. })), "{unknown:?}");
    }

    #[test]
    fn rates_outside_their_range_are_refused_by_their_place() {
        let mut broken = financing();
        broken.borrow_rates.insert("GME".parse().unwrap(), 6.0);
        assert_eq!(broken.validate().unwrap_err().at, "borrow_rates.GME");
        let mut broken = financing();
        broken.margin_rates.insert(Currency::Cad, Table::always(1.5));
        let at = broken.validate().unwrap_err().at;
        assert_eq!(at, "margin_rates.CAD.rows[0].terms.rate");
        assert_eq!(financing().validate(), Ok(()));
    }
}
