//! What moves money: trades, fees, settlement, dividends, splits, conversions, deposits.

use rust_decimal::Decimal;
use tradebot_brackets::settlement::SettlementSchedule;
use tradebot_broker_questrade::activity::Activity;
use tradebot_broker_questrade::words::Currency;
use tradebot_domain::{ActionKind, Date, Exchange};

use super::World;
use super::account::{Posting, cents};
use super::time::{eastern, midnight, next_day};
use crate::knobs::SettlementPreference;

/// A dividend that is due.
#[derive(Debug, Clone)]
pub(crate) struct Due {
    date: Date,
    account: String,
    symbol: i64,
    gross: Decimal,
}

/// What a row of activities says besides its dates.
pub(crate) struct Entry<'a> {
    pub(crate) action: &'a str,
    pub(crate) kind: &'a str,
    /// Symbol and id; empty and 0 for cash.
    pub(crate) symbol: (String, i64),
    pub(crate) description: String,
    pub(crate) currency: Currency,
    pub(crate) quantity: Decimal,
    pub(crate) price: Decimal,
    pub(crate) gross: Decimal,
    pub(crate) commission: Decimal,
}

impl World {
    /// Commission of an order for so many shares in all, on a date.
    pub(crate) fn commission(&self, shares: Decimal, on: Date) -> Decimal {
        let mut rows = self.knobs.trading.commissions.iter();
        let row = rows.rfind(|r| r.from.parse::<Date>().is_ok_and(|from| from <= on));
        row.filter(|_| shares > Decimal::ZERO).map_or(Decimal::ZERO, |row| {
            cents((row.per_share * shares).clamp(row.min, row.max.max(row.min)))
        })
    }

    /// When a trade of today settles.
    pub(crate) fn settles(&self, calendar: Exchange) -> Date {
        let schedule = SettlementSchedule::of(calendar);
        schedule.settle_date_on(calendar, self.today).unwrap_or_else(|_| next_day(self.today))
    }

    /// Books cash of today, and its row of activities from the next session on.
    pub(crate) fn post(&mut self, account: &str, entry: Entry<'_>, settles: Date) {
        let today = self.today;
        let posted =
            self.market.next_session(Exchange::Xtse, today).unwrap_or_else(|| next_day(today));
        let net = entry.gross + entry.commission;
        let twice = self.knobs.trading.duplicate_activities;
        let Some(account) = self.accounts.get_mut(account) else { return };
        account.book(&entry.currency, net, (today, settles));
        let day = |date| eastern(midnight(date));
        let row = Activity {
            trade_date: day(today),
            transaction_date: day(posted),
            settlement_date: day(settles),
            action: entry.action.to_owned(),
            symbol: entry.symbol.0,
            symbol_id: entry.symbol.1,
            description: entry.description,
            currency: entry.currency,
            quantity: entry.quantity,
            price: entry.price,
            gross_amount: entry.gross,
            commission: entry.commission,
            net_amount: net,
            activity_type: entry.kind.to_owned(),
        };
        let posting = Posting { from: posted, row };
        account.postings.extend(twice.then(|| posting.clone()));
        account.postings.push(posting);
    }

    /// Money in or out by hand.
    pub(crate) fn deposit(&mut self, account: &str, currency: &Currency, amount: Decimal) {
        let deposits = amount >= Decimal::ZERO;
        let entry = Entry {
            action: if deposits { "DEP" } else { "WDR" },
            kind: if deposits { "Deposits" } else { "Withdrawals" },
            symbol: (String::new(), 0),
            description: String::new(),
            currency: currency.clone(),
            quantity: Decimal::ZERO,
            price: Decimal::ZERO,
            gross: amount,
            commission: Decimal::ZERO,
        };
        let today = self.today;
        self.post(account, entry, today);
    }

    /// Midnight: conversions of the day that ended, then splits, dividends and settlement of the
    /// new one.
    pub(crate) fn roll(&mut self, today: Date) {
        self.convert_shortfalls();
        self.today = today;
        let numbers: Vec<String> = self.accounts.keys().cloned().collect();
        for account in self.accounts.values_mut() {
            account.roll(today);
        }
        self.go_ex(today);
        self.pay_dividends(today);
        for number in &numbers {
            let balances = self.balances_of(number);
            if let Some(account) = self.accounts.get_mut(number) {
                account.start_of_day = balances;
            }
        }
    }

    /// Registered and cash accounts buy the currency they lack.
    fn convert_shortfalls(&mut self) {
        if self.knobs.trading.settlement == SettlementPreference::Refuse {
            return;
        }
        let (rate, spread) = (self.knobs.market.usd_cad, self.knobs.trading.fx_spread);
        let short: Vec<(String, Currency, Decimal)> = self
            .accounts
            .values()
            .filter(|account| !account.is_margin())
            .flat_map(|account| {
                let lacks = |c: &Currency| (account.number.clone(), c.clone(), -account.cash_in(c));
                [lacks(&Currency::Cad), lacks(&Currency::Usd)]
            })
            .filter(|(_, _, lack)| *lack > Decimal::ZERO)
            .collect();
        for (account, currency, lack) in short {
            let (other, price) = match currency {
                Currency::Usd => (Currency::Cad, rate),
                _ => (Currency::Usd, Decimal::ONE.checked_div(rate).unwrap_or_default()),
            };
            let paid = cents(lack * price * (Decimal::ONE + spread));
            self.post_conversion(&account, &currency, lack);
            self.post_conversion(&account, &other, -paid);
        }
    }

