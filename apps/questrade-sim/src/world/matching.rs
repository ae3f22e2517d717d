//! Orders against the tape: when they trigger, at which price and how much of them fills.

use rust_decimal::{Decimal, RoundingStrategy};
use tradebot_broker_questrade::execution::Execution;
use tradebot_broker_questrade::order::Order;
use tradebot_broker_questrade::words::{OrderState, OrderType, Side, TimeInForce};

use super::World;
use super::account::cents;
use super::clock::Task;
use super::ledger::Entry;
use super::market::{Market, Print};
use super::orders::may_fill;
use super::time::{eastern, later_s};
use crate::knobs::Quirk;

/// An execution and whose it is.
#[derive(Debug, Clone)]
pub(crate) struct Fill {
    pub(crate) account: String,
    pub(crate) execution: Execution,
}

/// A chance to trade.
#[derive(Debug, Clone, Copy)]
struct Chance {
    price: Decimal,
    /// The order took what was there, rather than waiting for it.
    takes: bool,
}

impl World {
    /// Matches one order at this moment.
    pub(crate) fn match_order(&mut self, id: i64) {
        let Some(working) = self.orders.get(&id) else { return };
        if !may_fill(&working.order.state) || self.now < working.eligible_at {
            return;
        }
        let Some(instrument) = self.market.get(working.order.symbol_id) else { return };
        let Some(print) = self.market.print(instrument, self.now) else { return };
        let closing = self.is_closing(id);
        if instrument.halted || !(print.open || closing) {
            return;
        }
        let sides = Market::sides(instrument, &print, self.knobs.market.half_spread_ticks);
        self.follow(id, &print);
        let Some(working) = self.orders.get(&id) else { return };
        let chance = chance(&working.order, working.triggered, &print, sides, closing);
        let quantity = chance.map(|_| self.quantity_now(id, &print)).unwrap_or_default();
        match chance {
            Some(chance) if quantity > Decimal::ZERO => self.fill(id, quantity, chance),
            _ => {}
        }
        self.end_impatient(id);
    }

    /// The moment of the closing auction, for orders that wait for it.
    fn is_closing(&self, id: i64) -> bool {
        let Some(order) = self.orders.get(&id).map(|w| &w.order) else { return false };
        let Some(instrument) = self.market.get(order.symbol_id) else { return false };
        let hours = self.market.session(instrument.calendar, self.today);
        order.order_type == OrderType::LimitOnClose && hours.is_some_and(|h| h.close == self.now)
    }

    /// Stops: whether the last trade has reached them; trailing ones move along.
    fn follow(&mut self, id: i64, print: &Print) {
        let Some(working) = self.orders.get_mut(&id) else { return };
        let order = &mut working.order;
        let buys = order.side.buys() == Some(true);
        let Some(offset) = order.stop_price.filter(|_| !working.triggered) else { return };
        let level = match order.order_type {
            OrderType::Stop | OrderType::StopLimit => offset,
            OrderType::TrailStopInDollar | OrderType::TrailStopLimitInDollar => {
                trail(&mut working.best, print.last, buys, |_| offset)
            }
            OrderType::TrailStopInPercentage | OrderType::TrailStopLimitInPercentage => {
                trail(&mut working.best, print.last, buys, |best| {
                    best * offset / Decimal::ONE_HUNDRED
                })
            }
            _ => return,
        };
        order.trigger_stop_price = Some(level);
        let reached = if buys { print.last >= level } else { print.last <= level };
        if reached {
            working.triggered = true;
            self.change(id, |o| o.state = OrderState::Triggered);
        }
    }

    /// Shares that may fill now: what the tape gives, what the account holds, what a quirk allows.
    fn quantity_now(&self, id: i64, print: &Print) -> Decimal {
        let Some(working) = self.orders.get(&id) else { return Decimal::ZERO };
        let order = &working.order;
        let mut most = order.open_quantity;
        let permille = self.knobs.trading.participation_permille;
        if permille > 0 {
            let part =
                Decimal::from(print.minute_volume) * Decimal::from(permille) / Decimal::from(1_000);
            most = most.min(part.trunc().max(Decimal::ONE));
        }
        if let Some(cap) = working.fill_at_most {
            most = most.min((cap - order.filled_quantity).max(Decimal::ZERO));
        }
        if order.side == Side::Sell {
            let held = self.accounts.get(&working.account).map(|a| a.quantity(order.symbol_id));
            most = most.min(held.unwrap_or_default().max(Decimal::ZERO));
        }
        let whole = order.is_all_or_none || order.time_in_force == TimeInForce::FillOrKill;
        let enough = !whole || most == order.open_quantity;
        let minimum = order.min_quantity.unwrap_or_default().min(order.open_quantity);
        if enough && most >= minimum { most } else { Decimal::ZERO }
    }

