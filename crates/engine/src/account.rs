//! The account side of a cycle: broker, book, limits in force, and what risk may see of them.

use std::collections::VecDeque;

use tradebot_brackets::{CostModel, ExactCosts, Management};
use tradebot_domain::{
    Bar, CorporateAction, Date, Decimal, Moment, Money, Price, Regime, Shares, Symbol,
};
use tradebot_execution::{Book, Broker, BrokerEvent, Intent, Journaled, SimulatedBroker, journal};
use tradebot_journal::{DecisionId, Detail, Ledger, OrderRole, SnapshotRecord};
use tradebot_risk::{Approved, BrokerAccount};

use crate::config::EngineConfig;
use crate::error::EngineError;
use crate::symbol_state::SymbolState;
use earlier::Earlier;
use resting::Lane;

mod limits;
mod recording;
mod resting; // bars on which nothing happens
mod terms;
mod earlier;
mod view;

/// Sessions over which the row's drawdown threshold looks back.
const RECENT_SESSIONS: usize = 20;

/// What is known of the account without decimals: exact as often as something is traded.
#[derive(Debug, Clone, Copy, Default)]
struct Light {
    cash: f64,
    peak: f64,
    /// Equity at the close of the session before.
    previous: f64,
    /// Equity at the last bar.
    latest: f64,
    /// Positions marked in this session, and what they are worth: a sum in symbol order.
    marked: usize,
    value: f64,
}

/// Room that an approval of this cycle has taken before it is sent.
struct Reservation {
    symbol: Symbol,
    index: usize,
    shares: Shares,
    limit: Price,
    notional: Money,
    risk: Money,
    cash: f64,
}

/// The account at a close, as limits and sizes look at it.
///
/// - **Fractions** of equity or peak; money in the account's currency, for analysis.
pub struct Mark {
    /// The session.
    pub session: Moment,
    /// Cash plus positions at their marks.
    pub equity: f64,
    /// 1 - equity / peak.
    pub drawdown: f64,
    /// 1 - equity / highest equity of the last 20 sessions; where nobody sizes by it, the
    /// drawdown, which is no smaller.
    pub drawdown_20: f64,
    /// Equity over the close of the session before, less 1; on shorter bars too.
    pub day_return: f64,
    /// Entries are stopped by the drawdown limit.
    pub stopped: bool,
    /// The same for the journal; none in a run in brief.
    pub record: Option<Box<SnapshotRecord>>,
}

/// Broker, book and the limits that watch the whole account.
pub struct Account {
    broker: SimulatedBroker,
    book: Book,
    costs: CostModel,
    exact_costs: ExactCosts,
    cash_at_start: Money,
    drawdown_max: f64,
    rearm_sessions: u32,
    rearm_by_itself: bool,
    peak: Money,
    /// At the close of the session before.
    previous_equity: Money,
    /// At the last bar.
    latest_equity: Money,
    /// Date of the last bar, and whether it was the first of it.
    today: Option<Moment>,
    begins: bool,
    /// The session's loss is on record.
    loss_noted: bool,
    recent: VecDeque<Money>,
    /// Marks in `f64` between fills, where there are lanes.
    light: Light,
    /// What is held of each symbol of a rule run; none for the ensemble, which marks exactly.
    lanes: Vec<Lane>,
    detail: Detail,
    stopped_for: Option<u32>,
    reserved: Vec<Reservation>,
    /// Orders of this bar that are no entries.
    exits_sent: u32,
    /// What was sent on earlier bars of the session; empty on daily ones.
    earlier: Earlier,
    losses_in_a_row: u32,
    /// Sessions marked since a trade was closed.
    since_last_trade: u32,
    intents: u32,
    trades: u32,
    /// Reused from bar to bar.
    events: Vec<BrokerEvent>,
    /// The session that is being processed.
    session: Date,
    /// Units of the account's currency for one of the listing's; none: they are the same.
    rate: Option<Decimal>,
    /// The real account as it was last seen; none where the account is simulated.
    at_broker: Option<BrokerAccount>,
}

impl Account {
    /// Takes in the real account as the broker tells of it; reviews look at it from now on.
    pub fn see(&mut self, account: Option<BrokerAccount>) {
        self.at_broker = account;
    }

