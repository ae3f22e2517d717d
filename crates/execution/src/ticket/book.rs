//! All tickets of an account: what their entries add up to.

use std::collections::BTreeMap;

use tradebot_domain::{Price, Shares, Timestamp};
use tradebot_journal::{
    TicketChange, TicketEntry, TicketFill, TicketKind, TicketMatch, TicketPlan, TicketRecord,
    TicketSide, TicketState, Urgency,
};

use super::state;

/// A ticket and all that became of it. It is made by a journaled intent ([`super::issue`]), by the
/// follow-up of one, or by reading the history of either back; nowhere else.
#[derive(Debug, Clone, PartialEq)]
pub struct Ticket {
    record: TicketRecord,
    state: TicketState,
    found: TicketMatch,
    note: String,
    orders: Vec<i64>,
    candidates: Vec<i64>,
    fills: Vec<TicketFill>,
    urgency: Urgency,
    claimed: Option<Timestamp>,
    stop: Option<Price>,
    exit: Option<String>,
    changed: Timestamp,
}

impl Ticket {
    const fn new(record: TicketRecord) -> Self {
        Self {
            state: TicketState::Issued,
            found: TicketMatch::None,
            note: String::new(),
            orders: Vec::new(),
            candidates: Vec::new(),
            fills: Vec::new(),
            urgency: Urgency::Routine,
            claimed: None,
            stop: None,
            exit: None,
            changed: record.issued,
            record,
        }
    }

    /// As it was issued.
    pub const fn record(&self) -> &TicketRecord {
        &self.record
    }

    /// Its state.
    pub const fn state(&self) -> TicketState {
        self.state
    }

    /// How it compares with what was seen.
    pub const fn found(&self) -> TicketMatch {
        self.found
    }

    /// What there is to say of its state, for people.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// Its orders at the broker (first of each chain).
    pub fn orders(&self) -> &[i64] {
        &self.orders
    }

    /// Orders that may be its own, while a person is asked.
    pub fn candidates(&self) -> &[i64] {
        &self.candidates
    }

    /// Executions that belong to it.
    pub fn fills(&self) -> &[TicketFill] {
        &self.fills
    }

    /// How loudly it is told.
    pub const fn urgency(&self) -> Urgency {
        self.urgency
    }

    /// When a person said that it is done, before anything was seen.
    pub const fn claimed(&self) -> Option<Timestamp> {
        self.claimed
    }

    /// When it last changed.
    pub const fn changed(&self) -> Timestamp {
        self.changed
    }

    /// Something is still expected of somebody.
    pub const fn is_open(&self) -> bool {
        !self.state.is_final()
    }

    /// Shares executed for it.
    pub fn filled(&self) -> Shares {
        Shares(self.fills.iter().map(|fill| fill.shares.0).sum())
    }

    /// It asks for an order that rests at the broker; it is done when that works.
    pub const fn rests(&self) -> bool {
        matches!(self.record.kind, TicketKind::Stop | TicketKind::Target)
    }

    /// The stop that the management of the position has set, on an entry.
    pub const fn managed_stop(&self) -> Option<Price> {
        self.stop
    }

    /// Why the position is to be left, on an entry whose management says so.
    pub fn managed_exit(&self) -> Option<&str> {
        self.exit.as_deref()
    }
}

/// An entry that cannot be true of this book: a bug, or a history that was tampered with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// No ticket of that name.
    #[error("there is no ticket {id}")]
    Unknown {
        /// As asked for.
        id: String,
    },
    /// Two tickets of one name.
    #[error("ticket {id} was issued twice")]
    Twice {
        /// The id.
        id: String,
    },
    /// An intent that has an entry ticket already.
    #[error("intent {intent_id} has ticket {id} already; an intent is asked for once")]
    IntentTwice {
        /// The intent.
        intent_id: String,
        /// Its ticket.
        id: String,
    },
    /// A second entry of a symbol.
    #[error("{symbol} has an open entry or position (ticket {id}); one position per symbol")]
    SymbolTwice {
        /// The symbol.
        symbol: tradebot_domain::Symbol,
        /// The ticket that opened it.
        id: String,
    },
    /// A change of state that no ticket makes.
    #[error("ticket {id}: {impossible}")]
    Move {
        /// The ticket.
        id: String,
        /// The change.
        impossible: state::ImpossibleMove,
    },
    /// An order that belongs to another ticket.
    #[error("order {order} belongs to ticket {owner}, not to {id}")]
    OrderTaken {
        /// The ticket.
        id: String,
        /// The order.
        order: i64,
        /// Whose it is.
        owner: String,
    },
    /// More shares matched than were executed.
    #[error("execution {fill_id} of {executed} shares cannot give {wanted} to ticket {id}")]
    Overmatched {
        /// The ticket.
        id: String,
        /// The execution.
        fill_id: i64,
        /// Its shares.
        executed: Shares,
        /// Shares of it matched, with those wanted here.
        wanted: Shares,
    },
}

/// All tickets of one account, in the order in which they were issued.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TicketBook {
    tickets: Vec<Ticket>,
    places: BTreeMap<String, usize>,
    /// Which ticket an order belongs to.
    owners: BTreeMap<i64, usize>,
    /// Shares of executions that are matched.
    matched: BTreeMap<i64, u64>,
}