    /// Orders that do not wait end after their first chance.
    fn end_impatient(&mut self, id: i64) {
        let Some(order) = self.orders.get(&id).map(|w| &w.order).filter(|o| o.is_open()) else {
            return;
        };
        let now =
            matches!(order.time_in_force, TimeInForce::ImmediateOrCancel | TimeInForce::FillOrKill);
        let missed_open = order.order_type == OrderType::LimitOnOpen;
        if now || missed_open {
            self.end(id, &OrderState::Canceled, "");
        }
    }

    /// Fills what is left at the last price, whatever the market says (Q16).
    pub(crate) fn fill_rest(&mut self, id: i64) {
        let Some(order) = self.orders.get(&id).map(|w| w.order.clone()) else { return };
        let instrument = self.market.get(order.symbol_id);
        let last = instrument.and_then(|i| self.mark(i)).unwrap_or_default();
        let price = order.limit_price.unwrap_or(last);
        self.fill(id, order.open_quantity, Chance { price, takes: false });
    }

    /// Books a fill: the order, the execution, shares, cash, the row of activities.
    fn fill(&mut self, id: i64, quantity: Decimal, chance: Chance) {
        let Some(working) = self.orders.get(&id) else { return };
        let (order, account) = (working.order.clone(), working.account.clone());
        let Some(instrument) = self.market.get(order.symbol_id) else { return };
        let (currency, calendar) = (instrument.currency.clone(), instrument.calendar);
        let canadian = instrument.is_canadian();
        let venue = instrument.exchange.as_str().to_owned();
        let sells = order.side.buys() == Some(false);
        let filled = order.filled_quantity + quantity;
        let charged = self.commission(filled, self.today);
        let knobs = &self.knobs.trading;
        let ecn = if canadian { knobs.ecn_fee_ca } else { knobs.ecn_fee_us };
        let ecn = if chance.takes { cents(ecn * quantity) } else { Decimal::ZERO };
        let value = chance.price * quantity;
        let sec =
            if sells && !canadian { cents(value * knobs.sec_fee_rate) } else { Decimal::ZERO };
        let fees = (charged - order.commission_charged, ecn, sec);
        let execution = self.execution_of(&order, (quantity, chance.price), &venue, fees);
        let costs = fees.0 + fees.1 + fees.2;
        let signed = if sells { -quantity } else { quantity };
        if let Some(account) = self.accounts.get_mut(&account) {
            account.holdings.entry(order.symbol_id).or_default().trade(signed, chance.price);
        }
        let settles = self.settles(calendar);
        let entry = Entry {
            action: if sells { "Sell" } else { "Buy" },
            kind: "Trades",
            symbol: (order.symbol.clone(), order.symbol_id),
            description: format!("{} WE ACTED AS AGENT", order.symbol),
            currency,
            quantity: signed,
            price: chance.price,
            gross: cents(-signed * chance.price),
            commission: -costs,
        };
        self.post(&account, entry, settles);
        self.change(id, |o| book(o, quantity, chance.price, charged));
        self.after_fill(id, &account, execution);
        self.settle_bracket(id);
    }

    fn execution_of(
        &mut self,
        order: &Order,
        (quantity, price): (Decimal, Decimal),
        venue: &str,
        (commission, execution_fee, sec_fee): (Decimal, Decimal, Decimal),
    ) -> Execution {
        let id = self.next_execution_id;
        self.next_execution_id += 1;
        Execution {
            symbol: order.symbol.clone(),
            symbol_id: order.symbol_id,
            quantity,
            side: order.side.clone(),
            price,
            id,
            order_id: order.id,
            order_chain_id: order.chain_id,
            exchange_exec_id: format!("S9-{id}"),
            timestamp: eastern(self.now),
            notes: String::new(),
            venue: venue.to_owned(),
            total_cost: price * quantity,
            order_placement_commission: Decimal::ZERO,
            commission,
            execution_fee,
            sec_fee,
            canadian_execution_fee: Decimal::ZERO,
            parent_id: 0,
            leg_id: 0,
        }
    }

    /// Keeps an execution, tells the streams, and lets quirks that follow a fill begin.
    fn after_fill(&mut self, order: i64, account: &str, execution: Execution) {
        let (id, symbol) = (execution.id, execution.symbol_id);
        self.fills.push(Fill { account: account.to_owned(), execution });
        self.notify_execution(id);
        if self.quirk(Quirk::Q11StateRegression)
            && let Some(working) = self.orders.get_mut(&order)
        {
            working.regress = 1;
        }
        let minute_later = later_s(self.now, 60);
        if self.quirk(Quirk::Q18Bust) {
            self.tasks.push((minute_later, Task::Bust(id)));
        }
        if self.quirk(Quirk::Q25Liquidation) {
            self.tasks.push((minute_later, Task::Liquidate(account.to_owned(), symbol)));
        }
        if self.quirk(Quirk::Q19SplitOvernight) {
            self.split_next_session(symbol, Decimal::TWO);
        }
    }

