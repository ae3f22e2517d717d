//! What a person may say about a ticket, and what is refused with a reason.

use tradebot_domain::Timestamp;
use tradebot_journal::{TicketChange, TicketEntry, TicketKind, TicketMatch, TicketState};

use super::book::{Ticket, TicketBook, TicketError};

/// An answer that is not taken. The text says what to do instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// No such ticket.
    #[error("there is no ticket {id}{}", known(*.last))]
    Unknown {
        /// As asked for.
        id: String,
        /// Number of the last one.
        last: usize,
    },
    /// It needs nothing more.
    #[error("ticket {id} is {state} already ({note})")]
    Over {
        /// The ticket.
        id: String,
        /// Its state.
        state: TicketState,
        /// What there is to say of it.
        note: String,
    },
    /// Several orders may be it, and none was named.
    #[error("several orders may be ticket {id}; say which with --order: {}", listed(.candidates))]
    WhichOrder {
        /// The ticket.
        id: String,
        /// The orders.
        candidates: Vec<i64>,
    },
    /// The order named is none of those that may be it.
    #[error("order {order} is none of those that may be ticket {id}: {}", listed(.candidates))]
    NotACandidate {
        /// The ticket.
        id: String,
        /// As named.
        order: i64,
        /// The orders.
        candidates: Vec<i64>,
    },
    /// The order belongs to another ticket.
    #[error("order {order} belongs to ticket {owner}; see `tradebot tickets show {owner}`")]
    Taken {
        /// As named.
        order: i64,
        /// Whose it is.
        owner: String,
    },
    /// A ticket that changes an existing order has none of its own.
    #[error("ticket {id} is about order {concerns}, which is watched by itself: leave out --order")]
    NoOrderOfItsOwn {
        /// The ticket.
        id: String,
        /// The order it is about.
        concerns: i64,
    },
    /// Shares without a stop are not agreed to.
    #[error(
        "ticket {id} protects {shares} shares that are held: it cannot be skipped. Enter the stop, or sell the shares; \
         either is seen by itself"
    )]
    Protects {
        /// The ticket.
        id: String,
        /// Its shares.
        shares: u64,
    },
    /// Something of it was executed, or works at the broker.
    #[error(
        "ticket {id} is under way ({note}): cancel its order at the broker instead, that is seen by itself"
    )]
    UnderWay {
        /// The ticket.
        id: String,
        /// What there is to say of it.
        note: String,
    },
    /// The book does not take it.
    #[error(transparent)]
    Book(#[from] TicketError),
}

fn known(last: usize) -> String {
    match last {
        0 => "; none was issued yet".to_owned(),
        last => format!("; there are T1 to T{last}"),
    }
}

fn listed(orders: &[i64]) -> String {
    orders.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}

fn find<'a>(book: &'a TicketBook, id: &str) -> Result<&'a Ticket, AnswerError> {
    let last = book.tickets().len();
    book.get(id).ok_or_else(|| AnswerError::Unknown { id: id.to_owned(), last })
}

fn over(ticket: &Ticket) -> AnswerError {
    let (id, note) = (ticket.record().id.clone(), ticket.note().to_owned());
    AnswerError::Over { id, state: ticket.state(), note }
}

/// A person says that a ticket is done, and which order it was where that is not clear. The next
/// look at the broker confirms it; until then the ticket stays as open as it was.
///
/// # Errors
/// [`AnswerError`] with what to do instead.
pub fn done(
    book: &TicketBook,
    (id, order): (&str, Option<i64>),
    (by, at): (&str, Timestamp),
) -> Result<TicketEntry, AnswerError> {
    let ticket = find(book, id)?;
    let entry = |change| TicketEntry { ticket: id.to_owned(), at, change };
    let record = ticket.record();
    // What has expired or was skipped may have been done after all: then an order says so.
    let reopened = matches!(ticket.state(), TicketState::Expired | TicketState::Skipped);
    let answerable = ticket.is_open() || (reopened && order.is_some());
    if !answerable {
        return Err(over(ticket));
    }
    if let (TicketKind::MoveStop | TicketKind::Cancel, Some(_)) = (record.kind, order) {
        let concerns = record.concerns.unwrap_or_default();
        return Err(AnswerError::NoOrderOfItsOwn { id: id.to_owned(), concerns });
    }
    let candidates = ticket.candidates().to_vec();
    let asked = ticket.state() == TicketState::Asked && !candidates.is_empty();
    match (order, &candidates[..]) {
        // A question about one order needs no number to say yes.
        (None, [only]) if record.concerns == Some(*only) => {
            Ok(entry(TicketChange::Bound { order: *only, by: by.to_owned() }))
        }
        (None, _) if asked => Err(AnswerError::WhichOrder { id: id.to_owned(), candidates }),
        (None, _) => Ok(entry(TicketChange::Claimed { by: by.to_owned() })),
        (Some(order), _) if asked && !candidates.contains(&order) => {
            Err(AnswerError::NotACandidate { id: id.to_owned(), order, candidates })
        }
        (Some(order), _) => match book.owner(order) {
            Some(owner) if owner.record().id != id => {
                Err(AnswerError::Taken { order, owner: owner.record().id.clone() })
            }
            _ => Ok(entry(TicketChange::Bound { order, by: by.to_owned() })),
        },
    }
}

/// A person says no to a ticket.
///
/// # Errors
/// [`AnswerError`]: it is over, under way, or protects shares that are held.
pub fn skip(
    book: &TicketBook,
    id: &str,
    (by, why): (&str, &str),
    at: Timestamp,
) -> Result<TicketEntry, AnswerError> {
    let ticket = find(book, id)?;
    let record = ticket.record();
    let note = || ticket.note().to_owned();
    match ticket.state() {
        TicketState::Issued | TicketState::Asked => {}
        TicketState::Seen | TicketState::PartlyDone => {
            return Err(AnswerError::UnderWay { id: id.to_owned(), note: note() });
        }
        _ => return Err(over(ticket)),
    }
    if record.kind == TicketKind::Stop {
        return Err(AnswerError::Protects { id: id.to_owned(), shares: record.shares.0 });
    }
    let note = if why.is_empty() { format!("by {by}") } else { format!("by {by}: {why}") };
    let (state, found) = (TicketState::Skipped, TicketMatch::None);
    let change = TicketChange::Moved { state, found, note };
    Ok(TicketEntry { ticket: id.to_owned(), at, change })
}