    /// An account with the run's cash and nothing else.
    pub fn new(config: &EngineConfig) -> Self {
        Self {
            broker: terms::broker(config),
            book: Book::new(config.cash),
            costs: config.costs,
            exact_costs: ExactCosts::new(&config.costs),
            cash_at_start: config.cash,
            drawdown_max: config.limits.drawdown_max,
            rearm_sessions: config.limits.rearm_sessions,
            rearm_by_itself: config.rearm_by_itself,
            peak: config.cash,
            previous_equity: config.cash,
            latest_equity: config.cash,
            today: None,
            begins: true,
            loss_noted: false,
            recent: VecDeque::with_capacity(RECENT_SESSIONS + 1),
            light: Light::default(),
            lanes: Vec::new(),
            detail: Detail::Full,
            stopped_for: None,
            reserved: Vec::new(),
            exits_sent: 0,
            earlier: Earlier::default(),
            losses_in_a_row: 0,
            since_last_trade: 0,
            intents: 0,
            trades: 0,
            events: Vec::new(),
            session: config.from,
            rate: None,
            at_broker: None,
        }
    }

    /// The same account, marked in `f64` between fills; cash, fills and trades stay exact.
    ///
    /// - **symbols:** sorted; the account knows them by their place from then on.
    #[must_use]
    pub fn marking_lightly(mut self, symbols: &[Symbol]) -> Self {
        let cash = self.cash_at_start.to_f64();
        self.light =
            Light { cash, peak: cash, previous: cash, latest: cash, marked: 0, value: 0.0 };
        let restless = self.has_terms();
        self.lanes = symbols.iter().map(|symbol| Lane::new(*symbol, !restless)).collect();
        self
    }

    /// How much of it goes on record from now on.
    pub const fn tell(&mut self, detail: Detail) {
        self.detail = detail;
        if matches!(detail, Detail::Brief) {
            self.broker.be_quiet();
        }
    }

    /// Equity at the last marks, exact.
    pub fn equity(&mut self) -> Money {
        self.settle_marks();
        self.book.equity()
    }

    /// The book.
    pub const fn book(&self) -> &Book {
        &self.book
    }

    /// Closed trades so far, without those cut by the end of data.
    pub const fn trades(&self) -> u32 {
        self.trades
    }

    /// The symbol has a position or an entry on its way.
    pub fn holds(&self, symbol: Symbol) -> bool {
        self.book.is_held(symbol)
    }

    /// A new bar has come: what was reserved on the last one has been sent.
    pub fn release_reservations(&mut self, now: Moment) {
        if self.has_terms() {
            self.begin_session(now.date());
        }
        if !now.is_daily() {
            self.earlier.pass(now, &self.reserved, self.exits_sent);
        }
        self.reserved.clear();
        self.exits_sent = 0;
        (self.light.marked, self.light.value) = (0, 0.0);
    }

    /// What a session's actions and bar did to the orders and the position of a symbol; in the
    /// order of the finer bars inside it, where there are any.
    ///
    /// # Errors
    /// [`EngineError`] when the journal refuses, or book and broker disagree.
    pub fn step(
        &mut self,
        symbol: Symbol,
        (bar, fine): (&Bar, &[Bar]),
        actions: &[CorporateAction],
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        self.trade(symbol, (bar, fine), actions, ledger)?;
        self.book.mark(symbol, bar);
        Ok(())
    }

    /// [`Account::step`] without the mark.
    fn trade(
        &mut self,
        symbol: Symbol,
        (bar, fine): (&Bar, &[Bar]),
        actions: &[CorporateAction],
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        for action in actions {
            if let Err(refused) = self.broker.on_action(symbol, action) {
                Self::note_refused(bar.date, &refused, ledger)?;
            }
        }
        let mut events = std::mem::take(&mut self.events);
        self.broker.on_bars_into(symbol, (bar, fine), &mut events);
        let done = if events.is_empty() { Ok(()) } else { self.record(bar.date, &events, ledger) };
        self.events = events;
        done
    }

    /// The session passed without a usable bar: a waiting entry expires.
    ///
    /// # Errors
    /// As [`Account::step`].
    pub fn no_bar(
        &mut self,
        symbol: Symbol,
        session: Moment,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        self.wake(symbol);
        let events = self.broker.no_bar(symbol, session);
        self.record(session, &events, ledger)?;
        self.stir(symbol);
        Ok(())
    }

    /// The symbol's data ended: its position is closed at the last close, left out of statistics.
    ///
    /// # Errors
    /// As [`Account::step`].
    pub fn end_of_data(
        &mut self,
        session: Moment,
        symbol: Symbol,
        last_close: f64,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        self.wake(symbol);
        let events = self.broker.end_of_data(symbol, session, last_close);
        self.record(session, &events, ledger)?;
        self.stir(symbol);
        Ok(())
    }

