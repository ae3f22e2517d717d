//! One open position, and an entry that may become one.

use std::sync::Arc;
use tradebot_domain::{ActionKind, Bar, Decimal, Moment, Money, Price, Shares, Tick};
use tradebot_journal::{
    ActionApplied, IntentRecord, OrderRecord, OrderRole, OrderState, PositionRecord, TradeRecord,
};

use super::tally::{self, Tally};
use super::{entered_share, mark_price};
use crate::event::{Execution, ExitDetail};
use crate::leg::is_part;

/// An entry that was sent and is neither filled nor ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Pending {
    /// The intent.
    pub intent: Arc<IntentRecord>,
    /// Cash promised to it: value at the limit, costs included.
    pub reserved: Money,
}

/// An open position. Readings are in current share units unless they say otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Position {
    /// The intent that opened it, as it was decided.
    pub intent: Arc<IntentRecord>,
    /// Session of the entry fill.
    pub entry_session: Moment,
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
    /// Limit at work for a part of the position, nearer than the target.
    pub part_limit: Option<Price>,
    /// Dividends and cash in lieu received.
    pub income: Money,
    /// Last close, or the entry price before there was one.
    pub mark: Price,
    /// Sessions marked, the entry's included.
    pub sessions_held: u32,
    /// Planned risk of what was filled, in the account's currency.
    planned_risk: Money,
    /// What a partial exit sold.
    sold: Sold,
    tally: Tally,
    /// Value of the purchase, in the account's currency.
    entry_value: Money,
    /// Units of the account's currency for one of the price's; none: they are the same.
    rate: Option<Decimal>,
    /// Shares now for each share at the entry.
    units: Decimal,
    marked: Option<Moment>,
    /// A close that is no exact mark yet.
    latest: Option<f64>,
}

/// What was sold of a position that is still held.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Sold {
    /// In current share units; whole at the fill, and not always after a split.
    shares: Decimal,
    /// In the account's currency.
    value: Money,
    /// In that of the prices.
    price: Money,
    costs: Money,
}

/// The money of a trade.
pub(super) struct TradeResult {
    /// Of all sales.
    value: Money,
    /// The same less the purchase.
    gross: Money,
    costs: Money,
    /// All counted.
    pub(super) net: Money,
}

impl Position {
    pub(super) fn entered(intent: Arc<IntentRecord>, fill: &Execution) -> Self {
        Self {
            entry_session: fill.session,
            entry_price: fill.price,
            entry_shares: fill.shares,
            entry_costs: fill.charged,
            shares: fill.shares,
            stop: intent.bracket.stop,
            target: intent.bracket.target,
            part_limit: None,
            income: Money::ZERO,
            mark: fill.price,
            sessions_held: 0,
            planned_risk: entered_share(&intent, fill),
            sold: Sold::default(),
            tally: Tally::entered(fill),
            entry_value: fill.value(),
            rate: fill.more.as_ref().and_then(|more| more.exchange_rate),
            units: Decimal::ONE,
            marked: None,
            latest: None,
            intent,
        }
    }

    /// Value at the mark.
    pub fn value(&self) -> Money {
        self.in_account(self.mark.times(self.shares))
    }

    /// Money of the listing in the account's currency, at the rate of the last session.
    fn in_account(&self, money: Money) -> Money {
        self.rate.map_or(money, |rate| Money(money.0 * rate))
    }

    pub(super) const fn set_rate(&mut self, rate: Decimal) {
        self.rate = Some(rate);
    }

    /// What a fall from the mark to the stop loses, before costs; 0 when the stop is above.
    pub fn risk(&self) -> Money {
        let per_share = (self.mark.decimal() - self.stop.decimal()).max(Decimal::ZERO);
        self.in_account(Money(per_share * Decimal::from(self.shares.0)))
    }

    /// Profit not yet realised: value and income less purchase and its costs. What a partial exit
    /// brought in counts, its costs too: it is the trade's so far.
    pub fn unrealised(&self) -> Money {
        let brought = self.sold.value - self.sold.costs;
        self.value() + brought + self.income - self.entry_value() - self.entry_costs
    }

    /// Price of the entry fill in current share units, to a hundredth of a cent: for display.
    pub fn entry_price_now(&self) -> Price {
        let exact = self.entry_price.decimal() / self.units;
        Price::new(exact.round_dp(Tick::MIL.decimals)).unwrap_or(self.entry_price)
    }

    const fn entry_value(&self) -> Money {
        self.entry_value
    }

    /// A stop or target order was placed, moved or adjusted, or works no longer.
    pub(super) fn reprice(&mut self, order: &OrderRecord) {
        let working = order.price.filter(|_| order.state == OrderState::Working);
        if is_part(&order.order_id) {
            self.part_limit = working;
            return;
        }
        match (order.role, working) {
            (OrderRole::Stop, Some(price)) => self.stop = price,
            (OrderRole::Target, Some(price)) => self.target = price,
            _ => {}
        }
    }

