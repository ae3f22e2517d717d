//! Which order is which ticket's, and how the two compare.
//!
//! 1. An order whose symbol, side, type, prices and shares are those of exactly one ticket, and a
//!    ticket that exactly one such order fits, belong together.
//! 2. Of what is left, an order that fits but differs belongs to a ticket when there is no other
//!    order and no other ticket it could be.
//! 3. Everything else is asked.

use std::collections::BTreeMap;

use tradebot_domain::{Shares, Timestamp};
use tradebot_journal::{
    TicketChange, TicketFill, TicketKind, TicketMatch, TicketOrder, TicketSide, TicketState,
};

use super::book::{Ticket, TicketError};
use super::seen::Chain;
use super::settle::Pass;

/// The broker's clock may be so far behind ours, in seconds.
const SKEW_S: i64 = 120;
/// An order entered so long after its ticket expired may still be meant by it, in seconds.
const LATE_S: i64 = 72 * 3_600;

impl Pass {
    /// Orders that belong to a ticket, or that a person is asked about.
    pub(super) fn bind(&mut self) -> Result<(), TicketError> {
        let pairs = self.pairs(Pass::equals);
        self.bind_or_ask(&pairs)?;
        let pairs = self.pairs(|_, _, _| true);
        self.bind_or_ask(&pairs)?;
        self.forget_questions(&pairs)
    }

    /// For each ticket that waits for an order, the free orders that fit and are `as_wanted`.
    fn pairs(
        &self,
        as_wanted: impl Fn(&Self, &Ticket, &Chain) -> bool,
    ) -> BTreeMap<String, Vec<i64>> {
        let free: Vec<&Chain> = self
            .chains
            .values()
            .filter(|chain| chain.counts() && self.book.owner(chain.id).is_none())
            .collect();
        let mut pairs = BTreeMap::new();
        for ticket in self.book.tickets().iter().filter(|ticket| self.waits(ticket)) {
            let fits = free
                .iter()
                .filter(|chain| self.fits(ticket, chain) && as_wanted(self, ticket, chain))
                .map(|chain| chain.id)
                .collect();
            pairs.insert(ticket.record().id.clone(), fits);
        }
        pairs
    }

    /// An order may still be found for the ticket without a person's word.
    fn waits(&self, ticket: &Ticket) -> bool {
        let record = ticket.record();
        let by_itself = match record.kind {
            TicketKind::Entry => ticket.is_open() || ticket.state() == TicketState::Expired,
            TicketKind::Stop | TicketKind::Target => ticket.is_open(),
            TicketKind::Exit => ticket.is_open() && record.concerns.is_none(),
            TicketKind::MoveStop | TicketKind::Cancel => false,
        };
        by_itself && self.need(ticket) > Shares::ZERO
    }

    /// The order can be meant by the ticket.
    fn fits(&self, ticket: &Ticket, chain: &Chain) -> bool {
        use TicketOrder as O;
        let record = ticket.record();
        let order = chain.newest.order;
        let typed = match record.kind {
            TicketKind::Entry => true,
            TicketKind::Stop => matches!(order, O::Stop | O::StopLimit),
            TicketKind::Target => order == O::Limit,
            TicketKind::Exit => matches!(order, O::Market | O::Limit),
            TicketKind::MoveStop | TicketKind::Cancel => false,
        };
        // Exits may be entered along with the entry, as a bracket: before their tickets.
        let begun = self.book.entry_of(&record.intent_id).map(|entry| entry.record().issued);
        let early = seconds(begun.unwrap_or(record.issued), chain.created) < -SKEW_S;
        let too_late = record.valid_until.is_some_and(|end| seconds(end, chain.created) > LATE_S);
        typed
            && (chain.newest.symbol, chain.newest.side) == (record.symbol, record.side)
            && !early
            && !too_late
    }

    /// The order is what the ticket asks for, share by share and cent by cent.
    fn equals(&self, ticket: &Ticket, chain: &Chain) -> bool {
        same_terms(ticket, chain) && chain.total() == self.need(ticket)
    }

    fn bind_or_ask(&mut self, pairs: &BTreeMap<String, Vec<i64>>) -> Result<(), TicketError> {
        let mut wanted_by: BTreeMap<i64, usize> = BTreeMap::new();
        for order in pairs.values().flatten() {
            *wanted_by.entry(*order).or_default() += 1;
        }
        for (id, orders) in pairs {
            match orders[..] {
                [] => {}
                [order] if wanted_by.get(&order) == Some(&1) => {
                    // The first round may have found its order a minute ago.
                    if self.book.owner(order).is_none() {
                        let by = "matcher".to_owned();
                        self.say(id, TicketChange::Bound { order, by })?;
                    }
                }
                _ => self.ask(id, orders)?,
            }
        }
        Ok(())
    }

    /// Asks, unless the same was asked already. More candidates are no reason to forget any.
    fn ask(&mut self, id: &str, orders: &[i64]) -> Result<(), TicketError> {
        let Some(ticket) = self.book.get(id) else { return Ok(()) };
        let known = ticket.candidates();
        if ticket.state() == TicketState::Asked && orders.iter().all(|o| known.contains(o)) {
            return Ok(());
        }
        self.say(id, TicketChange::Asked { orders: orders.to_vec() })
    }

