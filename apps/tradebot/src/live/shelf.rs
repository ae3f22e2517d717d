//! Tickets on disk: read, decided upon, written first and only then shown.
//!
//! The running bot and a person at the command line share them. Both decide on what they have read
//! and append with the number of the last entry they know; whoever was overtaken reads on and
//! decides anew.

use std::path::Path;

use tradebot_execution::ticket::TicketBook;
use tradebot_journal::TicketEntry;
use tradebot_storage::{Appended, StoreError, TicketLog};

/// Whoever is overtaken so often in a row is not alone with a person any more.
const TRIES_MAX: usize = 20;

/// The tickets of live mode, open for reading and writing.
#[derive(Debug)]
pub struct Shelf {
    log: TicketLog,
    book: TicketBook,
    last: u64,
}

/// Tickets cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is on record cannot be true.
    #[error(
        "the tickets on record do not add up: {0}. Keep a copy of the database and restore a backup"
    )]
    Book(#[from] tradebot_execution::ticket::TicketError),
    /// Others write all the time.
    #[error("tickets are written by another program without a pause; try again")]
    Crowded,
}

impl Shelf {
    /// All that is on record.
    ///
    /// # Errors
    /// [`ShelfError`]: the file, or a history that does not add up.
    pub fn new(log: TicketLog) -> Result<Self, ShelfError> {
        let mut shelf = Self { log, book: TicketBook::default(), last: 0 };
        shelf.catch_up()?;
        Ok(shelf)
    }

    /// The tickets of live mode in `home`, whether the bot is running or not.
    ///
    /// # Errors
    /// [`ShelfError`]: there is no database of live mode, among others.
    pub fn open(home: &Path) -> Result<Self, ShelfError> {
        Self::new(TicketLog::open(home)?)
    }

    /// The tickets as last read.
    pub const fn book(&self) -> &TicketBook {
        &self.book
    }

    /// Reads what others have written since.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn catch_up(&mut self) -> Result<(), ShelfError> {
        let (entries, last) = self.log.after(self.last)?;
        entries.iter().try_for_each(|entry| self.book.apply(entry))?;
        self.last = last;
        Ok(())
    }

    /// Decides upon everything that is on record, and makes the decision durable. `decide` may be
    /// called more than once; what it gives the last time is written, returned and in the book.
    ///
    /// # Errors
    /// Those of `decide`; [`ShelfError`], after which nothing was written.
    pub fn decide<E: From<ShelfError>>(
        &mut self,
        mut decide: impl FnMut(&TicketBook) -> Result<Vec<TicketEntry>, E>,
    ) -> Result<Vec<TicketEntry>, E> {
        for _ in 0..TRIES_MAX {
            self.catch_up()?;
            let entries = decide(&self.book)?;
            if entries.is_empty() {
                return Ok(entries);
            }
            // Tried on a copy first: what the book does not take must not get onto the disk.
            let mut after = self.book.clone();
            entries.iter().try_for_each(|entry| after.apply(entry)).map_err(ShelfError::from)?;
            match self.log.append(self.last, &entries).map_err(ShelfError::from)? {
                Appended::Durable(last) => {
                    (self.book, self.last) = (after, last);
                    return Ok(entries);
                }
                Appended::Overtaken => {}
            }
        }
        Err(ShelfError::Crowded.into())
    }
}
