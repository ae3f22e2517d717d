//! A broker that works brackets on raw bars.

use std::sync::Arc;

use tradebot_brackets::{
    Bracket, CostModel, ExactCosts, ExecutionTerms, Management, Progress, tradable,
};
use tradebot_domain::{Bar, CorporateAction, Date, Moment, Money, Shares, Symbol};
use tradebot_journal::{IntentRecord, OrderState};

use crate::broker::{Broker, SendError};
use crate::by_symbol::BySymbol;
use crate::event::BrokerEvent;
use crate::intent::{Intent, Journaled};
pub use orders::ActionRefused;
use sent::Sent;
pub use slot::BY_FINER_BARS;
use slot::{Leaving, Slot, Venue};
use terms::Terms;
pub use terms::Unpriced;

mod asking; // what it says under terms before there is an order
mod allotting; // how much of an entry is filled
mod history;
mod orders;
mod sent;
mod slot;
mod terms;

/// Fills bracketed orders on the bars of a run, daily or shorter, pessimistically where a bar leaves it open.
///
/// - **Entry:** a limit on the next bar's open; above it the entry expires.
/// - **Exits:** what [`tradebot_brackets::Walk`] says, so that a trade and the shadow outcome of the same bracket
///   agree. A gap fills at the open; stop and target in one bar count as the stop.
/// - **Partial exit:** a second limit nearer than the target, for whole shares rounded down. Stop on
///   one side, both limits on the other: each side stands for what is held, and never for more.
/// - **Corporate actions:** with the bar of their ex-date, before it is traded on. Splits change
///   shares exactly, a fraction is paid in cash at the open; dividends are paid on the ex-date.
/// - **Terms**, where they are given ([`SimulatedBroker::under`]): costs by date, size and market;
///   entries up to a share of the volume, the rest cancelled; purchases out of settled cash. What
///   leaves a position leaves whole, and pays the impact of its size.
/// - **One position per symbol**, one entry order at a time, long only.
/// - **Per session and symbol:** [`SimulatedBroker::on_action`] for each action, then
///   [`SimulatedBroker::on_bar`], then entries for the next session.
#[derive(Debug)]
pub struct SimulatedBroker {
    venue: Venue,
    /// The venue's own account of the cash, kept apart from the book's.
    cash: Money,
    slots: BySymbol<Box<Slot>>,
    sent: Sent,
    conflicts: u64,
}

impl SimulatedBroker {
    /// An account with this much cash and nothing else.
    pub fn new(costs: CostModel, cash: Money) -> Self {
        let exact = ExactCosts::new(&costs);
        let venue = Venue { costs, exact, quiet: false, terms: None };
        Self { venue, cash, slots: BySymbol::new(), sent: Sent::default(), conflicts: 0 }
    }

    /// The same under terms, which say what orders cost, how much of them is filled and when
    /// their money settles.
    ///
    /// - **costs:** flat, for what has to be known before there is an order: break-even stops.
    /// - **from:** the first session; what is there then has settled.
    #[must_use]
    pub fn under(costs: CostModel, terms: ExecutionTerms, (cash, from): (Money, Date)) -> Self {
        let mut broker = Self::new(costs, cash);
        broker.venue.terms = Some(Box::new(Terms::new(terms, cash, from)));
        broker
    }

    /// Sessions whose finer bars contradicted their bar and were set aside.
    pub const fn conflicts(&self) -> u64 {
        self.conflicts
    }

    /// Orders at the market report executions and failures only, from now on: for runs in brief,
    /// which have no use for an order's other states. Nothing else changes.
    pub const fn be_quiet(&mut self) {
        self.venue.quiet = true;
    }

    /// Cash on the account; equals the book's at all times.
    pub const fn cash(&self) -> Money {
        self.cash
    }

    /// A corporate action of a symbol, made known on its ex-date. It takes effect with the first
    /// bar from that date on, whose open prices a fraction of a share; until then shares and
    /// marks are both the old ones. A symbol with neither position nor entry has nothing to change.
    ///
    /// # Errors
    /// [`ActionRefused`] for one that was taken before, and for one whose ex-date has been traded
    /// on; nothing is changed then.
    pub fn on_action(
        &mut self,
        symbol: Symbol,
        action: &CorporateAction,
    ) -> Result<(), ActionRefused> {
        if let Some(slot) = self.slots.get_mut(&symbol) {
            slot.take_action(action)?;
        }
        if let Some(terms) = &mut self.venue.terms {
            terms.act(symbol, action);
        }
        Ok(())
    }

