//! Cash and positions in exact decimals, and the journal's view of what happened to them.

use std::sync::Arc;

use tradebot_domain::{Bar, Decimal, Moment, Money, Price, Rounding, Shares, Symbol, Tick};
use tradebot_journal::{
    ActionApplied, Event, ExitReason, FillRecord, IntentRecord, OrderRecord, OrderRole, OrderState,
    PositionRecord, TradeRecord,
};

use crate::by_symbol::BySymbol;
use crate::event::{BrokerEvent, Execution, ExitDetail};
pub use position::{Pending, Position};

mod position;
mod tally;

/// The account as the bot keeps it.
///
/// - **Units:** the account's currency.
/// - **Exact:** cash changes by the value of a fill, its costs, a dividend or cash in lieu, all
///   decimals; nothing in here is rounded.
/// - **Invariant:** over a round trip, cash changes by [`tradebot_journal::TradeRecord::net`].
#[derive(Debug, Clone, PartialEq)]
pub struct Book {
    cash: Money,
    positions: BySymbol<Box<Position>>,
    pending: BySymbol<Pending>,
    /// Units of the account's currency for one of the listing's; none: they are the same.
    rate: Option<Decimal>,
}

/// A position that is closed, and the sale that closed it.
type Left<'a> = (Box<Position>, &'a Execution, ExitDetail);

/// An event that cannot be true of this book. It is a bug or a broker gone wrong: the caller stops.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BookError {
    /// An entry was filled that no intent on the book explains.
    #[error("{symbol}: fill {fill_id} belongs to no pending entry")]
    UnexpectedEntry {
        /// The symbol.
        symbol: Symbol,
        /// The execution.
        fill_id: String,
    },
    /// An intent was taken for a symbol that has a position or an entry.
    #[error("{symbol}: intent {intent_id} was taken though the symbol is held or pending")]
    AlreadyHeld {
        /// The symbol.
        symbol: Symbol,
        /// The intent.
        intent_id: String,
    },
    /// Something happened to a position that is not there.
    #[error("{symbol}: {what} without a position")]
    NoPosition {
        /// The symbol.
        symbol: Symbol,
        /// What happened.
        what: &'static str,
    },
    /// Broker and book disagree on the shares held.
    #[error("{symbol}: the broker speaks of {reported} shares, the book holds {held}")]
    SharesDiffer {
        /// The symbol.
        symbol: Symbol,
        /// As the broker has it.
        reported: Shares,
        /// As the book has it.
        held: Shares,
    },
}

impl Book {
    /// An account with this much cash and nothing else.
    pub const fn new(cash: Money) -> Self {
        Self { cash, positions: BySymbol::new(), pending: BySymbol::new(), rate: None }
    }

    /// Takes what a broker reported into account and returns what goes into the journal, in order.
    ///
    /// # Errors
    /// [`BookError`]; the book is unchanged and the caller stops.
    pub fn apply(&mut self, event: &BrokerEvent) -> Result<Vec<Event>, BookError> {
        let closed = self.take(event)?;
        let record = match event {
            BrokerEvent::Accepted { .. } => None,
            BrokerEvent::Order(order) => Some(Event::Order(order.clone())),
            BrokerEvent::Fill(fill) => Some(Event::Fill(fill_record(fill, self.cash))),
            BrokerEvent::Action(applied) => Some(Event::ActionApplied(applied.clone())),
        };
        Ok(record.into_iter().chain(closed.map(Event::TradeClosed)).collect())
    }

    /// Takes what a broker reported into account, and returns the trade that it closed.
    ///
    /// # Errors
    /// As [`Book::apply`].
    pub fn take(&mut self, event: &BrokerEvent) -> Result<Option<TradeRecord>, BookError> {
        Ok(self.change(event)?.map(|(position, fill, detail)| position.closed(fill, detail)))
    }

    /// [`Book::take`] without a record of the trade: why it ended, and what it brought after all
    /// costs.
    ///
    /// # Errors
    /// As [`Book::apply`].
    pub fn take_briefly(
        &mut self,
        event: &BrokerEvent,
    ) -> Result<Option<(ExitReason, Money)>, BookError> {
        let left = self.change(event)?;
        Ok(left.map(|(position, fill, detail)| (detail.reason, position.result(fill).net)))
    }

