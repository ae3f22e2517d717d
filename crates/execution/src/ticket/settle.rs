//! From what was seen to what is to be written: matched orders and executions, states, follow-ups,
//! urgency. A pure function of the book, the facts and the time; nothing is guessed.

use std::collections::BTreeMap;

use tradebot_domain::{Shares, Timestamp};
use tradebot_journal::{TicketChange, TicketEntry, TicketKind, TicketSide, TicketState};

use super::book::{Ticket, TicketBook, TicketError};
use super::seen::{Chain, Facts};
use super::urgency;

/// What follows from a look may be seen in the same look: a stop that was entered along with the
/// entry. A few rounds are enough; more would be a bug, and the next look goes on where this ended.
const ROUNDS_MAX: usize = 16;

/// One settlement in progress: the book as it will be, and the entries that make it so.
pub(super) struct Pass {
    pub(super) book: TicketBook,
    pub(super) chains: BTreeMap<i64, Chain>,
    pub(super) now: Timestamp,
    entries: Vec<TicketEntry>,
}

/// What follows from all that was seen until `now`. The entries are to be made durable before
/// anything of them is shown, and then applied to the book. With the same facts a second call
/// after that gives nothing, unless time has passed.
///
/// # Errors
/// [`TicketError`]: a bug; nothing is to be written.
pub fn settle(
    book: &TicketBook,
    facts: &Facts,
    now: Timestamp,
) -> Result<Vec<TicketEntry>, TicketError> {
    let mut pass = Pass { book: book.clone(), chains: facts.chains(), now, entries: Vec::new() };
    for _ in 0..ROUNDS_MAX {
        let before = pass.entries.len();
        pass.mend_answers(facts)?;
        pass.bind()?;
        pass.fill()?;
        pass.judge()?;
        pass.follow()?;
        if pass.entries.len() == before {
            break;
        }
    }
    pass.escalate()?;
    Ok(pass.entries)
}

impl Pass {
    /// Writes one entry and takes it into account.
    pub(super) fn say(&mut self, ticket: &str, change: TicketChange) -> Result<(), TicketError> {
        let entry = TicketEntry { ticket: ticket.to_owned(), at: self.now, change };
        self.book.apply(&entry)?;
        self.entries.push(entry);
        Ok(())
    }

    /// Chains of a ticket that were seen.
    pub(super) fn chains_of<'a>(&'a self, ticket: &'a Ticket) -> impl Iterator<Item = &'a Chain> {
        ticket.orders().iter().filter_map(|order| self.chains.get(order))
    }

    /// Shares that its orders ask for, executed ones included.
    pub(super) fn total_of(&self, ticket: &Ticket) -> Shares {
        Shares(self.chains_of(ticket).map(|chain| chain.total().0).sum())
    }

    /// Shares of the ticket that no order asks for.
    pub(super) fn need(&self, ticket: &Ticket) -> Shares {
        Shares(ticket.record().shares.0.saturating_sub(self.total_of(ticket).0))
    }

    /// Ids of tickets, in order: entries may be written while they are walked.
    pub(super) fn ids(&self, wanted: impl Fn(&Ticket) -> bool) -> Vec<String> {
        let tickets = self.book.tickets().iter().filter(|ticket| wanted(ticket));
        tickets.map(|ticket| ticket.record().id.clone()).collect()
    }

    /// A person may have named a later order of a chain, or one that cannot be meant.
    fn mend_answers(&mut self, facts: &Facts) -> Result<(), TicketError> {
        for id in self.ids(|ticket| !ticket.orders().is_empty()) {
            let Some(ticket) = self.book.get(&id) else { continue };
            let (record, orders) = (ticket.record().clone(), ticket.orders().to_vec());
            for order in orders {
                let Some(first) = facts.chain_of(order) else { continue };
                if first != order {
                    let why = format!("order {order} replaced order {first}");
                    self.say(&id, TicketChange::Unbound { order, why })?;
                    if self.book.owner(first).is_none() {
                        let by = "matcher".to_owned();
                        self.say(&id, TicketChange::Bound { order: first, by })?;
                    }
                    continue;
                }
                let Some(chain) = self.chains.get(&order) else { continue };
                let other = (chain.newest.symbol, chain.newest.side);
                if other != (record.symbol, record.side) {
                    let why = format!("order {order} is to {} {}", other.1, other.0);
                    self.say(&id, TicketChange::Unbound { order, why })?;
                }
            }
        }
        Ok(())
    }

    /// Since when shares are bought that no stop is asked for, because a person has not yet said
    /// whether they are the ticket's.
    fn unprotected(&self, ticket: &Ticket) -> Option<Timestamp> {
        let candidates = ticket.candidates().iter().filter_map(|order| self.chains.get(order));
        let fills = candidates.flat_map(|chain| &chain.fills);
        let bought = fills.filter(|fill| fill.side == TicketSide::Buy);
        bought.map(|fill| fill.at).min()
    }

    fn escalate(&mut self) -> Result<(), TicketError> {
        for id in self.ids(Ticket::is_open) {
            let Some(ticket) = self.book.get(&id) else { continue };
            // What is partly executed or seen is being done; what protects is not done before it is.
            let waits = ticket.state() != TicketState::Seen;
            let (kind, since) = self
                .unprotected(ticket)
                .map_or((ticket.record().kind, ticket.record().owed_since), |since| {
                    (TicketKind::Stop, since)
                });
            let urgency = urgency::due(kind, since, self.now);
            if waits && urgency > ticket.urgency() {
                self.say(&id, TicketChange::Escalated { urgency })?;
            }
        }
        Ok(())
    }
}