impl TicketBook {
    /// The book that a history adds up to.
    ///
    /// # Errors
    /// [`TicketError`] for the first entry that cannot be true.
    pub fn replay<'a>(
        entries: impl IntoIterator<Item = &'a TicketEntry>,
    ) -> Result<Self, TicketError> {
        let mut book = Self::default();
        entries.into_iter().try_for_each(|entry| book.apply(entry))?;
        Ok(book)
    }

    /// Takes one entry into account.
    ///
    /// # Errors
    /// [`TicketError`]; the book is unchanged then.
    pub fn apply(&mut self, entry: &TicketEntry) -> Result<(), TicketError> {
        let id = || entry.ticket.clone();
        if let TicketChange::Issued(record) = &entry.change {
            return self.issue(record);
        }
        let place = self.places.get(&entry.ticket).copied();
        let place = place.ok_or_else(|| TicketError::Unknown { id: id() })?;
        self.allowed(place, &entry.change)?;
        let ticket = &mut self.tickets[place];
        ticket.changed = entry.at;
        match &entry.change {
            TicketChange::Issued(_) => {}
            TicketChange::Bound { order, .. } => {
                if !ticket.orders.contains(order) {
                    ticket.orders.push(*order);
                }
                ticket.candidates.clear();
                self.owners.insert(*order, place);
            }
            TicketChange::Unbound { order, why } => {
                ticket.orders.retain(|known| known != order);
                ticket.note.clone_from(why);
                self.owners.remove(order);
            }
            TicketChange::Asked { orders } => {
                ticket.candidates.clone_from(orders);
                (ticket.state, ticket.found) = (TicketState::Asked, TicketMatch::Ambiguous);
            }
            TicketChange::Filled(fill) => {
                ticket.fills.push(fill.clone());
                *self.matched.entry(fill.fill_id).or_default() += fill.shares.0;
            }
            TicketChange::Moved { state, found, note } => {
                (ticket.state, ticket.found) = (*state, *found);
                ticket.note.clone_from(note);
                if *state != TicketState::Asked {
                    ticket.candidates.clear();
                }
            }
            TicketChange::Escalated { urgency } => ticket.urgency = *urgency,
            TicketChange::Claimed { .. } => ticket.claimed = Some(entry.at),
            TicketChange::Managed { stop, exit } => {
                ticket.stop = stop.or(ticket.stop);
                ticket.exit = exit.clone().or_else(|| ticket.exit.take());
            }
        }
        Ok(())
    }

    fn issue(&mut self, record: &TicketRecord) -> Result<(), TicketError> {
        if self.places.contains_key(&record.id) {
            return Err(TicketError::Twice { id: record.id.clone() });
        }
        self.places.insert(record.id.clone(), self.tickets.len());
        self.tickets.push(Ticket::new(record.clone()));
        Ok(())
    }

    /// The change can be true.
    fn allowed(&self, place: usize, change: &TicketChange) -> Result<(), TicketError> {
        let ticket = &self.tickets[place];
        let id = || ticket.record.id.clone();
        let moves = |to| {
            state::check(ticket.state, to)
                .map_err(|impossible| TicketError::Move { id: id(), impossible })
        };
        match change {
            TicketChange::Moved { state, .. } => moves(*state),
            TicketChange::Asked { .. } => moves(TicketState::Asked),
            TicketChange::Bound { order, .. } => match self.owners.get(order) {
                Some(owner) if *owner != place => {
                    let owner = self.tickets[*owner].record.id.clone();
                    Err(TicketError::OrderTaken { id: id(), order: *order, owner })
                }
                _ => Ok(()),
            },
            TicketChange::Filled(fill) => {
                let wanted = Shares(self.matched(fill.fill_id).0.saturating_add(fill.shares.0));
                if wanted > fill.executed {
                    let (fill_id, executed) = (fill.fill_id, fill.executed);
                    return Err(TicketError::Overmatched { id: id(), fill_id, executed, wanted });
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// All tickets, in the order in which they were issued.
    pub fn tickets(&self) -> &[Ticket] {
        &self.tickets
    }

    /// The ticket of that name.
    pub fn get(&self, id: &str) -> Option<&Ticket> {
        self.places.get(id).map(|place| &self.tickets[*place])
    }

    /// Whose an order is.
    pub fn owner(&self, order: i64) -> Option<&Ticket> {
        self.owners.get(&order).map(|place| &self.tickets[*place])
    }

    /// Shares of an execution that are matched.
    pub fn matched(&self, fill_id: i64) -> Shares {
        Shares(self.matched.get(&fill_id).copied().unwrap_or(0))
    }

    /// The name of the next ticket.
    pub fn next_id(&self) -> String {
        format!("T{}", self.tickets.len() + 1)
    }

    /// The entry ticket of an intent.
    pub fn entry_of(&self, intent_id: &str) -> Option<&Ticket> {
        self.entries().find(|ticket| ticket.record.intent_id == intent_id)
    }

    /// All entry tickets.
    pub fn entries(&self) -> impl Iterator<Item = &Ticket> {
        self.tickets.iter().filter(|ticket| ticket.record.kind == TicketKind::Entry)
    }

    /// All tickets of an intent.
    pub fn of_intent<'a>(&'a self, intent_id: &'a str) -> impl Iterator<Item = &'a Ticket> {
        self.tickets.iter().filter(move |ticket| ticket.record.intent_id == intent_id)
    }

    /// Shares held through an intent: bought less sold, as matched.
    pub fn held(&self, intent_id: &str) -> Shares {
        let sum = |side| -> u64 {
            self.of_intent(intent_id)
                .filter(|ticket| ticket.record.side == side)
                .map(|ticket| ticket.filled().0)
                .sum()
        };
        Shares(sum(TicketSide::Buy).saturating_sub(sum(TicketSide::Sell)))
    }

    /// The plan of an intent's position.
    pub fn plan(&self, intent_id: &str) -> Option<&TicketPlan> {
        self.entry_of(intent_id)?.record.plan.as_ref()
    }
}