    /// The raw bar of a session. A bar that is not later than what was seen, or on which no one
    /// could trade, changes nothing.
    pub fn on_bar(&mut self, symbol: Symbol, bar: &Bar) -> Vec<BrokerEvent> {
        self.on_bars(symbol, bar, &[])
    }

    /// [`SimulatedBroker::on_bar`] with the order of events inside the session taken from finer
    /// bars, where there are any: see [`tradebot_brackets::Walk::step_fine`]. Finer bars that
    /// contradict the session's are set aside and counted in [`SimulatedBroker::conflicts`].
    pub fn on_bars(&mut self, symbol: Symbol, bar: &Bar, fine: &[Bar]) -> Vec<BrokerEvent> {
        let mut events = Vec::new();
        self.on_bars_into(symbol, (bar, fine), &mut events);
        events
    }

    /// [`SimulatedBroker::on_bars`] with a place for the events, for whoever reuses one. What was in
    /// it goes.
    pub fn on_bars_into(
        &mut self,
        symbol: Symbol,
        (bar, fine): (&Bar, &[Bar]),
        events: &mut Vec<BrokerEvent>,
    ) {
        events.clear();
        self.work(symbol, (bar, fine), events);
        if let Some(terms) = &mut self.venue.terms
            && tradable(bar)
        {
            terms.observe(symbol, bar);
        }
    }

    fn work(&mut self, symbol: Symbol, (bar, fine): (&Bar, &[Bar]), events: &mut Vec<BrokerEvent>) {
        let Some(slot) = self.slots.get(&symbol) else { return };
        if bar.date <= slot.seen || !tradable(bar) {
            return;
        }
        self.quote(symbol, bar.date.date(), Some(bar));
        let Some(slot) = self.slots.get_mut(&symbol) else { return };
        slot.seen = bar.date;
        let ended = slot.session((bar, fine), &self.venue, events);
        self.conflicts += u64::from(std::mem::take(&mut slot.conflicts));
        self.settle(symbol, ended, events);
    }

    /// The next bar of the symbol can change nothing but the count of its sessions: there is
    /// nothing of it at the venue, or a position at the market that nobody has asked to leave.
    pub fn rests(&self, symbol: Symbol) -> bool {
        self.slots.get(&symbol).is_none_or(|slot| slot.rests())
    }

    /// What [`SimulatedBroker::on_bar`] does on so many bars in a row, the last of them of session
    /// `last`, of a symbol that [rests](SimulatedBroker::rests).
    pub fn pass_sessions(&mut self, symbol: Symbol, sessions: u32, last: Moment) {
        if let Some(slot) = self.slots.get_mut(&symbol) {
            debug_assert!(slot.rests(), "{symbol} has orders to work");
            slot.walk.pass_sessions(sessions);
            slot.seen = last;
        }
    }

    /// The session passed without a bar of this symbol: a waiting entry expires.
    pub fn no_bar(&mut self, symbol: Symbol, session: Moment) -> Vec<BrokerEvent> {
        let Some(slot) = self.slots.get_mut(&symbol) else { return Vec::new() };
        if session <= slot.seen || slot.walk.progress() != Progress::Waiting {
            return Vec::new();
        }
        slot.walk.expire();
        let note = "no bar in its session";
        let events = vec![slot.entry_ended(session, OrderState::Expired, note)];
        self.settle(symbol, true, &events);
        events
    }

    /// The symbol's data ends: a waiting entry expires, an open position is sold at the last
    /// close, to be left out of statistics.
    pub fn end_of_data(
        &mut self,
        symbol: Symbol,
        session: Moment,
        last_close: f64,
    ) -> Vec<BrokerEvent> {
        self.quote(symbol, session.date(), None);
        let Some(slot) = self.slots.get_mut(&symbol) else { return Vec::new() };
        let mut events = Vec::new();
        match slot.walk.end_of_data(last_close) {
            Some(exit) => slot.leave(session, &Leaving::from(exit), &self.venue, &mut events),
            None => events.push(slot.entry_ended(session, OrderState::Expired, "data ended")),
        }
        self.settle(symbol, true, &events);
        events
    }

