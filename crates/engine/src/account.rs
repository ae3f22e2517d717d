//! The account side of a cycle: broker, book, limits in force, and what risk may see of them.

use std::collections::VecDeque;

use tradebot_brackets::{CostModel, ExactCosts, Management};
use tradebot_domain::{Bar, CorporateAction, Date, Money, Price, Regime, Shares, Symbol};
use tradebot_execution::{Book, Broker, BrokerEvent, Intent, Journaled, SimulatedBroker, journal};
use tradebot_journal::{DecisionId, Detail, Event, Ledger, OrderRole, RiskRecord, SnapshotRecord};
use tradebot_risk::Approved;

use crate::config::EngineConfig;
use crate::error::EngineError;
use crate::symbol_state::SymbolState;
use resting::Lane;

mod recording;
mod resting; // bars on which nothing happens
mod view;

/// Sessions over which the row's drawdown threshold looks back.
const RECENT_SESSIONS: usize = 20;

/// What is known of the account without decimals: exact as often as something is traded.
#[derive(Debug, Clone, Copy, Default)]
struct Light {
    cash: f64,
    peak: f64,
    previous: f64,
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
    pub session: Date,
    /// Cash plus positions at their marks.
    pub equity: f64,
    /// 1 - equity / peak.
    pub drawdown: f64,
    /// 1 - equity / highest equity of the last 20 sessions; where nobody sizes by it, the
    /// drawdown, which is no smaller.
    pub drawdown_20: f64,
    /// Equity over the previous session's, less 1.
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
    previous_equity: Money,
    recent: VecDeque<Money>,
    /// Marks in `f64` between fills, where there are lanes.
    light: Light,
    /// What is held of each symbol of a rule run; none for the ensemble, which marks exactly.
    lanes: Vec<Lane>,
    detail: Detail,
    stopped_for: Option<u32>,
    reserved: Vec<Reservation>,
    /// Orders of this session that are no entries.
    exits_sent: u32,
    losses_in_a_row: u32,
    /// Sessions marked since a trade was closed.
    since_last_trade: u32,
    intents: u32,
    trades: u32,
}

impl Account {
    /// An account with the run's cash and nothing else.
    pub fn new(config: &EngineConfig) -> Self {
        Self {
            broker: SimulatedBroker::new(config.costs, config.cash),
            book: Book::new(config.cash),
            costs: config.costs,
            exact_costs: ExactCosts::new(&config.costs),
            cash_at_start: config.cash,
            drawdown_max: config.limits.drawdown_max,
            rearm_sessions: config.limits.rearm_sessions,
            rearm_by_itself: config.rearm_by_itself,
            peak: config.cash,
            previous_equity: config.cash,
            recent: VecDeque::with_capacity(RECENT_SESSIONS + 1),
            light: Light::default(),
            lanes: Vec::new(),
            detail: Detail::Full,
            stopped_for: None,
            reserved: Vec::new(),
            exits_sent: 0,
            losses_in_a_row: 0,
            since_last_trade: 0,
            intents: 0,
            trades: 0,
        }
    }

