//! One symbol at the venue: a waiting entry, or a position with its stop and target.

use std::sync::Arc;

use tradebot_brackets::{
    Bracket, Conflict, CostBreakdown, CostModel, ExactCosts, Exit, FineRules, Jumps, Management,
    PartialExit, PartialFill, Progress, Walk,
};
use tradebot_domain::{
    ActionKind, Bar, CorporateAction, Decimal, Moment, Money, Price, Rounding, Shares, Tick,
};
use tradebot_journal::{ActionApplied, ExitReason, IntentRecord, OrderRole, OrderState};

use super::terms::{Order, Terms};
use crate::event::{BrokerEvent, Execution, ExitDetail, FillDetail, exit_reason};
use crate::leg::Leg;

/// What is the same for all orders at the venue.
#[derive(Debug)]
pub(super) struct Venue {
    pub(super) costs: CostModel,
    pub(super) exact: ExactCosts,
    /// Orders at the market report what they execute and how they fail, and no other state.
    pub(super) quiet: bool,
    /// Terms beyond flat costs; none: those costs, and every order in full.
    pub(super) terms: Option<Box<Terms>>,
}

/// How finer bars are read at this venue: those that contradict the session's bar are set aside,
/// and counted.
pub const BY_FINER_BARS: FineRules =
    FineRules { jumps: Jumps::Open, conflict: Conflict::WalkCoarse };

/// What the venue knows of one intent.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) intent: Arc<IntentRecord>,
    /// Neither stop nor target: see [`Bracket::at_market`].
    pub(super) at_market: bool,
    pub(super) walk: Walk,
    /// Ordered while the entry waits, held afterwards.
    pub(super) shares: Shares,
    /// Prices as they stand on the orders.
    pub(super) entry_limit: Price,
    pub(super) stop: Price,
    pub(super) target: Price,
    /// Cash promised while the entry waits.
    pub(super) reserved: Money,
    /// What the row asks of a partial exit.
    partial_exit: Option<PartialExit>,
    /// The order of a partial exit while it works.
    pub(super) part: Option<Part>,
    /// The stop was raised to break-even before.
    at_break_even: bool,
    /// How often the stop was replaced.
    pub(super) replacements: u32,
    /// Corporate actions that wait for the bar of their ex-date.
    pub(super) actions: Vec<CorporateAction>,
    /// Those that have met theirs.
    pub(super) applied: Vec<CorporateAction>,
    /// Shares of the entry that were not filled.
    pub(super) unfilled: Shares,
    /// Sessions whose finer bars contradicted their bar.
    pub(super) conflicts: u32,
    /// To be sold at the next open.
    flatten: bool,
    /// The last session seen.
    pub(super) seen: Moment,
}

/// The order of a partial exit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) shares: Shares,
    pub(super) limit: Price,
}

/// How a position, or a part of it, is left.
pub(super) struct Leaving {
    pub(super) reason: ExitReason,
    pub(super) price: f64,
    ambiguous: bool,
    sessions: u32,
    /// As [`FillDetail::otherwise`].
    otherwise: Option<Money>,
}

impl From<Exit> for Leaving {
    fn from(exit: Exit) -> Self {
        let Exit { kind, price, ambiguous, sessions } = exit;
        Self { reason: exit_reason(kind), price, ambiguous, sessions, otherwise: None }
    }
}

impl From<PartialFill> for Leaving {
    fn from(sold: PartialFill) -> Self {
        let PartialFill { kind, price, sessions, .. } = sold;
        let reason = exit_reason(kind);
        Self { reason, price, ambiguous: false, sessions, otherwise: None }
    }
}

impl Slot {
    pub(super) fn new(
        intent: Arc<IntentRecord>,
        bracket: &Bracket,
        management: &Management,
        costs: &CostModel,
        reserved: Money,
    ) -> Self {
        Self {
            at_market: bracket.is_at_market(),
            walk: Walk::new(bracket).managed(management, costs),
            shares: intent.shares,
            entry_limit: bracket.entry_limit,
            stop: bracket.stop,
            target: bracket.target,
            reserved,
            partial_exit: management.partial_exit,
            part: None,
            at_break_even: false,
            replacements: 0,
            actions: Vec::new(),
            applied: Vec::new(),
            unfilled: Shares::ZERO,
            conflicts: 0,
            flatten: false,
            seen: intent.session,
            intent,
        }
    }