    pub(super) fn act(&mut self, applied: &ActionApplied) {
        self.settle_mark();
        self.shares = applied.shares_after;
        self.income += applied.cash;
        self.tally.act(applied);
        self.stop = applied.stop;
        self.target = applied.target;
        if let ActionKind::Split { ratio } = applied.action.kind {
            self.units *= ratio;
            self.sold.shares *= ratio;
            // Until the close of the ex-date there is no other mark.
            self.mark = Price::new(self.mark.decimal() / ratio).unwrap_or(self.mark);
        }
    }

    pub(super) fn mark(&mut self, bar: &Bar) {
        self.tally.held(bar);
        if let Some(price) = mark_price(bar.close) {
            self.mark = price;
        }
        self.count(bar);
    }

    /// The value at the close, for analysis. The caller vouches for the close.
    pub(super) fn mark_lightly(&mut self, bar: &Bar) -> f64 {
        self.latest = Some(bar.close);
        self.tally.held(bar);
        self.count(bar);
        self.worth(bar.close)
    }

    fn worth(&self, close: f64) -> f64 {
        let value = close * self.shares.to_f64();
        self.rate.map_or(value, |rate| value * Money(rate).to_f64())
    }

    pub(super) fn value_lightly(&self) -> f64 {
        self.worth(self.latest.unwrap_or_else(|| self.mark.to_f64()))
    }

    /// Sessions in which nothing happened but closes, and a range that prices stayed within.
    pub(super) fn pass_sessions(
        &mut self,
        sessions: u32,
        (date, close): (Moment, f64),
        range: (f64, f64),
    ) {
        self.latest = Some(close);
        self.tally.ranged(range);
        self.marked = Some(date);
        self.sessions_held += sessions;
    }

    pub(super) fn settle_mark(&mut self) {
        if let Some(price) = self.latest.take().and_then(mark_price) {
            self.mark = price;
        }
    }

    fn count(&mut self, bar: &Bar) {
        if self.marked.is_none_or(|last| last < bar.date) {
            self.marked = Some(bar.date);
            self.sessions_held += 1;
        }
    }

    /// A part is sold, the rest stays.
    pub(super) fn sell_part(&mut self, fill: &Execution, left: Shares) {
        self.sold.shares += Decimal::from(fill.shares.0);
        self.sold.value += fill.value();
        self.sold.price += fill.price.times(fill.shares);
        self.sold.costs += fill.charged;
        self.tally.charge(fill);
        self.tally.traded(fill.price.to_f64());
        self.shares = left;
    }

    /// The trade as a whole: after a partial exit the shares of all sales in those of the last
    /// one's day, and their mean price to a hundredth of a cent. Money is exact.
    pub(super) fn closed(&self, fill: &Execution, detail: ExitDetail) -> TradeRecord {
        let mut tally = self.tally;
        tally.charge(fill);
        tally.traded(fill.price.to_f64());
        let at_prices = self.sold.price + fill.price.times(fill.shares);
        let shares = self.sold.shares + Decimal::from(fill.shares.0);
        let (exit_shares, exit_price) = if self.sold.shares == Decimal::ZERO {
            (fill.shares, fill.price)
        } else {
            (
                Shares(u64::try_from(shares.floor()).unwrap_or(0)),
                mean_price(at_prices, shares, fill),
            )
        };
        let TradeResult { value, gross, costs, net } = self.result(fill);
        TradeRecord {
            decision: self.intent.decision,
            symbol: self.intent.symbol,
            row: self.intent.row,
            basis: self.intent.basis,
            entry_session: self.entry_session,
            entry_price: self.entry_price,
            exit_session: fill.session,
            exit_price,
            entry_shares: self.entry_shares,
            exit_shares,
            reason: detail.reason,
            ambiguous: detail.ambiguous,
            sessions_held: detail.sessions_held,
            gross,
            dividends: self.income,
            costs,
            net,
            planned_risk: self.planned_risk,
            r_multiple: ratio_of(net, self.planned_risk),
            kinds: tally.kinds(),
            bounds: tally::bounds(fill, net),
            traded: self.rate.map(|_| self.entry_value() + value),
            reach: Some(tally.reach()),
            intent_id: self.intent.intent_id.clone(),
        }
    }

    /// What the trade comes to with this sale of all that is left; exact.
    pub(super) fn result(&self, fill: &Execution) -> TradeResult {
        let value = self.sold.value + fill.value();
        let gross = value - self.entry_value();
        let costs = self.entry_costs + self.sold.costs + fill.charged;
        TradeResult { value, gross, costs, net: gross + self.income - costs }
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

/// Value over shares, as a recorded price.
fn mean_price(value: Money, shares: Decimal, fill: &Execution) -> Price {
    let exact = value.0.checked_div(shares).map(|mean| mean.round_dp(Tick::MIL.decimals));
    exact.and_then(|mean| Price::new(mean).ok()).unwrap_or(fill.price)
}

/// Net in units of planned risk; 0 when none was planned.
fn ratio_of(net: Money, planned_risk: Money) -> f64 {
    if planned_risk == Money::ZERO { 0.0 } else { net.to_f64() / planned_risk.to_f64() }
}
