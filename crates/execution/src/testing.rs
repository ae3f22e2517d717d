//! A small world for tests: one broker, one book, and an audit of everything that they report.

use std::collections::BTreeMap;

use tradebot_brackets::{Bracket, BracketSpec, CostModel, Management, PartialExit};
use tradebot_domain::{
    ActionKind, Bar, CorporateAction, Decimal, Moment, Money, Shares, Symbol, Tick,
};
use tradebot_journal::{
    DecisionId, Event, ExitReason, FillRecord, IntentRecord, Ledger as _, MemoryLedger,
    OrderRecord, OrderRole, OrderState, SizeBasis, TradeRecord,
};

use crate::{
    Book, Broker as _, BrokerEvent, Intent, SendError, SimulatedBroker, bracket_record, journal,
};

pub(crate) const ROW: BracketSpec = BracketSpec {
    atr_multiplier: 2.0,
    r_multiple: 1.5,
    stop_min: 0.001,
    stop_max: 0.5,
    max_holding_sessions: 4,
    trailing_atr: None,
};

pub(crate) fn money(text: &str) -> Money {
    Money(text.parse().unwrap())
}

pub(crate) fn symbol() -> Symbol {
    Symbol::new("ACME").unwrap()
}

/// Day `n` of a month after the decision: 0 to 30.
pub(crate) fn session(n: i8) -> Moment {
    Moment::constant(2005, 3, 1 + n)
}

pub(crate) fn bar(n: i8, prices: [f64; 4]) -> Bar {
    let [open, high, low, close] = prices;
    Bar { date: session(n), open, high, low, close, volume: 1e6 }
}

pub(crate) fn split(n: i8, ratio: &str) -> CorporateAction {
    let ratio = ratio.parse().unwrap();
    CorporateAction { ex_date: session(n).date(), kind: ActionKind::Split { ratio } }
}

pub(crate) fn dividend(n: i8, amount: &str) -> CorporateAction {
    let amount = amount.parse().unwrap();
    CorporateAction { ex_date: session(n).date(), kind: ActionKind::Dividend { amount } }
}

/// Around a close of 100 with ATR 2: stop 96, limit 100.80, target 106.
pub(crate) fn bracket() -> Bracket {
    Bracket::around_close(100.0, 2.0, &ROW, Tick::CENT).unwrap()
}

pub(crate) fn intent_of(
    (id, at): (&str, Moment),
    symbol: Symbol,
    bracket: &Bracket,
    shares: u64,
) -> Intent {
    let risk = (bracket.entry_limit.decimal() - bracket.stop.decimal()) * Decimal::from(shares);
    let record = IntentRecord {
        intent_id: id.to_owned(),
        session: at,
        decision: DecisionId { session: at, symbol },
        symbol,
        shares: Shares(shares),
        bracket: bracket_record(bracket),
        row: tradebot_domain::Regime::TrendingLowVol,
        basis: SizeBasis::Drift,
        planned_risk: Money(risk),
        notional: bracket.entry_limit.times(Shares(shares)),
    };
    Intent::for_test(record, *bracket)
}

/// Decided on the close of session 0.
pub(crate) fn intent(bracket: &Bracket, shares: u64) -> Intent {
    intent_of(("i1", session(0)), symbol(), bracket, shares)
}

/// The same under these options.
pub(crate) fn intent_under(management: Management, bracket: &Bracket, shares: u64) -> Intent {
    intent(bracket, shares).managed(management)
}

/// A share of the position is sold at `at_r`.
pub(crate) fn partial(at_r: f64, share: f64) -> Management {
    Management { partial_exit: Some(PartialExit { at_r, share }), ..Management::OFF }
}

/// Broker and book side by side. After every step both must hold the same cash, every position
/// must be covered by a stop and by targets for all of its shares and no more, and every order
/// must live a life.
pub(crate) struct World {
    pub(crate) broker: SimulatedBroker,
    pub(crate) book: Book,
    pub(crate) ledger: MemoryLedger,
    orders: BTreeMap<String, OrderRecord>,
}

impl World {
    pub(crate) fn new(costs: CostModel, cash: &str) -> Self {
        Self::of(SimulatedBroker::new(costs, money(cash)), cash)
    }

    /// A world around a broker that has so much cash.
    pub(crate) fn of(broker: SimulatedBroker, cash: &str) -> Self {
        Self {
            broker,
            book: Book::new(money(cash)),
            ledger: MemoryLedger::default(),
            orders: BTreeMap::new(),
        }
    }

    pub(crate) fn submit(&mut self, intent: Intent) -> Result<(), SendError> {
        let journaled = journal(intent, &mut self.ledger).unwrap();
        let events = self.broker.submit(journaled)?;
        self.take(&events);
        Ok(())
    }