    /// Symbols with a position or a waiting entry.
    pub fn symbols(&self) -> impl Iterator<Item = Symbol> + '_ {
        self.slots.keys().copied()
    }

    /// Books cash, and forgets a slot that has ended.
    fn settle(&mut self, symbol: Symbol, ended: bool, events: &[BrokerEvent]) {
        for event in events {
            let (session, change) = match event {
                BrokerEvent::Fill(fill) => (fill.session, fill.cash_change()),
                BrokerEvent::Action(applied) => (applied.session, applied.cash),
                BrokerEvent::Accepted { .. } | BrokerEvent::Order(_) => continue,
            };
            self.cash += change;
            if let Some(terms) = &mut self.venue.terms {
                terms.booked(session.date(), change);
            }
        }
        if ended {
            self.slots.remove(&symbol);
        }
    }

    /// Cash that waiting entries are promised.
    fn promised(&self) -> Money {
        self.slots.values().map(|slot| slot.reserved).sum()
    }

    /// Why the venue refuses an order, if it does: the last line of defence, after risk.
    fn refusal(
        &self,
        intent: &IntentRecord,
        management: &Management,
        needed: Money,
    ) -> Option<String> {
        let bracket = &intent.bracket;
        if let Err(error) = management.validate() {
            return Some(error.to_string());
        }
        if intent.shares == Shares::ZERO {
            return Some("no shares".to_owned());
        }
        if !(bracket.stop < bracket.entry_limit && bracket.entry_limit < bracket.target) {
            let (stop, limit, target) = (bracket.stop, bracket.entry_limit, bracket.target);
            return Some(format!("stop {stop}, limit {limit}, target {target} out of order"));
        }
        if self.slots.contains_key(&intent.symbol) {
            return Some("a position or an entry of this symbol exists".to_owned());
        }
        self.short_of_cash(needed, intent.session.date())
    }

    fn accept(
        &mut self,
        record: Arc<IntentRecord>,
        bracket: &Bracket,
        management: &Management,
        reserved: Money,
    ) -> Vec<BrokerEvent> {
        let slot = Slot::new(record, bracket, management, &self.venue.costs, reserved);
        let accepted = BrokerEvent::Accepted { intent: Arc::clone(&slot.intent), reserved };
        let mut events = vec![accepted];
        if slot.tells(&self.venue) {
            events.push(slot.entry_working(slot.intent.session, ""));
        }
        self.slots.insert(slot.intent.symbol, Box::new(slot));
        events
    }
}

impl Broker for SimulatedBroker {
    fn submit(&mut self, intent: Journaled<Intent>) -> Result<Vec<BrokerEvent>, SendError> {
        let (record, bracket, management) = intent.into_inner().into_parts();
        if !self.sent.insert(&record.intent_id) {
            return Err(SendError::Duplicate { intent_id: record.intent_id.clone() });
        }
        let order = (record.bracket.entry_limit, record.shares);
        let needed = match self.needed(record.symbol, record.session.date(), order) {
            Ok(needed) => needed,
            Err(unpriced) => return Ok(vec![orders::rejected(&record, unpriced.to_string())]),
        };
        match self.refusal(&record, &management, needed) {
            Some(note) => Ok(vec![orders::rejected(&record, note)]),
            None => Ok(self.accept(record, &bracket, &management, needed)),
        }
    }

    fn flatten_at_next_open(&mut self, symbol: Symbol) -> Vec<BrokerEvent> {
        let Some(slot) = self.slots.get_mut(&symbol) else { return Vec::new() };
        let (events, ended) = slot.flatten();
        self.settle(symbol, ended, &events);
        events
    }

    fn exit_on_reversal(&mut self, symbol: Symbol) -> Vec<BrokerEvent> {
        self.slots.get_mut(&symbol).map(|slot| slot.reverse(&self.venue)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
