//! Order tickets.

use tradebot_journal::TicketEntry;

use super::Reader;
use crate::error::StoreError;
use crate::tickets;

impl Reader {
    /// All that happened to tickets, in order.
    ///
    /// # Errors
    /// [`StoreError`] when an entry does not read back.
    pub fn ticket_entries(&self) -> Result<Vec<TicketEntry>, StoreError> {
        tickets::entries(&self.db, 0).map(|(entries, _)| entries)
    }
}