    pub(crate) fn bar(&mut self, bar: &Bar) {
        self.bar_of(symbol(), bar);
    }

    pub(crate) fn bars(&mut self, bar: &Bar, fine: &[Bar]) {
        let events = self.broker.on_bars(symbol(), bar, fine);
        self.take(&events);
        self.book.mark(symbol(), bar);
    }

    pub(crate) fn bar_of(&mut self, symbol: Symbol, bar: &Bar) {
        let events = self.broker.on_bar(symbol, bar);
        if let Some(rate) = self.broker.exchange_rate(bar.date.date()) {
            self.book.set_rate(rate);
        }
        self.take(&events);
        self.book.mark(symbol, bar);
    }

    pub(crate) fn flatten(&mut self) {
        let events = self.broker.flatten_at_next_open(symbol());
        self.take(&events);
    }

    pub(crate) fn reverse(&mut self) {
        let events = self.broker.exit_on_reversal(symbol());
        self.take(&events);
    }

    pub(crate) fn end(&mut self, at: Moment, last_close: f64) {
        self.end_of(symbol(), at, last_close);
    }

    pub(crate) fn end_of(&mut self, symbol: Symbol, at: Moment, last_close: f64) {
        let events = self.broker.end_of_data(symbol, at, last_close);
        self.take(&events);
    }

    pub(crate) fn no_bar(&mut self, at: Moment) {
        let events = self.broker.no_bar(symbol(), at);
        self.take(&events);
    }

    fn take(&mut self, events: &[BrokerEvent]) {
        for event in events {
            if let BrokerEvent::Order(order) = event {
                self.audit(order);
            }
            for record in self.book.apply(event).unwrap() {
                self.ledger.append(&record).unwrap();
            }
        }
        assert_eq!(self.broker.cash(), self.book.cash(), "two accounts of the same cash");
        self.assert_covered();
    }

    /// Working until it ends, and once ended for ever.
    fn audit(&mut self, order: &OrderRecord) {
        if let Some(before) = self.orders.get(&order.order_id) {
            assert_eq!(before.state, OrderState::Working, "{} had ended", order.order_id);
        } else {
            let begins = [OrderState::Working, OrderState::Rejected].contains(&order.state)
                || order.role == OrderRole::Exit;
            assert!(begins, "{} begins as {:?}", order.order_id, order.state);
        }
        self.orders.insert(order.order_id.clone(), order.clone());
    }

    fn assert_covered(&self) {
        for position in self.book.positions() {
            let stops: Vec<&OrderRecord> = self.working(OrderRole::Stop).collect();
            assert_eq!(stops.len(), 1);
            let stop = (stops[0].shares, stops[0].price);
            assert_eq!(stop, (position.shares, Some(position.stop)));
            let (parts, targets): (Vec<&OrderRecord>, Vec<&OrderRecord>) =
                self.working(OrderRole::Target).partition(|o| o.order_id.ends_with("/part"));
            assert_eq!(targets.len(), 1);
            assert_eq!(targets[0].price, Some(position.target));
            let limits: Vec<_> = parts.iter().filter_map(|o| o.price).collect();
            assert_eq!(limits, position.part_limit.into_iter().collect::<Vec<_>>());
            let shares: u64 = parts.iter().chain(&targets).map(|o| o.shares.0).sum();
            assert_eq!(shares, position.shares.0, "never an exit order beyond the position");
            assert!(parts.iter().chain(&targets).all(|o| o.shares > Shares::ZERO));
        }
        if self.book.positions().next().is_none() {
            assert_eq!(self.working(OrderRole::Stop).count(), 0);
            assert_eq!(self.working(OrderRole::Target).count(), 0);
        }
        assert_eq!(self.working(OrderRole::Entry).count(), self.book.pending().count());
    }

    fn working(&self, role: OrderRole) -> impl Iterator<Item = &OrderRecord> {
        self.orders.values().filter(move |o| o.role == role && o.state == OrderState::Working)
    }

    pub(crate) fn order(&self, id: &str) -> &OrderRecord {
        &self.orders[id]
    }

    pub(crate) fn fills(&self) -> Vec<&FillRecord> {
        self.ledger
            .events
            .iter()
            .filter_map(|e| if let Event::Fill(fill) = e { Some(fill) } else { None })
            .collect()
    }

    pub(crate) fn trades(&self) -> Vec<&TradeRecord> {
        self.ledger
            .events
            .iter()
            .filter_map(|e| if let Event::TradeClosed(trade) = e { Some(trade) } else { None })
            .collect()
    }

    /// The one trade: reason, exit price, sessions held.
    pub(crate) fn ended(&self) -> (ExitReason, f64, u32) {
        let trades = self.trades();
        assert_eq!(trades.len(), 1);
        (trades[0].reason, trades[0].exit_price.to_f64(), trades[0].sessions_held)
    }
}