    /// The account at the close of a session.
    pub fn mark(&mut self, session: Moment, symbols: &[SymbolState]) -> Mark {
        self.rest_after_losses(session);
        let record = self.snapshot(session, symbols);
        let recent_peak = self.recent.iter().max().copied().unwrap_or(record.equity);
        Mark {
            session,
            equity: record.equity.to_f64(),
            drawdown: record.drawdown,
            drawdown_20: 1.0 - ratio(record.equity, recent_peak),
            day_return: record.day_return,
            stopped: record.stopped,
            record: Some(Box::new(record)),
        }
    }

    /// A streak that stops entries would never end by a win: it is over after a rest.
    #[expect(clippy::inline_always, reason = "a call on every bar costs as much as the step")]
    #[inline(always)]
    fn rest_after_losses(&mut self, session: Moment) {
        self.begins =
            !self.today.replace(session).is_some_and(|last| last.is_same_session(session));
        self.since_last_trade += u32::from(self.begins);
        if self.since_last_trade > self.rearm_sessions {
            self.losses_in_a_row = 0;
        }
    }

    /// [`Account::mark`] of a rule run.
    #[inline]
    pub(crate) fn mark_lightly(&mut self, session: Moment, symbols: &[SymbolState]) -> Mark {
        self.close_lightly(session);
        let mut mark = self.light_mark(session);
        if self.detail == Detail::Full {
            let fractions = (mark.drawdown, mark.day_return);
            mark.record = Some(Box::new(self.snapshot_of_marks(session, symbols, fractions)));
        }
        mark
    }

    /// Takes a session's close into account.
    #[inline]
    fn close_lightly(&mut self, session: Moment) {
        // Whoever had no bar stands at an older close.
        let all = self.light.marked == self.book.open_positions();
        let value = if all { self.light.value } else { self.value_of_lanes() };
        self.close_at(session, value);
    }

    /// Takes a session's close into account, at which positions are worth so much, and returns its
    /// equity.
    #[expect(clippy::inline_always, reason = "a call on every bar costs as much as the step")]
    #[inline(always)]
    pub(crate) fn close_at(&mut self, session: Moment, value: f64) -> f64 {
        self.rest_after_losses(session);
        let light = &mut self.light;
        let equity = light.cash + value;
        if self.begins {
            light.previous = light.latest;
        }
        if equity > light.peak {
            light.peak = equity;
        }
        light.latest = equity;
        equity
    }

    /// The mark of the close that was taken into account last, without its record.
    #[inline]
    pub(crate) fn light_mark(&self, session: Moment) -> Mark {
        let Light { peak, previous, latest: equity, .. } = self.light;
        // Most closes of a run change nothing, and a division takes its time.
        let day_return = if equity == previous { 0.0 } else { growth(equity, previous) };
        let drawdown = if equity == peak { 0.0 } else { -growth(equity, peak) };
        let stopped = self.stopped_for.is_some();
        Mark { session, equity, drawdown, drawdown_20: drawdown, day_return, stopped, record: None }
    }

    #[inline(never)] // keeps the idle path short
    fn snapshot_of_marks(
        &mut self,
        session: Moment,
        symbols: &[SymbolState],
        (drawdown, day_return): (f64, f64),
    ) -> SnapshotRecord {
        self.settle_marks();
        let exact = self.snapshot(session, symbols);
        SnapshotRecord { drawdown, day_return, ..exact }
    }

    fn snapshot(&mut self, session: Moment, symbols: &[SymbolState]) -> SnapshotRecord {
        let equity = self.book.equity();
        self.peak = self.peak.max(equity);
        if self.begins {
            self.previous_equity = self.latest_equity;
        } else {
            self.recent.pop_back();
        }
        let day_return = ratio(equity, self.previous_equity) - 1.0;
        self.latest_equity = equity;
        if self.recent.len() == RECENT_SESSIONS {
            self.recent.pop_front();
        }
        self.recent.push_back(equity);
        SnapshotRecord {
            session,
            cash: self.book.cash(),
            equity,
            peak: self.peak,
            drawdown: 1.0 - ratio(equity, self.peak),
            day_return,
            heat: ratio(self.book.open_risk(), equity),
            gross: ratio(self.book.gross(), equity),
            stopped: self.stopped_for.is_some(),
            benchmark: self.benchmark(symbols),
            positions: self.book.position_records(),
        }
    }

