//! The ticket desk: intents become tickets, looks at the broker become matches and follow-ups.
//!
//! Everything is on disk before it is told, and nothing is kept in memory that the next look and
//! the file would not bring back: a desk that is killed at any moment and opened again goes on
//! where the file ends.

use tradebot_broker_questrade::client::{Client, ClientError};
use tradebot_domain::{Price, Timestamp};
use tradebot_execution::ticket::{self, Facts, Terms, TicketBook, TicketError, settle};
use tradebot_execution::{Intent, Journaled};
use tradebot_journal::TicketEntry;

use super::look::{self, Look};
use super::shelf::{Shelf, ShelfError};
use super::telling::{self, Told};

/// Days that every look goes back at least: orders of before a long weekend are in it.
const DAYS_MIN: i32 = 5;
/// Days that a look goes back at most; orders that still work are seen however old they are.
const DAYS_MAX: i32 = 120;

/// The sink of live mode that places nothing: a person does.
pub struct Desk {
    client: Client,
    account: String,
    shelf: Shelf,
    facts: Facts,
}

/// What a look brought.
#[derive(Debug, Default)]
pub struct Polled {
    /// What was written.
    pub entries: Vec<TicketEntry>,
    /// What of it is worth telling.
    pub told: Vec<Told>,
    /// What of the look could not be read.
    pub unreadable: Vec<String>,
}

/// The desk cannot do its work now.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The broker cannot be asked; tickets stay as they are.
    #[error("the broker's orders cannot be read: {0}")]
    Broker(#[from] ClientError),
    /// Tickets cannot be read or written; nothing is told that is not on record.
    #[error(transparent)]
    Shelf(#[from] ShelfError),
    /// A ticket that must not be issued, or an intent without one.
    #[error(transparent)]
    Ticket(#[from] TicketError),
}

impl Desk {
    /// A desk for one account.
    pub fn new(client: Client, account: &str, shelf: Shelf) -> Self {
        Self { client, account: account.to_owned(), shelf, facts: Facts::default() }
    }

    /// The tickets as last read or written.
    pub const fn book(&self) -> &TicketBook {
        self.shelf.book()
    }

    /// Issues the ticket of a journaled intent; it is durable when this returns.
    ///
    /// # Errors
    /// [`DeskError`]: the intent has a ticket already, its symbol is held, or the disk.
    pub fn issue(&mut self, intent: Journaled<Intent>, terms: &Terms) -> Result<Polled, DeskError> {
        self.shelf.catch_up()?;
        // An intent is spent by its ticket; only the ticket's name may change if others write now.
        let entry = ticket::issue(self.shelf.book(), intent, terms.clone())?;
        self.write(|book| Ok(vec![renumbered(book, &entry)]))
    }

    /// The management of a position wants its stop here.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn move_stop(
        &mut self,
        intent_id: &str,
        stop: Price,
        now: Timestamp,
    ) -> Result<Polled, DeskError> {
        self.write(|book| Ok(ticket::move_stop(book, intent_id, stop, now)?.into_iter().collect()))
    }

    /// The management of a position wants to leave it.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn leave(
        &mut self,
        intent_id: &str,
        why: &str,
        now: Timestamp,
    ) -> Result<Polled, DeskError> {
        self.write(|book| Ok(vec![ticket::leave(book, intent_id, why, now)?]))
    }

    /// Looks at the broker and settles what follows: matches, states, follow-ups, urgency. To be
    /// called every few seconds while tickets are open, and after each notification.
    ///
    /// # Errors
    /// [`DeskError`]; what was on record stays, and the next look brings what this one missed.
    pub async fn poll(&mut self, now: Timestamp) -> Result<Polled, DeskError> {
        let Look { seen, unreadable } =
            look::look(&self.client, &self.account, self.days(now), now).await?;
        for what in &unreadable {
            tracing::warn!(target: "tickets", "{what}");
        }
        self.facts.learn(&seen);
        let facts = std::mem::take(&mut self.facts);
        let written = self.write(|book| Ok(settle(book, &facts, now)?));
        self.facts = facts;
        Ok(Polled { unreadable, ..written? })
    }

    /// Days back to the oldest entry that is not over.
    fn days(&self, now: Timestamp) -> i32 {
        let book = self.shelf.book();
        let alive = |intent: &str| {
            book.held(intent).0 > 0 || book.of_intent(intent).any(ticket::Ticket::is_open)
        };
        let entries = book.entries().map(ticket::Ticket::record);
        let oldest = entries.filter(|r| alive(&r.intent_id)).map(|r| r.issued).min();
        let hours = oldest.map_or(0, |oldest| now.duration_since(oldest).as_hours());
        i32::try_from(hours / 24 + 1).unwrap_or(DAYS_MAX).clamp(DAYS_MIN, DAYS_MAX)
    }

    fn write(
        &mut self,
        decide: impl FnMut(&TicketBook) -> Result<Vec<TicketEntry>, DeskError>,
    ) -> Result<Polled, DeskError> {
        let entries = self.shelf.decide(decide)?;
        let told = telling::tell(self.shelf.book(), &entries);
        telling::log(&told);
        Ok(Polled { entries, told, unreadable: Vec::new() })
    }
}

/// A new ticket with the next free name: a person may have answered in between, and that issues
/// nothing, but names are given by whoever writes.
fn renumbered(book: &TicketBook, entry: &TicketEntry) -> TicketEntry {
    let mut entry = entry.clone();
    if let tradebot_journal::TicketChange::Issued(record) = &mut entry.change {
        record.id = book.next_id();
        entry.ticket.clone_from(&record.id);
    }
    entry
}