    /// Works one bar, by the finer bars inside it where there are any. True when nothing is left
    /// at the venue afterwards.
    pub(super) fn session(
        &mut self,
        (bar, fine): (&Bar, &[Bar]),
        venue: &Venue,
        events: &mut Vec<BrokerEvent>,
    ) -> bool {
        self.apply_actions(bar, venue, events);
        if self.is_empty() {
            self.nothing_left(bar, venue, events);
            return true;
        }
        if self.flatten {
            self.leave(bar.date, &self.flattened(bar.open), venue, events);
            return true;
        }
        if self.rests() {
            self.walk.pass_sessions(1);
            return false;
        }
        let waiting = self.walk.progress() == Progress::Waiting;
        if waiting && self.allot(bar, venue, events) {
            return true;
        }
        let whole = self.walk.part_sold().is_none();
        let before = self.walk;
        match self.step(bar, fine) {
            Progress::Waiting => false,
            Progress::NotTaken { .. } => {
                let note = format!("open {} above limit {}", on_record(bar.open), self.entry_limit);
                events.push(self.entry_ended(bar.date, OrderState::Expired, note));
                true
            }
            Progress::Open => {
                self.enter_if(waiting, bar, venue, events);
                self.sell_part_if(whole, bar.date, venue, events);
                self.replace_stop(bar.date, events);
                false
            }
            Progress::Closed(exit) => {
                self.enter_if(waiting, bar, venue, events);
                let otherwise = self.otherwise(&exit, (before, whole), (bar, fine), venue);
                self.sell_part_if(whole, bar.date, venue, events);
                let leaving = Leaving { otherwise, ..exit.into() };
                self.leave(bar.date, &leaving, venue, events);
                true
            }
        }
    }

    /// The walk through one session.
    fn step(&mut self, bar: &Bar, fine: &[Bar]) -> Progress {
        if fine.is_empty() {
            return self.walk.step(bar);
        }
        match self.walk.step_fine(bar, fine, BY_FINER_BARS) {
            Ok(step) => {
                self.conflicts += u32::from(step.fallback.is_some());
                step.progress
            }
            // Never with these rules.
            Err(_) => self.walk.step(bar),
        }
    }

    /// No bar can end it, and nobody has asked to leave.
    pub(super) fn rests(&self) -> bool {
        self.at_market
            && self.walk.is_open()
            && !self.walk.is_leaving()
            && !self.flatten
            && self.actions.is_empty()
    }

    /// Fills the entry at the open; its stop and target begin to work.
    fn enter_if(&mut self, waiting: bool, bar: &Bar, venue: &Venue, events: &mut Vec<BrokerEvent>) {
        if !waiting {
            return;
        }
        self.reserved = Money::ZERO;
        self.part = self.part_of_shares();
        let price = on_record(bar.open);
        if self.tells(venue) {
            events.push(self.order(bar.date, Leg::Entry, OrderState::Filled, self.filled_note()));
        }
        events.push(self.fill(bar.date, Leg::Entry, (self.shares, price), venue, None));
        for leg in self.legs() {
            events.push(self.order(bar.date, leg, OrderState::Working, ""));
        }
    }

    /// Whole shares for the partial exit: none when the row has none, when its limit is not
    /// short of the target, and when there are too few shares.
    fn part_of_shares(&self) -> Option<Part> {
        let shares = self.partial_exit?.of(self.shares);
        let limit = self.walk.part_limit().filter(|_| shares > Shares::ZERO)?;
        Some(Part { shares, limit: on_record(limit) })
    }

    /// Divides the shares that a split has left anew; the part may come to no whole share.
    fn divide_again(&mut self, session: Moment, events: &mut Vec<BrokerEvent>) {
        if self.part.is_none() {
            return;
        }
        let part = self.part_of_shares();
        if part.is_none() {
            let why = "no whole share of the part is left";
            events.push(self.order(session, Leg::Part, OrderState::Cancelled, why));
        }
        self.part = part;
    }

    /// Fills the partial exit in the bar that the walk sold it in, and takes its shares off the
    /// stop.
    fn sell_part_if(
        &mut self,
        whole: bool,
        session: Moment,
        venue: &Venue,
        events: &mut Vec<BrokerEvent>,
    ) {
        let Some(sold) = self.walk.part_sold().filter(|_| whole) else { return };
        let Some(part) = self.part else { return };
        let leaving = Leaving::from(sold);
        events.push(self.order(session, Leg::Part, OrderState::Filled, leaving.reason.name()));
        events.push(self.exit(session, Leg::Part, part.shares, &leaving, venue));
        self.shares = Shares(self.shares.0 - part.shares.0);
        self.part = None;
        events.push(self.order(session, Leg::Stop, OrderState::Working, "a part was sold"));
    }

