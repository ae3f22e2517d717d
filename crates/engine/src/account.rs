//! The account side of a cycle: broker, book, limits in force, and what risk may see of them.

use std::collections::VecDeque;

use tradebot_brackets::Management;
use tradebot_domain::{Bar, CorporateAction, Date, Money, Price, Regime, Shares, Symbol};
use tradebot_execution::{Book, Broker, BrokerEvent, Intent, Journaled, SimulatedBroker, journal};
use tradebot_journal::{
    DecisionId, Event, ExitReason, Ledger, OrderRole, RiskRecord, SnapshotRecord,
};
use tradebot_risk::{Approved, BookView, Fingerprint, Standing, Traffic};

use crate::config::EngineConfig;
use crate::error::EngineError;
use crate::symbol_state::SymbolState;

/// Sessions over which the row's drawdown threshold looks back.
const RECENT_SESSIONS: usize = 20;

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

/// Broker, book and the limits that watch the whole account.
pub struct Account {
    broker: SimulatedBroker,
    book: Book,
    costs: tradebot_brackets::CostModel,
    cash_at_start: Money,
    drawdown_max: f64,
    rearm_sessions: u32,
    rearm_by_itself: bool,
    peak: Money,
    previous_equity: Money,
    recent: VecDeque<Money>,
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
            cash_at_start: config.cash,
            drawdown_max: config.limits.drawdown_max,
            rearm_sessions: config.limits.rearm_sessions,
            rearm_by_itself: config.rearm_by_itself,
            peak: config.cash,
            previous_equity: config.cash,
            recent: VecDeque::with_capacity(RECENT_SESSIONS + 1),
            stopped_for: None,
            reserved: Vec::new(),
            exits_sent: 0,
            losses_in_a_row: 0,
            since_last_trade: 0,
            intents: 0,
            trades: 0,
        }
    }

    /// Equity at the last marks.
    pub fn equity(&self) -> Money {
        self.book.equity()
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
        for action in actions {
            self.broker.on_action(symbol, action);
        }
        let events = self.broker.on_bar(symbol, bar);
        self.record(bar.date, &events, ledger)?;
        self.book.mark(symbol, bar);
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
        let events = self.broker.no_bar(symbol, session);
        self.record(session, &events, ledger)
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
        let events = self.broker.end_of_data(symbol, session, last_close);
        self.record(session, &events, ledger)
    }

    fn record(
        &mut self,
        session: Date,
        events: &[BrokerEvent],
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let records = self
            .book
            .apply_all(events)
            .map_err(|e| EngineError::Broker { session, detail: e.to_string() })?;
        for record in &records {
            if let Event::TradeClosed(trade) = record
                && trade.reason != ExitReason::EndOfData
            {
                self.trades += 1;
                let lost = trade.net < Money::ZERO;
                self.losses_in_a_row = if lost { self.losses_in_a_row + 1 } else { 0 };
                self.since_last_trade = 0;
            }
            ledger.append(record)?;
        }
        Ok(())
    }

    /// The account at the close of a session.
    pub fn mark(&mut self, session: Date, symbols: &[SymbolState]) -> SnapshotRecord {
        // A streak that stops entries would never end by a win: it is over after a rest.
        self.since_last_trade += 1;
        if self.since_last_trade > self.rearm_sessions {
            self.losses_in_a_row = 0;
        }
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
    pub fn watch_limits(
        &mut self,
        snapshot: &mut SnapshotRecord,
        daily_loss: Option<f64>,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let session = snapshot.session;
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
        if let Some(limit) = daily_loss.filter(|limit| -snapshot.day_return > *limit) {
            let detail = "the session lost more than its row allows: no entries on this close";
            note("daily_loss", -snapshot.day_return, limit, detail.to_owned())?;
        }
        match self.stopped_for {
            None if snapshot.drawdown >= self.drawdown_max => {
                let detail = "drawdown limit: everything is sold at the next open, entries stop";
                note("drawdown_stop", snapshot.drawdown, self.drawdown_max, detail.to_owned())?;
                self.stopped_for = Some(0);
                self.flatten(session, ledger)?;
            }
            Some(sessions) if self.rearm_by_itself && sessions + 1 >= self.rearm_sessions => {
                let detail = format!(
                    "re-armed after {} sessions; {} is the new peak",
                    sessions + 1,
                    snapshot.equity
                );
                note("rearmed", snapshot.drawdown, self.drawdown_max, detail)?;
                self.stopped_for = None;
                self.peak = snapshot.equity;
                snapshot.peak = snapshot.equity;
                snapshot.drawdown = 0.0;
            }
            Some(sessions) => self.stopped_for = Some(sessions + 1),
            None => {}
        }
        snapshot.stopped = self.stopped_for.is_some();
        Ok(())
    }

    fn flatten(&mut self, session: Date, ledger: &mut dyn Ledger) -> Result<(), EngineError> {
        for symbol in self.book.held() {
            let events = self.broker.flatten_at_next_open(symbol);
            self.exits_sent += 1;
            self.record(session, &events, ledger)?;
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
        let events = self.broker.exit_on_reversal(symbol);
        self.record(session, &events, ledger)
    }

    /// Lends what risk may know about the account and one symbol, approvals of this cycle counted
    /// as pending.
    pub fn with_view<T>(
        &self,
        index: usize,
        symbols: &[SymbolState],
        snapshot: &SnapshotRecord,
        use_view: impl FnOnce(&BookView<'_>) -> T,
    ) -> T {
        let state = &symbols[index];
        let mut held = self.book.held();
        held.extend(self.reserved.iter().map(|r| r.symbol));
        let of_symbol = |symbol: &Symbol| symbols.iter().find(|s| s.symbol == *symbol);
        let correlations: Vec<(Symbol, Option<f64>)> = held
            .iter()
            .filter(|symbol| **symbol != state.symbol)
            .map(|symbol| (*symbol, of_symbol(symbol).and_then(|s| state.correlation(s))))
            .collect();
        let recent_peak = self.recent.iter().max().copied().unwrap_or(snapshot.equity);
        let reserved_risk: Money = self.reserved.iter().map(|r| r.risk).sum();
        let reserved_cash: f64 = self.reserved.iter().map(|r| r.cash).sum();
        let recent = self.entries_of_this_session();
        use_view(&BookView {
            equity: snapshot.equity.to_f64(),
            cash: self.book.buying_power().to_f64() - reserved_cash,
            drawdown: snapshot.drawdown,
            drawdown_20: 1.0 - ratio(snapshot.equity, recent_peak),
            day_return: snapshot.day_return,
            stopped: snapshot.stopped,
            open_risk: (self.book.open_risk() + reserved_risk).to_f64(),
            positions: held.len(),
            held: &held,
            close: state.last_close.map_or(f64::NAN, |(_, close)| close),
            adv_20: state.median_volume(),
            correlations: &correlations,
            spread: 2.0 * self.costs.half_spread_bps / 1e4,
            traffic: self.traffic(state.symbol, &recent),
            standing: self.standing(index, symbols),
        })
    }

    /// On daily bars an entry that was not filled has ended by the next close, so what lies within
    /// 24 hours is what this cycle has approved.
    fn entries_of_this_session(&self) -> Vec<Fingerprint> {
        let same =
            |r: &Reservation| Fingerprint { symbol: r.symbol, shares: r.shares, limit: r.limit };
        self.reserved.iter().map(same).collect()
    }

    /// All orders of a cycle leave within one minute of its close.
    fn traffic<'a>(&self, symbol: Symbol, recent: &'a [Fingerprint]) -> Traffic<'a> {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let sent = count(recent.len()).saturating_add(self.exits_sent);
        let of_symbol = count(recent.iter().filter(|sent| sent.symbol == symbol).count());
        Traffic {
            messages_minute: sent,
            messages_session: sent,
            entries_of_symbol: of_symbol,
            minutes_since_entry: (of_symbol > 0).then_some(0.0),
            recent,
            resting_sell: self.book.position(symbol).map(|position| position.target),
        }
    }

    fn standing(&self, index: usize, symbols: &[SymbolState]) -> Standing {
        let sector = &symbols[index].sector;
        let of_sector = |symbol: Symbol| {
            symbols.iter().find(|s| s.symbol == symbol).is_some_and(|s| s.sector == *sector)
        };
        let positions = self.book.positions().map(|p| (p.intent.symbol, p.value()));
        let pending = self.book.pending().map(|p| (p.intent.symbol, p.intent.notional));
        let reserved = self.reserved.iter().map(|r| (r.symbol, r.notional));
        let in_sector: Money = positions
            .chain(pending)
            .chain(reserved)
            .filter(|(symbol, _)| of_sector(*symbol))
            .map(|(_, value)| value)
            .sum();
        let entered: Money = self.reserved.iter().map(|r| r.notional).sum();
        Standing {
            entered: entered.to_f64(),
            in_sector: in_sector.to_f64(),
            losses_in_a_row: self.losses_in_a_row,
        }
    }

    /// Takes the room of an approval before it is sent.
    pub fn reserve(&mut self, approved: &Approved, index: usize) {
        let limit = approved.bracket().entry_limit;
        let costs = self.costs.breakdown(limit, approved.shares(), true).total();
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
        format!("I{:06}", self.intents)
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
        let session = intent.get().record().session;
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

/// a / b for analysis.
fn ratio(a: Money, b: Money) -> f64 {
    a.to_f64() / b.to_f64()
}
