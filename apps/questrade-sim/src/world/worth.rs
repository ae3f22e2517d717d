//! What an account is worth and what it may buy.

use rust_decimal::Decimal;
use tradebot_broker_questrade::account::Balance;
use tradebot_broker_questrade::words::{Currency, OrderType, Side};

use super::World;
use super::account::{Account, cents};
use super::market::Instrument;
use crate::knobs::SettlementPreference;

/// Both currencies, in the order of replies.
const CURRENCIES: [Currency; 2] = [Currency::Cad, Currency::Usd];

/// Sums of one currency.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    cash: Decimal,
    value: Decimal,
    excess: Decimal,
    buying_power: Decimal,
}

impl World {
    /// Part of a long position's value that must be covered, or of a short one's.
    ///
    /// **Source:** the broker's page of margin rates: by price, and 30 % on a reduced list.
    pub(crate) fn margin_rate(
        &self,
        instrument: &Instrument,
        price: Decimal,
        short: bool,
    ) -> Decimal {
        let rate = |percent: i64| Decimal::new(percent, 2);
        if self.knobs.trading.reduced_margin.contains(&instrument.symbol) {
            return rate(30);
        }
        let per_share = |dollars: Decimal| dollars.checked_div(price).unwrap_or(Decimal::ONE);
        match (short, price) {
            (_, p) if p >= Decimal::from(2) => rate(50),
            (true, p) if p >= Decimal::new(15, 1) => per_share(Decimal::from(3) - p),
            (true, p) if p >= rate(25) => Decimal::ONE,
            (true, _) => per_share(rate(25)),
            (false, p) if p >= Decimal::new(175, 2) => rate(60),
            (false, p) if p >= Decimal::new(15, 1) => rate(80),
            (false, _) => Decimal::ONE,
        }
    }

    /// Price a position is valued at, delayed or not.
    pub(crate) fn mark(&self, instrument: &Instrument) -> Option<Decimal> {
        self.market.print(instrument, self.now).map(|print| print.last)
    }

    /// What open purchases of an account may still cost, in a currency.
    fn reserved(&self, account: &Account, currency: &Currency) -> Decimal {
        let orders = self.orders.values().filter(|w| w.account == account.number);
        let open = orders.filter(|w| w.order.is_open() && w.is_working());
        open.filter(|w| w.order.side.buys() == Some(true))
            .filter_map(|w| {
                let instrument = self.market.get(w.order.symbol_id)?;
                let price = w.order.limit_price.filter(|_| w.order.order_type == OrderType::Limit);
                let price = price.or_else(|| self.mark(instrument))?;
                (instrument.currency == *currency).then(|| price * w.order.open_quantity)
            })
            .sum()
    }

    fn sums(&self, account: &Account, currency: &Currency) -> Sums {
        let mut sums = Sums { cash: account.cash_in(currency), ..Sums::default() };
        let mut required = Decimal::ZERO;
        for (id, holding) in &account.holdings {
            let Some(instrument) = self.market.get(*id).filter(|i| i.currency == *currency) else {
                continue;
            };
            let price = self.mark(instrument).unwrap_or_default();
            let value = holding.quantity * price;
            sums.value += value;
            required += value.abs() * self.margin_rate(instrument, price, value < Decimal::ZERO);
        }
        let reserved = self.reserved(account, currency);
        if account.is_margin() {
            sums.excess = sums.cash + sums.value - required;
            sums.buying_power = ((sums.excess * Decimal::TWO) - reserved).max(Decimal::ZERO);
        } else {
            sums.excess = sums.cash;
            sums.buying_power = (sums.cash - reserved).max(Decimal::ZERO);
        }
        sums
    }

    /// Rows by currency, and the same total in both currencies.
    pub(crate) fn balances_of(&self, account: &str) -> (Vec<Balance>, Vec<Balance>) {
        let Some(account) = self.accounts.get(account) else { return (Vec::new(), Vec::new()) };
        let [cad, usd] = CURRENCIES.map(|c| self.sums(account, &c));
        let rate = self.knobs.market.usd_cad;
        let in_cad = |c: Decimal, u: Decimal| c + u * rate;
        let both = Sums {
            cash: in_cad(cad.cash, usd.cash),
            value: in_cad(cad.value, usd.value),
            excess: in_cad(cad.excess, usd.excess),
            buying_power: in_cad(cad.buying_power, usd.buying_power),
        };
        let over = |x: Decimal| x.checked_div(rate).unwrap_or_default();
        let other = Sums {
            cash: over(both.cash),
            value: over(both.value),
            excess: over(both.excess),
            buying_power: over(both.buying_power),
        };
        let real = self.knobs.market.real_time;
        let [c, u] = CURRENCIES;
        let held = vec![balance(c.clone(), cad, real), balance(u.clone(), usd, real)];
        (held, vec![balance(c, both, real), balance(u, other, real)])
    }

    /// What an account may still spend on purchases in a currency.
    pub(crate) fn may_spend(&self, account: &Account, currency: &Currency) -> Decimal {
        let rate = self.knobs.market.usd_cad;
        let keep = Decimal::ONE - self.knobs.trading.fx_spread;
        let (other, price) = match currency {
            Currency::Usd => (Currency::Cad, rate),
            _ => (Currency::Usd, Decimal::ONE.checked_div(rate).unwrap_or_default()),
        };
        let to_here = |amount: Decimal| amount.checked_div(price).unwrap_or_default();
        let (mine, theirs) = (self.sums(account, currency), self.sums(account, &other));
        if account.is_margin() {
            let reserved =
                self.reserved(account, currency) + to_here(self.reserved(account, &other));
            return (mine.excess + to_here(theirs.excess)) * Decimal::TWO - reserved;
        }
        let here = mine.cash - self.reserved(account, currency);
        match self.knobs.trading.settlement {
            SettlementPreference::Refuse => here,
            SettlementPreference::Convert => {
                let there = theirs.cash - self.reserved(account, &other);
                here + to_here(there.max(Decimal::ZERO)) * keep
            }
        }
    }

    /// Shares of a symbol that open sales have taken already.
    pub(crate) fn selling(&self, account: &str, symbol: i64) -> Decimal {
        self.orders
            .values()
            .filter(|w| w.account == account && w.order.symbol_id == symbol)
            .filter(|w| w.order.is_open() && w.is_working() && w.order.side == Side::Sell)
            // Exits of one bracket sell the same shares once.
            .filter(|w| w.order.order_group_id == 0)
            .map(|w| w.order.open_quantity)
            .sum()
    }
}

fn balance(currency: Currency, sums: Sums, is_real_time: bool) -> Balance {
    Balance {
        currency,
        cash: cents(sums.cash),
        market_value: cents(sums.value),
        total_equity: cents(sums.cash + sums.value),
        buying_power: cents(sums.buying_power),
        maintenance_excess: cents(sums.excess),
        is_real_time,
    }
}