    fn post_conversion(&mut self, account: &str, currency: &Currency, amount: Decimal) {
        let entry = Entry {
            action: "FXT",
            kind: "FX conversion",
            symbol: (String::new(), 0),
            description: "FX CONVERSION".to_owned(),
            currency: currency.clone(),
            quantity: Decimal::ZERO,
            price: Decimal::ZERO,
            gross: amount,
            commission: Decimal::ZERO,
        };
        let today = self.today;
        self.post(account, entry, today);
    }

    /// Corporate actions whose ex-date is today.
    fn go_ex(&mut self, today: Date) {
        let due: Vec<(i64, ActionKind)> = self
            .market
            .all()
            .flat_map(|i| i.actions.iter().map(move |a| (i.id, a)))
            .filter(|(_, action)| action.ex_date == today)
            .map(|(id, action)| (id, action.kind))
            .collect();
        for (id, kind) in due {
            match kind {
                ActionKind::Split { ratio } => self.split(id, ratio),
                ActionKind::Dividend { amount } => self.owe_dividend(id, amount),
            }
        }
    }

    /// New shares for old; a fraction is paid out, orders of the symbol are cancelled.
    fn split(&mut self, id: i64, ratio: Decimal) {
        let Some(instrument) = self.market.get(id) else { return };
        let (symbol, currency) = (instrument.symbol.clone(), instrument.currency.clone());
        let price = self.market.print(instrument, self.now).map(|p| p.last).unwrap_or_default();
        let today = self.today;
        if let Some(instrument) = self.market.get_mut(id) {
            instrument.reorg = Some(today);
        }
        for number in self.accounts.keys().cloned().collect::<Vec<_>>() {
            let Some(account) = self.accounts.get_mut(&number) else { continue };
            let Some(holding) = account.holdings.get_mut(&id) else { continue };
            let exact = holding.quantity * ratio;
            let fraction = exact - exact.trunc();
            holding.quantity = exact.trunc();
            holding.sod_quantity = exact.trunc();
            holding.average = holding.average.checked_div(ratio).unwrap_or_default().round_dp(10);
            let in_lieu = cents(fraction * price);
            let entry = Entry {
                action: "SPL",
                kind: "Corporate actions",
                symbol: (symbol.clone(), id),
                description: format!("{symbol} SPLIT {ratio} FOR 1"),
                currency: currency.clone(),
                quantity: Decimal::ZERO,
                price: Decimal::ZERO,
                gross: in_lieu,
                commission: Decimal::ZERO,
            };
            self.post(&number, entry, today);
        }
        self.cancel_for_reorg(id);
    }

    /// Who holds today at midnight is owed.
    fn owe_dividend(&mut self, id: i64, amount: Decimal) {
        let Some(calendar) = self.market.get(id).map(|i| i.calendar) else { return };
        let mut date = self.today;
        for _ in 0..self.knobs.trading.dividend_days {
            date = self.market.next_session(calendar, date).unwrap_or(date);
        }
        let owed = self.accounts.values().filter_map(|account| {
            let quantity = account.quantity(id);
            let due =
                Due { date, account: account.number.clone(), symbol: id, gross: quantity * amount };
            (!quantity.is_zero()).then_some(due)
        });
        self.dividends.extend(owed);
    }

    fn pay_dividends(&mut self, today: Date) {
        let (due, later) =
            std::mem::take(&mut self.dividends).into_iter().partition(|d| d.date <= today);
        self.dividends = later;
        let due: Vec<Due> = due;
        for payment in due {
            let Some(instrument) = self.market.get(payment.symbol) else { continue };
            let (symbol, currency) = (instrument.symbol.clone(), instrument.currency.clone());
            let foreign = !instrument.is_canadian();
            let exempt =
                self.accounts.get(&payment.account).is_none_or(super::account::Account::is_exempt);
            let rate = self.knobs.trading.withholding;
            let taxed = foreign && !exempt && payment.gross > Decimal::ZERO;
            let withheld = if taxed { cents(payment.gross * rate) } else { Decimal::ZERO };
            let entry = Entry {
                action: "DIV",
                kind: "Dividends",
                symbol: (symbol.clone(), payment.symbol),
                description: format!("{symbol} DIVIDEND, TAX WITHHELD {withheld}"),
                currency,
                quantity: Decimal::ZERO,
                price: Decimal::ZERO,
                gross: cents(payment.gross) - withheld,
                commission: Decimal::ZERO,
            };
            self.post(&payment.account, entry, today);
        }
    }
}