    /// Takes an event into account; when it closed a position, that is handed out.
    fn change<'a>(&mut self, event: &'a BrokerEvent) -> Result<Option<Left<'a>>, BookError> {
        match event {
            BrokerEvent::Accepted { intent, reserved } => self.accept(intent, *reserved)?,
            BrokerEvent::Order(order) => self.order(order),
            BrokerEvent::Fill(fill) if fill.role == OrderRole::Entry => self.enter(fill)?,
            BrokerEvent::Fill(fill) => return self.leave(fill),
            BrokerEvent::Action(applied) => self.act(applied)?,
        }
        Ok(None)
    }

    /// [`Book::apply`] for several events.
    ///
    /// # Errors
    /// The first [`BookError`]; what came before it is applied.
    pub fn apply_all(&mut self, events: &[BrokerEvent]) -> Result<Vec<Event>, BookError> {
        let mut records = Vec::with_capacity(events.len());
        for event in events {
            records.extend(self.apply(event)?);
        }
        Ok(records)
    }

    fn accept(&mut self, intent: &Arc<IntentRecord>, reserved: Money) -> Result<(), BookError> {
        let symbol = intent.symbol;
        if self.is_held(symbol) {
            let intent_id = intent.intent_id.clone();
            return Err(BookError::AlreadyHeld { symbol, intent_id });
        }
        self.pending.insert(symbol, Pending { intent: Arc::clone(intent), reserved });
        Ok(())
    }

    fn order(&mut self, order: &OrderRecord) {
        match (order.role, order.state) {
            (
                OrderRole::Entry,
                OrderState::Cancelled | OrderState::Expired | OrderState::Rejected,
            ) => {
                self.take_pending(order.symbol, &order.intent_id);
            }
            (OrderRole::Stop | OrderRole::Target, _) => {
                if let Some(position) = self.positions.get_mut(&order.symbol) {
                    position.reprice(order);
                }
            }
            _ => {}
        }
    }

    /// Takes the entry of this intent off the book. Another intent's entry of the same symbol
    /// stays: a rejected second order must not take the first one's place away.
    fn take_pending(&mut self, symbol: Symbol, intent_id: &str) -> Option<Pending> {
        if self.pending.get(&symbol)?.intent.intent_id == intent_id {
            self.pending.remove(&symbol)
        } else {
            None
        }
    }

    fn enter(&mut self, fill: &Execution) -> Result<(), BookError> {
        let Some(pending) = self.take_pending(fill.symbol, &fill.intent.intent_id) else {
            let (symbol, fill_id) = (fill.symbol, fill.fill_id());
            return Err(BookError::UnexpectedEntry { symbol, fill_id });
        };
        self.cash += fill.cash_change();
        let position = Position::entered(pending.intent, fill);
        self.positions.insert(fill.symbol, Box::new(position));
        Ok(())
    }

    fn leave<'a>(&mut self, fill: &'a Execution) -> Result<Option<Left<'a>>, BookError> {
        let missing = BookError::NoPosition { symbol: fill.symbol, what: "an exit" };
        let Some(detail) = fill.exit else { return Err(missing) };
        let position = self.positions.get_mut(&fill.symbol).ok_or(missing)?;
        if Some(position.shares.0) != fill.shares.0.checked_add(detail.left.0) {
            let (symbol, held) = (fill.symbol, position.shares);
            let reported = Shares(fill.shares.0.saturating_add(detail.left.0));
            return Err(BookError::SharesDiffer { symbol, reported, held });
        }
        self.cash += fill.cash_change();
        if detail.left == Shares::ZERO {
            let left = self.positions.remove(&fill.symbol);
            return Ok(left.map(|position| (position, fill, detail)));
        }
        position.sell_part(fill, detail.left);
        Ok(None)
    }

    fn act(&mut self, applied: &ActionApplied) -> Result<(), BookError> {
        let symbol = applied.symbol;
        let position = self
            .positions
            .get_mut(&symbol)
            .ok_or(BookError::NoPosition { symbol, what: "a corporate action" })?;
        if position.shares != applied.shares_before {
            let (reported, held) = (applied.shares_before, position.shares);
            return Err(BookError::SharesDiffer { symbol, reported, held });
        }
        position.act(applied);
        self.cash += applied.cash;
        Ok(())
    }

    /// Marks a position at the close of a session and counts the session; nothing when the symbol
    /// is not held. A bar whose close is no price leaves the mark where it is.
    pub fn mark(&mut self, symbol: Symbol, bar: &Bar) {
        if let Some(position) = self.positions.get_mut(&symbol) {
            position.mark(bar);
        }
    }

    /// [`Book::mark`] without decimals: the price is kept as it is until [`Book::settle_marks`]
    /// is asked for an exact one. Returns what the position is worth, for analysis; none when the
    /// symbol is not held.
    #[inline]
    pub fn mark_lightly(&mut self, symbol: Symbol, bar: &Bar) -> Option<f64> {
        if self.positions.is_empty() {
            return None;
        }
        self.positions.get_mut(&symbol).map(|position| position.mark_lightly(bar))
    }

    /// What [`Book::mark_lightly`] does on so many sessions in a row, of which the last is given
    /// with its close, and the lowest and highest price of all.
    pub fn pass_sessions(
        &mut self,
        symbol: Symbol,
        sessions: u32,
        last: (Moment, f64),
        range: (f64, f64),
    ) {
        if let Some(position) = self.positions.get_mut(&symbol) {
            position.pass_sessions(sessions, last, range);
        }
    }

    /// Open positions.
    #[inline]
    pub fn open_positions(&self) -> usize {
        self.positions.len()
    }

    /// What open positions are worth at their latest closes, for analysis.
    pub fn value_lightly(&self) -> f64 {
        self.positions().map(Position::value_lightly).sum()
    }

    /// Makes exact marks of what was marked lightly.
    pub fn settle_marks(&mut self) {
        self.positions.values_mut().for_each(|position| position.settle_mark());
    }

    /// Values of positions are in the account's currency at this rate from now on: units of it for
    /// one of the listing's. Without one the two are the same.
    pub fn set_rate(&mut self, rate: Decimal) {
        if self.rate != Some(rate) {
            self.rate = Some(rate);
            self.positions.values_mut().for_each(|position| position.set_rate(rate));
        }
    }

    /// Cash on the account.
    pub const fn cash(&self) -> Money {
        self.cash
    }

    /// Cash less what is promised to pending entries at their limits, costs included.
    pub fn buying_power(&self) -> Money {
        self.cash - self.pending.values().map(|pending| pending.reserved).sum()
    }

    /// Open positions by symbol.
    pub fn positions(&self) -> impl Iterator<Item = &Position> {
        self.positions.values().map(Box::as_ref)
    }

    /// Entries sent and neither filled nor ended, by symbol.
    pub fn pending(&self) -> impl Iterator<Item = &Pending> {
        self.pending.values()
    }

    /// The position of a symbol.
    #[inline]
    pub fn position(&self, symbol: Symbol) -> Option<&Position> {
        self.positions.get(&symbol).map(Box::as_ref)
    }

    /// The symbol has a position or a pending entry.
    pub fn is_held(&self, symbol: Symbol) -> bool {
        self.positions.contains_key(&symbol) || self.pending.contains_key(&symbol)
    }

    /// Symbols with a position or a pending entry, in order.
    pub fn held(&self) -> Vec<Symbol> {
        let mut symbols: Vec<Symbol> =
            self.positions.keys().chain(self.pending.keys()).copied().collect();
        symbols.sort_unstable();
        symbols
    }

    /// Value of open positions at their marks.
    pub fn gross(&self) -> Money {
        self.positions().map(Position::value).sum()
    }

    /// Cash plus [`Book::gross`].
    pub fn equity(&self) -> Money {
        self.cash + self.gross()
    }

    /// Money lost, before costs, if every open position went from its mark to its stop, and every
    /// pending entry were filled at its limit and did the same. A stop above the mark risks
    /// nothing.
    pub fn open_risk(&self) -> Money {
        let open: Money = self.positions().map(Position::risk).sum();
        let waiting: Money = self.pending.values().map(|p| p.intent.planned_risk).sum();
        open + self.rate.map_or(waiting, |rate| Money(waiting.0 * rate))
    }

    /// Open positions for a snapshot, by symbol.
    pub fn position_records(&self) -> Vec<PositionRecord> {
        self.positions().map(Position::record).collect()
    }
}