    /// Sells everything; one order fills, the others are cancelled.
    pub(super) fn leave(
        &self,
        session: Moment,
        leaving: &Leaving,
        venue: &Venue,
        events: &mut Vec<BrokerEvent>,
    ) {
        let filled = Leg::of(leaving.reason);
        let why = leaving.reason.name();
        for leg in self.legs().filter(|leg| *leg != filled) {
            events.push(self.order(session, leg, OrderState::Cancelled, why));
        }
        if self.tells(venue) {
            events.push(self.order(session, filled, OrderState::Filled, why));
        }
        events.push(self.exit(session, filled, self.shares, leaving, venue));
    }

    fn exit(
        &self,
        session: Moment,
        leg: Leg,
        shares: Shares,
        leaving: &Leaving,
        venue: &Venue,
    ) -> BrokerEvent {
        let detail = ExitDetail {
            left: Shares(self.shares.0 - shares.0),
            reason: leaving.reason,
            ambiguous: leaving.ambiguous,
            sessions_held: leaving.sessions,
        };
        let price = on_record(leaving.price);
        let mut event = self.fill(session, leg, (shares, price), venue, Some(detail));
        if let (BrokerEvent::Fill(fill), Some(_)) = (&mut event, leaving.otherwise) {
            fill.more.get_or_insert_default().otherwise = leaving.otherwise;
        }
        event
    }

    fn fill(
        &self,
        session: Moment,
        leg: Leg,
        (shares, price): (Shares, Price),
        venue: &Venue,
        exit: Option<ExitDetail>,
    ) -> BrokerEvent {
        let reason = exit.map(|detail| detail.reason);
        let (costs, more) = self.charged(session, (shares, price), reason, venue);
        let (role, value) = (leg.role(), price.times(shares));
        let rate = more.as_ref().and_then(|more| more.exchange_rate);
        let value = rate.map_or(value, |rate| Money(value.0 * rate));
        let charged = costs.total();
        let signed = if role == OrderRole::Entry { -value } else { value };
        BrokerEvent::Fill(Execution {
            session,
            intent: Arc::clone(&self.intent),
            leg,
            replacements: self.replacements,
            symbol: self.intent.symbol,
            role,
            shares,
            price,
            costs,
            exit,
            more,
            charged,
            cash_change: signed - charged,
        })
    }

    /// What an order costs, and what else there is to say of it under terms.
    pub(super) fn charged(
        &self,
        session: Moment,
        (shares, price): (Shares, Price),
        reason: Option<ExitReason>,
        venue: &Venue,
    ) -> (CostBreakdown, Option<Box<FillDetail>>) {
        if let Some(terms) = &venue.terms {
            let priced_before = self.intent.session.date();
            let session = session.date();
            let order = Order { session, price, shares, reason, priced_before };
            let (costs, mut detail) = terms.charge(&order, &venue.costs);
            if reason.is_none() {
                detail.unfilled = self.unfilled;
            }
            return (costs, Some(Box::new(detail)));
        }
        let pays_slippage = reason != Some(ExitReason::Target);
        let costs = if self.at_market {
            venue.exact.breakdown(price, shares, pays_slippage)
        } else {
            venue.costs.breakdown(price, shares, pays_slippage)
        };
        (costs, None)
    }

    /// Reports every state of its orders.
    pub(super) const fn tells(&self, venue: &Venue) -> bool {
        !(venue.quiet && self.at_market)
    }

    /// A waiting entry ends without a fill.
    pub(super) fn entry_ended(
        &self,
        session: Moment,
        state: OrderState,
        note: impl Into<String>,
    ) -> BrokerEvent {
        self.order(session, Leg::Entry, state, note)
    }

    /// A stop that moved is cancelled and placed anew after the bar that moved it.
    fn replace_stop(&mut self, session: Moment, events: &mut Vec<BrokerEvent>) {
        if self.at_market {
            return;
        }
        let stop = on_record(self.walk.stop());
        let raised = self.walk.is_at_break_even() && !self.at_break_even;
        self.at_break_even |= raised;
        if stop != self.stop {
            events.push(self.order(session, Leg::Stop, OrderState::Cancelled, "replaced"));
            self.stop = stop;
            self.replacements += 1;
            let why = if raised { "to break-even" } else { "trails" };
            events.push(self.order(session, Leg::Stop, OrderState::Working, why));
        }
    }