    /// Books an execution back: a row with the opposite quantity, shares and cash as before.
    pub(crate) fn bust(&mut self, execution: i64) {
        let Some(fill) = self.fills.iter().find(|f| f.execution.id == execution).cloned() else {
            return;
        };
        let mut back = fill.execution.clone();
        let instrument = self.market.get(back.symbol_id);
        let Some((currency, calendar)) = instrument.map(|i| (i.currency.clone(), i.calendar))
        else {
            return;
        };
        let bought = back.side.buys() == Some(true);
        let signed = if bought { -back.quantity } else { back.quantity };
        let costs = back.commission + back.execution_fee + back.sec_fee;
        if let Some(account) = self.accounts.get_mut(&fill.account) {
            account.holdings.entry(back.symbol_id).or_default().trade(signed, back.price);
        }
        let entry = Entry {
            action: if bought { "Buy" } else { "Sell" },
            kind: "Trades",
            symbol: (back.symbol.clone(), back.symbol_id),
            description: format!("{} TRADE BUSTED, CORRECTION", back.symbol),
            currency,
            quantity: signed,
            price: back.price,
            gross: cents(-signed * back.price),
            commission: costs,
        };
        let settles = self.settles(calendar);
        self.post(&fill.account, entry, settles);
        back.id = self.next_execution_id;
        self.next_execution_id += 1;
        back.notes = format!("BUST OF {execution}");
        back.quantity = -back.quantity;
        back.total_cost = -back.total_cost;
        back.timestamp = eastern(self.now);
        for fee in [&mut back.commission, &mut back.execution_fee, &mut back.sec_fee] {
            *fee = -*fee;
        }
        let id = back.id;
        self.fills.push(Fill { account: fill.account, execution: back });
        self.notify_execution(id);
    }
}

/// A fill in the row of its order.
fn book(order: &mut Order, quantity: Decimal, price: Decimal, charged: Decimal) {
    let before = order.avg_exec_price.unwrap_or_default() * order.filled_quantity;
    order.filled_quantity += quantity;
    order.open_quantity -= quantity;
    let average = (before + price * quantity).checked_div(order.filled_quantity);
    order.avg_exec_price = average.map(|a| a.round_dp(6).normalize());
    order.last_exec_price = Some(price);
    order.commission_charged = charged;
    let pending_cancel = order.state == OrderState::CancelPending;
    order.state = match order.open_quantity.is_zero() {
        true => OrderState::Executed,
        false if pending_cancel => OrderState::CancelPending,
        false => OrderState::Partial,
    };
}

/// Level of a trailing stop, after it has followed the last trade.
fn trail(
    best: &mut Option<Decimal>,
    last: Decimal,
    buys: bool,
    offset: impl Fn(Decimal) -> Decimal,
) -> Decimal {
    let so_far = best.unwrap_or(last);
    let now = if buys { so_far.min(last) } else { so_far.max(last) };
    *best = Some(now);
    let level = if buys { now + offset(now) } else { now - offset(now) };
    level.round_dp_with_strategy(4, RoundingStrategy::ToZero)
}

/// The price at which an order may trade now, if it may.
///
/// A limit fills at the quote when it reaches it, and at itself when a trade happened there.
fn chance(
    order: &Order,
    triggered: bool,
    print: &Print,
    (bid, ask): (Option<Decimal>, Option<Decimal>),
    closing: bool,
) -> Option<Chance> {
    use OrderType as T;
    let buys = order.side.buys()?;
    let quote = if buys { ask } else { bid };
    let market = || quote.map(|price| Chance { price, takes: true });
    let limit = |limit: Decimal| {
        let within = |price: Decimal| if buys { price <= limit } else { price >= limit };
        match quote.filter(|q| within(*q)) {
            Some(price) => Some(Chance { price, takes: true }),
            None => within(print.last).then_some(Chance { price: limit, takes: false }),
        }
    };
    let at_last = |limit: Decimal| {
        let within = if buys { print.last <= limit } else { print.last >= limit };
        within.then_some(Chance { price: print.last, takes: false })
    };
    match order.order_type {
        T::Market => market(),
        T::Limit => limit(order.limit_price?),
        T::Stop | T::TrailStopInDollar | T::TrailStopInPercentage if triggered => market(),
        T::StopLimit if triggered => limit(order.limit_price?),
        T::TrailStopLimitInDollar | T::TrailStopLimitInPercentage if triggered => {
            let (level, offset) = (order.trigger_stop_price?, order.limit_price?);
            let offset = if order.is_limit_offset_in_dollar {
                offset
            } else {
                level * offset / Decimal::ONE_HUNDRED
            };
            limit(if buys { level + offset } else { level - offset })
        }
        T::LimitOnOpen if print.volume == 0 => at_last(order.limit_price?),
        T::LimitOnClose if closing => at_last(order.limit_price?),
        _ => None,
    }
}
