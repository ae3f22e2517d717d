//! A run's fills as events of one taxed account.

use tradebot_domain::{ActionKind, Date, Decimal, Money, Symbol};
use tradebot_execution::tax::{TaxAccount, TaxAction, TaxEvent};
use tradebot_journal::{ActionApplied, FillRecord, OrderRole};

use crate::accounts::activities::{History, SELF, settled};
use crate::exit::Failure;
use crate::reading::Found;

/// Digits after the point of an amount in the account's currency.
const AMOUNT_DIGITS: u32 = 8;

/// The run's history: its account was empty when it began.
pub(super) fn history(found: &Found) -> Result<History, Failure> {
    let (reader, info) = (&found.reader, &found.info);
    let account = TaxAccount::taxed(&info.id, SELF);
    let book = Book { account: &account, currency: info.start.currency };
    let mut events = Vec::new();
    for action in reader.actions(info.key)? {
        events.extend(book.action(&action)?);
    }
    for fill in reader.fills(info.key)? {
        events.push(book.fill(&fill)?);
    }
    let source = format!("the fills of {} (simulated: for looking at, not for filing)", info.id);
    Ok(History { source, accounts: vec![account.clone()], events, notes: Vec::new() })
}

struct Book<'a> {
    account: &'a TaxAccount,
    currency: tradebot_domain::Currency,
}

impl Book<'_> {
    fn event(&self, symbol: Symbol, traded: Date, action: TaxAction) -> Result<TaxEvent, Failure> {
        let settled = settled(symbol.as_str(), traded)?;
        let event = TaxEvent::new(self.account, symbol.as_str(), traded, action);
        Ok(TaxEvent { settled, currency: self.currency, ..event })
    }

    /// Spread and slippage are part of what a share changed hands at; commissions are outlays.
    fn fill(&self, fill: &FillRecord) -> Result<TaxEvent, Failure> {
        let rate = fill.exchange_rate.unwrap_or(Decimal::ONE);
        let value = (fill.price.times(fill.shares).0 * rate).round_dp(AMOUNT_DIGITS);
        let aside = (fill.spread_cost + fill.slippage_cost).0;
        let (shares, outlays) = (Decimal::from(fill.shares.0), fill.commission.0);
        let action = if fill.role == OrderRole::Entry {
            TaxAction::Buy { shares, amount: value + aside, outlays }
        } else {
            TaxAction::Sell { shares, amount: (value - aside).max(Decimal::ZERO), outlays }
        };
        self.event(fill.symbol, fill.session.date(), action)
    }

    /// A split; cash for the fraction of a share that it left is a sale of that fraction.
    /// Dividends are income, and no event.
    fn action(&self, applied: &ActionApplied) -> Result<Vec<TaxEvent>, Failure> {
        let ActionKind::Split { ratio } = applied.action.kind else { return Ok(Vec::new()) };
        let date = applied.session.date();
        let split = TaxAction::Split { new: ratio, old: Decimal::ONE };
        let mut events = vec![self.event(applied.symbol, date, split)?];
        let fraction =
            Decimal::from(applied.shares_before.0) * ratio - Decimal::from(applied.shares_after.0);
        if applied.cash > Money::ZERO && fraction > Decimal::ZERO {
            let (amount, outlays) = (applied.cash.0, Decimal::ZERO);
            let sale = TaxAction::Sell { shares: fraction, amount, outlays };
            events.push(self.event(applied.symbol, date, sale)?);
        }
        Ok(events)
    }
}