fn fill_record(fill: &Execution, cash_after: Money) -> FillRecord {
    FillRecord {
        session: fill.session,
        fill_id: fill.fill_id(),
        order_id: fill.order_id(),
        symbol: fill.symbol,
        role: fill.role,
        shares: fill.shares,
        price: fill.price,
        commission: fill.costs.commission,
        spread_cost: fill.costs.spread,
        slippage_cost: fill.costs.slippage,
        cash_after,
        kinds: fill.more.as_ref().and_then(|more| more.kinds),
        exchange_rate: fill.more.as_ref().and_then(|more| more.exchange_rate),
    }
}

/// Planned risk of the shares of an entry that were filled, in the account's currency.
fn entered_share(intent: &IntentRecord, fill: &Execution) -> Money {
    let Some(more) = &fill.more else { return intent.planned_risk };
    let ordered = fill.shares.0.saturating_add(more.unfilled.0);
    let mut risk = intent.planned_risk.0;
    if more.unfilled > Shares::ZERO {
        risk = risk * Decimal::from(fill.shares.0) / Decimal::from(ordered.max(1));
    }
    Money(more.exchange_rate.map_or(risk, |rate| risk * rate))
}

/// A price of analysis as a mark, if it is one.
fn mark_price(close: f64) -> Option<Price> {
    Price::from_f64(close, Tick::MIL, Rounding::Nearest).ok()
}

#[cfg(test)]
mod tests;