    /// A question whose orders are all gone, or that has become needless, answers itself.
    fn forget_questions(&mut self, pairs: &BTreeMap<String, Vec<i64>>) -> Result<(), TicketError> {
        let asked = |ticket: &Ticket| {
            ticket.state() == TicketState::Asked
                && !ticket.candidates().is_empty()
                && ticket.record().concerns.is_none()
        };
        for id in self.ids(asked) {
            if pairs.get(&id).is_none_or(Vec::is_empty) {
                let note = "the orders it was asked about are gone".to_owned();
                let (state, found) = (TicketState::Issued, TicketMatch::None);
                self.say(&id, TicketChange::Moved { state, found, note })?;
            }
        }
        Ok(())
    }

    /// Executions of bound orders go to their tickets. A sale beyond what is held is not the
    /// position's; it waits, in case its purchase comes with the next look.
    pub(super) fn fill(&mut self) -> Result<(), TicketError> {
        for id in self.ids(|ticket| !ticket.orders().is_empty()) {
            let Some(ticket) = self.book.get(&id) else { continue };
            let record = ticket.record();
            let (side, intent) = (record.side, record.intent_id.clone());
            let fills: Vec<(i64, super::seen::SeenFill)> = self
                .chains_of(ticket)
                .flat_map(|chain| chain.fills.iter().map(|fill| (chain.id, fill.clone())))
                .collect();
            for (order, fill) in fills {
                let left = fill.shares.0.saturating_sub(self.book.matched(fill.id).0);
                let may = match side {
                    TicketSide::Buy => left,
                    TicketSide::Sell => left.min(self.book.held(&intent).0),
                };
                if may > 0 {
                    let (fill_id, price, at) = (fill.id, fill.price, fill.at);
                    let (shares, executed) = (Shares(may), fill.shares);
                    let fill = TicketFill { fill_id, order, shares, executed, price, at };
                    self.say(&id, TicketChange::Filled(fill))?;
                }
            }
        }
        Ok(())
    }

    /// States of tickets that ask for an order of their own.
    pub(super) fn judge(&mut self) -> Result<(), TicketError> {
        let judged = |ticket: &Ticket| {
            let record = ticket.record();
            let has_order = !ticket.orders().is_empty();
            !matches!(record.kind, TicketKind::MoveStop | TicketKind::Cancel)
                && (ticket.is_open()
                    || (has_order
                        && matches!(ticket.state(), TicketState::Expired | TicketState::Skipped)))
        };
        for id in self.ids(judged) {
            let Some(ticket) = self.book.get(&id) else { continue };
            let Some((state, found, note)) = self.verdict(ticket) else { continue };
            if (state, found, note.as_str()) != (ticket.state(), ticket.found(), ticket.note()) {
                self.say(&id, TicketChange::Moved { state, found, note })?;
            }
        }
        Ok(())
    }

    /// State and comparison of a ticket; none while a person is asked.
    fn verdict(&self, ticket: &Ticket) -> Option<(TicketState, TicketMatch, String)> {
        let record = ticket.record();
        let total = self.total_of(ticket);
        let over = record.valid_until.is_some_and(|end| seconds(end, self.now) > 0);
        // A question to a person is not taken away while its orders are there.
        if ticket.state() == TicketState::Asked && !ticket.candidates().is_empty() {
            return None;
        }
        if total == Shares::ZERO {
            let state = if over { TicketState::Expired } else { TicketState::Issued };
            let state = if ticket.is_open() { state } else { ticket.state() };
            let note = if ticket.is_open() { String::new() } else { ticket.note().to_owned() };
            return Some((state, TicketMatch::None, note));
        }
        let done = if ticket.rests() { total } else { ticket.filled() };
        let found = self.comparison(ticket, total, done);
        let ended = !self.chains_of(ticket).any(|chain| chain.working > Shares::ZERO);
        let complete = done >= record.shares || (done > Shares::ZERO && ended && over);
        let state = match found {
            _ if !complete && done > Shares::ZERO => TicketState::PartlyDone,
            _ if !complete => TicketState::Seen,
            TicketMatch::Late => TicketState::Late,
            TicketMatch::Exact if done == record.shares => TicketState::Done,
            _ => TicketState::DoneDifferently,
        };
        Some((state, found, format!("{done} of {} shares", record.shares)))
    }

    fn comparison(&self, ticket: &Ticket, total: Shares, done: Shares) -> TicketMatch {
        let record = ticket.record();
        let late =
            |chain: &Chain| record.valid_until.is_some_and(|end| seconds(end, chain.created) > 0);
        let mut chains = self.chains_of(ticket).filter(|chain| chain.counts());
        if chains.any(late) {
            return TicketMatch::Late;
        }
        let mut chains = self.chains_of(ticket).filter(|chain| chain.counts());
        if chains.any(|chain| !same_terms(ticket, chain)) {
            return TicketMatch::DifferentPrice;
        }
        if total != record.shares {
            return TicketMatch::DifferentSize;
        }
        if done < record.shares { TicketMatch::Partial } else { TicketMatch::Exact }
    }
}

/// Type and prices are those of the ticket.
fn same_terms(ticket: &Ticket, chain: &Chain) -> bool {
    let (record, order) = (ticket.record(), &chain.newest);
    (record.order, record.limit, record.stop) == (order.order, order.limit, order.stop)
}

/// Seconds from one moment to another, negative when it lies before.
pub(super) fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_secs()
}
