//! Order tickets: what a person is asked to enter at the broker, matched with what was done.
//!
//! How it works:
//! 1. [`issue`] spends a journaled intent for the ticket of its entry.
//! 2. What is seen at the broker goes into [`Facts`], which only grow: looks may come in any
//!    order, twice, and in parts.
//! 3. [`settle`] says what follows: orders bound to tickets, executions matched share by share,
//!    states, the tickets a position needs next (stop, target, moved stop, exit, cancel), and what
//!    is told more loudly. It is a pure function; what it gives is made durable first and then
//!    applied to the [`TicketBook`], whose state is the fold of all entries.
//! 4. [`done`] and [`skip`] are what a person may say. Where several orders may be a ticket's, the
//!    person is asked; nothing is guessed.
//!
//! **Invariants** (properties in the tests): an execution's shares are matched at most once; what
//! is held is covered by stops at the broker and by open tickets, share by share; the same facts
//! twice change nothing; the order of looks does not matter.

mod answer;
mod asking;
mod book;
mod follow;
mod matching;
mod seen;
mod settle;
mod slippage;
mod state;
mod urgency;

use tradebot_domain::{Price, Timestamp};
use tradebot_journal::{
    TicketChange, TicketEntry, TicketKind, TicketLife, TicketOrder, TicketPlan, TicketRecord,
    TicketSide,
};

use crate::intent::{Intent, Journaled};

pub use answer::{AnswerError, done, skip};
pub use book::{Ticket, TicketBook, TicketError};
pub use seen::{Chain, Facts, Observation, SeenFill, SeenOrder};
pub use settle::settle;
pub use slippage::{Slippage, slippage};
pub use state::{ImpossibleMove, check as check_move};
pub use urgency::due;

/// Where and when an entry is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The account, as the broker writes it.
    pub account: String,
    /// The run that decided.
    pub run: String,
    /// Now.
    pub issued: Timestamp,
    /// It is not to be entered after this: the open, for an order that waits for the open.
    pub valid_until: Timestamp,
    /// The position is left after this; none when its time limit is kept elsewhere.
    pub exit_after: Option<Timestamp>,
}

/// Spends a journaled intent for the ticket of its entry: a buy at the limit, for the day.
///
/// ```compile_fail,E0308
/// use tradebot_execution::Intent;
/// use tradebot_execution::ticket::{Terms, TicketBook, issue};
/// fn unrecorded(book: &TicketBook, intent: Intent, terms: Terms) {
///     let _ = issue(book, intent, terms); // an intent that is not on record gives no ticket
/// }
/// ```
///
/// # Errors
/// [`TicketError::IntentTwice`] when the intent has a ticket; [`TicketError::SymbolTwice`] when the
/// symbol has an open entry or a position.
pub fn issue(
    book: &TicketBook,
    intent: Journaled<Intent>,
    terms: Terms,
) -> Result<TicketEntry, TicketError> {
    let intent = intent.into_inner();
    let from = intent.record();
    if let Some(known) = book.entry_of(&from.intent_id) {
        let (intent_id, id) = (from.intent_id.clone(), known.record().id.clone());
        return Err(TicketError::IntentTwice { intent_id, id });
    }
    let busy = book.entries().find(|ticket| {
        let record = ticket.record();
        record.symbol == from.symbol && (ticket.is_open() || book.held(&record.intent_id).0 > 0)
    });
    if let Some(busy) = busy {
        let (symbol, id) = (from.symbol, busy.record().id.clone());
        return Err(TicketError::SymbolTwice { symbol, id });
    }
    let bracket = from.bracket;
    let record = TicketRecord {
        id: book.next_id(),
        account: terms.account,
        run: terms.run,
        intent_id: from.intent_id.clone(),
        decision: from.decision,
        symbol: from.symbol,
        kind: TicketKind::Entry,
        side: TicketSide::Buy,
        order: TicketOrder::Limit,
        limit: Some(bracket.entry_limit),
        stop: None,
        shares: from.shares,
        life: TicketLife::Day,
        issued: terms.issued,
        owed_since: terms.issued,
        valid_until: Some(terms.valid_until),
        reason: format!(
            "decision {}: {} at risk of {} in {}",
            from.decision,
            from.planned_risk,
            from.basis.name(),
            from.row.name()
        ),
        concerns: None,
        plan: Some(TicketPlan { bracket, exit_after: terms.exit_after }),
    };
    let (ticket, at) = (record.id.clone(), terms.issued);
    Ok(TicketEntry { ticket, at, change: TicketChange::Issued(Box::new(record)) })
}

/// The management of a position wants its stop here; [`settle`] asks for it. Only ever upwards: a
/// stop that is lowered risks more than was approved.
///
/// # Errors
/// [`TicketError::Unknown`] when the intent has no ticket.
pub fn move_stop(
    book: &TicketBook,
    intent_id: &str,
    stop: Price,
    at: Timestamp,
) -> Result<Option<TicketEntry>, TicketError> {
    let entry = managed(book, intent_id)?;
    let planned = entry.record().plan.map(|plan| plan.bracket.stop);
    let now = entry.managed_stop().or(planned);
    if now.is_some_and(|now| stop <= now) {
        return Ok(None);
    }
    let change = TicketChange::Managed { stop: Some(stop), exit: None };
    Ok(Some(TicketEntry { ticket: entry.record().id.clone(), at, change }))
}

/// The management of a position wants to leave it; [`settle`] asks for that.
///
/// # Errors
/// [`TicketError::Unknown`] when the intent has no ticket.
pub fn leave(
    book: &TicketBook,
    intent_id: &str,
    why: &str,
    at: Timestamp,
) -> Result<TicketEntry, TicketError> {
    let entry = managed(book, intent_id)?;
    let change = TicketChange::Managed { stop: None, exit: Some(why.to_owned()) };
    Ok(TicketEntry { ticket: entry.record().id.clone(), at, change })
}

fn managed<'a>(book: &'a TicketBook, intent_id: &str) -> Result<&'a Ticket, TicketError> {
    book.entry_of(intent_id).ok_or_else(|| TicketError::Unknown { id: intent_id.to_owned() })
}

#[cfg(test)]
mod tests;