    /// Cancels a waiting entry (true: nothing is left), or marks the position for the next open.
    pub(super) fn flatten(&mut self) -> (Vec<BrokerEvent>, bool) {
        let note = "entries are stopped";
        if self.walk.progress() == Progress::Waiting {
            return (vec![self.entry_ended(self.seen, OrderState::Cancelled, note)], true);
        }
        // A position that leaves on a reversal has its order at the next open already.
        let first_time = !std::mem::replace(&mut self.flatten, true) && !self.walk.is_leaving();
        let order = || self.order(self.seen, Leg::Exit, OrderState::Working, "at the open");
        (first_time.then(order).into_iter().collect(), false)
    }

    /// Marks an open position for the next open when its management leaves on a reversal.
    pub(super) fn reverse(&mut self, venue: &Venue) -> Vec<BrokerEvent> {
        let before = self.flatten || self.walk.is_leaving();
        if !self.walk.on_reversal() || before || !self.tells(venue) {
            return Vec::new();
        }
        let note = "at the open, on a reversal";
        vec![self.order(self.seen, Leg::Exit, OrderState::Working, note)]
    }

    const fn flattened(&self, open: f64) -> Leaving {
        let sessions = self.walk.sessions() + 1;
        let (reason, otherwise) = (ExitReason::Flatten, None);
        Leaving { reason, price: open, ambiguous: false, sessions, otherwise }
    }

    fn apply_actions(&mut self, bar: &Bar, venue: &Venue, events: &mut Vec<BrokerEvent>) {
        if self.actions.is_empty() {
            return;
        }
        let (due, later) = std::mem::take(&mut self.actions)
            .into_iter()
            .partition(|a| a.ex_date <= bar.date.date());
        self.actions = later;
        let due: Vec<CorporateAction> = due;
        for action in &due {
            self.apply_action(action, bar, (venue, events));
        }
        self.applied.extend(due);
    }

    fn apply_action(
        &mut self,
        action: &CorporateAction,
        bar: &Bar,
        (venue, events): (&Venue, &mut Vec<BrokerEvent>),
    ) {
        let shares_before = self.shares;
        let held = self.walk.is_open();
        self.walk.apply_action(action);
        let cash = match action.kind {
            ActionKind::Split { ratio } => self.split(ratio, bar.open),
            ActionKind::Dividend { amount } => Money(amount * Decimal::from(self.shares.0)),
        };
        self.entry_limit = on_record(self.walk.entry_limit());
        self.stop = on_record(self.walk.stop());
        self.target = on_record(self.walk.target());
        let note = note_of(action);
        if !held {
            events.push(self.entry_working(bar.date, note));
            return;
        }
        events.push(BrokerEvent::Action(ActionApplied {
            session: bar.date,
            symbol: self.intent.symbol,
            action: *action,
            shares_before,
            shares_after: self.shares,
            cash: venue.terms.as_ref().map_or(cash, |terms| terms.in_account(cash)),
            stop: self.stop,
            target: self.target,
        }));
        self.divide_again(bar.date, events);
        for leg in self.legs() {
            events.push(self.order(bar.date, leg, OrderState::Working, note.clone()));
        }
    }

    /// Whole shares after a split; what the fraction is worth at the open, to the cent.
    fn split(&mut self, ratio: Decimal, open: f64) -> Money {
        let exact = Decimal::from(self.shares.0) * ratio;
        let whole = exact.floor();
        self.shares = Shares(u64::try_from(whole).unwrap_or(0));
        Money((exact - whole) * on_record(open).decimal()).to_cents()
    }

    /// A consolidation left a fraction of a share only: an entry is cancelled, and a position, paid
    /// in cash already, is closed with nothing to sell and left out of statistics.
    fn nothing_left(&self, bar: &Bar, venue: &Venue, events: &mut Vec<BrokerEvent>) {
        if self.walk.is_open() {
            let (price, sessions) = (bar.open, self.walk.sessions());
            let reason = ExitReason::EndOfData;
            let leaving = Leaving { reason, price, ambiguous: false, sessions, otherwise: None };
            self.leave(bar.date, &leaving, venue, events);
        } else {
            let note = "no whole share left";
            events.push(self.entry_ended(bar.date, OrderState::Cancelled, note));
        }
    }
}

/// A market price as it is recorded: on a hundredth of a cent, and never below one.
pub(super) fn on_record(price: f64) -> Price {
    Price::from_f64(price, Tick::MIL, Rounding::Nearest).unwrap_or_else(|_| {
        Price::new(Decimal::new(1, Tick::MIL.decimals)).expect("a hundredth of a cent is a price")
    })
}

fn note_of(action: &CorporateAction) -> String {
    match action.kind {
        ActionKind::Split { ratio } => format!("{ratio} for 1 split"),
        ActionKind::Dividend { amount } => format!("{amount} dividend"),
    }
}