    /// Buy and hold: the start's cash in equal parts, each put into its symbol at its first close
    /// of the run, dividends reinvested, no costs.
    fn benchmark(&self, symbols: &[SymbolState]) -> f64 {
        let part = self.cash_at_start.to_f64() / symbols.len() as f64;
        let grown = |s: &SymbolState| match (s.continuous_close, s.first_close) {
            (Some(last), Some(first)) => part * last / first,
            _ => part,
        };
        symbols.iter().map(grown).sum()
    }

    /// Brings all marks up to the last close, exactly.
    pub fn settle_marks(&mut self) {
        self.catch_up_all();
        self.book.settle_marks();
    }

    /// Takes the room of an approval before it is sent.
    pub fn reserve(&mut self, approved: &Approved, index: usize) {
        let (limit, notional) = (approved.bracket().entry_limit, approved.notional());
        let cash = if self.has_terms() {
            let order = (limit, approved.shares());
            // What has no price is not approved; were it, the venue would refuse it.
            let needed = self.broker.needed(approved.symbol(), self.session, order);
            needed.map_or(notional, |needed| self.money_in_listing(needed))
        } else {
            let costs = self.exact_costs.breakdown(limit, approved.shares(), true).total();
            notional + costs
        };
        self.reserved.push(Reservation {
            symbol: approved.symbol(),
            index,
            shares: approved.shares(),
            limit,
            notional,
            risk: approved.planned_risk(),
            cash: cash.to_f64(),
        });
    }

    /// The symbol was approved in this cycle.
    pub fn is_reserved(&self, index: usize) -> bool {
        self.reserved.iter().any(|r| r.index == index)
    }

    /// The id of the next intent: unique in the run, in order of sending.
    pub fn next_intent_id(&mut self) -> String {
        self.intents += 1;
        intent_id(self.intents)
    }

    /// Spends an approval: its intent goes on record, and the token that sending asks for comes
    /// back.
    ///
    /// # Errors
    /// [`EngineError::Ledger`] when the journal refuses; nothing was sent.
    pub fn intend(
        (id, decision, row): (String, DecisionId, Regime),
        approved: Approved,
        management: Management,
        ledger: &mut dyn Ledger,
    ) -> Result<Journaled<Intent>, EngineError> {
        let intent = Intent::from_approved(approved, id, decision.session, decision, row)
            .managed(management);
        Ok(journal(intent, ledger)?)
    }

    /// Hands an intent that is on record to the broker.
    ///
    /// # Errors
    /// As [`Account::step`]; a send without an answer stops the loop.
    pub fn send(
        &mut self,
        intent: Journaled<Intent>,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let record = intent.get().record();
        let (session, symbol) = (record.session, record.symbol);
        self.wake(symbol);
        let events = self
            .broker
            .submit(intent)
            .map_err(|e| EngineError::Broker { session, detail: e.to_string() })?;
        debug_assert!(
            events.iter().all(|e| !matches!(e, BrokerEvent::Fill(f) if f.role == OrderRole::Entry)),
            "an entry is filled by a bar, not by its submission"
        );
        self.record(session, &events, ledger)
    }
}

/// `I` and the number with at least six digits.
fn intent_id(number: u32) -> String {
    let mut text = *b"I0000000000";
    let (mut rest, mut at) = (number, text.len());
    while rest > 0 {
        at -= 1;
        text[at] = b'0' + u8::try_from(rest % 10).expect("a digit");
        rest /= 10;
    }
    let first = at.min(text.len() - 6) - 1;
    text[first] = b'I';
    std::str::from_utf8(&text[first..]).expect("a letter and digits").to_owned()
}

/// a / b for analysis.
fn ratio(a: Money, b: Money) -> f64 {
    a.to_f64() / b.to_f64()
}

/// What became of an amount, less 1. Not inlined, or it would be reckoned where nothing changed too.
#[inline(never)]
fn growth(now: f64, before: f64) -> f64 {
    now / before - 1.0
}

#[cfg(test)]
mod tests {
    use super::intent_id;

    #[test]
    fn an_intent_is_named_by_its_number_with_at_least_six_digits() {
        for number in [1, 9, 10, 42, 99_999, 100_000, 999_999, 1_000_000, 38_844_123, u32::MAX] {
            assert_eq!(intent_id(number), format!("I{number:06}"));
        }
    }
}
