//! Accounts at the broker.

use super::{Reader, parsed, sql};
use crate::accounts::SeenAccount;
use crate::error::StoreError;

impl Reader {
    /// The last look at each account of the broker, by its number.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read.
    pub fn broker_accounts(&self) -> Result<Vec<SeenAccount>, StoreError> {
        self.all(sql::BROKER_ACCOUNTS, [], |r| {
            Ok(SeenAccount {
                seen_at: parsed(r, 0)?,
                account: r.get(1)?,
                kind: r.get(2)?,
                status: r.get(3)?,
                snapshot: r.get(4)?,
            })
        })
    }
}
