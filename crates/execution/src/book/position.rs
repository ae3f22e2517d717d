//! One open position, and an entry that may become one.

use tradebot_domain::{ActionKind, Bar, Date, Decimal, Money, Price, Shares, Tick};
use tradebot_journal::{
    ActionApplied, IntentRecord, OrderRecord, OrderRole, PositionRecord, TradeRecord,
};

use super::mark_price;
use crate::event::{Execution, ExitDetail};

/// An entry that was sent and is neither filled nor ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Pending {
    /// The intent.
    pub intent: IntentRecord,
    /// Cash promised to it: value at the limit, costs included.
    pub reserved: Money,
}

/// An open position. Readings are in current share units unless they say otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Position {
    /// The intent that opened it, as it was decided.
    pub intent: IntentRecord,
    /// Session of the entry fill.
    pub entry_session: Date,
    /// Price of the entry fill, in the shares of its day.
    pub entry_price: Price,
    /// Shares bought, those of the entry's day.
    pub entry_shares: Shares,
    /// Costs of the entry fill.
    pub entry_costs: Money,
    /// Shares held.
    pub shares: Shares,
    /// Stop at work.
    pub stop: Price,
    /// Target at work.
    pub target: Price,
    /// Dividends and cash in lieu received.
    pub income: Money,
    /// Last close, or the entry price before there was one.
    pub mark: Price,
    /// Sessions marked, the entry's included.
    pub sessions_held: u32,
    /// Shares now for each share at the entry.
    units: Decimal,
    marked: Option<Date>,
}

impl Position {
    pub(super) fn entered(intent: IntentRecord, fill: &Execution) -> Self {
        Self {
            entry_session: fill.session,
            entry_price: fill.price,
            entry_shares: fill.shares,
            entry_costs: fill.costs.total(),
            shares: fill.shares,
            stop: intent.bracket.stop,
            target: intent.bracket.target,
            income: Money::ZERO,
            mark: fill.price,
            sessions_held: 0,
            units: Decimal::ONE,
            marked: None,
            intent,
        }
    }

    /// Value at the mark.
    pub fn value(&self) -> Money {
        self.mark.times(self.shares)
    }

    /// What a fall from the mark to the stop loses, before costs; 0 when the stop is above.
    pub fn risk(&self) -> Money {
        let per_share = (self.mark.decimal() - self.stop.decimal()).max(Decimal::ZERO);
        Money(per_share * Decimal::from(self.shares.0))
    }

    /// Profit not yet realised: value and income less purchase and its costs.
    pub fn unrealised(&self) -> Money {
        self.value() + self.income - self.entry_value() - self.entry_costs
    }

    /// Price of the entry fill in current share units, to a hundredth of a cent: for display.
    pub fn entry_price_now(&self) -> Price {
        let exact = self.entry_price.decimal() / self.units;
        Price::new(exact.round_dp(Tick::MIL.decimals)).unwrap_or(self.entry_price)
    }

    fn entry_value(&self) -> Money {
        self.entry_price.times(self.entry_shares)
    }

    /// A stop or target order was placed, moved or adjusted.
    pub(super) fn reprice(&mut self, order: &OrderRecord) {
        match (order.role, order.price) {
            (OrderRole::Stop, Some(price)) => self.stop = price,
            (OrderRole::Target, Some(price)) => self.target = price,
            _ => {}
        }
    }

    pub(super) fn act(&mut self, applied: &ActionApplied) {
        self.shares = applied.shares_after;
        self.income += applied.cash;
        self.stop = applied.stop;
        self.target = applied.target;
        if let ActionKind::Split { ratio } = applied.action.kind {
            self.units *= ratio;
            // Until the close of the ex-date there is no other mark.
            self.mark = Price::new(self.mark.decimal() / ratio).unwrap_or(self.mark);
        }
    }

    pub(super) fn mark(&mut self, bar: &Bar) {
        if let Some(price) = mark_price(bar.close) {
            self.mark = price;
        }
        if self.marked.is_none_or(|last| last < bar.date) {
            self.marked = Some(bar.date);
            self.sessions_held += 1;
        }
    }

    pub(super) fn closed(self, fill: &Execution, detail: ExitDetail) -> TradeRecord {
        let gross = fill.price.times(fill.shares) - self.entry_value();
        let costs = self.entry_costs + fill.costs.total();
        let net = gross + self.income - costs;
        TradeRecord {
            decision: self.intent.decision,
            symbol: self.intent.symbol,
            row: self.intent.row,
            basis: self.intent.basis,
            entry_session: self.entry_session,
            entry_price: self.entry_price,
            exit_session: fill.session,
            exit_price: fill.price,
            entry_shares: self.entry_shares,
            exit_shares: fill.shares,
            reason: detail.reason,
            ambiguous: detail.ambiguous,
            sessions_held: detail.sessions_held,
            gross,
            dividends: self.income,
            costs,
            net,
            planned_risk: self.intent.planned_risk,
            r_multiple: ratio_of(net, self.intent.planned_risk),
            intent_id: self.intent.intent_id,
        }
    }

    pub(super) fn record(&self) -> PositionRecord {
        PositionRecord {
            symbol: self.intent.symbol,
            intent_id: self.intent.intent_id.clone(),
            entry_session: self.entry_session,
            entry_price: self.entry_price_now(),
            shares: self.shares,
            stop: self.stop,
            target: self.target,
            mark: self.mark,
            value: self.value(),
            unrealised: self.unrealised(),
            sessions_held: self.sessions_held,
            basis: self.intent.basis,
        }
    }
}

/// Net in units of planned risk; 0 when none was planned.
fn ratio_of(net: Money, planned_risk: Money) -> f64 {
    if planned_risk == Money::ZERO { 0.0 } else { net.to_f64() / planned_risk.to_f64() }
}