    /// The same account, marked in `f64` between fills; cash, fills and trades stay exact.
    ///
    /// - **symbols:** sorted; the account knows them by their place from then on.
    #[must_use]
    pub fn marking_lightly(mut self, symbols: &[Symbol]) -> Self {
        let cash = self.cash_at_start.to_f64();
        self.light = Light { cash, peak: cash, previous: cash, marked: 0, value: 0.0 };
        self.lanes = symbols.iter().map(|symbol| Lane::new(*symbol)).collect();
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

    /// A new session begins: what was reserved in the last one has been sent.
    pub fn release_reservations(&mut self) {
        self.reserved.clear();
        self.exits_sent = 0;
        (self.light.marked, self.light.value) = (0, 0.0);
    }

    /// What a session's actions and bar did to the orders and the position of a symbol.
    ///
    /// # Errors
    /// [`EngineError`] when the journal refuses, or book and broker disagree.
    pub fn step(
        &mut self,
        symbol: Symbol,
        bar: &Bar,
        actions: &[CorporateAction],
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        self.trade(symbol, bar, actions, ledger)?;
        self.book.mark(symbol, bar);
        Ok(())
    }

    /// [`Account::step`] without the mark.
    fn trade(
        &mut self,
        symbol: Symbol,
        bar: &Bar,
        actions: &[CorporateAction],
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        for action in actions {
            self.broker.on_action(symbol, action);
        }
        let events = self.broker.on_bar(symbol, bar);
        if !events.is_empty() {
            self.record(bar.date, &events, ledger)?;
        }
        Ok(())
    }

    /// The session passed without a usable bar: a waiting entry expires.
    ///
    /// # Errors
    /// As [`Account::step`].
    pub fn no_bar(
        &mut self,
        symbol: Symbol,
        session: Date,
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
        session: Date,
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
    pub fn mark(&mut self, session: Date, symbols: &[SymbolState]) -> Mark {
        self.rest_after_losses();
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
    #[inline]
    fn rest_after_losses(&mut self) {
        self.since_last_trade += 1;
        if self.since_last_trade > self.rearm_sessions {
            self.losses_in_a_row = 0;
        }
    }

    /// [`Account::mark`] of a rule run.
    #[inline]
    pub(crate) fn mark_lightly(&mut self, session: Date, symbols: &[SymbolState]) -> Mark {
        self.rest_after_losses();
        let light = self.light;
        // Whoever had no bar stands at an older close.
        let all = light.marked == self.book.open_positions();
        let value = if all { light.value } else { self.value_of_lanes() };
        let equity = light.cash + value;
        let peak = light.peak.max(equity);
        // Most closes of a run change nothing, and a division takes its time.
        let day_return = if equity == light.previous { 0.0 } else { equity / light.previous - 1.0 };
        let drawdown = if equity == peak { 0.0 } else { 1.0 - equity / peak };
        (self.light.peak, self.light.previous) = (peak, equity);
        let record = (self.detail == Detail::Full)
            .then(|| Box::new(self.snapshot_of_marks(session, symbols, (drawdown, day_return))));
        let stopped = self.stopped_for.is_some();
        Mark { session, equity, drawdown, drawdown_20: drawdown, day_return, stopped, record }
    }

    #[inline(never)] // keeps the idle path short
    fn snapshot_of_marks(
        &mut self,
        session: Date,
        symbols: &[SymbolState],
        (drawdown, day_return): (f64, f64),
    ) -> SnapshotRecord {
        self.settle_marks();
        let exact = self.snapshot(session, symbols);
        SnapshotRecord { drawdown, day_return, ..exact }
    }

    fn snapshot(&mut self, session: Date, symbols: &[SymbolState]) -> SnapshotRecord {
        let equity = self.book.equity();
        self.peak = self.peak.max(equity);
        let day_return = ratio(equity, self.previous_equity) - 1.0;
        self.previous_equity = equity;
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

    /// Latches the drawdown stop (everything is sold at the next open), counts the sessions of a
    /// latched one, re-arms where a replay may, and notes a session that lost too much.
    ///
    /// # Errors
    /// As [`Account::step`].
    #[inline]
    pub fn watch_limits(
        &mut self,
        mark: &mut Mark,
        daily_loss: Option<f64>,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let lost = daily_loss.is_some_and(|limit| -mark.day_return > limit);
        if lost || self.stopped_for.is_some() || mark.drawdown >= self.drawdown_max {
            return self.act_on_limits(mark, daily_loss, ledger);
        }
        Ok(())
    }

    fn act_on_limits(
        &mut self,
        mark: &mut Mark,
        daily_loss: Option<f64>,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let session = mark.session;
        let mut note = |event: &str, value: f64, limit: f64, detail: String| {
            let event = event.to_owned();
            ledger.append(&Event::Risk(RiskRecord {
                session,
                event,
                symbol: None,
                value,
                limit,
                detail,
            }))
        };
        if let Some(limit) = daily_loss.filter(|limit| -mark.day_return > *limit) {
            let detail = "the session lost more than its row allows: no entries on this close";
            note("daily_loss", -mark.day_return, limit, detail.to_owned())?;
        }
        match self.stopped_for {
            None if mark.drawdown >= self.drawdown_max => {
                let detail = "drawdown limit: everything is sold at the next open, entries stop";
                note("drawdown_stop", mark.drawdown, self.drawdown_max, detail.to_owned())?;
                self.stopped_for = Some(0);
                self.flatten(session, ledger)?;
            }
            Some(sessions) if self.rearm_by_itself && sessions + 1 >= self.rearm_sessions => {
                self.settle_marks();
                let peak = self.book.equity();
                let detail =
                    format!("re-armed after {} sessions; {peak} is the new peak", sessions + 1);
                note("rearmed", mark.drawdown, self.drawdown_max, detail)?;
                self.stopped_for = None;
                self.begin_again(peak, mark);
            }
            Some(sessions) => self.stopped_for = Some(sessions + 1),
            None => {}
        }
        mark.stopped = self.stopped_for.is_some();
        if let Some(record) = &mut mark.record {
            record.stopped = mark.stopped;
        }
        Ok(())
    }

    /// The equity of a re-arming is the peak that drawdowns are measured from.
    fn begin_again(&mut self, peak: Money, mark: &mut Mark) {
        self.peak = peak;
        self.light.peak = mark.equity;
        mark.drawdown = 0.0;
        if let Some(record) = &mut mark.record {
            record.peak = peak;
            record.drawdown = 0.0;
        }
    }

    fn flatten(&mut self, session: Date, ledger: &mut dyn Ledger) -> Result<(), EngineError> {
        for symbol in self.book.held() {
            self.wake(symbol);
            let events = self.broker.flatten_at_next_open(symbol);
            self.exits_sent += 1;
            self.record(session, &events, ledger)?;
            self.stir(symbol);
        }
        Ok(())
    }

    /// The consensus on a symbol turned at this close: its position leaves at the next open where
    /// its row says so.
    ///
    /// # Errors
    /// As [`Account::step`].
    pub fn reverse(
        &mut self,
        session: Date,
        symbol: Symbol,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        self.wake(symbol);
        let events = self.broker.exit_on_reversal(symbol);
        self.record(session, &events, ledger)
    }

    /// Brings all marks up to the last close, exactly.
    pub fn settle_marks(&mut self) {
        self.catch_up_all();
        self.book.settle_marks();
    }

    /// Takes the room of an approval before it is sent.
    pub fn reserve(&mut self, approved: &Approved, index: usize) {
        let limit = approved.bracket().entry_limit;
        let costs = self.exact_costs.breakdown(limit, approved.shares(), true).total();
        self.reserved.push(Reservation {
            symbol: approved.symbol(),
            index,
            shares: approved.shares(),
            limit,
            notional: approved.notional(),
            risk: approved.planned_risk(),
            cash: (approved.notional() + costs).to_f64(),
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
    text[first..].iter().map(|digit| char::from(*digit)).collect()
}

/// a / b for analysis.
fn ratio(a: Money, b: Money) -> f64 {
    a.to_f64() / b.to_f64()
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
